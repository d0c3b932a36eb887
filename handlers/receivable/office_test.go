package receivable

import (
	"context"
	"fmt"
	"testing"

	"marketbot/handlers/command"
	"marketbot/handlers/handlerstest"
	"marketbot/store"
)

// desk is an office with signed contracts: C1 to C3 are 张伟's, C4 is 刘洋's; the
// first two of one customer. Each is of 100,000 元, signed on 20 November 2026.
type desk struct {
	*handlerstest.Office
	h Handler
}

func openDesk(t testing.TB) *desk { return openDeskWith(t, Defaults()) }

func openDeskWith(t testing.TB, config Config) *desk {
	t.Helper()
	h := Handler{Rules: handlerstest.Rules(t), Config: config}
	d := &desk{handlerstest.New(t, &h, "2026-11-20 09:00"), h}
	d.Policy.SalespeopleSeeAll, d.Policy.SupervisorIsSteward = true, true
	d.Register("刘洋", store.Salesperson)
	d.Register("周敏", store.OtherEmployee, store.Accountant)
	d.Register("小林", store.OtherEmployee)
	d.Customer("东莞市晨星机械有限公司", "张伟")
	d.Customer("广州市南湖酒店有限公司", "张伟")
	for i, k := range []struct{ customer, holder string }{{"K1", "张伟"}, {"K1", "张伟"}, {"K2", "张伟"}, {"K2", "刘洋"}} {
		d.sign(i+1, k.customer, k.holder, 100_000_00)
	}
	d.Clock("2026-11-27 10:30")
	return d
}

func number(i int) string { return fmt.Sprintf("ZYX-202611-%03d", i) }

// sign enters a contract that was signed today.
func (d *desk) sign(i int, customer, holder string, fen int64) {
	d.T.Helper()
	d.Update(func(ctx context.Context, tx *store.Tx) error {
		k := store.Contract{
			Number: number(i), Folded: command.FoldedContract(number(i)), Series: "ZYX202611#", Seq: i, Customer: customer, Holder: d.People[holder].ID,
			State: store.ContractSigned, Claimed: store.DayOf(d.Now), Signed: store.DayOf(d.Now), Amount: fen, Project: fmt.Sprintf("年会%d", i),
		}
		added, err := tx.Contracts().Add(ctx, k, store.ContractAct{ID: tx.NewID(d.Now), At: d.Now, Act: "签合同"})
		if err == nil && !added {
			err = fmt.Errorf("contract %d is there", i)
		}
		return err
	})
}

// change changes a contract behind the area's back, as the area of contracts does.
func (d *desk) change(i int, change func(*store.Contract)) {
	d.T.Helper()
	d.Update(func(ctx context.Context, tx *store.Tx) error {
		was, _, err := tx.Contracts().Get(ctx, command.FoldedContract(number(i)))
		if err != nil {
			return err
		}
		is := was
		change(&is)
		saved, err := tx.Contracts().Save(ctx, was, is, store.ContractAct{ID: tx.NewID(d.Now), At: d.Now, Act: "改合同"})
		if err == nil && !saved {
			err = fmt.Errorf("contract %d was not saved", i)
		}
		return err
	})
}

// confirm says a line and confirms its preview.
func (d *desk) confirm(as, line string) *command.Answer {
	d.T.Helper()
	a := d.Answer(as, line)
	if a.Confirm == "" {
		d.T.Fatalf("%s: %s: nothing to confirm: %s", as, line, handlerstest.Flat(a.Reply))
	}
	return d.Answer(as, line, handlerstest.Confirmed(a.Confirm))
}
