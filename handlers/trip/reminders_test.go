package trip

import (
	"context"
	"testing"

	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// only fails unless exactly these people are told something.
func only(t *testing.T, told map[string]string, names ...string) {
	t.Helper()
	if len(told) != len(names) {
		t.Errorf("told %v, want %v", told, names)
	}
	for _, n := range names {
		if told[n] == "" {
			t.Errorf("%s is told nothing", n)
		}
	}
}

func TestADayOnATripWithoutCheckIn(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", "出差 广州 3天")
	told := o.remind("2026-11-24 11:23")
	only(t, told, "张伟")
	wants(t, told["张伟"], "还没有签到", "11月24日 周二", "在广州出差", "[签到:签到]", "[出差 结束:出差 结束]", "2-4")
	told = o.remind("2026-11-24 17:23")
	only(t, told, "张伟")
	wants(t, told["张伟"], "还没有签到")
	told = o.remind("2026-11-24 20:11")
	only(t, told, "李娜")
	wants(t, told["李娜"], "出差未签到", "11月24日 周二，1 人出差但全天没有签到", "张伟|广州|11月24日 周二 至 11月26日 周四（3 天）", "签到记录 张伟")
}

func TestADayWithOneCheckInInTheMorning(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", "出差 广州 3天")
	o.Say("张伟", "签到 拜访客户")
	only(t, o.remind("2026-11-24 11:23"))
	told := o.remind("2026-11-24 17:23")
	only(t, told, "张伟")
	wants(t, told["张伟"], "下午有新进展吗", "已经够了", "没有就不用理会")
	only(t, o.remind("2026-11-24 20:11"))
}

func TestWhoHasDoneEnoughIsNotAsked(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", "出差 广州 3天")
	o.Say("张伟", "签到 拜访客户")
	o.Say("张伟", "签到 又拜访客户")
	o.Say("刘洋", "出差 广州 3天")
	o.Clock("2026-11-24 12:00")
	o.Say("刘洋", "签到 拜访客户")
	only(t, o.remind("2026-11-24 17:23"))
	o.Clock("2026-11-25 09:00")
	o.Say("张伟", "签到 回来了")
	o.Say("张伟", "出差 结束")
	only(t, o.remind("2026-11-25 17:23"), "刘洋")
	only(t, o.remind("2026-11-26 11:23"), "刘洋")
	only(t, o.remind("2026-11-27 11:23"))
}

func TestTripsAreChasedOnHolidaysButNotOnLeave(t *testing.T) {
	o := newOffice(t)
	o.Clock("2026-09-30 09:30")
	o.Say("张伟", "出差 广州 5天")
	o.Say("刘洋", "出差 广州 5天")
	o.Leave("刘洋", "2026-10-03", "刘洋")
	only(t, o.remind("2026-10-01 11:23"), "张伟", "刘洋")
	only(t, o.remind("2026-10-03 11:23"), "张伟")
	only(t, o.remind("2026-10-03 17:23"), "张伟")
	told := o.remind("2026-10-03 20:11")
	only(t, told, "李娜")
	lacks(t, told["李娜"], "刘洋")
}

func TestSilenceGoesUpTheLine(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", "出差 广州 3天")
	o.Say("李娜", "出差 深圳 3天")
	told := o.remind("2026-11-24 20:11")
	only(t, told, "李娜", "王芳")
	lacks(t, told["王芳"], "张伟")
	o.Leave("李娜", "2026-11-25", "李娜")
	o.Leave("李娜", "2026-11-26", "李娜")
	told = o.remind("2026-11-25 20:11")
	only(t, told, "王芳")
	wants(t, told["王芳"], "张伟|广州")
	lacks(t, told["王芳"], "深圳")
	o.Leave("王芳", "2026-11-26", "王芳")
	only(t, o.remind("2026-11-26 20:11"), "陈总")
}

func TestAVacantPostAboveIsToldToTheAdministrators(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", "出差 广州 3天")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.People().GiveDuty(ctx, o.People["小林"].ID, store.Administrator, o.Now); err != nil {
			return err
		}
		return tx.People().Stop(ctx, o.People["李娜"].ID, o.Now)
	})
	told := o.remind("2026-11-24 20:11")
	only(t, told, "王芳", "小林")
	wants(t, told["小林"], "市场主管没有人，出差未签到的提醒先转给王芳（市场总监）", "人员 岗位 姓名 市场主管")
	lacks(t, told["小林"], "张伟")
}

func TestKindOf(t *testing.T) {
	clocks := func(hours ...int) (list []rulebook.Clock) {
		for _, h := range hours {
			list = append(list, rulebook.Clock{Hour: h})
		}
		return list
	}
	for _, c := range []struct {
		at   []rulebook.Clock
		hour int
		want kind
	}{
		{clocks(11, 17, 20), 11, first}, {clocks(11, 17, 20), 17, middle}, {clocks(11, 17, 20), 20, last},
		{clocks(20, 11, 17), 20, last}, {clocks(20, 11, 17), 11, first}, {clocks(9, 20), 20, last}, {clocks(9, 20), 9, first},
		{clocks(15), 15, first}, {clocks(9, 9), 9, first}, {clocks(9, 12, 15, 20), 12, middle}, {clocks(9, 12, 15, 20), 15, middle},
	} {
		if got := kindOf(c.at, rulebook.Clock{Hour: c.hour}); got != c.want {
			t.Errorf("kindOf(%v, %d) = %d, want %d", c.at, c.hour, got, c.want)
		}
	}
}

func TestOldPlacesAreForgottenButNotTheDays(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", "出差 广州 1天")
	o.Say("张伟", "签到 拜访客户")
	forget := func(at string) {
		o.Clock(at)
		o.Job(o.h.Forget, store.Week{})
	}
	forget("2027-11-25 09:13")
	if in := o.checkIns("张伟"); len(in) != 1 || in[0].Progress != "拜访客户" {
		t.Errorf("forgotten too early: %+v", in)
	}
	forget("2027-11-26 09:13")
	if in := o.checkIns("张伟"); len(in) != 1 || in[0].Progress != "" || in[0].Place != "" {
		t.Errorf("kept %+v", in)
	}
	wants(t, o.Say("王芳", "签到记录 张伟 2026-11-24"), "11月24日 周二|广州|1|09:30|", "内容已过保存期")
}
