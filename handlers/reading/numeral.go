package reading

// digit is the value of an Arabic or Chinese digit.
func digit(r rune) (int, bool) {
	if r >= '0' && r <= '9' {
		return int(r - '0'), true
	}
	switch r {
	case '零', '〇':
		return 0, true
	case '一', '壹':
		return 1, true
	case '二', '两', '贰', '貳', '兩':
		return 2, true
	case '三', '叁', '叄', '參':
		return 3, true
	case '四', '肆':
		return 4, true
	case '五', '伍':
		return 5, true
	case '六', '陆', '陸':
		return 6, true
	case '七', '柒':
		return 7, true
	case '八', '捌':
		return 8, true
	case '九', '玖':
		return 9, true
	}
	return 0, false
}

// tens is the value of a unit below 万.
func tens(r rune) int {
	switch r {
	case '十', '拾':
		return 10
	case '百', '佰':
		return 100
	case '千', '仟':
		return 1000
	}
	return 0
}

func arabic(r rune) bool { return r >= '0' && r <= '9' }

// number reads a small number, 24 or 二十四; digits counts its Arabic digits.
func (r *reader) number() (n, digits int, ok bool) {
	for arabic(r.peek()) && digits < 9 {
		n = n*10 + int(r.peek()-'0')
		r.i++
		digits++
	}
	if digits > 0 {
		return n, digits, !arabic(r.peek())
	}
	n, _, ok = r.section()
	return n, 0, ok
}

// section reads Chinese numerals below 万: 十二, 一百二十, 三百五 (350), 一千零五.
// single tells that it was one digit alone, as the 五 of 十二万五.
func (r *reader) section() (n int, single, ok bool) {
	last, zero := 10000, false
	for start := r.i; ; {
		d, isDigit := chinese(r.peek())
		unit := tens(r.peek())
		switch {
		case isDigit && d == 0 && (r.i > start || r.moreAfter()):
			zero = true
			r.i++
		case isDigit && tens(r.ahead(1)) > 0 && tens(r.ahead(1)) < last:
			last, zero = tens(r.ahead(1)), false
			n += d * last
			r.i += 2
		case isDigit:
			r.i++
			if last < 10000 && !zero {
				d *= last / 10
			}
			return n + d, n == 0 && !zero, true
		case unit == 10 && last > 10: // 十二, 一百十二, 零十二
			n, last, zero = n+10, 10, false
			r.i++
		default:
			return n, false, r.i > start
		}
	}
}

// moreAfter reports whether a Chinese digit or 十 follows the next rune.
func (r *reader) moreAfter() bool {
	_, ok := chinese(r.ahead(1))
	return ok || tens(r.ahead(1)) == 10
}

// chinese is the value of a Chinese digit.
func chinese(r rune) (int, bool) {
	if arabic(r) {
		return 0, false
	}
	return digit(r)
}
