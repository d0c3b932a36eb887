package intake

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"marketbot/handlers/reading"
	"marketbot/handlers/sheet"
	"marketbot/handlers/text"
)

var (
	errMoney    = errors.New("看不懂这个金额，请写成 125000 或 125,000.00")
	errNegative = errors.New("金额不能是负数")
	errFen      = errors.New("金额最多写到分（两位小数）")
	errShared   = errors.New("这一格和别的行合并了，看不出每行是多少，请拆开，每行写自己的金额")
)

// unit is in what the amounts of a column are counted.
type unit struct {
	words   string
	factor  int64 // 万元 is 10000; 0 and 1: 元
	foreign bool  // in no 元 at all
}

// counted is what a line beside a table may count its amounts in.
const counted = `(?:人民币)?((?:百|十|千)?万元?|千元|亿元?|美元|港币|港元|欧元|日元|usd|hkd|元)`

var (
	factors  = map[string]int64{"": 1, "元": 1, "千元": 1e3, "万": 1e4, "万元": 1e4, "十万元": 1e5, "百万元": 1e6, "千万元": 1e7, "亿": 1e8, "亿元": 1e8}
	inUnit   = regexp.MustCompile(`((?:百|十|千)?万元|千元|亿元|元|(?:[(/:]|金额|目标)[万亿](?:\)|$))`)
	inTitle  = regexp.MustCompile(`单位[:]?` + counted)
	inRemark = regexp.MustCompile(`^[(注:]*(?:金额|货币)?单位:` + counted + `[)。.]*$`)
	elsewise = regexp.MustCompile(`美元|美金|港币|港元|欧元|日元|英镑|us\$|hk\$|[$€£]|\b(?:usd|hkd|eur|jpy|gbp)\b`)
)

// unitOf is what a head says of its unit: 金额（万元）.
func unitOf(head string) (unit, bool) {
	said := text.Bare(head)
	if m := elsewise.FindString(said); m != "" {
		return unit{words: m, foreign: true}, true
	}
	m := strings.Trim(inUnit.FindString(said), "(/:)金额目标")
	return unit{words: m, factor: factors[m]}, m != ""
}

// unitsOf are the units of the columns of amounts: as their heads say it, else as
// a line above does (单位：万元), else as a remark among or below the rows, which says
// nothing else: 机关单位元旦晚会 is a project.
func unitsOf[R any](rows []sheet.Row, h heads, columns []Column[R]) map[int]unit {
	var all unit
	for i, row := range rows {
		says := inTitle
		if i >= h.row {
			says = inRemark
		}
		if i == h.row && all.words != "" {
			break
		}
		for at, c := range row.Cells {
			if i >= h.row && first(row) < at {
				break // below the heads a remark is what comes first
			}
			if m := says.FindStringSubmatch(text.Bare(c.Text)); m != nil {
				all = unit{words: m[1], factor: factors[m[1]], foreign: elsewise.MatchString(m[1])}
			}
		}
	}
	units := map[int]unit{}
	for i, at := range h.index {
		if at < 0 || columns[at].Amount == nil {
			continue
		}
		u, told := unitOf(rows[h.row].At(i).Text)
		if !told {
			u = all
		}
		units[i] = u
	}
	return units
}

// first is which cell of a row is the first that holds something.
func first(row sheet.Row) int {
	return slices.IndexFunc(row.Cells, func(c sheet.Cell) bool { return c.Wrong != "" || text.HasWords(c.Text) })
}

// slack is by how much a number that Excel computed may miss a 分.
var slack = decimal.New(1, -6)

// bare is an amount that is written without a unit.
var bare = regexp.MustCompile(`^[¥￥]?[\d,.]+$`)

// money reads an amount, as people write it in a table, in 分: a number, which
// is in the unit of its column, or words, which may tell their own (12.5万).
func money(c sheet.Cell, u unit) (int64, error) {
	factor := decimal.NewFromInt(max(u.factor, 1))
	switch {
	case u.foreign:
		return 0, fmt.Errorf("这一列写的是%s，金额只记人民币，请折成元", u.words)
	case c.Merged:
		return 0, errShared
	case c.Mark != "":
		return 0, fmt.Errorf("这一格的格式带着「%s」，看不出是多少元，请写成元，例如 125000", c.Mark)
	case c.Number:
		v, err := decimal.NewFromString(c.Text)
		if err != nil {
			return 0, errMoney
		}
		return inFen(v.Mul(factor))
	}
	typed := text.Fold(strings.TrimSpace(c.Text)).Text
	if v, err := decimal.NewFromString(typed); err == nil && u.factor > 1 {
		return inFen(v.Mul(factor))
	}
	fen, n, err := reading.Money(typed)
	var no reading.Refusal
	switch {
	case errors.As(err, &no):
		return 0, errors.New(string(no))
	case err != nil || text.HasWords(typed[n:]):
		return 0, errMoney
	case u.factor > 1 && bare.MatchString(typed):
		return inFen(decimal.New(fen, -2).Mul(factor))
	case u.factor > 1 && !strings.ContainsAny(typed, "元万亿w"):
		return 0, errMoney
	}
	return fen, nil
}

// inFen is a number of 元 in 分.
func inFen(v decimal.Decimal) (int64, error) {
	switch rounded := v.Round(2); {
	case v.IsNegative():
		return 0, errNegative
	case v.Sub(rounded).Abs().GreaterThan(slack):
		return 0, errFen
	default:
		fen, _, err := reading.Money(rounded.StringFixed(2))
		if err != nil {
			err = errMoney
		}
		return fen, err
	}
}
