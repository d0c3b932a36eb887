package contract

import (
	"context"
	"fmt"
	"testing"

	"marketbot/handlers/handlerstest"
	"marketbot/handlers/pack"
	"marketbot/store"
)

// What was filed in the month is counted by its day, be it of contracts that were
// signed long ago, and however often they were changed since.
func TestPackCountsWhatWasFiled(t *testing.T) {
	o, h := newOffice(t, "2026-08-03 09:00")
	o.Register("老周", store.OtherEmployee, store.Archivist)
	o.Customer("东莞市晨星机械有限公司", "张伟")
	for i, moment := range []string{"2026-09-30 18:00", "2026-10-01 09:00", "2026-10-31 18:00", "2026-11-02 09:00", "2026-11-03 09:00"} {
		o.Clock("2026-08-03 09:00")
		number := fmt.Sprintf("ZYX-202608-%03d", i+1)
		o.Say("张伟", "领合同 K1 展会")
		o.Say("张伟", "签前汇报 "+number+" 谈妥了")
		o.Say("张伟", "签合同 "+number+" 金额=10万")
		o.Clock(moment)
		o.Say("老周", "归档 "+number+" 2 号柜")
	}
	o.Clock("2026-11-04 09:00")
	o.Say("老周", "借原件 ZYX-202608-001 王芳 归还=11-06 核对")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		s, err := h.Pack(ctx, tx, pack.Ask{Month: "2026-11-01", At: o.Now})
		if got := s.Figures[2].Words(); got != "2 份（上月 2 份）" {
			t.Errorf("filed: %s", got)
		}
		return err
	})
}

// The pack counts what happened in the month, and shows its register in full.
func TestPack(t *testing.T) {
	o, h := newOffice(t, "2026-10-30 09:00")
	o.Customer("东莞市晨星机械有限公司", "张伟")
	o.Say("张伟", "领合同 K1 展会")
	o.Say("张伟", "签前汇报 ZYX-202610-001 谈妥了")
	o.Clock("2026-11-02 09:00")
	o.Say("张伟", "签合同 ZYX-202610-001 金额=10万")
	o.Say("张伟", "领合同 K1 年会")
	o.Say("张伟", "领合同 K1 酒会")
	var s pack.Section
	o.Update(func(ctx context.Context, tx *store.Tx) (err error) {
		s, err = h.Pack(ctx, tx, pack.Ask{Month: "2026-11-01", At: o.Now})
		return err
	})
	for i, want := range []string{"2 份（上月 1 份）", "1 份（上月 0 份）", "0 份（上月 0 份）"} {
		if got := s.Figures[i].Words(); got != want {
			t.Errorf("%s: %s, want %s", s.Figures[i].Label, got, want)
		}
	}
	if rows := s.Sheets[0].Groups[0].Rows; len(rows) != 2 || len(rows[0]) != 15 {
		t.Errorf("%+v", rows)
	}
	handlerstest.Wants(t, s.Sheets[0].Tab, "合同领用登记表")
}
