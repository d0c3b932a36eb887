package rulebook

import (
	"slices"
	"time"

	"marketbot/store"
)

// Fits reports whether an entry can be made in an account as it stands: no more
// is paid back than was received, no more waived or taken over than is open, no
// more surplus used than there is, and what is confirmed, rejected or taken back
// is there and counts. The sum of a plan is Apportion's to judge.
func (a Account) Fits(e store.MoneyEntry) bool { return a.fits(a.Entries, e) }

func (a Account) fits(before []store.MoneyEntry, e store.MoneyEntry) bool {
	if e.Damaged {
		return false
	}
	switch e.Kind {
	case store.MoneyReceipt, store.MoneyArrival, store.MoneyInvoice:
		return e.Amount > 0
	case store.MoneyPlan:
		return e.Ref == a.sum(before).planID()
	case store.MoneyConfirmed, store.MoneyRejected:
		r, found := counts(before, e.Ref)
		return found && r.Kind == store.MoneyReceipt && !r.Settled && !about(before, store.MoneyConfirmed, r.ID)
	case store.MoneyUndone:
		_, found := counts(before, e.Ref)
		return found
	}
	a.Entries = before
	s := a.Standing(e.Day, nil)
	switch e.Kind {
	case store.MoneyRefund:
		return e.Amount > 0 && e.Amount <= s.Allocated+s.Surplus
	case store.MoneyWaiver, store.MoneyBadDebt, store.MoneyIn:
		return e.Amount > 0 && e.Amount <= s.Open
	case store.MoneyOut:
		return e.Amount > 0 && e.Amount <= s.Surplus
	case store.MoneyPause:
		return e.Ref == a.sum(before).planID() && slices.ContainsFunc(s.Lines, func(l LineStanding) bool { return l.No == e.Line && l.Open > 0 })
	}
	return false
}

// counts is the entry of an id that was not taken back.
func counts(entries []store.MoneyEntry, id string) (store.MoneyEntry, bool) {
	i := slices.IndexFunc(entries, func(e store.MoneyEntry) bool { return e.ID == id })
	if i < 0 || Void(entries).Has(id) {
		return store.MoneyEntry{}, false
	}
	return entries[i], true
}

// about reports whether an entry of a kind that counts is about another.
func about(entries []store.MoneyEntry, kind store.MoneyKind, id string) bool {
	void := Void(entries)
	return slices.ContainsFunc(entries, func(e store.MoneyEntry) bool { return e.Kind == kind && e.Ref == id && !void.Has(e.ID) })
}

// StandsOn is the first entry that could not have been made without the one of an
// id, which therefore cannot be taken back: a refund of what was paid, a use of
// its surplus, its 核款, a plan that was made in its place.
func (a Account) StandsOn(id string) (store.MoneyEntry, bool) {
	undone := store.MoneyEntry{Kind: store.MoneyUndone, Ref: id}
	with, without := live(a.Entries), live(append(slices.Clip(a.Entries), undone))
	for i, e := range with {
		j := slices.IndexFunc(without, func(o store.MoneyEntry) bool { return o.ID == e.ID })
		if j < 0 {
			continue // it is the one, or goes with it
		}
		if a.fits(with[:i], e) && !a.fits(without[:j], e) || a.pays(with[:i], e) && !a.pays(without[:j], e) {
			return e, true
		}
	}
	return store.MoneyEntry{}, false
}

// live are the entries that count, without those that took others back.
func live(entries []store.MoneyEntry) []store.MoneyEntry {
	void := Void(entries)
	return slices.DeleteFunc(slices.Clone(entries), func(e store.MoneyEntry) bool {
		return void.Has(e.ID) || e.Kind == store.MoneyUndone || e.Kind == store.MoneyRejected
	})
}

