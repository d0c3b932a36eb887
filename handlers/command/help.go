package command

import (
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Syntax is how the command is written: 出差 地点 [时长或起止] [事由…].
func (s *Spec) Syntax() string {
	parts := []string{s.Name}
	for _, a := range s.Args {
		parts = append(parts, a.syntax()...)
	}
	return strings.Join(parts, " ")
}

func (a *Arg) syntax() []string {
	parts := []string{a.Name}
	switch a.Kind {
	case Free, Passage:
		parts[0] += "…"
	case Labels:
		parts = parts[:0]
		for _, k := range a.Keys {
			parts = append(parts, k+"：…")
		}
	case Fields:
		parts[0] = a.pairs()
	}
	if a.Optional {
		for i, p := range parts {
			parts[i] = "[" + p + "]"
		}
	}
	return parts
}

// maxPairs is how many fields the syntax names.
const maxPairs = 3

// pairs is how fields are written: 阶段=… 金额=…; more than a few are not named
// one by one.
func (a *Arg) pairs() string {
	if len(a.Keys) > maxPairs {
		return "字段=值…"
	}
	return strings.Join(a.Keys, "=… ") + "=…"
}

// Help is what a person may do, with an example each.
func (r *Router) Help(p store.Person) chat.Card {
	var facts []chat.Fact
	for _, s := range r.specs {
		if !s.Hidden && s.Suits(p) {
			facts = append(facts, chat.Fact{Label: s.Name, Value: s.Summary + "　例：" + s.Examples[0]})
		}
	}
	if len(facts) == 0 {
		return chat.Card{Title: "帮助", Blocks: []chat.Block{{Text: "还没有可以使用的命令，请联系管理员登记。"}}}
	}
	return chat.Card{
		Title: "我能帮你做的",
		Blocks: []chat.Block{
			{Facts: facts},
			{Note: "发送「帮助 命令」看用法，如 帮助 " + facts[len(facts)-1].Label + "。群里请先 @我。"},
		},
	}
}

// HelpFor is all about one command.
func (r *Router) HelpFor(s *Spec) chat.Card {
	facts := []chat.Fact{{Label: "用法", Value: s.Syntax()}}
	for _, example := range s.Examples {
		facts = append(facts, chat.Fact{Label: "例", Value: example})
	}
	if len(s.Aliases) > 0 {
		facts = append(facts, chat.Fact{Label: "也可以写", Value: strings.Join(s.Aliases, "、")})
	}
	facts = append(facts, chat.Fact{Label: "谁可以用", Value: rulebook.Holders(s.Who)})
	if c, ok := rulebook.ByNumber(s.Clause); ok {
		facts = append(facts, chat.Fact{Label: "对应条款", Value: c.Number + " " + c.Title})
	}
	return chat.Card{Title: s.Name, Blocks: []chat.Block{{Text: s.Summary}, {Facts: facts}}}
}
