package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"marketbot/store"
	"marketbot/store/storetest"
)

// All of a meeting, an item and a decision comes back as it was stored, and what
// they were before, too; a version from before is not saved over.
func TestMeetingsRestWhole(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			db := storetest.Open(t, backend)
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				if err := storetest.WriteMeeting(ctx, tx, 7, "催款"); err != nil {
					return err
				}
				m, _, err := tx.Meetings().Get(ctx, "M7")
				item, _, err1 := tx.Agenda().Get(ctx, "Y7")
				d, _, err2 := tx.Decisions().Get(ctx, "D7")
				acts, err3 := tx.Decisions().Acts(ctx, "D7")
				changed := cmpopts.IgnoreFields
				diff := cmp.Diff(storetest.AMeeting(7, "催款"), m, changed(store.Meeting{}, "Version")) +
					cmp.Diff(storetest.AnItem(7, "催款"), item, changed(store.AgendaItem{}, "Version")) +
					cmp.Diff(storetest.ADecision(7, "催款"), d, changed(store.Decision{}, "Version")) +
					cmp.Diff(storetest.ADecision(7, "催款"), acts[1].Was, changed(store.Decision{}, "Version"))
				if diff != "" || m.Version != 2 || item.Version != 2 || d.Version != 2 || acts[0].Was.Code != "" {
					t.Errorf("%s%+v", diff, acts)
				}
				m.Version, item.Version, d.Version = 1, 1, 1
				stale1, err4 := tx.Meetings().Save(ctx, m, m, store.MeetingAct{ID: "x"})
				stale2, err5 := tx.Agenda().Save(ctx, item, item, store.MeetingAct{ID: "y"})
				stale3, err6 := tx.Decisions().Save(ctx, d, d, store.MeetingAct{ID: "z"})
				if stale1 || stale2 || stale3 {
					t.Error("a version from before was saved over")
				}
				notes, err7 := tx.Agenda().Notes(ctx, "M7")
				first, err8 := tx.Agenda().TakeBack(ctx, notes[0])
				again, err9 := tx.Agenda().TakeBack(ctx, notes[0])
				left, err10 := tx.Agenda().Notes(ctx, "M7")
				if !first || again || len(left) > 0 {
					t.Errorf("taken back %v, %v; left %+v", first, again, left)
				}
				return errors.Join(err, err1, err2, err3, err4, err5, err6, err7, err8, err9, err10)
			})
		})
	}
}

// One meeting at a time is open, and a month has one; minutes are written once.
func TestMeetingsAreOne(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			db := storetest.Open(t, backend)
			add := func(code string, month store.Day, state store.MeetingState) error {
				return db.Update(t.Context(), func(tx *store.Tx) error {
					if err := tx.Meetings().Lock(t.Context()); err != nil {
						return err
					}
					m := store.Meeting{Code: code, Kind: store.MonthlyMeeting, Month: month, State: state, Opened: now}
					return tx.Meetings().Add(t.Context(), m, store.MeetingAct{ID: tx.NewID(now), At: now})
				})
			}
			if err := add("M1", "2026-11-01", store.MeetingOpen); err != nil {
				t.Fatal(err)
			}
			if add("M2", "2026-12-01", store.MeetingOpen) == nil || add("M3", "2026-11-01", store.MeetingClosed) == nil {
				t.Error("two meetings are open, or of one month")
			}
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				open, found, err := tx.Meetings().Now(ctx)
				of, is, err1 := tx.Meetings().Of(ctx, "2026-11-01")
				if !found || !is || open.Code != "M1" || of.Code != "M1" {
					t.Errorf("%+v, %+v", open, of)
				}
				return errors.Join(err, err1, tx.Meetings().Write(ctx, "M1", 1, now, "minutes"))
			})
			if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.Meetings().Write(t.Context(), "M1", 1, now, "others") }); err == nil {
				t.Error("minutes were written over")
			}
		})
	}
}

// What was changed behind the store's back is not read, and an item that cannot be
// read is none that was decided.
func TestForgedMeetingsAreNotRead(t *testing.T) {
	for name, forge := range map[string]string{
		"state of a decision": `UPDATE decision SET state = '待办' WHERE code = 'D1'`,
		"owner":               `UPDATE decision SET owner = 'q' WHERE code = 'D1'`,
		"due":                 `UPDATE decision SET due = '2027-12-20' WHERE code = 'D1'`,
		"state of an item":    `UPDATE agenda_item SET state = '待决' WHERE code = 'Y1'`,
		"meeting of an item":  `UPDATE agenda_item SET meeting = 'M2' WHERE code = 'Y1'`,
		"meeting":             `UPDATE meeting SET state = '不开' WHERE code = 'M1'`,
		"minutes":             `UPDATE minutes SET at = at + 1 WHERE id = 'M1/1'`,
		"note":                `UPDATE meeting_note SET person = 'q'`,
	} {
		t.Run(name, func(t *testing.T) {
			o := storetest.Prepared(t, storetest.SQLite)
			db := storetest.Reopen(t, o)
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error { return storetest.WriteMeeting(ctx, tx, 1, "a") })
			storetest.Behind(t, o).Do(forge)
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				_, _, err := tx.Meetings().Get(ctx, "M1")
				_, _, err1 := tx.Agenda().Get(ctx, "Y1")
				_, _, err2 := tx.Decisions().Get(ctx, "D1")
				_, _, err3 := tx.Meetings().Read(ctx, "M1", 1)
				_, err5 := tx.Agenda().Notes(ctx, "M1")
				for _, err := range []error{err, err1, err2, err3, err5} {
					if err != nil && !tx.PassOver(err) {
						t.Error(err)
					}
				}
				if len(tx.Damaged()) != 1 {
					t.Errorf("damaged %+v", tx.Damaged())
				}
				if n, err := tx.Agenda().CountOpen(ctx, "M1"); name == "state of an item" && n != 1 || err != nil {
					t.Errorf("%d open items, %v", n, err)
				}
				return nil
			})
		})
	}
}
