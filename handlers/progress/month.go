package progress

import (
	"cmp"
	"context"
	"slices"
	"time"

	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/vault"
)

// asked is which months of customers are asked for.
type asked struct {
	owner string // person id: whose customers they were then; empty: all
	own   bool   // it is the owner who asks: those that are theirs now count too
	month store.Day
	at    time.Time // now, in the company's zone
	last  string    // money that was entered behind this id came later; empty: all counts
}

// entry is a customer's month with what was promised for it and for the next one.
type entry struct {
	rulebook.CustomerMonth
	Before          rulebook.ProgressState // in the month before; empty: there was no file yet
	Promise, Coming *rulebook.Promise
}

// is reports whether an entry is one that is asked for.
func (a asked) is(e *entry) bool {
	return a.owner == "" || e.Owner == a.owner || a.own && e.Customer.Owner == a.owner
}

// months are the customers' months that are asked for: what lacks a cause first,
// then the longest without progress. Of a month that froze they are what was kept;
// frozen is nil for others.
func (h Handler) months(ctx context.Context, tx *store.Tx, a asked) (list []*entry, frozen *store.FrozenMonth, err error) {
	f, found, err := tx.Months().Frozen(ctx, a.month)
	if err != nil {
		return nil, nil, err
	}
	if found && !a.at.Before(f.At) {
		list, found, err = h.kept(ctx, tx, a)
		if err != nil || found {
			return list, &f, err
		}
	}
	list, err = h.live(ctx, tx, a)
	return list, nil, err
}

// live is months of what is known.
func (h Handler) live(ctx context.Context, tx *store.Tx, a asked) ([]*entry, error) {
	return h.since(ctx, tx, a, a.month.Add(-1).Month())
}

// since is live, read off what happened from a day on and the last of what was before:
// the month before is the latest that tells all. There are as many queries however many
// customers there are.
func (h Handler) since(ctx context.Context, tx *store.Tx, a asked, day store.Day) ([]*entry, error) {
	until := h.Rules.MonthEnd(a.month)
	if a.at.Before(until) {
		until = a.at.Add(time.Millisecond)
	}
	courses, err := vault.In(tx).Courses(ctx, a.owner, day.Start(h.Rules.Zone), until)
	if err != nil || len(courses) == 0 {
		return nil, err
	}
	f, err := h.facts(ctx, tx, a, day, courses)
	if err != nil {
		return nil, err
	}
	list := make([]*entry, 0, len(courses))
	for i := range courses {
		c := courses[i]
		e := &entry{CustomerMonth: h.of(c, f, a.month, a.at)}
		if !a.is(e) {
			continue
		}
		if before := a.month.Add(-1).Month(); c.Created.Before(a.month.Start(h.Rules.Zone)) {
			e.Before = h.of(c, f, before, a.at).State
		}
		e.Promise, e.Coming = f.promise(c.ID, a.month), f.promise(c.ID, a.month.NextMonth())
		list = append(list, e)
	}
	slices.SortStableFunc(list, func(x, y *entry) int {
		return cmp.Or(rank(x)-rank(y), y.Idle-x.Idle, len(x.ID)-len(y.ID), cmp.Compare(x.ID, y.ID))
	})
	return list, nil
}

// rank puts what lacks a cause first and who is lost last.
func rank(e *entry) int {
	switch {
	case e.Missing():
		return 0
	case e.State == rulebook.Lost:
		return 2
	}
	return 1
}

func (h Handler) of(c store.Course, f known, month store.Day, at time.Time) rulebook.CustomerMonth {
	d := f.deals[c.ID]
	d.Then = f.then
	return h.Rules.CustomerMonth(c, d, f.stalls[c.ID], month, at, h.firstStage(), h.TermsDays)
}

// known is what else is known of customers, by their ids.
type known struct {
	deals    map[string]rulebook.Deals
	then     map[string]store.Contract // see rulebook.Deals, of all customers
	stalls   map[string][]store.Stall
	promises map[string][]rulebook.Promise
}

// promise is the promise about a customer for a month; nil where there is none.
func (f known) promise(customer string, month store.Day) *rulebook.Promise {
	for i, p := range f.promises[customer] {
		if p.Month == month {
			return &f.promises[customer][i]
		}
	}
	return nil
}

// fewCustomers is how many are asked for by their ids; of more all are read.
const fewCustomers = 500

// facts reads what else is known of the customers of some courses, of contracts and
// money since a day.
func (h Handler) facts(ctx context.Context, tx *store.Tx, a asked, since store.Day, courses []store.Course) (known, error) {
	f := known{deals: map[string]rulebook.Deals{}, stalls: map[string][]store.Stall{}, promises: map[string][]rulebook.Promise{}}
	var ids []string
	if a.owner != "" && len(courses) <= fewCustomers {
		for _, c := range courses {
			ids = append(ids, c.ID)
		}
	}
	contracts, last, err := tx.Contracts().CourseSince(ctx, since, ids...)
	if err != nil {
		return f, err
	}
	for customer, day := range last {
		f.deals[customer] = rulebook.Deals{Before: day}
	}
	whose := make(map[string]string, len(contracts)) // the customer of a contract
	for _, k := range contracts {
		d := f.deals[k.Customer]
		d.Contracts = append(d.Contracts, k)
		f.deals[k.Customer], whose[k.Number] = d, k.Customer
	}
	if f.then, err = h.then(ctx, tx, a); err != nil {
		return f, err
	}
	money, err := tx.Receivables().CourseSince(ctx, since, ids...)
	if err != nil {
		return f, err
	}
	for _, e := range money {
		if a.last != "" && e.ID > a.last {
			continue
		}
		customer := whose[e.Contract]
		d := f.deals[customer]
		d.Money = append(d.Money, e)
		f.deals[customer] = d
	}
	stalls, err := tx.Stalls().Last(ctx, h.Rules.CausesBefore(a.month, a.at), ids...)
	if err != nil {
		return f, err
	}
	for _, s := range stalls {
		f.stalls[s.Customer] = append(f.stalls[s.Customer], s)
	}
	entries, err := tx.Promises().In(ctx, a.month, a.month.NextMonth())
	for _, p := range rulebook.Promises(entries) {
		f.promises[p.Customer] = append(f.promises[p.Customer], p)
	}
	return f, err
}

// then are the contracts to which something was done after the month, as they were at
// its end.
func (h Handler) then(ctx context.Context, tx *store.Tx, a asked) (map[string]store.Contract, error) {
	end := h.Rules.MonthEnd(a.month)
	if a.at.Before(end) {
		return nil, nil
	}
	acts, err := tx.Contracts().DoneSince(ctx, end)
	return rulebook.SignedBefore(acts, end), err
}

// counts are how many customers are in each state, and how many lack a cause.
type counts struct {
	now, before map[rulebook.ProgressState]int
	missing     int
}

func count(list []*entry) counts {
	n := counts{now: map[rulebook.ProgressState]int{}, before: map[rulebook.ProgressState]int{}}
	for _, e := range list {
		n.now[e.State]++
		if e.Before != "" {
			n.before[e.Before]++
		}
		if e.Missing() {
			n.missing++
		}
	}
	return n
}
