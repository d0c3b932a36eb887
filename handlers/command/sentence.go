package command

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/reading"
	"marketbot/handlers/text"
)

// Meaning is what somebody may mean by what they wrote. At most one of Spec and
// Help is set, or any of the others.
type Meaning struct {
	Spec  *Spec    // to be run, with Line and Rest
	Line  string   // the command with all that was typed
	Rest  string   // of the line, behind the command's name
	Help  *Spec    // a question about this command, and nothing else
	About *Spec    // it is spoken of, but nobody can tell what is wanted of it
	Lines []string // commands that may be meant, each whole, the likeliest first
	More  bool     // there are more such lines, for others who are named
	Held  bool     // a whole command, held back since it is not given for good
	Small bool     // small talk
	Greet bool     // small talk that wants an answer

	doubted bool // it is spoken of so that nothing is meant to be done
	denied  bool // it is a command that who wrote has no right to
}

// Read is what a text plainly means: a command that it begins with, behind
// courtesies, or a question about it. ok is false where that takes knowledge of
// who there is, of whom people are some: see [Router.Guess] and [LeadsOn].
func (r *Router) Read(typed string, people []string) (m Meaning, ok bool) {
	m, ok = r.plain(typed)
	if unsure, not := r.unsure(m, typed, Known{Suits: func(*Spec) bool { return true }, People: people, Now: anOrdinaryDay}); not {
		return unsure, unsure.Help != nil
	}
	return m, ok
}

// plain is what a text means by the command that it begins with.
func (r *Router) plain(typed string) (m Meaning, ok bool) {
	said, spec, end := r.behindCourtesy(typed)
	if spec == nil {
		return m, false
	}
	after := said[end:]
	next, _ := utf8.DecodeRuneInString(after)
	joined := after != "" && text.Wordy(next)
	glued, behind := joined, false
	if glued || after != "" && latin(said) {
		other, longer := r.longer(said, spec, end)
		if other {
			return m, false
		}
		if longer > 0 {
			after, glued, behind = said[longer:], false, true
		}
	}
	rest := withoutParticles(after, glued, spec.takesText())
	folded := text.Fold(text.CutBytes(rest, suggestBytes)).Text
	switch asks := ask.in(folded) != ""; {
	case rest != "" && spec.Hidden && r.said(said[:end], spec) && !strings.ContainsFunc(reading.FirstWord(rest), unicode.IsDigit):
		return m, false // as people say it, not as a button does
	case len(rest) > suggestBytes:
	case !strings.ContainsFunc(folded, sayable):
		if rest = ""; spec.Hidden && r.said(said, spec) {
			return m, false
		}
	case !joined && len(spec.Args) == 1 && spec.Args[0].Coded != "" && spec.Args[0].Optional && useUp(folded, r.like().whole[spec], soft): // 取消 先退出
		rest = ""
	case behind && useUp(folded, soft): // 周报模板发我一个
		rest = ""
	case behind && ask.at(folded) != "": // 客户档案怎么建
		return m, false
	case joined && !spec.Needs() && (useUp(folded, listing) || spec.Lists && useUp(text.Fold(said).Text, r.like().cues[spec], soft, listing)):
		rest = ""
	case (asks || joined && manual.in(folded) != "" || strings.HasSuffix(folded, "?")) && useUp(folded, idle, spec.ownWords()):
		return Meaning{Help: spec}, true
	case joined && !spec.takes(Free, Passage, Labels, Fields, Word, Number, Person, Customer, Contract) && !spec.fits(rest, anOrdinaryDay): // 汇总一下发给陈总
		return m, false
	case joined && asks && spec.takesText() && !spec.Needs() && !spec.Asks && !spec.labels(rest): // 撤销能撤多久以前的
		return m, false
	case joined && spec.Lists && !spec.Asks && asks && ask.at(folded) != "": // 决议有哪些还没完成
		return m, false
	case joined && r.speaksOf(typed, spec):
		return m, false
	case !glued:
	case doubt.at(folded) != "", undone.at(folded) != "" && !spec.own(folded), !spec.Asks && opener.at(folded) != "", asks && !spec.takesText(), asks && strings.HasSuffix(strings.TrimRight(folded, "?!。"), "吗"):
		return m, false
	}
	return Meaning{Spec: spec, Rest: rest, Line: strings.TrimSpace(spec.Name + " " + rest)}, true
}

