package command

import (
	"context"
	"strings"
	"testing"

	"marketbot/handlers/rulebook"
)

// A code that stands without a command is offered to be seen, and no word beside
// it is lost.
func TestBareCodes(t *testing.T) {
	run := func(context.Context, *Call) (*Answer, error) { return &Answer{}, nil }
	spec := func(name, of string, args ...Arg) Spec {
		return Spec{Name: name, Of: of, Summary: name, Args: args, Examples: []string{name + " " + map[string]string{"K": "K1", "H": "H1", Contracts: "ZYX-202611-001"}[of] + " 谈妥"}, Who: rulebook.TakePart, Run: run}
	}
	number := Arg{Name: "编号", Kind: Free}
	r, err := NewRouter([]Spec{
		spec("客户", "K", number), spec("跟进", "K", Arg{Name: "客户", Kind: Word}, Arg{Name: "进展", Kind: Passage}),
		spec("活动", "H", number), spec("合同", Contracts, number),
	})
	if err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]string{
		"H2":                       "活动 H2",
		"＃ｈ２ 几点开始？":                "活动 H2",
		"看一下h-02":                  "活动 H-02",
		"明天去H2":                    "活动 H2",
		"K3":                       "客户 K3",
		"K3 几点见":                   "客户 K3",
		"K3：今天谈了，下周签 12万":          "跟进 K3 今天谈了，下周签 12万|客户 K3",
		"k3谈得不错":                   "跟进 K3 谈得不错|客户 K3",
		"帮我看看 K3":                  "客户 K3",
		"明天K3的老板来":                 "跟进 K3 明天K3的老板来|客户 K3",
		"K3 和 H2 一起办":              "跟进 K3 和 H2 一起办|客户 K3",
		"zyx－202611－００１ 签了没有":      "合同 ZYX-202611-001",
		"202611-001":               "合同 202611-001",
		"2026-11-001":              "合同 2026-11-001",
		"2026-11-24":               "", // a day
		"138-0013-8000":            "",
		"0769-22334455":            "",
		"X9":                       "", // of no command
		"iPhone15 到货了":             "",
		"VIP客户 K3 今天打款":            "跟进 K3 VIP客户 K3 今天打款|客户 K3",
		"K0":                       "",
		"K3K4":                     "",
		"去3楼":                      "",
		"发到 li.ming@example.com 吧": "",
	} {
		if got := strings.Join(r.Guess(typed, Known{Suits: func(*Spec) bool { return true }, Now: tuesday}).Lines, "|"); got != want {
			t.Errorf("%q offers %q, want %q", typed, got, want)
		}
	}
}
