package progress

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"marketbot/handlers/command"
	"marketbot/handlers/handlerstest"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

// courses is what happens with a few customers over more than a year, by chance.
type courses struct {
	*rand.Rand
	t       testing.TB
	h       Handler
	now     time.Time
	moves   time.Time // from when on the program keeps moves
	created int
	numbers []string // of contracts
	entries []string // ids of 跟进
	stalls  map[string][]store.Stall
	money   map[string][]store.MoneyEntry
}

var (
	ofChance = []string{"a", "b", ""}
	byChance = []string{"初步接触", "方案报价", "签约", "暂停"}
)

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func (s *courses) customer() string { return fmt.Sprint("K", 1+s.IntN(s.created)) }

// back is today, or some days ago.
func (s *courses) back() store.Day {
	return s.h.Rules.Day(s.now).Add(-pick(s.Rand, []int{0, 0, 0, 2, 20, 70}))
}

// step does one thing.
func (s *courses) step(ctx context.Context, tx *store.Tx) error {
	q := vault.In(tx)
	if s.created == 0 || s.created < 8 && s.IntN(12) == 0 {
		s.created++
		id := fmt.Sprint("K", s.created)
		return q.Add(ctx, store.Customer{ID: id, Name: id, Owner: pick(s.Rand, ofChance), Stage: byChance[0], Created: s.now, Author: "a"})
	}
	what := s.IntN(12)
	if s.now.Before(s.moves) && (what == 3 || what == 4) {
		what = 0
	}
	switch what {
	case 0, 1, 2:
		p := vault.Progress{ID: tx.NewID(s.now), Customer: s.customer(), Author: "a", At: s.now, Words: "见了", Stage: pick(s.Rand, append(byChance, "", "", "")), Amount: pick(s.Rand, []int64{0, 0, 0, 7, 9})}
		if s.IntN(3) == 0 {
			p.Next = store.NextStep{Day: s.h.Rules.Day(s.now).Add(5), What: "送样"}
		}
		s.entries = append(s.entries, p.ID)
		err := q.AddProgress(ctx, p)
		if p.Stage != "" && !s.now.Before(s.moves) {
			err = errors.Join(err, q.SetStage(ctx, p.Customer, p.Stage, s.now))
		}
		return err
	case 3:
		return q.SetStage(ctx, s.customer(), pick(s.Rand, byChance), s.now)
	case 4:
		return q.UndoStage(ctx, s.customer(), pick(s.Rand, byChance), s.now)
	case 5:
		if len(s.entries) == 0 {
			return nil
		}
		_, err := q.UndoProgress(ctx, pick(s.Rand, s.entries), s.now)
		return err
	case 6:
		return q.Move(ctx, s.customer(), pick(s.Rand, ofChance), "a", s.now)
	case 7:
		return s.stall(ctx, tx)
	case 8:
		return s.claim(ctx, tx)
	case 9:
		return s.change(ctx, tx)
	case 10:
		return s.enter(ctx, tx)
	}
	return s.morning(ctx, tx)
}

// stall says why a customer stands still, or takes back what was said.
func (s *courses) stall(ctx context.Context, tx *store.Tx) error {
	k := s.customer()
	if n := len(s.stalls[k]); n > 0 && s.IntN(4) == 0 {
		i := s.IntN(n)
		_, err := tx.Stalls().Undo(ctx, s.stalls[k][i].ID, s.now)
		s.stalls[k] = append(s.stalls[k][:i:i], s.stalls[k][i+1:]...)
		return err
	}
	one := store.Stall{ID: tx.NewID(s.now), Customer: k, At: s.now, By: "a", Until: s.h.Rules.Day(s.now).Add(s.IntN(40)), Cause: "预算"}
	s.stalls[k] = append(s.stalls[k], one)
	return tx.Stalls().Add(ctx, one)
}

func (s *courses) claim(ctx context.Context, tx *store.Tx) error {
	number := fmt.Sprintf("N-%d", len(s.numbers)+1)
	s.numbers = append(s.numbers, number)
	c := store.Contract{Number: number, Folded: command.FoldedContract(number), Series: "N", Seq: len(s.numbers), Customer: s.customer(), Holder: "a", State: store.ContractClaimed, Claimed: s.back()}
	if s.IntN(4) == 0 { // brought from what was kept before
		c.State, c.Signed, c.Amount = store.ContractSigned, s.back(), int64(1+s.IntN(3))
	}
	_, err := tx.Contracts().Add(ctx, c, store.ContractAct{ID: tx.NewID(s.now), At: s.now})
	return err
}

// change takes a contract a step further.
func (s *courses) change(ctx context.Context, tx *store.Tx) error {
	if len(s.numbers) == 0 {
		return nil
	}
	was, _, err := tx.Contracts().Get(ctx, command.FoldedContract(pick(s.Rand, s.numbers)))
	if err != nil {
		return err
	}
	is, today := was, s.h.Rules.Day(s.now)
	switch what := s.IntN(6); {
	case was.InHand() && what == 0:
		is.State = pick(s.Rand, []store.ContractState{store.ContractReturned, store.ContractUndone, store.ContractSpoiled})
	case was.InHand() && what < 3:
		is.State, is.LastReport = store.ContractReported, today
		if is.Reported == "" {
			is.Reported = today
		}
	case was.InHand():
		is.State, is.Signed, is.Amount = store.ContractSigned, s.back(), int64(1+s.IntN(3))
	case was.Binding() && what == 0:
		is.State, is.Ended, is.Earned = store.ContractTerminated, s.back(), int64(s.IntN(2))
	case was.Binding() && what == 1:
		is.Customer = s.customer()
	case was.Binding():
		is.Amount = int64(1 + s.IntN(3))
	}
	_, err = tx.Contracts().Save(ctx, was, is, store.ContractAct{ID: tx.NewID(s.now), At: s.now})
	return err
}

