package report

import (
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/store"
)

// guessed reports whether the parts of what was typed have to be shown before
// they count: it does not stand there plainly which is which.
func guessed(c *command.Call) bool { return c.Guessed("内容") && c.Confirmed == "" }

// understood shows what was made of words whose parts had to be guessed. Once
// confirmed they count from when they were first sent.
func (h Handler) understood(c *command.Call, w store.Week, t store.ReportText) *command.Answer {
	var facts []chat.Fact
	for _, p := range parts(t) {
		if p.text != "" {
			facts = append(facts, chat.Fact{Label: p.label, Value: text.CutWith(p.text, mostFold, isCut)})
		}
	}
	a := command.Card(chat.Card{Title: "这样分栏对吗 · " + short(w), Tone: chat.Warn, Blocks: []chat.Block{
		{Text: "没有写明哪句是哪一栏，还没有交。确认后按 " + h.at(c.Now) + " 发的算；不对就写上栏目名再发：周报 本周：… 下周：…"},
		{Facts: facts},
	}})
	return a.Preview(c.SinceFirstSaid(""))
}
