package command

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"marketbot/handlers/text"
)

// How like how people speak of a command a text must be: to be offered it, to be
// offered it where another is doubted, to be held to mean it and no other.
const (
	leastLike  = 0.42
	fairlyLike = 0.85
	surelyLike = 1.1
)

// offer is a line that may be meant.
type offer struct {
	spec  *Spec
	line  string
	also  []string // the same for others who are named
	score float64
}

// denial is what makes of an act that is spoken of none.
var denial = newLexicon(`别 先不 先别 不要 还没 没说 不用 如果 要是 假如 万一 可能 也许 本来`)

// offers are the commands that a text may mean which is none, each whole, the
// likeliest first: where it asks, or says what is not to be, the help of what would do
// something. It tells, too, whether it is what others may do that is spoken of.
func (r *Router) offers(typed string, k Known) (list []offer, ofOthers bool) {
	said := text.CutBytes(typed, suggestBytes)
	slots, tokens := hear(said, k)
	folded := text.Fold(said).Text
	asks, helps := isQuestion(folded), false
	likely := r.like().best(tokens, func(*Spec) bool { return true })
	mine := slices.DeleteFunc(slices.Clone(likely), func(l likelihood) bool { return l.spec != nil && !k.Suits(l.spec) })
	if len(mine) == 0 {
		return nil, false
	}
	if likely[0].score > surelyLike && likely[0].score > muchLikelier*mine[0].score { // of what others do
		return nil, k.Denied != nil && k.Denied(likely[0].spec)
	}
	best, wordless := 0.0, !slices.ContainsFunc(tokens, func(t token) bool { return t.c >= utf8.RuneSelf })
	for i, c := range mine {
		if c.spec == nil || i == maxTried || c.score+mostFit < max(leastLike, best*besideBest) { // small talk, or nothing that could be offered
			break
		}
		f := newFilling(c.spec, typed, slots, tokens, k, r.like())
		f.asks = asks
		line, ok := f.line()
		meant, _, _ := r.Match(line)
		ok = ok && meant == c.spec && !f.loses() && (!f.wholeMonth() || r.named(c.spec, typed))
		switch acts := !c.spec.Lists && (c.spec.Undo != nil || c.spec.Needs() || how.in(folded) != ""); {
		case c.score+f.fit < leastLike, wordless && !c.spec.Lists:
		case acts && (asks && !f.complete || denial.in(without(folded, f.cues)) != ""):
			if !helps {
				list = append(list, offer{spec: c.spec, line: c.spec.HelpLine(), score: c.score})
			}
			helps = true
		case ok:
			list = append(list, offer{spec: c.spec, line: line, also: f.also, score: c.score + f.fit})
			best = max(best, c.score+f.fit)
		case i == 0 && acts && !helps: // it cannot be as it is said, but nothing else is likelier; what fits counts as for the others
			list, helps = append(list, offer{spec: c.spec, line: c.spec.HelpLine(), score: c.score + f.fit}), true
		}
	}
	slices.SortStableFunc(list, func(a, b offer) int { return cmp.Compare(b.score, a.score) })
	return slices.DeleteFunc(list, func(o offer) bool { return o.score < list[0].score*besideBest }), false
}

// named reports whether a text names a command in any of the ways that it tells of.
func (r *Router) named(s *Spec, typed string) bool {
	f := text.Fold(typed)
	return slices.ContainsFunc(r.phrases, func(p phrase) bool {
		_, all := p.around(f, typed)
		return p.spec == s && all
	})
}

// How many commands are tried on a text, and how much better than it sounds one can
// fit it.
const (
	maxTried = 20
	mostFit  = 0.3
)

// besideBest is how likely what is offered beside the likeliest must be at least.
const besideBest = 0.7

// muchLikelier is how much likelier what somebody may not do must be than what they
// may for that they hear of it.
const muchLikelier = 1.3

var how = newLexicon(`怎么 怎样 如何 咋`)

// opener is what begins a question behind a command's name, and nothing that is noted
// down but for others to answer: 新客户谁来建 is no firm called 谁来建, and
// 议题谁去展会 is a topic.
var opener = newLexicon(`怎么 怎样 如何 咋 谁 归谁 为什么 为啥 能不能 能否 可不可以 是不是 有没有 要不要 用不用 需不需要 多久`)

// isQuestion reports whether a text asks something: 不知道谁家的 does not.
func isQuestion(folded string) bool {
	return ask.in(without(folded, unasked)) != "" || supposed.in(folded) != "" || strings.HasSuffix(strings.TrimRight(folded, "?!。~"), "不")
}

var unasked = newLexicon(`不知道谁 不知道哪 不晓得谁 不知谁 没什么 没啥`)

// without is a text without the words of a lexicon.
func without(folded string, words lexicon) string {
	var left strings.Builder
	for i := 0; i < len(folded); {
		if n := len(words.at(folded[i:])); n > 0 {
			left.WriteByte(' ')
			i += n
			continue
		}
		left.WriteByte(folded[i])
		i++
	}
	return left.String()
}

// joined are lines with offers behind them, of each command one; more reports that not
// all who are named together are among them.
func joined(lines []string, offers []offer) (list []string, more bool) {
	for _, o := range offers {
		again := slices.ContainsFunc(lines, func(line string) bool {
			return line == o.line || o.line != o.spec.HelpLine() && strings.HasPrefix(line+" ", o.spec.Name+" ")
		})
		if !again && len(lines) < maxSuggest {
			lines = append(append(lines, o.line), o.also...)
		}
	}
	return lines[:min(maxSuggest, len(lines))], len(lines) > maxSuggest
}

// led are offers with the first of others in front, as it is offered where it is; what
// shows something stays as it is (决议 D5), since nothing is written down by it.
func led(offers, by []offer) []offer {
	if len(by) == 0 {
		return offers
	}
	first := by[0]
	if i := slices.IndexFunc(offers, func(o offer) bool {
		return o.spec == first.spec && !o.spec.Lists && o.line != o.spec.HelpLine()
	}); i >= 0 {
		first = offers[i]
	}
	return slices.Concat([]offer{first}, offers, by)
}
