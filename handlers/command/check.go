package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
)

// check is what a command lacks.
func check(s *Spec) error {
	switch {
	case strings.TrimSpace(s.Name) == "" || text.Fold(s.Name).Text != s.Name:
		return errors.New("no name, or one that is never typed so")
	case s.Summary == "" || strings.Contains(s.Summary, "\n"):
		return errors.New("no summary, or one of several lines")
	case s.Run == nil:
		return errors.New("no step to run")
	case s.Who == "":
		return errors.New("no right to run it")
	case rulebook.ClauseOf(s.Who) == "":
		return fmt.Errorf("unknown right %q", s.Who)
	case len(s.Examples) == 0:
		return errors.New("no example")
	case s.Clause == "" && len(s.Also) > 0:
		return errors.New("further clauses, but no first one")
	}
	return errors.Join(checkClauses(s), checkArgs(s.Args))
}

// checkClauses refuses clauses that there are not, or that are named twice.
func checkClauses(s *Spec) error {
	all := append([]string{s.Clause}, s.Also...)
	for i, number := range all {
		switch c, ok := rulebook.ByNumber(number); {
		case i == 0 && number == "":
		case !ok || c.Number != number:
			return fmt.Errorf("unknown clause %q", number)
		case slices.Contains(all[:i], number):
			return fmt.Errorf("clause %q twice", number)
		}
	}
	return nil
}

func checkArgs(args []Arg) error {
	names := map[string]bool{}
	for i := range args {
		a := &args[i]
		if a.Name == "" || names[a.Name] {
			return fmt.Errorf("argument %d has no name of its own", i+1)
		}
		if err := checkArg(a, args[i+1:]); err != nil {
			return fmt.Errorf("argument %q %w", a.Name, err)
		}
		names[a.Name] = true
	}
	return nil
}

// checkArg is what is wrong with an argument that others follow.
func checkArg(a *Arg, behind []Arg) error {
	toEnd := a.Kind == Free || a.Kind == Labels || a.Kind == Fields
	switch {
	case a.Kind < Word || a.Kind > Mentions:
		return fmt.Errorf("is of no known kind (%d)", a.Kind)
	case toEnd && len(behind) > 0:
		return errors.New("takes all that follows, so it must be the last")
	case a.Kind == Passage && len(behind) > 0 && behind[0].Kind != Fields:
		return errors.New("ends at fields, so they must follow")
	case a.Kind == Customer && (a.For < ToRead || a.For > ToName):
		return errors.New("does not say what for")
	case a.Kind != Customer && a.For != 0 || a.For != ToChange && a.Others != nil:
		return errors.New("says for what customer, and takes none that is changed")
	}
	return checkKeys(a)
}

// checkKeys refuses labels or fields that cannot be told apart.
func checkKeys(a *Arg) error {
	switch keyed := a.Kind == Labels || a.Kind == Fields; {
	case keyed && len(a.Keys) == 0:
		return errors.New("has no labels")
	case !keyed && len(a.Keys) > 0, a.Kind != Labels && len(a.Also) > 0:
		return errors.New("has labels, and takes none")
	}
	seen := map[string]bool{}
	for _, k := range a.labels() {
		if k = text.Fold(k).Text; strings.TrimSpace(k) == "" || seen[k] {
			return fmt.Errorf("has the label %q twice, or without a word", k)
		}
		seen[k] = true
	}
	return nil
}
