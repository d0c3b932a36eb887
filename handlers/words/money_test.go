package words

import (
	"math"
	"testing"
)

func TestMoney(t *testing.T) {
	for fen, want := range map[int64]string{
		0: "0.00 元", 1: "0.01 元", 10: "0.10 元", 100: "1.00 元", 99999: "999.99 元", 100000: "1,000.00 元", 12500000: "125,000.00 元", 12345678900: "123,456,789.00 元",
		-1: "-0.01 元", -12500000: "-125,000.00 元", math.MinInt64: "-92,233,720,368,547,758.08 元",
	} {
		if got := Money(fen); got != want {
			t.Errorf("Money(%d) = %q, want %q", fen, got, want)
		}
	}
}
