package report

import (
	"context"
	"testing"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/store"
)

func TestRemindersReachOnlyTheMissing(t *testing.T) {
	o := newOffice(t)
	o.say("张伟", full)
	o.leave("赵磊", "2026-11-27", "李娜")
	o.at("2026-11-26 16:47")
	list := o.job(o.h.RemindMissing, week48)
	has(t, one(t, o.to(list, "刘洋")), "第48周周报还没交", "截止：11月27日 周五 12:00", "!还有", "[填写周报]", "提交周报 2026-W48")
	if len(list) != 1 {
		t.Errorf("%d notices", len(list))
	}
	o.at("2026-11-27 10:43")
	if again := o.job(o.h.RemindMissing, week48); again[0].Key == list[0].Key {
		t.Error("two reminders under one key")
	}
}

func TestDue(t *testing.T) {
	o := newOffice(t)
	o.say("张伟", full)
	o.at("2026-11-27 12:00")
	list := o.job(o.h.Due, week48)
	has(t, one(t, o.to(list, "刘洋")), "已到截止时间", "[填写周报]")
	has(t, one(t, o.to(list, "")), "周报截止 · 已交 1/3", "还有 2 人未交", "!刘洋", "!张伟")
	has(t, one(t, o.to(list, "王芳")), "未交：刘洋、赵磊", "[催交]", "[汇总]")
	if len(o.to(list, "张伟"))+len(o.to(list, "陈总"))+len(o.to(list, "李娜")) != 0 {
		t.Error("somebody was bothered")
	}
	o.h.Config.PublishMissing = true
	has(t, one(t, o.to(o.job(o.h.Due, week48), "")), "未交：刘洋、赵磊")
}

func TestDueWhenAllCame(t *testing.T) {
	o := newOffice(t)
	for _, name := range []string{"张伟", "刘洋", "赵磊"} {
		o.say(name, full)
	}
	o.at("2026-11-27 12:00")
	list := o.job(o.h.Due, week48)
	has(t, one(t, o.to(list, "")), "已交 3/3", "全部交齐")
	has(t, one(t, o.to(list, "王芳")), "未交：无", "[汇总]", "![催交]")
	if got := o.job(o.h.Escalate, week48); len(got) != 0 {
		t.Errorf("escalated: %v", got)
	}
}

func TestEscalation(t *testing.T) {
	o := newOffice(t)
	o.at("2026-11-27 13:07")
	list := o.job(o.h.Escalate, week48)
	has(t, one(t, o.to(list, "王芳")), "逾期未交", "张伟、刘洋、赵磊", "[汇总]")
	has(t, one(t, o.to(list, "李娜")), "逾期未交", "[催交]", "![汇总]")
	o.update(func(ctx context.Context, tx *store.Tx) error { return tx.StopPerson(ctx, o.people["李娜"].ID, o.now) })
	list = o.job(o.h.Escalate, week48)
	got := o.to(list, "王芳")
	if len(got) != 2 {
		t.Fatalf("%d messages, want the list and the vacancy", len(got))
	}
	has(t, got[0], "市场主管没有人", "先转给王芳")
}

func TestMonday(t *testing.T) {
	o := newOffice(t)
	o.say("张伟", full)
	o.at("2026-11-30 09:37")
	has(t, one(t, o.to(o.job(o.h.RemindDirector, week48), "王芳")), "汇总还没上报", "11月30日 周一 11:00 截止", "!还有", "上报 2026-W48", "催交 2026-W48")
	o.at("2026-11-30 11:00")
	list := o.job(o.h.ConsolidatedDue, week48)
	has(t, one(t, o.to(list, "王芳")), "已到上报时间")
	has(t, one(t, o.to(list, "陈总")), "未收到", "王芳（市场总监）还没有上报", "未交：刘洋、赵磊", "!12.5万")
}

func TestDirectorOnLeaveIsPassedOver(t *testing.T) {
	o := newOffice(t)
	o.say("张伟", full)
	o.leave("王芳", "2026-11-27", "王芳")
	o.at("2026-11-27 12:00")
	list := o.job(o.h.Due, week48)
	has(t, one(t, o.to(list, "陈总")), "周报截止", "王芳 请假，转给你")
	if len(o.to(list, "王芳")) != 0 {
		t.Error("the director was bothered on leave")
	}
	o.leave("王芳", "2026-11-30", "王芳")
	o.at("2026-11-30 10:33")
	has(t, one(t, o.to(o.job(o.h.RemindDirector, week48), "陈总")), "汇总还没上报", "王芳 请假", "![上报]")
	o.at("2026-11-30 11:00")
	got := o.to(o.job(o.h.ConsolidatedDue, week48), "陈总")
	if len(got) != 2 {
		t.Fatalf("%d messages, want card and file", len(got))
	}
	has(t, got[0], "未上报（王芳 请假）", "拜访华东机电", "未交：刘洋、赵磊", "!已提醒", "![已阅]")
}

