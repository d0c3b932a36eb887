package reading

import (
	"errors"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"marketbot/handlers/text"
)

// mostMoney is the largest amount that is believed: 1000 亿元, in 分.
const mostMoney = 1000 * 1e8 * 100

// counters are what makes a number no amount: 3天, 5家, 10%.
const counters = "年月日号天个家次周件套人台条份吨克米名位折倍点时星礼期%‰"

func isCounter(r rune) bool { return r != 0 && strings.ContainsRune(counters, r) }

// Money reads the amount at the beginning of text in 分; n is how many
// bytes of it: 12.5万, 12万5, ￥125,000.00, 3w, 十二万五 … The error is a Refusal
// for what looks like an amount but is negative, too large or unclear, in another
// currency, or goes on in words that were not understood (12万多, 10万到12万).
func Money(text string) (fen int64, n int, err error) {
	var r reader
	r.load(text)
	sum, err := r.money()
	if err != nil {
		return 0, 0, err
	}
	sum = sum.Shift(2)
	switch {
	case !sum.IsInteger():
		return 0, 0, Refusal("金额最多写到分（两位小数）")
	case sum.GreaterThanOrEqual(decimal.NewFromInt(mostMoney)), r.i == maxRead:
		return 0, 0, Refusal("金额太大了，请核对")
	}
	return sum.IntPart(), r.used(), nil
}

func (r *reader) money() (decimal.Decimal, error) {
	if r.currency() {
		return decimal.Zero, Refusal(onlyYuan)
	}
	marked := false
	for r.takeOne("¥", "人民币", "rmb", "cny") { // RMB ¥3,000
		marked = true
		r.blanks()
	}
	if r.negative() {
		return decimal.Zero, Refusal("金额不能是负数")
	}
	start := r.i
	sum, units, err := r.amount()
	if err != nil {
		return sum, err
	}
	number := units || arabic(r.runes[r.i-1]) || r.i-start > 1 && r.edge() // 三 alone is a word
	cents, yuan := r.yuan()
	if !yuan && units && r.any("整正") && !text.Wordy(r.ahead(1)) {
		r.i++
	}
	if !yuan && !r.goesOn() && (r.badAfter() || !marked && !number) {
		return sum, ErrNone
	}
	return sum.Add(decimal.New(cents, -2)), r.exactly(yuan || units)
}

const (
	onlyYuan    = "金额只记人民币，请折成元再写，例如 125000 或 12.5万"
	unclearYuan = "金额没看懂，请写一个准数，例如 125000 或 12.5万"
)

// goesOn reports whether words follow that make an amount less clear.
func (r *reader) goesOn() bool {
	start := r.i
	defer func() { r.i = start }()
	r.blanks()
	more := r.any("多余几来半+") && (r.i == start || !text.Wordy(r.ahead(1))) // 2万 多付的
	from := r.any("起角毛分") && !text.Wordy(r.ahead(1))
	rate := r.any("/") && r.ahead(1) != 0 && strings.ContainsRune("月年季天日次期人", r.ahead(1))
	return r.foreign() || more || from || rate || r.anotherSum() || r.inPart() || r.takeOne("左右", "上下", "以上", "以下", "以内", "出头", "不到", "不止", "不等", "开外", "起步", "打底", "封顶") ||
		r.takeOne("又", "加", "再加", "减去", "减", "扣除", "扣掉", "扣") && r.numberHere()
}

// inPart reports whether only a part of the amount is meant: 10万的30%, 5万的一半,
// 5万打八折. It reads nothing.
func (r *reader) inPart() bool {
	start := r.i
	defer func() { r.i = start }()
	if !r.takeOne("的", "打") {
		return false
	}
	if r.blanks(); r.take("一半") {
		return true
	}
	_, _, ok := r.number()
	if ok && r.any(".") {
		r.i++
		_, _, ok = r.number()
	}
	return ok && (r.any("%‰成折") || r.take("分之"))
}

