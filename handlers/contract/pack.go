package contract

import (
	"context"
	"fmt"

	"marketbot/handlers/pack"
	"marketbot/handlers/sheet"
	"marketbot/store"
)

// Pack is the section of contracts in the pack of a month: how many forms were
// taken, signed and filed, and the register of the month. What they are worth is in
// the tables of targets and receivables.
func (h Handler) Pack(ctx context.Context, tx *store.Tx, ask pack.Ask) (pack.Section, error) {
	s := pack.Section{Name: "合同"}
	list, err := h.month(ctx, tx, pack.Reader, ask.Month)
	if err != nil {
		return s, err
	}
	before, err := h.month(ctx, tx, pack.Reader, ask.Before().Month())
	if err != nil {
		return s, err
	}
	signed, err := tx.Contracts().SignedIn(ctx, ask.Before().Month(), ask.Month.NextMonth())
	if err != nil {
		return s, err
	}
	done, err := tx.Contracts().ChangedSince(ctx, ask.Before().Month().Start(h.Rules.Zone)) // what was filed in these months among them
	if err != nil {
		return s, err
	}
	claims, sealed, filed := pack.Figure{Label: "领用", Now: int64(len(list)), Before: int64(len(before)), Unit: "份"}, pack.Figure{Label: "签订", Unit: "份"}, pack.Figure{Label: "归档", Unit: "份"}
	for _, k := range signed {
		tally(ask, k.Signed, &sealed)
	}
	for _, k := range done {
		if k.Signed != "" {
			tally(ask, k.Archived, &filed)
		}
	}
	s.Figures = []pack.Figure{claims, sealed, filed}
	tab, err := h.Sheet(ctx, tx, pack.Reader, list)
	if err != nil {
		return s, fmt.Errorf("register of %s: %w", ask.Month, err)
	}
	s.Sheets = []sheet.Sheet{tab}
	return s, nil
}

// tally counts a day in the figure of its month.
func tally(ask pack.Ask, day store.Day, f *pack.Figure) {
	switch {
	case ask.In(day):
		f.Now++
	case ask.Earlier(day):
		f.Before++
	}
}
