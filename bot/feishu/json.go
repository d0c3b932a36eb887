package feishu

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// errJSON is what every malformed document answers: where it broke is of no
// use to anyone, and the content must not reach a log.
var errJSON = errors.New("malformed JSON")

// maxDepth keeps nested brackets of strangers from exhausting the stack.
const maxDepth = 64

// cursor reads a JSON document once, from left to right, and builds only what
// is asked for. An event carries dozens of fields of which the bot needs a few;
// the typed models of the SDK cost five times as much (see BenchmarkDecode).
// After bad is set every further call does nothing.
type cursor struct {
	data  []byte
	pos   int
	depth int
	bad   bool
}

func (c *cursor) fail() {
	c.bad = true
	c.pos = len(c.data)
}

// next skips white space and looks at what follows; 0 at the end.
func (c *cursor) next() byte {
	for c.pos < len(c.data) {
		switch b := c.data[c.pos]; b {
		case ' ', '\n', '\t', '\r':
			c.pos++
		default:
			return b
		}
	}
	return 0
}

// take consumes b or fails.
func (c *cursor) take(b byte) {
	if c.next() != b {
		c.fail()
		return
	}
	c.pos++
}

// end is the document's last check: nothing may follow the value.
func (c *cursor) end() error {
	if c.next(); c.bad || c.pos < len(c.data) {
		return errJSON
	}
	return nil
}

// object calls field for each member; field must read or skip the value. What
// is not an object is skipped.
func (c *cursor) object(field func(name string)) {
	if c.next() != '{' {
		c.skip()
		return
	}
	c.list('{', '}', func() {
		if c.next() != '"' {
			c.fail()
			return
		}
		name := c.str()
		c.take(':')
		if !c.bad {
			field(name)
		}
	})
}

// array calls item for each element; item must read or skip it. What is not
// an array is skipped.
func (c *cursor) array(item func()) {
	if c.next() != '[' {
		c.skip()
		return
	}
	c.list('[', ']', item)
}

func (c *cursor) list(open, shut byte, item func()) {
	c.take(open)
	if c.depth++; c.depth > maxDepth {
		c.fail()
	}
	if c.next() == shut {
		c.take(shut)
		c.depth--
		return
	}
	for !c.bad {
		item()
		if c.next() == shut {
			c.take(shut)
			c.depth--
			return
		}
		c.take(',')
	}
}

// text reads a string; a number or truth value as it is written; anything
// else is skipped and read as "".
func (c *cursor) text() string {
	switch b := c.next(); b {
	case '"':
		return c.str()
	case '{', '[', 'n':
		c.skip()
		return ""
	default:
		from := c.pos
		c.skip()
		if c.bad {
			return ""
		}
		return string(c.data[from:c.pos])
	}
}

// skip passes over any value.
func (c *cursor) skip() {
	switch b := c.next(); b {
	case '{':
		c.object(func(string) { c.skip() })
	case '[':
		c.array(c.skip)
	case '"':
		c.pastString()
	case 't':
		c.word("true")
	case 'f':
		c.word("false")
	case 'n':
		c.word("null")
	default:
		c.number()
	}
}

func (c *cursor) word(w string) {
	if !bytes.HasPrefix(c.data[c.pos:], []byte(w)) {
		c.fail()
		return
	}
	c.pos += len(w)
}

func (c *cursor) number() {
	from := c.pos
	for c.pos < len(c.data) && strings.IndexByte("+-.0123456789eE", c.data[c.pos]) >= 0 {
		c.pos++
	}
	if c.pos == from {
		c.fail()
	}
}

// pastString passes over a string and tells whether it holds escapes.
func (c *cursor) pastString() (escaped bool) {
	for c.pos++; c.pos < len(c.data); c.pos++ {
		switch b := c.data[c.pos]; {
		case b == '"':
			c.pos++
			return escaped
		case b == '\\':
			escaped = true
			c.pos++
		case b < ' ':
			c.fail()
			return false
		}
	}
	c.fail()
	return false
}

// str reads the string that follows.
func (c *cursor) str() string {
	from := c.pos + 1
	escaped := c.pastString()
	if c.bad {
		return ""
	}
	raw := c.data[from : c.pos-1]
	if escaped {
		raw = c.unescape(raw)
	}
	if !utf8.Valid(raw) {
		return strings.ToValidUTF8(string(raw), string(utf8.RuneError))
	}
	return string(raw)
}

func (c *cursor) unescape(raw []byte) []byte {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			out = append(out, raw[i])
			continue
		}
		i++
		switch raw[i] { // pastString saw to it that something follows
		case '"', '\\', '/':
			out = append(out, raw[i])
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, n := escapedRune(raw[i-1:])
			if n == 0 {
				c.fail()
				return nil
			}
			out = utf8.AppendRune(out, r)
			i += n - 2
		default:
			c.fail()
			return nil
		}
	}
	return out
}

// escapedRune reads \uXXXX, or two of them that make one rune, and gives its
// length; 0 if it is none. Half a pair becomes the replacement character.
func escapedRune(s []byte) (rune, int) {
	r, ok := hex4(s)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if low, ok := hex4(s[6:]); ok {
		if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
			return both, 12
		}
	}
	return utf8.RuneError, 6
}

func hex4(s []byte) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, b := range s[2:6] {
		digit := strings.IndexByte("0123456789abcdef", b|0x20)
		if digit < 0 || b < '0' {
			return 0, false
		}
		r = r<<4 | rune(digit)
	}
	return r, true
}
