package command

import (
	"slices"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// helpWord is the command that tells of the others.
const helpWord = "帮助"

// HelpLine is the line that tells of the command.
func (s *Spec) HelpLine() string {
	if s.Name == helpWord {
		return helpWord
	}
	return helpWord + " " + s.Name
}

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
	case Mentions:
		parts[0] = "@" + a.Name + "…"
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

// maxHelp is how many commands help shows without being asked for more.
const maxHelp = 6

// useful are the commands that a person may use and types.
func (r *Router) useful(p store.Person) []*Spec {
	return slices.DeleteFunc(slices.Clone(r.specs), func(s *Spec) bool { return s.Hidden || !s.Suits(p) })
}

// daily are the commands that a person needs first.
func (r *Router) daily(p store.Person) []*Spec {
	list := slices.DeleteFunc(r.useful(p), func(s *Spec) bool { return !s.Daily })
	return list[:min(len(list), maxHelp)]
}

// Help is what a person needs first, with buttons, and by which words there is
// more.
func (r *Router) Help(p store.Person) chat.Card {
	daily := r.daily(p)
	if len(daily) == 0 {
		return chat.Card{Title: helpWord, Blocks: []chat.Block{{Text: "还没有可以使用的命令，请联系管理员登记。"}}}
	}
	card := chat.Card{Title: "我能帮你做的", Blocks: []chat.Block{first(daily)}}
	for i, s := range daily {
		card.Buttons = append(card.Buttons, chat.Button{Label: s.Name, Command: s.Name, Primary: i == 0})
	}
	var more []string
	area := 0
	for _, s := range r.useful(p) {
		if s.Area != area {
			area = s.Area
			more = append(more, s.Name)
		}
	}
	slices.Reverse(more) // what is needed least often is not among the buttons
	card.Blocks = append(card.Blocks, chat.Block{Note: "更多：帮助 全部，或 帮助 " + strings.Join(more, "、") + "。群里请先 @我。"})
	return card
}

// HelpAll is everything that a person may do, with an example each.
func (r *Router) HelpAll(p store.Person) chat.Card {
	return chat.Card{Title: "你能用的全部命令", Blocks: []chat.Block{rows(r.useful(p))}}
}

// Hint is help in one line: examples of what a person needs first.
func (r *Router) Hint(p store.Person, most int) string {
	var list []string
	for _, s := range r.daily(p) {
		if s.Area != 0 {
			list = append(list, s.Examples[0])
		}
	}
	return strings.Join(list[:min(len(list), most)], "、")
}

// first are commands as whoever is new needs them: how one is written, else what it
// does, in a few words. They fit into one card of any platform.
func first(list []*Spec) chat.Block {
	facts := make([]chat.Fact, len(list))
	for i, s := range list {
		facts[i] = chat.Fact{Label: s.Name, Value: s.Examples[0]}
		if s.Examples[0] == s.Name {
			facts[i].Value = strings.FieldsFunc(s.Summary, func(c rune) bool { return strings.ContainsRune("；，：。", c) })[0]
		}
	}
	return chat.Block{Facts: facts}
}

func rows(list []*Spec) chat.Block {
	facts := make([]chat.Fact, len(list))
	for i, s := range list {
		facts[i] = chat.Fact{Label: s.Name, Value: s.Summary + "　例：" + s.Examples[0]}
	}
	return chat.Block{Facts: facts}
}

// Beside is the first other command of the same area that a person may use; nil: none.
func (r *Router) Beside(s *Spec, p store.Person) *Spec {
	if list := r.beside(s, p); len(list) > 0 {
		return list[0]
	}
	return nil
}

func (r *Router) beside(s *Spec, p store.Person) []*Spec {
	return slices.DeleteFunc(r.useful(p), func(o *Spec) bool { return s == nil || s.Area == 0 || o.Area != s.Area || o == s })
}

// HelpFor is all about one command, and what else of its area a person may do.
func (r *Router) HelpFor(s *Spec, p store.Person) chat.Card {
	facts := []chat.Fact{{Label: "用法", Value: s.Syntax()}}
	for _, example := range s.Examples {
		facts = append(facts, chat.Fact{Label: "例", Value: example})
	}
	if len(s.Aliases) > 0 {
		facts = append(facts, chat.Fact{Label: "也可以写", Value: strings.Join(s.Aliases, "、")})
	}
	if s.Due != "" {
		facts = append(facts, chat.Fact{Label: "截止", Value: s.Due})
	}
	facts = append(facts, chat.Fact{Label: "谁可以用", Value: rulebook.Holders(s.Who)})
	if c, ok := rulebook.ByNumber(s.Clause); ok {
		facts = append(facts, chat.Fact{Label: "对应条款", Value: c.Number + " " + c.Title})
	}
	card := chat.Card{Title: s.Name, Blocks: []chat.Block{{Text: s.Summary}, {Facts: facts}}}
	if others := r.beside(s, p); len(others) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: "一类的还有："}, rows(others))
	}
	if s.Lists && s.Suits(p) {
		card.Buttons = []chat.Button{{Label: s.Name, Command: s.Name, Primary: true}}
	}
	return card
}
