package report

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"marketbot/handlers/handlerstest"
	"marketbot/store"
)

func TestWhoIsMissing(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", full)
	o.Leave("赵磊", "2026-11-27", "赵磊")
	o.Clock("2026-11-27 12:10")
	o.Say("刘洋", full)
	wants(t, o.Say("李娜", "谁没交"), "已交 2/2", "张伟|已交|第 1 版", "刘洋|迟交 10 分钟", "赵磊|请假", "截止=11月27日 周五 12:00", "还没上报（11月30日 周一 11:00 截止）", "!汇总 2026")
	wants(t, o.Say("王芳", "谁没交 第48周"), "[汇总:")
	wants(t, o.Refused("张伟", "谁没交"), "只有总经理、市场总监、市场主管")
	wants(t, o.Refused("王芳", "谁没交 第52周"), "还没有开始")
}

func TestLeaveEnteredAfterwardsCountsOnlyFromAHead(t *testing.T) {
	o := newOffice(t)
	o.Clock("2026-11-27 12:00")
	o.Leave("张伟", "2026-11-27", "张伟")
	o.Leave("刘洋", "2026-11-27", "李娜")
	o.Leave("赵磊", "2026-11-26", "李娜")
	wants(t, o.Say("王芳", "谁没交"), "张伟|未交", "刘洋|请假", "赵磊|未交")
}

func TestWeekThatIsMeant(t *testing.T) {
	for _, tt := range []struct {
		why, at, want string
		sentUp        bool
	}{
		{"last week while it is not sent up", "2026-11-30 09:00", "第48周", false},
		{"this week once last is sent up", "2026-11-30 09:00", "第49周", true},
		{"this week once it is due", "2026-12-04 12:00", "第49周", false},
		{"before this week's due", "2026-12-04 11:59", "第48周", false},
	} {
		t.Run(tt.why, func(t *testing.T) {
			o := newOffice(t)
			o.Clock("2026-11-28 09:00")
			if tt.sentUp {
				o.confirm("王芳", "上报")
			}
			o.Clock(tt.at)
			wants(t, o.Say("王芳", "谁没交"), tt.want)
		})
	}
}

func TestAfterAHolidayTheWeekBeforeItIsMeant(t *testing.T) {
	o := newOffice(t)
	o.Clock("2026-02-12 09:00")
	o.Say("张伟", full)
	o.Clock("2026-02-24 10:00")
	wants(t, o.Say("王芳", "汇总"), "第7周（02-09 至 02-15）", "2月24日 周二 11:00 截止")
}

func TestChasing(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", full)
	o.Leave("赵磊", "2026-11-27", "赵磊")
	o.Clock("2026-11-27 12:10")
	a := o.Answer("王芳", "催交")
	wants(t, flat(a.Reply), "已私信提醒 1 人：刘洋", "请假，不催：赵磊")
	wants(t, one(t, o.to(a.Notices, "刘洋")), "周报还没交", "已过 10 分钟", "[填写周报:", "周报 本周：… 下周：…")
	o.Clock("2026-11-27 12:40")
	wants(t, o.Say("陈总", "催交"), "已私信提醒 1 人：刘洋")
	o.Clock("2026-11-27 13:09")
	again := o.Answer("李娜", "催交 刘洋")
	wants(t, flat(again.Reply), "30 分钟内刚提醒过，这次没有再发：刘洋")
	if len(again.Notices) != 0 {
		t.Error("chased twice")
	}
	wants(t, o.Refused("王芳", "催交 张伟"), "已经交了（已交）")
	wants(t, o.Refused("王芳", "催交 赵磊"), "请假")
	wants(t, o.Refused("王芳", "催交 李娜"), "不用交周报")
	wants(t, o.Refused("张伟", "催交"), "只有")
	o.Clock("2026-11-30 09:00")
	wants(t, one(t, o.to(o.Answer("王芳", "催交").Notices, "刘洋")), "[补交:", "补交 2026-W48")
	o.Say("刘洋", "补交 上周 本周：做了 下周：再做")
	wants(t, o.Say("王芳", "催交"), "没有人要催：已交 2/2，请假 1 人")
}

