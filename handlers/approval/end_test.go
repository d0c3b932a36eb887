package approval

import (
	"context"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/ledger"
)

func TestDelegation(t *testing.T) {
	o := newOffice(t)
	wants(t, o.Refusal("陈总", "授权 张伟 3天").Text, "只能授权给执行董事或总经理助理")
	wants(t, o.Refusal("陈总", "授权 周敏 11-20").Text, "已经过去")
	o.Refused("周敏", "授权 周敏 3天")
	said, notices := o.heard("陈总", "授权 周敏 11-25 至 11-27")
	wants(t, said, "周敏（总经理助理） 11月26日 周四 至 11月27日 周五", "收回授权 周敏")
	wants(t, o.Told(notices)["周敏"], "授权你 11月26日 周四 至 11月27日 周五")
	_, notices = o.heard("小林", "申请查阅 华东机电 布展")
	wants(t, o.Told(notices)["周敏"], "[批准 24 小时:")
	wants(t, o.Told(notices)["陈总"], "[批准 24 小时:")
	_, notices = o.heard("周敏", "批准 A1")
	wants(t, o.Told(notices)["陈总"], "周敏（总经理助理）已批准查阅申请 A1")
	wants(t, o.Told(notices)["小林"], "周敏（总经理助理）")
	wants(t, o.Refusal("陈总", "驳回 A1").Text, "已由周敏（总经理助理）于")
	_, notices = o.heard("陈总", "收回授权 周敏")
	wants(t, o.Told(notices)["周敏"], "收回")
	wants(t, o.Refusal("陈总", "收回授权 周敏").Text, "没有")
	o.Say("小何", "申请查阅 华东机电 布展")
	o.Refused("周敏", "批准 A2")
	if o.reads("小林", "K1") != "A1" {
		t.Error("what the delegate approved is gone with the delegation")
	}
}

func TestVacantGeneralManager(t *testing.T) {
	o := newOffice(t)
	o.Register("董事", store.ExecutiveDirector)
	o.Say("小何", "申请查阅 K3 布展")
	o.Refused("董事", "批准 A1")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.People().Stop(ctx, o.People["陈总"].ID, o.Now)
	})
	said, notices := o.heard("小林", "申请查阅 华东机电 布展")
	wants(t, said, "已转给董事（执行董事）")
	wants(t, o.Told(notices)["董事"], "[批准 24 小时:")
	wants(t, o.Told(notices)["王芳"], "总经理没有人，查阅申请先转给董事（执行董事）")
	o.Say("董事", "批准 A2")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.People().Stop(ctx, o.People["董事"].ID, o.Now)
	})
	said, notices = o.heard("小何", "申请查阅 华东机电 布展")
	wants(t, said, "现在没有人能批准")
	wants(t, o.Told(notices)["王芳"], "没有人收")
	o.Now = o.Now.Add(time.Hour)
	o.Register("孙总", store.GeneralManager)
	o.Now = o.Now.Add(24 * time.Hour)
	wants(t, o.Told(o.Daily())["孙总"], "查阅申请 A1 待批", "查阅申请 A3 待批")
}

func TestEndsAreTold(t *testing.T) {
	o := newOffice(t)
	o.Say("小林", "申请查阅 华东机电 布展")
	o.Say("小何", "申请查阅 没有这家 布展")
	o.Say("陈总", "批准 A1 6天")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.Audit().Record(ctx, ledger.Entry{ID: tx.NewID(o.Now), At: o.Now, Person: o.People["小林"].ID, Act: "客户", Outcome: ledger.Done,
			Look: ledger.Look{Customer: "K1", Trace: "ABC234", Grant: "A1"}})
	})
	began := o.Now
	o.Now = began.Add(5*24*time.Hour - 10*time.Hour)
	if early := o.Daily(); len(early) != 0 {
		t.Errorf("reminded too early: %v", early)
	}
	o.Now = began.Add(5 * 24 * time.Hour)
	morning := o.Daily()
	o.Now = began
	wants(t, o.Told(morning)["小林"], "A1", "华东机电有限公司（K1）", "12月2日 周三 09:30 到期")
	wants(t, o.Told(morning)["陈总"], "小林（其他员工）", "到期", "收回查阅 A1")
	if n := o.after(6*24*time.Hour - time.Millisecond); len(n) != 0 {
		t.Errorf("told too early: %v", n)
	}
	notices := o.after(time.Millisecond)
	wants(t, o.Told(notices)["小林"], "A1", "12月2日 周三 09:30 到期，不能再看")
	wants(t, o.Told(notices)["陈总"], "查阅授权已到期 A1", "小林（其他员工）", "华东机电有限公司（K1）", "期间查阅 1 次", "11-26 09:30|客户|ABC234")
	notices = o.after(24 * time.Hour)
	wants(t, o.Told(notices)["小何"], "A2", "没有答复", "12月3日 周四 09:30 失效")
	if n := o.after(24 * time.Hour); len(n) != 0 || o.Told(notices)["陈总"] != "" {
		t.Errorf("told again: %v", n)
	}
}

func TestTakenBackEarly(t *testing.T) {
	o := newOffice(t)
	o.Say("小林", "申请查阅 华东机电 布展")
	o.Refused("陈总", "收回查阅 A1")
	o.Say("陈总", "批准 A1 3天")
	o.Refused("周敏", "收回查阅 A1")
	said, notices := o.heard("陈总", "收回查阅 a1")
	wants(t, said, "查阅授权已收回 A1", "期间没有查阅过")
	wants(t, o.Told(notices)["小林"], "收回", "华东机电有限公司（K1）")
	if o.reads("小林", "K1") != "" {
		t.Error("still reads")
	}
	o.Refused("陈总", "收回查阅 A1")
	if n := o.after(3 * 24 * time.Hour); len(n) != 0 {
		t.Errorf("told a second end: %v", n)
	}
}
