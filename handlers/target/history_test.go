package target

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marketbot/handlers/closing"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/storetest"
)

// history is a department over two years: people come, leave and hand over; contracts
// are signed, shared, corrected and ended; money comes, goes back and is found wrong.
type history struct {
	*rapid.T
	rand    *rand.Rand // of a drawn seed: rapid is not to stop a transaction
	h       Handler
	months  closing.Months
	now     time.Time
	people  []string
	signed  []string // numbers
	money   []store.MoneyEntry
	kept    map[store.Day][]store.KeptTable
	created store.Day
}

// pick is one of n; what says of what.
func (s *history) pick(_ string, n int) int { return s.rand.IntN(n) }

// day is a day up to now, mostly of this month.
func (s *history) day() store.Day {
	return max(s.created, s.h.Rules.Day(s.now).Add(-[]int{0, 0, 3, 20, 45, 90}[s.pick("back", 6)]))
}

// sent is when what arrives now was sent.
func (s *history) sent() time.Time {
	return s.now.Add(-[]time.Duration{0, 0, 0, time.Hour, 30 * time.Hour}[s.pick("late", 5)])
}

// act is something that is done to a contract now.
func (s *history) act(tx *store.Tx) store.ContractAct {
	at := s.sent()
	return store.ContractAct{ID: tx.NewID(at), At: at, Act: "x"}
}

// fen is an amount that does not part evenly.
func (s *history) fen() int64 { return 1 + s.rand.Int64N(1_000_000) }

// step does one thing.
func (s *history) step(ctx context.Context, tx *store.Tx) error {
	switch s.pick("step", 9) {
	case 0, 1:
		return s.sign(ctx, tx)
	case 2:
		return s.change(ctx, tx)
	case 3, 4:
		return s.receive(ctx, tx)
	case 5:
		return s.takeBack(ctx, tx)
	case 6:
		return s.target(ctx, tx)
	case 7: // somebody new
		p := store.Person{ID: tx.NewID(s.now), Name: fmt.Sprint("人", len(s.people)), Post: store.Salesperson, Since: s.now}
		s.people = append(s.people, p.ID)
		return tx.People().Add(ctx, p)
	}
	return tx.People().Stop(ctx, s.people[s.pick("leaves", len(s.people))], s.now)
}

func (s *history) sign(ctx context.Context, tx *store.Tx) error {
	n := len(s.signed) + 1
	day, left := s.day(), store.WholeShare
	c := store.Contract{Number: fmt.Sprint("N", n), Folded: fmt.Sprint("N", n), Series: "N", Seq: n, Customer: "K1", Holder: s.people[s.pick("holder", len(s.people))],
		State: store.ContractSigned, Claimed: day, Signed: day, Amount: s.fen()}
	for left > 0 && len(c.Shares) < 3 {
		parts := 1 + s.pick("share", left)
		if len(c.Shares) == 2 {
			parts = left
		}
		c.Shares, left = append(c.Shares, store.Share{Person: s.people[s.pick("signer", len(s.people))], Parts: parts}), left-parts
	}
	s.signed = append(s.signed, c.Number)
	_, err := tx.Contracts().Add(ctx, c, s.act(tx))
	return err
}

// change corrects a contract, ends it, or gives it to another holder.
func (s *history) change(ctx context.Context, tx *store.Tx) error {
	if len(s.signed) == 0 {
		return nil
	}
	was, _, err := tx.Contracts().Get(ctx, s.signed[s.pick("contract", len(s.signed))])
	if err != nil {
		return err
	}
	is := was
	switch s.pick("change", 5) {
	case 0:
		is.Amount = s.fen()
	case 1:
		is.Signed = s.day()
	case 2:
		is.Shares = []store.Share{{Person: s.people[s.pick("signer", len(s.people))], Parts: store.WholeShare}}
	case 3:
		is.Holder = s.people[s.pick("holder", len(s.people))]
	default:
		is.State, is.Ended, is.Earned = store.ContractTerminated, s.h.Rules.Day(s.now), s.fen()
	}
	_, err = tx.Contracts().Save(ctx, was, is, s.act(tx))
	return err
}

