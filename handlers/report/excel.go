package report

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"marketbot/handlers/command"
	"marketbot/store"
)

// recipe names the Excel of a week in a chat.File: consolidated:2026-W48.
const recipe = "consolidated"

// Files are the files that the area makes, by the name of their recipe.
func (h Handler) Files() map[string]command.Maker {
	return map[string]command.Maker{recipe: h.excel}
}

// excel is the consolidated table and, on a second sheet, every version that
// was not withdrawn.
func (h Handler) excel(ctx context.Context, tx *store.Tx, arg string) (data []byte, err error) {
	w, err := store.ParseWeek(arg)
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", recipe, err)
	}
	s, err := h.sheet(ctx, tx, w, (*store.Tx).Reports)
	if err != nil {
		return nil, err
	}
	up, sent, err := tx.SentUp(ctx, w)
	if err != nil {
		return nil, err
	}
	return h.book(s, up, sent)
}

// The names of the sheets.
const (
	sheetTable     = "汇总"
	sheetOriginals = "原件"
)

func (h Handler) book(s sheet, up store.Consolidated, sent bool) (data []byte, err error) {
	f := excelize.NewFile()
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fmt.Errorf("close excel: %w", e)
		}
	}()
	if err := f.SetSheetName("Sheet1", sheetTable); err != nil {
		return nil, fmt.Errorf("name sheet: %w", err)
	}
	if _, err := f.NewSheet(sheetOriginals); err != nil {
		return nil, fmt.Errorf("add sheet: %w", err)
	}
	if err := h.lay(f, sheetTable, h.tableRows(s, up, sent)); err != nil {
		return nil, err
	}
	if err := h.lay(f, sheetOriginals, h.originalRows(s)); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return nil, fmt.Errorf("write excel: %w", err)
	}
	return b.Bytes(), nil
}

// tableRows is a head with the week's numbers, then a line a person.
func (h Handler) tableRows(s sheet, up store.Consolidated, sent bool) [][]string {
	state := "未上报（草稿）"
	if sent {
		state = s.name(up.Person) + " " + h.clock(up.Sent) + " 上报，" + upWords(up.Late)
	}
	rows := [][]string{
		{strings.TrimSpace(h.Rules.Company + " 周工作计划表汇总"), s.week.String()}, {"截止", h.clock(s.due)}, {"上报", state}, {"总监意见", up.Opinion},
	}
	for _, fact := range append(countFacts(s), totals(s)...) {
		rows = append(rows, []string{fact.Label, fact.Value})
	}
	rows = append(rows, nil, []string{"姓名", "岗位", "状态", "版本", "上周计划", "本周完成", "下周计划", "预计回款", "问题/需要支持"})
	for _, e := range s.entries {
		row := []string{e.person.Name, string(e.person.Post), stateWords(e)}
		if len(e.reports) > 0 {
			r := effective(e.reports)
			row = append(row, fmt.Sprint(r.Version), r.Text.Review, r.Text.Done, r.Text.Plan, r.Text.Payment, r.Text.Problem)
		}
		rows = append(rows, row)
	}
	return rows
}

// originalRows is a line a version.
func (h Handler) originalRows(s sheet) [][]string {
	rows := [][]string{{"姓名", "岗位", "版本", "提交时间", "判定", "上周计划", "本周完成", "下周计划", "预计回款", "问题/需要支持"}}
	for _, e := range s.entries {
		for i, r := range e.reports {
			judged := receiptWords(entry{state: e.state, late: e.late, reports: e.reports[:1]})
			switch {
			case r.Supplement && i == 0:
				judged += "，上报后交来"
			case r.Supplement:
				judged = "上报后补充"
			case i > 0:
				judged = "修改"
			}
			rows = append(rows, []string{
				e.person.Name, string(e.person.Post), fmt.Sprint(r.Version), h.clock(r.Sent), judged,
				r.Text.Review, r.Text.Done, r.Text.Plan, r.Text.Payment, r.Text.Problem,
			})
		}
	}
	return rows
}

func (h Handler) clock(t time.Time) string { return t.In(h.Rules.Zone).Format(time.DateTime) }

// lay writes rows as text from A1 on.
func (h Handler) lay(f *excelize.File, sheet string, rows [][]string) error {
	wrap, err := f.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return fmt.Errorf("style: %w", err)
	}
	if err := f.SetColStyle(sheet, "A:J", wrap); err != nil {
		return fmt.Errorf("style %s: %w", sheet, err)
	}
	for column, width := range map[string]float64{"A:B": 14, "C:E": 18, "F:J": 36} {
		from, to, _ := strings.Cut(column, ":")
		if err := f.SetColWidth(sheet, from, to, width); err != nil {
			return fmt.Errorf("width %s: %w", sheet, err)
		}
	}
	for i, row := range rows {
		for j, text := range row {
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return fmt.Errorf("cell: %w", err)
			}
			if err := f.SetCellStr(sheet, cell, cellText(text)); err != nil {
				return fmt.Errorf("cell %s: %w", cell, err)
			}
		}
	}
	return nil
}

// cellText keeps people's text from being taken for a formula, also once the
// table is saved as CSV, and from breaking the file.
func cellText(s string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\ufffe' || r == '\uffff' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
	if formula(s) || formula(clean) {
		return "'" + clean
	}
	return clean
}

// formula tells whether a spreadsheet may take a text for one.
func formula(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return s != "" && strings.ContainsRune("=+-@\t\r\x00＝＋－＠", first)
}