func TestSendingUp(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", full)
	o.Clock("2026-11-25 10:00")
	o.Clock("2026-11-27 11:00")
	wants(t, o.Refused("李娜", "上报"), "只有市场总监")
	o.Clock("2026-11-30 10:12")
	draft := o.Answer("王芳", "汇总")
	wants(t, flat(draft.Reply), "第48周 周报汇总（草稿）", "应交=3 人", "未交=刘洋、赵磊", "张伟|已交|拜访华东机电|签滨海新材料", "125,000.00 元（1 人）", "[上报:")
	if len(draft.Files) != 1 || !strings.HasPrefix(draft.Files[0].Recipe, "consolidated:2026-W48/"+o.People["王芳"].ID+"/") {
		t.Errorf("files %v", draft.Files)
	}
	preview := o.Answer("王芳", "上报 回款偏慢")
	wants(t, flat(preview.Reply), "上报预览", "陈总（总经理）", "还有 2 人未交：刘洋、赵磊", "总监意见：回款偏慢")
	o.Say("刘洋", "补交 上周 本周：晚交 下周：再做")
	changed, err := o.Try("王芳", "上报 回款偏慢", handlerstest.Confirmed(preview.Confirm))
	if err != nil {
		t.Fatal(err)
	}
	wants(t, flat(changed.Reply), "预览之后又有变化", "晚交")
	a, err := o.Try("王芳", "上报 回款偏慢", handlerstest.Confirmed(changed.Confirm))
	if err != nil {
		t.Fatal(err)
	}
	wants(t, flat(a.Reply), "已上报陈总（总经理）", "按时", "2 份原件")
	got := o.to(a.Notices, "陈总")
	if len(got) != 2 {
		t.Fatalf("%d messages to the general manager", len(got))
	}
	wants(t, got[0], "第48周 周报汇总", "王芳 11月30日 周一 10:12，按时", "张伟（业务员）· 已交", "刘洋（业务员）· 迟交", "未交=赵磊", "总监意见：回款偏慢", "[已阅:", "[批示:")
	wants(t, got[1], "2026-W48.xlsx")
	wants(t, o.Refused("王芳", "上报"), "第49周", "才截止")
	wants(t, o.Say("王芳", "汇总 第48周"), "（已上报）", "总经理未阅", "![上报:")
}

func TestSendingUpLateAndEarly(t *testing.T) {
	o := newOffice(t)
	wants(t, flat(o.confirm("王芳", "上报").Reply), "第47周", "按时") // Monday 09:00: last week
	wants(t, o.Refused("王芳", "上报"), "才截止，还有 3 人没交，现在上报太早")
	wants(t, o.Say("王芳", "汇总"), "（草稿）", "[催交:", "![上报:")
	o.Clock("2026-11-30 11:00")
	wants(t, flat(o.confirm("王芳", "上报").Reply), "迟报 1 分钟")
	o.Clock("2026-10-08 10:59")
	wants(t, flat(o.confirm("王芳", "上报").Reply), "第40周", "按时") // Monday and more off: Thursday 11:00
}

func TestAfterSendingUpWordsAreSupplements(t *testing.T) {
	o := newOffice(t)
	first := o.Answer("张伟", full)
	o.Clock("2026-11-28 10:00")
	o.confirm("王芳", "上报")
	a := o.confirm("张伟", "改周报 问题：客户要加急")
	wants(t, flat(a.Reply), "第 2 版（补充）", "按时（按第 1 版的时间）", "不能撤回")
	wants(t, one(t, o.to(a.Notices, "陈总")), "补充 · 第48周 · 张伟", "客户要加急", "!拜访华东机电")
	wants(t, one(t, o.to(a.Notices, "王芳")), "已转陈总（总经理）")
	if a.Undo != "" {
		t.Error("what was forwarded can be taken back")
	}
	if _, err := o.Undo("张伟", "周报", first); err == nil {
		t.Error("a frozen version was taken back")
	}
	wants(t, o.Refused("张伟", "撤回周报"), "已经上报总经理，不能撤回")
	late := o.Answer("刘洋", "周报 本周：晚交 下周：再做")
	wants(t, flat(late.Reply), "第 1 版（迟交）", "作为迟交转给了总经理")
	wants(t, one(t, o.to(late.Notices, "陈总")), "迟交 · 第48周 · 刘洋", "晚交")
	wants(t, one(t, o.to(late.Notices, "王芳")), "刘洋 交了第48周", "迟交 1320 分钟", "上报之后才到")
	wants(t, o.Say("陈总", "看周报 张伟"), "拜访华东机电", "补充 · 第 2 版")
	wants(t, o.Say("王芳", "汇总 第48周"), "刘洋|迟交", "【补充 11月28日 周六 10:00】")
}

