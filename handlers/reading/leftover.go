package reading

import (
	"errors"
	"strings"
	"time"

	"marketbot/handlers/text"
)

// exampleDays is how days are written in a refusal.
const exampleDays = "11-26 至 11-28"

// vague are words that say when, but not on which days; behind what was
// understood they change it.
var vague = []string{
	"上旬", "中旬", "下旬", "月初", "月中", "月末", "月底", "年初", "年中", "年底", "年前", "年后", "节前", "节后", "左右", "前后", "之前", "之后", "以前", "以后", "之内", "以内",
	"农历", "阴历", "正月", "腊月", "冬月", "除夕", "周中", "第一周", "第二周", "第三周", "第四周", "最后一周", "第一天", "第二天", "最后一天", "当天",
	"半天", "半个月", "半月", "半周", "几天", "数天", "几日", "数日", "这两天", "这几天", "这两日", "过两天", "过几天", "近几天", "改天", "近日", "近期",
}

// vagueEnds are the same for what stands right behind a day, with the runes that
// make another word of it (明天前往, 3天内蒙古).
var vagueEnds = map[rune]string{
	'初': "级中", '末': "班", '底': "薪层", '半': "年", '多': "次家", '余': "下", '前': "往去台期端", '后': "勤续期台", '内': "蒙部",
}

// leftover refuses what could still belong to the days that were read: words
// that make them vague, and days that nothing was made of. It reads nothing.
func (r *reader) leftover(b base) error {
	start := r.i
	defer func() { r.i = start }()
	if others, ends := vagueEnds[r.peek()]; ends && !strings.ContainsRune(others, r.ahead(1)) || r.peek() == '中' && !text.Wordy(r.ahead(1)) {
		return r.unclear(start)
	}
	if !b.Halves {
		_, _, _ = r.timeOfDay(true)
	}
	for r.any(" \n,、&/~-") || r.takeOne("到", "至", "和", "与", "及", "跟", "还有", "以及", "开始", "起", "共", "或者", "或", "还是") {
		if r.any(" \n,、&/~-") {
			r.i++
		}
	}
	if r.days(b, r.i == start) {
		return r.unclear(start)
	}
	return nil
}

// Words behind a day that say of it that somebody goes, sets out or is back.
var (
	goes    = []string{"去", "走"}
	setsOut = []string{"出发", "动身", "启程", "起程"}
	comes   = []string{"回来", "回去", "回家", "回公司", "回程", "返程", "返回", "返", "结束", "为止", "回"}
	works   = []string{"上班", "返岗", "到岗", "销假"}
)

// farther refuses what stands apart from the days that were read and does not agree
// with them: that somebody sets out or is back on another day (深圳 26号去28号回), how
// long one day takes (周五 看病 3天), and where a part of a day counts, a part that is
// said of a whole one (周五请半天). It reads nothing.
func (r *reader) farther(b base, s stretch) error {
	start := r.i
	gone := r.takeOne(goes...) || r.takeOne(setsOut...)
	defer func() { r.i = start }()
	for at := start; at < r.n; at++ {
		r.i = at
		if b.Halves && !s.timed && s.dated && r.take("半天") {
			return half
		}
		if at > 0 && (arabic(r.runes[at-1]) || text.Wordy(r.runes[at-1]) && text.Wordy(r.runes[at]) && !arabic(r.runes[at]) && !r.any("周星礼今明后下本大")) {
			continue
		}
		if t, _, err := r.date(b); err == nil {
			_, _, _ = r.timeOfDay(true)
			if r.blanks(); !r.agrees(s, t, gone) {
				return r.unclear(at)
			}
			continue
		}
		r.i = at
		if more, err := r.duration(s.from); b.Halves && err == nil && s.dated && s.to.Equal(s.from) && more.to.After(more.from) && r.edge() {
			return r.unclear(at)
		}
	}
	return nil
}

// agrees reports whether what is said of a day, if it is that somebody goes or is
// back, agrees with the days that were read; gone tells that of these it was said that
// somebody goes then.
func (r *reader) agrees(s stretch, t time.Time, gone bool) bool {
	switch {
	case r.takeOne(setsOut...):
		return t.Equal(s.from)
	case r.takeOne(goes...):
		return !t.Before(s.from) && !t.After(s.to)
	case r.takeOne(works...):
		return t.After(s.to) && t.Sub(s.to) <= longestRest || t.Equal(s.to)
	case r.takeOne(comes...) && r.edge():
		return t.Equal(s.to) || t.Equal(s.to.AddDate(0, 0, 1)) && !gone // 周四去周五回
	}
	return true
}

// isBack reports whether somebody is back on the day that was read. It reads nothing.
func (r *reader) isBack() bool {
	start := r.i
	defer func() { r.i = start }()
	return r.takeOne(works...) || r.takeOne("回来", "返回", "返程", "结束", "为止")
}

// longestRest is how long at most nobody works anyway.
const longestRest = 10 * 24 * time.Hour

// days reports whether days stand here, understood or not, that are no part of
// another word (周五的会). close tells that nothing parts them from those before.
func (r *reader) days(b base, close bool) bool {
	if start := r.i; r.takeOne(vague...) {
		return true
	} else if b.Halves {
		if _, found, err := r.timeOfDay(true); found || err != nil {
			return true
		}
		r.i = start
	}
	here := r.i
	for _, read := range []func() (loose bool, err error){
		func() (bool, error) { _, _, err := r.date(b); return true, err },
		func() (bool, error) { _, err := r.whole(b); return close, err },
		func() (bool, error) { _, err := r.duration(b.from); return close, err },
	} {
		r.i = here
		loose, err := read()
		if err == nil && (loose || r.edge()) && !r.any("的") || err != nil && !errors.Is(err, ErrNone) {
			return true
		}
	}
	return false
}

// unclear refuses what stands from start on, with an example.
func (r *reader) unclear(start int) Refusal {
	const shown = 8 // runes
	end := max(r.i, start+1)
	for end < r.n && end < start+shown && text.Wordy(r.runes[end]) {
		end++
	}
	said := strings.TrimSpace(string(r.runes[start:min(end, r.n)]))
	return Refusal("没看懂「" + said + "」是哪几天，请写起止，例如 " + exampleDays)
}
