package receivable

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"marketbot/handlers/chat"
	"marketbot/handlers/handlerstest"
	"marketbot/handlers/pack"
	"marketbot/store"
)

// section is the area's section of a month's pack, now.
func (d *desk) section(month store.Day) (s pack.Section) {
	d.T.Helper()
	d.Update(func(ctx context.Context, tx *store.Tx) (err error) {
		s, err = d.h.Pack(ctx, tx, pack.Ask{Month: month, At: d.Now})
		return err
	})
	return s
}

func figures(s pack.Section) string {
	var list []string
	for _, f := range s.Figures {
		list = append(list, f.Label+" "+f.Words())
	}
	return strings.Join(list, "\n")
}

// The pack says what 应收 says, and of a month that is over what was so at its end.
func TestPack(t *testing.T) {
	d := openDesk(t)
	d.Say("张伟", "收款计划 ZYX-202611-001 2026-10-10=1万 2026-11-20=2万 2027-03-31=余款")
	d.Say("张伟", "回款 ZYX-202611-001 5000")
	wants := []string{"回款 5,000.00 元（上月 0.00 元）", "未收 395,000.00 元（上月 0.00 元）", "其中逾期 25,000.00 元", "待核 5,000.00 元（上月 0.00 元）"}
	s := d.section("2026-11-01")
	handlerstest.Wants(t, figures(s), wants...)
	if got := fmt.Sprint(s.Table.Rows); !strings.Contains(got, "[1–30天 20,000.00 元 0.00 元] [31–60天 5,000.00 元 0.00 元]") {
		t.Error(got)
	}
	if len(s.Items) != 1 || s.Items[0].Title != "逾期 30 天以上的应收：1 份合同" || s.Items[0].Rank != pack.Overdue {
		t.Fatalf("%+v", s.Items)
	}
	if l := s.Items[0].Lines[0]; l.Person != d.People["张伟"].ID || l.Text != "ZYX-202611-001 东莞市晨星机械有限公司：未收 95,000.00 元，最长逾期 48 天" {
		t.Errorf("%+v", l)
	}
	if len(s.Sheets) != 1 || s.Sheets[0].Tab != "应收账款账龄表" || len(s.Sheets[0].Groups[0].Rows) != 4 || len(s.Charts) != 1 || s.Charts[0].Empty() {
		t.Errorf("%+v", s.Sheets)
	}
	d.Clock("2026-12-08 09:00")
	d.Say("张伟", "回款 ZYX-202611-001 2万 12-07")
	handlerstest.Wants(t, figures(d.section("2026-11-01")), wants...)
	handlerstest.Wants(t, figures(d.section("2026-12-01")), "回款 20,000.00 元（上月 5,000.00 元）", "未收 375,000.00 元（上月 395,000.00 元）")
}

func TestPackOfAnEmptyMonth(t *testing.T) {
	d := openDesk(t)
	s := d.section("2026-09-01")
	if got := figures(s); !strings.Contains(got, "未收 0.00 元（上月 0.00 元）") || len(s.Items) > 0 || len(s.Sheets) != 1 || s.Charts[0].Figures() != chat.NoFigures+"\n截至 9月30日 周三 23:59" {
		t.Errorf("%s, %+v, %q", got, s.Items, s.Charts[0].Figures())
	}
}
