package activity

import (
	"context"
	"fmt"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/sheet"
	"marketbot/handlers/words"
	"marketbot/store"
)

// withTable puts the figures of a month on an answer, as a picture and as a
// workbook, under one trace code: both are about what ends in the month.
func (h Handler) withTable(ctx context.Context, c *command.Call, answer *command.Answer, month store.Day) (*command.Answer, error) {
	over, err := h.over(ctx, c.Tx, month)
	if err != nil {
		return nil, err
	}
	if chart := h.chart(c.Now, month, over); !chart.Empty() {
		answer.Reply.Card.Blocks = append(answer.Reply.Card.Blocks, chat.Block{Chart: &chart})
	}
	trace, err := c.LookedAt(ctx, "activities/"+string(month), monthly)
	if err != nil {
		return nil, err
	}
	answer.Recorded = true
	answer.Reply.Card.Blocks = append(answer.Reply.Card.Blocks, chat.Block{Note: "追踪码 " + trace})
	answer.Files = []chat.File{{
		Name:   "市场活动总结表-" + string(month[:len("2026-11")]) + ".xlsx",
		Recipe: c.Recipe(sheetRecipe, trace, string(month)),
	}}
	return answer, nil
}

// chart is what activities were to cost, beside what they cost.
func (h Handler) chart(at time.Time, month store.Day, list []store.Activity) chat.Chart {
	chart := chat.Chart{Title: words.Month(month) + "活动预算与实际", Kind: chat.Bars, Unit: chat.Yuan, AsOf: h.asOf(at)}
	budget, cost := chat.Series{Name: fieldBudget}, chat.Series{Name: "实际"}
	for _, a := range list {
		if !a.Budgeted && !a.Spent {
			continue
		}
		chart.Categories = append(chart.Categories, a.Code)
		budget.Values = append(budget.Values, figure(a.Budgeted, a.Budget))
		cost.Values = append(cost.Values, figure(a.Spent, a.Cost))
	}
	chart.Series = []chat.Series{budget, cost}
	return chart
}

func figure(known bool, fen int64) int64 {
	if !known {
		return chat.NoValue
	}
	return fen
}

// excel makes the workbook of a month.
func (h Handler) excel(ctx context.Context, tx *store.Tx, arg string) ([]byte, error) {
	asked, err := command.ReadRecipe(ctx, tx, arg, 1, h.Rules.Zone)
	if err != nil {
		return nil, err
	}
	month := store.Day(asked.Of[0])
	sheets, err := h.Sheets(ctx, tx, month, asked.At)
	if err != nil {
		return nil, err
	}
	return sheet.Book{
		Company: h.Rules.Company, Period: words.Month(month), Sheets: sheets,
		About: sheet.About{Made: asked.At, AsOf: words.Moment(asked.At), Unit: "元", Version: "v1", Reader: asked.Reader.Name, Trace: asked.Trace},
	}.Write()
}

// Sheets are the two parts of 市场活动总结表 (会-4): what is reviewed in a month, by its
// end, and what is planned for the next, by its beginning.
func (h Handler) Sheets(ctx context.Context, tx *store.Tx, month store.Day, at time.Time) ([]sheet.Sheet, error) {
	over, err := h.over(ctx, tx, month)
	if err != nil {
		return nil, err
	}
	ahead, err := h.ahead(ctx, tx, month.NextMonth())
	if err != nil {
		return nil, err
	}
	var review, plan [][]sheet.Value
	n := audience.NewNames(tx)
	for _, a := range over {
		row, err := h.reviewRow(ctx, tx, n, a, at)
		if err != nil {
			return nil, err
		}
		review = append(review, row)
	}
	for _, a := range ahead {
		row, err := h.planRow(ctx, tx, n, a)
		if err != nil {
			return nil, err
		}
		plan = append(plan, row)
	}
	return []sheet.Sheet{
		{
			Tab: "市场活动总结表", Name: "市场活动总结表", Groups: sheet.Rows(review...), Total: true, Sign: true,
			Columns: columns("编号", "名称", "时间", "地点", "应到/实到", "分工", "预算", "实际", "超支%", "预期效果", "实际效果", "经验", "不足", "负责人"),
		},
		{
			Tab: "下月活动计划", Name: "市场活动总结表（下月）", Groups: sheet.Rows(plan...), Total: true, Sign: true,
			Columns: columns("名称", "时间", "地点", "参加人员", "内容", "预算", "分工", "预期效果", "冲突"),
		},
	}, nil
}

func columns(heads ...string) (list []sheet.Column) {
	for _, head := range heads {
		list = append(list, sheet.Column{Head: head, Sum: head == "预算" || head == "实际"})
	}
	return list
}

func (h Handler) reviewRow(ctx context.Context, tx *store.Tx, n *audience.Names, a store.Activity, at time.Time) ([]sheet.Value, error) {
	_, tasks, err := listed(ctx, n, a)
	if err != nil {
		return nil, err
	}
	responsible := ""
	if id := a.Responsible(); id != "" {
		if responsible, err = n.Of(ctx, id); err != nil {
			return nil, err
		}
	}
	people, err := h.due(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	came := 0
	for _, p := range people {
		if p.Came.Came() {
			came++
		}
	}
	over := sheet.Value{}
	if a.Spent && a.Budgeted {
		over = sheet.Unset()
		if tenths, ok := rulebook.OverPercent(a.Budget, a.Cost); ok {
			over = sheet.Rate(tenths)
		}
	}
	outcome := a.Outcome
	if state := rulebook.ActivityState(a, at); state != store.ActivityReviewed {
		outcome = "（" + string(state) + "）"
	}
	return []sheet.Value{
		sheet.Text(a.Code), sheet.Text(a.Name), sheet.Text(when(a)), sheet.Text(a.Place), sheet.Text(fmt.Sprintf("%d/%d", len(people), came)), sheet.Text(tasks),
		amount(a.Budgeted, a.Budget), amount(a.Spent, a.Cost), over, sheet.Text(a.Effect), sheet.Text(outcome), sheet.Text(a.Lesson), sheet.Text(a.Lack), sheet.Text(responsible),
	}, nil
}

func (h Handler) planRow(ctx context.Context, tx *store.Tx, n *audience.Names, a store.Activity) ([]sheet.Value, error) {
	people, tasks, err := listed(ctx, n, a)
	if err != nil {
		return nil, err
	}
	clashes, err := h.clashes(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	var why []string
	for _, c := range clashes {
		why = append(why, c.words)
	}
	return []sheet.Value{
		sheet.Text(a.Name), sheet.Text(when(a)), sheet.Text(a.Place), sheet.Text(people), sheet.Text(a.Content), amount(a.Budgeted, a.Budget),
		sheet.Text(tasks), sheet.Text(a.Effect), sheet.Text(strings.Join(why, "；")),
	}, nil
}

func amount(known bool, fen int64) sheet.Value {
	if !known {
		return sheet.Value{}
	}
	return sheet.Money(fen)
}

// listed are who takes part, and what each is to do, as a table holds them.
func listed(ctx context.Context, n *audience.Names, a store.Activity) (people, tasks string, err error) {
	var list, parts []string
	for _, p := range a.People {
		name, err := n.Of(ctx, p.Person)
		if err != nil {
			return "", "", err
		}
		list = append(list, name)
		if p.Task != "" {
			parts = append(parts, name+"："+p.Task)
		}
	}
	return strings.Join(list, "、"), strings.Join(parts, "；"), nil
}
