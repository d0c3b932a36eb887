package target

import (
	"context"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// mostName is how many characters of a name stand below a bar, before its rate.
const mostName = 6

// monthCharts are the pictures of a month: what was to be reached beside what was,
// with the rate written, and the same of the year up to it.
func (h Handler) monthCharts(ctx context.Context, c *command.Call, t rulebook.ResultTable, of store.Person) []chat.Chart {
	if of.ID != "" {
		row, _ := t.Row(of.ID)
		t.Rows = []rulebook.ResultRow{row}
	}
	return h.charts(ctx, c.Tx, t, c.Now)
}

// charts are those of all rows of a table.
func (h Handler) charts(ctx context.Context, tx *store.Tx, t rulebook.ResultTable, now time.Time) []chat.Chart {
	names, m := audience.NewNames(tx), h.Config.measure()
	chart := func(title string, pick func(rulebook.ResultRow) (rulebook.Sums, rulebook.Goals)) chat.Chart {
		c := chat.Chart{Title: title, Kind: chat.Bars, Unit: chat.Yuan, AsOf: asOf(now)}
		goal, actual := chat.Series{Name: "目标"}, chat.Series{Name: string(m)}
		for _, r := range t.Rows {
			name, err := names.Of(ctx, r.Person)
			if err != nil {
				name = "（未知）"
			}
			sums, goals := pick(r)
			c.Categories = append(c.Categories, text.CutLine(name, mostName)+" "+rateWords(sums, goals, m))
			goal.Values = append(goal.Values, figure(goals.Of(m)))
			actual.Values = append(actual.Values, sums.Of(m))
		}
		c.Series = []chat.Series{goal, actual}
		return c
	}
	month := words.Month(t.Month)
	return []chat.Chart{
		chart(month+string(m)+"目标与实际", func(r rulebook.ResultRow) (rulebook.Sums, rulebook.Goals) { return r.Sums, r.Goals }),
		chart("年初至"+monthIn(t.Month, t.Month)+"累计"+string(m), func(r rulebook.ResultRow) (rulebook.Sums, rulebook.Goals) { return r.YearSums, r.YearGoals }),
	}
}

func figure(g rulebook.Goal) int64 {
	if !g.Set {
		return chat.NoValue
	}
	return g.Fen
}

// yearCharts are the pictures of a year: the rate and the receipts of its months.
func (h Handler) yearCharts(now time.Time, title string, list []ofMonth) []chat.Chart {
	m := h.Config.measure()
	rate := chat.Chart{Title: title + " " + string(m) + "完成率", Kind: chat.Line, Unit: chat.Percent, AsOf: asOf(now)}
	money := chat.Chart{Title: title + " 回款", Kind: chat.Bars, Unit: chat.Yuan, AsOf: asOf(now)}
	rates, received := chat.Series{Name: "完成率"}, chat.Series{Name: "回款"}
	for _, one := range list {
		name := monthIn(one.month, one.month)
		rate.Categories, money.Categories = append(rate.Categories, name), append(money.Categories, name)
		n, ok := rulebook.Rate(one.sums, one.goals, m)
		if !ok {
			n = chat.NoValue
		}
		rates.Values, received.Values = append(rates.Values, n), append(received.Values, one.sums.Received)
	}
	rate.Series, money.Series = []chat.Series{rates}, []chat.Series{received}
	return []chat.Chart{rate, money}
}
