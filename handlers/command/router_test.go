package command

import (
	"context"
	"strings"
	"testing"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

func nothing(context.Context, *Call) (*Answer, error) { return Text("ok"), nil }

// house is a set of commands with every kind of argument.
func house() []Spec {
	specs := []Spec{
		{Name: "帮助", Aliases: []string{"help", "?"}, Summary: "看能做什么", Args: []Arg{{Name: "命令", Kind: Free, Optional: true}}, Examples: []string{"帮助", "帮助 签到"}},
		{Name: "我的", Summary: "看我的事项", Examples: []string{"我的"}},
		{Name: "取消", Summary: "放弃问题", Examples: []string{"取消"}},
		{Name: "签到", Aliases: []string{"checkin"}, Summary: "汇报进展", Who: rulebook.CheckIn, Clause: "2-4", Args: []Arg{{Name: "进展", Kind: Free, Prompt: "今天进展怎样？"}}, Examples: []string{"签到 广州 拜访客户"}},
		{Name: "签到记录", Summary: "看签到", Args: []Arg{{Name: "姓名", Kind: Person, Optional: true}, {Name: "时段", Kind: Span, Optional: true}}, Examples: []string{"签到记录", "签到记录 张伟 上周"}},
		{Name: "出差", Summary: "登记出差", Who: rulebook.CheckIn, Args: []Arg{{Name: "地点", Kind: Word}, {Name: "时间", Kind: Span}, {Name: "事由", Kind: Free, Optional: true}}, Examples: []string{"出差 广州 3天 拜访客户"}},
		{Name: "请假", Summary: "登记请假", Args: []Arg{{Name: "姓名", Kind: Person, Optional: true}, {Name: "起止", Kind: Span}, {Name: "事由", Kind: Free, Optional: true}}, Examples: []string{"请假 周一至周三 回老家"}},
		{Name: "周报", Summary: "交周报", Args: []Arg{{Name: "内容", Kind: Labels, Optional: true, Keys: []string{"本周", "下周", "回款", "问题"}}}, Examples: []string{"周报 本周：拜访 3 家 下周：签约"}},
		{Name: "补交", Summary: "补交周报", Args: []Arg{{Name: "周", Kind: Week}, {Name: "内容", Kind: Labels, Keys: []string{"本周", "下周"}}}, Examples: []string{"补交 上周 本周：拜访 下周：签约"}},
		{Name: "汇总", Summary: "汇总周报", Args: []Arg{{Name: "周", Kind: Week, Optional: true}}, Examples: []string{"汇总 第48周"}},
		{Name: "回款", Summary: "记回款", Args: []Arg{{Name: "合同号", Kind: Word}, {Name: "金额", Kind: Money}, {Name: "日期", Kind: Date, Optional: true}}, Examples: []string{"回款 ZYX-202611-001 12.5万 11-24"}},
		{Name: "业绩", Summary: "看业绩", Args: []Arg{{Name: "月", Kind: Month, Optional: true}}, Examples: []string{"业绩 11月"}},
		{Name: "人员", Summary: "看人员", Examples: []string{"人员"}},
		{Name: "人员 添加", Summary: "登记人员", Who: rulebook.ManagePeople, Args: []Arg{{Name: "姓名", Kind: Word}, {Name: "岗位", Kind: Post}}, Examples: []string{"人员 添加 张伟 业务员"}},
		{Name: "人员 职责", Summary: "给职责", Who: rulebook.ManagePeople, Args: []Arg{{Name: "姓名", Kind: Person}, {Name: "职责", Kind: Duty}}, Examples: []string{"人员 职责 张伟 财务"}},
		{Name: "制度确认", Summary: "已阅", Hidden: true, Examples: []string{"制度确认"}},
	}
	for i := range specs {
		specs[i].Run = nothing
		if specs[i].Who == "" {
			specs[i].Who = rulebook.TakePart
		}
	}
	return specs
}

func router(t testing.TB) *Router {
	t.Helper()
	r, err := NewRouter(house())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMatch(t *testing.T) {
	r := router(t)
	for _, c := range []struct{ text, name, rest string }{
		{"签到 广州 拜访", "签到", "广州 拜访"},
		{"签到广州 拜访", "签到", "广州 拜访"},
		{"/签到 广州", "签到", "广州"},
		{"／签到　广州　拜访　", "签到", "广州　拜访"},
		{" \n签到\n第一行\n第二行\n", "签到", "第一行\n第二行"},
		{"签\u200b到\ufeff 广州", "签到", "广州"},
		{"签到 \u200b广州", "签到", "\u200b广州"},
		{"签到：广州", "签到", "广州"},
		{"签到 ：广州", "签到", "：广州"},
		{"签到", "签到", ""},
		{"签到记录 上周", "签到记录", "上周"},
		{"签到记录", "签到记录", ""},
		{"签到记 录", "签到", "记 录"},
		{"qd 广州", "签到", "广州"},
		{"QD广州", "签到", "广州"},
		{"ｑｄ　广州", "签到", "广州"},
		{"qdjl", "签到记录", ""},
		{"qdx", "", ""},
		{"qd1", "", ""},
		{"/checkin 广州 ABC", "签到", "广州 ABC"},
		{"CheckIn", "签到", ""},
		{"checking", "", ""},
		{"人员 添加 张伟 业务员", "人员 添加", "张伟 业务员"},
		{"人员添加张伟 业务员", "人员 添加", "张伟 业务员"},
		{"人员　　添加 李", "人员 添加", "李"},
		{"人员", "人员", ""},
		{"人员 张伟", "人员", "张伟"},
		{"人员很多", "", ""},
		{"rytj 张伟 业务员", "人员 添加", "张伟 业务员"},
		{"我的", "我的", ""},
		{"我的！", "我的", "！"},
		{"我的天啊", "", ""},
		{"?", "帮助", ""},
		{"？ 签到", "帮助", "签到"},
		{"???", "", ""},
		{"help me", "帮助", "me"},
		{"周报告诉我", "周报", "告诉我"},
		{"制度确认", "制度确认", ""},
		{"//签到", "", ""},
		{"签", "", ""},
		{"", "", ""},
		{"\x00\xff", "", ""},
		{"签到\xff\x00", "签到", "\xff\x00"},
		{"我要签到", "", ""},
	} {
		spec, rest, ok := r.Match(c.text)
		switch {
		case ok != (c.name != ""):
			t.Errorf("Match(%q) = %v, want %q", c.text, ok, c.name)
		case ok && (spec.Name != c.name || rest != c.rest):
			t.Errorf("Match(%q) = %q, %q, want %q, %q", c.text, spec.Name, rest, c.name, c.rest)
		}
	}
}

func TestNewRouterRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*Spec){
		"no name":             func(s *Spec) { s.Name = "" },
		"a name never typed":  func(s *Spec) { s.Name = "Ｇo" },
		"no summary":          func(s *Spec) { s.Summary = "" },
		"no step":             func(s *Spec) { s.Run = nil },
		"no right":            func(s *Spec) { s.Who = "" },
		"unknown right":       func(s *Spec) { s.Who = "fly" },
		"unknown clause":      func(s *Spec) { s.Clause = "9-9" },
		"no example":          func(s *Spec) { s.Examples = nil },
		"alien example":       func(s *Spec) { s.Examples = []string{"取消"} },
		"senseless example":   func(s *Spec) { s.Examples = []string{"天气"} },
		"example too short":   func(s *Spec) { s.Examples = []string{"签到"} },
		"taken name":          func(s *Spec) { s.Name = "取消" },
		"taken alias":         func(s *Spec) { s.Aliases = []string{"HELP"} },
		"nameless argument":   func(s *Spec) { s.Args = []Arg{{Kind: Free}} },
		"argument after free": func(s *Spec) { s.Args = append(s.Args, Arg{Name: "日期", Kind: Date}) },
		"labels without keys": func(s *Spec) { s.Args = []Arg{{Name: "内容", Kind: Labels}} },
		"arguments alike":     func(s *Spec) { s.Args = append([]Arg{{Name: "进展", Kind: Word}}, s.Args...) },
		"summary of lines":    func(s *Spec) { s.Summary = "一\n二" },
		"also without clause": func(s *Spec) { s.Clause, s.Also = "", []string{"2-4"} },
		"also no clause":      func(s *Spec) { s.Also = []string{"9-9"} },
		"clause misspelt":     func(s *Spec) { s.Also = []string{"会3"} },
		"same clause twice":   func(s *Spec) { s.Also = []string{"会-3", "2-4"} },
		"own name again":      func(s *Spec) { s.Aliases = []string{"签 到"} },
		"alias twice":         func(s *Spec) { s.Aliases = []string{"go", "ＧＯ"} },
		"alias of nothing":    func(s *Spec) { s.Aliases = []string{"\u200b"} },
		"taken pinyin alias":  func(s *Spec) { s.Aliases = []string{"?"} },
		"unknown kind":        func(s *Spec) { s.Args = []Arg{{Name: "进展", Kind: Fields + 1}} },
		"negative kind":       func(s *Spec) { s.Args = []Arg{{Name: "进展", Kind: -1}} },
		"customer for what":   func(s *Spec) { s.Args = []Arg{{Name: "客户", Kind: Customer}} },
		"word to read":        func(s *Spec) { s.Args = []Arg{{Name: "进展", Kind: Word, For: ToRead}} },
		"others of readers": func(s *Spec) {
			s.Args = []Arg{{Name: "客户", Kind: Customer, For: ToRead, Others: func(Meant, string) *Refusal { return nil }}}
		},
		"keys of a word":       func(s *Spec) { s.Args = []Arg{{Name: "进展", Kind: Word, Keys: []string{"本周"}}} },
		"labels alike":         func(s *Spec) { s.Args = []Arg{{Name: "进展", Kind: Labels, Keys: []string{"ab", "ＡＢ"}}} },
		"label without a word": func(s *Spec) { s.Args = []Arg{{Name: "进展", Kind: Labels, Keys: []string{" "}}} },
		"passage before words": func(s *Spec) { s.Args = []Arg{{Name: "进展", Kind: Passage}, {Name: "词", Kind: Word}} },
	} {
		specs := house()
		spoil(&specs[3])
		if _, err := NewRouter(specs); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestInitialsOnlyWhereTheyAreClear(t *testing.T) {
	specs := house()
	twin := specs[3]
	twin.Name, twin.Aliases, twin.Examples = "前道", nil, []string{"前道 好"}
	r, err := NewRouter(append(specs, twin))
	if err != nil {
		t.Fatal(err)
	}
	if s, _, ok := r.Match("qd 好"); ok {
		t.Errorf("qd calls %s though two commands sound so", s.Name)
	}
	twin.Aliases = []string{"qd"}
	if r, err = NewRouter(append(specs, twin)); err != nil {
		t.Fatal(err)
	}
	if s, _, ok := r.Match("qd 好"); !ok || s.Name != "前道" {
		t.Error("an explicit alias must win over initials")
	}
}

func TestSpecsKeepTheirOrder(t *testing.T) {
	for i, s := range router(t).Specs() {
		if want := house()[i].Name; s.Name != want {
			t.Errorf("command %d is %s, want %s", i, s.Name, want)
		}
	}
}

// guess is what a text is taken for by somebody to whom everything is open: the
// lines offered, help, or what it talks about.
func guess(r *Router, typed string) string {
	m, plain := r.Read(typed, nil)
	if !plain {
		m = r.Guess(typed, Known{Suits: func(*Spec) bool { return true }, People: []string{"张伟", "刘洋"}, Now: tuesday})
	}
	switch {
	case m.Spec != nil:
		return m.Line
	case m.Help != nil:
		return "help " + m.Help.Name
	case m.Small:
		return "talk"
	case len(m.Lines) > 0:
		return "offer " + strings.Join(m.Lines, " | ")
	case m.About != nil:
		return "about " + m.About.Name
	}
	return ""
}

func TestGuess(t *testing.T) {
	r := router(t)
	for typed, want := range map[string]string{
		"前到 广州":          "offer 签到 广州",
		"签道":             "offer 签到",
		"迁到广州":           "offer 签到 广州",
		"迁到 广州 见客户":      "offer 签到 广州 见客户",
		"qiandao":        "offer 签到",
		"qian dao 广州":    "offer 签到 广州",
		"周爆":             "offer 周报",
		"zhoubao":        "offer 周报",
		"出拆 3天":          "offer 出差 3天",
		"我要签到":           "签到",
		"请帮我签到一下 广州 ABC": "签到 广州 ABC",
		"签到了吗":           "help 签到",
		"周报。":            "周报",
		"签到 广州 客户问多少钱能做": "签到 广州 客户问多少钱能做",
		"怎么签到":           "help 签到",
		"/chekin":        "offer 签到",
		"今天天气不错":         "",
		"hello":          "talk",
		"好的，谢谢":          "talk",
		"":               "talk",
		"!!!":            "talk",
		"\xff\xfe":       "talk",
		"https://a.b/c":  "",
	} {
		if got := guess(r, typed); got != want {
			t.Errorf("%q is taken for %q, want %q", typed, got, want)
		}
	}
}

func TestSyllables(t *testing.T) {
	for text, want := range map[string]string{
		"重庆": "chong qing", "单总": "shan zong", "重量": "zhong liang", "张A1": "zhang a 1", "长沙银行": "chang sha yin hang", "": "", "，\x00": "",
		"调走": "diao zou", "行业": "hang ye", "出差": "chu chai",
	} {
		if got := strings.Join(Syllables(text), " "); got != want {
			t.Errorf("Syllables(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestHelpShowsWhatOneMay(t *testing.T) {
	r := router(t)
	person := store.Person{ID: "1", Name: "张伟", Post: store.OtherEmployee}
	text := flat(r.HelpAll(person).Blocks[0].Facts)
	if !strings.Contains(text, "周报") || strings.Contains(text, "签到=") || strings.Contains(text, "人员 添加") || strings.Contains(text, "制度确认") {
		t.Errorf("help of an ordinary employee: %s", text)
	}
	person.Post, person.Duties = store.Salesperson, []store.Duty{store.Administrator}
	if text = flat(r.HelpAll(person).Blocks[0].Facts); !strings.Contains(text, "签到=汇报进展　例：签到 广州 拜访客户") || !strings.Contains(text, "人员 添加") {
		t.Errorf("help of a salesperson with a duty: %s", text)
	}
	if card := r.Help(store.Person{}); len(card.Blocks) != 1 || card.Blocks[0].Text == "" {
		t.Errorf("help of nobody: %+v", card)
	}
	spec, _, _ := r.Match("签到")
	if text = flat(r.HelpFor(spec, person).Blocks[1].Facts); !strings.Contains(text, "用法=签到 进展…") || !strings.Contains(text, "2-4 出差每日联系") || !strings.Contains(text, "业务员") {
		t.Errorf("help for a command: %s", text)
	}
}

func flat(facts []chat.Fact) string {
	var b strings.Builder
	for _, f := range facts {
		b.WriteString(f.Label + "=" + f.Value + "\n")
	}
	return b.String()
}

func TestSyntax(t *testing.T) {
	r := router(t)
	for text, want := range map[string]string{
		"出差": "出差 地点 时间 [事由…]",
		"周报": "周报 [本周：…] [下周：…] [回款：…] [问题：…]",
		"补交": "补交 周 本周：… 下周：…",
		"我的": "我的",
	} {
		spec, _, _ := r.Match(text)
		if got := spec.Syntax(); got != want {
			t.Errorf("Syntax of %s = %q, want %q", text, got, want)
		}
	}
}
