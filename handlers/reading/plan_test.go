package reading

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"marketbot/store"
)

// parts are the lines of a plan in short.
func parts(list []PlanPart, err error) string {
	if err != nil {
		return err.Error()
	}
	var words []string
	for _, p := range list {
		what := fmt.Sprintf("%d分", p.Fen)
		switch {
		case p.Rest:
			what = "余款"
		case p.Share > 0:
			what = fmt.Sprintf("%d/万", p.Share)
		}
		words = append(words, string(p.Day)+" "+what)
	}
	return strings.Join(words, "; ")
}

func TestPlan(t *testing.T) {
	on := Base{Today: "2026-11-27"}
	for _, c := range []struct{ text, want string }{
		{"2026-12-31=30% 2027-03-31=余款", "2026-12-31 3000/万; 2027-03-31 余款"},
		{"12-31=5万，1-31=￥125,000.00", "2026-12-31 5000000分; 2027-01-31 12500000分"},
		{"12-31=50000,2027-01-31=余款", "2026-12-31 5000000分; 2027-01-31 余款"},
		{"　２０２６－１２－３１＝３０％；2027年3月31日＝余款。", "2026-12-31 3000/万; 2027-03-31 余款"},
		{"12月31日：30%、明年3月31日 : 余额", "2026-12-31 3000/万; 2027-03-31 余款"},
		{"12月31日 30% 3月31日 余款", "2026-12-31 3000/万; 2027-03-31 余款"},
		{"第1期 12-31=30%\n第2期 2027-03-31=剩余", "2026-12-31 3000/万; 2027-03-31 余款"},
		{"2027-03-31=余款 2026-12-31=30%", "2026-12-31 3000/万; 2027-03-31 余款"},
		{"月底=33.33% 下月底=33.33% 1月31日=33.34%", "2026-11-30 3333/万; 2026-12-31 3333/万; 2027-01-31 3334/万"},
		{"12-31=100%", "2026-12-31 10000/万"},
		{"10-31=12万5", "2026-10-31 12500000分"},
		{"12-31=十万元", "2026-12-31 10000000分"},
		{"12月10日付30%，12月31日支付余款", "2026-12-10 3000/万; 2026-12-31 余款"},

		{"", "nothing of the kind"},
		{"随便", "refused: 没看懂「随便」。收款计划请写成 日期=金额、比例或余款，例如 2026-12-31=30% 2027-03-31=余款"},
		{"12-31", "refused: 没看懂「」。收款计划请写成 日期=金额、比例或余款，例如 2026-12-31=30% 2027-03-31=余款"},
		{"12-31=1e5", "refused: 没看懂「1e5」。收款计划请写成 日期=金额、比例或余款，例如 2026-12-31=30% 2027-03-31=余款"},
		{"12-31=12,5", "refused: 金额里的逗号位置不对，请写成 125,000.00"},
		{"12-31=0.005", "refused: 金额最多写到分（两位小数）"},
		{"12-31=USD 100", "refused: 金额只记人民币，请折成元再写，例如 125000 或 12.5万"},
		{"12-31=-100", "refused: 金额不能是负数"},
		{"12-31=0", "refused: 每一期的金额都要大于 0"},
		{"12-31=0%", "refused: 比例请写 0.01% 到 100%，最多两位小数"},
		{"12-31=101%", "refused: 比例请写 0.01% 到 100%，最多两位小数"},
		{"12-31=33.333%", "refused: 比例请写 0.01% 到 100%，最多两位小数"},
		{"12-31=30% 12-31=余款", "refused: 12月31日 周四写了两次，请合成一期"},
		{"12-31=余款 1-31=余款", "refused: 余款只能写一次"},
		{"2-30=30%", "refused: 没有2月30日这一天"},
		{"12-31=30%多", "refused: 没看懂「多」。收款计划请写成 日期=金额、比例或余款，例如 2026-12-31=30% 2027-03-31=余款"},
		{"12-31=5万 谢谢", "refused: 没看懂「谢谢」。收款计划请写成 日期=金额、比例或余款，例如 2026-12-31=30% 2027-03-31=余款"},
		{"张伟60%,刘洋40%", "refused: 没看懂「张伟60%」。收款计划请写成 日期=金额、比例或余款，例如 2026-12-31=30% 2027-03-31=余款"},
	} {
		if got := parts(Plan(c.text, on)); got != c.want {
			t.Errorf("Plan(%q) = %s\nwant %s", c.text, got, c.want)
		}
	}
	if got := parts(Plan(strings.Repeat("12-31=1% ", 61), on)); !strings.Contains(got, "写了两次") {
		t.Error(got)
	}
}

func TestLineNumber(t *testing.T) {
	for typed, want := range map[string]int{"第1期": 1, "第二期": 2, "3期": 3, "12": 12, "十二": 12, "第 １ 期": 1, "": 0, "第期": 0, "第0期": 0, "首期": 0, "1期款": 0, "-1": 0} {
		if got, ok := LineNumber(typed); ok != (want > 0) || ok && got != want {
			t.Errorf("%q is %d, %v", typed, got, ok)
		}
	}
}

// FuzzPlan: what is read is a plan, whatever is typed, and reading does not look
// for ever.
func FuzzPlan(f *testing.F) {
	for _, s := range []string{"2026-12-31=30% 2027-03-31=余款", "12-31=5万，1-31=￥125,000.00", "第1期 12-31=30%", "12-31=12,5,3-1=余款", "第第期=%", "=", "12-31==%%", "\xff12-31=1", "1月1日 1 1月2日 2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		list, err := Plan(typed, Base{Today: "2026-11-27"})
		var no Refusal
		if err != nil && !errors.Is(err, ErrNone) && !errors.As(err, &no) {
			t.Fatalf("Plan(%q): %v", typed, err)
		}
		if err != nil {
			return
		}
		rests, last := 0, store.Day("")
		for _, p := range list {
			ways := 0
			for _, way := range []bool{p.Rest, p.Share > 0, p.Fen > 0} {
				if way {
					ways++
				}
			}
			if p.Rest {
				rests++
			}
			if ways != 1 || p.Day <= last || p.Share > store.WholeShare || p.Fen < 0 {
				t.Fatalf("Plan(%q) = %+v", typed, list)
			}
			last = p.Day
		}
		if len(list) == 0 || len(list) > maxPlan || rests > 1 {
			t.Fatalf("Plan(%q) = %+v", typed, list)
		}
	})
}