func TestVacantDirectorTheReportsComeUnsent(t *testing.T) {
	o := newOffice(t)
	o.say("张伟", full)
	o.update(func(ctx context.Context, tx *store.Tx) error { return tx.StopPerson(ctx, o.people["王芳"].ID, o.now) })
	o.at("2026-11-30 11:00")
	got := o.to(o.job(o.h.ConsolidatedDue, week48), "陈总")
	if len(got) != 2 {
		t.Fatalf("%d messages, want card and file", len(got))
	}
	has(t, got[0], "第48周周报汇总：未上报", "市场总监没有人", "拜访华东机电")
	has(t, got[1], "2026-W48.xlsx")
}

func TestDueWhenNobodyOwes(t *testing.T) {
	o := newOffice(t)
	for _, name := range []string{"张伟", "刘洋", "赵磊"} {
		o.leave(name, "2026-11-27", "李娜")
	}
	o.at("2026-11-27 12:00")
	has(t, one(t, o.to(o.job(o.h.Due, week48), "")), "没有人要交，请假 3 人", "!0/0", "!交齐")
}

func TestMondayWhenItWentUp(t *testing.T) {
	o := newOffice(t)
	o.say("张伟", full)
	o.at("2026-11-28 10:00")
	o.confirm("王芳", "上报")
	o.at("2026-11-30 10:33")
	if list := o.job(o.h.RemindDirector, week48); len(list) != 0 {
		t.Errorf("reminded: %v", list)
	}
	o.at("2026-11-30 11:00")
	list := o.job(o.h.ConsolidatedDue, week48)
	if got := o.to(list, "陈总"); len(got) != 2 {
		t.Fatalf("%d messages, want card and file", len(got))
	}
	has(t, o.to(list, "陈总")[0], "已收到，待阅", "按时", "拜访华东机电", "[已阅]")
	o.say("陈总", "已阅")
	list = o.job(o.h.ConsolidatedDue, week48)
	has(t, one(t, o.to(list, "陈总")), "已收到，已阅", "!拜访华东机电")
	if len(o.to(list, "王芳")) != 0 {
		t.Error("the director was bothered")
	}
}

func TestNobodyOwesNobodyIsTold(t *testing.T) {
	o := newOffice(t)
	o.h.Config.OwedBy = nil
	o.at("2026-11-27 12:00")
	for _, list := range [][]chat.Notice{o.job(o.h.RemindMissing, week48), o.job(o.h.Due, week48), o.job(o.h.Escalate, week48), o.job(o.h.RemindDirector, week48), o.job(o.h.ConsolidatedDue, week48)} {
		if len(list) != 0 {
			t.Errorf("told: %v", list)
		}
	}
}

func TestOwes(t *testing.T) {
	o := newOffice(t)
	owes := func(name string) string {
		var text string
		o.update(func(ctx context.Context, tx *store.Tx) error {
			list, err := o.h.Owes(ctx, command.NewCall(command.Call{Tx: tx, Person: o.people[name], Now: o.now}, nil))
			for _, i := range list {
				text += i.Text + " [" + i.Button.Command + "]\n"
			}
			return err
		})
		return text
	}
	o.at("2026-11-24 10:00")
	o.say("张伟", "补交 上周 本周：做了 下周：再做")
	has(t, owes("张伟"), "第48周", "周报未交", "[提交周报 2026-W48]", "!第47周")
	has(t, owes("刘洋"), "第47周", "[补交 2026-W47]")
	has(t, owes("王芳"), "第47周", "汇总未上报")
	o.confirm("王芳", "上报")
	has(t, owes("王芳"), "!汇总")
	has(t, owes("陈总"), "第47周", "待阅", "[已阅 2026-W47]")
	o.say("陈总", "已阅")
	o.say("张伟", full)
	if got := owes("陈总") + owes("张伟") + owes("李娜"); got != "" {
		t.Errorf("owed: %s", got)
	}
	o.leave("刘洋", "2026-11-27", "刘洋")
	has(t, owes("刘洋"), "!第48周")
	o.at("2026-11-27 12:00")
	has(t, owes("王芳"), "第48周", "11月30日 周一 11:00 截止（还有 2 天 23 小时）")
}
