package rulebook

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"marketbot/store"
)

// The model: two contracts of one customer over some months, to which everything
// is done that can be, and taken back. Beside the accounts it keeps what a
// cashier would: the money that came and went, and what was let go.

// pair are the two accounts, and the cashier's sums.
type pair struct {
	accounts [2]Account
	day      store.Day
	next     int
	cash     int64    // received and not paid back
	waived   [2]int64 // let go
}

func (p *pair) standing(i int) Standing { return p.accounts[i].Standing(p.day, ends) }

// add makes an entry where it fits.
func (p *pair) add(i int, e store.MoneyEntry) (store.MoneyEntry, bool) {
	e.Day = p.day
	if !p.accounts[i].Fits(e) {
		return e, false
	}
	p.next++
	e.ID = fmt.Sprint(p.next)
	p.accounts[i].Entries = append(slices.Clip(p.accounts[i].Entries), e)
	return e, true
}

// plan plans the whole of a contract anew, or a part of it.
func (p *pair) plan(t *rapid.T, i int) {
	a := p.accounts[i]
	parts := []Part{}
	for range rapid.IntRange(1, 3).Draw(t, "parts") {
		parts = append(parts, Part{Share: rapid.Int64Range(1, 4000).Draw(t, "share")})
	}
	if rapid.Bool().Draw(t, "rest") {
		parts = append(parts, Part{Rest: true})
	}
	amounts, over := Apportion(a.Price, parts)
	if over > 0 || slices.Min(amounts) <= 0 {
		return
	}
	if len(parts) > 0 && parts[len(parts)-1].Rest && sum(amounts) != a.Price {
		t.Fatalf("%v of %d: %v", parts, a.Price, amounts)
	}
	lines, due := []store.PlanLine{}, p.day
	for _, fen := range amounts {
		due = due.Add(rapid.IntRange(-20, 50).Draw(t, "days"))
		lines = append(lines, store.PlanLine{Due: due, Amount: fen})
	}
	slices.SortFunc(lines, func(x, y store.PlanLine) int { return y.Due.Since(x.Due) * -1 })
	old := p.standing(i)
	fresh := Replan(old, lines, p.day)
	p.add(i, store.MoneyEntry{Kind: store.MoneyPlan, Plan: fresh, Ref: a.sum(a.Entries).planID()})
	if now := p.standing(i); now.Open != old.Open || now.Surplus != old.Surplus {
		t.Fatalf("a plan changed what is open: %s → %s", figures(old), figures(now))
	}
}

func sum(list []int64) (n int64) {
	for _, v := range list {
		n += v
	}
	return n
}

// act is one thing that is done.
func (p *pair) act(t *rapid.T) {
	i := rapid.IntRange(0, 1).Draw(t, "contract")
	a, s := &p.accounts[i], p.standing(i)
	upTo := func(most int64) int64 { return rapid.Int64Range(1, max(1, most)+most/5).Draw(t, "fen") }
	amount := func(kind store.MoneyKind, most int64) bool {
		e, ok := p.add(i, store.MoneyEntry{Kind: kind, Amount: upTo(most)})
		if ok != (e.Amount <= most) {
			t.Fatalf("%s of %d where there is %d: made %v", kind, e.Amount, most, ok)
		}
		if ok && kind == store.MoneyRefund {
			p.cash -= e.Amount
		} else if ok {
			p.waived[i] += e.Amount
		}
		return ok
	}
	switch rapid.IntRange(0, 12).Draw(t, "act") {
	case 0, 1:
		p.day = p.day.Add(rapid.IntRange(0, 25).Draw(t, "days"))
	case 2:
		p.plan(t, i)
	case 3, 4:
		e := store.MoneyEntry{Kind: store.MoneyReceipt, Amount: upTo(a.Price), Settled: rapid.Bool().Draw(t, "settled")}
		p.add(i, e)
		p.cash += e.Amount
	case 5:
		amount(store.MoneyRefund, s.Allocated+s.Surplus)
	case 6:
		amount(rapid.SampledFrom([]store.MoneyKind{store.MoneyWaiver, store.MoneyBadDebt}).Draw(t, "kind"), s.Open)
	case 7:
		p.use(t, i)
	case 8:
		p.add(i, store.MoneyEntry{Kind: store.MoneyPause, Line: rapid.IntRange(1, 3).Draw(t, "line"), Until: p.day.Add(20), Ref: a.sum(a.Entries).planID()})
		if now := p.standing(i); !slices.Equal(now.Bands, s.Bands) {
			t.Fatalf("a pause changed the ageing: %v → %v", s.Bands, now.Bands)
		}
	case 9:
		p.judge(t, i)
	case 10:
		p.takeBack(t, i)
	case 11: // 改合同: never below what was received
		if least := s.Allocated + s.Waived; !a.Ended {
			a.Price = rapid.Int64Range(max(1, least), least+2000).Draw(t, "price")
		}
	case 12: // 终止 with what is due, whatever was received and let go
		if rapid.IntRange(0, 9).Draw(t, "rarely") == 0 && !a.Ended {
			a.Price, a.Ended = rapid.Int64Range(0, a.Price).Draw(t, "due"), true
			if now := p.standing(i); now.Surplus != max(0, s.Allocated+s.Surplus-a.Price) {
				t.Fatalf("what was received is not for what is due: %s → %s of %d", figures(s), figures(now), a.Price)
			}
		}
	}
}

