package report

import (
	"context"
	"slices"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// trendWeeks is how many weeks the picture of the consolidated report shows.
const trendWeeks = 8

// trend is how much of what was owed came in time, week by week up to that of
// s, which is as it was read; the weeks before anybody handed in are left out.
// It names nobody.
func (h Handler) trend(ctx context.Context, tx *store.Tx, s sheet, now time.Time) (*chat.Chart, error) {
	c := &chat.Chart{Title: "周报按时提交率", Kind: chat.Line, Unit: chat.Percent, AsOf: "截至 " + h.at(now)}
	names, rates, first := []string{short(s.week)}, []int64{s.onTime()}, 1
	for back := 1; back < trendWeeks; back++ {
		w := s.week.Add(-back)
		rate := int64(chat.NoValue)
		if _, has := h.Rules.ReportDue(w); has {
			past, err := h.sheet(ctx, tx, w, store.Reports.Heads)
			if err != nil {
				return nil, err
			}
			if rate = past.onTime(); past.originals() > 0 {
				first = back + 1
			}
		}
		names, rates = append(names, short(w)), append(rates, rate)
	}
	names, rates = names[:first], rates[:first]
	slices.Reverse(names)
	slices.Reverse(rates)
	c.Categories, c.Series = names, []chat.Series{{Name: "按时提交率", Values: rates}}
	return c, nil
}

// onTime is which part of the week's reports came in time, in tenths of a
// percent, half up.
func (s sheet) onTime() int64 {
	owed := int64(s.expected())
	if owed == 0 {
		return chat.NoValue
	}
	return (2000*int64(len(s.in(handedIn))) + owed) / (2 * owed)
}
