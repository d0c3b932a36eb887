package customer

import (
	"fmt"
	"strings"
	"testing"

	"marketbot/handlers/reading"
)

func TestReadHolders(t *testing.T) {
	for text, want := range map[string]string{
		"张三=30%，李四=20%":       "[{张三 3000} {李四 2000}]",
		"张三=30% 李四=20.5%":     "[{张三 3000} {李四 2050}]",
		"张三＝３０％；李四＝２０":        "[{张三 3000} {李四 2000}]",
		"Li Lei=60 %，张三=40":   "[{Li Lei 6000} {张三 4000}]",
		"某某（香港）有限公司=100%":     "[{某某（香港）有限公司 10000}]",
		"张三=33.33%、李四=66.67%": "[{张三 3333} {李四 6667}]",
		"张三60%，李四 40%":        "[{张三 6000} {李四 4000}]",
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
			got = "!" + problem(err).Text
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
		"张三=33.34%，李四=66.67%":     "超过 100%：写到「李四」时只剩 66.66%",
		"张三=101%":                 "超过 100%：写到「张三」时只剩 100%",
		"张三=80%，李四=20%，王五=1%":     "超过 100%：写到「王五」时只剩 0%",
		"张三=10%，张三=10%":           "写了两次",
		"张三=999%，李四=999%，王五=999%": "超过 100%",
	} {
		err := holdersRule(text)
		if want == "" != (err == nil) || err != nil && !strings.Contains(problem(err).Text, want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// A refusal of something too long says how long it is and may be.
func TestTooLongSaysByHowMuch(t *testing.T) {
	o := newOffice(t)
	o.Customer("南湖酒店", "张伟")
	long := strings.Repeat("长", 1001)
	for line, want := range map[string]string{
		"跟进 K1 " + long:           "内容太长：1001 个字，最多 1000 个字",
		"改客户 K1 地址=" + long:       "地址：内容太长：1001 个字，最多 1000 个字",
		"新客户 " + long[:3*61]:      "名字太长：61 个字，最多 60 个字",
		"联系人 K1 " + long[:3*61]:   "名字太长：61 个字，最多 60 个字",
		"改客户 K1 电话=1" + long:      "电话：电话里至少要有 5 个数字",
		"改客户 K1 电话=123456" + long: "电话：电话太长：1007 个字，最多 100 个字",
	} {
		said := o.Refused("张伟", line)
		wants(t, said, want)
		if strings.HasSuffix(said, "\n") {
			t.Errorf("%q has no hint", said)
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
			if sum += h.Parts; h.Parts <= 0 || h.Name == "" || !strings.Contains(text, strings.Fields(h.Name)[0]) {
				t.Errorf("%q gives %+v", text, h)
			}
		}
		if err != nil || sum > reading.WholeShare || sum == 0 {
			t.Errorf("%q: %v, %d", text, err, sum)
		}
	})
}
