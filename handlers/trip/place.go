package trip

import (
	"strings"
	"unicode"

	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/text"
)

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
	word = text.Clean(word)
	for _, before := range []string{"", "在", "到"} {
		name, ok := strings.CutPrefix(word, before)
		if !ok || name == "" {
			continue
		}
		if tripPlace != "" && (name == text.Clean(tripPlace) || name == text.Clean(tripPlace)+"市") {
			return tripPlace, true
		}
		if city, ok := reading.City(name); ok {
			return city, true
		}
	}
	return "", false
}

// longestPlace is how many characters of a place's name are kept.
const longestPlace = 30

// placeName is what a check-in keeps of a place that a platform named: the
// city that it tells, or nothing; never an address or coordinates (C13).
func placeName(name string) string {
	city, _ := reading.CityIn(text.Clean(name))
	return city
}

// heard is what a group hears of a place: the city, or nothing when it is none
// (C9).
func heard(place string) string {
	city, _ := reading.City(text.Clean(place))
	return city
}

// placeFor is a place for where somebody spoke.
func placeFor(c *command.Call, place string) string {
	if c.Event.Chat.Group {
		return heard(place)
	}
	return place
}
