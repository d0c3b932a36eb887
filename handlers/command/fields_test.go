package command

import (
	"fmt"
	"testing"
)

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
