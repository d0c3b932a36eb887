package trip

import (
	"strings"
	"testing"

	"marketbot/handlers/command"
	"marketbot/handlers/handlerstest"
)

func TestTripIsDeclaredWithInclusiveDays(t *testing.T) {
	for line, want := range map[string]string{
		"出差 广州 3天 拜访客户":            "时间=11月24日 周二 至 11月26日 周四（3 天）\n事由=拜访客户",
		"出差 广州3天":                  "时间=11月24日 周二 至 11月26日 周四（3 天）",
		"出差广州 1天":                  "时间=11月24日 周二（1 天）",
		"出差 广州 明天至周五":              "时间=11月25日 周三 至 11月27日 周五（3 天）",
		"出差 明天 广州 3天 谈合同":          "时间=11月25日 周三 至 11月27日 周五（3 天）\n事由=谈合同",
		"出差 广州 11-28":              "时间=11月28日 周六（1 天）",
		"出差 广州 11-20至11-25":        "时间=11月20日 周五 至 11月25日 周三（6 天）",
		"cc 广州 12-31 至 2027-01-02": "时间=12月31日 周四 至 1月2日 周六（3 天）",
	} {
		t.Run(line, func(t *testing.T) {
			o := newOffice(t)
			wants(t, o.Say("张伟", line), "已登记出差", "地点=广州", want, "出差 结束", "[签到:签到]", "2-4")
		})
	}
}

func TestTripThatCannotBeIsRefused(t *testing.T) {
	o := newOffice(t)
	for line, want := range map[string]string{
		"出差 广州 11-20":                           "已经过去",
		"出差 广州 11-10至11-30":                     "最多补登 7 天",
		"出差 广州 2028-01-01":                      "太远",
		"出差 广州 11-24至2027-06-30":                "最多 180 天",
		"出差 广州 拜访客户":                            "没看懂出差的时间「拜访客户」",
		"出差 3天":                                 "还差地点",
		"出差 " + strings.Repeat("远", 31) + " 3天": "地点太长",
		"出差 广州 2026-11-27至2026-11-25":           "早于",
	} {
		wants(t, o.Refused("张伟", line), want, "出差 广州 3天")
	}
	wants(t, o.Asked("张伟", "出差 广州").Prompt, "去几天")
	wants(t, o.Refused("小林", "出差 广州 3天"), "只有市场总监、市场主管、业务员可以")
	wants(t, o.Refused("陈总", "出差"), "只有")
	wants(t, o.Say("张伟", "出差"), "没有人出差")
}

func TestNewTripReplacesTheRestOfTheOld(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", "出差 深圳 5天")
	o.Clock("2026-11-26 09:00")
	line := "出差 广州 3天"
	a := o.Answer("张伟", line)
	wants(t, flat(a.Reply), "原来的出差 深圳 改到 11月25日 周三 为止", "11月26日 周四 至 11月28日 周六")
	wants(t, o.Say("刘洋", "出差"), "11月26日 周四 1 人出差：张伟", "张伟|广州|11月26日 周四 至 11月28日 周六（3 天）|在外")

	text, err := o.Undo("张伟", line, a)
	if err != nil {
		t.Fatal(err)
	}
	wants(t, text, "出差 广州", "原来登记的出差恢复")
	wants(t, o.Say("刘洋", "出差"), "张伟|深圳|11月24日 周二 至 11月28日 周六（5 天）|在外")
	if _, err := o.Undo("张伟", line, a); err == nil {
		t.Error("taken back twice")
	}
	wants(t, o.Refused("张伟", "出差 珠海 11-25至11-27"), "过去的日子已经登记为出差：深圳", "出差 珠海 今天至11月27日")
	wants(t, o.Say("张伟", "出差 珠海 今天至11月27日"), "原来的出差 深圳 改到 11月25日")

	o.Say("刘洋", "出差 佛山 11-28")
	wants(t, o.Say("刘洋", "出差 中山 11-27至11-29"), "代替了原来的出差：佛山 11月28日 周六（1 天）")
}

