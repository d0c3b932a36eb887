// Package receivable is the area of what is owed for signed contracts and what
// came of it (会-2, 会-4): plans of payment, receipts and their second pair of
// eyes, surplus, refunds and what is let go, money without a contract, invoices,
// and the ageing of what is open.
//
// It is not for the contracts themselves, which it meets in the store, and
// computes nothing: how a contract's money stands is rulebook.Account's to say,
// and every answer, table, picture, reminder and workbook reads it off there.
// Nothing that was entered is ever changed; what is to count no more is taken
// back by an entry of its own.
//
// Amounts are confidential: every answer is private, and where a platform keeps
// no secret it is numbers, states, dates and counts.
//
// Read find.go first, then receive.go.
package receivable

import (
	"slices"

	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// clause is the rule that the area serves; the ageing is for the monthly meeting,
// too.
const (
	clause  = "会-2"
	meeting = "会-4"
)

// Handler is the area. Nothing in it changes after it was made.
type Handler struct {
	Rules  rulebook.Rules
	Config Config
}

// Commands are the area's commands.
func (h Handler) Commands() []command.Spec {
	return slices.Concat(h.planCommands(), h.receiveCommands(), h.judgeCommands(), h.releaseCommands(), h.arrivalCommands(), h.tableCommands())
}

// contractName is the argument that names a contract: by its number, or by its
// customer where that makes it clear.
const contractName = "合同号"

func contractArg() command.Arg {
	return command.Arg{Name: contractName, Kind: command.Contract, Prompt: "哪份合同？写合同号，或客户名称。"}
}

// enters reports whether a person enters the money of a contract: who holds it,
// the heads, and who keeps the accounts.
func enters(p store.Person, k store.Contract) bool {
	return p.ID == k.Holder || rulebook.Allows(rulebook.EnterMoney, p) && seesAll(p)
}

// sees reports whether a person sees the money of a contract.
func sees(p store.Person, k store.Contract) bool { return p.ID == k.Holder || seesAll(p) }

// seesAll reports whether a person sees the money of all contracts.
func seesAll(p store.Person) bool {
	return rulebook.ViewContract(p, store.Contract{}, false) == rulebook.ContractWhole
}
