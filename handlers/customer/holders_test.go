package customer

import (
	"fmt"
	"strings"
	"testing"
)

func TestReadHolders(t *testing.T) {
	for text, want := range map[string]string{
		"张三=30%，李四=20%":       "[{张三 3000} {李四 2000}]",
		"张三=30% 李四=20.5%":     "[{张三 3000} {李四 2050}]",
		"张三＝３０％；李四＝２０":        "[{张三 3000} {李四 2000}]",
		"Li Lei=60 %，张三=40":   "[{Li Lei 6000} {张三 4000}]",
		"某某（香港）有限公司=100%":     "[{某某（香港）有限公司 10000}]",
		"张三=33.33%、李四=66.67%": "[{张三 3333} {李四 6667}]",
		"张三":                  "!股东请写成 姓名=比例，例如 张三=30%，李四=20%",
		"张三=":                 "!股东请写成 姓名=比例，例如 张三=30%，李四=20%",
		"=30%":                "!股东请写成 姓名=比例，例如 张三=30%，李四=20%",
		"张三=0%":               "!股东请写成 姓名=比例，例如 张三=30%，李四=20%",
		"张三=-5%":              "!股东请写成 姓名=比例，例如 张三=30%，李四=20%",
		"张三=30.555%":          "!股东请写成 姓名=比例，例如 张三=30%，李四=20%",
		"":                    "!股东请写成 姓名=比例，例如 张三=30%，李四=20%",
	} {
		list, err := readHolders(text)
		got := fmt.Sprint(list)
		if err != nil {
			got = "!" + problemText(err)
		}
		if got != want {
			t.Errorf("readHolders(%q) = %s, want %s", text, got, want)
		}
	}
}

func TestHoldersHaveNoMoreThanAllShares(t *testing.T) {
	for text, want := range map[string]string{
		"张三=100%":                 "",
		"张三=50%，李四=50%":           "",
		"张三=33.34%，李四=66.67%":     "超过 100%",
		"张三=101%":                 "超过 100%",
		"张三=10%，张三=10%":           "写了两次",
		"张三=999%，李四=999%，王五=999%": "超过 100%",
	} {
		err := holdersRule(text)
		if want == "" != (err == nil) || err != nil && !strings.Contains(problemText(err), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func FuzzHolders(f *testing.F) {
	for _, s := range []string{"张三=30%，李四=20%", "a=1 b=2", "=＝%", "\xff=9\x00", "張=1.5 ％"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if holdersRule(text) != nil {
			return
		}
		list, err := readHolders(text)
		sum := 0
		for _, h := range list {
			if sum += h.share; h.share <= 0 || h.name == "" || !strings.Contains(text, strings.Fields(h.name)[0]) {
				t.Errorf("%q gives %+v", text, h)
			}
		}
		if err != nil || sum > whole || sum == 0 {
			t.Errorf("%q: %v, %d", text, err, sum)
		}
	})
}
