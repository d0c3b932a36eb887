package webchat

import (
	"time"

	"marketbot/store"
)

// Sample is the department that the demo plays.
func Sample() []Persona {
	return []Persona{
		{Account: "zhangwei", Name: "张伟", Post: store.Salesperson, Note: "常出差广州"},
		{Account: "liuyang", Name: "刘洋", Post: store.Salesperson, Note: "周报常忘"},
		{Account: "lina", Name: "李娜", Post: store.Salesperson, Note: "按时交，要离职"},
		{Account: "zhaoqiang", Name: "赵强", Post: store.Supervisor, Note: "管考勤与档案"},
		{Account: "wangfang", Name: "王芳", Post: store.MarketingDirector, Duties: []store.Duty{store.Administrator}, Note: "兼管理员"},
		{Account: "chenzong", Name: "陈总", Post: store.GeneralManager, Note: "看汇总、批示"},
		{Account: "zhoujie", Name: "周姐", Post: store.OtherEmployee, Duties: []store.Duty{store.Archivist}, Note: "档案员，管合同原件"},
		{Account: "xiaoqian", Name: "小钱", Post: store.OtherEmployee, Duties: []store.Duty{store.Accountant}, Note: "财务"},
		{Account: "xiaolin", Name: "小林", Post: store.OtherEmployee, Note: "行政，无档案权限"},
	}
}

// SampleGroup is the sample department's group.
func SampleGroup() Group { return Group{ID: "market", Name: "市场部群"} }

// Start is when the demo begins: Thursday 09:30 of the week of now, in the
// zone that now carries, so that the tour's week is this week.
func Start(now time.Time) time.Time {
	monday := store.WeekOf(now).Monday(now.Location())
	return monday.AddDate(0, 0, 3).Add(9*time.Hour + 30*time.Minute)
}

// moment is a minute of the week that the page jumps to with one press.
type moment struct {
	ID      string       `json:"id"`
	Label   string       `json:"label"`
	Weekday time.Weekday `json:"-"`
	Hour    int          `json:"-"`
	Minute  int          `json:"-"`
	Main    bool         `json:"main"` // stands in the bar, the others in its menu
}

// moments are the weekly moments of the default timetable.
func moments() []moment {
	return []moment{
		{ID: "thu-1647", Label: "周四16:47", Weekday: time.Thursday, Hour: 16, Minute: 47, Main: true},
		{ID: "fri-1043", Label: "周五10:43", Weekday: time.Friday, Hour: 10, Minute: 43},
		{ID: "fri-1200", Label: "周五12:00 截止", Weekday: time.Friday, Hour: 12, Minute: 0, Main: true},
		{ID: "fri-1307", Label: "周五13:07", Weekday: time.Friday, Hour: 13, Minute: 7, Main: true},
		{ID: "mon-0937", Label: "周一09:37", Weekday: time.Monday, Hour: 9, Minute: 37},
		{ID: "mon-1033", Label: "周一10:33", Weekday: time.Monday, Hour: 10, Minute: 33},
		{ID: "mon-1100", Label: "周一11:00", Weekday: time.Monday, Hour: 11, Minute: 0, Main: true},
	}
}

// next is the first such moment after now.
func (m moment) next(now time.Time) time.Time {
	days := (int(m.Weekday) - int(now.Weekday()) + 7) % 7
	t := time.Date(now.Year(), now.Month(), now.Day()+days, m.Hour, m.Minute, 0, 0, now.Location())
	if !t.After(now) {
		t = t.AddDate(0, 0, 7)
	}
	return t
}

// quick is a command that the page offers beside the composer. With Fill it is
// only put into the composer, since something must follow.
type quick struct {
	Label   string `json:"label"`
	Command string `json:"command"`
	Fill    bool   `json:"fill,omitempty"`
}

// quicks are the offers for a post.
func quicks(p store.Post) []quick {
	always := []quick{{Label: "帮助", Command: "帮助"}, {Label: "我的", Command: "我的"}}
	trip := []quick{{Label: "签到…", Command: "签到 ", Fill: true}, {Label: "出差…", Command: "出差 ", Fill: true}}
	switch p {
	case store.Salesperson:
		return append(append(always, trip...), quick{Label: "周报", Command: "周报"}, quick{Label: "客户…", Command: "客户 ", Fill: true}, quick{Label: "合同", Command: "合同"})
	case store.Supervisor:
		return append(append(always, trip...), quick{Label: "谁没交", Command: "谁没交"}, quick{Label: "客户…", Command: "客户 ", Fill: true}, quick{Label: "签到记录", Command: "签到记录"})
	case store.MarketingDirector:
		return append(always, quick{Label: "谁没交", Command: "谁没交"}, quick{Label: "汇总", Command: "汇总"}, quick{Label: "上报", Command: "上报"}, quick{Label: "人员", Command: "人员"})
	case store.GeneralManager:
		return append(always, quick{Label: "谁没交", Command: "谁没交"}, quick{Label: "已阅", Command: "已阅"}, quick{Label: "批示…", Command: "批示 ", Fill: true},
			quick{Label: "客户…", Command: "客户 ", Fill: true})
	default:
		return append(always, quick{Label: "制度", Command: "制度"}, quick{Label: "提供线索…", Command: "提供线索 ", Fill: true})
	}
}

// places are offered when a location is sent; any other name may be typed.
func places() []string {
	return []string{"广州 · 天河体育中心", "深圳 · 福田会展中心", "东莞 · 南城国际商务区", "佛山 · 千灯湖"}
}
