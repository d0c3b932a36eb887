package receivable

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"marketbot/handlers/command"
	"marketbot/handlers/handlerstest"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// moneyStep is something that is done about the money of one of the contracts.
type moneyStep struct {
	Act  string
	Of   int   // which contract
	Fen  int64 // how much
	Days int
}

var moneyActs = []string{
	"receipt", "receipt", "receipt", "receipt", "all", "all", "confirm", "confirm", "reject", "plan", "plan", "refund", "bad debt", "waive", "pause",
	"use", "price", "end", "holder", "arrival", "claim", "undo", "undo", "undo", "late undo", "wait", "wait", "wait",
}

func moneySteps() *rapid.Generator[[]moneyStep] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) moneyStep {
		return moneyStep{
			Act: rapid.SampledFrom(moneyActs).Draw(t, "act"), Of: rapid.IntRange(1, 4).Draw(t, "of"),
			Fen: rapid.Int64Range(1, 120_000_00).Draw(t, "fen"), Days: rapid.IntRange(0, 40).Draw(t, "days"),
		}
	}), 10, 25)
}

// Whatever is entered about money over months, on every row what is open is in the
// bands, what was received is allocated or left over, nothing is negative, 应收 has
// every contract of which something is open, and what is taken back is as if it had
// never been.
func TestMoneyAddsUpInTheStore(t *testing.T) {
	entered, undone := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		steps := moneySteps().Draw(rt, "history")
		t.Run("", func(t *testing.T) {
			m := &moneyModel{desk: openDesk(t)}
			for i, s := range steps {
				m.do(s)
				if wrong := m.wrong(); len(wrong) > 0 {
					rt.Errorf("after step %d, %+v: %s", i, s, strings.Join(wrong, "; "))
					return
				}
			}
			entered, undone = entered+len(m.done), undone+m.undone
		})
	})
	if entered < 100 || undone < 10 {
		t.Errorf("%d entries, %d of them taken back: it shows nothing", entered, undone)
	}
}

// moneyModel is a desk whose every answer may be taken back.
type moneyModel struct {
	*desk
	done   []saidLine
	undone int
	odd    []string // what went wrong by itself
}

// saidLine is a line that went through.
type saidLine struct {
	as, line string
	*command.Answer
}

// says says a line, and agrees to what is asked back; it may be refused, in words.
func (m *moneyModel) says(as, line string, args ...any) *command.Answer {
	line = fmt.Sprintf(line, args...)
	a, err := m.Try(as, line)
	if err == nil && a.Confirm != "" {
		a, err = m.Try(as, line, handlerstest.Confirmed(a.Confirm))
	}
	var refused *command.Refusal
	var asked *command.Question
	switch {
	case err == nil && a.Undo != "":
		m.done = append(m.done, saidLine{as, line, a})
	case err != nil && !errors.As(err, &refused) && !errors.As(err, &asked):
		m.odd = append(m.odd, fmt.Sprintf("%s: %s: %v", as, line, err))
	}
	return a
}

func yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

func (m *moneyModel) do(s moneyStep) {
	n, holder, s0 := number(s.Of), "张伟", m.standings()[s.Of-1]
	if s.Of == 4 {
		holder = "刘洋"
	}
	switch s.Act {
	case "receipt":
		m.says(holder, "回款 %s %s", n, yuan(s.Fen))
	case "all":
		m.says("周敏", "回款 %s %s", n, yuan(s0.Open))
	case "confirm", "reject":
		for _, r := range m.receipts() {
			if r.Pending() && s.Act == "confirm" {
				m.says("周敏", "核款 %s", r.Code)
			} else if r.Pending() {
				m.says("周敏", "不符 %s 账上没有", r.Code)
				return
			}
		}
	case "plan":
		day := store.DayOf(m.Now)
		m.says(holder, "收款计划 %s %s=%s %s=余款", n, string(day.Add(s.Days-20)), yuan(s.Fen/2), string(day.Add(s.Days+5)))
	case "refund":
		m.says("王芳", "退款 %s %s 客户多付", n, yuan(s.Fen/3))
	case "bad debt":
		m.says("王芳", "坏账 %s %s 倒闭", n, yuan(s.Fen/3))
	case "waive":
		m.says("周敏", "抹零 %s", n)
	case "pause":
		m.says("周敏", "暂缓 %s 第1期 %s 等拨款", n, string(store.DayOf(m.Now).Add(s.Days+1)))
	case "use":
		m.says("周敏", "预收 %s %s", n, yuan(s.Fen/5))
	case "price": // as 改合同 does it: never below what was received or let go
		m.change(s.Of, func(k *store.Contract) { k.Amount = max(1, s0.Allocated+s0.Waived) + s.Fen/2 })
	case "end":
		m.change(s.Of, func(k *store.Contract) {
			k.State, k.Ended, k.Earned = store.ContractTerminated, store.DayOf(m.Now), min(s.Fen, k.Amount)
		})
	case "holder":
		m.change(s.Of, func(k *store.Contract) { k.Holder = m.People[holder].ID })
	case "arrival":
		m.says("周敏", "到账 %s 晨星", yuan(s.Fen))
	case "claim":
		m.says(holder, "认领 W%d %s", 1+s.Days%3, n)
	case "undo":
		m.takesBack(len(m.done) - 1)
	case "late undo":
		m.takesBack(len(m.done) - 1 - s.Days%4)
	case "wait":
		m.Now = m.Now.AddDate(0, 0, s.Days)
		m.Daily()
	}
}

