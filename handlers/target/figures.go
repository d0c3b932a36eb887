package target

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"marketbot/handlers/closing"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// What is kept of a month that freezes: its table, and what each figure is made of.
const (
	keptTable   = "业绩"
	keptCredits = "业绩明细"
)

// credits are what the figures of a kept month are made of.
type credits struct {
	Own         []rulebook.Credit `json:"own"`
	Corrections []rulebook.Credit `json:"corrections"`
}

// cut leaves out what came later: behind an id, or else from a moment on. The zero
// cut leaves out nothing.
type cut struct {
	at   time.Time
	last string
}

// later reports whether what was entered under an id at a moment is left out.
func (c cut) later(id string, at time.Time) bool {
	if c.last != "" {
		return id > c.last
	}
	return !c.at.IsZero() && !at.Before(c.at)
}

// reader reads figures in one transaction, as of a moment.
type reader struct {
	Handler
	tx  *store.Tx
	now time.Time
	cut cut
	// afresh is a month that is read as it is, be it kept or not; empty: none.
	afresh store.Day
	// damaged tells that a record does not open that the figures lack.
	damaged bool
}

func (h Handler) reader(tx *store.Tx, now time.Time, c cut) *reader {
	return &reader{Handler: h, tx: tx, now: now.In(h.Rules.Zone), cut: c}
}

// table is 业绩 of a month: as it was kept, or as it is.
func (r *reader) table(ctx context.Context, month store.Day) (t rulebook.ResultTable, kept *store.KeptTable, err error) {
	list, err := r.tx.Months().Kept(ctx, keptTable, month, month)
	if err != nil {
		return t, nil, err
	}
	if len(list) > 0 {
		return t, &list[0], json.Unmarshal([]byte(list[0].Content), &t)
	}
	t, err = r.live(ctx, month)
	return t, nil, err
}

// live is the table of a month that nobody kept.
func (r *reader) live(ctx context.Context, month store.Day) (t rulebook.ResultTable, err error) {
	from := min(rulebook.FirstOfYear(month), month.Add(-1).Month())
	months, err := r.months(ctx, from, month.NextMonth())
	if err != nil {
		return t, err
	}
	people, later, err := r.people(ctx, month, months)
	if err != nil {
		return t, err
	}
	t = rulebook.NewResultTable(month, months, people)
	waits, err := r.waits(ctx, rulebook.FirstOfYear(month), month.NextMonth())
	t.Department.YearSums.Pending = 0
	for i := range t.Rows {
		row := &t.Rows[i]
		row.Post = cmp.Or(row.Post, later[row.Person])
		row.YearSums.Pending = waits[row.Person]
		t.Department.YearSums.Pending += waits[row.Person]
	}
	t.Damaged = r.damaged
	return t, err
}

// waits is what of the receipts of the days from … to before another still waits for
// 核款, by person: months that froze say what did so then. One of an earlier day that no
// table before has is a correction in these.
func (r *reader) waits(ctx context.Context, from, before store.Day) (map[string]int64, error) {
	entries, err := r.tx.Receivables().Waiting(ctx)
	if err != nil {
		return nil, err
	}
	credits, err := r.money(ctx, entries)
	waits := map[string]int64{}
	for _, c := range credits {
		if !c.Pending || c.Day >= before {
			continue
		}
		earlier := false
		if c.Day < from {
			if earlier, err = r.counted(ctx, c, from.Add(-1).Month()); err != nil {
				return nil, err
			}
		}
		if !earlier {
			waits[c.Person] += c.Fen
		}
	}
	return waits, err
}

