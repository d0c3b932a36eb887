package reading

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/text"
)

// Labels cuts raw at the labels that begin a line or a word: text by
// label, as typed but for surrounding white space, the empty ones left out.
// What stands before the first label belongs to keys[0]; what stands under the
// same label twice is joined by a line break.
func Labels(raw string, keys []string) map[string]string {
	parts := map[string][]string{}
	put := func(key, value string) {
		if value = strings.TrimFunc(value, unicode.IsSpace); value != "" {
			parts[key] = append(parts[key], value)
		}
	}
	f := text.Fold(raw)
	key, from := keys[0], 0
	atStart, mark := true, -1
	for i := 0; i < len(f.Text); {
		c, size := utf8.DecodeRuneInString(f.Text[i:])
		if atStart {
			if next, n, ok := labelAt(f.Text[i:], keys); ok {
				put(key, raw[f.Raw(from):f.Raw(endOf(i, mark))])
				key, from, mark = next, i+n, -1
				i += n
				continue
			}
		}
		switch separates := strings.ContainsRune(",;。", c); {
		case separates:
			atStart, mark = true, i
		case text.Blank(c):
			atStart = true
		default:
			atStart, mark = false, -1
		}
		i += size
	}
	put(key, raw[f.Raw(from):])
	values := make(map[string]string, len(parts))
	for key, list := range parts {
		values[key] = strings.Join(list, "\n")
	}
	return values
}

// AtLabel reports whether a label stands at the beginning of raw.
func AtLabel(raw string, keys []string) bool {
	_, _, ok := labelAt(beginning(raw), keys)
	return ok
}

// beginning is as much of a text, folded, as a label or a command can take.
func beginning(raw string) string { return text.Fold(text.CutBytes(raw, 4*maxRead)).Text }

// endOf is where a value ends before a label at i: at the comma that parts
// them, when one does.
func endOf(i, mark int) int {
	if mark >= 0 {
		return mark
	}
	return i
}

// labelAt reads a label with its colon or equals sign, or in brackets as it is
// printed (【本周完成】), at the beginning of a folded text: the longest that fits,
// and its length.
func labelAt(folded string, keys []string) (key string, n int, ok bool) {
	if inner, bracketed := strings.CutPrefix(folded, "【"); bracketed {
		for _, k := range keys {
			if rest, is := strings.CutPrefix(inner, k); is && strings.HasPrefix(rest, "】") {
				return k, len(folded) - len(strings.TrimPrefix(rest[len("】"):], ":")), true
			}
		}
		return "", 0, false
	}
	longest := 0
	for _, k := range keys {
		rest, is := strings.CutPrefix(folded, k)
		if !is || len(k) <= longest {
			continue
		}
		blanks := 0
		for blanks < len(rest) && blanks < 3 && rest[blanks] == ' ' {
			blanks++
		}
		if rest = rest[blanks:]; rest != "" && (rest[0] == ':' || rest[0] == '=') {
			key, longest, ok = k, len(k), true
			n = len(k) + blanks + 1
		}
	}
	return key, n, ok
}
