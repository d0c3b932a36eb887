package store

import (
	"context"
	"slices"
	"time"

	"marketbot/store/internal/engine"
)

// FrozenMonth is a month whose tables do not change any more (会-4): what becomes
// known later is 会后更正 of the month that is open by then.
type FrozenMonth struct {
	Month   Day // its first day
	At      time.Time
	By      string // person id of who ended the meeting; empty: the clock
	Damaged bool   // the row is not as it was written: only that the month is frozen holds
}

// KeptTable is a table of a month as it was when the month froze.
type KeptTable struct {
	Month   Day
	Name    string // for ever the same, of one area
	Hash    string // over Content
	Content string // values, not a file: rests sealed
}

func (m FrozenMonth) proof() string { return proofOf(string(m.Month), millis(m.At), m.By) }

// Freeze freezes a month; false when it was before.
func (q Months) Freeze(ctx context.Context, m FrozenMonth) (bool, error) {
	n, err := q.tx.Exec(ctx, "freeze month", `INSERT INTO frozen_month (month, at, by_person, proof) VALUES ($1, $2, $3, $4) ON CONFLICT (month) DO NOTHING`,
		string(m.Month), engine.Millis(m.At), m.By, q.tx.SealText(m.proof(), "frozen_month", string(m.Month), "proof"))
	return n == 1, err
}

// scan reads a month. That it is frozen holds also where its row was changed
// behind the store's back: otherwise a table could be made anew that way.
func (q Months) scan(scan engine.Scan) (m FrozenMonth, err error) {
	var proof []byte
	if err = scan(&m.Month, engine.At(&m.At), &m.By, &proof); err != nil {
		return m, err
	}
	m.Damaged = q.tx.PassOver(Grants(q).proven(m.proof(), proof, "frozen_month", string(m.Month)))
	return m, nil
}

// sound reads months without those that are none: somebody wrote something else
// there, and whoever counts on from it would never end.
func (q Months) sound(ctx context.Context, what, query string, args ...any) ([]FrozenMonth, error) {
	list, err := engine.All(ctx, q.tx, what, query, args, q.scan)
	return slices.DeleteFunc(list, func(m FrozenMonth) bool { return m.Damaged && m.Month.Add(0).Month() != m.Month }), err
}

// Frozen is how a month froze; false while it did not.
func (q Months) Frozen(ctx context.Context, month Day) (FrozenMonth, bool, error) {
	list, err := engine.All(ctx, q.tx, "frozen month", `SELECT month, at, by_person, proof FROM frozen_month WHERE month = $1`, []any{string(month)}, q.scan)
	return engine.First(list), len(list) > 0, err
}

// Between lists the months from … to that are frozen, in their order.
func (q Months) Between(ctx context.Context, from, to Day) ([]FrozenMonth, error) {
	return q.sound(ctx, "frozen months", `SELECT month, at, by_person, proof FROM frozen_month WHERE month >= $1 AND month <= $2 ORDER BY month`,
		string(from), string(to))
}

// Last is the last month that is frozen; false while none is.
func (q Months) Last(ctx context.Context) (FrozenMonth, bool, error) {
	list, err := q.sound(ctx, "last frozen month", `SELECT month, at, by_person, proof FROM frozen_month ORDER BY month DESC`)
	return engine.First(list), len(list) > 0, err
}

// Keep keeps a table for ever; false when one of that name was kept of the month
// before.
func (q Months) Keep(ctx context.Context, k KeptTable) (bool, error) {
	n, err := q.tx.Exec(ctx, "keep table", `INSERT INTO kept_table (month, name, hash, content) VALUES ($1, $2, $3, $4) ON CONFLICT (month, name) DO NOTHING`,
		string(k.Month), k.Name, k.Hash, q.tx.SealText(k.Content, "kept_table", k.place(), "content"))
	return n == 1, err
}

// place is what the sealed content is bound to.
func (k KeptTable) place() string { return engine.Joined(string(k.Month), k.Name, k.Hash) }

// Kept lists the tables of a name of the months from … to, in their order; damaged
// ones are passed over.
func (q Months) Kept(ctx context.Context, name string, from, to Day) ([]KeptTable, error) {
	return engine.Sound(ctx, q.tx, "kept tables", `SELECT month, name, hash, content FROM kept_table WHERE name = $1 AND month >= $2 AND month <= $3 ORDER BY month`,
		[]any{name, string(from), string(to)}, func(scan engine.Scan) (k KeptTable, err error) {
			var sealed []byte
			if err = scan(&k.Month, &k.Name, &k.Hash, &sealed); err != nil {
				return k, err
			}
			k.Content, err = q.tx.OpenText(sealed, "kept_table", k.place(), "content")
			if err == nil && k.Content == "" {
				err = ErrTampered
			}
			return k, engine.InRow("kept_table", string(k.Month)+"/"+k.Name, err)
		})
}
