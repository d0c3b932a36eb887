package rulebook

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/text"
)

// Clause is one rule of the rule book.
type Clause struct {
	Number   string   // 总则, 2-4, 档-6, 会-3; 附-1 … for what follows without being written
	Title    string   // a few words
	Text     string   // the rule in our own words
	Keywords []string // other words that people look for it with
}

// Serving is the names of the commands that serve each clause, by its number.
// What a command serves stands in its Spec and nowhere else.
type Serving map[string][]string

// number is how people write a clause's number once it is folded: group, the
// number in it, the words around it and anything that may stand in between.
var number = regexp.MustCompile(`^第?\s*([2档会附])[案议则]?[-_.,。·、\s]*([1-9])\s*[条款]?$`)

// ByNumber is the clause of a number as people write it: 2-4, 2.4, ２－４,
// 第2-4条, 档6, 档六.
func ByNumber(query string) (Clause, bool) {
	key := folded(query)
	if m := number.FindStringSubmatch(numerals.Replace(key)); m != nil {
		key = m[1] + "-" + m[2]
	}
	i := slices.IndexFunc(Clauses, func(c Clause) bool { return c.Number == key })
	if i < 0 {
		return Clause{}, false
	}
	return Clauses[i], true
}

// Find looks clauses up by number, by group (档 means all of 档-1 … 档-9) or
// by words, the names of commands among them: best hit first, in the order of
// the rule book among equals. Several words separated by spaces must all be
// met. None when nothing fits or nothing was asked.
func (s Serving) Find(clauses []Clause, query string) []Clause {
	if c, ok := ByNumber(query); ok {
		return slices.DeleteFunc(slices.Clone(clauses), func(o Clause) bool { return o.Number != c.Number })
	}
	key := folded(query)
	if group := inGroup(clauses, key); len(group) > 0 {
		return group
	}
	words := strings.Fields(key)
	if len(words) == 0 {
		return nil
	}
	type hit struct {
		clause Clause
		score  int
	}
	var hits []hit
	for _, c := range clauses {
		if n := c.meets(words, s[c.Number]); n > 0 {
			hits = append(hits, hit{c, n})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	var found []Clause
	for _, h := range hits {
		found = append(found, h.clause)
	}
	return found
}

// inGroup is every clause whose number begins with the group key.
func inGroup(clauses []Clause, key string) []Clause {
	var group []Clause
	for _, c := range clauses {
		if head, _, ok := strings.Cut(c.Number, "-"); ok && head == key {
			group = append(group, c)
		}
	}
	return group
}

// meets is how well a clause meets all of the folded words; 0 when it fails
// one of them.
func (c Clause) meets(words, commands []string) int {
	sum := 0
	for _, w := range words {
		n := c.score(w, commands)
		if n == 0 {
			return 0
		}
		sum += n
	}
	return sum
}

// score is how well a clause meets one folded word: 4 for exactly one of its
// names, 3 for a part of its title, 2 for a part of anything else, 1 for a
// question that has one of its names in it (签到要几次).
func (c Clause) score(word string, commands []string) int {
	names := slices.Concat(c.Keywords, commands, []string{c.Title, c.Number})
	for i := range names {
		names[i] = folded(names[i])
	}
	contained := func(name string) bool { return strings.Contains(name, word) }
	asked := func(name string) bool {
		before, after, ok := strings.Cut(word, name)
		return ok && utf8.RuneCountInString(name) > 1 && !runsOn(before, name) && !runsOn(name, after)
	}
	switch {
	case slices.Contains(names, word):
		return 4
	case contained(folded(c.Title)):
		return 3
	case slices.ContainsFunc(names, contained), contained(folded(c.Text)):
		return 2
	case slices.ContainsFunc(names, asked):
		return 1
	default:
		return 0
	}
}

// runsOn reports whether a number goes on from one text to the next: 档-1 is not in 档-10.
func runsOn(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	return unicode.IsDigit(last) && unicode.IsDigit(first)
}

// numerals are the digits as a clause's number may be spoken.
var numerals = strings.NewReplacer("一", "1", "二", "2", "三", "3", "四", "4", "五", "5", "六", "6", "七", "7", "八", "8", "九", "9")

// folded is a text folded for looking up.
func folded(s string) string { return strings.TrimSpace(text.Fold(s).Text) }
