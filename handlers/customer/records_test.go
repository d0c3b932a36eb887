package customer

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"marketbot/handlers/command"
	"marketbot/store"
	"marketbot/store/ledger"
)

func TestRecordsShowWhoLookedAndWhoWasNotLetIn(t *testing.T) {
	o := newOffice(t)
	c := o.Customer("南湖酒店", "张伟")
	f := o.look("张伟", c.ID, "看电话", "约下周的会")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.Audit().Record(ctx, ledger.Entry{ID: tx.NewID(o.Now), At: o.Now, Person: o.People["小林"].ID, Act: "客户", Outcome: ledger.Denied, Clause: "档-6"})
	})
	a := o.Answer("陈总", "查阅记录")
	wants(t, flat(a.Reply), "共 2 条", "张伟|南湖酒店 "+c.ID+"|看电话|已看|约下周的会|"+f.Trace, "小林|不明|客户|拒绝（档-6）")
	if !a.Reply.Confidential {
		t.Error("not confidential")
	}
	wants(t, o.Say("陈总", "查阅记录 张伟"), "查阅记录 · 张伟", "共 1 条")
	wants(t, o.Say("陈总", "查阅记录 南湖"), "查阅记录 · 南湖酒店", "共 1 条")
	wants(t, o.Say("陈总", "查阅记录 小林 今天"), "共 1 条", "拒绝")
	wants(t, o.Say("陈总", "查阅记录 "+strings.ToLower(c.ID)+" 昨天"), "没有查阅记录")
	wants(t, o.Refused("陈总", "查阅记录 没有的公司"), "没有叫")
	wants(t, o.Refused("李娜", "查阅记录"), "执行董事、总经理、市场总监")
	wants(t, o.Refused("陈总", "溯源 ｈ７Ｋ２ＱＭ"), "没有追踪码「H7K2QM」")
}

// Which customer was meant is asked without losing what else was typed.
func TestRecordsAskWhichCustomer(t *testing.T) {
	o := newOffice(t)
	o.Customer("南湖酒店", "张伟")
	o.Customer("南湖书店", "张伟")
	for typed, suggested := range map[string]string{
		"查阅记录 南湖":              "查阅记录 K2",
		"查阅记录 南湖 昨天":           "查阅记录 K2 2026-11-23~2026-11-23",
		"查阅记录 张伟 南湖 11-1至11-3": "查阅记录 张伟 K2 2026-11-01~2026-11-03",
	} {
		if said := o.Refused("陈总", typed); !strings.HasSuffix(said, "\n"+suggested) {
			t.Errorf("%s: %q, want the suggestion %q", typed, said, suggested)
		}
	}
	o.Say("陈总", "查阅记录 张伟 K2 2026-11-01~2026-11-03")
}

func TestDirectorTracesTheDepartmentOnly(t *testing.T) {
	o := newOffice(t)
	o.Register("董事", store.ExecutiveDirector)
	c := o.Customer("南湖酒店", "张伟")
	traces := map[string]string{}
	for _, name := range []string{"董事", "陈总", "王芳", "李娜", "张伟"} {
		traces[name] = o.look(name, c.ID, "客户", "").Trace
	}
	words := o.Say("王芳", "查阅记录")
	wants(t, words, "共 3 条", "李娜", "张伟", "王芳")
	lacks(t, words, "陈总", "董事", traces["陈总"])
	wants(t, o.Say("王芳", "查阅记录 陈总"), "没有查阅记录")
	wants(t, o.Say("陈总", "查阅记录"), "共 5 条")
	unknown := o.Refused("王芳", "溯源 222222")
	if outside := o.Refused("王芳", "溯源 "+traces["陈总"]); strings.ReplaceAll(outside, traces["陈总"], "222222") != unknown {
		t.Errorf("%q tells more than %q", outside, unknown)
	}
	wants(t, o.Say("王芳", "溯源 "+strings.ToLower(traces["张伟"])), "张伟（业务员）", "南湖酒店", "11月24日 周二 09:30:00", "档-4")
	wants(t, o.Say("董事", "溯源 "+traces["陈总"]), "陈总（总经理）")
}

func TestRecordsComeInPages(t *testing.T) {
	o := newOffice(t)
	c := o.Customer("南湖酒店", "张伟")
	for range 2*command.MaxRows + 1 {
		o.look("张伟", c.ID, "客户", "")
	}
	for page := 1; page <= 3; page++ {
		line := "查阅记录 张伟 2026-11-24~2026-11-24 第" + fmt.Sprint(page) + "页"
		words := o.Say("陈总", line)
		wants(t, words, fmt.Sprintf("共 41 条，第 %d/3 页", page))
		want := command.MaxRows
		if page == 3 {
			want = 1
			lacks(t, words, "更早的")
		}
		if n := strings.Count(words, "|客户|"); n != want {
			t.Errorf("page %d has %d rows, want %d", page, n, want)
		}
	}
	wants(t, o.Say("陈总", "查阅记录 张伟"), "[更早的:查阅记录 张伟 2026-11-18~2026-11-24 第2页]")
	wants(t, o.Say("陈总", "查阅记录 第2页"), "第 2/3 页")
}

func TestRecordsOfSomebodyWhoLeft(t *testing.T) {
	o := newOffice(t)
	c := o.Customer("南湖酒店", "张伟")
	trace := o.look("张伟", c.ID, "客户", "").Trace
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.People().Stop(ctx, o.People["张伟"].ID, o.Now)
	})
	wants(t, o.Say("陈总", "查阅记录 张伟"), "共 1 条", trace)
	wants(t, o.Say("王芳", "溯源 "+trace), "张伟")
}

func TestRecordSaysWhenItWasChanged(t *testing.T) {
	a := ledger.Entry{Outcome: ledger.Done, Changed: true, Look: ledger.Look{Trace: "AAAAAA", Grant: "A12"}}
	wants(t, outcomeWords(a), "已看", "凭批准 A12", "改动过")
	wants(t, outcomeWords(ledger.Entry{Outcome: ledger.Done}), "未打开")
}
