package storetest

import (
	"context"
	"fmt"
	"time"

	"marketbot/store"
)

// ATarget is a target of person n with every field filled.
func ATarget(n int, words string) store.Target {
	return store.Target{
		Person: fmt.Sprint("p", n), Month: "2026-11-01", Measure: store.Receipt, At: time.UnixMilli(time.Date(2026, 12, 20, 9, 30, 0, 0, time.UTC).UnixMilli()),
		By: "q", Corrects: "2026-12-01", Fen: 12_345_678, Was: 10_000_000, None: true, Opening: true, Reason: words,
	}
}

// WriteTarget stores s as the reason of target i, and as what is kept of a table of
// a frozen month.
func WriteTarget(ctx context.Context, tx *store.Tx, i int, s string) error {
	t := ATarget(i, s)
	t.ID = tx.NewID(t.At)
	if _, err := tx.Targets().Add(ctx, t); err != nil {
		return err
	}
	if _, err := tx.Months().Freeze(ctx, store.FrozenMonth{Month: t.Month, At: t.At, By: "q"}); err != nil {
		return err
	}
	_, err := tx.Months().Keep(ctx, store.KeptTable{Month: t.Month, Name: fmt.Sprint("table", i), Hash: "h", Content: "[" + s + "]"})
	return err
}

// ReadTarget reads back what WriteTarget stored.
func ReadTarget(ctx context.Context, tx *store.Tx, i int, got map[string]string) error {
	list, err := tx.Targets().Versions(ctx, fmt.Sprint("p", i), "2026-11-01", store.Receipt)
	if err != nil || len(list) != 1 {
		return fmt.Errorf("targets %+v, %w", list, err)
	}
	if m, found, err := tx.Months().Frozen(ctx, "2026-11-01"); err != nil || !found || m.Damaged {
		return fmt.Errorf("month %+v, %w", m, err)
	}
	kept, err := tx.Months().Kept(ctx, fmt.Sprint("table", i), "2026-11-01", "2026-11-01")
	if err != nil || len(kept) != 1 {
		return fmt.Errorf("tables %+v, %w", kept, err)
	}
	content := kept[0].Content
	got["reason of a target"], got["kept table"] = list[0].Reason, content[1:len(content)-1]
	return nil
}