// anotherSum reports whether one more amount follows that is joined to this one, or by
// how much it is multiplied. It reads nothing.
func (r *reader) anotherSum() bool {
	start := r.i
	defer func() { r.i = start }()
	if r.takeOne("×", "*") {
		return r.numberHere()
	}
	if !r.takeOne("和", "与", "及", "以及", "还有", "或者", "或", "还是") {
		return false
	}
	r.blanks()
	_, err := r.money()
	return !errors.Is(err, ErrNone)
}

// exactly refuses what could still belong to an amount that was read; clear tells
// that it has a unit, so that a number behind a dash is another amount.
func (r *reader) exactly(clear bool) error {
	start := r.i
	defer func() { r.i = start }()
	if r.goesOn() {
		if r.foreign() {
			return Refusal(onlyYuan)
		}
		return Refusal(unclearYuan)
	}
	if !clear && r.splitThousands() {
		return Refusal("金额里不要空格，请写成 50,000 或 50000；后面是别的数，金额就写上元：50元 123")
	}
	if r.moreDigits(clear) || r.runsOn() {
		return Refusal(unclearYuan)
	}
	dash := r.i
	r.blanks()
	if clear && r.any("-") && arabic(r.ahead(1)) && dash == r.i || r.takeOne("~", "到", "至") && r.numberHere() {
		return Refusal(unclearYuan)
	}
	return nil
}

// moreDigits reports whether digits follow that may be of the same amount: 5、6万,
// 1。5万, 3 0 0. Those of a date are not.
func (r *reader) moreDigits(clear bool) bool {
	start := r.i
	defer func() { r.i = start }()
	blank := r.any(" ")
	if !blank && !r.any("、。·") {
		return false
	}
	mark := r.peek()
	r.i++
	zero := r.any("0")
	if _, isDigit := digit(r.peek()); !isDigit {
		return false
	}
	for {
		if _, isDigit := digit(r.peek()); !isDigit {
			break
		}
		r.i++
	}
	if r.any("-./") || isCounter(r.peek()) {
		return false
	}
	switch {
	case blank:
		return !clear && zero
	case r.any("万萬亿億千百元块w"):
		return mark != '。' || !clear
	}
	return !clear && mark != '。'
}

// runsOn reports whether a number stands right behind 元 that is of the same amount, or
// of nothing: 5元50, 5万元5千. That of a date or of things is not: 5000元3月1日.
func (r *reader) runsOn() bool {
	start := r.i
	defer func() { r.i = start }()
	for _, isDigit := digit(r.peek()); isDigit; _, isDigit = digit(r.peek()) {
		r.i++
	}
	return r.i > start && (r.any("万萬亿億千百十元块角毛") || r.edge() && !r.any("-./"))
}

// splitThousands reports whether three digits stand apart behind up to three: 50 000.
func (r *reader) splitThousands() bool {
	digits := 0
	for digits < r.i && arabic(r.runes[r.i-1-digits]) {
		digits++
	}
	if digits == 0 || digits > 3 || digits < r.i && strings.ContainsRune(".,", r.runes[r.i-1-digits]) || !r.any(" '’") {
		return false
	}
	for i := 1; i <= 3; i++ {
		if !arabic(r.ahead(i)) {
			return false
		}
	}
	end := r.ahead(4)
	return end == 0 || strings.ContainsRune(" .,'’元块万", end)
}

func (r *reader) numberHere() bool {
	r.blanks()
	_, ok := digit(r.peek())
	return ok || r.any("十")
}

// negative reports whether a minus stands before a number.
func (r *reader) negative() bool {
	if !r.any("-负負") {
		return false
	}
	i := r.i
	defer func() { r.i = i }()
	r.i++
	r.blanks()
	r.take("¥")
	_, ok := digit(r.peek())
	return ok || r.any("十")
}

