package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"marketbot/handlers/chat"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
)

// Env is what reading arguments needs besides the text.
type Env struct {
	Tx       *store.Tx // looks names up; nil takes a word for a person, with nothing but the name
	Now      time.Time // in the company's zone: what 明天 is counted from
	Mentions []chat.Mention
	Person   store.Person        // who asks
	Policy   rulebook.FilePolicy // what they may know of customers
	Calendar *rulebook.Calendar  // what holidays are called; nil: none is known
}

// Parse reads the arguments of a command from rest, as Match gave it: by
// name, of the type that their kind says. Optional ones that do not fit are
// passed over. The error is a *Question when the text ends too early, a
// *Refusal when something is not understood or too much, else of the store.
func Parse(ctx context.Context, spec *Spec, rest string, env Env) (map[string]any, error) {
	if !spec.takes(Free, Passage, Labels, Fields) {
		rest = text.TrimStops(rest)
	}
	p := &parser{spec: spec, left: rest, env: env, args: make(map[string]any, len(spec.Args))}
	p.turn()
	for i := 0; i < len(spec.Args); i++ {
		if p.dayFirst(i) { // 出差 明天 广州
			if err := p.one(ctx, i+1); err != nil {
				return nil, err
			}
			if err := p.one(ctx, i); err != nil {
				return nil, err
			}
			i++
			continue
		}
		if err := p.one(ctx, i); err != nil {
			return nil, err
		}
	}
	return p.rest(ctx)
}

// rest takes what is left for optional arguments that others stood before
// (看周报 上周 张伟).
func (p *parser) rest(ctx context.Context) (map[string]any, error) {
	for i := 0; i < len(p.spec.Args); i++ {
		if p.skip(); text.TrimStops(p.left) == "" {
			return p.args, nil
		}
		found, err := p.outOfTurn(ctx, &p.spec.Args[i])
		if err != nil {
			return nil, err
		}
		if found {
			i = -1 // what is left may be one of those before
		}
	}
	p.stray()
	if p.skip(); p.left != "" {
		return nil, p.tooMuch()
	}
	return p.args, nil
}

func (p *parser) outOfTurn(ctx context.Context, a *Arg) (bool, error) {
	if _, given := p.args[a.Name]; given || !a.Kind.known() {
		return false, nil
	}
	v, n, err := p.read(ctx, a)
	var no *Refusal
	switch {
	case err == nil:
		p.args[a.Name], p.left, p.unknown = v, p.left[n:], nil
		return true, nil
	case errors.As(err, &no):
		p.unknown = no
		return false, nil
	case errors.Is(err, reading.ErrNone):
		return false, nil
	default:
		return false, fmt.Errorf("read %s: %w", a.Name, err)
	}
}

// parser reads one line.
type parser struct {
	spec    *Spec
	left    string // raw, from where the next argument is looked for
	env     Env
	args    map[string]any
	unknown *Refusal // why an optional argument was passed over right here
}

// one reads the argument spec.Args[i].
func (p *parser) one(ctx context.Context, i int) error {
	a := &p.spec.Args[i]
	if a.Name == pageArg { // off the end already, or see stray
		return nil
	}
	if p.skipFor(a.Kind); a.hollow(p.left) {
		if p.left = ""; a.Optional {
			return nil
		}
		return &Question{Prompt: p.prompt(a), Choices: choices(a.Kind)}
	}
	if a.Optional && a.Kind == Word && p.lastWord() && p.neededAfter(i) {
		return nil
	}
	v, n, err := p.read(ctx, a)
	var no *Refusal
	switch {
	case err == nil:
		p.args[a.Name], p.left, p.unknown = v, p.left[n:], nil
		return nil
	case a.Optional && a.Kind == Person && errors.As(err, &no):
		p.unknown = no
		return nil
	case errors.As(err, &no):
		return p.hinted(no)
	case errors.Is(err, reading.ErrNone) && a.Optional:
		return nil
	case errors.Is(err, reading.ErrNone):
		return p.unread(a)
	default:
		return fmt.Errorf("read %s: %w", a.Name, err)
	}
}