// counted reports whether a credit is in the tables of its own month or one after that
// up to another, where it is or will be if that month is still open.
func (r *reader) counted(ctx context.Context, c rulebook.Credit, last store.Day) (bool, error) {
	kept, err := r.tx.Months().Kept(ctx, keptCredits, c.Day.Month(), last)
	if err != nil || len(kept) == 0 || kept[0].Month != c.Day.Month() {
		return true, err
	}
	for _, k := range kept {
		var of credits
		if err := json.Unmarshal([]byte(k.Content), &of); err != nil {
			return false, err
		}
		if slices.ContainsFunc(append(of.Own, of.Corrections...), func(o rulebook.Credit) bool { return o.Key == c.Key }) {
			return true, nil
		}
	}
	return kept[len(kept)-1].Month < last, nil
}

// months are the results of the months from … to: those that froze as they were
// kept, the others, and the one that is read afresh, of what is known.
func (r *reader) months(ctx context.Context, from, to store.Day) (map[store.Day]rulebook.MonthResult, error) {
	months := map[store.Day]rulebook.MonthResult{}
	kept, err := r.tx.Months().Kept(ctx, keptTable, from, to)
	if err != nil {
		return nil, err
	}
	for _, k := range kept {
		if k.Month == r.afresh {
			continue
		}
		var t rulebook.ResultTable
		if err := json.Unmarshal([]byte(k.Content), &t); err != nil {
			return nil, err
		}
		months[k.Month] = t.Result()
	}
	targets, err := r.targets(ctx, from, to)
	if err != nil {
		return nil, err
	}
	for month := from; month <= to; month = month.NextMonth() {
		if _, frozen := months[month]; frozen {
			continue
		}
		last := month // of those in a row that are not kept
		for next := month.NextMonth(); next <= to; next = next.NextMonth() {
			if _, frozen := months[next]; frozen {
				break
			}
			last = next
		}
		if err := r.open(ctx, months, targets, month, last); err != nil {
			return nil, err
		}
		month = last
	}
	return months, nil
}

// targets are those that are needed for some months, without what came later.
func (r *reader) targets(ctx context.Context, from, to store.Day) ([]store.Target, error) {
	list, err := r.tx.Targets().Between(ctx, from, to)
	return slices.DeleteFunc(list, func(t store.Target) bool { return r.cut.later(t.ID, t.At) }), err
}

// open puts the results of months from … to that are not kept.
func (r *reader) open(ctx context.Context, months map[store.Day]rulebook.MonthResult, targets []store.Target, from, to store.Day) error {
	own, err := r.credits(ctx, from, to.NextMonth())
	if err != nil {
		return err
	}
	for month := from; month <= to; month = month.NextMonth() {
		months[month] = rulebook.MonthResult{
			Goals: rulebook.GoalsOf(targets, month, month == r.afresh), Sums: map[string]rulebook.Sums{}, Corrections: rulebook.GoalCorrections(targets, month, r.Rules.Zone),
		}
	}
	for _, c := range own {
		sums := months[c.Day.Month()].Sums
		sums[c.Person] = sums[c.Person].With(c)
	}
	open, err := closing.Open(ctx, r.tx, r.Rules, r.now)
	if err != nil || open < from || open > to {
		return err
	}
	pending, known, err := r.pending(ctx)
	m := months[open]
	for _, c := range pending {
		m.Corrections = append(m.Corrections, rulebook.Correction{
			Day: known[c.Key], Of: c.Day.Month(), Person: c.Person, Measure: c.Measure, Fen: c.Fen, Contract: c.Contract,
		})
	}
	months[open] = m
	return err
}

// credits are what counts for people on the days from … to before another.
func (r *reader) credits(ctx context.Context, from, before store.Day) (list []rulebook.Credit, err error) {
	contracts, err := r.contracts(ctx, from, before)
	if err != nil {
		return nil, err
	}
	entries, err := r.tx.Receivables().Counting(ctx, from, before.Add(-1))
	if err != nil {
		return nil, err
	}
	for _, k := range contracts {
		for _, c := range rulebook.ContractCredits(k) {
			if c.Day >= from && c.Day < before {
				list = append(list, c)
			}
		}
	}
	money, err := r.money(ctx, entries)
	return append(list, money...), err
}

