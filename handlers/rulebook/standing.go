package rulebook

import (
	"cmp"
	"fmt"
	"slices"

	"marketbot/store"
)

// Account is the money of one contract: what is owed for it, and all that was
// entered (会-2). Everything that is said of receivables is read off it, by
// [Account.Standing].
type Account struct {
	Price   int64     // 分: the contract's amount as it is now; of an ended one what is due for it
	Ended   bool      // 终止: what was let go is of what is due no more than was not paid
	Signed  store.Day // the terms run from here where no plan reaches
	Terms   int       // days
	Entries []store.MoneyEntry
}

// Standing is how a contract's money stands on a day. Always:
//
//	Received − Refunded + UsedHere − UsedElsewhere = Allocated + Surplus
//	Price = Allocated + Waived + Open, and Open = Σ Bands = Σ Lines.Open
//
// and nothing is negative.
type Standing struct {
	Price         int64
	Received      int64 // receipts that count
	Refunded      int64
	UsedHere      int64 // surplus of other contracts that was used for this one
	UsedElsewhere int64 // surplus of this one that was used for others
	Allocated     int64 // 已收: what of the money is for this contract
	Surplus       int64 // 预收: what is left over, the customer's
	Waived        int64 // 抹零 and 坏账
	Open          int64 // 未收
	Invoiced      int64
	Bands         []int64 // Open by age: not yet due, then band by band, then older
	Lines         []LineStanding
	Overdue       int   // the longest, in days; 0: none
	Planned       int64 // what the plan comes to, whatever the price is; 0: there is none
	Dropped       int   // its lines that the price does not reach
	Damaged       bool  // an entry does not open: the figures lack it

	Pending        int64 // of Allocated: waits for 核款
	PendingSurplus int64 // of Surplus, of which what waits is taken first
}

// LineStanding is how one line of a plan stands.
type LineStanding struct {
	store.PlanLine
	No        int
	Unplanned bool // no plan says so: the terms do
	Allocated int64
	Waived    int64
	Open      int64
	Age       int       // days since the first date; 0: not yet due, or due today
	Paused    store.Day // reminders are silent to this day; empty: they are not
}

// money is what of an account's entries counts, added up.
type money struct {
	received, pending, refunded, waived, here, elsewhere, invoiced int64
	plan                                                           *store.MoneyEntry
	pauses                                                         []store.MoneyEntry
	damaged                                                        bool
}

// net is the money that is there.
func (m money) net() int64 { return m.received - m.refunded + m.here - m.elsewhere }

// planID names the plan that holds; empty: none does.
func (m money) planID() string {
	if m.plan == nil {
		return ""
	}
	return m.plan.ID
}

// Standing is how the account stands on a day. bands are the ends of the bands
// of age in days, ascending (30, 60, 90).
func (a Account) Standing(day store.Day, bands []int) Standing {
	m := a.sum(a.Entries)
	net := max(0, m.net()) // below only where an entry is damaged
	s := Standing{
		Price: a.Price, Received: m.received, Refunded: m.refunded, UsedHere: m.here, UsedElsewhere: m.elsewhere,
		Invoiced: m.invoiced, Waived: min(m.waived, a.Price), Bands: make([]int64, len(bands)+2), Damaged: m.damaged,
	}
	if a.Ended {
		s.Waived = min(m.waived, max(0, a.Price-net))
	}
	s.Allocated = min(net, a.Price-s.Waived)
	s.Surplus = net - s.Allocated
	s.PendingSurplus = min(m.pending, s.Surplus) // what turns out wrong goes off what is over first
	s.Pending = min(m.pending-s.PendingSurplus, s.Allocated)
	s.Open = a.Price - s.Waived - s.Allocated
	s.Lines, s.Dropped = a.lines(m)
	if m.plan != nil {
		for _, l := range m.plan.Plan {
			s.Planned += l.Amount
		}
	}
	cover(s.Lines, s.Allocated, s.Waived)
	for i := range s.Lines {
		l := &s.Lines[i]
		if l.Open == 0 {
			continue
		}
		l.Age = max(0, day.Since(l.First))
		s.Overdue = max(s.Overdue, l.Age)
		s.Bands[band(l.Age, bands)] += l.Open
	}
	return s
}

