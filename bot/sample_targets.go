package main

import (
	"context"
	"time"

	"marketbot/handlers/closing"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// sampleMonths is for how many months the sample department has targets: this one,
// and those before it.
const sampleMonths = 3

// sampleTargetList is what people and, under no name, the department are to reach, the
// month that is longest past first.
func sampleTargetList() []struct {
	name    string
	measure store.Measure
	yuan    [sampleMonths]int64
} {
	return []struct {
		name    string
		measure store.Measure
		yuan    [sampleMonths]int64
	}{
		{"张伟", store.Signing, [sampleMonths]int64{200_000, 250_000, 250_000}},
		{"刘洋", store.Signing, [sampleMonths]int64{80_000, 80_000, 100_000}},
		{"李娜", store.Signing, [sampleMonths]int64{120_000, 150_000, 150_000}},
		{"张伟", store.Receipt, [sampleMonths]int64{150_000, 150_000, 150_000}},
		{"刘洋", store.Receipt, [sampleMonths]int64{50_000, 50_000, 60_000}},
		{"李娜", store.Receipt, [sampleMonths]int64{80_000, 100_000, 100_000}},
		{"", store.Signing, [sampleMonths]int64{420_000, 500_000, 550_000}},
	}
}

// sampleTargets sets them, each before its month began, and freezes the months whose
// time has come, as the clock would have.
func sampleTargets(ctx context.Context, tx *store.Tx, rules rulebook.Rules, start time.Time) error {
	first := rules.Day(start).Month()
	for range sampleMonths - 1 {
		first = first.Add(-1).Month()
	}
	director, err := tx.People().Holding(ctx, store.MarketingDirector, "")
	if err != nil || len(director) == 0 {
		return err
	}
	for _, s := range sampleTargetList() {
		p := store.Person{}
		if s.name != "" {
			if p, _, err = tx.People().Named(ctx, s.name); err != nil {
				return err
			}
		}
		for i, month := 0, first; i < sampleMonths; i, month = i+1, month.NextMonth() {
			at := month.Add(-1).Start(rules.Zone).Add(10 * time.Hour)
			t := store.Target{ID: tx.NewID(at), Person: p.ID, Month: month, Measure: s.measure, At: at, By: director[0].ID, Fen: s.yuan[i] * 100}
			if _, err := tx.Targets().Add(ctx, t); err != nil {
				return err
			}
		}
	}
	if err := tx.Marks().Set(ctx, store.CreatedMark, first.Start(rules.Zone)); err != nil {
		return err
	}
	_, err = closing.Of(rules, newAreas(rules, defaultAreas(), nil)).Run(ctx, tx, rulebook.Slot{At: start})
	return err
}
