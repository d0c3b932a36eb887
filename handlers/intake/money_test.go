package intake

import (
	"strings"
	"testing"

	"marketbot/handlers/sheet"
)

func TestMoney(t *testing.T) {
	for _, c := range []struct {
		text   string
		number bool
		want   int64
		wrong  string
	}{
		{"125000", true, 125_000_00, ""},
		{"0.30000000000000004", true, 30, ""},
		{"1.25E5", true, 125_000_00, ""},
		{"12345.67", true, 12_345_67, ""},
		{"12345.674", true, 0, errFen.Error()},
		{"-5", true, 0, errNegative.Error()},
		{"1E30", true, 0, errMoney.Error()},
		{"12.5万", false, 125_000_00, ""},
		{" ￥125,000.00 元 ", false, 125_000_00, ""},
		{"12,5", false, 0, "金额里的逗号位置不对，请写成 125,000.00"},
		{"1e5", false, 0, errMoney.Error()},
		{"5万 左右", false, 0, "金额没看懂，请写一个准数，例如 125000 或 12.5万"},
		{"很多", false, 0, errMoney.Error()},
	} {
		got, err := money(sheet.Cell{Text: c.text, Number: c.number}, unit{})
		said := ""
		if err != nil {
			said = err.Error()
		}
		if got != c.want || said != c.wrong {
			t.Errorf("%q: %d, %q; want %d, %q", c.text, got, said, c.want, c.wrong)
		}
	}
}

func TestMoneyOfMarkedCells(t *testing.T) {
	for want, c := range map[string]sheet.Cell{
		"格式带着「$」":        {Text: "5000", Number: true, Mark: "$"},
		"和别的行合并了":        {Text: "5000", Number: true, Merged: true},
		errMoney.Error(): {Text: "30%"},
	} {
		if fen, err := money(c, unit{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v is read as %d, %v", c, fen, err)
		}
	}
}