func TestGeneralManagerReadsAndComments(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", full)
	wants(t, o.Refused("陈总", "已阅"), "还没有上报过")
	wants(t, o.Refused("陈总", "批示 第48周 好"), "还没有上报")
	o.Clock("2026-11-28 10:00")
	o.confirm("王芳", "上报")
	wants(t, o.Refused("王芳", "已阅"), "只有总经理")
	a := o.Answer("陈总", "已阅")
	wants(t, flat(a.Reply), "第48周", "已阅")
	wants(t, one(t, o.to(a.Notices, "王芳")), "陈总（总经理）已阅第48周")
	wants(t, o.Say("陈总", "已阅 2026-W48"), "之前已经标过已阅")
	wants(t, o.Say("王芳", "谁没交 第48周"), "陈总 已阅 11月28日 周六 10:00")
	preview := o.Answer("陈总", "批示 周五前张伟要给方案")
	wants(t, flat(preview.Reply), "批示预览 · 第48周", "确认后转给：王芳（市场总监）、张伟（业务员）", "不能撤回")
	if preview.Confirm == "" || len(preview.Notices) != 0 {
		t.Error("passed on before it was confirmed")
	}
	said := o.confirm("陈总", "批示 周五前张伟要给方案")
	wants(t, flat(said.Reply), "已转：王芳（市场总监）、张伟（业务员）")
	wants(t, one(t, o.to(said.Notices, "张伟")), "总经理批示 · 第48周", "周五前张伟要给方案")
	wants(t, flat(o.confirm("陈总", "批示 2026-W48 大家辛苦").Reply), "已转：王芳（市场总监）。")
	wants(t, o.Say("张伟", "看周报"), "周五前张伟要给方案", "!大家辛苦")
	wants(t, o.Asked("陈总", "批示 2026-W48").Prompt, "请写批示的内容")
	wants(t, o.Refused("张伟", "批示 好"), "只有总经理")
}

func TestVacantGeneralManager(t *testing.T) {
	o := newOffice(t)
	o.Clock("2026-11-28 10:00")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.People().Stop(ctx, o.People["陈总"].ID, o.Now)
	})
	wants(t, o.Refused("王芳", "上报"), "没有人可以收")
	o.Register("董事", store.ExecutiveDirector)
	a := o.confirm("王芳", "上报")
	wants(t, flat(a.Reply), "董事（执行董事）")
	wants(t, o.to(a.Notices, "董事")[0], "周报汇总", "[已阅:", "[批示:")
	wants(t, flat(o.confirm("董事", "批示 大家辛苦").Reply), "已转：王芳（市场总监）")
	wants(t, o.Say("董事", "已阅"), "之前已经标过已阅")
	wants(t, one(t, o.to(a.Notices, "王芳")), "总经理没有人", "人员 岗位")
}

func TestExecutiveDirectorOnlyStandsIn(t *testing.T) {
	o := newOffice(t)
	o.Register("董事", store.ExecutiveDirector)
	o.Clock("2026-11-28 10:00")
	o.confirm("王芳", "上报")
	wants(t, o.Refused("董事", "已阅"), "现在有总经理")
	wants(t, o.Refused("董事", "批示 好"), "现在有总经理")
	wants(t, o.Refused("张伟", "批示 好"), "只有总经理")
}

func TestSendingUpANamedWeek(t *testing.T) {
	o := newOffice(t)
	o.Clock("2026-11-27 12:30")
	wants(t, o.Say("王芳", "汇总 上周"), "第47周", "上报 2026-W47", "催交 2026-W47")
	wants(t, flat(o.confirm("王芳", "上报 2026-W47 回款偏慢").Reply), "第47周", "已上报")
	wants(t, o.Say("王芳", "上报"), "上报预览 · 第48周")
	wants(t, o.Say("王芳", "上报 上周回款偏慢，本周跟进"), "第48周", "总监意见：上周回款偏慢，本周跟进")
	wants(t, o.Refused("王芳", "上报 第52周"), "还没有开始")
	wants(t, o.Refused("王芳", "上报 "+strings.Repeat("长", mostOpinion+1)), "最多 1000 个字")
}

