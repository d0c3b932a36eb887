package wecom

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

// field finds the text of the first element of a name at the top of a
// callback, without reading the rest. It copies nothing: the callback's outer
// body is one long sealed field.
func field(data []byte, name string) []byte {
	_, rest, ok := bytes.Cut(data, []byte("<"+name+">"))
	if !ok {
		return nil
	}
	text, _, ok := bytes.Cut(rest, []byte("</"+name+">"))
	if !ok {
		return nil
	}
	if inner, cut := bytes.CutPrefix(text, []byte(dataStart)); cut {
		return bytes.TrimSuffix(inner, []byte(dataEnd))
	}
	return text
}

// walk reads the XML of a callback in one pass and calls leaf with the names
// from below the root and the text of every element that holds no other.
// Attributes, comments and declarations do not occur in callbacks and are an
// error, so nothing can be smuggled past in them.
func walk(data string, leaf func(path []string, text string)) error {
	if !utf8.ValidString(data) { // no database would take it
		data = strings.ToValidUTF8(data, string(utf8.RuneError))
	}
	w := walker{rest: strings.TrimSpace(data), leaf: leaf}
	for w.rest != "" {
		if err := w.step(); err != nil {
			return err
		}
	}
	if !w.closed {
		return errXML
	}
	return nil
}

type walker struct {
	rest   string
	path   []string // open elements, the root first
	inner  bool     // the innermost one holds another
	text   string   // of the innermost one
	closed bool     // the root is
	leaf   func(path []string, text string)
}

// step reads one piece: data, the start or the end of an element, or text.
func (w *walker) step() error {
	switch {
	case w.closed:
		return errXML
	case strings.HasPrefix(w.rest, dataStart):
		text, rest, ok := strings.Cut(w.rest[len(dataStart):], dataEnd)
		if !ok || len(w.path) == 0 {
			return errXML
		}
		w.rest = rest
		w.text += text
		return nil
	case strings.HasPrefix(w.rest, "</"):
		return w.end()
	case w.rest[0] == '<':
		return w.start()
	}
	i := strings.IndexByte(w.rest, '<')
	if i < 0 || len(w.path) == 0 {
		return errXML
	}
	w.text += html.UnescapeString(w.rest[:i])
	w.rest = w.rest[i:]
	return nil
}

func (w *walker) start() error {
	name, rest, ok := strings.Cut(w.rest[1:], ">")
	empty := strings.HasSuffix(name, "/")
	name = strings.TrimSuffix(name, "/")
	if !ok || !plainName(name) || len(w.path) >= maxDepth {
		return errXML
	}
	w.path, w.rest, w.inner, w.text = append(w.path, name), rest, false, ""
	if empty {
		return w.close()
	}
	return nil
}

func (w *walker) end() error {
	name, rest, ok := strings.Cut(w.rest[2:], ">")
	if !ok || len(w.path) == 0 || name != w.path[len(w.path)-1] {
		return errXML
	}
	w.rest = rest
	return w.close()
}

func (w *walker) close() error {
	last := len(w.path) - 1
	if !w.inner && last > 0 {
		w.leaf(w.path[1:], w.text)
	}
	w.path, w.inner, w.text, w.closed = w.path[:last], true, "", last == 0
	return nil
}

func plainName(name string) bool {
	for _, b := range []byte(name) {
		if b|0x20 < 'a' || b|0x20 > 'z' {
			if b != '_' && (b < '0' || b > '9') {
				return false
			}
		}
	}
	return name != ""
}