// badAfter reports whether what follows makes the number something else.
func (r *reader) badAfter() bool {
	c := r.peek()
	return isCounter(c) || c >= 'a' && c <= 'z' || arabic(c) || c == '_' ||
		strings.ContainsRune(".,-/·", c) && arabic(r.ahead(1)) || c == '.' && r.ahead(1) != 0 && strings.ContainsRune("万萬亿億", r.ahead(1)) ||
		c == '分' && r.ahead(1) != 0 && strings.ContainsRune("钟之", r.ahead(1)) ||
		c == '成' && !strings.ContainsRune("交功本", r.ahead(1)) // 三成
}

// part is one number of an amount.
type part struct {
	value decimal.Decimal
	plain int  // how many digits, when it is nothing but digits; -1 with a decimal point
	zero  bool // it begins with 零 or 0
}

// amount adds parts with falling units: 1亿2000万, 12万5, 一百二十万.
func (r *reader) amount() (sum decimal.Decimal, units bool, err error) {
	last := int64(0)
	for {
		i := r.i
		if last != 0 {
			r.blanks() // 12 万 5 千
		}
		apart := r.i > i
		p, ok, err := r.part()
		if err != nil || !ok && last == 0 {
			return sum, units, noFit(err)
		}
		if !ok {
			r.i = i
			return sum, units, nil
		}
		unit := r.moneyUnit()
		switch {
		case unit == 1 && apart: // 12.5万 11-24
			r.i = i
			return sum, units, nil
		case unit == 1:
			more, err := p.under(last)
			return sum.Add(more), units, err
		case last != 0 && unit >= last:
			return sum, units, Refusal(unclearYuan)
		}
		sum, last, units = sum.Add(p.value.Mul(decimal.NewFromInt(unit))), unit, true
	}
}

func noFit(err error) error {
	if err == nil {
		return ErrNone
	}
	return err
}

// under is the worth of a last part without a unit, after a part of unit last:
// the 5 of 12万5 is 5千, 5000 is itself, 35 may be either and is refused.
func (p part) under(last int64) (decimal.Decimal, error) {
	switch {
	case last == 0 || p.plain >= 0 && p.zero || p.plain == 0 || len(strconv.FormatInt(last, 10)) == p.plain+1:
		return p.value, nil
	case p.plain == 1:
		return p.value.Mul(decimal.NewFromInt(last / 10)), nil
	default:
		return p.value, Refusal(unclearYuan)
	}
}

// part reads one number, Arabic or Chinese.
func (r *reader) part() (part, bool, error) {
	if arabic(r.peek()) {
		return r.arabicPart()
	}
	zero := r.any("零〇")
	if zero && arabic(r.ahead(1)) {
		r.i++
		p, ok, err := r.arabicPart()
		p.zero = true
		return p, ok, err
	}
	n, single, ok := r.section()
	p := part{value: decimal.NewFromInt(int64(n)), zero: zero}
	if single {
		p.plain = 1
	}
	return p, ok, nil
}

// arabicPart reads 125,000.00.
func (r *reader) arabicPart() (part, bool, error) {
	var b [maxRead]byte
	text := b[:0]
	group, commas := 0, false
	for {
		switch c := r.peek(); {
		case arabic(c):
			text = append(text, byte(c))
			group++
			r.i++
			continue
		case c == ',' && arabic(r.ahead(1)):
			if commas && group != 3 || group > 3 || group == 0 {
				return part{}, false, Refusal("金额里的逗号位置不对，请写成 125,000.00")
			}
			group, commas = 0, true
			r.i++
			continue
		}
		break
	}
	if commas && group != 3 {
		return part{}, false, Refusal("金额里的逗号位置不对，请写成 125,000.00")
	}
	p := part{plain: len(text), zero: text[0] == '0'}
	if r.peek() == '.' && arabic(r.ahead(1)) {
		p.plain = -1
		for text, r.i = append(text, '.'), r.i+1; arabic(r.peek()); r.i++ {
			text = append(text, byte(r.peek()))
		}
	}
	v, err := decimal.NewFromString(string(text)) // digits and one point: no exponent gets here
	p.value = v
	return p, err == nil, err
}
