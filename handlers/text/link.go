package text

import (
	"net/url"
	"strings"
)

// Unlinked is a text as somebody typed it: some clients write an address on as
// markup, [www.x.example](http://www.x.example). What leads elsewhere than its
// words say is nobody's address and stays.
func Unlinked(typed string) string {
	if !strings.Contains(typed, "](") { // as nearly every text
		return typed
	}
	var out strings.Builder
	for {
		open := strings.IndexByte(typed, '[')
		if open < 0 {
			out.WriteString(typed)
			return out.String()
		}
		out.WriteString(typed[:open])
		label, rest, ok := cutLink(typed[open:])
		if !ok {
			label, rest = "[", typed[open+1:]
		}
		out.WriteString(label)
		typed = rest
	}
}

// cutLink divides a text that begins with an address in markup into the address
// and the rest.
func cutLink(typed string) (label, rest string, ok bool) {
	label, target, ok := strings.Cut(typed[1:], "](")
	if !ok || !strings.ContainsAny(label, ".:") || strings.ContainsAny(label, "[\n") {
		return "", "", false
	}
	if rest, ok = cutTarget(target, label); ok {
		return label, rest, true
	}
	encoded, rest, ok := strings.Cut(target, ")")
	plain, err := url.PathUnescape(encoded)
	if !ok || err != nil {
		return "", "", false
	}
	end, same := cutTarget(plain+")", label)
	return label, rest, same && end == ""
}

// cutTarget cuts off where an address leads, with the bracket behind it.
func cutTarget(target, label string) (rest string, ok bool) {
	for _, scheme := range []string{"", "http://", "https://", "mailto:", "tel:"} {
		if behind, same := strings.CutPrefix(target, scheme+label); same {
			behind = strings.TrimPrefix(behind, "/")
			if rest, ok = strings.CutPrefix(behind, ")"); ok {
				return rest, true
			}
		}
	}
	return "", false
}
