package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
)

// Router finds the command that a text calls. It does not change once made
// and may be used by many goroutines.
type Router struct {
	specs   []*Spec
	root    *node
	sounds  []sound          // as they are heard
	phrases []phrase         // as they are spoken of, the longest first
	like    func() *likeness // made when it is first needed, so that no start waits for it
	serving rulebook.Serving
}

// NewRouter takes the commands of the house. It refuses an incomplete or
// clashing one. The pinyin initials of a name (签到: qd) call it too, unless
// they are taken or two names share them.
func NewRouter(specs []Spec, speech ...string) (*Router, error) {
	r := &Router{root: &node{}}
	var errs []error
	for i := range specs {
		s := specs[i]
		r.specs = append(r.specs, &s)
		if err := check(&s); err != nil {
			errs = append(errs, fmt.Errorf("command %q: %w", s.Name, err))
		}
	}
	errs = append(errs, r.nameAll())
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, s := range r.specs {
		for _, line := range s.Examples {
			if err := r.checkExample(s, line); err != nil {
				errs = append(errs, fmt.Errorf("command %q: example %q: %w", s.Name, line, err))
			}
		}
	}
	r.sounds, r.phrases, r.serving = soundsOf(r.specs), phrasesOf(r.specs), serving(r.specs)
	r.like = sync.OnceValue(func() *likeness { return likenessOf(r.specs, strings.Join(speech, "\n")) })
	return r, errors.Join(errs...)
}

// Specs are the commands in the order they were given.
func (r *Router) Specs() []*Spec { return r.specs }

// Serving is which commands serve which clause: what their Clause and Also say.
func (r *Router) Serving() rulebook.Serving { return r.serving }

// nameAll gives every command its names, the explicit ones first.
func (r *Router) nameAll() error {
	var errs []error
	for _, s := range r.specs {
		for _, name := range append([]string{s.Name}, s.Aliases...) {
			switch taken := r.root.named(name); {
			case taken == s:
				errs = append(errs, fmt.Errorf("command %q is called %q twice", s.Name, name))
			case taken != nil:
				errs = append(errs, fmt.Errorf("commands %q and %q are both called %q", taken.Name, s.Name, name))
			case r.root.add(name, s) == nil:
				errs = append(errs, fmt.Errorf("command %q: nobody can type %q", s.Name, name))
			}
		}
	}
	shared := map[string]int{}
	for _, s := range r.specs {
		shared[initials(s.Name)]++
	}
	for _, s := range r.specs {
		if short := initials(s.Name); short != "" && shared[short] == 1 {
			r.root.add(short, s) // whoever was called so explicitly stays
		}
	}
	return errors.Join(errs...)
}

// checkExample reads an example as if it was typed on an ordinary Tuesday.
func (r *Router) checkExample(s *Spec, line string) error {
	found, rest, ok := r.Match(line)
	if !ok {
		return errors.New("calls nothing")
	}
	if found != s {
		return fmt.Errorf("calls %q", found.Name)
	}
	_, err := Parse(context.Background(), s, rest, Env{Now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)})
	return err
}

// Match finds the command that text calls, by its longest name, and the raw
// text of what follows it, byte for byte but for surrounding white space.
// Names are read folded, behind an optional slash. A name in Latin letters
// must be a whole word, a name without arguments too (我的天 is not 我的).
func (r *Router) Match(typed string) (spec *Spec, rest string, ok bool) {
	spec, end := r.find(typed)
	if spec == nil {
		return nil, "", false
	}
	return spec, strings.TrimFunc(afterMark(typed[end:]), unicode.IsSpace), true
}

// find is the command of Match, and where its name ends.
func (r *Router) find(typed string) (spec *Spec, end int) {
	at, slash := r.root, false
	for i := 0; i < len(typed); {
		raw, size := utf8.DecodeRuneInString(typed[i:])
		i += size
		c, seen := text.FoldRune(raw)
		switch {
		case !seen, text.Blank(c) && at.gap, at == r.root && text.Blank(c):
			continue
		case at == r.root && c == '/' && !slash:
			slash = true
			continue
		}
		if at = at.next[c]; at == nil {
			break
		}
		if at.spec != nil && at.ends(typed[i:]) {
			spec, end = at.spec, i
		}
	}
	return spec, end
}

// afterMark drops what belongs to a word rather than to what follows it: the
// colon or comma that some put right behind it, invisible characters before
// a blank.
func afterMark(rest string) string {
	for i, raw := range rest {
		c, seen := text.FoldRune(raw)
		switch {
		case !seen:
			continue
		case text.Blank(c):
			return rest[i:]
		case i == 0 && (c == ':' || c == ','):
			return rest[utf8.RuneLen(raw):]
		default:
			return rest
		}
	}
	return rest
}

// node is a place in the tree of all names.
type node struct {
	next map[rune]*node
	spec *Spec // whose name ends here
	word bool  // it must be a whole word
	gap  bool  // white space may stand here, or not
}

// named is whose name ends where this one does; nil when nobody's.
func (n *node) named(name string) *Spec {
	for _, c := range strings.TrimSpace(text.Fold(name).Text) {
		if text.Blank(c) {
			continue
		}
		if n = n.next[c]; n == nil {
			return nil
		}
	}
	return n.spec
}

// add puts a name into the tree, unless it is taken; it tells by whom.
func (n *node) add(name string, s *Spec) *Spec {
	folded := strings.TrimSpace(text.Fold(name).Text)
	if folded == "" {
		return nil
	}
	for _, c := range folded {
		if text.Blank(c) {
			n.gap = true
			continue
		}
		n = n.child(c)
	}
	if n.spec != nil {
		return n.spec
	}
	last, _ := utf8.DecodeLastRuneInString(folded)
	n.spec, n.word = s, !unicode.Is(unicode.Han, last) || len(s.Args) == 0
	return s
}

func (n *node) child(c rune) *node {
	if n.next == nil {
		n.next = map[rune]*node{}
	}
	if n.next[c] == nil {
		n.next[c] = &node{}
	}
	return n.next[c]
}

// ends reports whether the name may end here, before rest.
func (n *node) ends(rest string) bool {
	if !n.word {
		return true
	}
	for _, raw := range rest {
		c, seen := text.FoldRune(raw)
		switch {
		case !seen:
			continue
		case len(n.spec.Args) == 0:
			return !text.Wordy(c)
		default:
			return c >= utf8.RuneSelf || !text.Wordy(c) && c != '_' && c != '?'
		}
	}
	return true
}
