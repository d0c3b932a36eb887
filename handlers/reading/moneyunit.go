package reading

import (
	"strings"

	"marketbot/handlers/text"
)

// currencies are those of others. A short name of one is the beginning of a word
// where more follows: 欧派.
var (
	currencies = []string{
		"us$", "hk$", "nt$", "s$", "a$", "c$", "$", "€", "£", "₩", "usdt", "usd", "hkd", "eur", "jpy", "gbp", "krw", "twd", "sgd", "aud", "cad", "chf", "thb", "mop",
		"美元", "美金", "美刀", "港币", "港元", "港纸", "港幣", "欧元", "歐元", "日元", "日币", "日圆", "日圓", "円", "英镑", "韩元", "韩币", "澳元", "澳币", "加元", "加币", "新元", "新币", "台币", "新台币",
		"泰铢", "卢布", "卢比", "法郎", "瑞郎", "澳门元", "澳门币", "葡币",
		"越南盾", "印尼盾", "马币", "林吉特", "比索", "迪拉姆",
	}
	shortCurrencies = []string{"欧", "刀", "镑", "马克", "盾", "克朗", "令吉"}
)

// currency reads the name of another currency.
func (r *reader) currency() bool {
	if r.takeOne(currencies...) {
		return true
	}
	start := r.i
	if r.takeOne(shortCurrencies...) && r.edge() {
		return true
	}
	r.i = start
	return false
}

// foreign reports whether another currency follows, in brackets or not.
func (r *reader) foreign() bool {
	start := r.i
	defer func() { r.i = start }()
	r.blanks()
	r.take("(")
	return r.currency()
}

// moneyUnit reads 万, 千万, w …: what one of it is worth, 1 when none stands here.
func (r *reader) moneyUnit() int64 {
	unit, start := int64(1), r.i
	if r.blanks(); r.i > start && (!r.any("万萬亿億w千k") || text.Wordy(r.ahead(1)) && !strings.ContainsRune("元块圆", r.ahead(1))) { // 5 万达广场
		r.i = start
		return unit
	}
	for {
		switch {
		case unit == 1 && tens(r.peek()) > 0:
			unit = int64(tens(r.peek()))
		case r.any("万萬w"):
			unit *= 1e4
		case r.any("亿億"):
			unit *= 1e8
		case unit == 1 && r.any("k"):
			unit = 1e3
		default:
			return unit
		}
		r.i++
		if unit >= 1e8 || r.runes[r.i-1] == 'k' {
			return unit
		}
	}
}

// yuan reads 元 with what may follow: 5角2分, 整; the 5 of 3块5 is 5角.
func (r *reader) yuan() (cents int64, ok bool) {
	start := r.i
	r.blanks()
	spaced := r.i > start
	if !r.takeOne("元", "块钱", "块", "圆", "圓", "人民币", "rmb", "cny") || spaced && !r.edge() || r.any("旦宵") {
		r.i = start
		return 0, false
	}
	cents = r.cents()
	r.takeOne("整", "正", "钱")
	r.takeOne("人民币", "rmb", "cny")
	return cents, true
}

// cents reads what follows 元: 5角2分, 零5分, 05分; a last digit alone is of the next
// unit, 5角 or 2分.
func (r *reader) cents() (cents int64) {
	jiao := false
	if d, isDigit := digit(r.peek()); isDigit && r.ahead(1) != 0 && strings.ContainsRune("角毛", r.ahead(1)) {
		cents, jiao = 10*int64(d), true
		r.i += 2
	} else if isDigit && !text.Wordy(r.ahead(1)) {
		r.i++
		return 10 * int64(d)
	}
	start := r.i
	if !jiao && r.any("0零〇") {
		r.i++
	}
	switch d, isDigit := digit(r.peek()); {
	case isDigit && r.ahead(1) == '分':
		r.i += 2
		return cents + int64(d)
	case isDigit && jiao && !text.Wordy(r.ahead(1)):
		r.i++
		return cents + int64(d)
	}
	r.i = start
	return cents
}
