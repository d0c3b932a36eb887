package command

import (
	"strings"

	"marketbot/handlers/reading"
	"marketbot/handlers/text"
)

// nouns are what things with a code are called, and what stands before the code where
// it is printed (编号：K12), the longer ones first.
var nouns = []string{"客户编号", "合同编号", "合同号", "编号", "客户", "合同", "回款", "到账", "线索", "事件", "活动", "决议", "议题", "申请"}

// until is what people say before a day up to which something holds: 离职 做到12-31.
var until = newLexicon(`最后一天 最后工作日 做到 干到 上到 上班到 截至 截止`)

// noun is how many bytes a noun before a code takes, where one of the kind is read: 归档
// 合同 ZYX-202611-001 …, 核款 编号：R12. What is no code behind it may be a name.
func (p *parser) noun(a *Arg) int {
	switch {
	case a.Kind == Customer:
		return nounBefore(p.left, reading.IsCustomerCode)
	case a.Kind == Contract:
		return nounBefore(p.left, isCustomerOrContract)
	case a.Kind == Number:
		return nounBefore(p.left, reading.IsNumber)
	case a.Coded != "":
		return nounBefore(p.left, a.codes)
	case a.Kind == Date:
		word := until.at(p.left)
		day := strings.TrimLeft(p.left[len(word):], " :：是")
		if _, _, err := reading.OneDay(day, p.base(a)); word != "" && err == nil {
			return len(p.left) - len(day)
		}
		return 0
	case a.Kind == Word || a.Kind == Person:
		return a.nameBefore(p.left)
	}
	return 0
}

// nameBefore is how many bytes the argument's own name takes before its value: 溯源
// 追踪码 H7K2QM. 0 where it does not stand apart, or nothing follows.
func (a *Arg) nameBefore(typed string) int {
	f := text.Fold(text.CutBytes(typed, maxName))
	rest, found := strings.CutPrefix(f.Text, a.Name)
	value := strings.TrimLeft(rest, " :=")
	if !found || value == "" || value == rest {
		return 0
	}
	return f.Raw(len(f.Text) - len(value))
}

// AnyCode is in [Arg.Coded] where it may begin with any.
const AnyCode = "*"

// codes reports whether the argument may begin with a code.
func (a *Arg) codes(code string) bool {
	if a.Coded == AnyCode {
		return reading.IsNumber(code) || isCustomerOrContract(code)
	}
	return reading.IsNumber(code) && strings.Contains(a.Coded, text.Code(code)[:1])
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