// pays reports whether there is the money that an entry takes out, whatever the
// price has become since, which decides only whose it is.
func (a Account) pays(before []store.MoneyEntry, e store.MoneyEntry) bool {
	m := a.sum(before)
	return e.Kind != store.MoneyRefund && e.Kind != store.MoneyOut || e.Amount <= m.net()
}

// Receipt is a receipt with what became of it.
type Receipt struct {
	store.MoneyEntry
	Confirmed *store.MoneyEntry // its 核款
	Rejected  *store.MoneyEntry // its 不符
	Undone    bool
}

// Pending reports whether it waits for 核款.
func (r Receipt) Pending() bool {
	return !r.Settled && r.Confirmed == nil && r.Rejected == nil && !r.Undone
}

// Counts reports whether it is money that was received.
func (r Receipt) Counts() bool { return r.Rejected == nil && !r.Undone }

// Receipts are the receipts among entries, in their order.
func Receipts(entries []store.MoneyEntry) (list []Receipt) {
	void := Void(entries)
	for _, e := range entries {
		if e.Kind == store.MoneyReceipt {
			list = append(list, Receipt{MoneyEntry: e})
		}
	}
	of := func(e store.MoneyEntry) *Receipt {
		i := slices.IndexFunc(list, func(r Receipt) bool { return r.ID == e.Ref })
		if i < 0 {
			return &Receipt{}
		}
		return &list[i]
	}
	for i, e := range entries {
		switch {
		case e.Kind == store.MoneyUndone:
			of(e).Undone = true
		case e.Kind == store.MoneyConfirmed && !void.Has(e.ID):
			of(e).Confirmed = &entries[i]
		case e.Kind == store.MoneyRejected && !void.Has(e.ID):
			of(e).Rejected = &entries[i]
		}
	}
	return list
}

// Until is the account as it stood at the end of a day, by the days on which
// things happened, and as what is known of them now.
func (a Account) Until(day store.Day) Account {
	a.Entries = EntriesUntil(a.Entries, day)
	return a
}

// EntriesUntil are the entries of what happened up to and with a day, oldest first.
// What was taken back later, or turned out not to be in the accounts, never
// happened; and what was confirmed later was there.
func EntriesUntil(entries []store.MoneyEntry, day store.Day) []store.MoneyEntry {
	if !slices.ContainsFunc(entries, func(e store.MoneyEntry) bool { return e.Day > day }) {
		return entries
	}
	kept := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(entries), func(e store.MoneyEntry) bool {
		verdict := e.Kind == store.MoneyUndone || e.Kind == store.MoneyRejected || e.Kind == store.MoneyConfirmed
		kept[e.ID] = e.Day <= day || verdict && kept[e.Ref]
		return !kept[e.ID]
	})
}

// AccountOf is the account of a contract: its amount, or once it was ended what
// is due for it. terms are the days of the settings.
func AccountOf(c store.Contract, terms int, entries []store.MoneyEntry) Account {
	return Account{Price: c.Won(), Ended: c.State == store.ContractTerminated, Signed: c.Signed, Terms: terms, Entries: entries}
}

// SignedBefore are the contracts to which some acts, oldest first, were done from a
// moment on, as they were before; what only one of these acts signed, as it was signed.
func SignedBefore(acts []store.ContractAct, at time.Time) map[string]store.Contract {
	list := map[string]store.Contract{}
	for _, a := range acts {
		if _, seen := list[a.Contract]; !seen && a.Was.Signed != "" && !a.At.Before(at) {
			list[a.Contract] = a.Was
		}
	}
	return list
}

// Holds is the first thing that was entered and counts, which a signature cannot
// be taken back from under: a plan, money.
func Holds(entries []store.MoneyEntry) (store.MoneyEntry, bool) {
	list := live(entries)
	if len(list) == 0 {
		return store.MoneyEntry{}, false
	}
	return list[0], true
}

// Least is the lowest amount that the contract can be changed to: what was
// received for it, and what was waived.
func (s Standing) Least() int64 { return s.Allocated + s.Waived }