// hollow reports whether a text says nothing for an argument: marks alone, or the
// argument's own name as the usage and the typed form of buttons print it, 进展….
func (a *Arg) hollow(typed string) bool {
	word := text.TrimStops(typed)
	return word == "" || word == a.Name && strings.HasPrefix(typed[len(word):], "…")
}

// Begun is a line of the command without what says nothing at its end: what an answer
// can be appended to.
func (s *Spec) Begun(line string) string {
	word := text.TrimStops(line)
	for i := range s.Args {
		if begun, named := strings.CutSuffix(word, " "+s.Args[i].Name); named && s.Args[i].hollow(line[len(begun)+1:]) {
			return begun
		}
	}
	return word
}

// read reads one argument at the beginning of what is left.
func (p *parser) read(ctx context.Context, a *Arg) (v any, n int, err error) {
	if a.Kind != Labels && a.Kind != Fields && p.atLabel() {
		return nil, 0, reading.ErrNone
	}
	if a.Kind == Person && p.env.Tx == nil && p.nextFits(ctx, a) {
		return nil, 0, reading.ErrNone
	}
	if at := p.noun(a); at > 0 {
		behind := *p
		behind.left = p.left[at:]
		v, n, err = behind.readKind(ctx, a)
		return v, at + n, err
	}
	v, n, err = p.readKind(ctx, a)
	var no reading.Refusal
	if errors.As(err, &no) {
		err = &Refusal{Text: string(no)}
	}
	return v, n, err
}

func (p *parser) readKind(ctx context.Context, a *Arg) (v any, n int, err error) {
	today, base := store.DayOf(p.env.Now), p.base(a)
	switch a.Kind {
	case Free:
		return p.left[ownLabel(p.left, a.Name):], len(p.left), nil
	case Labels:
		return reading.Labels(p.left, a.labels()), len(p.left), nil
	case Fields:
		v, err := reading.Fields(p.left, a.Keys)
		return v, len(p.left), err
	case Passage:
		text := reading.Passage(p.left, p.spec.fieldKeys())
		return strings.TrimFunc(text[ownLabel(text, a.Name):], unicode.IsSpace), len(text), nil
	case Customer:
		return p.customer(ctx, a)
	case Contract:
		return p.contract(ctx, a)
	case Word:
		word := p.word(a)
		return word, len(word), nil
	case Mentions:
		return p.mentions(a)
	case Number:
		code := reading.FirstCode(p.left)
		if code == "" {
			return nil, 0, reading.ErrNone
		}
		return code, len(code) + p.titleBehind(p.left[len(code):]), nil
	case Date:
		return boxed(reading.OneDay(p.left, base))
	case Span:
		return boxed(reading.Span(p.left, base))
	case Week:
		return boxed(reading.Week(p.left, today))
	case Month:
		return boxed(reading.Month(p.left, base))
	case Money:
		return boxed(reading.Money(p.left))
	case Length:
		return boxed(reading.Length(p.left))
	case Person:
		v, n, err := p.person(ctx, a)
		if err == nil {
			err = p.alone(ctx, p.left[n:])
		}
		return v, n, err
	case Post:
		return readPost(p.left)
	case Duty:
		return readDuty(p.left)
	default:
		return nil, 0, fmt.Errorf("unknown kind of argument %d", a.Kind)
	}
}

// ownLabel is how many bytes an argument's own name takes before its words, as a
// card prints it: 原因：客户多付了. 0 where nothing follows.
func ownLabel(typed, name string) int {
	f := text.Fold(text.CutBytes(typed, maxName))
	rest, found := strings.CutPrefix(f.Text, name)
	if rest = strings.TrimLeft(rest, " "); !found || rest == "" || !strings.ContainsRune(":=", rune(rest[0])) || !text.HasWords(rest[1:]) {
		return 0
	}
	return f.Raw(len(f.Text) - len(strings.TrimLeft(rest[1:], " ")))
}

