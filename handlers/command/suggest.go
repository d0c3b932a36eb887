package command

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"

	"marketbot/handlers/text"
)

// maxSuggest is how many suggestions are made at most.
const maxSuggest = 3

// suggestBytes is how many bytes of a text are looked at for the name of a command.
const suggestBytes = 256

// sound is a name of a command as it is heard.
type sound struct {
	spec  *Spec
	name  string // folded, without blanks
	heard string
}

// soundsOf are the names of the commands that people type.
func soundsOf(specs []*Spec) []sound {
	var list []sound
	for _, s := range specs {
		if s.Hidden {
			continue
		}
		for _, name := range append([]string{s.Name}, s.Aliases...) {
			name = strings.ReplaceAll(text.Fold(name).Text, " ", "")
			list = append(list, sound{s, name, heard(name)})
		}
	}
	return list
}

// heardAs is a command that a text sounds like.
type heardAs struct {
	spec  *Spec
	far   int
	named bool   // it stands there in its own letters
	rest  string // of the text, behind what sounds so
}

// alike are the commands that a text begins like, the likeliest first, each once.
func (r *Router) alike(typed string) []heardAs {
	said := strings.TrimLeft(typed, " \n\t/@")
	f := text.Fold(text.CutBytes(said, suggestBytes))
	var hits []heardAs
	sounds := map[string]string{} // of the pieces that are tried
	for i := range r.sounds {
		s := &r.sounds[i]
		for _, end := range tries(f.Text, utf8.RuneCountInString(s.name)) {
			word := strings.ReplaceAll(f.Text[:end], " ", "")
			if far, ok := s.far(word, sounds); ok {
				hits = append(hits, heardAs{s.spec, far, strings.HasPrefix(f.Text, s.name), strings.TrimSpace(afterMark(said[f.Raw(end):]))})
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b heardAs) int { return cmp.Compare(a.far, b.far) })
	var found []heardAs
	for _, h := range hits {
		if !slices.ContainsFunc(found, func(f heardAs) bool { return f.spec == h.spec }) {
			found = append(found, h)
		}
	}
	return found
}

// far is how many letters of the pinyin of a word differ from the name's, at
// most one in four.
func (s *sound) far(word string, sounds map[string]string) (int, bool) {
	if utf8.RuneCountInString(word) > 2*utf8.RuneCountInString(s.name)+12 || len(s.heard) <= 3 || strings.ContainsFunc(word, unicode.IsDigit) {
		return 0, false // a number is no slip of the pen: 004签前汇抱
	}
	said, known := sounds[word]
	if !known {
		said = heard(word)
		sounds[word] = said
	}
	d := levenshtein.ComputeDistance(said, s.heard)
	return d, d == 0 || d <= len(s.heard)/4 && !otherWord(word, s.name)
}

// otherWord reports whether a word is of ideographs, and has none of another's: 华东
// is not 活动 misspelt.
func otherWord(word, name string) bool {
	han := func(c rune) bool { return unicode.Is(unicode.Han, c) }
	return strings.ContainsFunc(word, han) && !strings.ContainsFunc(word, func(c rune) bool { return han(c) && strings.ContainsRune(name, c) })
}

// tries are where a word may end that a folded text begins with and that may be
// a command of so many characters: its first word, as many characters, its Latin
// letters (qian dao).
func tries(folded string, size int) []int {
	word := len(folded)
	if i := strings.IndexFunc(folded, func(c rune) bool { return text.Blank(c) || c == ':' || c == ',' }); i >= 0 {
		word = i
	}
	latin := len(folded)
	if i := strings.IndexFunc(folded, func(c rune) bool { return c >= utf8.RuneSelf }); i >= 0 {
		latin = i
	}
	if latin > 0 {
		return []int{word, latin}
	}
	for i := range folded {
		if size--; size < 0 {
			return []int{word, i}
		}
	}
	return []int{word}
}

// similar are up to three names that sound or look like a word.
func similar(word string, names []string) []string {
	type hit struct {
		name string
		far  int
	}
	var hits []hit
	said := heard(text.CutBytes(word, maxName))
	for _, n := range names {
		if d := levenshtein.ComputeDistance(said, heard(n)); d <= 2 && d < len(said) {
			hits = append(hits, hit{n, d})
		} else if f := text.Fold(text.CutBytes(word, maxName)).Text; f != "" && strings.Contains(text.Fold(n).Text, f) {
			hits = append(hits, hit{n, 3})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.far, b.far) })
	var found []string
	for _, h := range hits[:min(maxSuggest, len(hits))] {
		found = append(found, h.name)
	}
	return found
}
