package reading

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/text"
)

// Labelled are the parts of a text by their labels.
type Labelled struct {
	Values map[string]string
	// Guessed says that which part is which does not stand there plainly: a label
	// runs on into its part, or text stands without any.
	Guessed bool
}

// Labels cuts raw at the labels that begin a line or a word: text by label, as
// typed but for surrounding white space, the empty ones left out. What stands
// before the first label belongs to keys[0]; what stands under the same label
// twice is joined by a line break. Where no label has a colon, one that begins a
// clause is a label without it (回款 20万), and so is one that tells by what
// follows (…客户下周打算…).
func Labels(raw string, keys []string) Labelled {
	f := text.Fold(raw)
	cuts := labelsIn(f.Text, keys, labelAt)
	said := Labelled{}
	if len(cuts) == 0 {
		cuts = spokenLabels(f.Text, keys)
		said.Guessed = len(cuts) == 0 || cuts[0].start > 0 || slices.ContainsFunc(cuts, func(c cut) bool { return c.joined })
	}
	parts := map[string][]string{}
	put := func(key, value string) {
		if value = strings.TrimFunc(value, unicode.IsSpace); value != "" {
			parts[key] = append(parts[key], value)
		}
	}
	key, from := keys[0], 0
	for _, c := range cuts {
		put(key, raw[f.Raw(from):f.Raw(c.start)])
		key, from = c.key, c.value
	}
	put(key, raw[f.Raw(from):])
	said.Values = make(map[string]string, len(parts))
	for key, list := range parts {
		said.Values[key] = strings.Join(list, "\n")
	}
	return said
}

// Written is where the first of the labels that a text has with their colons stands,
// maybe behind the colon of its head, and how many different ones there are.
func Written(raw string, keys []string) (at, n int) {
	f := text.Fold(raw)
	at = len(f.Text)
	different := map[string]bool{}
	for _, c := range labelsIn(f.Text, keys, labelAt) {
		at, different[c.key] = min(at, c.start), true
	}
	if i := strings.IndexByte(f.Text[:at], ':'); i >= 0 {
		if key, _, ok := labelAt(f.Text[i+1:], keys); ok {
			at, different[key] = i+1, true
		}
	}
	return f.Raw(at), len(different)
}

// Dictated reports whether a text begins with one of the labels, without a colon, and
// has another: 本周跑了三家下周打算….
func Dictated(raw string, keys []string) bool {
	cuts := spokenLabels(text.Fold(raw).Text, keys)
	return len(cuts) > 1 && cuts[0].start == 0
}

// cut is where a label stands in a folded text.
type cut struct {
	key    string
	start  int  // of the label, or of the mark that parts it from what stands before
	value  int  // where its value begins
	joined bool // the value begins at once
}

// labelsIn are the labels that begin a line or a word, as at reads them.
func labelsIn(folded string, keys []string, at func(string, []string) (string, int, bool)) (cuts []cut) {
	atStart, mark := true, -1
	for i := 0; i < len(folded); {
		c, size := utf8.DecodeRuneInString(folded[i:])
		if atStart {
			if key, n, ok := at(folded[i:], keys); ok {
				cuts = append(cuts, cut{key: key, start: endOf(i, mark), value: i + n})
				i, mark = i+n, -1
				continue
			}
		}
		switch separates := strings.ContainsRune(",;。", c); {
		case separates:
			atStart, mark = true, i
		case c == '\n': // the mark ended what stands before
			atStart, mark = true, -1
		case text.Blank(c):
			atStart = true
		default:
			atStart, mark = false, -1
		}
		i += size
	}
	return cuts
}

// tells are words that follow a label where it is one in the middle of what was
// said: plans, amounts.
var tells = []string{"打算", "计划", "准备", "继续", "大概", "大约", "预计", "约", "改成", "改为"}

// spokenLabels are labels without a colon: that begin a clause, or tell by what
// follows them. None where there is nothing else.
func spokenLabels(folded string, keys []string) []cut {
	cuts := labelsIn(folded, keys, bareLabelAt)
	has := map[string]bool{}
	for i, c := range cuts {
		next, _ := utf8.DecodeRuneInString(folded[c.value:])
		cuts[i].joined = text.Wordy(next)
		for _, w := range []string{"改成", "改为"} {
			if strings.HasPrefix(folded[c.value:], w) {
				cuts[i].value, cuts[i].joined = c.value+len(w), false
			}
		}
		has[c.key] = true
	}
	if len(cuts) == 0 {
		return nil
	}
	for i := cuts[0].value; i < len(folded); {
		_, size := utf8.DecodeRuneInString(folded[i:])
		if key, n, ok := bareLabelAt(folded[i:], keys); ok && !has[key] && tellsAt(folded[i+n:]) {
			has[key] = true
			cuts = append(cuts, cut{key: key, start: i, value: i + n, joined: true})
			size = n
		}
		i += size
	}
	slices.SortFunc(cuts, func(a, b cut) int { return a.start - b.start })
	if !strings.ContainsFunc(folded[cuts[len(cuts)-1].value:], text.Wordy) && len(cuts) == 1 {
		return nil
	}
	return cuts
}

func tellsAt(folded string) bool {
	return slices.ContainsFunc(tells, func(w string) bool { return strings.HasPrefix(folded, w) })
}

// bareLabelAt reads the longest label at the beginning of a folded text.
func bareLabelAt(folded string, keys []string) (key string, n int, ok bool) {
	for _, k := range keys {
		if strings.HasPrefix(folded, k) && len(k) > n {
			key, n, ok = k, len(k), true
		}
	}
	return key, n, ok
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