// takesBack takes a line back, or is refused.
func (m *moneyModel) takesBack(i int) {
	if i < 0 {
		return
	}
	d, now := m.done[i], m.standings()
	text, err := m.Undo(d.as, d.line, d.Answer)
	var refused *command.Refusal
	switch {
	case errors.As(err, &refused):
		if !reflect.DeepEqual(m.standings(), now) {
			m.odd = append(m.odd, "refused, and changed: "+refused.Text)
		}
	case err != nil:
		m.odd = append(m.odd, err.Error())
	default:
		m.undone++
		if want := m.without(strings.Split(d.Undo, ",")); !reflect.DeepEqual(m.standings(), want) {
			m.odd = append(m.odd, fmt.Sprintf("%s: %s taken back: not as if it had not been", d.line, text))
		}
		m.done = slices.Delete(m.done, i, i+1)
	}
}

// read is what the store has of the contracts and their money.
func (m *moneyModel) read() (contracts []store.Contract, money map[string][]store.MoneyEntry) {
	m.Update(func(ctx context.Context, tx *store.Tx) error {
		entries, err := tx.Receivables().All(ctx)
		money = byContract(entries)
		if err == nil {
			contracts, err = tx.Contracts().Signed(ctx)
		}
		return err
	})
	return contracts, money
}

func (m *moneyModel) receipts() (list []rulebook.Receipt) {
	contracts, money := m.read()
	for _, k := range contracts {
		list = append(list, rulebook.Receipts(money[k.Number])...)
	}
	return list
}

func (m *moneyModel) standings() []rulebook.Standing { return m.without(nil) }

// without are the standings if some entries, and what took them back, had never been.
func (m *moneyModel) without(ids []string) (list []rulebook.Standing) {
	contracts, money := m.read()
	gone := func(e store.MoneyEntry) bool {
		return slices.Contains(ids, e.ID) || slices.Contains(ids, e.Ref) && e.Kind == store.MoneyUndone
	}
	for _, k := range contracts {
		for _, e := range money[k.Number] {
			if gone(e) && e.Kind == store.MoneyIn { // with where it was used of
				ids = append(ids, e.Ref)
			}
		}
	}
	for _, k := range contracts {
		list = append(list, m.h.made(k, slices.DeleteFunc(money[k.Number], gone), store.DayOf(m.Now)).Standing)
	}
	return list
}

// wrong is what does not add up.
func (m *moneyModel) wrong() []string {
	list := m.odd
	note := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	var used, here int64
	var owing []string
	contracts, _ := m.read()
	for i, s := range m.standings() {
		used, here = used+s.UsedElsewhere, here+s.UsedHere
		var bands int64
		for _, fen := range s.Bands {
			bands += fen
		}
		switch {
		case min(s.Allocated, s.Pending, s.Open, s.Surplus, s.Waived) < 0 || slices.Min(s.Bands) < 0:
			note("%s: negative: %+v", contracts[i].Number, s)
		case bands != s.Open || s.Price != s.Allocated+s.Waived+s.Open:
			note("%s: bands of %d, open %d: %+v", contracts[i].Number, bands, s.Open, s)
		case s.Received-s.Refunded+s.UsedHere-s.UsedElsewhere != s.Allocated+s.Surplus:
			note("%s: received and refunded is not allocated and left over: %+v", contracts[i].Number, s)
		}
		if s.Open > 0 || s.Surplus > 0 || s.Pending > 0 {
			owing = append(owing, contracts[i].Number)
		}
	}
	if used != here {
		note("%d of what was left over is used elsewhere, %d here", used, here)
	}
	var rows []string
	m.Update(func(ctx context.Context, tx *store.Tx) error {
		open, err := m.h.open(ctx, tx, m.People["周敏"], scope{}, m.Now, "")
		for _, d := range open {
			rows = append(rows, d.Number)
		}
		return err
	})
	if slices.Sort(rows); !slices.Equal(rows, owing) {
		note("应收 has %v, something is open of %v", rows, owing)
	}
	return list
}
