package reading

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"marketbot/handlers/text"
	"marketbot/store"
)

// PlanPart is one line of a plan as it is typed: a day with an amount, a share in
// hundredths of a percent, or what the others leave.
type PlanPart struct {
	Day   store.Day
	Fen   int64
	Share int64
	Rest  bool
}

const planExample = "2026-12-31=30% 2027-03-31=余款"

// restWords are what the others leave.
var restWords = []string{"余款", "余额", "剩余款", "剩余", "剩下的", "剩下", "其余", "尾款"}

// maxPlan is how many lines a plan has at most.
const maxPlan = 60

// Plan reads the whole of a plan: 2026-12-31=30% 2027-03-31=余款. Its lines are
// parted by blanks or commas; amounts are those of Money. It is by day. The error
// is a Refusal for what cannot be a plan: two lines of a day, two rests, no share
// of something, words that are left over.
func Plan(typed string, on Base) (list []PlanPart, err error) {
	for left := planTrim(typed); left != ""; left = planTrim(left) {
		if len(list) == maxPlan {
			return nil, Refusal("一个收款计划最多 60 期")
		}
		p := PlanPart{}
		if n := restAt(left); n > 0 { // 余款1月10日
			p.Rest, left = true, strings.TrimLeftFunc(left[n:], planEqual)
		}
		day, n, err := planDay(left, on)
		if err != nil {
			return nil, err
		}
		p.Day, left = day, left[n:]
		if n = 0; !p.Rest {
			left = planPays(strings.TrimLeftFunc(left, planEqual))
			n, err = p.read(left, planEnd(left, on))
		}
		if err != nil {
			return nil, err
		}
		if left = left[n:]; left != "" && planTrim(left) == left {
			return nil, planUnread(left)
		}
		if list, err = p.into(list); err != nil {
			return nil, err
		}
	}
	if len(list) == 0 {
		return nil, ErrNone
	}
	return list, nil
}

// restAt is how many bytes the word takes that a text begins with for what the others
// leave.
func restAt(typed string) int {
	for _, w := range restWords {
		if strings.HasPrefix(typed, w) {
			return len(w)
		}
	}
	return 0
}

// planTrim goes to the next line of a plan.
func planTrim(s string) string {
	return strings.TrimLeftFunc(s, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(",，;；、。", c) })
}

// planEqual is what stands between a day and its amount.
func planEqual(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune("=＝:：", c) }

// planPays goes past the word that pays: 12月31日付余款.
func planPays(s string) string {
	for _, w := range []string{"支付", "付", "收"} {
		if left, found := strings.CutPrefix(s, w); found {
			return strings.TrimLeftFunc(left, planEqual)
		}
	}
	return s
}

// planDay reads the day of a line, and before it 第2期.
func planDay(left string, on Base) (store.Day, int, error) {
	var r reader
	r.load(left)
	if _, ok := r.lineNumber(); ok {
		r.blanks()
		for r.any("=:") {
			r.i++
		}
	}
	used := r.used()
	day, n, err := Date(left[used:], on)
	if errors.Is(err, ErrNone) {
		err = planUnread(left)
	}
	return day, used + n, err
}

// planEnd is where the amount in front ends: before the next day that an amount
// follows. A comma may stand in an amount, too.
func planEnd(left string, on Base) int {
	for i, c := range left {
		if !unicode.IsSpace(c) && !strings.ContainsRune(",，;；、", c) {
			continue
		}
		next := planTrim(left[i:])
		if _, n, err := planDay(next, on); err == nil {
			if c, _ := utf8.DecodeRuneInString(next[n:]); n < len(next) && planEqual(c) {
				return i
			}
		}
	}
	return len(left)
}

// read reads how much a line is.
func (p *PlanPart) read(left string, end int) (n int, err error) {
	typed := left[:end]
	f := text.Fold(typed)
	if n = restAt(typed); n > 0 {
		p.Rest = true
		return n, nil
	}
	if at := strings.IndexByte(f.Text, '%'); at > 0 {
		if share, err := decimal.NewFromString(strings.TrimSpace(f.Text[:at])); err == nil && at <= len("100.00") {
			p.Share = share.Shift(2).IntPart()
			if !share.Shift(2).IsInteger() || p.Share <= 0 || p.Share > store.WholeShare {
				return 0, Refusal("比例请写 0.01% 到 100%，最多两位小数")
			}
			return f.Raw(at + 1), nil
		}
	}
	p.Fen, n, err = Money(typed)
	switch {
	case errors.Is(err, ErrNone):
		err = planUnread(typed)
	case err == nil && p.Fen == 0:
		err = Refusal("每一期的金额都要大于 0")
	}
	return n, err
}

// into puts a line among the others, by day.
func (p PlanPart) into(list []PlanPart) ([]PlanPart, error) {
	at := len(list)
	for i, o := range list {
		switch {
		case o.Day == p.Day:
			return nil, Refusal(p.Day.String() + "写了两次，请合成一期")
		case o.Rest && p.Rest:
			return nil, Refusal("余款只能写一次")
		case o.Day > p.Day && at == len(list):
			at = i
		}
	}
	return append(list[:at:at], append([]PlanPart{p}, list[at:]...)...), nil
}

func planUnread(left string) Refusal {
	return Refusal("没看懂" + text.Quote(FirstWord(left)) + "。收款计划请写成 日期=金额、比例或余款，例如 " + planExample)
}

// LineNumber reads how a line of a plan is called: 第2期, 第二期, 2期, 2.
func LineNumber(word string) (no int, ok bool) {
	var r reader
	r.load(word)
	if no, ok = r.lineNumber(); !ok {
		r.i = 0
		no, _, ok = r.number()
	}
	r.blanks()
	return no, ok && r.i == r.n && no > 0
}

// lineNumber reads 第2期 or 2期.
func (r *reader) lineNumber() (no int, ok bool) {
	start := r.i
	r.take("第")
	r.blanks()
	if no, _, ok = r.number(); ok {
		r.blanks()
		if r.take("期") {
			return no, true
		}
	}
	r.i = start
	return 0, false
}