func (s *history) receive(ctx context.Context, tx *store.Tx) error {
	if len(s.signed) == 0 {
		return nil
	}
	c, _, err := tx.Contracts().Get(ctx, s.signed[s.pick("contract", len(s.signed))])
	if err != nil {
		return err
	}
	at := s.sent()
	e := store.MoneyEntry{ID: tx.NewID(at), Kind: store.MoneyReceipt, Contract: c.Number, Customer: "K1", Holder: c.Holder, Day: s.day(), At: at, Amount: s.fen()}
	if s.pick("refund", 4) == 0 {
		e.Kind, e.Day = store.MoneyRefund, s.h.Rules.Day(s.now)
	}
	e, err = tx.Receivables().Add(ctx, e)
	s.money = append(s.money, e)
	return err
}

// takeBack takes an entry about money back, or what took one back.
func (s *history) takeBack(ctx context.Context, tx *store.Tx) error {
	if len(s.money) == 0 {
		return nil
	}
	of := s.money[s.pick("entry", len(s.money))]
	if of.Kind == store.MoneyUndone {
		return nil
	}
	at := s.sent()
	e := store.MoneyEntry{ID: tx.NewID(at), Kind: store.MoneyUndone, Contract: of.Contract, Holder: of.Holder, Day: s.h.Rules.Day(at), At: at, Ref: of.ID}
	if of.Kind == store.MoneyReceipt && s.pick("wrong", 2) == 0 {
		e.Kind = store.MoneyRejected
	}
	e, err := tx.Receivables().Add(ctx, e)
	s.money = append(s.money, e)
	return err
}

func (s *history) target(ctx context.Context, tx *store.Tx) error {
	w := wish{said: said{month: s.day().Month(), measure: store.Measures[s.pick("measure", 2)], fen: s.fen()}, reason: "x"}
	if s.pick("department", 4) > 0 {
		w.person.ID = s.people[s.pick("whose", len(s.people))]
	}
	was, err := tx.Targets().Versions(ctx, w.person.ID, w.month, w.measure)
	if err != nil {
		return err
	}
	w.was = was
	_, err = s.h.add(ctx, call(tx, s.now), w, false)
	return err
}

// company is what the whole company reached in a month by what is known now, counted
// without the area.
func company(ctx context.Context, tx *store.Tx, in func(store.Day) bool) (signed, received int64, err error) {
	contracts, err := tx.Contracts().Signed(ctx)
	for _, c := range contracts {
		if in(c.Signed) {
			signed += c.Amount
		}
		if c.State == store.ContractTerminated && in(c.Ended) {
			signed -= c.Amount - c.Earned
		}
	}
	entries, err1 := tx.Receivables().All(ctx)
	void := rulebook.Void(entries)
	for _, e := range entries {
		switch {
		case void.Has(e.ID) || !in(e.Day):
		case e.Kind == store.MoneyReceipt:
			received += e.Amount
		case e.Kind == store.MoneyRefund:
			received -= e.Amount
		}
	}
	return signed, received, errors.Join(err, err1)
}

// holds looks at the table of the month.
func (s *history) holds(ctx context.Context, tx *store.Tx) error {
	month := s.h.Rules.Day(s.now).Month()
	r := s.h.reader(tx, s.now, cut{})
	t, kept, err := r.table(ctx, month)
	if err != nil {
		return err
	}
	signed, received, err := company(ctx, tx, func(d store.Day) bool { return d.Month() == month })
	total := t.Total()
	if total.Sums.Signed != signed || total.Sums.Received != received || kept != nil {
		s.Fatalf("%s: people reached %+v, the company signed %d and received %d", month, total.Sums, signed, received)
	}
	return err
}

// whole looks at all of it: no kept table changed, each of its months is the sum of
// its people, and all months with all corrections are what is known now.
func (s *history) whole(ctx context.Context, tx *store.Tx) error {
	last := s.h.Rules.Day(s.now).Month()
	months, err := s.h.reader(tx, s.now, cut{}).months(ctx, s.created, last)
	if err != nil {
		return err
	}
	var sum rulebook.Sums
	year := map[string]rulebook.Sums{}
	for month, m := range months {
		for _, one := range m.Sums {
			sum = sum.Plus(one)
			year[string(month[:4])] = year[string(month[:4])].Plus(one)
		}
		for _, c := range m.Corrections {
			if !c.Goal {
				one := rulebook.Sums{}.With(rulebook.Credit{Measure: c.Measure, Fen: c.Fen})
				sum, year[string(month[:4])] = sum.Plus(one), year[string(month[:4])].Plus(one)
			}
		}
	}
	signed, received, err := company(ctx, tx, func(d store.Day) bool { return d >= s.created })
	if sum.Signed != signed || sum.Received != received {
		s.Fatalf("months and corrections come to %+v, the company signed %d and received %d", sum, signed, received)
	}
	for key, want := range year {
		t, _, err1 := s.h.reader(tx, s.now, cut{}).table(ctx, min(store.Day(key+"-12-01"), last))
		got := t.Total().YearSums
		if got.Signed != want.Signed || got.Received != want.Received || t.Department.YearSums != got {
			s.Fatalf("%s: the year is %+v, its months and corrections %+v", key, got, want)
		}
		err = errors.Join(err, err1)
	}
	return err
}

