package command

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/chat"
	"marketbot/handlers/text"
)

// maxNameWords is how many more words a name may have whose end nobody tells
// (@Tom Lee 签到).
const maxNameWords = 3

// Addressed is what a text says behind the mentions that it begins with, of
// whomever: the bot only gets what is meant for it. Where the platform tells
// who is mentioned, a name ends where it does; else at white space, but that a
// name in Latin letters may go on up to a command. A text without mentions in
// front, or with nothing behind them, is as it was; the mark that stands behind the
// bot's own name stays where the platform took that out (，签到 广州).
func (r *Router) Addressed(typed string, mentions []chat.Mention) string {
	rest, told := typed, true
	if _, _, ok := r.Match(typed); !ok {
		if called := afterCall(typed); called != "" {
			if _, _, ok := r.Match(called); ok {
				return called
			}
		}
	}
	for {
		after, known, ok := cutMention(rest, mentions)
		if !ok {
			break
		}
		rest, told = afterCall(after), known
	}
	switch {
	case rest == "":
		return typed
	case told:
		return rest
	}
	return r.pastName(rest)
}

// pastName is where a command begins behind the last words of a name; the text
// itself where none does.
func (r *Router) pastName(typed string) string {
	rest := typed
	for range maxNameWords {
		if _, _, ok := r.Match(rest); ok {
			return rest
		}
		end := strings.IndexFunc(rest, unicode.IsSpace)
		if end < 0 || strings.ContainsFunc(rest[:end], func(c rune) bool { return unicode.Is(unicode.Han, c) }) {
			return typed
		}
		rest = afterCall(rest[end:])
	}
	if _, _, ok := r.Match(rest); ok {
		return rest
	}
	return typed
}

// cutMention cuts the mention off that a text begins with; known tells that the
// platform told of it.
func cutMention(typed string, mentions []chat.Mention) (rest string, known, ok bool) {
	for i, raw := range typed {
		c, seen := text.FoldRune(raw)
		switch {
		case !seen, text.Blank(c):
			continue
		case c != '@':
			return "", false, false
		}
		rest = typed[i+utf8.RuneLen(raw):]
		break
	}
	longest := 0
	for _, m := range mentions {
		if len(m.Name) > longest && strings.HasPrefix(rest, m.Name) {
			longest = len(m.Name)
		}
	}
	if longest > 0 {
		return rest[longest:], true, true
	}
	word := nameWord(rest)
	if next := strings.IndexAny(word, "@＠"); next > 0 {
		word = word[:next]
	}
	return rest[len(word):], false, word != "" && !strings.HasPrefix(word, "@")
}

// afterCall is a text without the white space and the mark that stand between a
// name called and what is said.
func afterCall(typed string) string {
	return strings.TrimLeftFunc(typed, func(raw rune) bool {
		c, seen := text.FoldRune(raw)
		return !seen || text.Blank(c) || strings.ContainsRune(",:;、。!", c)
	})
}
