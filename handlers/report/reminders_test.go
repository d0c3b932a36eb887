package report

import (
	"context"
	"testing"

	"marketbot/handlers/chat"
	"marketbot/store"
)

func TestRemindersReachOnlyTheMissing(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", full)
	o.Leave("赵磊", "2026-11-27", "李娜")
	o.Clock("2026-11-26 16:47")
	list := o.Job(o.h.RemindMissing, week48)
	wants(t, one(t, o.to(list, "刘洋")), "第48周周报还没交", "截止：11月27日 周五 12:00", "!还有", "[填写周报:", "提交周报 2026-W48")
	if len(list) != 1 {
		t.Errorf("%d notices", len(list))
	}
	o.Clock("2026-11-27 10:43")
	if again := o.Job(o.h.RemindMissing, week48); again[0].Key == list[0].Key {
		t.Error("two reminders under one key")
	}
}

func TestDue(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", full)
	o.Clock("2026-11-27 12:00")
	list := o.Job(o.h.Due, week48)
	wants(t, one(t, o.to(list, "刘洋")), "已到截止时间", "[填写周报:")
	wants(t, one(t, o.to(list, "")), "周报截止 · 已交 1/3", "还有 2 人未交", "!刘洋", "!张伟")
	wants(t, one(t, o.to(list, "王芳")), "未交=刘洋、赵磊", "[催交:", "[汇总:")
	if len(o.to(list, "张伟"))+len(o.to(list, "陈总"))+len(o.to(list, "李娜")) != 0 {
		t.Error("somebody was bothered")
	}
	o.h.Config.PublishMissing = true
	wants(t, one(t, o.to(o.Job(o.h.Due, week48), "")), "未交：刘洋、赵磊")
}

func TestDueWhenAllCame(t *testing.T) {
	o := newOffice(t)
	for _, name := range []string{"张伟", "刘洋", "赵磊"} {
		o.Say(name, full)
	}
	o.Clock("2026-11-27 12:00")
	list := o.Job(o.h.Due, week48)
	wants(t, one(t, o.to(list, "")), "已交 3/3", "全部交齐")
	wants(t, one(t, o.to(list, "王芳")), "未交=无", "[汇总:", "![催交:")
	if got := o.Job(o.h.Escalate, week48); len(got) != 0 {
		t.Errorf("escalated: %v", got)
	}
}

func TestEscalation(t *testing.T) {
	o := newOffice(t)
	o.Clock("2026-11-27 13:07")
	list := o.Job(o.h.Escalate, week48)
	wants(t, one(t, o.to(list, "王芳")), "逾期未交", "张伟、刘洋、赵磊", "[汇总:")
	wants(t, one(t, o.to(list, "李娜")), "逾期未交", "[催交:", "![汇总:")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.People().Stop(ctx, o.People["李娜"].ID, o.Now)
	})
	list = o.Job(o.h.Escalate, week48)
	got := o.to(list, "王芳")
	if len(got) != 2 {
		t.Fatalf("%d messages, want the list and the vacancy", len(got))
	}
	wants(t, got[0], "市场主管没有人", "先转给王芳")
}

func TestMonday(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", full)
	o.Clock("2026-11-30 09:37")
	wants(t, one(t, o.to(o.Job(o.h.RemindDirector, week48), "王芳")), "汇总还没上报", "11月30日 周一 11:00 截止", "!还有", "上报 2026-W48", "催交 2026-W48")
	o.Clock("2026-11-30 11:00")
	list := o.Job(o.h.ConsolidatedDue, week48)
	wants(t, one(t, o.to(list, "王芳")), "已到上报时间")
	wants(t, one(t, o.to(list, "陈总")), "未收到", "王芳（市场总监）还没有上报", "未交=刘洋、赵磊", "!12.5万")
}

func TestDirectorOnLeaveIsPassedOver(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", full)
	o.Leave("王芳", "2026-11-27", "王芳")
	o.Clock("2026-11-27 12:00")
	list := o.Job(o.h.Due, week48)
	wants(t, one(t, o.to(list, "陈总")), "周报截止", "王芳 请假，转给你")
	if len(o.to(list, "王芳")) != 0 {
		t.Error("the director was bothered on leave")
	}
	o.Leave("王芳", "2026-11-30", "王芳")
	o.Clock("2026-11-30 10:33")
	wants(t, one(t, o.to(o.Job(o.h.RemindDirector, week48), "陈总")), "汇总还没上报", "王芳 请假", "![上报:")
	o.Clock("2026-11-30 11:00")
	got := o.to(o.Job(o.h.ConsolidatedDue, week48), "陈总")
	if len(got) != 2 {
		t.Fatalf("%d messages, want card and file", len(got))
	}
	wants(t, got[0], "未上报（王芳 请假）", "拜访华东机电", "未交=刘洋、赵磊", "!已提醒", "![已阅:")
}