func TestChasingANamedWeek(t *testing.T) {
	o := newOffice(t)
	o.Clock("2026-11-27 12:30")
	a := o.Answer("王芳", "催交 上周")
	wants(t, flat(a.Reply), "第47周")
	wants(t, one(t, o.to(a.Notices, "刘洋")), "第47周", "补交 2026-W47", "提交周报 2026-W47")
	wants(t, o.Say("王芳", "催交 刘洋 第48周"), "第48周", "刚提醒过")
}

func TestMentioned(t *testing.T) {
	people := []store.Person{{ID: "1", Name: "张伟"}, {ID: "2", Name: "张伟明"}, {ID: "3", Name: "李娜"}}
	for _, tt := range []struct{ text, want string }{
		{"张伟明的方案再细化", "2"},
		{"张伟明和张伟一起去", "1 2"},
		{"李娜带张伟", "1 3"},
		{"大家辛苦", ""},
	} {
		var ids []string
		for _, p := range mentioned(people, tt.text) {
			ids = append(ids, p.ID)
		}
		if got := strings.Join(ids, " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestWhatComesUnaskedIsNeitherOwedNorLate(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", full)
	o.Leave("刘洋", "2026-11-27", "李娜")
	o.Clock("2026-11-27 13:00")
	o.Register("新人", store.Salesperson)
	a := o.Answer("刘洋", full)
	wants(t, flat(a.Reply), "请假，不计迟交")
	wants(t, o.Say("新人", full), "不用交，不计迟交")
	if len(a.Notices) != 0 {
		t.Error("told of as late")
	}
	wants(t, o.Say("王芳", "谁没交"), "已交 1/2", "刘洋|请假（已交）", "新人|不用交（已交）", "另收到=2 份")
	wants(t, o.Say("王芳", "汇总"), "应交=2 人", "请假=刘洋（已交）", "刘洋（业务员）· 请假（已交）")
	wants(t, o.Say("王芳", "看周报 刘洋"), "请假（已交）")
	o.Clock("2026-11-30 09:00")
	wants(t, o.Say("赵磊", "补交 上周 本周：做了 下周：再做"), "迟交")
}

func TestOwedByThePostAtTheDue(t *testing.T) {
	o := newOffice(t)
	o.Clock("2026-11-27 15:00")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.People().SetPost(ctx, o.People["张伟"].ID, store.Supervisor, o.Now); err != nil {
			return err
		}
		return tx.People().SetPost(ctx, o.People["李娜"].ID, store.Salesperson, o.Now)
	})
	o.Clock("2026-11-30 09:00")
	wants(t, o.Say("王芳", "谁没交"), "已交 0/3", "张伟|未交", "!李娜")
	wants(t, o.Say("张伟", "补交 上周 本周：做了 下周：再做"), "第48周", "迟交")
	wants(t, o.Refused("张伟", full), "业务员提交")
}

func TestExcelHoldsTableAndOriginals(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", "周报 本周：=1+1 下周：＝SUM(A1)\x07 回款：-5")
	o.Say("张伟", "改周报 下周：正常")
	o.Say("刘洋", full)
	o.Say("刘洋", "撤回周报")
	var data []byte
	err := o.DB.View(t.Context(), func(tx *store.Tx) (err error) {
		data, err = o.h.Files()["consolidated"](t.Context(), tx, "2026-W48/"+o.People["王芳"].ID+"/"+fmt.Sprint(o.Now.Unix()))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	text := map[string]string{}
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			text[sheet] += strings.Join(row, "|") + "\n"
		}
	}
	wants(t, text["汇总"], "第48周（11-23 至 11-29）", "未上报（草稿）", "张伟|业务员|已交|2||=1+1|正常|-5", "查看人 王芳", "制表日期 2026-11-23", "刘洋|业务员|未交")
	wants(t, text["原件"], "张伟|业务员|1|2026-11-23 09:00:00|按时||=1+1|＝SUM(A1)�|-5", "张伟|业务员|2|", "!刘洋")
	err = o.DB.View(t.Context(), func(tx *store.Tx) error {
		_, err := o.h.Files()["consolidated"](t.Context(), tx, "no week")
		return err
	})
	if err == nil {
		t.Error("a file of no week was made")
	}
}