// band is the place among the bands of an age.
func band(age int, bands []int) int {
	if age == 0 {
		return 0
	}
	i, _ := slices.BinarySearch(bands, age)
	return i + 1
}

// sum adds up the entries that count. Those that were taken back do not; what
// took them back is an entry, too.
func (a Account) sum(entries []store.MoneyEntry) (m money) {
	void := Void(entries)
	confirmed := func(id string) bool {
		return slices.ContainsFunc(entries, func(e store.MoneyEntry) bool {
			return e.Kind == store.MoneyConfirmed && e.Ref == id && !void.Has(e.ID)
		})
	}
	for i := range entries {
		e := &entries[i]
		if m.damaged = m.damaged || e.Damaged; e.Damaged || void.Has(e.ID) {
			continue
		}
		switch e.Kind {
		case store.MoneyPlan:
			m.plan = e
		case store.MoneyReceipt:
			if m.received += e.Amount; !e.Settled && !confirmed(e.ID) {
				m.pending += e.Amount
			}
		case store.MoneyRefund:
			m.refunded += e.Amount
		case store.MoneyWaiver, store.MoneyBadDebt:
			m.waived += e.Amount
		case store.MoneyIn:
			m.here += e.Amount
		case store.MoneyOut:
			m.elsewhere += e.Amount
		case store.MoneyInvoice:
			m.invoiced += e.Amount
		case store.MoneyPause:
			m.pauses = append(m.pauses, *e)
		}
	}
	return m
}

// Voided are the ids of entries that were taken back.
type Voided []string

// Has reports whether an entry was taken back.
func (v Voided) Has(id string) bool { return slices.Contains(v, id) }

// Void is which of some entries were taken back, by 撤销 or 不符.
func Void(entries []store.MoneyEntry) (v Voided) {
	for i := range entries {
		if entries[i].Kind == store.MoneyUndone {
			v = append(v, entries[i].Ref)
		}
	}
	for i := range entries {
		if entries[i].Kind == store.MoneyRejected && !v.Has(entries[i].ID) {
			v = append(v, entries[i].Ref)
		}
	}
	return v
}

// lines are those of the plan as far as the price reaches, and one of what no
// plan names, the one that is due first in front; nothing is allocated yet.
func (a Account) lines(m money) (list []LineStanding, dropped int) {
	left := a.Price
	if m.plan != nil {
		for i, l := range m.plan.Plan {
			if left == 0 {
				dropped++
				continue
			}
			l.Amount = min(l.Amount, left)
			left -= l.Amount
			list = append(list, LineStanding{PlanLine: l, No: i + 1, Paused: paused(m, i+1)})
		}
	}
	if left > 0 {
		due, no := a.Signed.Add(a.Terms), len(list)+1
		list = append(list, LineStanding{PlanLine: store.PlanLine{First: due, Due: due, Amount: left}, No: no, Unplanned: true, Paused: paused(m, no)})
	}
	slices.SortStableFunc(list, func(x, y LineStanding) int { return cmp.Compare(x.First, y.First) })
	return list, dropped
}

// paused is to when the reminders of a line are silent. A new plan ends that.
func paused(m money, no int) (until store.Day) {
	for _, e := range m.pauses {
		if e.Line == no && e.Ref == m.planID() {
			until = e.Until
		}
	}
	return until
}

// cover spreads over the lines, the oldest first, what was paid and then what was
// waived. How much of a line is open depends on their sum only.
func cover(lines []LineStanding, paid, waived int64) {
	for i := range lines {
		l := &lines[i]
		l.Allocated = min(l.Amount, paid)
		paid -= l.Allocated
		l.Waived = min(l.Amount-l.Allocated, waived)
		waived -= l.Waived
		l.Open = l.Amount - l.Allocated - l.Waived
	}
}

// BandNames are the bands in words: 未到期, 1–30天, … 90天以上.
func BandNames(bands []int) []string {
	names, from := []string{"未到期"}, 1
	for i, end := range bands {
		if i == len(bands)-1 {
			return append(names, fmt.Sprintf("%d–%d天", from, end), fmt.Sprintf("%d天以上", end))
		}
		names = append(names, fmt.Sprintf("%d–%d天", from, end))
		from = end + 1
	}
	return names
}
