// Package target is the area of what people and the department are to reach, and
// what they reached (会-4): targets by month with every version of them, 业绩 of a
// month or a year beside them, and 销售业绩目标管理表.
//
// What counts for whom and in which month is rulebook's to say, of contracts and
// money that the area meets in the store; nothing is added up in SQL. A month that
// froze is shown as it was kept (package closing), and what became known later stands
// in the month that was open by then. Every answer, picture, workbook and section of
// the pack is made of the same [rulebook.ResultTable], which figures.go reads.
//
// Amounts are confidential: who is no head sees their own only. It is not for
// customers' progress, nor for what is still owed (package receivable).
package target

import (
	"slices"

	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// clause is the rule that the area serves.
const clause = "会-4"

// Config is the part targets of the settings.
type Config struct {
	Measure   string `yaml:"measure"`    // whose rate counts: signed or received
	WarnBelow int    `yaml:"warn_below"` // percent of the target below which somebody is talked about; 0: never
}

// What Measure may say.
const (
	BySigned   = "signed"
	ByReceived = "received"
)

// Defaults are the settings of who has set nothing.
func Defaults() Config { return Config{Measure: BySigned, WarnBelow: 80} }

// Problem is the first setting that cannot be: its key, and what is wrong, for
// people. Both are empty when all is well.
func (c Config) Problem() (key, problem string) {
	switch {
	case c.Measure != BySigned && c.Measure != ByReceived:
		return "measure", "measure 写 signed（按签约）或 received（按回款），不能是 " + c.Measure
	case c.WarnBelow < 0 || c.WarnBelow > 100:
		return "warn_below", "warn_below 写 0 到 100 的百分数；0 就不提"
	}
	return "", ""
}

// measure is the measure of the settings.
func (c Config) measure() store.Measure {
	if c.Measure == ByReceived {
		return store.Receipt
	}
	return store.Signing
}

// Handler is the area. Nothing in it changes after it was made.
type Handler struct {
	Rules     rulebook.Rules
	Config    Config
	ForSigner bool // receipts count for who signed, not for who holds the contract
}

// Commands are the area's commands.
func (h Handler) Commands() []command.Spec {
	return slices.Concat(h.lookCommands(), h.setCommands())
}