// frozen looks at what is kept: it is what it was, for ever.
func (s *history) frozen(ctx context.Context, tx *store.Tx) error {
	for _, name := range []string{keptTable, keptCredits} {
		list, err := tx.Months().Kept(ctx, name, "", "2999-01-01")
		if err != nil {
			return err
		}
		for _, k := range list {
			if i := slices.IndexFunc(s.kept[k.Month], func(o store.KeptTable) bool { return o.Name == name }); i < 0 {
				s.kept[k.Month] = append(s.kept[k.Month], k)
			} else if s.kept[k.Month][i] != k {
				s.Fatalf("%s of %s changed after it froze", name, k.Month)
			}
		}
	}
	return nil
}

// histories are how many are played of each kind unless more are asked for: each is
// two years in a store of its own.
const histories = 12

// Whatever happens in two years: people add up to the company in every month, a table
// that froze never changes, and the year is its months and corrections.
func TestTwoYears(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	calendar, err := rulebook.NewCalendar()
	if err != nil {
		t.Fatal(err)
	}
	h := Handler{Rules: rulebook.Rules{Zone: zone, Calendar: calendar}, Config: Defaults()}
	played, most := 0, histories
	if flag.Lookup("rapid.checks").Value.String() != flag.Lookup("rapid.checks").DefValue {
		most = math.MaxInt
	}
	for _, forSigner := range []bool{false, true} {
		h.ForSigner = forSigner
		played = 0
		rapid.Check(t, func(r *rapid.T) {
			if played++; played > most {
				return
			}
			db := storetest.Open(t, storetest.SQLite)
			defer db.Close()
			s := &history{T: r, rand: rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 0)), h: h, months: closing.Months{Rules: h.Rules, Areas: []closing.Area{h}}, now: time.Date(2025, 1, 2, 10, 0, 0, 0, zone), kept: map[store.Day][]store.KeptTable{}, created: "2025-01-01"}
			do := func(f func(context.Context, *store.Tx) error) {
				if err := db.Update(t.Context(), func(tx *store.Tx) error { return f(t.Context(), tx) }); err != nil {
					r.Fatal(err)
				}
			}
			do(func(ctx context.Context, tx *store.Tx) error {
				for i := range 3 {
					p := store.Person{ID: tx.NewID(s.now), Name: fmt.Sprint("甲", i), Post: store.Salesperson, Since: s.now}
					s.people = append(s.people, p.ID)
					if err := tx.People().Add(ctx, p); err != nil {
						return err
					}
				}
				return tx.Marks().Set(ctx, store.CreatedMark, s.now)
			})
			for s.now.Year() < 2027 {
				s.now = s.now.AddDate(0, 0, 4+s.pick("days", 20))
				do(func(ctx context.Context, tx *store.Tx) error {
					if s.pick("meeting", 12) == 0 { // closed before the 15th
						if err := s.months.Freeze(ctx, tx, h.Rules.Day(s.now).Add(-31).Month(), s.now, "boss"); err != nil {
							return err
						}
					}
					steps := func() error {
						for range s.pick("steps", 5) {
							if err := s.step(ctx, tx); err != nil {
								return err
							}
						}
						return nil
					}
					if s.pick("clock", 3) == 0 { // it comes late
						if err := steps(); err != nil {
							return err
						}
					}
					if _, err := s.months.Run(ctx, tx, rulebook.Slot{At: s.now}); err != nil {
						return err
					}
					if err := steps(); err != nil {
						return err
					}
					return errors.Join(s.frozen(ctx, tx), s.holds(ctx, tx))
				})
			}
			do(s.whole)
		})
	}
}
