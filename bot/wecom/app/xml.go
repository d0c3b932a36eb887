package app

import (
	"bytes"
	"errors"
	"html"
	"strings"
	"unicode/utf8"
)

// errXML is all that is told about a callback that cannot be read.
var errXML = errors.New("not the XML of a callback")

// maxDepth bounds how deep elements may lie in each other; a callback needs
// four.
const maxDepth = 16

// Marks of the little XML that callbacks are written in.
const (
	dataStart = "<![CDATA["
	dataEnd   = "]]>"
)

// sealedField finds what is sealed in a callback's outer body, without reading
// the rest and without copying it.
func sealedField(body []byte) []byte {
	const start, end = "<Encrypt>", "</Encrypt>"
	from := bytes.Index(body, []byte(start))
	if from < 0 {
		return nil
	}
	body = body[from+len(start):]
	to := bytes.IndexByte(body, ']')
	if !bytes.HasPrefix(body, []byte(dataStart)) {
		to = bytes.Index(body, []byte(end))
	} else if !bytes.HasPrefix(body[max(to, 0):], []byte(dataEnd+end)) {
		return nil
	} else {
		body, to = body[len(dataStart):], to-len(dataStart)
	}
	if to < 0 {
		return nil
	}
	return body[:to]
}

// walk reads the XML of a callback in one pass into c: the text of every
// element that holds no other. Attributes, comments and declarations do not
// occur in callbacks and are an error, so nothing can be smuggled past in them.
func walk(data string, c *call) error {
	if !utf8.ValidString(data) { // no database would take it
		data = strings.ToValidUTF8(data, string(utf8.RuneError))
	}
	w := walker{data: strings.TrimSpace(data), into: c}
	for w.at < len(w.data) {
		if !w.step() {
			return errXML
		}
	}
	if !w.closed {
		return errXML
	}
	return nil
}

// walker stands at a place of the data. Its steps report whether they could be
// made.
type walker struct {
	data   string
	at     int
	path   [maxDepth]string // open elements, the root first
	depth  int              // how many they are
	inner  bool             // the innermost one holds another
	text   string           // of the innermost one, in one piece
	pieces []byte           // all of it, where it came in several
	closed bool             // the root is
	into   *call
}

// step reads one piece: data, the start or the end of an element, or text.
func (w *walker) step() bool {
	rest := w.data[w.at:]
	switch {
	case w.closed:
		return false
	case rest[0] != '<':
		return w.plain(rest)
	case len(rest) < 2:
		return false
	case rest[1] == '/':
		return w.end(rest)
	case rest[1] == '!':
		return w.verbatim(rest)
	}
	return w.start(rest)
}

// plain reads text in which only what stands for a character is marked.
func (w *walker) plain(rest string) bool {
	i := strings.IndexByte(rest, '<')
	if i < 0 || w.depth == 0 {
		return false
	}
	w.add(html.UnescapeString(rest[:i]))
	w.at += i
	return true
}

// verbatim reads text in which nothing is marked.
func (w *walker) verbatim(rest string) bool {
	if !strings.HasPrefix(rest, dataStart) || w.depth == 0 {
		return false
	}
	i := strings.Index(rest[len(dataStart):], dataEnd)
	if i < 0 {
		return false
	}
	w.add(rest[len(dataStart) : len(dataStart)+i])
	w.at += len(dataStart) + i + len(dataEnd)
	return true
}

func (w *walker) add(text string) {
	if w.text == "" {
		w.text = text
		return
	}
	if len(w.pieces) == 0 {
		w.pieces = append(w.pieces, w.text...)
	}
	w.pieces = append(w.pieces, text...)
}

// whole is the text of the innermost element.
func (w *walker) whole() string {
	if len(w.pieces) > 0 {
		return string(w.pieces)
	}
	return w.text
}

func (w *walker) start(rest string) bool {
	n := nameLength(rest[1:]) + 1
	empty := strings.HasPrefix(rest[n:], "/>")
	if n == 1 || w.depth == maxDepth || !empty && !strings.HasPrefix(rest[n:], ">") {
		return false
	}
	w.path[w.depth] = rest[1:n]
	w.depth, w.inner, w.text, w.pieces = w.depth+1, false, "", w.pieces[:0]
	w.at += n + 1
	if empty {
		w.at++
		w.close()
	}
	return true
}

func (w *walker) end(rest string) bool {
	if w.depth == 0 {
		return false
	}
	name := w.path[w.depth-1]
	if !strings.HasPrefix(rest[2:], name) || !strings.HasPrefix(rest[2+len(name):], ">") {
		return false
	}
	w.at += 2 + len(name) + 1
	w.close()
	return true
}

func (w *walker) close() {
	w.depth--
	if !w.inner && w.depth > 0 {
		w.into.leaf(w.path[w.depth], w.whole(), w.depth > 1)
	}
	w.inner, w.text, w.pieces, w.closed = true, "", w.pieces[:0], w.depth == 0
}

// nameLength is how much of the beginning of a text is a name.
func nameLength(text string) int {
	for i := range len(text) {
		b := text[i]
		if letter := b | 0x20; (letter < 'a' || letter > 'z') && b != '_' && (b < '0' || b > '9') {
			return i
		}
	}
	return len(text)
}
