package target

import (
	"context"
	"maps"
	"slices"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// year is 业绩 of a year: month by month, corrections beside, and people's sums.
func (h Handler) year(ctx context.Context, c *command.Call, year store.Day, of store.Person) (*command.Answer, error) {
	today := h.Rules.Day(c.Now)
	if year > today {
		return nil, &command.Refusal{Text: string(year[:4]) + " 年还没到。", Hint: "业绩 今年", Clause: clause, Private: true}
	}
	last := min(year.Add(360).Month(), today.Month())
	r := h.reader(c.Tx, c.Now, cut{})
	months, err := r.months(ctx, year, last)
	if err != nil {
		return nil, err
	}
	t, kept, err := r.table(ctx, last)
	if err != nil {
		return nil, err
	}
	later, err := h.afterwards(ctx, r, year, last, kept != nil)
	if err != nil {
		return nil, err
	}
	list := yearMonths(months, year, last, of.ID)
	title := "业绩 " + string(year[:4]) + "年"
	if of.ID != "" {
		title += " · " + of.Name
	}
	card := chat.Card{Title: title, Blocks: []chat.Block{{Table: yearTable(list)}}}
	row, _ := t.Row(of.ID)
	if of.ID == "" {
		row = t.Total()
		people, err := h.yearPeople(ctx, c.Tx, t)
		if err != nil {
			return nil, err
		}
		card.Blocks = append(append(card.Blocks, chat.Block{Table: people}), beyond(t)...)
	}
	lines, err := h.correctionLines(ctx, c.Tx, goalCorrections(months), of.ID, today)
	if err != nil {
		return nil, err
	}
	if len(lines) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: "目标的会后更正（算在全年里）：\n" + strings.Join(lines, "\n")})
		lines = nil
	}
	after, err := h.correctionLines(ctx, c.Tx, later, of.ID, today)
	if err != nil {
		return nil, err
	}
	for _, m := range store.Measures {
		lines = append(lines, "全年 "+reached(row.YearSums, row.YearGoals, m))
	}
	card.Blocks = append(card.Blocks, chat.Block{Text: strings.Join(lines, "\n")})
	if len(after) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: sinceThen + strings.Join(after, "\n")})
	}
	for _, chart := range h.yearCharts(c.Now, title, list) {
		card.Blocks = append(card.Blocks, chat.Block{Chart: &chart})
	}
	return h.shown(ctx, c, card, last, of, title+"：截至 "+words.Month(last)+"。")
}

// goalCorrections are those of the goals of a year's months.
func goalCorrections(months map[store.Day]rulebook.MonthResult) (list []rulebook.Correction) {
	for _, month := range slices.Sorted(maps.Keys(months)) {
		for _, c := range months[month].Corrections {
			if c.Goal {
				list = append(list, c)
			}
		}
	}
	return list
}

// ofMonth is a month of a year's answer: what was set and reached, and what was
// corrected in it.
type ofMonth struct {
	month store.Day
	goals rulebook.Goals
	sums  rulebook.Sums
	fixed rulebook.Sums
}

// yearMonths are the months from … to of somebody, of all for no id.
func yearMonths(months map[store.Day]rulebook.MonthResult, from, to store.Day, of string) (list []ofMonth) {
	for month := from; month <= to; month = month.NextMonth() {
		m := ofMonth{month: month}
		r := months[month]
		ids := []string{of}
		if of == "" {
			ids = r.People()
			slices.Sort(ids)
			ids = slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return id == "" })
		}
		for _, id := range ids {
			m.goals, m.sums = m.goals.Plus(r.Goals[id]), m.sums.Plus(r.Sums[id])
		}
		for _, c := range r.Corrections {
			if !c.Goal && (of == "" || c.Person == of) {
				m.fixed = m.fixed.With(rulebook.Credit{Measure: c.Measure, Fen: c.Fen})
			}
		}
		list = append(list, m)
	}
	return list
}

func yearTable(list []ofMonth) *chat.Table {
	t := &chat.Table{Heads: []string{"月", "签约目标", "签约", "完成率", "回款目标", "回款", "回款率", "会后更正（签约）", "会后更正（回款）"}}
	for _, m := range list {
		t.Rows = append(t.Rows, []string{
			monthIn(m.month, m.month), goalWords(m.goals.Signed), words.Money(m.sums.Signed), rateWords(m.sums, m.goals, store.Signing),
			goalWords(m.goals.Received), words.Money(m.sums.Received) + pendingWords(m.sums.Pending), rateWords(m.sums, m.goals, store.Receipt),
			words.Money(m.fixed.Signed), words.Money(m.fixed.Received),
		})
	}
	return t
}

// yearPeople are what people reached in the year, corrections among it.
func (h Handler) yearPeople(ctx context.Context, tx *store.Tx, t rulebook.ResultTable) (*chat.Table, error) {
	table := &chat.Table{Heads: []string{"姓名", "全年签约目标", "全年签约", "完成率", "全年回款目标", "全年回款", "回款率"}}
	names := audience.NewNames(tx)
	for _, r := range t.Rows[:min(len(t.Rows), command.MaxRows)] {
		name, err := names.Of(ctx, r.Person)
		if err != nil {
			return nil, err
		}
		table.Rows = append(table.Rows, []string{
			name, goalWords(r.YearGoals.Signed), words.Money(r.YearSums.Signed), rateWords(r.YearSums, r.YearGoals, store.Signing),
			goalWords(r.YearGoals.Received), words.Money(r.YearSums.Received) + pendingWords(r.YearSums.Pending), rateWords(r.YearSums, r.YearGoals, store.Receipt),
		})
	}
	return table, nil
}
