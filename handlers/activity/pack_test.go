package activity

import (
	"context"
	"fmt"
	"testing"

	"marketbot/handlers/handlerstest"
	"marketbot/handlers/pack"
	"marketbot/store"
)

// The pack reviews what ended in the month, names what nobody summed up, and has
// the plan of the next one.
func TestPack(t *testing.T) {
	h := Handler{Rules: handlerstest.Rules(t)}
	o := handlerstest.New(t, h, "2026-11-02 09:00")
	o.Say("李娜", "活动 新增 秋季酒会 时间=11-05 14:00~17:00 地点=珠江厅 人员=张伟 内容=新品 预算=2万 分工=张伟:签到 预期效果=30 家")
	o.Say("李娜", "活动 新增 冬季酒会 时间=12-05 14:00~17:00 地点=珠江厅 人员=张伟 内容=新品 预算=1万 分工=张伟:签到 预期效果=30 家")
	o.Clock("2026-12-01 09:27")
	section := func() (s pack.Section) {
		o.Update(func(ctx context.Context, tx *store.Tx) (err error) {
			s, err = h.Pack(ctx, tx, pack.Ask{Month: "2026-11-01", At: o.Now})
			return err
		})
		return s
	}
	s := section()
	if len(s.Items) != 2 || s.Items[0].Title != "没有总结的活动：1 个" || s.Items[1].Title != "下月活动计划：1 个" {
		t.Fatalf("%+v", s.Items)
	}
	if l := s.Items[0].Lines[0]; l.Person != o.People["张伟"].ID || l.Text != "H1 秋季酒会（11月5日 周四 14:00–17:00）" {
		t.Errorf("%+v", l)
	}
	o.Say("张伟", "活动 总结 H1 效果=好 花费=1.9万 经验=早发请柬")
	s = section()
	handlerstest.Wants(t, fmt.Sprint(s.Figures), "{活动 1 0 个}", "{已总结 1 0 个}", "{预算 2000000 0 元}", "{实际 1900000 0 元}", "{下月计划 1 1 个}")
	if len(s.Items) != 1 || len(s.Sheets) != 2 || s.Charts[0].Empty() {
		t.Errorf("%+v", s.Items)
	}
}
