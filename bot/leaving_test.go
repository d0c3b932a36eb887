package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/store"
	"marketbot/store/storetest"
)

// busyOffice is a department in which 张伟 answers for something in every area.
func busyOffice(t *testing.T) *office {
	people := everyPost()
	people[5].Duties = []store.Duty{store.Accountant}
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, people, thursday())
	for _, line := range []string{
		"新客户 东莞市甲一有限公司", "新客户 东莞市乙二有限公司", "领合同 K1 展台搭建", "领合同 K2 年会场地", "签前汇报 ZYX-202611-002 谈好了",
		"签合同 ZYX-202611-002 金额=3万", "回款 ZYX-202611-002 1万", "提供线索 丙三公司 听说要搬",
		"跟进 K1 谈了 下次=12-20 送样品",
	} {
		o.hear("张伟", line)
	}
	o.hear("王芳", "重点客户 K1 签下展台")
	o.hear("王芳", "活动 新增 会餐 类型=洽谈 时间=12-05 人员=张伟 分工=张伟:订位")
	return o
}

// holdings are the keys of what somebody answers for.
func (o *office) holdings(name string) (keys []string) {
	o.update(func(ctx context.Context, tx *store.Tx) error {
		list, err := leaving.All(ctx, tx, leaving.Of(o.bot.Load().areas), o.personIn(ctx, tx, name), o.now())
		keys = nil
		for _, h := range list {
			keys = append(keys, h.Key())
		}
		return err
	})
	return keys
}

// What somebody answers for is found in every area, and once it was moved it is found
// with the other and not with the one who had it.
func TestHoldingsMove(t *testing.T) {
	o := busyOffice(t)
	o.move(o.now().AddDate(0, 0, 8)) // the week's report was due and is owed
	want := []string{"周报 2026-W48", "客户 K2", "客户 K1", "线索 L1", "合同 ZYX-202611-001", "合同 ZYX-202611-002", "收款 ZYX-202611-002/1", "待核 R1", "下一步 K1", "承诺 K1/2026-12", "活动 H1", "职责 财务"}
	if got := o.holdings("张伟"); !slices.Equal(got, want) {
		t.Fatalf("张伟 answers for %q, want %q", got, want)
	}
	o.update(func(ctx context.Context, tx *store.Tx) error {
		from, to := o.personIn(ctx, tx, "张伟"), o.personIn(ctx, tx, "刘洋")
		list, err := leaving.All(ctx, tx, leaving.Of(o.bot.Load().areas), from, o.now())
		if err != nil {
			return err
		}
		c := command.NewCall(command.Call{Tx: tx, Person: to, Now: o.now(), Taken: o.now(), Spec: &command.Spec{Name: "接收"}, Policy: o.bot.Load().Customers.Policy()}, nil)
		for _, h := range list {
			switch {
			case h.Takes != nil && (!h.Takes(to) || h.Takes(o.personIn(ctx, tx, "小林"))):
				t.Errorf("%s is for 小林, or not for 刘洋", h.Key())
			case h.Move != nil:
				if _, err := h.Move(ctx, c, to); err != nil {
					return err
				}
			}
		}
		return nil
	})
	// A report stays the leaver's own, of a lead the taker takes note, and a duty waits
	// for nobody's word while the general manager has never written.
	if got, want := o.holdings("张伟"), []string{"周报 2026-W48", "线索 L1"}; !slices.Equal(got, want) {
		t.Errorf("张伟 still answers for %q, want %q", got, want)
	}
	moved := slices.DeleteFunc(slices.Clone(want), func(k string) bool { return k == "线索 L1" || k == "职责 财务" })
	if got := o.holdings("刘洋"); !slices.Equal(got, moved) {
		t.Errorf("刘洋 answers for %q, want %q", got, moved)
	}
	if said := o.hear("王芳", "客户历史 K1"); !strings.Contains(said, "张伟") || !strings.Contains(said, "刘洋") {
		t.Errorf("the history of K1: %q", said)
	}
}

// Whoever is stopped, or taken out of a directory, leaves with what is told in one
// message to those above: how many things of each kind.
func TestStoppedPersonLeavesCounts(t *testing.T) {
	o := busyOffice(t)
	o.move(o.now().Add(time.Hour))
	const counts = "客户 2、线索 1、合同 2、收款 1、待核 1、下一步 1、承诺 1、活动 1、职责 1"
	if said := o.hear("王芳", "人员 停用 张伟"); !strings.Contains(said, counts) {
		t.Errorf("before it is done is said %q", said)
	}
	o.hear("王芳", "确认")
	told := o.screens.messages("李娜")
	if last := told[len(told)-1].words(); !strings.Contains(last, "已停用") || !strings.Contains(last, counts) {
		t.Errorf("李娜 was told %q", last)
	}
}
