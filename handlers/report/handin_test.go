package report

import (
	"context"
	"strings"
	"testing"

	"marketbot/handlers/handlerstest"
	"marketbot/store"
)

const full = "周报 本周：拜访华东机电 下周：签滨海新材料；回访南方重工 回款：12.5万 问题：无"

func TestHandInIsJudgedByWhenItWasSent(t *testing.T) {
	for _, tt := range []struct{ at, want string }{
		{"2026-11-23 09:00", "状态=按时"},
		{"2026-11-27 11:59:59", "状态=按时"},
		{"2026-11-27 12:00:00", "状态=迟交 1 分钟"},
		{"2026-11-27 12:05:00", "状态=迟交 5 分钟"},
		{"2026-11-29 12:00", "迟交 2880 分钟（2 天）"},
		{"2026-02-14 09:00", "状态=迟交"}, // a made-up Saturday moves nothing
		{"2026-04-30 11:59", "状态=按时"}, // Friday off: Thursday
		{"2026-04-30 12:00", "状态=迟交 1 分钟"},
		{"2026-09-30 12:01", "状态=迟交 1 分钟"}, // Wednesday before the National Day
		{"2026-10-10 09:00", "状态=迟交"},
		{"2026-09-20 09:00", "状态=迟交"},
	} {
		t.Run(tt.at, func(t *testing.T) {
			o := newOffice(t)
			o.Clock(tt.at)
			wants(t, o.Say("张伟", full), tt.want, "周报已收到", "版本=第 1 版", "125,000.00 元", "截止")
		})
	}
}

func TestAWeekWithoutWorkingDayHasNoReport(t *testing.T) {
	o := newOffice(t)
	o.Clock("2026-02-18 10:00")
	wants(t, o.Refused("张伟", full), "第8周（02-16 至 02-22）", "不用交周报", "第9周", "2月27日 周五 12:00")
	wants(t, o.Refused("王芳", "谁没交 本周"), "不用交周报")
}

func TestHandInAsksForWhatIsMissing(t *testing.T) {
	o := newOffice(t)
	for line, want := range map[string]string{
		"周报 本周：拜访华东机电": "下周计划做什么？下周：", "周报 下周：签合同": "本周完成了什么？本周：", "周报 本周：\u200b\u3164 下周：签合同": "本周完成了什么？本周：",
	} {
		q := o.Asked("张伟", line)
		wants(t, q.Prompt+q.Prefix, want)
	}
	wants(t, o.Refused("李娜", full), "业务员提交", "市场主管")
	wants(t, o.Say("张伟", "周报 拜访华东机电 下周计划：签合同"), "【本周完成】\n│ 拜访华东机电")
}

func TestOnTimeReportsPushNothing(t *testing.T) {
	o := newOffice(t)
	if a := o.Answer("张伟", full); len(a.Notices) != 0 || a.Subject != "report/2026-W48/"+o.People["张伟"].ID {
		t.Errorf("notices %v, subject %q", a.Notices, a.Subject)
	}
	o.Clock("2026-11-27 12:30")
	a := o.Answer("刘洋", full)
	wants(t, one(t, o.to(a.Notices, "王芳")), "刘洋 交了第48周", "迟交 30 分钟")
	if a := o.Answer("刘洋", full); len(a.Notices) != 0 {
		t.Errorf("a later version told: %v", a.Notices)
	}
}

func TestVersionsArePunctualByTheFirst(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", full)
	o.Clock("2026-11-28 10:00")
	wants(t, o.Say("张伟", "改周报 下周：去深圳"), "按时（按第 1 版的时间）", "第 2 版", "去深圳", "拜访华东机电", "125,000.00 元")
	wants(t, o.Say("张伟", "看周报"), "去深圳", "第 1 版")
	wants(t, o.Say("王芳", "谁没交"), "张伟|已交|第 2 版")
	wants(t, o.Refused("刘洋", "改周报 下周：去深圳"), "还没有交周报")
	wants(t, o.Say("张伟", "改周报"), "周工作计划表", "去深圳")
}

