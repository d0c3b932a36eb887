package upkeep_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
	"marketbot/store/upkeep"
)

// furnished is a store on SQLite, at rest, with something in every corner that
// moves in a way of its own.
func furnished(t *testing.T) store.Options {
	t.Helper()
	o := storetest.Prepared(t, storetest.SQLite)
	db, stop := storetest.Serve(t, o)
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		ctx := t.Context()
		var ids []string
		for i := range 120 {
			id := tx.NewID(now)
			if err := tx.Audit().Record(ctx, ledger.Entry{ID: id, At: now, Person: fmt.Sprint(i), Act: "签到", Outcome: ledger.Done}); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return errors.Join(storetest.AddSamples(ctx, tx), tx.Audit().Lay(ctx, ids[:100], now), tx.Marks().Set(ctx, "mark", now),
			tx.People().Add(ctx, store.Person{ID: "p1", Name: "张伟", Post: store.Salesperson, Since: now}))
	})
	if err != nil {
		t.Fatal(err)
	}
	stop()
	return o
}

// contents are what people see of a store.
func contents(t *testing.T, o store.Options) (list []string) {
	t.Helper()
	db, stop := storetest.Serve(t, o)
	defer stop()
	err := db.View(t.Context(), func(tx *store.Tx) error {
		for _, word := range []string{"京西", "jxzg", "cq", "8000", "石景山", "tcl"} {
			hits, err := storetest.FindNames(t.Context(), tx, word, 10)
			if err != nil {
				return err
			}
			list = append(list, fmt.Sprint(word, hits))
		}
		report, err := tx.Audit().Verify(t.Context(), 0)
		list = append(list, fmt.Sprint(report.Whole(), report.Entries, report.Unlinked, report.Head.Code()))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestMove: all that a file holds is found in PostgreSQL afterwards, the file is
// as it was, and nothing is moved over something that is there.
func TestMove(t *testing.T) {
	from, to := furnished(t), storetest.Options(t, storetest.Postgres)
	before := contents(t, from)
	told := map[string]int{}
	moved, err := upkeep.Move(t.Context(), from, to, func(table string, rows int) { told[table] = rows })
	if err != nil {
		t.Fatal(err)
	}
	if told["audit"] != 120 || told["chain"] != 100 || told["customer"] != len(storetest.SampleNames) || told["person"] != 1 {
		t.Errorf("told %v", told)
	}
	if !moved.Audit.Whole() || moved.Audit.Entries != 120 || moved.Rows < 240 {
		t.Errorf("moved %+v", moved)
	}
	if diff := cmp.Diff(before, contents(t, to)); diff != "" {
		t.Errorf("differs in PostgreSQL:\n%s", diff)
	}
	if diff := cmp.Diff(before, contents(t, from)); diff != "" {
		t.Errorf("the file was changed:\n%s", diff)
	}
	if _, err := upkeep.Move(t.Context(), from, to, func(string, int) {}); !errors.Is(err, upkeep.ErrNotEmpty) {
		t.Errorf("onto a store that holds something: %v", err)
	}
}

// A move that is interrupted leaves nothing in the target and can be begun
// again; nobody serves either side meanwhile.
func TestMoveInterrupted(t *testing.T) {
	from, to := furnished(t), storetest.Options(t, storetest.Postgres)
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := upkeep.Move(ctx, from, to, func(table string, _ int) {
		if table == "customer_name" {
			cancel()
		}
	}); err == nil {
		t.Fatal("not interrupted")
	}
	var unfit *store.UnfitError
	if _, err := upkeep.Look(t.Context(), to); !errors.As(err, &unfit) || unfit.Why != store.Unmoved {
		t.Errorf("what did not arrive whole: %v", err)
	}
	for _, o := range []store.Options{from, storetest.Options(t, storetest.Postgres)} {
		_, stop := storetest.Serve(t, o)
		into := to
		if o.Source != from.Source {
			into = o
		}
		if _, err := upkeep.Move(t.Context(), from, into, func(string, int) {}); !store.InUse(err) {
			t.Errorf("while %s is served: %v", o.Source, err)
		}
		stop()
	}
	if _, err := upkeep.Move(t.Context(), from, to, func(string, int) {}); err != nil {
		t.Errorf("begun again: %v", err)
	}
	if diff := cmp.Diff(contents(t, from), contents(t, to)); diff != "" {
		t.Error(diff)
	}
}
