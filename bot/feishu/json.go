package feishu

import (
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
// Strings are as valid UTF-8 as the document is. After bad is set every further
// call does nothing.
type cursor struct {
	data  string
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
	for more := c.begin('}'); more; more = c.another('}') {
		if c.next() != '"' {
			c.fail()
			return
		}
		name := c.str()
		if c.take(':'); c.bad {
			return
		}
		field(name)
	}
}

// array calls item for each element; item must read or skip it. What is not
// an array is skipped.
func (c *cursor) array(item func()) {
	if c.next() != '[' {
		c.skip()
		return
	}
	for more := c.begin(']'); more; more = c.another(']') {
		item()
	}
}

// begin passes an opening bracket and reports whether there is a first element.
func (c *cursor) begin(shut byte) bool {
	c.pos++
	if c.depth++; c.depth > maxDepth {
		c.fail()
		return false
	}
	return !c.ended(shut)
}

// another passes the comma before a further element, or the end.
func (c *cursor) another(shut byte) bool {
	if c.bad || c.ended(shut) {
		return false
	}
	c.take(',')
	return !c.bad
}

func (c *cursor) ended(shut byte) bool {
	if c.next() != shut {
		return false
	}
	c.pos++
	c.depth--
	return true
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
		return c.data[from:c.pos]
	}
}

// skip passes over any value.
func (c *cursor) skip() {
	switch b := c.next(); b {
	case '{':
		c.object(func(string) { c.skip() })
	case '[':
		c.array(func() { c.skip() })
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
	if !strings.HasPrefix(c.data[c.pos:], w) {
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

// pastString passes over a string and reports whether it holds escapes. Raw
// control characters, which JSON forbids in strings, are let through: to look
// at every byte for them costs more than all the rest.
func (c *cursor) pastString() (escaped bool) {
	c.pos++
	for quote := -1; ; {
		if quote < c.pos {
			n := strings.IndexByte(c.data[c.pos:], '"')
			if n < 0 {
				c.fail()
				return false
			}
			quote = c.pos + n
		}
		slash := strings.IndexByte(c.data[c.pos:quote], '\\')
		if slash < 0 {
			c.pos = quote + 1
			return escaped
		}
		escaped = true
		if c.pos += slash + 1; !c.escapable() {
			c.fail()
			return false
		}
		c.pos++
	}
}

// escapable reports whether what follows a backslash may do so.
func (c *cursor) escapable() bool {
	if c.pos >= len(c.data) {
		return false
	}
	if c.data[c.pos] == 'u' {
		_, ok := hex4(c.data[c.pos-1:])
		return ok
	}
	return strings.IndexByte(`"\/bfnrt`, c.data[c.pos]) >= 0
}

// str reads the string that follows; without escapes it is part of the
// document and costs nothing.
func (c *cursor) str() string {
	from := c.pos + 1
	escaped := c.pastString()
	if c.bad {
		return ""
	}
	raw := c.data[from : c.pos-1]
	if escaped {
		raw = unescape(raw)
	}
	return raw
}

// unescape undoes escapes that pastString has approved.
func unescape(raw string) string {
	var out strings.Builder
	out.Grow(len(raw))
	for {
		at := strings.IndexByte(raw, '\\')
		if at < 0 {
			out.WriteString(raw)
			return out.String()
		}
		out.WriteString(raw[:at])
		length := 2
		switch b := raw[at+1]; b {
		case 'b':
			out.WriteByte('\b')
		case 'f':
			out.WriteByte('\f')
		case 'n':
			out.WriteByte('\n')
		case 'r':
			out.WriteByte('\r')
		case 't':
			out.WriteByte('\t')
		case 'u':
			var r rune
			r, length = escapedRune(raw[at:])
			out.WriteRune(r)
		default:
			out.WriteByte(b)
		}
		raw = raw[at+length:]
	}
}

// escapedRune reads \uXXXX, or two of them that make one rune, and gives its
// length. Half a pair becomes the replacement character.
func escapedRune(s string) (rune, int) {
	r, _ := hex4(s)
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

func hex4(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, b := range []byte(s[2:6]) {
		digit := strings.IndexByte("0123456789abcdef", b|0x20)
		if digit < 0 || b < '0' {
			return 0, false
		}
		r = r<<4 | rune(digit)
	}
	return r, true
}
