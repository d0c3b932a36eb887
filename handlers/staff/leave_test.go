package staff

import (
	"context"
	"strings"
	"testing"
	"time"

	"marketbot/store"
)

// leaves is somebody's leave that counts, as first..last.
func (o *office) leaves(name string) string {
	o.T.Helper()
	var words []string
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		list, err := tx.Leaves().Of(ctx, o.People[name].ID, "")
		for _, l := range list {
			words = append(words, string(l.First[5:])+".."+string(l.Last[5:]))
		}
		return err
	})
	return strings.Join(words, " ")
}

func TestOwnLeave(t *testing.T) {
	o := newOffice(t)
	a := o.Answer("张伟", "请假 11-26 至 11-27 看病")
	wants(t, flat(a.Reply), "张伟 请假 2026年11月26日 周四 至 11月27日 周五（2 天）", "算请假", "撤销", "销假")
	if strings.Contains(flat(a.Reply), "看病") {
		t.Error("says the reason where others may read it")
	}
	wants(t, o.Told(a.Notices)["李娜"], "张伟 请假", "事由：看病")
	if o.leaves("张伟") != "11-26..11-27" {
		t.Errorf("stored %s", o.leaves("张伟"))
	}
	wants(t, o.Refused("张伟", "请假 11-27"), "已经登记请假", "销假")
	wants(t, o.Say("张伟", "请假 11-27 至 11-30"), "重叠")
	if _, err := o.Undo("张伟", "请假", a); err != nil || o.leaves("张伟") != "11-27..11-30" {
		t.Errorf("undo: %v, %s", err, o.leaves("张伟"))
	}
	if _, err := o.Undo("张伟", "请假", a); err == nil {
		t.Error("undone twice")
	}
}

func TestLeaveAsksForTheDays(t *testing.T) {
	o := newOffice(t)
	wants(t, o.Asked("张伟", "请假").Prompt, "哪几天")
	wants(t, o.Refused("张伟", "请假 2062-11-24"), "太远")
	wants(t, o.Refused("张伟", "请假 2026-12-01 至 2028-12-01"), "一次最多")
	o.Refused("张伟", "请假 看病")
}

func TestLeaveOfOthersNeedsTheRight(t *testing.T) {
	o := newOffice(t)
	wants(t, o.Refused("张伟", "请假 李娜 明天"), "只有市场总监、市场主管可以")
	a := o.Answer("李娜", "请假 张伟 明天")
	wants(t, flat(a.Reply), "张伟 请假 2026年11月25日 周三", "销假 张伟")
	wants(t, o.Told(a.Notices)["张伟"], "李娜替你登记了请假")
	wants(t, o.Say("张伟", "请假 张伟 后天"), "张伟 请假")
	wants(t, o.Refused("张伟", "销假 李娜"), "只有")
}

func TestLeaveEnteredAfterwards(t *testing.T) {
	o := newOffice(t)
	wants(t, o.Say("张伟", "请假 2026-11-20"), "要由主管或总监登记才算请假")
	head := o.Say("李娜", "请假 张伟 2026-11-20") // counts now, so it is no repetition
	if strings.Contains(head, "补登") {
		t.Error("warns a head")
	}
	wants(t, o.Refused("王芳", "请假 张伟 2026-11-20"), "已经登记")
}

func TestLeaveSaysWhatBecomesOfTheReports(t *testing.T) {
	o := newOffice(t)
	for _, tt := range []struct{ as, line, want string }{
		{"张伟", "请假 11-26 至 11-27", "第48周周报算请假"},
		{"张伟", "请假 11-30 至 12-01", "第49周周报 12月4日 周五 12:00 截止，不在请假内，照交"},
		{"张伟", "请假 12-10 至 12-15", "第50周周报算请假。\n第51周周报 12月18日 周五 12:00 截止"},
		{"张伟", "请假 2026-12-21 至 2027-01-29", "第52周至第4周（共 6 周）周报算请假。"},
		{"张伟", "请假 11-19 至 11-20", "第47周周报截止已过，要由主管或总监登记才算请假（会-3）"},
		{"李娜", "请假 张伟 11-19 至 11-20", "第47周周报算请假"},
		{"张伟", "请假 11-28", "第48周周报算请假"},
	} {
		wants(t, o.Say(tt.as, tt.line), tt.want)
	}
	text := o.Say("李娜", "请假 11-26 至 11-27")
	if wants(t, text, "期间不催签到"); strings.Contains(text, "周报") {
		t.Errorf("of a report that is not owed: %s", text)
	}
	text = o.Say("陈总", "请假 明天")
	if strings.Contains(text, "周报") || strings.Contains(text, "签到") {
		t.Errorf("of what is not owed: %s", text)
	}
}

func TestComingBackEarly(t *testing.T) {
	o := newOffice(t)
	wants(t, o.Refused("张伟", "销假"), "没有登记请假")
	o.Say("张伟", "请假 11-24 至 11-27")
	o.Say("张伟", "请假 12-07 至 12-08")
	o.Now = o.Now.AddDate(0, 0, 2)
	a := o.Answer("张伟", "销假")
	wants(t, flat(a.Reply), "从今天（11月26日 周四）起恢复")
	wants(t, o.Told(a.Notices)["李娜"], "张伟")
	if o.leaves("张伟") != "11-24..11-25 12-07..12-08" {
		t.Errorf("stored %s", o.leaves("张伟"))
	}
	if _, err := o.Undo("张伟", "销假", a); err != nil || o.leaves("张伟") != "11-24..11-27 12-07..12-08" {
		t.Errorf("undo: %v, %s", err, o.leaves("张伟"))
	}
	o.Say("李娜", "销假 张伟")
	wants(t, o.Say("张伟", "销假"), "已取消：张伟 2026年12月7日 周一 至 12月8日 周二（2 天）的请假")
	if o.leaves("张伟") != "11-24..11-25" {
		t.Errorf("stored %s", o.leaves("张伟"))
	}
}

func TestLeaveKeepsWhenItWasEntered(t *testing.T) {
	o := newOffice(t)
	entered := o.Now
	o.Say("张伟", "请假 11-24 至 11-27 看病")
	o.Now = o.Now.Add(48 * time.Hour)
	o.Say("张伟", "销假")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		list, err := tx.Leaves().Of(ctx, o.People["张伟"].ID, "2026-11-23")
		if len(list) != 1 || !list[0].Entered.Equal(entered) || list[0].Reason != "看病" || list[0].By != o.People["张伟"].ID {
			t.Errorf("%+v", list)
		}
		return err
	})
}
