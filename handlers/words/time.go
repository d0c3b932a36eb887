package words

import (
	"fmt"
	"time"

	"marketbot/store"
)

// Moment is a moment in the zone that t carries: 11月27日 周五 12:00.
func Moment(t time.Time) string { return store.DayOf(t).String() + t.Format(" 15:04") }

// MomentExact is Moment with the seconds, where there are any: it matters by how
// much somebody was late.
func MomentExact(t time.Time) string {
	if t.Second() != 0 {
		return Moment(t) + t.Format(":05")
	}
	return Moment(t)
}

// TimeOfDay is a time after midnight: 下午, 14:30.
func TimeOfDay(d time.Duration) string {
	switch d {
	case 12 * time.Hour:
		return "下午"
	case 18 * time.Hour:
		return "晚上"
	default:
		return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60)
	}
}

// Date is a day as it is typed: 11月27日.
func Date(d store.Day) string {
	t := d.Start(time.UTC)
	return fmt.Sprintf("%d月%d日", int(t.Month()), t.Day())
}

// Month is a day's month as people read it: 2026年11月.
func Month(d store.Day) string { return d.Start(time.UTC).Format("2006年1月") }

// DayIn is a day as people read it on another, with the year where that is
// another one: 2027年3月31日 周三.
func DayIn(d, today store.Day) string {
	if d[:4] == today[:4] {
		return d.String()
	}
	return string(d[:4]) + "年" + d.String()
}

// Days is inclusive days: 11月24日 周二 至 11月27日 周五.
func Days(first, last store.Day) string {
	if last <= first {
		return first.String()
	}
	return first.String() + " 至 " + last.String()
}

// DaysCounted is Days with how many they are: 11月24日 周二（1 天）.
func DaysCounted(first, last store.Day) string {
	n := 1
	if last > first {
		n += last.Since(first)
	}
	return fmt.Sprintf("%s（%d 天）", Days(first, last), n)
}

// Distance is how far a deadline is: 还有 2 小时, 已过 5 分钟.
func Distance(now, due time.Time) string {
	if now.Before(due) {
		return "还有 " + Minutes(int(due.Sub(now)/time.Minute))
	}
	if now.Sub(due) < time.Minute {
		return "刚到截止时间"
	}
	return "已过 " + Minutes(int(now.Sub(due)/time.Minute))
}

// Minutes is a number of minutes as people say it: 1 天 2 小时.
func Minutes(n int) string {
	switch days, hours, rest := n/(24*60), n/60, n%60; {
	case days > 0 && hours%24 > 0:
		return fmt.Sprintf("%d 天 %d 小时", days, hours%24)
	case days > 0:
		return fmt.Sprintf("%d 天", days)
	case hours > 0 && rest > 0:
		return fmt.Sprintf("%d 小时 %d 分钟", hours, rest)
	case hours > 0:
		return fmt.Sprintf("%d 小时", hours)
	default:
		return fmt.Sprintf("%d 分钟", rest)
	}
}
