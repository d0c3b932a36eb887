package target

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// late is how long after it was sent something may arrive: what was done so long
// before a month froze is looked at again, lest it was left out of its table.
const late = 31 * 24 * time.Hour

// pending are the corrections that no table has yet, and when each became known.
// What was counted of everything that was done since the last month froze, in the
// tables of all months, is compared with what it counts for now.
func (r *reader) pending(ctx context.Context) (list []rulebook.Credit, known map[string]store.Day, err error) {
	last, frozen, err := r.tx.Months().Last(ctx)
	if err != nil || !frozen {
		return nil, nil, err
	}
	known = map[string]store.Day{}
	now, err := r.touched(ctx, last.At.Add(-late), known)
	if err != nil || len(known) == 0 {
		return nil, nil, err
	}
	kept, err := r.tx.Months().Kept(ctx, keptCredits, "", last.Month)
	if err != nil {
		return nil, nil, err
	}
	tables, err := r.tx.Months().Kept(ctx, keptTable, "", last.Month)
	if err != nil {
		return nil, nil, err
	}
	is := map[store.Day]bool{}
	for _, k := range tables { // of others both are lost
		is[k.Month] = false
	}
	var counted []rulebook.Credit
	for _, k := range kept {
		var c credits
		if err := json.Unmarshal([]byte(k.Content), &c); err != nil {
			return nil, nil, err
		}
		if _, sound := is[k.Month]; !sound {
			continue
		}
		is[k.Month] = true
		counted = append(append(counted, c.Own...), c.Corrections...)
	}
	counted = slices.DeleteFunc(counted, func(c rulebook.Credit) bool { _, touched := known[c.Key]; return !touched })
	now = slices.DeleteFunc(now, func(c rulebook.Credit) bool { return !is[c.Day.Month()] })
	return rulebook.Reconcile(counted, now, func(key string) store.Day { return known[key] }), known, nil
}

// touched is what everything counts for that something was done to since a moment,
// and on which day that was last.
func (r *reader) touched(ctx context.Context, since time.Time, known map[string]store.Day) (now []rulebook.Credit, err error) {
	acts, err := r.tx.Contracts().DoneSince(ctx, since)
	if err != nil {
		return nil, err
	}
	is := map[string]store.Contract{}
	for _, a := range acts {
		if r.cut.later(a.ID, a.At) {
			continue
		}
		is[a.Contract], known[a.Contract] = a.Is, r.Rules.Day(a.At)
	}
	entries, err := r.tx.Receivables().CountingSince(ctx, since)
	if err != nil {
		return nil, err
	}
	for number, k := range is {
		now = append(now, rulebook.ContractCredits(k)...)
		if !r.ForSigner {
			continue
		}
		more, err := r.tx.Receivables().Of(ctx, number)
		if err != nil {
			return nil, err
		}
		entries = append(entries, more...)
	}
	slices.SortFunc(entries, func(a, b store.MoneyEntry) int { return strings.Compare(a.ID, b.ID) })
	entries = slices.CompactFunc(entries, func(a, b store.MoneyEntry) bool { return a.ID == b.ID })
	money, err := r.money(ctx, entries)
	about := map[string]string{} // what an entry is about in the end
	for _, e := range entries {
		key := e.ID
		if of, found := about[e.Ref]; found && e.Kind != store.MoneyReceipt && e.Kind != store.MoneyRefund {
			key = of
		}
		about[e.ID] = key
		if !r.cut.later(e.ID, e.At) {
			known[key] = max(known[key], r.Rules.Day(e.At))
		}
	}
	return append(now, money...), err
}