// titleBehind is how many bytes a title takes that cards print behind a number, H3
// （秋季酒会）: where it ends the line, and no argument would hold it.
func (p *parser) titleBehind(left string) int {
	titled := strings.HasPrefix(left, "（") && strings.HasSuffix(left, "）") || strings.HasPrefix(left, "(") && strings.HasSuffix(left, ")")
	free := slices.ContainsFunc(p.spec.Args, func(a Arg) bool { return slices.Contains([]Kind{Free, Labels, Passage, Fields}, a.Kind) })
	if !titled || free {
		return 0
	}
	return len(left)
}

// Base is what days are counted from.
func (e Env) Base() reading.Base {
	b := reading.Base{Today: store.DayOf(e.Now), Clock: e.Now.Sub(store.DayOf(e.Now).Start(e.Now.Location()))}
	if e.Calendar != nil {
		b.Holiday = e.Calendar.Named
	}
	return b
}

func (p *parser) base(a *Arg) reading.Base {
	b := p.env.Base()
	b.Past, b.Halves = a.Past, a.Halves
	return b
}

// nextFits reports whether the text is that of an argument after a rather than a name.
func (p *parser) nextFits(ctx context.Context, a *Arg) bool {
	passed := false
	for i := range p.spec.Args {
		next := &p.spec.Args[i]
		if passed && next.Kind.known() && next.Kind != Person {
			if _, _, err := p.read(ctx, next); err == nil {
				return true
			}
		}
		passed = passed || next == a
	}
	return false
}

// known reports whether an argument of the kind shows by itself, so that it may
// stand out of turn.
func (k Kind) known() bool { return k >= Date && k <= Duty }

func boxed[T any](v T, n int, err error) (any, int, error) { return v, n, err }

// skipFor moves to where an argument may begin. What is kept as typed loses
// nothing but white space.
func (p *parser) skipFor(k Kind) {
	if k == Free || k == Labels || k == Passage || k == Fields {
		if len(p.args) > 0 {
			p.left = afterMark(p.left)
		}
		p.left = strings.TrimFunc(p.left, unicode.IsSpace)
		return
	}
	p.skip()
}

// skip passes over white space, what is invisible, and marks between arguments.
func (p *parser) skip() {
	for i, raw := range p.left {
		if c, seen := text.FoldRune(raw); seen && !text.Blank(c) && !strings.ContainsRune(",:;、", c) {
			p.left = p.left[i:]
			return
		}
	}
	p.left = ""
}

// neededAfter reports whether an argument after the i-th must be given.
func (p *parser) neededAfter(i int) bool {
	for _, a := range p.spec.Args[i+1:] {
		if !a.Optional {
			return true
		}
	}
	return false
}

// atLabel reports whether a label of this command begins here (补交 本周：… has no
// week: 本周 is the label).
func (p *parser) atLabel() bool { return p.spec.AtLabel(p.left) }

// AtLabel reports whether a text begins with a label or a field of the command.
func (s *Spec) AtLabel(typed string) bool {
	if len(s.Args) == 0 {
		return false
	}
	switch last := &s.Args[len(s.Args)-1]; last.Kind {
	case Labels:
		return reading.AtLabel(typed, last.labels())
	case Fields:
		return reading.AtField(typed, last.Keys)
	default:
		return false
	}
}

// labels are all that a Labels argument reads.
func (a *Arg) labels() []string { return slices.Concat(a.Keys, a.Also) }

// fieldKeys are the keys of the command's fields, if it takes any.
func (s *Spec) fieldKeys() []string {
	if n := len(s.Args); n > 0 && s.Args[n-1].Kind == Fields {
		return s.Args[n-1].Keys
	}
	return nil
}
