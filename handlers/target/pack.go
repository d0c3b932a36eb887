package target

import (
	"context"
	"fmt"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/pack"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/sheet"
	"marketbot/store"
)

// Reached is what counts for whom in a month, be it kept or not, and in the month
// before.
func (h Handler) Reached(ctx context.Context, tx *store.Tx, ask pack.Ask) (now, before map[string]rulebook.Sums, err error) {
	last := ask.Before().Month()
	months, err := h.fresh(tx, ask).months(ctx, last, ask.Month)
	return months[ask.Month].Sums, months[last].Sums, err
}

// fresh reads the month of a pack as it is now: what was shown in its meeting, the
// meeting keeps.
func (h Handler) fresh(tx *store.Tx, ask pack.Ask) *reader {
	r := h.reader(tx, ask.At, cut{})
	r.afresh = ask.Month
	return r
}

// Pack is the section of targets in the pack of a month (会-4, R62–R63): what was to be
// reached and was, and who is below what is asked of them.
func (h Handler) Pack(ctx context.Context, tx *store.Tx, ask pack.Ask) (s pack.Section, err error) {
	t, err := h.fresh(tx, ask).live(ctx, ask.Month)
	if err != nil {
		return s, err
	}
	all := t.Total()
	s = pack.Section{Name: "销售业绩"}
	for _, m := range store.Measures {
		s.Figures = append(s.Figures,
			pack.Figure{Label: string(m), Now: all.Sums.Of(m), Before: all.LastSums.Of(m), Unit: chat.Yuan},
			pack.Figure{Label: string(m) + "目标", Now: figure(all.Goals.Of(m)), Before: figure(all.LastGoals.Of(m)), Unit: chat.Yuan},
			pack.Figure{Label: string(m) + "完成率", Now: rateFigure(all.Sums, all.Goals, m), Before: rateFigure(all.LastSums, all.LastGoals, m), Unit: chat.Percent},
		)
	}
	if s.Table, err = h.monthTable(ctx, tx, t); err != nil {
		return s, err
	}
	s.More = max(0, len(t.Rows)-command.MaxRows)
	s.Charts = h.charts(ctx, tx, t, ask.Moment())
	table, err := h.Sheet(ctx, tx, t, "")
	if err != nil {
		return s, err
	}
	s.Sheets = []sheet.Sheet{table}
	s.Items, err = h.items(ctx, tx, t, ask)
	return s, err
}

func rateFigure(s rulebook.Sums, g rulebook.Goals, m store.Measure) int64 {
	n, ok := rulebook.Rate(s, g, m)
	if !ok {
		return chat.NoValue
	}
	return n
}

// items are the people below what is asked of them, as one item.
func (h Handler) items(ctx context.Context, tx *store.Tx, t rulebook.ResultTable, ask pack.Ask) ([]pack.Item, error) {
	names, m := audience.NewNames(tx), h.Config.measure()
	var lines []pack.Line
	for _, r := range t.Rows {
		if !h.low(r) {
			continue
		}
		name, err := names.Of(ctx, r.Person)
		if err != nil {
			return nil, err
		}
		lines = append(lines, pack.Line{Person: r.Person, Text: name + " " + reached(r.Sums, r.Goals, m)})
	}
	if len(lines) == 0 {
		return nil, nil
	}
	return []pack.Item{{
		Rank: pack.BelowTarget, Source: "目标", Title: fmt.Sprintf("%s目标完成率低于 %d%%：%d 人", monthIn(ask.Month, store.DayOf(ask.At)), h.Config.WarnBelow, len(lines)), Lines: lines,
	}}, nil
}
