package progress

import (
	"context"
	"fmt"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/sheet"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// recipe names the workbook in a chat.File: progress:<month>/<person id>/….
const recipe = "progress"

// Files are the files that the area makes, by the name of their recipe.
func (h Handler) Files() map[string]command.Maker {
	return map[string]command.Maker{recipe: h.workbook}
}

// workbook makes the table as it was when it was asked for, for its reader.
func (h Handler) workbook(ctx context.Context, tx *store.Tx, arg string) ([]byte, error) {
	r, err := command.ReadRecipe(ctx, tx, arg, 2, h.Rules.Zone)
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", recipe, err)
	}
	a := asked{owner: r.Of[1], month: store.Day(r.Of[0]), own: r.Of[1] == r.Reader.ID, at: r.At, last: r.Last}
	list, _, err := h.months(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	table, err := h.sheet(ctx, tx, list, a)
	if err != nil {
		return nil, err
	}
	return sheet.Book{
		Company: h.Rules.Company, Period: words.Month(a.month), Sheets: []sheet.Sheet{table},
		About: sheet.About{Made: r.At, AsOf: words.Moment(r.At), Unit: "元", Reader: r.Reader.Name, Trace: r.Trace},
	}.Write()
}

// sheet is 客户销售业绩进度管理表 (会-4) of some customers' months.
func (h Handler) sheet(ctx context.Context, tx *store.Tx, list []*entry, a asked) (sheet.Sheet, error) {
	names := audience.NewNames(tx)
	var rows [][]sheet.Value
	for i, e := range list {
		owner, err := ownerName(ctx, names, e.Owner)
		if err != nil {
			return sheet.Sheet{}, err
		}
		rows = append(rows, h.row(i+1, e, owner, a))
	}
	const name = "客户销售业绩进度管理表"
	return sheet.Sheet{Tab: name, Name: name, Columns: columns(), Groups: sheet.Rows(rows...), Total: true, Sign: true}, nil
}

func columns() (list []sheet.Column) {
	for _, head := range []string{"序号", "编号", "客户", "负责人", "月初阶段", "月末阶段", "跟进次数", "最近跟进", "下次"} {
		list = append(list, sheet.Column{Head: head})
	}
	for _, head := range []string{"预计金额", "本月签约", "本月回款", "未收"} {
		list = append(list, sheet.Column{Head: head, Sum: true})
	}
	for _, head := range []string{"无进展天数", "原因（至）", "上月承诺", "是否兑现", "下月重点", "下月动作"} {
		list = append(list, sheet.Column{Head: head})
	}
	return list
}

func (h Handler) row(no int, e *entry, owner string, a asked) []sheet.Value {
	last, amount, begun := sheet.Value{}, sheet.Value{}, e.From
	if !e.Last.IsZero() {
		last = sheet.Day(e.Last.In(h.Rules.Zone))
	}
	if e.Amount != 0 {
		amount = sheet.Money(e.Amount)
	}
	if begun == "" {
		begun = "（新）"
	}
	row := []sheet.Value{
		sheet.Count(no), sheet.Text(e.ID), sheet.Text(e.Name), sheet.Text(owner), sheet.Text(begun), sheet.Text(e.To), sheet.Count(e.Entries), last,
		filled(stepWords(e.Next, h.Rules.Day(a.at))), amount, sheet.Money(e.Signed), sheet.Money(e.Received), sheet.Money(e.Open), sheet.Count(e.Idle), filled(causeWords(e)),
	}
	promised, kept, key, action := "", "", "", ""
	if e.Promise != nil {
		promised, kept = said(e.Promise.Words), keptWords(e.Promise)
	}
	if e.Coming != nil {
		key, action = "是", said(e.Coming.Words)
	}
	return append(row, sheet.Text(promised), sheet.Text(kept), sheet.Text(key), sheet.Text(action))
}

// filled is a cell that stays empty where there is nothing to say.
func filled(words string) sheet.Value {
	if words == none {
		return sheet.Value{}
	}
	return sheet.Text(words)
}

// said is what somebody wrote, without a phone of somebody's.
func said(words string) string { return text.MaskPhones(words) }

// chart is how many customers are in each state, beside the month before.
func (h Handler) chart(title string, n counts, a asked) chat.Chart {
	now, before := chat.Series{Name: "本月"}, chat.Series{Name: "上月"}
	chart := chat.Chart{Title: title, Kind: chat.Bars, Unit: customers, AsOf: "截至 " + words.Moment(a.at.In(h.Rules.Zone))}
	for _, s := range rulebook.ProgressStates {
		chart.Categories = append(chart.Categories, string(s))
		now.Values, before.Values = append(now.Values, int64(n.now[s])), append(before.Values, int64(n.before[s]))
	}
	chart.Series = []chat.Series{before, now}
	return chart
}
