package reading

import (
	"strings"
	"time"
)

// lasting reads a duration from today on, or from the date behind it: 3天, 3天从
// 周五起.
func (r *reader) lasting(b base) (stretch, error) {
	start := r.i
	s, err := r.duration(b.today)
	if err != nil {
		return s, err
	}
	end, length := r.i, start
	for r.any(" ,、") {
		r.i++
	}
	apart := r.i > end
	from := r.takeOne("从", "自")
	t, _, err := r.date(b)
	if err != nil || !r.takeOne("开始", "起", "出发") && !from && !(apart && r.edge() && s.to.Equal(s.from) && !s.half) { // 一天 明天; 三天 周五 may end there
		r.i = end
		return s, nil
	}
	end, r.i = r.i, length
	s, err = r.duration(t)
	r.i = end
	return s, err
}

// duration reads 3天, 两周, 半天, 一个月: the last day when from is the first.
func (r *reader) duration(from time.Time) (stretch, error) {
	s := stretch{from: from, to: from, counted: true}
	start := r.i
	if r.take("半天") {
		s.half = true
		return s, nil
	}
	if r.takeOne("半个月", "半月", "半周", "几天", "数天", "好几天", "多天", "几日", "数日", "多日") {
		return s, r.unclear(start)
	}
	n, digits, ok := r.number()
	switch _, more := chinese(r.peek()); {
	case !ok:
		return s, ErrNone
	case more && digits == 0, r.any("几来多余.") || r.any("-~") && arabic(r.ahead(1)): // 三四天, 十来天, 3.5天
		return s, r.unsure(start)
	case r.take("天"), strings.ContainsRune("两兩", r.runes[r.i-1]) && r.take("日"):
		s.to = from.AddDate(0, 0, min(n, horizon)-1)
		if nights := r.i; !r.nights() {
			r.i = nights
		}
	case r.takeOne("周", "个星期", "星期", "个礼拜", "礼拜"):
		s.to = from.AddDate(0, 0, 7*min(n, horizon)-1)
	case r.takeOne("个月"):
		s.to = addMonths(from, min(n, horizon/30)).AddDate(0, 0, -1)
	case r.take("个半月"):
		return s, r.unclear(start)
	default:
		return s, ErrNone
	}
	switch {
	case r.any("后前") || r.any("之以") && (r.ahead(1) == '后' || r.ahead(1) == '前'):
		return s, ErrNone
	case r.any("半多来余"):
		return s, r.unclear(start)
	case n == 0:
		return s, Refusal("至少要有 1 天")
	}
	return s, nil
}

// nights reads the 两夜 of 三天两夜, which says the same once more.
func (r *reader) nights() bool {
	r.blanks()
	_, _, ok := r.number()
	return ok && r.takeOne("夜", "晚")
}

// unsure is unclear for a number that days follow, else nothing of the kind.
func (r *reader) unsure(start int) error {
	for k := range 4 {
		if c := r.ahead(k); c == '天' || c == '周' || c == '个' && strings.ContainsRune("星礼月", r.ahead(k+1)) {
			return r.unclear(start)
		}
	}
	return ErrNone
}
