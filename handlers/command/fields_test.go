package command

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestReadFields(t *testing.T) {
	keys := []string{"名称", "地址", "电话", "股东", "VIP等级", "VIP"}
	for text, want := range map[string]string{
		"地址=东莞市 南城区":                   "map[地址:东莞市 南城区]",
		"地址＝东莞　电话＝0769-123":            "map[地址:东莞 电话:0769-123]",
		"地址=a，电话=b；名称=c":               "map[名称:c 地址:a 电话:b]",
		"地址：a 电话：b":                    "map[地址:a 电话:b]",
		"地址= 电话=1":                     "map[地址: 电话:1]",
		"地址=":                          "map[地址:]",
		"股东=张三=30%，李四=20% 王五=50% 地址=a": "map[地址:a 股东:张三=30%，李四=20% 王五=50%]",
		"地址=见 http://x/?a=b":           "map[地址:见 http://x/?a=b]",
		"vip=是 ＶＩＰ等级=高":                "map[VIP:是 VIP等级:高]",
		"地\u200b址=a\x00b":              "map[地址:a\x00b]",
		"地址＝\u202ea 电话=\u200b":         "map[地址:\u202ea 电话:\u200b]",
		"地址=a\n电话=b":                   "map[地址:a 电话:b]",
		"地址=本地址：不变":                    "map[地址:本地址：不变]",
		"地址=a 地址=b":                    "!「地址」写了两次，请合成一次",
		"网址=a":                         "!没有字段「网址」。可以写的字段：名称、地址、电话、股东、VIP等级、VIP",
		"地址=a 网址=b":                    "!没有字段「网址」。可以写的字段：名称、地址、电话、股东、VIP等级、VIP",
		"南城区 地址=a":                     "!没有字段「南城区」。可以写的字段：名称、地址、电话、股东、VIP等级、VIP",
		"南城区":                          "!没有字段「南城区」。可以写的字段：名称、地址、电话、股东、VIP等级、VIP",
		"=":                            "!没有字段「=」。可以写的字段：名称、地址、电话、股东、VIP等级、VIP",
		"":                             "!没有字段「」。可以写的字段：名称、地址、电话、股东、VIP等级、VIP",
		"地址=一段很长的话里面写了一个很长很长很长很长很长的词=不是字段": "map[地址:一段很长的话里面写了一个很长很长很长很长很长的词=不是字段]",
	} {
		values, err := readFields(text, keys)
		got := fmt.Sprint(values)
		var no *Refusal
		if errors.As(err, &no) {
			got = "!" + no.Text
		}
		if got != want {
			t.Errorf("readFields(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestAPassageEndsAtTheFirstField(t *testing.T) {
	spec := &Spec{Name: "跟进", Args: []Arg{
		{Name: "客户", Kind: Customer}, {Name: "进展", Kind: Passage}, {Name: "字段", Kind: Fields, Optional: true, Keys: []string{"阶段", "金额"}},
	}}
	for rest, want := range map[string]string{
		"K12 谈了 年度 合作，单价=30元":     "map[客户:K12 进展:谈了 年度 合作，单价=30元]",
		"K12 谈了方案 阶段=签约 金额=12.5万": "map[字段:map[金额:12.5万 阶段:签约] 客户:K12 进展:谈了方案]",
		"华东机电，谈了方案；阶段＝签约":         "map[字段:map[阶段:签约] 客户:华东机电 进展:谈了方案]",
		"K12 本阶段：谈价":              "map[客户:K12 进展:本阶段：谈价]",
		"K12":                     "question: 请补充进展",
		"K12 阶段=签约":               "refused: 没看懂「阶段=签约」。进展请写成：一段话，写在各字段的前面",
		"K12 谈了 阶段=签约 网址=x":       "refused: 没有字段「网址」。可以写的字段：阶段、金额",
		"阶段=签约":                   "refused: 没看懂「阶段=签约」。客户请写成：客户编号（如 K12）或名称",
		"":                        "question: 请补充客户",
	} {
		args, err := Parse(t.Context(), spec, rest, Env{Now: tuesday})
		got := fmt.Sprint(args)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q comes to %q, want %q", rest, got, want)
		}
	}
	if got := spec.Syntax(); got != "跟进 客户 进展… [阶段=… 金额=…]" {
		t.Errorf("syntax: %s", got)
	}
}

func TestCustomerCodes(t *testing.T) {
	for text, want := range map[string]bool{"K12": true, "ｋ１２": true, "k1": true, "K": false, "K12a": false, "12": false, "": false, "K" + strings.Repeat("1", 13): false} {
		if IsCustomerCode(text) != want {
			t.Errorf("IsCustomerCode(%q) is not %v", text, want)
		}
	}
}
