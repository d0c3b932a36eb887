package rulebook

import (
	"slices"

	"marketbot/store"
)

// Deed is something that is done to a contract, called like its command.
type Deed string

// The deeds. What 领合同 and a restore make, they make of nothing.
const (
	DeedReport   Deed = "签前汇报"
	DeedSign     Deed = "签合同"
	DeedAmend    Deed = "改合同"
	DeedHandOver Deed = "转合同"
	DeedEnd      Deed = "终止合同"
	DeedFile     Deed = "归档"
	DeedLend     Deed = "借原件"
	DeedGiveBack Deed = "还原件"
	DeedReturn   Deed = "退合同"
	DeedSpoil    Deed = "作废合同"
	DeedLose     Deed = "合同遗失"
	DeedFind     Deed = "找到"
	DeedExplain  Deed = "缺号" // what became of a number
)

// The states that deeds begin with.
var (
	inHand    = []store.ContractState{store.ContractClaimed, store.ContractReported}
	binding   = []store.ContractState{store.ContractSigned, store.ContractArchived}
	living    = slices.Concat(inHand, binding)
	anyForm   = slices.Concat(living, []store.ContractState{store.ContractReturned, store.ContractSpoiled, store.ContractTerminated})
	everyForm = slices.Concat(anyForm, []store.ContractState{store.ContractLost, store.ContractBurnt})
)

// deeds are where each deed begins, and whose it is: the holder's, of a right
// beside, or both.
var deeds = map[Deed]struct {
	from   []store.ContractState
	to     store.ContractState // empty: stays
	holder bool                // the holder's
	before bool                // likewise, but only before it was signed
	right  Right               // those who have it
	after  bool                // likewise, but only once it was signed
}{
	DeedReport:   {from: inHand, to: store.ContractReported, holder: true},
	DeedSign:     {from: inHand, to: store.ContractSigned, holder: true},
	DeedAmend:    {from: living, before: true, right: HeadContracts, after: true},
	DeedHandOver: {from: living, right: HeadContracts},
	DeedEnd:      {from: binding, to: store.ContractTerminated, right: EndContracts},
	DeedFile:     {from: []store.ContractState{store.ContractSigned}, to: store.ContractArchived, right: ArchiveContracts},
	DeedLend:     {from: []store.ContractState{store.ContractArchived}, right: ArchiveContracts},
	DeedGiveBack: {from: anyForm, right: ArchiveContracts},
	DeedReturn:   {from: inHand, to: store.ContractReturned, holder: true},
	DeedSpoil:    {from: inHand, to: store.ContractSpoiled, holder: true},
	DeedLose:     {from: anyForm, to: store.ContractLost, holder: true, right: ArchiveContracts},
	DeedFind:     {from: []store.ContractState{store.ContractLost}, holder: true, right: ArchiveContracts},
	DeedExplain:  {from: everyForm, holder: true, right: SeeContracts},
}

// NextState is what a deed makes of a contract's state; false where it cannot be
// done now. What was lost is again what it was before when it is found.
func NextState(d Deed, c store.Contract) (store.ContractState, bool) {
	rule, known := deeds[d]
	switch {
	case !known || !slices.Contains(rule.from, c.State):
		return c.State, false
	case d == DeedLend && c.Borrower != "", d == DeedGiveBack && c.Borrower == "", d == DeedExplain && c.Explained:
		return c.State, d == DeedExplain
	case d == DeedFind:
		return c.LostFrom, true
	case rule.to == "":
		return c.State, true
	}
	return rule.to, true
}

// DoesContract reports whether a deed on a contract is a person's.
func DoesContract(d Deed, p store.Person, c store.Contract) bool {
	rule := deeds[d]
	switch signed := c.Signed != ""; {
	case !p.Active():
		return false
	case rule.holder && p.ID == c.Holder, rule.before && !signed && p.ID == c.Holder:
		return true
	case rule.right == "" || rule.after && !signed:
		return false
	}
	return Allows(rule.right, p)
}

// DeedWords say whose a deed on a contract is, to be put into a refusal
// (只有…可以).
func DeedWords(d Deed, c store.Contract) string {
	rule := deeds[d]
	switch signed := c.Signed != ""; {
	case rule.right == "" || rule.after && !signed:
		return "持有人"
	case rule.holder:
		return "持有人、" + Holders(rule.right)
	}
	return Holders(rule.right)
}

// ContractView is how much of a contract somebody may know, each more than the
// one before.
type ContractView int

// The views.
const (
	ContractHidden  ContractView = iota
	ContractOutline              // number, state, holder: who reads the customer's file
	ContractPaper                // no amounts: who keeps the originals
	ContractWhole
)

// ViewContract is how much a person may know of a contract; reads reports whether
// they read its customer's file.
func ViewContract(p store.Person, c store.Contract, reads bool) ContractView {
	switch {
	case !p.Active():
		return ContractHidden
	case p.ID == c.Holder, Allows(SeeContracts, without(store.Archivist, p)):
		return ContractWhole
	case Allows(SeeContracts, p):
		return ContractPaper
	case reads && c.Customer != "":
		return ContractOutline
	}
	return ContractHidden
}

// without is a person without a duty.
func without(d store.Duty, p store.Person) store.Person {
	p.Duties = slices.DeleteFunc(slices.Clone(p.Duties), func(one store.Duty) bool { return one == d })
	if p.Then != nil {
		then := without(d, *p.Then)
		p.Then = &then
	}
	return p
}

// Later is the n-th working day after a day; the day itself for none.
func (c *Calendar) Later(day store.Day, n int) store.Day {
	for ; n > 0; n-- {
		next, ok := c.nextWorking(day.Add(1))
		if !ok {
			return day.Add(n)
		}
		day = next
	}
	return day
}

// WorkingDays is how many working days lie after a day, up to and with another.
func (c *Calendar) WorkingDays(after, upTo store.Day) int {
	n := 0
	for d := after.Add(1); d <= upTo; d = d.Add(1) {
		if c.Working(d) {
			n++
		}
	}
	return n
}

// InPlaceOfArchivist reports whether a deed is a person's only while nobody is
// charged with keeping the originals.
func InPlaceOfArchivist(d Deed, p store.Person, c store.Contract) bool {
	rule := deeds[d]
	return rule.right == ArchiveContracts && !p.Has(store.Archivist) && !(rule.holder && p.ID == c.Holder)
}
