package target

import (
	"context"
	"fmt"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/sheet"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// recipe names the workbook of a month, of one person or of all, in a chat.File.
const recipe = "results"

// Files are the files that the area makes, by the name of their recipe.
func (h Handler) Files() map[string]command.Maker {
	return map[string]command.Maker{recipe: h.workbook}
}

// workbook makes 销售业绩目标管理表 as it was when it was asked for.
func (h Handler) workbook(ctx context.Context, tx *store.Tx, arg string) ([]byte, error) {
	asked, err := command.ReadRecipe(ctx, tx, arg, 2, h.Rules.Zone)
	if err != nil {
		return nil, err
	}
	month, of := store.Day(asked.Of[0]), asked.Of[1]
	if of == "" && !rulebook.Allows(rulebook.SeeAllResults, asked.Reader) {
		of = asked.Reader.ID
	}
	t, kept, err := h.reader(tx, asked.At, cut{at: asked.At, last: asked.Last}).table(ctx, month)
	if err != nil {
		return nil, err
	}
	s, err := h.Sheet(ctx, tx, t, of)
	if err != nil {
		return nil, err
	}
	version := "未定稿"
	if kept != nil {
		version = "定稿 " + shortHash(kept.Hash)
	}
	return sheet.Book{
		Company: h.Rules.Company, Period: words.Month(month), Sheets: []sheet.Sheet{s},
		About: sheet.About{Made: asked.At, AsOf: words.Moment(asked.At), Unit: "元", Version: version, Reader: asked.Reader.Name, Trace: asked.Trace},
	}.Write()
}

// Sheet is 销售业绩目标管理表 (会-4) of a month: of all, or with one person's row only.
// Why a target was missed is for people to write.
func (h Handler) Sheet(ctx context.Context, tx *store.Tx, t rulebook.ResultTable, of string) (sheet.Sheet, error) {
	names := audience.NewNames(tx)
	var rows [][]sheet.Value
	for _, r := range t.Rows {
		if of != "" && r.Person != of {
			continue
		}
		name, err := names.Of(ctx, r.Person)
		if err != nil {
			return sheet.Sheet{}, err
		}
		note, err := h.remarks(ctx, tx, t, r)
		if err != nil {
			return sheet.Sheet{}, err
		}
		rows = append(rows, sheetRow(len(rows)+1, name, note, r))
	}
	s := sheet.Sheet{Tab: "销售业绩目标管理表", Name: "销售业绩目标管理表", Columns: columns(), Groups: sheet.Rows(rows...), Total: true, Sign: true}
	if of != "" {
		return s, nil
	}
	for _, line := range departmentLines(t) {
		s.Notes = append(s.Notes, sheet.Note{Label: "部门目标", Text: line})
	}
	for _, c := range t.Corrections {
		name := department
		if c.Person != "" {
			var err error
			if name, err = names.Of(ctx, c.Person); err != nil {
				return s, err
			}
		}
		s.Notes = append(s.Notes, sheet.Note{Label: "会后更正", Text: correctionWords(c, name, t.Month)})
	}
	return s, nil
}

// The heads that others add up.
const (
	headGoal       = "本月目标"
	headSigned     = "本月签约"
	headToReceive  = "回款目标"
	headReceived   = "本月回款"
	headLastGoal   = "上月目标"
	headLastSigned = "上月签约"
	headYearGoal   = "累计目标"
	headYearSigned = "累计签约"
)

func columns() []sheet.Column {
	sum := func(head string) sheet.Column { return sheet.Column{Head: head, Sum: true} }
	rate := func(head, over, under string) sheet.Column {
		return sheet.Column{Head: head, Over: over, Under: under}
	}
	return []sheet.Column{
		{Head: "序号"}, {Head: "姓名"}, {Head: "岗位"}, sum(headGoal), sum(headSigned), rate("完成率", headSigned, headGoal), {Head: "差额", Over: headSigned, Under: headGoal, Less: true},
		sum(headToReceive), sum(headReceived), rate("回款率", headReceived, headToReceive),
		sum(headLastGoal), sum(headLastSigned), rate("上月完成率", headLastSigned, headLastGoal), {Head: "环比"},
		sum(headYearGoal), sum(headYearSigned), rate("累计完成率", headYearSigned, headYearGoal), {Head: "未完成原因"}, sum("下月目标"), {Head: "备注"},
	}
}

func sheetRow(no int, name, note string, r rulebook.ResultRow) []sheet.Value {
	m := store.Signing
	gap := sheet.Unset()
	if goal := r.Goals.Signed; goal.Fen > 0 {
		gap = sheet.Money(r.Sums.Signed - goal.Fen)
	}
	grown, grew := rulebook.Percent(r.Sums.Signed-r.LastSums.Signed, r.LastSums.Signed)
	return []sheet.Value{
		sheet.Count(no), sheet.Text(name), sheet.Text(string(r.Post)), goalCell(r.Goals.Signed), sheet.Money(r.Sums.Signed), rateCell(rulebook.Rate(r.Sums, r.Goals, m)), gap,
		goalCell(r.Goals.Received), sheet.Money(r.Sums.Received), rateCell(rulebook.Rate(r.Sums, r.Goals, store.Receipt)),
		goalCell(r.LastGoals.Signed), sheet.Money(r.LastSums.Signed), rateCell(rulebook.Rate(r.LastSums, r.LastGoals, m)), rateCell(grown, grew),
		goalCell(r.YearGoals.Signed), sheet.Money(r.YearSums.Signed), rateCell(rulebook.Rate(r.YearSums, r.YearGoals, m)), {}, goalCell(r.NextGoals.Signed), sheet.Text(note),
	}
}

// goalCell is a goal in a table: an amount, or 未定.
func goalCell(g rulebook.Goal) sheet.Value {
	if !g.Set {
		return sheet.Text(goalWords(g))
	}
	return sheet.Money(g.Fen)
}

func rateCell(tenths int64, ok bool) sheet.Value {
	if !ok {
		return sheet.Unset()
	}
	return sheet.Rate(tenths)
}

// remarks are what else is to be known of a row: that the month does not count, what
// waits for 核款, another post, how the target came about, corrections.
func (h Handler) remarks(ctx context.Context, tx *store.Tx, t rulebook.ResultTable, r rulebook.ResultRow) (string, error) {
	var list []string
	for _, m := range store.Measures {
		if goal := r.Goals.Of(m); goal.Set && goal.Fen == 0 {
			list = append(list, string(m)+goalWords(goal))
		}
	}
	if r.Sums.Pending != 0 {
		list = append(list, "待核 "+words.Money(r.Sums.Pending))
	}
	m, found, err := h.moved(ctx, tx, r.Person, t.Month)
	if err != nil {
		return "", err
	}
	if found {
		list = append(list, m.words())
	}
	versions, err := tx.Targets().Versions(ctx, r.Person, t.Month, store.Signing)
	if err != nil {
		return "", err
	}
	for _, v := range versions {
		if v.Corrects == "" && v.Version > 1 {
			list = append(list, fmt.Sprintf("目标第 %d 版：%s", v.Version, text.Line(v.Reason)))
		}
	}
	for _, c := range t.Corrections {
		if c.Person == r.Person {
			list = append(list, text.Line("会后更正 "+correctionWords(c, "", t.Month)))
		}
	}
	return strings.Join(list, "；"), nil
}