// speaksOf reports whether a text that begins with the name of a command speaks of
// another, or asks about it.
func (r *Router) speaksOf(typed string, spec *Spec) bool {
	_, tokens := hear(text.CutBytes(typed, suggestBytes), Known{})
	list := r.like().of(tokens, func(s *Spec) bool { return true })
	i := slices.IndexFunc(list, func(l likelihood) bool { return l.spec == spec })
	return len(list) > 0 && list[0].spec != nil && list[0].spec != spec && list[0].score > surelyLike && (i < 0 || list[i].score < 0.7*list[0].score)
}

// behindCourtesy is a text behind the courtesies before a command, with the
// command and where its name ends; nil where none follows.
func (r *Router) behindCourtesy(typed string) (said string, spec *Spec, end int) {
	said = typed
	for {
		if spec, end = r.find(said); spec != nil {
			return said, spec, end
		}
		said = strings.TrimLeftFunc(said, func(c rune) bool { return !text.Wordy(c) && c != '@' })
		f := text.Fold(text.CutBytes(said, suggestBytes))
		word := courtesy.at(f.Text)
		if word == "" {
			return typed, nil, 0
		}
		said = afterCall(said[f.Raw(len(word)):])
	}
}

// sayable reports whether a folded rune says anything: a letter, a digit, a
// picture, but no mark.
func sayable(c rune) bool { return text.Wordy(c) || unicode.IsSymbol(c) }

// withoutParticles is the text behind a command's name without what only rounds
// a sentence off.
func withoutParticles(rest string, glued, keeps bool) string {
	rest = strings.TrimFunc(afterMark(rest), unicode.IsSpace)
	for glued {
		word := particle.at(rest)
		next, _ := utf8.DecodeRuneInString(rest[len(word):])
		if word == "" || keeps && text.Wordy(next) && rounds.at(word) != word { // 谁没交啊这周; 签到哈尔滨
			break
		}
		rest = strings.TrimFunc(afterMark(rest[len(word):]), unicode.IsSpace)
	}
	if i := strings.LastIndexFunc(rest, unicode.IsSpace); i >= 0 && particle.at(strings.TrimSpace(rest[i:])) == strings.TrimSpace(rest[i:]) {
		rest = strings.TrimSpace(rest[:i])
	}
	return rest
}

// ownWords are the characters of a command's name: 签 in 签到怎么签.
func (s *Spec) ownWords() lexicon { return newLexicon(strings.Join(strings.Split(s.Name, ""), " ")) }

// takesText reports whether what follows the name may be any text.
func (s *Spec) takesText() bool {
	return len(s.Args) > 0 && (s.Args[0].Kind == Free || s.Args[0].Kind == Labels || s.Args[0].Kind == Passage)
}

// takes reports whether the command has an argument of one of the kinds.
func (s *Spec) takes(kinds ...Kind) bool {
	return slices.ContainsFunc(s.Args, func(a Arg) bool { return slices.Contains(kinds, a.Kind) })
}

// Needs reports whether the command is nothing without more words.
func (s *Spec) Needs() bool {
	return slices.ContainsFunc(s.Args, func(a Arg) bool { return !a.Optional })
}