// enter enters something about a contract's money.
func (s *courses) enter(ctx context.Context, tx *store.Tx) error {
	if len(s.numbers) == 0 {
		return nil
	}
	c, _, err := tx.Contracts().Get(ctx, command.FoldedContract(pick(s.Rand, s.numbers)))
	if err != nil || c.Signed == "" {
		return err
	}
	e := store.MoneyEntry{
		ID: tx.NewID(s.now), Kind: pick(s.Rand, []store.MoneyKind{store.MoneyReceipt, store.MoneyReceipt, store.MoneyReceipt, store.MoneyRefund, store.MoneyWaiver}),
		Contract: c.Number, Customer: c.Customer, Holder: c.Holder, Day: s.back(), At: s.now, By: "a", Amount: pick(s.Rand, []int64{c.Amount, c.Amount, 1, 2}), Settled: s.IntN(4) > 0,
	}
	if done := s.money[c.Number]; len(done) > 0 && s.IntN(3) == 0 {
		e.Kind, e.Ref, e.Amount = pick(s.Rand, []store.MoneyKind{store.MoneyUndone, store.MoneyRejected, store.MoneyConfirmed}), pick(s.Rand, done).ID, 0
	}
	e, err = tx.Receivables().Add(ctx, e)
	s.money[c.Number] = append(s.money[c.Number], e)
	return err
}

// morning remembers which contracts are paid up, as the daily message does.
func (s *courses) morning(ctx context.Context, tx *store.Tx) error {
	today := s.h.Rules.Day(s.now)
	list, err := tx.Contracts().Owing(ctx, today, "")
	for _, c := range list {
		entries := s.money[c.Number]
		if t := rulebook.AccountOf(c, s.h.TermsDays, entries).Standing(today, nil); t.Open == 0 && t.Surplus == 0 && t.Pending == 0 {
			err = errors.Join(err, tx.Contracts().PaidUp(ctx, c, len(entries), today, rulebook.Moved(c, entries)))
		}
	}
	return err
}

// agrees fails where a month that is read since the one before differs from the same
// month read from all that there ever was.
func (s *courses) agrees(ctx context.Context, tx *store.Tx) error {
	month := s.h.Rules.Day(s.now).Month()
	for range s.IntN(4) {
		month = month.Add(-1).Month()
	}
	a := asked{owner: pick(s.Rand, ofChance), own: s.IntN(2) == 0, month: month, at: s.now}
	got, err := s.h.live(ctx, tx, a)
	want, err1 := s.h.since(ctx, tx, a, "0001-01-01")
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		s.t.Errorf("%+v: %s", a, diff)
	}
	for _, e := range got {
		cause := rulebook.CauseOn(s.stalls[e.ID], min(s.h.Rules.Day(s.now), month.NextMonth().Add(-1)), s.h.Rules.CausesBefore(month, s.now))
		if diff := cmp.Diff(cause, e.Cause); diff != "" {
			s.t.Errorf("%+v: %s", a, diff)
		}
	}
	return errors.Join(err, err1)
}

// A customer's month is the same, be it read off all that ever was or off what was
// since the month before and the last of what was till then: however much that is,
// 客户进度 does not read it.
func TestMonthNeedsNoPast(t *testing.T) {
	h := Handler{Rules: handlerstest.Rules(t), Stages: byChance, TermsDays: 30}
	for _, backend := range storetest.Backends() {
		db := storetest.Open(t, backend)
		t.Run(backend, func(t *testing.T) {
			histories := 0
			rapid.Check(t, func(rt *rapid.T) {
				if histories++; backend == storetest.Postgres && histories > 10 {
					return
				}
				seed := rapid.Uint64().Draw(rt, "seed")
				err := db.Update(t.Context(), func(tx *store.Tx) error {
					s := &courses{Rand: rand.New(rand.NewPCG(seed, 0)), t: t, h: h, now: time.Date(2026, 9, 1, 9, 0, 0, 0, handlerstest.Zone),
						stalls: map[string][]store.Stall{}, money: map[string][]store.MoneyEntry{}}
					s.moves = s.now.AddDate(0, s.IntN(9), 0)
					for range 150 {
						s.now = s.now.Add(time.Duration(s.IntN(pick(s.Rand, []int{3, 3, 3, 3, 3, 3, 60})*24*60)) * time.Minute)
						if err := s.step(t.Context(), tx); err != nil {
							return err
						}
						if s.IntN(8) == 0 {
							if err := s.agrees(t.Context(), tx); err != nil {
								return err
							}
						}
					}
					return errPlayed
				})
				if !errors.Is(err, errPlayed) || t.Failed() {
					rt.Fatal(err)
				}
			})
		})
	}
}

var errPlayed = errors.New("played")
