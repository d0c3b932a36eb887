package trip

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/command"
)

// longestCity is the longest short name in the list (呼和浩特, 西双版纳), in characters.
const longestCity = 4

// marks may stand between a place and the progress, besides white space.
const marks = "，,：:；;、"

func isGap(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(marks, c) }

// splitPlace reads "X Y…": X is the place when it is a known city or the place
// of the trip, and Y the progress, byte for byte. Otherwise all of it is
// progress and the place is the trip's.
func splitPlace(text, tripPlace string) (place, progress string) {
	word := text
	if i := strings.IndexFunc(text, isGap); i >= 0 {
		word = text[:i]
	}
	place, ok := knownPlace(word, tripPlace)
	if !ok {
		return tripPlace, text
	}
	return place, strings.TrimLeftFunc(text[len(word):], isGap)
}

// knownPlace is a city by its short name, or the trip's place as it was declared.
func knownPlace(word, tripPlace string) (string, bool) {
	const longest = 64 // bytes: nothing longer is a city, and a megabyte needs no cleaning
	if tripPlace != "" && word == tripPlace {
		return tripPlace, true
	}
	if len(word) > longest {
		return "", false
	}
	word = cleaned(word)
	for _, before := range []string{"", "在", "到"} {
		name, ok := strings.CutPrefix(word, before)
		if !ok || name == "" {
			continue
		}
		if tripPlace != "" && (name == cleaned(tripPlace) || name == cleaned(tripPlace)+"市") {
			return tripPlace, true
		}
		if city, ok := command.City(name); ok {
			return city, true
		}
	}
	return "", false
}

// longestPlace is how many characters of a place's name are kept.
const longestPlace = 30

// placeName is what a check-in keeps of a place that a platform named: the
// city when an address tells it, else the name; never coordinates (C13).
func placeName(name string) string {
	name = cleaned(name)
	if city, ok := cityIn(name); ok {
		return city
	}
	if !strings.ContainsFunc(name, unicode.IsLetter) {
		return ""
	}
	return cut(name, longestPlace-1) // with the … it is still a place that can be declared
}

// heard is what a group hears of a place: the city, or nothing when it is none
// (C9).
func heard(place string) string {
	city, _ := command.City(cleaned(place))
	return city
}

// placeFor is a place for where somebody spoke.
func placeFor(c *command.Call, place string) string {
	if c.Event.Chat.Group {
		return heard(place)
	}
	return place
}

// cityIn finds the first known city that an address names with 市.
func cityIn(address string) (string, bool) {
	before := []rune{}
	for _, c := range address {
		if c != '市' {
			before = append(before, c)
			continue
		}
		for n := min(longestCity, len(before)); n > 0; n-- {
			if city, ok := command.City(string(before[len(before)-n:])); ok {
				return city, true
			}
		}
		before = before[:0]
	}
	return "", false
}

// cleaned is a name in one line without what nobody sees.
func cleaned(s string) string {
	s = strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) {
			return ' '
		}
		if !visible(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// hasContent tells whether there is anything to read in a text (R13).
func hasContent(s string) bool {
	for i, c := range s {
		if c == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				continue // no character at all
			}
		}
		if visible(c) {
			return true
		}
	}
	return false
}

// visible tells whether a character leaves ink. Fillers and the blank Braille
// pattern count as letters or symbols in Unicode but show nothing.
func visible(c rune) bool {
	switch {
	case c == '\u115f', c == '\u1160', c == '\u3164', c == '\uffa0', c == '\u2800', c == '\u034f', c == '\u17b4', c == '\u17b5':
		return false
	case unicode.Is(unicode.Variation_Selector, c):
		return false
	}
	return unicode.IsGraphic(c) && !unicode.IsSpace(c)
}

// cut is at most n characters of s, with … when something is missing.
func cut(s string, n int) string {
	count := 0
	for i := range s {
		if count == n {
			return s[:i] + "…"
		}
		count++
	}
	return s
}
