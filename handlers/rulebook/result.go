package rulebook

import (
	"cmp"
	"slices"

	"marketbot/store"
)

// Credit is what counts for somebody because of one thing that happened (会-4, 业绩):
// a signature, the end of a contract, a receipt, a refund.
type Credit struct {
	Key      string        `json:"key"` // what happened: a contract's number, or an entry about money
	Contract string        `json:"contract"`
	Day      store.Day     `json:"day"` // it counts in the month of
	Person   string        `json:"person"`
	Measure  store.Measure `json:"measure"`
	Fen      int64         `json:"fen"`               // 分; negative where it is taken off
	Pending  bool          `json:"pending,omitempty"` // a receipt that waits for 核款
}

// Split parts an amount by shares: each part is rounded half up, the last one takes
// what the others leave, so that nothing is lost.
func Split(fen int64, shares []store.Share) []int64 {
	parts := make([]int64, len(shares))
	rest := fen
	for i, s := range shares {
		parts[i] = Portion(fen, s.Parts, store.WholeShare)
		if i == len(shares)-1 {
			parts[i] = rest
		}
		rest -= parts[i]
	}
	return parts
}

// Portion is n parts of an amount that is made of so many, half up.
func Portion(fen int64, n, of int) int64 {
	return floored(2*fen*int64(n)+int64(of), 2*int64(of))
}

// floored is a over b, which is positive, rounded down.
func floored(a, b int64) int64 {
	n := a / b
	if a%b < 0 {
		n--
	}
	return n
}

// Percent is a part of a whole in tenths of a percent, half up; false where the
// whole is nothing.
func Percent(part, whole int64) (tenths int64, ok bool) {
	if whole <= 0 {
		return 0, false
	}
	return floored(2*1000*part+whole, 2*whole), true
}

// SharesOf are whom a contract counts for.
func SharesOf(c store.Contract) []store.Share {
	if len(c.Shares) == 0 {
		return []store.Share{{Person: c.Holder, Parts: store.WholeShare}}
	}
	return c.Shares
}

// ContractCredits are what a contract counts for: its amount for who signed, on the
// day it was signed and for ever; what is not earned of one that was ended is taken
// off them on that day.
func ContractCredits(c store.Contract) (list []Credit) {
	if c.Signed == "" {
		return nil
	}
	shared := func(day store.Day, fen int64) {
		shares := SharesOf(c)
		for i, part := range Split(fen, shares) {
			list = append(list, Credit{Key: c.Number, Contract: c.Number, Day: day, Person: shares[i].Person, Measure: store.Signing, Fen: part})
		}
	}
	shared(c.Signed, c.Amount)
	if c.State == store.ContractTerminated && c.Ended != "" && c.Earned != c.Amount {
		shared(c.Ended, c.Earned-c.Amount)
	}
	return list
}

// MoneyCredits are what receipts and refunds count for: for who held the contract
// then, or, where shares says whom its signature counts for, for these. What was
// taken back, or 不符, counts for nobody; neither does anything else about money.
// damaged tells that an entry does not open.
func MoneyCredits(entries []store.MoneyEntry, shares func(contract string) []store.Share) (list []Credit, damaged bool) {
	void, confirmed := map[string]bool{}, map[string]bool{}
	for _, e := range entries {
		if e.Kind == store.MoneyUndone {
			void[e.Ref] = true
		}
	}
	for _, e := range entries {
		switch {
		case e.Kind == store.MoneyRejected && !void[e.ID]:
			void[e.Ref] = true
		case e.Kind == store.MoneyConfirmed && !void[e.ID]:
			confirmed[e.Ref] = true
		}
	}
	for _, e := range entries {
		fen := e.Amount
		switch e.Kind {
		case store.MoneyReceipt:
		case store.MoneyRefund:
			fen = -fen
		default:
			continue
		}
		if damaged = damaged || e.Damaged; e.Damaged || void[e.ID] {
			continue
		}
		to := []store.Share{{Person: e.Holder, Parts: store.WholeShare}}
		if shares != nil {
			to = shares(e.Contract)
		}
		for i, part := range Split(fen, to) {
			list = append(list, Credit{
				Key: e.ID, Contract: e.Contract, Day: e.Day, Person: to[i].Person, Measure: store.Receipt, Fen: part,
				Pending: e.Kind == store.MoneyReceipt && !e.Settled && !confirmed[e.ID],
			})
		}
	}
	return list, damaged
}

