package command

import (
	"context"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"marketbot/handlers/rulebook"
)

// speaking is a house whose commands are spoken of in many ways.
func speaking(t testing.TB) *Router {
	t.Helper()
	run := func(context.Context, *Call) (*Answer, error) { return &Answer{}, nil }
	undo := func(context.Context, *Call, string) (string, error) { return "", nil }
	contract := Arg{Name: "合同号", Kind: Contract}
	specs := []Spec{
		{Name: "回款", Args: []Arg{contract, {Name: "金额", Kind: Money}, {Name: "日期", Kind: Date, Optional: true, Past: true}}, Examples: []string{"回款 ZYX-202611-001 5万"}, Undo: undo},
		{Name: "签合同", Args: []Arg{contract, {Name: "字段", Kind: Fields, Keys: []string{"金额", "日期", "原因"}}}, Examples: []string{"签合同 ZYX-202611-001 金额=5万"}, Undo: undo},
		{Name: "合同", Args: []Arg{{Name: "哪些", Kind: Contract, Optional: true, Words: []string{"已领用", "已签"}}}, Lists: true, Of: Contracts, Examples: []string{"合同"}},
		{Name: "活动 取消", Args: []Arg{{Name: "编号", Kind: Number}, {Name: "原因", Kind: Free}}, Examples: []string{"活动 取消 H3 场地停电"}},
		{Name: "请假", Args: []Arg{{Name: "姓名", Kind: Person, Optional: true}, {Name: "起止", Kind: Span}, {Name: "事由", Kind: Free, Optional: true}}, Examples: []string{"请假 明天 看病"}, Undo: undo},
		{Name: "移交客户", Args: []Arg{{Name: "客户", Kind: Customer, For: ToChange}, {Name: "接收人", Kind: Person}}, Examples: []string{"移交客户 K12 张伟"}, Undo: undo},
		{Name: "停用", Args: []Arg{{Name: "姓名", Kind: Person}}, Examples: []string{"停用 张伟"}, Undo: undo},
		{Name: "决议", Args: []Arg{{Name: "内容", Kind: Passage, Optional: true, Coded: "D"}, {Name: "字段", Kind: Fields, Keys: []string{"负责"}, Optional: true}}, Lists: true, Of: "D", Examples: []string{"决议 D7"}, Undo: undo},
		{Name: "改周报", Args: []Arg{{Name: "内容", Kind: Labels, Keys: []string{"本周", "问题"}, Optional: true}}, Examples: []string{"改周报 问题：无"}, Undo: undo},
	}
	for i := range specs {
		specs[i].Run, specs[i].Summary, specs[i].Who = run, specs[i].Name, rulebook.TakePart
	}
	r, err := NewRouter(specs, `回款：&的钱到了 又收了$
签合同：签下来了 ~%签的
合同：#签了没 那份 的合同有哪些
活动 取消：H不搞了 砍了
请假：%不来了 %有事 ~发烧
移交客户：&转给@ 挪到@名下
停用：@不干了 @离职
决议：D同意了 D谁的
改周报：那栏改成
闲话：中午吃啥 打印机卡纸
`)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What nobody has written a phrase for is offered whole: what it names stands where
// the command takes it, and what says more is kept.
func TestOffers(t *testing.T) {
	r := speaking(t)
	k := Known{Suits: func(*Spec) bool { return true }, People: []string{"张伟", "刘洋"}, Customer: "岭海", Now: tuesday}
	for typed, want := range map[string]string{
		"岭海的钱到了 两万三":                   "回款 岭海 两万三",
		"昨天岭海那边又收了3w":                  "回款 岭海 3w 昨天",
		"004签下来了，148000":               "签合同 004 金额=148000",
		"004那份签了没":                     "合同 004",
		"H3这次不搞了，预算没批":                 "活动 取消 H3 预算没批",
		"明天不来了，发烧":                     "请假 明天 发烧",
		"明天家里有事不来了":                    "请假 明天 家里有事不来了", // 有事 is told, too
		"不来了明天家里有事":                    "请假 明天 家里有事",
		"把岭海从刘洋那挪到张伟名下":                "移交客户 岭海 张伟",
		"刚才那份，问题那栏改成：缺人手":              "改周报 问题：缺人手",
		"006号的钱到了 两万":                  "回款 006 两万", // of no day
		"岭海的004签下来了 金额8万":              "签合同 004 金额=8万",
		"004签下来了，从5万改成8万":              "签合同 004 金额=8万 原因=从5万改成", // what it becomes
		"004的钱到了6万，12月10日的，票号12345678": "回款 004 6万 12月10日",       // no number of a bill
		"已签的合同有哪些":                     "合同 已签",
		"张伟不干了，交给刘洋":                   "停用 张伟",   // who gets what they had
		"张伟同意了D5":                      "决议 D5",   // which shows it
		"别把岭海转给张伟":                     "帮助 移交客户", // what is not to be is no act
		"我下个月不来了":                      "帮助 请假",   // for a month nobody is away by the way
		"中午吃啥":                         "",
		"打印机又卡纸了":                      "",
	} {
		got := ""
		if lines := r.Guess(typed, k).Lines; len(lines) > 0 {
			got = lines[0]
		}
		if got != want {
			t.Errorf("%q offers %q, want %q", typed, got, want)
		}
	}
}

// Whatever is written, nothing is offered that does not stand there: numbers,
// names, sums.
func TestOffersGuessNothing(t *testing.T) {
	r := speaking(t)
	words := []string{"岭海", "张伟", "004", "K3", "H3", "3w", "148000", "明天", "周五", "签下来了", "不搞了", "的钱到了", "转给", "，", " ", "原因", "金额", "是", "改成", "预算没批", "吗", "🙂", "<b>"}
	rapid.Check(t, func(t *rapid.T) {
		typed := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 8).Draw(t, "words"), "")
		k := Known{Suits: func(*Spec) bool { return true }, People: []string{"张伟"}, Customer: "岭海", Now: tuesday}
		offers, _ := r.offers(typed, k)
		for _, o := range offers {
			for _, word := range words[:9] {
				if strings.Contains(o.line, word) && !strings.Contains(typed, word) {
					t.Errorf("%q offers %q", typed, o.line)
				}
			}
		}
	})
}