func TestWithdrawnIsNoneAndLaterIsLate(t *testing.T) {
	o := newOffice(t)
	wants(t, o.Refused("张伟", "撤回周报"), "没有可撤回的")
	o.Say("张伟", full)
	o.Clock("2026-11-27 13:00")
	a := o.Answer("张伟", "撤回周报")
	wants(t, flat(a.Reply), "已撤回第48周", "算未交")
	wants(t, o.Say("王芳", "谁没交"), "张伟|未交")
	if text, err := o.Undo("张伟", "撤回周报", a); err != nil || text == "" {
		t.Fatalf("undo: %q, %v", text, err)
	}
	wants(t, o.Say("王芳", "谁没交"), "张伟|已交")
	o.Say("张伟", "撤回周报")
	wants(t, o.Say("张伟", full), "迟交 60 分钟", "第 2 版")
	wants(t, o.Refused("张伟", "撤回周报 第40周"), "最多撤回 4 周")
}

func TestUndoWithdrawsOneVersion(t *testing.T) {
	o := newOffice(t)
	first := o.Answer("张伟", full)
	second := o.Answer("张伟", "改周报 下周：去深圳")
	if _, err := o.Undo("张伟", "改周报", second); err != nil {
		t.Fatal(err)
	}
	wants(t, o.Say("张伟", "看周报"), "签滨海新材料", "!去深圳")
	if _, err := o.Undo("张伟", "周报", first); err != nil {
		t.Fatal(err)
	}
	wants(t, o.Say("王芳", "谁没交 本周"), "张伟|未交")
	if _, err := o.Undo("张伟", "周报", first); err == nil {
		t.Error("taken back twice")
	}
}

func TestFormIsFilledFromLastPlanAndCheckIns(t *testing.T) {
	o := newOffice(t)
	o.Clock("2026-11-19 09:00")
	o.Say("张伟", "周报 本周：旧事 下周：1. 拜访华东机电\n2、签滨海新材料")
	o.Clock("2026-11-24 10:00")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.CheckIns().Add(ctx, store.CheckIn{ID: tx.NewID(o.Now), Person: o.People["张伟"].ID, Day: store.DayOf(o.Now), At: o.Now, Place: "广州", Progress: "拜访客户\n谈价格"})
	})
	a := o.Answer("张伟", "周报")
	text := flat(a.Reply)
	wants(t, text, "周工作计划表 · 第48周", "上周计划 1：拜访华东机电", "上周计划 2：签滨海新材料", "完成/部分完成/未完成", "11-24 广州 拜访客户 谈价格", "还有 3 天 2 小时")
	form := a.Reply.Card.Form
	sent, err := o.Try("张伟", form.Command, handlerstest.Filled(map[string]string{"计划1": "完成", "计划2": "未完成", "原因": "第2项客户出国", "本周": "做了", "下周": "再做"}))
	if err != nil {
		t.Fatal(err)
	}
	wants(t, flat(sent.Reply), "周报已收到", "1. 拜访华东机电：完成", "2. 签滨海新材料：未完成", "第2项客户出国")
	wants(t, o.Say("王芳", "汇总 本周"), "2 项：完成 1，部分完成 0，未完成 1")
	wants(t, o.Say("王芳", "看周报 张伟 本周"), "2. 签滨海新材料：未完成")

	again := o.Answer("张伟", "周报").Reply.Card.Form
	wants(t, o.Say("张伟", "周报"), "做了", "再做", "第2项客户出国")
	if again.Fields[0].Value != "完成" || again.Fields[1].Value != "未完成" {
		t.Errorf("answers are lost: %v", again.Fields[:2])
	}
	wants(t, o.Say("张伟", "周报 本周：又做了 下周：还做"), "又做了", "2. 签滨海新材料：未完成", "第2项客户出国")
	wants(t, o.Refusal("张伟", form.Command, handlerstest.Filled(map[string]string{"计划1": "完成", "计划2": "未完成", "原因": " ", "本周": "做了", "下周": "再做"})).Text, "1 项未完成", "没有完成的原因")
}

func TestLongPartsStayAsTheyWere(t *testing.T) {
	o := newOffice(t)
	long := strings.Repeat("长", mostValue+1)
	o.Say("张伟", "周报 本周："+long+" 下周：签约 问题：缺样品")
	form := o.Answer("张伟", "周报").Reply.Card.Form
	for _, f := range form.Fields {
		if f.Name == partDone && (f.Value != "" || f.Required || f.Hint != "原文较长，留空不变") {
			t.Errorf("long part in the form: %+v", f)
		}
	}
	a, err := o.Try("张伟", form.Command, handlerstest.Filled(map[string]string{"本周": "", "下周": "改签约", "问题": ""}))
	if err != nil {
		t.Fatal(err)
	}
	wants(t, flat(a.Reply), long, "改签约", "!缺样品")
}

