package reading

import (
	"errors"
	"strings"

	"marketbot/handlers/text"
)

// exampleDays is how days are written in a refusal.
const exampleDays = "11-26 至 11-28"

// vague are words that say when, but not on which days; behind what was
// understood they change it.
var vague = []string{
	"上旬", "中旬", "下旬", "月初", "月中", "月末", "月底", "年初", "年中", "年底", "年前", "年后", "节前", "节后", "左右", "前后", "之前", "之后", "以前", "以后", "之内", "以内",
	"农历", "阴历", "正月", "腊月", "冬月", "除夕", "周中", "第一周", "第二周", "第三周", "第四周", "最后一周", "第一天", "第二天", "最后一天", "当天",
	"半天", "半个月", "半月", "半周", "几天", "数天",
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
	for r.any(" \n,、&/~-") || r.takeOne("到", "至", "和", "与", "及", "跟", "还有", "以及", "开始", "起", "共") {
		if r.any(" \n,、&/~-") {
			r.i++
		}
	}
	if r.days(b, r.i == start) {
		return r.unclear(start)
	}
	return nil
}

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