// longer looks for a longer way to say something in a text that begins with the
// name of a command: for another command (出差取消了, 周报撤回), or where a longer
// way to say the same one ends (客户档案 华东机电).
func (r *Router) longer(said string, spec *Spec, end int) (other bool, longer int) {
	f := text.Fold(text.CutBytes(said, suggestBytes))
	size := utf8.RuneCountInString(said[:end])
	for i := range r.phrases {
		p := &r.phrases[i]
		if p.size <= size {
			break
		}
		pieces, ok := p.around(f, said)
		if !ok || p.tells || pieces[0] != "" && (!p.leads || p.spec == spec || spec.Undo != nil) {
			continue
		}
		if p.spec == spec && len(p.parts) == 1 && !(len(spec.Args) > 0 && spec.Args[0].Kind == Person) {
			return false, f.Raw(len(p.parts[0]))
		}
		return true, 0
	}
	return false, 0
}

// said reports whether a text is a way to say another command.
func (r *Router) said(typed string, spec *Spec) bool {
	bare := text.Bare(typed)
	return slices.ContainsFunc(r.phrases, func(p phrase) bool { return p.spec != spec && len(p.parts) == 1 && p.parts[0] == bare })
}

// longestSentence is how many bytes of text are guessed at.
const longestSentence = 2000

// Known is what a guess may draw upon.
type Known struct {
	Suits  func(*Spec) bool // reports whether a command is of use to who wrote
	Denied func(*Spec) bool // reports whether they have no right to it; nil: none is denied
	People []string         // who there is
	// Customer is what names a customer in the text, where who wrote may know that
	// there is one; empty: none.
	Customer string
	Things   []Thing // what the text calls by its name, likewise, the longest first
	Name     string  // of who wrote
	Now      time.Time
}

// SmallTalk reports whether a text says nothing but what people say in passing.
func SmallTalk(typed string) bool { return isSmallTalk(text.Fold(typed).Text) }

func isSmallTalk(folded string) bool {
	return useUp(sticker.ReplaceAllString(folded, ""), smallTalk)
}

// Guess is what a text may mean that is no plain command. Nothing is done by
// it: it only offers.
func (r *Router) Guess(typed string, k Known) Meaning {
	if line := r.labelled(typed, k); line != "" {
		return Meaning{Lines: []string{line}}
	}
	if len(typed) > longestSentence {
		return Meaning{}
	}
	if plain, ok := r.plain(typed); ok {
		if m, not := r.unsure(plain, typed, k); not {
			m.Held = true
			return m
		}
	}
	f := text.Fold(text.CutBytes(typed, suggestBytes))
	if isSmallTalk(f.Text) {
		return Meaning{Small: true, Greet: greeting.in(f.Text) != ""}
	}
	m := r.spoken(typed, f, k)
	if m.denied {
		return Meaning{}
	}
	if m.Spec == nil && m.Help == nil && len(m.Lines) == 0 {
		if lines := r.misheard(typed, m.About, k); len(lines) > 0 {
			return Meaning{Lines: lines}
		}
	}
	if m.About != nil && m.About.Lists && len(m.Lines) == 0 {
		if line := m.About.narrowed(typed, k, r.like()); line != m.About.Name {
			m.Lines = []string{line}
		}
	}
	if m.Spec != nil {
		return m
	}
	offers, ofOthers := r.offers(typed, k)
	if ofOthers && m.Help == nil {
		return Meaning{}
	}
	if (m.About == nil || len(m.Lines) == 0) && m.Help == nil && len(offers) > 0 && offers[0].score > surelyLike {
		m.About = offers[0].spec
	}
	if m.doubted {
		offers = slices.DeleteFunc(offers, func(o offer) bool { return o.score < fairlyLike })
	}
	switch {
	case m.Help == nil:
		var about []offer
		if len(m.Lines) == 0 {
			about = r.aboutNamed(typed, k)
		}
		m.Lines, m.More = joined(m.Lines, led(offers, about))
	case how.in(f.Text) == "" && len(offers) > 0 && offers[0].score > fairlyLike && offers[0].line != m.Help.HelpLine():
		m.Lines, m.More = joined([]string{offers[0].line, m.Help.HelpLine()}, offers[1:])
		m.Help = nil
	}
	return m
}