func TestTripEndsByItself(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", "出差 深圳 2天")
	o.Clock("2026-11-25 23:59")
	wants(t, o.Say("刘洋", "出差"), "1 人出差：张伟")
	o.Clock("2026-11-26 00:00")
	wants(t, o.Say("刘洋", "出差"), "没有人出差")
	wants(t, o.Refused("张伟", "出差 结束"), "没有登记出差")
}

func TestTripIsEndedEarly(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", "出差 深圳 5天")
	a := o.Answer("张伟", "出差 结束")
	wants(t, flat(a.Reply), "出差已结束", "深圳 11月24日 周二（1 天）", "今天还没有签到", "[签到:签到]")
	wants(t, o.Refused("张伟", "出差 结束"), "没有登记出差")
	wants(t, o.Say("刘洋", "出差"), "今天结束")
	text, err := o.Undo("张伟", "出差 结束", a)
	if err != nil {
		t.Fatal(err)
	}
	wants(t, text, "深圳 11月24日 周二 至 11月28日 周六（5 天）照旧")
	if _, err := o.Undo("张伟", "出差 结束", a); err == nil {
		t.Error("taken back twice")
	}

	o.Say("张伟", "签到 拜访客户")
	lacks(t, o.Say("张伟", "出差 结束"), "还没有签到")
	o.Say("张伟", "出差 广州 11-28至11-29")
	wants(t, o.Say("张伟", "出差结束"), "已取消出差", "广州 11月28日")
	wants(t, o.Say("刘洋", "出差"), "1 人出差：张伟")
}

func TestGroupReadsOnlyNamesOfWhoIsAway(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", "出差 深圳 5天 谈合同")
	text := o.Say("刘洋", "出差", handlerstest.InGroup)
	wants(t, text, "1 人出差：张伟", "私聊")
	lacks(t, text, "深圳", "谈合同", "11月28日")
}

func TestGroupHearsOfATripWhoAndWhichCity(t *testing.T) {
	o := newOffice(t)
	text := o.Say("张伟", "出差 深圳 5天 谈合同", handlerstest.InGroup)
	wants(t, text, "张伟 · 深圳", "私聊")
	lacks(t, text, "谈合同", "11月28日")
	text = o.Say("张伟", "出差 华东机电 2天", handlerstest.InGroup)
	wants(t, text, "代替了原来登记的出差")
	lacks(t, text, "深圳", "华东机电")
	text = o.Say("张伟", "签到 广州 拜访客户", handlerstest.InGroup)
	wants(t, text, "张伟 · 09:30 · 广州", "今天第 1 次")
	lacks(t, text, "拜访客户", "11月25日")
	text = o.Say("张伟", "签到 谈妥了", handlerstest.InGroup)
	wants(t, text, "张伟 · 09:30", "今天第 2 次")
	lacks(t, text, "华东机电")
	wants(t, o.Say("张伟", "出差 结束", handlerstest.InGroup), "出差已结束", "张伟")
}

func TestAnEarlierTripIsNotTakenBackBeforeALaterOne(t *testing.T) {
	o := newOffice(t)
	first := o.Answer("张伟", "出差 深圳 5天")
	second := o.Answer("张伟", "出差 广州 2天")
	if _, err := o.Undo("张伟", "出差", first); err == nil {
		t.Error("taken back beneath the trip that replaced it")
	}
	for _, a := range []*command.Answer{second, first} {
		if _, err := o.Undo("张伟", "出差", a); err != nil {
			t.Error(err)
		}
	}
	wants(t, o.Say("刘洋", "出差"), "没有人出差")

	o.Say("张伟", "出差 深圳 5天")
	end := o.Answer("张伟", "出差 结束")
	o.Say("张伟", "出差 佛山 明天至周五")
	if _, err := o.Undo("张伟", "出差 结束", end); err == nil {
		t.Error("two trips on one day")
	}
}

func TestATripThatEndedTodayIsNotEndedAgain(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", "出差 深圳 5天")
	wants(t, o.Say("张伟", "出差"), "[结束我的出差:出差 结束]")
	o.Say("张伟", "出差 结束")
	lacks(t, o.Say("张伟", "出差"), "结束我的出差")
	lacks(t, o.remind("2026-11-24 17:23")["张伟"], "出差 结束")
}
