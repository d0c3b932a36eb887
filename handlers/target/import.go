package target

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/intake"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/sheet"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/ledger"
)

// Imports are what was kept in tables before: targets, each marked 期初.
func (h Handler) Imports() []intake.Kind {
	return []intake.Kind{{Name: "目标", Unit: "个目标", Read: h.readTargets, Template: func() ([]byte, error) {
		return sheet.Book{Sheets: []sheet.Sheet{intake.Empty("目标", "目标导入表：每人每月每类一行，部门的目标姓名写 部门，示例不会导入", h.importColumns())}}.Write()
	}}}
}

// importRow is a target in a table.
type importRow struct {
	store.Target
	name string
}

var (
	errMonth   = errors.New("月份看不懂，请写成 2026-11 或 2026年11月")
	errTenth   = errors.New("月份是一个小数，看不出是 1 月还是 10 月，请写成 2027-01 或 2027-10")
	errMeasure = errors.New("类别看不懂，请写 签约 或 回款")
)

func (h Handler) importColumns() []intake.Column[importRow] {
	return []intake.Column[importRow]{
		{Head: "姓名", Also: []string{"业务员", "负责人", "人员", "部门"}, Required: true, Example: "张伟", Set: func(r *importRow, c sheet.Cell) error {
			r.name = strings.TrimSpace(c.Text)
			return nil
		}},
		{Head: "月份", Also: []string{"月", "目标月份", "年月"}, Required: true, Example: "2026-11", Set: func(r *importRow, c sheet.Cell) (err error) {
			r.Month, err = h.monthOf(c)
			return err
		}},
		{Head: "金额", Also: []string{"目标", "目标金额", "本月目标", "月目标"}, Required: true, Example: "100000", Amount: func(r *importRow, fen int64) error {
			r.Fen = fen
			return nil
		}},
		{Head: "类别", Also: []string{"类型", "目标类别"}, Example: "签约", Set: func(r *importRow, c sheet.Cell) error {
			for _, m := range measures {
				if text.Bare(c.Text) == m.word {
					r.Measure = m.is
					return nil
				}
			}
			return errMeasure
		}},
		{Head: "备注", Also: []string{"原因", "说明"}, Set: func(r *importRow, c sheet.Cell) error {
			r.Reason = text.Clean(c.Text)
			return nil
		}},
		{Head: "序号", Set: func(*importRow, sheet.Cell) error { return nil }},
	}
}

// monthOf is the month of a cell: a date in it, or 2026-11, 2026年11月.
func (h Handler) monthOf(c sheet.Cell) (store.Day, error) {
	zone := h.Rules.Zone
	if zone == nil {
		zone = time.UTC
	}
	typed := strings.TrimSpace(c.Text)
	if c.Number && strings.Contains(typed, ".") { // Excel writes 2027.10 so too
		return "", errTenth
	}
	if month, n, err := reading.Month(typed, reading.Base{Today: "2000-01-01"}); err == nil && n == len(typed) && strings.Contains(text.Fold(typed).Text, "20") {
		return month, nil
	}
	t, err := intake.Moment(c, zone)
	if err != nil {
		return "", errMonth
	}
	return store.DayOf(t).Month(), nil
}

// readTargets reads the targets of a file, a row each.
func (h Handler) readTargets(f *sheet.File) (*intake.Book, error) {
	table, err := intake.Read(f, h.importColumns(), func() importRow {
		return importRow{Target: store.Target{Measure: store.Signing, Opening: true}}
	})
	if err != nil {
		return nil, err
	}
	book := &intake.Book{Notes: table.Notes}
	lines := map[string]int{}
	for i := range table.Records {
		r := &table.Records[i]
		key := r.Value.name + "/" + string(r.Value.Month) + "/" + string(r.Value.Measure)
		if first, twice := lines[key]; twice && r.Value.Month != "" {
			r.Fail("和第 %d 行是同一个人同一个月", first)
		} else {
			lines[key] = r.Line
		}
		if len([]rune(r.Value.Reason)) > maxReason {
			r.Fail("备注太长，最多 %d 个字", maxReason)
		}
		book.Rows = append(book.Rows, intake.Row{Line: r.Line, Name: r.Value.name + " " + string(r.Value.Month), Problems: r.Problems, Take: h.takeRow(r)})
	}
	return book, nil
}

// takeRow enters one target, or says why not; one that was set before is passed over.
func (h Handler) takeRow(r *intake.Record[importRow]) func(context.Context, *store.Tx, intake.Import) (intake.Outcome, error) {
	return func(ctx context.Context, tx *store.Tx, i intake.Import) (intake.Outcome, error) {
		t := r.Value.Target
		wrong := func(words string) (intake.Outcome, error) {
			return intake.Outcome{Result: intake.Wrong, Text: words}, nil
		}
		if !rulebook.Allows(rulebook.SetTargets, i.By) {
			return wrong("目标由" + rulebook.Holders(rulebook.SetTargets) + "定，请用 --by 写明")
		}
		if r.Value.name != department {
			p, found, err := audience.Named(ctx, tx, r.Value.name)
			if err != nil {
				return intake.Outcome{}, err
			}
			if !found {
				return wrong(text.Quote(r.Value.name) + "不在册；部门的目标写 部门")
			}
			t.Person = p.ID
		}
		_, frozen, err := tx.Months().Frozen(ctx, t.Month)
		if err != nil {
			return intake.Outcome{}, err
		}
		if frozen {
			return wrong("这个月已定稿，要改请在聊天里发：目标 姓名 月 金额 原因=…（记为会后更正）")
		}
		was, err := tx.Targets().Versions(ctx, t.Person, t.Month, t.Measure)
		if err != nil {
			return intake.Outcome{}, err
		}
		if n := len(was); n > 0 {
			var others []string
			if was[n-1].Fen != t.Fen {
				others = append(others, "金额")
			}
			return intake.There("已经定过了", others...), nil
		}
		o := intake.Outcome{Result: intake.New}
		if i.Apply {
			o.Result, err = intake.Done, h.enterRow(ctx, tx, i, r.Line, t)
		}
		return o, err
	}
}

func (h Handler) enterRow(ctx context.Context, tx *store.Tx, i intake.Import, line int, t store.Target) error {
	t.ID, t.At, t.By = tx.NewID(i.Now), i.Now, i.By.ID
	t, err := tx.Targets().Add(ctx, t)
	if err != nil {
		return err
	}
	return tx.Audit().Record(ctx, ledger.Entry{
		ID: tx.NewID(i.Now), At: i.Now, Person: i.By.ID, Act: "导入目标", Subject: fmt.Sprintf("%s/row %d", subject(t), line), Outcome: ledger.Done, Clause: clause,
	})
}