// Reconcile are the credits that make what was counted what counts now, each of the
// day on which what happened became known: 会后更正.
func Reconcile(counted, now []Credit, known func(key string) store.Day) []Credit {
	type account struct {
		key, person string
		measure     store.Measure
	}
	sums, last := map[account]int64{}, map[account]Credit{}
	add := func(list []Credit, sign int64) {
		for _, c := range list {
			at := account{c.Key, c.Person, c.Measure}
			sums[at] += sign * c.Fen
			if _, seen := last[at]; !seen || sign > 0 {
				last[at] = c
			}
		}
	}
	add(counted, -1)
	add(now, 1)
	var list []Credit
	for at, fen := range sums {
		if fen != 0 {
			c := last[at]
			c.Fen, c.Pending = fen, false
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b Credit) int {
		return cmp.Or(cmp.Compare(known(a.Key), known(b.Key)), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Person, b.Person), cmp.Compare(a.Measure, b.Measure))
	})
	return list
}

// Sums are what was reached, in 分.
type Sums struct {
	Signed   int64 `json:"signed"`
	Received int64 `json:"received"`
	Pending  int64 `json:"pending"` // of Received: waits for 核款
}

// Of is what was reached by a measure.
func (s Sums) Of(m store.Measure) int64 {
	if m == store.Receipt {
		return s.Received
	}
	return s.Signed
}

// Plus is both together.
func (s Sums) Plus(o Sums) Sums {
	return Sums{s.Signed + o.Signed, s.Received + o.Received, s.Pending + o.Pending}
}

// With is with a credit more.
func (s Sums) With(c Credit) Sums {
	o := Sums{Signed: c.Fen}
	if c.Measure == store.Receipt {
		o = Sums{Received: c.Fen}
		if c.Pending {
			o.Pending = c.Fen
		}
	}
	return s.Plus(o)
}

// Goal is what is to be reached: not set is 未定, nothing is 不考核.
type Goal struct {
	Set bool  `json:"set"`
	Fen int64 `json:"fen"`
}

// Plus is both together; what is not set adds nothing.
func (g Goal) Plus(o Goal) Goal { return Goal{g.Set || o.Set, g.Fen + o.Fen} }

// Goals are what is to be reached by each measure.
type Goals struct {
	Signed   Goal `json:"signed"`
	Received Goal `json:"received"`
}

// Of is what is to be reached by a measure.
func (g Goals) Of(m store.Measure) Goal {
	if m == store.Receipt {
		return g.Received
	}
	return g.Signed
}

// With is with another goal of a measure.
func (g Goals) With(m store.Measure, goal Goal) Goals {
	if m == store.Receipt {
		g.Received = goal
	} else {
		g.Signed = goal
	}
	return g
}

// Plus is both together.
func (g Goals) Plus(o Goals) Goals {
	return Goals{g.Signed.Plus(o.Signed), g.Received.Plus(o.Received)}
}

// Rate is how much of a goal was reached, in tenths of a percent; false without one.
func Rate(s Sums, g Goals, m store.Measure) (tenths int64, ok bool) {
	return Percent(s.Of(m), g.Of(m).Fen)
}

// Below reports whether less than some percent of a goal was reached; never without
// one.
func Below(s Sums, g Goals, m store.Measure, percent int) bool {
	goal := g.Of(m).Fen
	return goal > 0 && s.Of(m)*100 < goal*int64(percent)
}
