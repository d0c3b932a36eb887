package command

import (
	"slices"
	"strings"

	"marketbot/handlers/reading"
	"marketbot/handlers/text"
)

// filling puts what a text says into the arguments of a command that it may mean.
// Nothing is put in that does not stand there. What says more stays as the command's
// text; what sounds like how people ask for the command may be left out of it, so that
// the line is offered to be looked at, never run.
type filling struct {
	spec        *Spec
	k           Known
	typed       string
	slots       []slot
	taken       []bool
	clauses     []clause
	cues        lexicon
	like        *likeness
	drop        []bool // of the bytes of typed: they are no text
	fit         float64
	lacks       bool     // what the command needs is not said
	complete    bool     // all that the command needs is said
	asks        bool     // the text is a question
	behind      bool     // labels stand behind other text
	told        bool     // it says what is to be written down in fields
	because     bool     // fields are told, and not yet why
	whole       bool     // the text that the command takes has all its words
	left        string   // what says more than the command has a place for
	aboutBefore bool     // what a phrase is about stands before it
	also        []string // the same line for the others who are named with one: 张伟和刘洋
	phraseFrom  int      // where a phrase begins that means the command
	phraseEnd   int      // where a phrase ends that means the command; 0: none does
}

// clause is a part of a text between marks or blanks.
type clause struct{ from, to int }

func newFilling(s *Spec, typed string, slots []slot, tokens []token, k Known, l *likeness) *filling {
	f := &filling{spec: s, k: k, typed: typed, slots: slots, taken: make([]bool, len(slots)), cues: l.cues[s], like: l, drop: make([]bool, len(typed))}
	from := -1
	for _, t := range append(tokens, token{c: apart, from: len(typed)}) {
		switch {
		case t.c == apart && from >= 0:
			f.clauses = append(f.clauses, clause{from, t.from})
			from = -1
		case t.c != apart && from < 0:
			from = t.from
		}
	}
	return f
}

// spoken says that a phrase of the text means the command: what else stands there is
// told as it is.
func (f *filling) spoken(s *speech) {
	at := 0
	for i, piece := range s.pieces[:len(s.pieces)-1] {
		at += len(piece)
		end := at + strings.Index(f.typed[at:], s.pieces[i+1])
		if i+2 == len(s.pieces) {
			end = len(f.typed) - len(s.pieces[i+1])
		}
		if i == 0 {
			f.phraseFrom = at
		}
		if !s.stays {
			f.cut(at, end)
		}
		at = end
	}
	if f.aboutBefore = s.leads; s.stays {
		f.phraseFrom, at = 0, 0
	}
	f.phraseEnd = at
	f.asks = isQuestion(text.Fold(f.typed[:at]).Text)
}

// line is the command with what the text says; ok is false where it cannot be it.
func (f *filling) line() (line string, ok bool) {
	s := f.spec
	var fields string
	labelled := s.labelled()
	switch n := len(s.Args); {
	case labelled:
		fields = f.labels(&s.Args[n-1])
	case n > 0 && s.Args[n-1].Kind == Fields:
		fields = f.fields(s.Args[n-1].Keys)
		f.told = strings.Count(fields, "=") > 1
	}
	words, textAt, fields := f.arguments(fields)
	f.because = strings.Contains(fields, "=") && slices.Contains(s.fieldKeys(), "原因") && !strings.Contains(fields, "原因=")
	one, others := f.together()
	rest := ""
	if s.Of == customers && s.takesWords() && f.phraseEnd == 0 && fields == "" {
		rest = f.beside()
	} else {
		rest = f.text()
	}
	f.rate()
	switch {
	case f.lacks && rest != "" && f.phraseEnd == 0: // it would be taken for what lacks
		return "", false
	case f.leads():
		f.left = rest
	case f.behind: // what stands before the first label
		words = append(words, rest)
	case textAt >= 0 && !f.shows() && (fields == "" || !labelled):
		words = slices.Insert(words, textAt, rest)
	case f.whole && useUp(text.Fold(rest).Text, f.cues, hedge, soft, become, carriers):
	case rest != "" && (f.because || f.whole && fields == "" && slices.Contains(s.fieldKeys(), "原因")):
		fields += " 原因=" + rest
	default:
		f.left = rest
	}
	line = strings.Join(strings.Fields(s.Name+" "+strings.Join(append(words, fields), " ")), " ")
	for _, other := range others {
		f.also = append(f.also, strings.Replace(line, one, other, 1))
	}
	args := strings.TrimSpace(strings.TrimPrefix(line, s.Name))
	return line, s.fits(args, f.k.Now) && (s.Of == Contracts || !s.ofOthers(args))
}

// takesOne reports whether the command takes one person, and nobody else.
func (s *Spec) takesOne() bool {
	n := 0
	for _, a := range s.Args {
		if a.Kind == Person {
			n++
		}
		if a.Kind == Mentions || a.Kind == Passage || a.Kind == Fields {
			return false
		}
	}
	return n == 1
}

