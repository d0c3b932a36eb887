package storetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketbot/store"
)

// ADeparture is a departure with every field filled, number n.
func ADeparture(n int, words string) store.Departure {
	at := time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC).Local()
	return store.Departure{
		ID: fmt.Sprint("departure", n), Person: fmt.Sprint("leaver", n), Kind: store.Transfer, State: store.DepartureGiven, Last: "2026-12-31", Ends: at.AddDate(0, 1, 0),
		Given: at, Post: store.Salesperson, To: store.OtherEmployee, Words: words, Earliest: "2026-12-26", Counted: words, Insisted: true,
		Cleared: at, ClearedBy: "q", Cleaning: words, Owes: words, Released: at, ReleasedBy: "li", Alone: true, Undone: words,
	}
}

// WriteDeparture stores s as every text of departure i, and changes its state.
func WriteDeparture(ctx context.Context, tx *store.Tx, i int, s string) error {
	now := time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)
	was := ADeparture(i, s)
	if err := tx.Departures().Add(ctx, was, store.DepartureAct{ID: tx.NewID(now), At: now, By: "p", Act: "离职"}); err != nil {
		return err
	}
	was.Version = 1
	is := was
	is.State = store.DepartureReleased
	ok, err := tx.Departures().Save(ctx, was, is, store.DepartureAct{ID: tx.NewID(now), At: now, By: "p", Act: "签字放行"})
	if err == nil && !ok {
		err = errors.New("not saved")
	}
	if err != nil {
		return err
	}
	return tx.Departures().Put(ctx, store.Handed{Departure: was.ID, Kind: "客户", Ref: "K1", State: store.HandedRefused, Taker: "q", By: "p", At: now, Name: s, Why: s})
}

// ReadDeparture reads back what WriteDeparture stored.
func ReadDeparture(ctx context.Context, tx *store.Tx, i int, got map[string]string) error {
	d, found, err := tx.Departures().Of(ctx, fmt.Sprint("leaver", i))
	if err != nil || !found {
		return fmt.Errorf("departure %d: found %t: %w", i, found, err)
	}
	acts, err := tx.Departures().Acts(ctx, d)
	if err != nil || len(acts) != 2 {
		return fmt.Errorf("%+v, acts %+v, %w", d, acts, err)
	}
	handed, err := tx.Departures().Handed(ctx, d.ID)
	if err != nil || len(handed) != 1 {
		return fmt.Errorf("%+v, handed %+v, %w", d, handed, err)
	}
	got["notice"], got["how it was counted"], got["accounts"], got["what is owed"], got["what was missing"] = d.Words, d.Counted, d.Cleaning, d.Owes, d.Undone
	got["what was handed over"], got["why not taken over"], got["notice before"] = handed[0].Name, handed[0].Why, acts[1].Was.Words
	return nil
}
