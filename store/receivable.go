package store

import "time"

// MoneyKind is what an entry about a contract's money says.
type MoneyKind string

// The kinds of entry. None is ever changed: what is to count no more is taken
// back by an entry of its own.
const (
	MoneyPlan      MoneyKind = "plan"      // 收款计划: Plan, in place of the plan Ref
	MoneyReceipt   MoneyKind = "receipt"   // 回款; with a Ref 认领 of that arrival
	MoneyConfirmed MoneyKind = "confirmed" // 核款 of the receipt Ref
	MoneyRejected  MoneyKind = "rejected"  // 不符: the receipt or arrival Ref counts no more
	MoneyRefund    MoneyKind = "refund"    // 退款
	MoneyWaiver    MoneyKind = "waiver"    // 抹零
	MoneyBadDebt   MoneyKind = "bad debt"  // 坏账
	MoneyPause     MoneyKind = "pause"     // 暂缓 of Line of the plan Ref to Until
	MoneyIn        MoneyKind = "in"        // 预收: surplus of another contract; Ref is that one's MoneyOut
	MoneyOut       MoneyKind = "out"       // 预收: surplus that another contract uses
	MoneyArrival   MoneyKind = "arrival"   // 到账: of no contract yet
	MoneyPayer     MoneyKind = "payer"     // 到账 W3 客户: whose the arrival Ref is
	MoneyInvoice   MoneyKind = "invoice"   // 开票
	MoneyUndone    MoneyKind = "undone"    // 撤销: the entry Ref counts no more
)

// MoneyEntry is one thing that was entered about money, for one contract or for
// none yet.
type MoneyEntry struct {
	ID       string
	Code     string // R12 of a receipt, W3 of an arrival
	Kind     MoneyKind
	Contract string // id; empty of an arrival
	Customer string // id; of an arrival empty while it is not clear whose it is
	Holder   string // who had the contract when it was entered
	Day      Day    // it happened on
	At       time.Time
	By       string // person id
	Ref      string // the entry that it is about

	Amount  int64 // 分
	Line    int
	Until   Day
	Plan    []PlanLine
	Settled bool   // a receipt that needs no 核款
	Alone   bool   // nobody was there for the second pair of eyes: 无人复核
	Opening bool   // 期初: it was there before the bot was
	Words   string // the reason, an invoice's number, whose money it may be

	Damaged bool // it does not open: all that is sealed is missing
}

// PlanLine is one part of what is owed.
type PlanLine struct {
	First  Day // as first agreed: its age counts from here
	Due    Day
	Moved  int // how often it was put off
	Amount int64
}