// shortPhrase is how many characters of a phrase may be said of anything.
const shortPhrase = 2

// sticker is a picture as the platforms write it.
var sticker = regexp.MustCompile(`\[\pL{1,6}\]`)

// spoken is what a text means that speaks of a command.
func (r *Router) spoken(typed string, f text.Folded, k Known) (m Meaning) {
	told := r.told(f, typed)
	for i := range r.phrases {
		p := &r.phrases[i]
		pieces, ok := p.around(f, typed)
		if !ok || p.within(told) || p.tells && strings.Contains(f.Text, p.spec.Name) { // what it tells stands behind the name
			continue
		}
		s := speech{phrase: *p, pieces: pieces}
		if !k.Suits(p.spec) {
			if m.About == nil && k.Denied != nil && k.Denied(p.spec) && p.size > shortPhrase {
				if line, whole := s.line(typed, k, r.like()); whole && line != p.spec.Name {
					return Meaning{denied: true}
				}
			}
			continue
		}
		left, near := s.leftover(), s.close()
		switch line, whole := s.line(typed, k, r.like()); {
		case p.spec.Lists && listing.in(left) != "" && useUp(left, listing, soft):
			return Meaning{Lines: []string{p.spec.Name}, About: p.spec}
		case ask.in(left) != "" && useUp(left, idle, p.spec.ownWords()):
			if m.About == nil {
				return Meaning{Help: p.spec}
			}
		case ask.in(near) != "", doubt.in(near) != "":
			if m.About == nil {
				return Meaning{About: p.spec, doubted: true}
			}
		case whole && p.own && useUp(left, soft):
			return Meaning{Spec: p.spec, Line: p.spec.Name}
		case whole:
			if of := p.spec.narrowed(typed, k, r.like()); len(p.spec.By) > 0 && of != p.spec.Name && !p.spec.takesText() {
				line = of
			}
			return Meaning{Lines: append([]string{line}, s.also...), About: p.spec}
		case m.About == nil:
			m.About = p.spec
		}
	}
	return m
}

// narrowed is the command for a list of what a text names: a list changes nothing, so
// that other words may be passed over.
func (s *Spec) narrowed(typed string, k Known, l *likeness) string {
	slots, tokens := hear(typed, k)
	f := newFilling(s, typed, slots, tokens, k, l)
	f.asks = true
	line, ok := f.line()
	if !ok {
		return s.Name
	}
	return line
}

// told are the parts of what tells something in a text: 打了电话.
func (r *Router) told(f text.Folded, typed string) (parts []string) {
	for i := range r.phrases {
		if p := &r.phrases[i]; p.tells {
			if _, ok := p.around(f, typed); ok {
				parts = append(parts, p.parts...)
			}
		}
	}
	return parts
}

// misheard are commands that a text sounds like, with the rest of it; none where a longer
// name stands in its own letters, as of the one that the text is about: 部门上个月的查阅记录.
func (r *Router) misheard(typed string, about *Spec, k Known) []string {
	var lines []string
	alike := r.alike(typed)
	if slices.ContainsFunc(alike, func(h heardAs) bool {
		return h.named || about != nil && len(about.Name) > len(h.spec.Name) && strings.Contains(typed, about.Name)
	}) {
		return nil
	}
	for _, h := range alike {
		if k.Suits(h.spec) && len(lines) < maxSuggest && h.spec.fits(h.rest, k.Now) {
			lines = append(lines, strings.TrimSpace(h.spec.Name+" "+h.rest))
		}
	}
	return lines
}

// fits reports whether the command can take words, or asks for more.
func (s *Spec) fits(rest string, now time.Time) bool {
	_, err := Parse(context.Background(), s, rest, Env{Now: now})
	var asks *Question
	return err == nil || errors.As(err, &asks)
}

// Bare is a text without the courtesies and fillers around it.
func Bare(typed string) string { return trimSoft(strings.TrimSpace(typed)) }
