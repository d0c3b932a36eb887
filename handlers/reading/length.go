package reading

import "time"

// longestLength is what nobody means to exceed.
const longestLength = 366 * 24 * time.Hour

// Length reads how long something is to last at the beginning of text
// (24小时, 三天, 一周, 半天); n is how many bytes of it. A word must end behind it.
// The error is a Refusal for what looks like it but is impossible.
func Length(text string) (d time.Duration, n int, err error) {
	var r reader
	r.loadDays(text)
	half := r.take("半个") || r.take("半")
	count := 1
	if !half {
		var ok bool
		if count, _, ok = r.number(); !ok {
			return 0, 0, ErrNone
		}
	}
	r.blanks()
	unit := r.lengthUnit()
	if unit == 0 || !r.edge() {
		return 0, 0, ErrNone
	}
	switch {
	case half:
		d = unit / 2
	case count == 0:
		return 0, 0, Refusal("时长不能是零")
	case count > int(longestLength/unit):
		return 0, 0, Refusal("时长太长，最多一年")
	default:
		d = time.Duration(count) * unit
	}
	return d, r.used(), nil
}

// lengthUnit reads 小时, 天 …; zero when there is none.
func (r *reader) lengthUnit() time.Duration {
	switch {
	case r.takeOne("分钟"):
		return time.Minute
	case r.takeOne("个小时", "小时", "个钟头", "钟头", "h"):
		return time.Hour
	case r.takeOne("天", "日", "d"):
		return 24 * time.Hour
	case r.takeOne("周", "个星期", "星期", "个礼拜", "礼拜"):
		return 7 * 24 * time.Hour
	}
	return 0
}
