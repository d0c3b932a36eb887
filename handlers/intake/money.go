package intake

import (
	"errors"
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
)

// slack is by how much a number that Excel computed may miss a 分.
var slack = decimal.New(1, -6)

// Money reads an amount, as people write it in a table, in 分: a number, or
// words (12.5万).
func Money(c sheet.Cell) (int64, error) {
	if !c.Number {
		typed := strings.TrimSpace(c.Text)
		fen, n, err := reading.Money(typed)
		var no reading.Refusal
		switch {
		case errors.As(err, &no):
			return 0, errors.New(string(no))
		case err != nil || text.HasWords(typed[n:]):
			return 0, errMoney
		}
		return fen, nil
	}
	v, err := decimal.NewFromString(c.Text)
	switch rounded := v.Round(2); {
	case err != nil:
		return 0, errMoney
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
