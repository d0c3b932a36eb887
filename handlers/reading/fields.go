package reading

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/text"
)

// MaxKey is how many characters the key of a field has at most; longer
// words before an equals sign are text.
const MaxKey = 12

// field is a key with its equals sign in a folded text.
type field struct {
	key   string // as the argument knows it; empty: none that is known
	word  string // as typed, when it is not known
	start int    // of the key, or of the mark that parts it from what stands before
	value int    // where its value begins
}

// fieldFrom finds the next field at or behind i: one that begins the text, or
// stands behind white space, a comma or a semicolon; one that is known and has an equals
// sign also behind 。 and 、, of which values have some themselves. Unknown ones are
// found where strict.
func fieldFrom(f text.Folded, i int, keys keys, strict bool) (field, bool) {
	atStart, within, mark := i == 0, false, -1
	for i < len(f.Text) {
		c, size := utf8.DecodeRuneInString(f.Text[i:])
		if atStart {
			if key, n, ok := keyAt(f.Text[i:], keys); ok && (!within || f.Text[i+n-1] == '=') {
				return field{key: key, start: endOf(i, mark), value: i + n}, true
			}
			if word, n := unknownKey(f.Text[i:]); strict && !within && n > 0 {
				return field{word: word, start: endOf(i, mark), value: i + n}, true
			}
		}
		switch {
		case strings.ContainsRune(",;。、", c):
			atStart, within, mark = true, c == '。' || c == '、', i // 股东=张三、李四=40%
		case text.Blank(c):
			atStart, within = true, false
		default:
			atStart, mark = false, -1
		}
		i += size
	}
	return field{}, false
}

// AtField reports whether a known field stands at the beginning of raw.
func AtField(raw string, typed []string) bool {
	_, _, ok := keyAt(beginning(raw), foldKeys(typed))
	return ok
}

// keyAt is labelAt for keys that may have capitals.
func keyAt(folded string, keys keys) (key string, n int, ok bool) {
	small, n, ok := labelAt(folded, keys.folded)
	if !ok {
		return "", 0, false
	}
	return keys.typed[slices.Index(keys.folded, small)], n, true
}

// keys are the keys of fields, ready for looking for them.
type keys struct{ typed, folded []string }

func foldKeys(typed []string) keys {
	k := keys{typed: typed, folded: make([]string, len(typed))}
	for i, one := range typed {
		k.folded[i] = text.Fold(one).Text
	}
	return k
}

// unknownKey is a word that stands where a key would, with an equals sign.
func unknownKey(folded string) (word string, n int) {
	for i, c := range folded {
		switch {
		case c == '=' && i > 0:
			return folded[:i], i + 1
		case !text.Wordy(c) || utf8.RuneCountInString(folded[:i]) > MaxKey:
			return "", 0
		}
	}
	return "", 0
}

// Fields cuts raw at the keys: text by key as typed, but for surrounding
// white space. An empty one is kept: it empties the field. A value that holds
// an equals sign itself (股东=张三=30% 李四=20%) may hold more of them. Its error
// is a Refusal: a key that is not known, or stands there twice, or text
// before the first one.
func Fields(raw string, typed []string) (map[string]string, error) {
	values := map[string]string{}
	f, keys := text.Fold(raw), foldKeys(typed)
	at, ok := fieldFrom(f, 0, keys, true)
	if !ok || strings.TrimFunc(raw[:f.Raw(at.start)], unicode.IsSpace) != "" {
		return nil, unequal(FirstWord(raw), typed)
	}
	for ok {
		if at.key == "" {
			return nil, noField(at.word, typed)
		}
		next, more := fieldFrom(f, at.value, keys, true)
		for more && next.key == "" && strings.Contains(f.Text[at.value:next.start], "=") {
			next, more = fieldFrom(f, next.value, keys, true)
		}
		end := len(f.Text)
		if more {
			end = next.start
		}
		if _, twice := values[at.key]; twice {
			return nil, Refusal("「" + at.key + "」写了两次，请合成一次")
		}
		values[at.key] = filled(strings.TrimFunc(raw[behind(raw, f, at.value):f.Raw(end)], unicode.IsSpace))
		at, ok = next, more
	}
	return values, nil
}

// filled is a value without what a card prints before it where there was none:
// （空） → 南城路.
func filled(value string) string {
	for _, none := range []string{"（空）", "(空)", "—"} {
		if rest, found := strings.CutPrefix(value, none); found {
			if is, changed := strings.CutPrefix(strings.TrimSpace(rest), "→"); changed {
				return strings.TrimSpace(is)
			}
		}
	}
	return value
}

// behind is where the rune before byte i of the folded text ends in the raw one,
// so that what is invisible behind it is kept.
func behind(raw string, f text.Folded, i int) int {
	at := f.Raw(i - 1)
	_, size := utf8.DecodeRuneInString(raw[at:])
	return at + size
}

// Passage is the raw text up to the first known field.
func Passage(raw string, typed []string) string {
	f := text.Fold(raw)
	if at, ok := fieldFrom(f, 0, foldKeys(typed), false); ok {
		return raw[:f.Raw(at.start)]
	}
	return raw
}

// unequal refuses what stands where a field belongs: one without its equals sign
// (金额 8万), or none that is known.
func unequal(word string, keys []string) Refusal {
	f := text.Fold(word).Text
	for _, k := range keys {
		if strings.HasPrefix(f, text.Fold(k).Text) && !strings.ContainsAny(f, "=:") {
			return Refusal("字段和内容之间要写等号，请写成 " + k + "=…")
		}
	}
	return noField(word, keys)
}

func noField(word string, keys []string) Refusal {
	return Refusal(fmt.Sprintf("没有字段%s。可以写的字段：%s", text.Quote(word), strings.Join(keys, "、")))
}
