package reading

import "time"

// partsOfDay are the parts of a day, with the hour from which they count and
// how many hours the clock in them is ahead. A single 早 or 晚 is one where no
// word begins with it (晚会).
var partsOfDay = []struct {
	words        []string
	from, behind int
}{
	{[]string{"全天", "一整天", "整天"}, 0, 0},
	{[]string{"凌晨", "清晨", "一早", "早上", "早晨", "上午", "早"}, 0, 0},
	{[]string{"中午", "午后", "下午"}, 12, 12},
	{[]string{"傍晚", "晚上", "夜里", "晚"}, evening, 12},
}

// evening is the hour from which it counts; its midnight and what is later than that
// are of the next day.
const evening = 18

// timeOfDay reads 下午, 14:00, 下午两点半 behind a day: when it begins, after
// midnight. A clock of a few hours may be before noon or after, and is refused
// but where it ends a range, which days do not ask for, and may be 24:00.
func (r *reader) timeOfDay(ends bool) (at time.Duration, found bool, err error) {
	start := r.i
	if r.blanks(); r.take("(") { // as it is printed: 周五（下午起）
		if at, found, err = r.timeOfDay(ends); err != nil || found && r.take("起") && r.take(")") {
			return at, found, err
		}
		r.i = start
		return 0, false, nil
	}
	r.take("的")
	hours, behind := 0, -1
	for _, part := range partsOfDay {
		at := r.i
		if r.takeOne(part.words...) && (r.i-at > 1 || !r.any("会餐点报班饭")) {
			hours, behind = part.from, part.behind
			break
		}
		r.i = at
	}
	end := r.i
	r.blanks()
	h, m, ok := r.clock()
	switch {
	case !ok && behind < 0:
		r.i = start
		return 0, false, nil
	case !ok:
		r.i = end
		return time.Duration(hours) * time.Hour, true, nil
	case behind < 0 && h > 0 && h < 7 && !ends:
		return 0, false, Refusal("是上午还是下午？请写成 下午3点 或 15:00")
	case hours == evening && h%12 < 5 && h <= 12 && !ends:
		return 0, false, Refusal("夜里这时候是第二天了，请写第二天的日期和钟点，例如 12-06 01:00")
	case hours == evening && h%12 == 0 && h <= 12:
		h = 24
	case hours == evening && h < 5: // the end of what begins in the evening
	case behind == 0 && h == 12 && r.runes[end-1] == '晨': // 凌晨12点
		h = 0
	case behind > 0 && h < 12 && !(hours == 12 && h > 10 && r.runes[end-1] == '午' && r.runes[end-2] == '中'):
		h += behind
	}
	if (h > 23 || m > 59) && !(ends && h == 24 && m == 0) {
		return 0, false, Refusal("没有这个钟点，请写成 下午3点 或 15:00")
	}
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute, true, nil
}

// clock reads 14:00, 两点半, 15点20分, 9时.
func (r *reader) clock() (h, m int, ok bool) {
	start := r.i
	h, digits, ok := r.number()
	switch {
	case !ok || digits > 2:
	case digits > 0 && r.any(":") && arabic(r.ahead(1)):
		r.i++
		m, digits, ok = r.number()
		if ok && digits == 2 {
			return h, m, true
		}
	case r.takeOne("点钟", "点", "时"):
		switch at := r.i; {
		case r.take("半"):
			m = 30
		default:
			if n, _, ok := r.number(); ok && r.take("分") {
				m = n
			} else {
				r.i = at
			}
		}
		return h, m, true
	}
	r.i = start
	return 0, 0, false
}