// use uses what is left over of the other contract for this one.
func (p *pair) use(t *rapid.T, i int) {
	from, to := p.standing(1-i), p.standing(i)
	fen := min(from.Surplus, to.Open)
	if fen == 0 {
		return
	}
	fen = rapid.Int64Range(1, fen).Draw(t, "fen")
	out, ok := p.add(1-i, store.MoneyEntry{Kind: store.MoneyOut, Amount: fen})
	if _, both := p.add(i, store.MoneyEntry{Kind: store.MoneyIn, Amount: fen, Ref: out.ID}); !ok || !both {
		t.Fatalf("%d of %d cannot be used for %d", fen, from.Surplus, to.Open)
	}
}

// judge confirms or rejects a receipt that waits.
func (p *pair) judge(t *rapid.T, i int) {
	for _, r := range Receipts(p.accounts[i].Entries) {
		if !r.Pending() {
			continue
		}
		if rapid.Bool().Draw(t, "confirm") {
			before := p.standing(i)
			p.add(i, store.MoneyEntry{Kind: store.MoneyConfirmed, Ref: r.ID})
			if now := p.standing(i); now.Open != before.Open || now.Pending+now.PendingSurplus > before.Pending+before.PendingSurplus {
				t.Fatalf("核款 changed what is open: %s → %s", figures(before), figures(now))
			}
		} else if _, stands := p.accounts[i].StandsOn(r.ID); !stands {
			p.add(i, store.MoneyEntry{Kind: store.MoneyRejected, Ref: r.ID})
			p.cash -= r.Amount
		}
		return
	}
}

// takeBack takes any entry back, or is refused: what is left is as if it had
// never been.
func (p *pair) takeBack(t *rapid.T, i int) {
	a := &p.accounts[i]
	if len(a.Entries) == 0 {
		return
	}
	e := rapid.SampledFrom(a.Entries).Draw(t, "entry")
	if _, found := counts(a.Entries, e.ID); !found || e.Kind == store.MoneyUndone || e.Kind == store.MoneyIn || e.Kind == store.MoneyOut {
		return
	}
	if _, stands := a.StandsOn(e.ID); stands {
		return
	}
	without := *a
	without.Entries = slices.DeleteFunc(slices.Clone(a.Entries), func(o store.MoneyEntry) bool { return o.ID == e.ID })
	var rejected store.MoneyEntry
	if e.Kind == store.MoneyRejected {
		rejected = a.Entries[slices.IndexFunc(a.Entries, func(o store.MoneyEntry) bool { return o.ID == e.Ref })]
	}
	want := without.Standing(p.day, ends)
	if _, ok := p.add(i, store.MoneyEntry{Kind: store.MoneyUndone, Ref: e.ID}); !ok {
		t.Fatalf("%s cannot be taken back, and nothing stands on it", e.Kind)
	}
	if got := p.standing(i); !reflect.DeepEqual(got, want) {
		t.Fatalf("%s taken back:\n got %s\nwant %s", e.Kind, figures(got), figures(want))
	}
	switch e.Kind {
	case store.MoneyReceipt:
		p.cash -= e.Amount
	case store.MoneyRefund:
		p.cash += e.Amount
	case store.MoneyRejected:
		p.cash += rejected.Amount
	case store.MoneyWaiver, store.MoneyBadDebt:
		p.waived[i] -= e.Amount
	}
}

// check holds the standings to what must be true of them, and to the cashier.
func (p *pair) check(t *rapid.T) {
	var cash int64
	for i := range p.accounts {
		s := p.standing(i)
		var open, allocated, waived, amounts int64
		for _, l := range s.Lines {
			if min(l.Open, l.Allocated, l.Waived) < 0 || l.Age < 0 || l.First > l.Due {
				t.Fatalf("line %+v", l)
			}
			open, allocated, waived, amounts = open+l.Open, allocated+l.Allocated, waived+l.Waived, amounts+l.Amount
		}
		switch {
		case min(s.Allocated, s.Pending, s.Open, s.Surplus, s.Waived) < 0 || slices.Min(s.Bands) < 0:
			t.Fatalf("negative: %s", figures(s))
		case len(s.Bands) != len(BandNames(ends)) || sum(s.Bands) != s.Open || open != s.Open || allocated != s.Allocated || waived != s.Waived || amounts != s.Price:
			t.Fatalf("does not add up: %s", figures(s))
		case s.Received-s.Refunded+s.UsedHere-s.UsedElsewhere != s.Allocated+s.Surplus:
			t.Fatalf("money created or lost: %+v", s)
		case s.Price != s.Allocated+s.Waived+s.Open || s.Waived != p.waived[i] && !(p.accounts[i].Ended && s.Waived == max(0, min(p.waived[i], s.Price-s.Allocated-s.Surplus))):
			t.Fatalf("the price is not what was paid, let go and is open: %s, let go %d", figures(s), p.waived[i])
		case s.Open > 0 && s.Surplus > 0 || s.Pending > s.Allocated || s.PendingSurplus > s.Surplus:
			t.Fatalf("left over, and open: %s", figures(s))
		}
		cash += s.Allocated + s.Surplus
	}
	if cash != p.cash {
		t.Fatalf("the accounts hold %d, the cashier %d", cash, p.cash)
	}
}

func TestStandingsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &pair{day: "2026-11-02"}
		for i := range p.accounts {
			p.accounts[i] = Account{Price: rapid.Int64Range(1, 5000).Draw(t, "price"), Signed: p.day, Terms: 30}
		}
		for range 40 {
			p.act(t)
			p.check(t)
		}
	})
}
