package scheduler_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"marketbot/scheduler"
	"marketbot/scheduler/schedulertest"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
)

// entered records n entries of a moment.
func entered(t *testing.T, db *store.DB, n int, at time.Time) {
	t.Helper()
	ctx := context.Background()
	err := db.Update(ctx, func(tx *store.Tx) error {
		for range n {
			if err := tx.Audit().Record(ctx, ledger.Entry{ID: tx.NewID(at), At: at, Person: "p", Act: "签到", Outcome: ledger.Done}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// linked is how many entries are linked, and how many are not.
func linked(t *testing.T, db *store.DB) (yes int64, no int) {
	t.Helper()
	ctx := context.Background()
	err := db.View(ctx, func(tx *store.Tx) error {
		r, err := tx.Audit().Verify(ctx, 0)
		if err == nil {
			if !r.Whole() {
				t.Errorf("%+v", r)
			}
			yes, no = r.Head.Seq, r.Unlinked
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return yes, no
}

// A keeper links what is there when it begins, however old, and when it ends
// what came meanwhile.
func TestKeeperLinks(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			db, now := storetest.Open(t, backend), schedulertest.Moment(t, "2026-11-27 09:00")
			entered(t, db, 3*100, now.AddDate(0, -3, 0))
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() {
				done <- scheduler.Keeper{DB: db, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}.Run(ctx)
			}()
			for yes := int64(0); yes < 3*100; yes, _ = linked(t, db) {
				time.Sleep(5 * time.Millisecond)
			}
			entered(t, db, 5, now)
			stop()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			if yes, no := linked(t, db); yes != 3*100+5 || no != 0 {
				t.Errorf("%d linked, %d not", yes, no)
			}
		})
	}
}

// Every minute only recent entries are looked through; once a day all are.
func TestLinkAudit(t *testing.T) {
	db, now := storetest.Open(t, storetest.SQLite), schedulertest.Moment(t, "2026-11-27 09:00")
	entered(t, db, 2, now.Add(-48*time.Hour))
	entered(t, db, 3, now.Add(-7*time.Hour))
	if err := scheduler.LinkAudit(t.Context(), db, now, now); err != nil {
		t.Fatal(err)
	}
	if yes, no := linked(t, db); yes != 3 || no != 2 {
		t.Errorf("of the last day: %d linked, %d not", yes, no)
	}
	if err := scheduler.LinkAudit(t.Context(), db, time.Time{}, now); err != nil {
		t.Fatal(err)
	}
	if yes, no := linked(t, db); yes != 5 || no != 0 {
		t.Errorf("of all: %d linked, %d not", yes, no)
	}
}
