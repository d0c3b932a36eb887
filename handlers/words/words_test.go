package words

import (
	"testing"
	"time"

	"marketbot/store"
)

func TestMoments(t *testing.T) {
	at := time.Date(2026, 11, 27, 9, 5, 0, 0, time.FixedZone("", 8*3600))
	for got, want := range map[string]string{
		Moment(at): "11月27日 周五 09:05", MomentExact(at): "11月27日 周五 09:05",
		Moment(at.Add(7 * time.Second)): "11月27日 周五 09:05", MomentExact(at.Add(7 * time.Second)): "11月27日 周五 09:05:07",
		Date("2026-11-07"): "11月7日",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestDays(t *testing.T) {
	for _, c := range []struct {
		first, last   store.Day
		days, counted string
	}{
		{"2026-11-27", "2026-11-27", "11月27日 周五", "11月27日 周五（1 天）"},
		{"2026-11-27", "2026-11-30", "11月27日 周五 至 11月30日 周一", "11月27日 周五 至 11月30日 周一（4 天）"},
		{"2026-11-27", "2026-11-26", "11月27日 周五", "11月27日 周五（1 天）"},
	} {
		if days, counted := Days(c.first, c.last), DaysCounted(c.first, c.last); days != c.days || counted != c.counted {
			t.Errorf("%s to %s: %q, %q; want %q, %q", c.first, c.last, days, counted, c.days, c.counted)
		}
	}
}

func TestNames(t *testing.T) {
	list := []string{"张伟", "刘洋", "王芳"}
	for most, want := range map[int]string{3: "张伟、刘洋、王芳", 2: "张伟、刘洋 等 3 人", 9: "张伟、刘洋、王芳"} {
		if got := Names(list, most); got != want {
			t.Errorf("at most %d: %q, want %q", most, got, want)
		}
	}
	if Names(nil, 3) != "" || WithPost(store.Person{Name: "陈总", Post: store.GeneralManager}) != "陈总（总经理）" {
		t.Error("nobody, or a post, is worded otherwise")
	}
	if got := More(3); got != "…另有 3 条" {
		t.Errorf("More: %q", got)
	}
}

func TestMinutesAndDistances(t *testing.T) {
	for minutes, want := range map[int]string{0: "0 分钟", 59: "59 分钟", 60: "1 小时", 61: "1 小时 1 分钟", 1440: "1 天", 1501: "1 天 1 小时"} {
		if got := Minutes(minutes); got != want {
			t.Errorf("Minutes(%d) = %q, want %q", minutes, got, want)
		}
	}
	due := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		past time.Duration
		want string
	}{{-time.Hour, "还有 1 小时"}, {0, "刚到截止时间"}, {59 * time.Second, "刚到截止时间"}, {time.Minute, "已过 1 分钟"}} {
		if got := Distance(due.Add(tt.past), due); got != tt.want {
			t.Errorf("Distance %v = %q, want %q", tt.past, got, tt.want)
		}
	}
}
