package contract

import (
	"errors"
	"strings"
	"unicode/utf8"

	"marketbot/handlers/command"
	"marketbot/handlers/intake"
	"marketbot/handlers/sheet"
	"marketbot/handlers/text"
	"marketbot/store"
)

// importColumns are the columns of the table of contracts: those of the register, so
// that one that was made here is read back.
func (h Handler) importColumns() []intake.Column[importRow] {
	return []intake.Column[importRow]{
		{Head: "合同编号", Also: []string{"合同号", "编号"}, Required: true, Example: "ZYX-202411-001", Set: wordsInto(func(r *importRow) *string { return &r.number })},
		{Head: "领用日", Also: []string{"领用日期", "领用时间", "领取日期"}, Example: "2024-11-05", Set: h.dayInto(func(r *importRow) *store.Day { return &r.Claimed })},
		{Head: "领用人", Also: []string{"领取人", "经办人"}, Example: "张伟", Set: nameInto(func(r *importRow) *string { return &r.claimant })},
		{Head: "持有人", Also: []string{"负责人", "业务员"}, Example: "张伟", Set: nameInto(func(r *importRow) *string { return &r.holder })},
		{Head: "客户", Also: []string{"客户名称", "客户全称", "甲方", "签约客户"}, Required: true, Example: "东莞市晨星机械有限公司", Set: wordsInto(func(r *importRow) *string { return &r.customer })},
		{Head: "项目", Also: []string{"项目名称", "合同名称"}, Example: "2025 年会场地", Set: func(r *importRow, c sheet.Cell) error {
			r.Project = strings.TrimSpace(c.Text)
			if wrong := projectWrong(r.Project); wrong != "" {
				return errors.New(wrong)
			}
			return nil
		}},
		{Head: "签前汇报日", Also: []string{"汇报日期"}, Set: h.dayInto(func(r *importRow) *store.Day { return &r.Reported })},
		{Head: "活动日期", Set: h.dayInto(func(r *importRow) *store.Day { return &r.Event })},
		{Head: "准备天数", Set: func(r *importRow, c sheet.Cell) (err error) {
			if r.Prepare, err = prepareIn(strings.TrimSuffix(c.Text, ".0")); err != nil {
				err = errors.New("准备天数看不懂，请写成 5")
			}
			return err
		}},
		{Head: "签订日", Also: []string{"签订日期", "签约日期", "签约日"}, Example: "2024-11-20", Set: h.dayInto(func(r *importRow) *store.Day { return &r.Signed })},
		{Head: "金额", Also: []string{"合同金额", "签约金额", "合同额"}, Example: "125000", Amount: func(r *importRow, fen int64) error {
			r.Contract.Amount = fen
			return nil
		}},
		{Head: "应得", Also: []string{"应得金额", "结算金额"}, Amount: func(r *importRow, fen int64) error {
			r.Earned, r.earned = fen, true
			return nil
		}},
		{Head: "终止日", Also: []string{"终止日期"}, Set: h.dayInto(func(r *importRow) *store.Day { return &r.Ended })},
		{Head: "归档日", Also: []string{"归档日期"}, Set: h.dayInto(func(r *importRow) *store.Day { return &r.Archived })},
		{Head: "存放位置", Also: []string{"位置", "档案位置"}, Example: "2 号柜 3 层", Set: wordsInto(func(r *importRow) *string { return &r.Place })},
		{Head: "去向", Also: []string{"状态", "合同状态"}, Example: "已归档", Set: wordsInto(func(r *importRow) *string { return &r.state })},
		{Head: "类型", Also: []string{"合同类型"}, Example: "纸质", Set: func(r *importRow, c sheet.Cell) error {
			rest, electronic := kindOf(strings.TrimSuffix(text.Bare(c.Text), "合同"))
			r.Electronic = r.Electronic || electronic
			if rest != "" {
				return errors.New("类型看不懂，请写 纸质 或 电子")
			}
			return nil
		}},
		{Head: "业绩", Also: []string{"业绩分成"}, Set: wordsInto(func(r *importRow) *string { return &r.shares })},
		{Head: "序号", Set: func(*importRow, sheet.Cell) error { return nil }},
		{Head: "备注", Set: func(r *importRow, c sheet.Cell) error {
			r.remark(c.Text)
			if utf8.RuneCountInString(r.remarks) > maxWords {
				return errors.New(command.TooLong("备注", r.remarks, maxWords))
			}
			return nil
		}},
	}
}

func wordsInto(into func(*importRow) *string) func(*importRow, sheet.Cell) error {
	return func(r *importRow, c sheet.Cell) error {
		*into(r) = strings.TrimSpace(c.Text)
		return nil
	}
}

func nameInto(into func(*importRow) *string) func(*importRow, sheet.Cell) error {
	return func(r *importRow, c sheet.Cell) error {
		*into(r) = strings.TrimSpace(c.Text)
		return intake.OneName(c.Text)
	}
}

func (h Handler) dayInto(into func(*importRow) *store.Day) func(*importRow, sheet.Cell) error {
	return func(r *importRow, c sheet.Cell) error {
		t, err := intake.Moment(c, h.zone())
		if err == nil {
			*into(r) = store.DayOf(t)
		}
		return err
	}
}