// contracts are those that were signed or ended on some days, each once, as they
// stood before what came later.
func (r *reader) contracts(ctx context.Context, from, before store.Day) ([]store.Contract, error) {
	list, err := r.tx.Contracts().SignedIn(ctx, from, before)
	if err != nil {
		return nil, err
	}
	ended, err := r.tx.Contracts().EndedIn(ctx, from, before)
	if err != nil {
		return nil, err
	}
	for _, k := range ended {
		if k.Signed < from || k.Signed >= before {
			list = append(list, k)
		}
	}
	if r.cut == (cut{}) {
		return list, nil
	}
	acts, err := r.tx.Contracts().DoneSince(ctx, r.cut.at.Add(-late))
	changed := r.before(acts)
	list = slices.DeleteFunc(list, func(k store.Contract) bool { _, is := changed[k.Number]; return is })
	for _, k := range changed {
		list = append(list, k)
	}
	return list, err
}

// before are the contracts to which something was done that is left out, as they
// were before the first of it.
func (r *reader) before(acts []store.ContractAct) map[string]store.Contract {
	list := map[string]store.Contract{}
	for _, a := range acts {
		if _, seen := list[a.Contract]; !seen && r.cut.later(a.ID, a.At) {
			list[a.Contract] = a.Was
		}
	}
	return list
}

// money is what entries count for, without those that came later.
func (r *reader) money(ctx context.Context, entries []store.MoneyEntry) ([]rulebook.Credit, error) {
	entries = slices.DeleteFunc(entries, func(e store.MoneyEntry) bool { return r.cut.later(e.ID, e.At) })
	var shares func(string) []store.Share
	if r.ForSigner {
		signers, err := r.signers(ctx, entries)
		if err != nil {
			return nil, err
		}
		shares = func(contract string) []store.Share { return signers[contract] }
	}
	list, damaged := rulebook.MoneyCredits(entries, shares)
	r.damaged = r.damaged || damaged
	return list, nil
}

// signers are whom the contracts of some entries count for.
func (r *reader) signers(ctx context.Context, entries []store.MoneyEntry) (map[string][]store.Share, error) {
	var numbers []string
	for _, e := range entries {
		numbers = append(numbers, e.Contract)
	}
	slices.Sort(numbers)
	contracts, err := r.tx.Contracts().OfNumbers(ctx, slices.Compact(numbers))
	signers := map[string][]store.Share{}
	for _, k := range contracts {
		signers[k.Number] = rulebook.SharesOf(k)
	}
	return signers, err
}

// people are who may have a row in a month's table, with the post of its last day:
// by registration, behind them who is not with the company any more. Who was not
// registered yet has none then, but figures may have been entered since: later are
// the posts of now.
func (r *reader) people(ctx context.Context, month store.Day, months map[store.Day]rulebook.MonthResult) (list []store.Person, later map[string]store.Post, err error) {
	list, err = r.tx.People().Active(ctx)
	if err != nil {
		return nil, nil, err
	}
	later = map[string]store.Post{}
	for _, p := range list {
		later[p.ID] = p.Post
	}
	posts, end := later, month.NextMonth().Start(r.Rules.Zone)
	if over := !r.now.Before(end); over {
		if posts, err = r.tx.People().PostsAt(ctx, end); err != nil {
			return nil, nil, err
		}
	}
	seen := map[string]bool{"": true}
	for i := range list {
		seen[list[i].ID], list[i].Post = true, posts[list[i].ID]
	}
	var gone []string
	for _, m := range months {
		for _, id := range m.People() {
			if !seen[id] {
				seen[id], gone = true, append(gone, id)
			}
		}
	}
	slices.Sort(gone)
	for _, id := range gone {
		p, found, err := r.tx.People().ByID(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		if !found {
			p.ID = id
		}
		if post := posts[id]; post != "" {
			p.Post = post
		}
		list = append(list, p)
	}
	return list, later, nil
}
