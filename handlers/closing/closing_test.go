package closing

import (
	"context"
	"testing"
	"time"

	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/storetest"
)

var zone = time.FixedZone("CST", 8*3600)

// counter keeps as of when it was asked for what month.
type counter struct{ asked []string }

func (c *counter) Keep(_ context.Context, _ *store.Tx, month store.Day, at time.Time) ([]store.KeptTable, error) {
	c.asked = append(c.asked, string(month)+" "+at.In(zone).Format("01-02 15:04"))
	t, err := Table(month, "count", len(c.asked))
	return []store.KeptTable{t}, err
}

func at(t *testing.T, s string) time.Time {
	m, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The clock freezes what no meeting did, each month as of its own moment, once; a
// meeting freezes the months before, too.
func TestMonthsFreezeInOrder(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			c := &counter{}
			m := Months{Rules: rulebook.Rules{Zone: zone}, Areas: []Area{c}}
			db := storetest.Open(t, backend)
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				if err := tx.Marks().Set(ctx, store.CreatedMark, at(t, "2026-10-20 09:00")); err != nil {
					return err
				}
				due := func(now string) bool {
					is, err := m.Due(ctx, tx, at(t, now))
					if err != nil {
						t.Fatal(err)
					}
					return is
				}
				if due("2026-11-15 23:59") || !due("2026-11-16 00:00") {
					t.Error("October is due at another moment than at the end of the 15th of November")
				}
				if _, err := m.Run(ctx, tx, rulebook.Slot{At: at(t, "2026-12-20 09:00")}); err != nil {
					return err
				}
				if err := m.Freeze(ctx, tx, "2027-01-01", at(t, "2027-02-03 18:00"), "wang"); err != nil {
					return err
				}
				if err := m.Freeze(ctx, tx, "2027-01-01", at(t, "2027-02-04 18:00"), "wang"); err != nil {
					return err
				}
				want := []string{"2026-10-01 11-16 00:00", "2026-11-01 12-16 00:00", "2026-12-01 02-03 18:00", "2027-01-01 02-03 18:00"}
				if len(c.asked) != len(want) || due("2027-02-16 00:00") {
					t.Fatalf("%q", c.asked)
				}
				for i := range want {
					if c.asked[i] != want[i] {
						t.Errorf("%q, want %q", c.asked[i], want[i])
					}
				}
				kept, err := tx.Months().Kept(ctx, "count", "2026-01-01", "2027-12-01")
				last, _, err1 := tx.Months().Last(ctx)
				if len(kept) != 4 || kept[0].Content != "1" || len(kept[0].Hash) != 64 || last.By != "wang" || !last.At.Equal(at(t, "2027-02-03 18:00")) {
					t.Errorf("%+v; %+v", kept, last)
				}
				note, err2 := Note(ctx, tx, m.Rules, "2026-11-20", at(t, "2027-02-10 09:00"))
				none, err3 := Note(ctx, tx, m.Rules, "2027-02-05", at(t, "2027-02-10 09:00"))
				if note != "2026年11月的业绩已定稿，这一笔记为会后更正，算在2月（会-4）。" || none != "" {
					t.Errorf("%q, %q", note, none)
				}
				for _, e := range []error{err, err1, err2, err3} {
					if e != nil {
						return e
					}
				}
				return nil
			})
		})
	}
}