func TestVacantDirectorTheReportsComeUnsent(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", full)
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.People().Stop(ctx, o.People["王芳"].ID, o.Now)
	})
	o.Clock("2026-11-30 11:00")
	got := o.to(o.Job(o.h.ConsolidatedDue, week48), "陈总")
	if len(got) != 2 {
		t.Fatalf("%d messages, want card and file", len(got))
	}
	wants(t, got[0], "第48周周报汇总：未上报", "市场总监没有人", "拜访华东机电")
	wants(t, got[1], "2026-W48.xlsx")
}

func TestDueWhenNobodyOwes(t *testing.T) {
	o := newOffice(t)
	for _, name := range []string{"张伟", "刘洋", "赵磊"} {
		o.Leave(name, "2026-11-27", "李娜")
	}
	o.Clock("2026-11-27 12:00")
	wants(t, one(t, o.to(o.Job(o.h.Due, week48), "")), "没有人要交，请假 3 人", "!0/0", "!交齐")
}

func TestMondayWhenItWentUp(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", full)
	o.Clock("2026-11-28 10:00")
	o.confirm("王芳", "上报")
	o.Clock("2026-11-30 10:33")
	if list := o.Job(o.h.RemindDirector, week48); len(list) != 0 {
		t.Errorf("reminded: %v", list)
	}
	o.Clock("2026-11-30 11:00")
	list := o.Job(o.h.ConsolidatedDue, week48)
	if got := o.to(list, "陈总"); len(got) != 2 {
		t.Fatalf("%d messages, want card and file", len(got))
	}
	wants(t, o.to(list, "陈总")[0], "已收到，待阅", "按时", "拜访华东机电", "[已阅:")
	o.Say("陈总", "已阅")
	list = o.Job(o.h.ConsolidatedDue, week48)
	wants(t, one(t, o.to(list, "陈总")), "已收到，已阅", "!拜访华东机电")
	if len(o.to(list, "王芳")) != 0 {
		t.Error("the director was bothered")
	}
}

func TestNobodyOwesNobodyIsTold(t *testing.T) {
	o := newOffice(t)
	o.h.Config.OwedBy = nil
	o.Clock("2026-11-27 12:00")
	for _, list := range [][]chat.Notice{o.Job(o.h.RemindMissing, week48), o.Job(o.h.Due, week48), o.Job(o.h.Escalate, week48), o.Job(o.h.RemindDirector, week48), o.Job(o.h.ConsolidatedDue, week48)} {
		if len(list) != 0 {
			t.Errorf("told: %v", list)
		}
	}
}

func TestOwes(t *testing.T) {
	o := newOffice(t)
	o.Clock("2026-11-24 10:00")
	o.Say("张伟", "补交 上周 本周：做了 下周：再做")
	wants(t, o.Owed("张伟"), "第48周", "周报未交", "[提交周报 2026-W48]", "!第47周")
	wants(t, o.Owed("刘洋"), "第47周", "[补交 2026-W47]")
	wants(t, o.Owed("王芳"), "第47周", "汇总未上报")
	o.confirm("王芳", "上报")
	wants(t, o.Owed("王芳"), "!汇总")
	wants(t, o.Owed("陈总"), "第47周", "待阅", "[已阅 2026-W47]")
	o.Say("陈总", "已阅")
	o.Say("张伟", full)
	if got := o.Owed("陈总") + o.Owed("张伟") + o.Owed("李娜"); got != "" {
		t.Errorf("owed: %s", got)
	}
	o.Leave("刘洋", "2026-11-27", "刘洋")
	wants(t, o.Owed("刘洋"), "!第48周")
	o.Clock("2026-11-27 12:00")
	wants(t, o.Owed("王芳"), "第48周", "11月30日 周一 11:00 截止（还有 2 天 23 小时）")
}