func TestLongReportIsCutInTheChat(t *testing.T) {
	o := newOffice(t)
	long := strings.Repeat("长", mostText)
	o.Say("张伟", "周报 本周："+long+" 下周："+long+" 问题："+long)
	wants(t, o.Say("张伟", "看周报"), "（过长，已截断）", "!附件")
}

func TestFormThreatensOnlyWhomItConcerns(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", full)
	o.Leave("刘洋", "2026-11-27", "李娜")
	o.Clock("2026-11-27 13:00")
	wants(t, o.Say("张伟", "改周报"), "!记为迟交")
	wants(t, o.Say("刘洋", "周报"), "!记为迟交")
	wants(t, o.Say("赵磊", "周报"), "记为迟交", "已过 1 小时")
}

func TestReminderOpensItsWeek(t *testing.T) {
	o := newOffice(t)
	o.Clock("2026-11-30 09:00")
	wants(t, o.Say("张伟", "提交周报 2026-W48"), "周工作计划表 · 第48周", "记为迟交")
}

func TestFormLeftOpenOverSundayIsForItsOwnWeek(t *testing.T) {
	o := newOffice(t)
	line := o.Answer("张伟", "周报").Reply.Card.Form.Command
	values := map[string]string{"本周": "做了", "下周": "再做"}
	o.Clock("2026-11-30 09:00")
	a, err := o.Try("张伟", line, handlerstest.Filled(values))
	if err != nil {
		t.Fatal(err)
	}
	wants(t, flat(a.Reply), "第48周", "迟交")
	o.Clock("2027-02-01 09:00")
	if _, err := o.Try("张伟", line, handlerstest.Filled(values)); err == nil {
		t.Error("a form of long ago was taken")
	}
	if _, err := o.Try("张伟", o.Answer("张伟", "周报").Reply.Card.Form.Command, handlerstest.Filled(map[string]string{"本周": " ", "下周": "x"})); err == nil {
		t.Error("a blank part was taken")
	}
}

func TestBackdating(t *testing.T) {
	o := newOffice(t)
	o.Clock("2026-11-30 09:00")
	wants(t, o.Say("张伟", full), "第49周", "按时", "第48周", "补交 2026-W48")
	wants(t, o.Say("张伟", "补交 上周 本周：做了 下周：再做"), "第48周", "迟交 4140 分钟")
	wants(t, o.Say("张伟", "补交 2026-W48 下周：不做了"), "第 2 版", "做了", "不做了")
	wants(t, o.Say("刘洋", "补交"), "周工作计划表 · 第48周", "记为迟交")
	wants(t, o.Refused("张伟", "补交 本周：做了 下周：再做"), "先写是哪一周")
	wants(t, o.Refused("张伟", "补交 第49周 本周：做了 下周：再做"), "以前的周")
	wants(t, o.Say("张伟", "补交 第45周 本周：做了 下周：再做"), "第45周")
	wants(t, o.Refused("张伟", "补交 第44周 本周：做了 下周：再做"), "最多补交 4 周")
	wants(t, o.Refused("李娜", "补交 上周 本周：做了 下周：再做"), "业务员提交")
}

func TestReportsOfOthersAreForTheHeads(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", full)
	wants(t, o.Refused("刘洋", "看周报 张伟"), "看别人的周报，只有总经理、市场总监、市场主管可以")
	for _, head := range []string{"陈总", "王芳", "李娜"} {
		a := o.Answer(head, "看周报 张伟 本周")
		wants(t, flat(a.Reply), "张伟 · 第48周周报", "125,000.00 元")
		if !a.Reply.Confidential {
			t.Error("another's report may be passed on")
		}
	}
	wants(t, o.Refused("王芳", "看周报 刘洋"), "没有交周报")
	wants(t, o.Refused("刘洋", "看周报"), "你还没有交周报")
	wants(t, o.Refused("王芳", "看周报 张伟 第50周"), "还没有开始")
}

func TestTooLongTextIsRefused(t *testing.T) {
	o := newOffice(t)
	long := make([]rune, mostText+1)
	for i := range long {
		long[i] = '长'
	}
	wants(t, o.Refused("张伟", "周报 本周："+string(long)+" 下周：x"), "一次最多 4000 个字")
}
