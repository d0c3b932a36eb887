package command

import (
	"strings"

	"marketbot/handlers/reading"
	"marketbot/handlers/text"
)

// nouns are what things with a code are called, and what stands before the code where
// it is printed (编号：K12), the longer ones first.
var nouns = []string{"客户编号", "合同编号", "合同号", "编号", "客户", "合同", "回款", "到账", "线索", "事件", "活动", "决议", "议题", "申请"}

// noun is how many bytes a noun before a code takes, where one of the kind is read: 归档
// 合同 ZYX-202611-001 …, 核款 编号：R12. What is no code behind it may be a name.
func (p *parser) noun(k Kind) int {
	switch k {
	case Customer:
		return nounBefore(p.left, reading.IsCustomerCode)
	case Contract:
		return nounBefore(p.left, isCustomerOrContract)
	case Number:
		return nounBefore(p.left, reading.IsNumber)
	}
	return 0
}

func isCustomerOrContract(code string) bool {
	return reading.IsCustomerCode(code) || IsContractNumber(code)
}

// nounBefore is how many bytes a noun takes before a code that fits; 0 where there is
// none.
func nounBefore(typed string, fits func(code string) bool) int {
	f := text.Fold(text.CutBytes(typed, maxName))
	for _, noun := range nouns {
		rest, found := strings.CutPrefix(f.Text, noun)
		if !found {
			continue
		}
		rest = strings.TrimLeft(rest, " :=")
		if code := reading.FirstCode(rest); code == "" || !fits(code) {
			return 0
		}
		return f.Raw(len(f.Text) - len(rest))
	}
	return 0
}
