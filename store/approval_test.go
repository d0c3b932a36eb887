package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marketbot/store"
	"marketbot/store/storetest"
)

func TestRequests(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		one, two := storetest.ARequest("A1", "华东"), storetest.ARequest("A2", "\x00\xff")
		two.Customer = ""
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(tx.Requests().Add(ctx, one), tx.Requests().Add(ctx, two))
		})
		decided := two
		decided.State, decided.By, decided.Decided, decided.Reason = store.RequestApproved, "chen", now.Add(time.Hour), "ok\x00"
		decided.Length, decided.Customer = time.Hour, "K2"
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			open, err := tx.Requests().Open(ctx, now)
			same(t, err, open, one, two)
			for i := range 2 {
				if first, err := tx.Requests().Decide(ctx, decided); first != (i == 0) || err != nil {
					t.Errorf("decided %v, %v", first, err)
				}
			}
			open, err = tx.Requests().Open(ctx, one.Lapses.Add(-time.Millisecond))
			same(t, err, open, one)
			if open, err = tx.Requests().Open(ctx, one.Lapses); len(open) > 0 || err != nil {
				t.Errorf("open after it lapsed: %v, %v", open, err)
			}
			open, err = tx.Requests().Lapsed(ctx, one.Lapses)
			same(t, err, open, one)
			open, err = tx.Requests().Of(ctx, "lin", now)
			same(t, err, open, decided, one)
			for _, code := range []string{"A3", "", "\x00", "\xff"} {
				if _, found, err := tx.Requests().ByCode(ctx, code); found || err != nil {
					t.Errorf("found %q: %v, %v", code, found, err)
				}
			}
			return nil
		})
	})
}

func same[T any](t *testing.T, err error, got []T, want ...T) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
	if d := cmp.Diff(want, got, cmp.Comparer(time.Time.Equal)); d != "" {
		t.Error(d)
	}
}

func TestGrants(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		day := store.Grant{ID: "A1", Person: "lin", Customer: "K1", By: "chen", From: now, Until: now.AddDate(0, 0, 1)}
		week := store.Grant{ID: "A2", Person: "lin", Customer: "K2", By: "chen", From: now, Until: now.AddDate(0, 0, 7)}
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(tx.Grants().Add(ctx, day), tx.Grants().Add(ctx, week))
		})
		covered := func(person, customer string, at time.Time) string {
			var g store.Grant
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
				g, err = tx.Grants().For(ctx, person, customer, at, at)
				return err
			})
			return g.ID
		}
		for _, tt := range []struct {
			person, customer string
			at               time.Time
			want             string
		}{
			{"lin", "K1", now, "A1"}, {"lin", "K1", day.Until.Add(-time.Millisecond), "A1"}, {"lin", "K1", day.Until, ""},
			{"lin", "K1", now.Add(-time.Millisecond), ""}, {"lin", "K2", day.Until, "A2"}, {"lin", "K3", now, ""}, {"he", "K1", now, ""},
		} {
			if got := covered(tt.person, tt.customer, tt.at); got != tt.want {
				t.Errorf("%+v: %q", tt, got)
			}
		}
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			list, err := tx.Grants().Of(ctx, "lin", now, now)
			same(t, err, list, day, week)
			list, err = tx.Grants().Ending(ctx, now, day.Until)
			same(t, err, list, day)
			early := week
			early.Until = day.Until
			for i := range 2 {
				if first, err := tx.Grants().End(ctx, week, early.Until); first != (i == 0) || err != nil {
					t.Errorf("ended %v, %v", first, err)
				}
			}
			for i := range 2 {
				if first, err := tx.Grants().Close(ctx, "A1", now); first != (i == 0) || err != nil {
					t.Errorf("closed %v, %v", first, err)
				}
			}
			list, err = tx.Grants().Ending(ctx, time.Time{}, day.Until)
			same(t, err, list, early)
			soon, err := tx.Grants().Ending(ctx, time.Time{}, early.Until.Add(-time.Millisecond))
			if len(soon) > 0 {
				t.Errorf("a moment before: %v", soon)
			}
			return err
		})
		if covered("lin", "K2", day.Until) != "" {
			t.Error("a grant that was ended still covers")
		}
	})
}

// A grant or a delegation that was made, moved or lengthened behind the store's
// back gives nothing.
func TestForgedGrants(t *testing.T) {
	const forged = `INSERT INTO access_grant (id, person, customer, by_person, from_time, until_time, closed, proof)
		SELECT 'A9', 'he', customer, by_person, from_time, until_time, closed, proof FROM access_grant`
	for _, change := range []string{
		`UPDATE access_grant SET person = 'he'`, `UPDATE access_grant SET customer = 'K2', person = 'he'`,
		`UPDATE access_grant SET person = 'he', proof = ''`, forged,
	} {
		storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				return tx.Grants().Add(ctx, store.Grant{ID: "A1", Person: "lin", Customer: "K1", By: "chen", From: now, Until: now.AddDate(0, 0, 1)})
			})
			storetest.Behind(t, o).Do(change)
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				for _, k := range []string{"K1", "K2"} {
					if g, err := tx.Grants().For(t.Context(), "he", k, now, now); err != nil {
						return err
					} else if g.ID != "" {
						t.Errorf("%s: grants %+v", change, g)
					}
				}
				if len(tx.Damaged()) != 1 {
					t.Errorf("%s: found %v", change, tx.Damaged())
				}
				return nil
			})
			if err != nil {
				t.Errorf("%s: %v", change, err)
			}
		})
	}
	storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return tx.Grants().Add(ctx, store.Grant{ID: "A1", Person: "lin", Customer: "K1", By: "chen", From: now, Until: now.Add(time.Hour)})
		})
		storetest.Behind(t, o).Do(`UPDATE access_grant SET until_time = until_time + 3600000`)
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			g, err := tx.Grants().For(t.Context(), "lin", "K1", now, now)
			if g.ID != "" || !slices.Equal(tx.Damaged(), []store.Damage{{Table: "access_grant", Row: "A1"}}) {
				t.Errorf("lengthened: opens %+v, found %v", g, tx.Damaged())
			}
			return err
		})
		if err != nil {
			t.Errorf("lengthened: %v", err)
		}
	})
}

func TestDelegations(t *testing.T) {
	storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
		d := store.Delegation{ID: "d1", Person: "zhou", First: "2026-11-26", Last: "2026-11-28", By: "chen", At: now}
		gone := store.Delegation{ID: "d2", Person: "zhou", First: "2026-11-26", Last: "2026-12-28", By: "chen", At: now}
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(tx.Delegations().Add(ctx, d), tx.Delegations().Add(ctx, gone))
		})
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			for i := range 2 {
				if first, err := tx.Delegations().End(ctx, gone, now); first != (i == 0) || err != nil {
					t.Errorf("ended %v, %v", first, err)
				}
			}
			list, err := tx.Delegations().From(ctx, d.Last)
			same(t, err, list, d)
			list, err = tx.Delegations().From(ctx, d.Last.Add(1))
			same(t, err, list)
			return nil
		})
		storetest.Behind(t, o).Do(`UPDATE delegation SET ended = 0`)
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			list, err := tx.Delegations().From(t.Context(), d.First)
			if len(list) != 1 || !slices.Equal(tx.Damaged(), []store.Damage{{Table: "delegation", Row: "d2"}}) {
				t.Errorf("taken back and revived: %+v, found %v", list, tx.Damaged())
			}
			return err
		})
		if err != nil {
			t.Errorf("taken back and revived: %v", err)
		}
	})
}
