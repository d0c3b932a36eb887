package approval

import (
	"context"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/handlerstest"
	"marketbot/store"
	"marketbot/store/storetest"
)

// Grants are not to be had in any other way (abuse 23).
func TestAbuse(t *testing.T) {
	granted := func(o *office) {
		o.Say("小林", "申请查阅 华东机电 布展")
		o.Say("陈总", "批准 A1 24小时")
	}
	tests := []struct {
		name  string
		do    func(o *office)
		who   string
		which string
	}{
		{"after expiry", func(o *office) { granted(o); o.after(24 * time.Hour) }, "小林", "K1"},
		{"after expiry, approved again from the old card", func(o *office) {
			granted(o)
			o.after(24 * time.Hour)
			wants(o.T, o.Refusal("陈总", "批准 A1 24小时").Text, "已由陈总（总经理）于 11月26日 周四 09:30 批准")
		}, "小林", "K1"},
		{"after expiry was told, the clock set back", func(o *office) { granted(o); o.after(24 * time.Hour); o.Now = o.Now.Add(-12 * time.Hour) }, "小林", "K1"},
		{"by another person", granted, "小何", "K1"},
		{"for another customer", granted, "小林", "K2"},
		{"for another customer by the approver's word", func(o *office) {
			o.Say("小林", "申请查阅 华东机电 布展")
			wants(o.T, o.Refusal("陈总", "批准 A1 K2").Text, "不是这个客户")
		}, "小林", "K2"},
		{"approved by the asker", func(o *office) {
			o.Say("小林", "申请查阅 华东机电 布展")
			o.Refused("小林", "批准 A1")
		}, "小林", "K1"},
		{"approved by the asker who was promoted and delegated to", func(o *office) {
			o.Say("小林", "申请查阅 华东机电 布展")
			o.Update(func(ctx context.Context, tx *store.Tx) error {
				return tx.People().SetPost(ctx, o.People["小林"].ID, store.GMAssistant, o.Now)
			})
			o.Say("陈总", "授权 小林 3天")
			if r := o.Refusal("小林", "批准 A1"); !r.Denied {
				o.T.Error("not a denial")
			}
			o.Update(func(ctx context.Context, tx *store.Tx) error {
				return tx.People().SetPost(ctx, o.People["小林"].ID, store.OtherEmployee, o.Now)
			})
		}, "小林", "K1"},
		{"approved by an assistant without delegation", func(o *office) {
			o.Say("小林", "申请查阅 华东机电 布展")
			if r := o.Refusal("周敏", "批准 A1"); !r.Denied || !strings.Contains(r.Text, "只有总经理可以批准") {
				o.T.Errorf("%+v", r)
			}
		}, "小林", "K1"},
		{"approved after the delegation", func(o *office) {
			o.Say("陈总", "授权 周敏 今天")
			o.Say("小林", "申请查阅 华东机电 布展")
			o.after(24 * time.Hour)
			o.Refused("周敏", "批准 A1")
		}, "小林", "K1"},
		{"approved before the delegation", func(o *office) {
			o.Say("陈总", "授权 周敏 明天")
			o.Say("小林", "申请查阅 华东机电 布展")
			o.Refused("周敏", "批准 A1")
		}, "小林", "K1"},
		{"approved by a delegate who has another post now", func(o *office) {
			o.Say("陈总", "授权 周敏 3天")
			o.Say("小林", "申请查阅 华东机电 布展")
			o.Update(func(ctx context.Context, tx *store.Tx) error {
				return tx.People().SetPost(ctx, o.People["周敏"].ID, store.Supervisor, o.Now)
			})
			o.Refused("周敏", "批准 A1")
		}, "小林", "K1"},
		{"rejected, then approved from the old card", func(o *office) {
			o.Say("小林", "申请查阅 华东机电 布展")
			o.Say("陈总", "驳回 A1")
			wants(o.T, o.Refusal("陈总", "批准 A1").Text, "驳回", "不能再改")
		}, "小林", "K1"},
		{"withdrawn, then approved", func(o *office) {
			o.Say("小林", "申请查阅 华东机电 布展")
			o.Say("小林", "撤回申请 A1")
			wants(o.T, o.Refusal("陈总", "批准 A1").Text, "撤回")
		}, "小林", "K1"},
		{"lapsed, then approved", func(o *office) {
			o.Say("小林", "申请查阅 华东机电 布展")
			o.Now = o.Now.Add(openTime) // nothing marked it yet
			wants(o.T, o.Refusal("陈总", "批准 A1").Text, "失效")
			o.after(0)
			wants(o.T, o.Refusal("陈总", "批准 A1").Text, "失效")
		}, "小林", "K1"},
		{"taken back", func(o *office) { granted(o); o.Say("陈总", "收回查阅 A1") }, "小林", "K1"},
		{"the asker was stopped", func(o *office) {
			o.Say("小林", "申请查阅 华东机电 布展")
			o.Update(func(ctx context.Context, tx *store.Tx) error {
				return tx.People().Stop(ctx, o.People["小林"].ID, o.Now)
			})
			wants(o.T, o.Refusal("陈总", "批准 A1").Text, "停用")
		}, "小林", "K1"},
		{"granted, then stopped", func(o *office) {
			granted(o)
			o.Update(func(ctx context.Context, tx *store.Tx) error {
				return tx.People().Stop(ctx, o.People["小林"].ID, o.Now)
			})
		}, "小林", "K1"},
		{"the number of nothing", func(o *office) {
			o.Say("小林", "申请查阅 华东机电 布展")
			for _, n := range []string{"A2", "1", "A", "K1", "A1.", "\x00A2", "\xff"} {
				o.Refused("陈总", "批准 "+n)
			}
		}, "小林", "K1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newOffice(t)
			tt.do(o)
			if g := o.reads(tt.who, tt.which); g != "" {
				t.Errorf("%s reads %s by %s", tt.who, tt.which, g)
			}
		})
	}
}

// Several people tap at once: exactly one answer counts.
func TestApprovedOnce(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			db := storetest.Open(t, backend)
			at := time.Date(2026, 11, 26, 9, 30, 0, 0, handlerstest.Zone)
			r := store.Request{Code: "A1", Kind: store.LookRequest, Asker: "p", Words: "w", Why: "y", At: at, Lapses: at.Add(openTime)}
			if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.Requests().Add(t.Context(), r) }); err != nil {
				t.Fatal(err)
			}
			wins := make(chan bool)
			for range 8 {
				go func() {
					var won bool
					err := db.Update(t.Context(), func(tx *store.Tx) (err error) {
						d := r
						d.State, d.Decided = store.RequestApproved, at
						won, err = tx.Requests().Decide(t.Context(), d)
						return err
					})
					wins <- won && err == nil
				}()
			}
			won := 0
			for range 8 {
				if <-wins {
					won++
				}
			}
			if won != 1 {
				t.Errorf("approved %d times", won)
			}
		})
	}
}
