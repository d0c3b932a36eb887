package command

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
)

// Thing is what a text calls by its name, as people do who do not know its number: an
// activity, or a contract by its project.
type Thing struct {
	Words string // as typed
	said  string // what stands for them in a line: the number, or the words where they are of several
	mark  rune
}

// leastName is how many characters name a thing at least.
const leastName = 3

// thingsSince is how far back things are that somebody calls by their name.
const thingsSince = -366

// Things are the activities and the contracts that a text calls by their names, as far
// as the caller may see them.
func (c *Call) Things(ctx context.Context, typed string) (list []Thing, err error) {
	activities, err := c.activities(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range activities {
		list = addThing(list, Thing{Words: tailIn(typed, a.Name), said: a.Code, mark: activityMark})
	}
	contracts, err := c.contractsSeen(ctx)
	if err != nil {
		return nil, err
	}
	for _, ct := range contracts {
		if ct.State != store.ContractSpoiled && ct.State != store.ContractReturned && strings.Contains(typed, ct.Project) {
			list = addThing(list, Thing{Words: ct.Project, said: ct.Number, mark: contractMark})
		}
	}
	slices.SortStableFunc(list, func(a, b Thing) int { return len(b.Words) - len(a.Words) })
	return list, nil
}

// activityMark is the letter of activities.
const activityMark = 'H'

// addThing adds a thing that is called by some words; what is called so already is
// meant by its words, where those are read, or not at all.
func addThing(list []Thing, t Thing) []Thing {
	if utf8.RuneCountInString(t.Words) < leastName {
		return list
	}
	i := slices.IndexFunc(list, func(o Thing) bool { return o.Words == t.Words })
	switch {
	case i < 0:
		return append(list, t)
	case list[i].said == t.said:
	case list[i].mark == contractMark && t.mark == contractMark:
		list[i].said = t.Words
	case list[i].mark == t.mark:
		list[i].mark = 0
	}
	return list
}

// tailIn is the longest end of a name that stands in a text: 答谢会 of 年终答谢会.
func tailIn(typed, name string) string {
	for i := range name {
		if strings.Contains(typed, name[i:]) {
			return name[i:]
		}
	}
	return ""
}

// activities are those that the caller may see, of the last year and to come.
func (c *Call) activities(ctx context.Context) ([]store.Activity, error) {
	open, err := c.Tx.Activities().Open(ctx)
	if err != nil {
		return nil, err
	}
	today := store.DayOf(c.Now)
	held, err := c.Tx.Activities().Between(ctx, today.Add(thingsSince), today)
	return slices.DeleteFunc(append(open, held...), func(a store.Activity) bool {
		return !rulebook.SeesActivity(c.Person, a) || a.Made.After(c.Now)
	}), err
}

// contractsSeen are the contracts of which the caller may know the project, of the last
// year.
func (c *Call) contractsSeen(ctx context.Context) (list []store.Contract, err error) {
	if rulebook.Allows(rulebook.SeeContracts, c.Person) {
		today := store.DayOf(c.Now)
		list, err = c.Tx.Contracts().ClaimedIn(ctx, today.Add(thingsSince), today.Add(1))
	} else {
		list, err = c.Tx.Contracts().ByHolder(ctx, c.Person.ID)
	}
	return slices.DeleteFunc(list, func(ct store.Contract) bool {
		return ct.Project == "" || rulebook.ViewContract(c.Person, ct, false) < rulebook.ContractPaper
	}), err
}

// contractsFor are the contracts whose project words name, however they are spelled.
func (c *Call) contractsFor(ctx context.Context, typed string) (list []MeantContract, err error) {
	seen, err := c.contractsSeen(ctx)
	name := func(s string) string { return text.Bare(text.TrimStops(s)) }
	for _, ct := range seen {
		if name(ct.Project) == name(typed) {
			list = append(list, MeantContract{ct, rulebook.ViewContract(c.Person, ct, false)})
		}
	}
	return list, err
}
