package command

import (
	"cmp"
	"slices"
	"strings"
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

// Suggest gives up to three commands that a text may have meant, the likeliest
// first; none when it is like no command.
func (r *Router) Suggest(typed string) []*Spec {
	f := strings.TrimLeft(text.Fold(text.CutBytes(typed, suggestBytes)).Text, " \n/@")
	type hit struct {
		spec *Spec
		far  int
	}
	var hits []hit
	for i := range r.sounds {
		if far, ok := r.sounds[i].far(f); ok {
			hits = append(hits, hit{r.sounds[i].spec, far})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.far, b.far) })
	var found []*Spec
	for _, h := range hits {
		if len(found) < maxSuggest && !slices.Contains(found, h.spec) {
			found = append(found, h.spec)
		}
	}
	return found
}

// far is how far a folded text lies from the name: ten for each letter of the
// pinyin that differs, at most one in four; five more when the name stands
// somewhere in the text.
func (s *sound) far(text string) (int, bool) {
	best, ok := 0, false
	size := utf8.RuneCountInString(s.name)
	for _, try := range tries(text, size) {
		if utf8.RuneCountInString(try) > 2*size+12 {
			continue
		}
		d := levenshtein.ComputeDistance(heard(try), s.heard)
		if near := d <= len(s.heard)/4 && len(s.heard) > 3; near && (!ok || 10*d < best) {
			best, ok = 10*d, true
		}
	}
	if !ok && size > 1 && len(s.name) > 3 && strings.Contains(text, s.name) {
		return 5, true
	}
	return best, ok
}

// tries are the beginnings of a text that may be a command of so many
// characters: its first word, as many characters, its Latin letters (qian dao).
func tries(typed string, size int) []string {
	word := typed
	if i := strings.IndexFunc(typed, func(c rune) bool { return text.Blank(c) || c == ':' || c == ',' }); i >= 0 {
		word = typed[:i]
	}
	latin := typed
	if i := strings.IndexFunc(typed, func(c rune) bool { return c >= utf8.RuneSelf }); i >= 0 {
		latin = typed[:i]
	}
	joined := []rune(strings.ReplaceAll(typed, " ", ""))
	if latin != "" {
		return []string{word, strings.ReplaceAll(latin, " ", "")}
	}
	return []string{word, string(joined[:min(size, len(joined))])}
}

// alike are up to three names that sound or look like a word.
func alike(word string, names []string) []string {
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