// together are the one whom the command takes, and others who are named with them: the
// line is made for each.
func (f *filling) together() (one string, others []string) {
	if !f.spec.takesOne() {
		return "", nil
	}
	for i, s := range f.slots {
		switch {
		case s.mark != personMark:
		case f.taken[i]:
			one = s.said
		case i > 0 && one != "" && f.slots[i-1].mark == personMark && useUp(text.Fold(f.typed[f.slots[i-1].to:s.from]).Text, and):
			f.cut(f.slots[i-1].to, s.from)
			others = append(others, f.use(i))
		}
	}
	return one, others
}

// and is what stands between two who are named together.
var and = newLexicon(`和 跟 与 及 以及 还有`)

// leads reports whether words stand before the phrase that are none of the command's.
func (f *filling) leads() bool {
	if f.aboutBefore || !f.spec.Lists && f.spec.takes(Customer, Contract) {
		return false
	}
	return slices.ContainsFunc(f.clauses, func(c clause) bool {
		c.to = min(c.to, f.phraseFrom)
		return slices.ContainsFunc(f.kept(c, false), func(run clause) bool {
			word := f.typed[run.from:run.to]
			_, city := reading.City(word)
			return !city && nowadays.at(word) != word
		})
	})
}

// loses reports whether the text says more of what the command writes down in parts
// than it has a place for.
func (f *filling) loses() bool {
	return !f.shows() && (f.spec.labelled() || len(f.spec.fieldKeys()) > 0) && !useUp(text.Fold(f.left).Text, f.cues, hedge, idle, vague)
}

// shows reports whether a list is to be shown, and nothing noted down.
func (f *filling) shows() bool {
	return f.spec.Lists && (f.asks && f.spec.Undo != nil || f.phraseEnd == 0 && (f.asks || f.spec.Undo == nil && !f.told))
}

// arguments are what the text says of the arguments but the last, which are text: it
// goes to textAt.
func (f *filling) arguments(fields string) (words []string, textAt int, left string) {
	s, lacks := f.spec, false
	textAt = -1
	for _, kind := range s.By {
		words = append(words, f.take(kind, nil, 1)...)
	}
	if s.Lists && s.Undo == nil && f.shown(moneyMark) {
		words = append(words, f.take(Money, nil, 1)...)
	}
	for i := range s.Args {
		a := &s.Args[i]
		switch a.Kind {
		case Free, Passage, Labels:
			got, rest, whole := f.beginning(i, fields)
			words, fields = append(words, got...), rest
			if f.whole = whole; !whole && textAt < 0 {
				textAt = len(words)
			}
			continue
		case Fields:
			continue
		case Span, Word, Date:
			if f.shows() && s.Undo != nil && a.Coded == "" {
				continue
			}
		}
		got := f.take(a.Kind, a, 1)
		if len(got) == 0 {
			got = f.wordsOf(a)
		}
		if a.Kind == Contract && len(got) > 0 { // whose it is, it tells itself
			f.take(Customer, nil, len(f.slots))
		}
		if a.Kind == Span {
			got = append(got, f.take(a.Kind, a, 1)...) // 明天 … 三天
		}
		words = append(words, got...)
		switch {
		case a.Optional:
		case len(got) > 0:
			f.complete = true
			f.fit += 0.15
		default:
			lacks = true
			f.lacks = f.lacks || a.Kind != Word && a.Kind != Number
			f.fit -= 0.1
		}
	}
	f.complete = f.complete && !lacks
	return words, textAt, fields
}

// beginning is what an argument that takes text begins with: what the fields call by
// its name, the customer that is looked for, words that it knows, codes. whole reports
// whether no text belongs behind it.
func (f *filling) beginning(i int, fields string) (words []string, left string, whole bool) {
	a := &f.spec.Args[i]
	if at := strings.Index(fields, a.Name+"="); at >= 0 {
		value, rest, _ := strings.Cut(fields[at+len(a.Name+"="):], " ")
		return []string{value}, fields[:at] + rest, true
	}
	if i == 0 && f.spec.Of == customers {
		if words = f.take(Customer, nil, 1); len(words) > 0 {
			return words, fields, true
		}
	}
	words = f.wordsOf(a)
	if i == 0 && f.spec.beginsWithSum() || len(a.Words) > 0 && f.shown(moneyMark) {
		if sum := f.take(Money, a, 1); len(sum) > 0 { // 目标降到8万
			return append(words, sum...), fields, len(a.Words) > 0
		}
	}
	if a.Coded != "" {
		words = append(words, f.take(Number, a, len(f.slots))...)
	}
	return words, fields, false
}

// beginsWithSum reports whether what the command takes begins with a sum.
func (s *Spec) beginsWithSum() bool {
	if len(s.Examples) == 0 {
		return false
	}
	_, _, err := reading.Money(strings.TrimPrefix(s.Examples[0], s.Name+" "))
	return err == nil
}

// wholeMonth reports whether the days that the text names for a command are a month, and
// nothing else is: nobody is away so long by the way (我下个月不干了).
func (f *filling) wholeMonth() bool {
	i := slices.IndexFunc(f.spec.Args, func(a Arg) bool { return a.Kind != Person })
	return i >= 0 && f.spec.Args[i].Kind == Span && slices.ContainsFunc(f.slots, func(s slot) bool {
		return s.mark == daysMark && daysOf(s.said, Month, f.k)
	})
}
