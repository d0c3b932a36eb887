package reading

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// period is when something takes place, in short.
func period(p Period, rest string, err error) string {
	if err != nil {
		return err.Error()
	}
	clock := func(d time.Duration) string { return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60) }
	s := string(p.First) + "~" + string(p.Last)
	if p.Timed {
		s = string(p.First) + " " + clock(p.From) + "~" + string(p.Last) + " " + clock(p.To)
	}
	if rest != "" {
		s += " | " + rest
	}
	return s
}

func TestWhen(t *testing.T) {
	on := Base{Today: "2026-11-27"} // a Friday
	for _, c := range []struct{ text, want string }{
		{"12-05 14:00~17:00", "2026-12-05 14:00~2026-12-05 17:00"},
		{"12-05 14:00-17:00", "2026-12-05 14:00~2026-12-05 17:00"},
		{"１２－０５　１４：００～１７：００", "2026-12-05 14:00~2026-12-05 17:00"},
		{"12月5日下午2点到5点", "2026-12-05 14:00~2026-12-05 17:00"},
		{"12月5日 周六 14:00 至 17:30", "2026-12-05 14:00~2026-12-05 17:30"},
		{"明天 9:00~12:00", "2026-11-28 09:00~2026-11-28 12:00"},
		{"明天上午", "2026-11-28 00:00~2026-11-28 24:00"},
		{"12-05 14:00", "2026-12-05 14:00~2026-12-05 24:00"},
		{"12-05 19:00~01:00", "2026-12-05 19:00~2026-12-06 01:00"},
		{"12月5日晚8点到10点", "2026-12-05 20:00~2026-12-05 22:00"},
		{"12-05 晚上8点~晚上12点", "2026-12-05 20:00~2026-12-05 24:00"},
		{"12-05 晚上8点到12点", "2026-12-05 20:00~2026-12-05 24:00"},
		{"12-05 20:00~12:00", "refused: 结束早于开始。请写成 " + examplePeriod},
		{"12-05 晚上10点~夜里2点", "2026-12-05 22:00~2026-12-06 02:00"},
		{"12-05 晚上10点~凌晨12点", "2026-12-05 22:00~2026-12-06 00:00"},
		{"12-05 夜里1点~3点", "refused: 夜里这时候是第二天了，请写第二天的日期和钟点，例如 12-06 01:00"},
		{"12-05 18:00~6:00", "2026-12-05 18:00~2026-12-06 06:00"},
		{"12-05 14:00~24:00", "2026-12-05 14:00~2026-12-05 24:00"},
		{"12-05 00:00~24:00", "2026-12-05 00:00~2026-12-05 24:00"},
		{"12-05 0点~6点", "2026-12-05 00:00~2026-12-05 06:00"},
		{"12-05 20:00至次日2:00", "2026-12-05 20:00~2026-12-06 02:00"},
		{"12-31 22:00~第二天", "2026-12-31 22:00~2027-01-01 24:00"},
		{"12-05 20:00~09:00", "refused: 结束早于开始。请写成 " + examplePeriod},
		{"12-05 18:00~06:30", "refused: 结束早于开始。请写成 " + examplePeriod},
		{"12-05 24:00", "refused: 没有这个钟点，请写成 下午3点 或 15:00"},
		{"12-05 14:00~24:01", "refused: 没有这个钟点，请写成 下午3点 或 15:00"},
		{"12-05 14:00~12-06 12:00", "2026-12-05 14:00~2026-12-06 12:00"},
		{"11-30 09:00~12-02", "2026-11-30 09:00~2026-12-02 24:00"},
		{"2026-12-31 20:00~2027-01-01 02:00", "2026-12-31 20:00~2027-01-01 02:00"},
		{"12-05~12-07", "2026-12-05~2026-12-07"},
		{"11-30 至 12-02", "2026-11-30~2026-12-02"},
		{"12-05", "2026-12-05~2026-12-05"},
		{"周六周日", "2026-11-28~2026-11-29"},
		{"明天起3天", "2026-11-28~2026-11-30"},
		{"12-05 14:00~17:00 珠江厅", "2026-12-05 14:00~2026-12-05 17:00 |  珠江厅"},
		{"12-05 17:00~14:00", "refused: 结束早于开始。请写成 " + examplePeriod},
		{"12-07~12-05", "refused: 结束（12月5日 周六）早于开始（12月7日 周一）"},
		{"12-05 14:00~14:00", "refused: 结束早于开始。请写成 " + examplePeriod},
		{"12-05 14:00~待定", "refused: 到几点结束没看懂。请写成 " + examplePeriod},
		{"12-05 3:00~5:00", "refused: 是上午还是下午？请写成 下午3点 或 15:00"},
		{"2-30 14:00~15:00", "refused: 没有2月30日这一天"},
		{"从12-05起", "refused: 从12月5日 周六起，到哪一天？请写成 " + examplePeriod},
		{"待定", ErrNone.Error()},
		{"", ErrNone.Error()},
	} {
		p, n, err := When(c.text, on)
		if got := period(p, c.text[n:], err); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

// Whatever is typed, a period that is read has an end behind its beginning, and
// took no more than there is.
func FuzzWhen(f *testing.F) {
	for _, s := range []string{"12-05 14:00~17:00", "12-05~12-07", "明天下午2点到5点", "周五 19:00~01:00", "11-30 09:00~12-02", "\x00", "12-05 14:00~"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, n, err := When(s, Base{Today: "2026-11-27"})
		if n < 0 || n > len(s) || err != nil && n != 0 {
			t.Errorf("%q: %d bytes, %v", s, n, err)
		}
		if err != nil {
			return
		}
		begin, end := p.First.Start(time.UTC).Add(p.From), p.Last.Start(time.UTC).Add(p.To)
		if !end.After(begin) || p.Last < p.First || p.To > wholeDay || p.From < 0 || p.Last.Since(p.First) >= longest {
			t.Errorf("%q: %+v", s, p)
		}
	})
}

func TestTasks(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"张伟:签到；刘洋:摄影", "张伟=签到|刘洋=摄影"},
		{"张伟：签到、接待；刘洋：摄影", "张伟=签到、接待|刘洋=摄影"},
		{"张伟:签到，刘洋:摄影", "张伟=签到|刘洋=摄影"},
		{"张伟:签到、刘洋:摄影、小林:接送", "张伟=签到|刘洋=摄影|小林=接送"},
		{" @张伟 = 签到 ;\n刘洋＝摄影；", "张伟=签到|刘洋=摄影"},
		{"张伟:早上 8:00 到场；刘洋:摄影", "张伟=早上 8:00 到场|刘洋=摄影"},
		{"张伟", "no"},
		{"张伟:", "no"},
		{":签到", "no"},
		{"", "no"},
	} {
		list, ok := Tasks(c.text)
		got := "no"
		if ok {
			var parts []string
			for _, one := range list {
				parts = append(parts, one.Name+"="+one.Text)
			}
			got = strings.Join(parts, "|")
		}
		if got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

// Whatever is typed, a task that is read has a name and something to do, both of
// what was typed.
func FuzzTasks(f *testing.F) {
	for _, s := range []string{"张伟:签到；刘洋:摄影", "张伟:签到，刘洋:摄影", "：；", "a=b;c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list, ok := Tasks(s)
		for _, one := range list {
			if one.Name == "" || one.Text == "" || !strings.Contains(s, one.Name) || !strings.Contains(s, one.Text) {
				t.Errorf("%q: %+v", s, one)
			}
		}
		if ok != (len(list) > 0) {
			t.Errorf("%q: %v of %d", s, ok, len(list))
		}
	})
}

func TestNames(t *testing.T) {
	for text, want := range map[string]string{
		"张伟、刘洋": "张伟|刘洋", "张伟 刘洋": "张伟|刘洋", "@张伟，@刘洋,小林": "张伟|刘洋|小林", "Tom Lee、张伟": "Tom Lee|张伟", "、": "", "": "",
	} {
		if got := strings.Join(Names(text), "|"); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
