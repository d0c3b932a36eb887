package trip

import "testing"

// autumn is a trip over the National Day of 2026 with every kind of day.
func autumn(t *testing.T) *office {
	o := newOffice(t)
	o.Clock("2026-09-30 09:30")
	o.Say("张伟", "出差 广州 6天")
	o.Say("张伟", "签到 拜访甲")
	o.Clock("2026-09-30 15:00")
	o.Say("张伟", "签到 深圳 拜访乙")
	o.Clock("2026-10-02 10:00")
	o.Say("张伟", "签到 拜访丙")
	o.Leave("张伟", "2026-10-03", "张伟")
	o.Clock("2026-10-04 10:00")
	return o
}

func TestLedgerOfOnePerson(t *testing.T) {
	o := autumn(t)
	for _, as := range []string{"张伟", "王芳", "李娜", "陈总"} {
		text := o.Say(as, "签到记录 张伟")
		wants(t, text, "签到记录 · 张伟", "9月28日 周一 至 10月4日 周日（7 天）",
			"出差 4 天：2 次以上 1 天，1 次 1 天，0 次 1 天，今天待签到；请假 1 天。",
			"9月30日 周三|广州|2+|09:30、15:00|\n",
			"10月1日 周四|广州|0||国庆节", "10月2日 周五|广州|1|10:00|国庆节", "10月3日 周六|广州|—||国庆节，请假", "10月4日 周日|广州|待签到||",
			"进展（3 条）\n10-02 10:00 广州：拜访丙\n09-30 15:00 深圳：拜访乙\n09-30 09:30 广州：拜访甲")
	}
	wants(t, o.Say("张伟", "签到记录"), "签到记录 · 张伟")
	wants(t, o.Say("小林", "签到记录"), "没有出差，也没有签到")
}

func TestLedgerOfOthersIsForHeads(t *testing.T) {
	o := autumn(t)
	text := o.Refused("刘洋", "签到记录 张伟")
	wants(t, text, "只有总经理、市场总监、市场主管可以看", "签到记录（看自己的）")
	lacks(t, text, "广州")
	wants(t, o.Refused("小林", "签到记录 张伟"), "只有")
	wants(t, o.Refused("王芳", "签到记录 张三"), "张三")
}

func TestLedgerPeriods(t *testing.T) {
	o := autumn(t)
	wants(t, o.Say("张伟", "签到记录 3天"), "10月2日 周五 至 10月4日 周日（3 天）")
	wants(t, o.Say("王芳", "签到记录 9月 张伟"), "9月1日 周二 至 9月30日 周三（30 天）", "9月30日 周三|广州|2+")
	wants(t, o.Say("张伟", "签到记录 上周"), "9月21日 周一 至 9月27日 周日（7 天）", "没有出差，也没有签到")
	wants(t, o.Refused("张伟", "签到记录 明天"), "还没到", "签到记录 上周")
	wants(t, o.Refused("张伟", "签到记录 5-1至9-30"), "一次最多看 92 天")
}

func TestLedgerOfTheDepartment(t *testing.T) {
	o := autumn(t)
	o.Say("刘洋", "签到 佛山 拜访丁")
	for _, as := range []string{"王芳", "陈总"} {
		text := o.Say(as, "签到记录")
		wants(t, text, "签到记录 · 市场部", "张伟|4|1|1|1|1", "刘洋|0|0|0|0|0", "没有签到的日子\n张伟：10月1日（国庆节）")
		lacks(t, text, "小林", "拜访")
	}
	wants(t, o.Say("王芳", "签到记录 上周"), "没有人出差，也没有人签到")
}
