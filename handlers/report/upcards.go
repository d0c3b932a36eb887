package report

import (
	"fmt"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/reading"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// How much text a card holds; the rest is in the Excel. Platforms cut cards at
// some 30 KB.
const (
	mostFold  = 3000 // characters of one report
	mostFolds = 6000 // characters of all reports together
	leastFold = 120
	mostUp    = 40 // reports shown
)

// totals are a week's sums.
func totals(s sheet) []chat.Fact {
	var done, part, not, people, unread int
	var fen int64
	for _, e := range s.entries {
		if len(e.reports) == 0 {
			continue
		}
		r := effective(e.reports)
		done, part, not = done+r.Kept, part+r.Partly, not+r.Unkept
		switch n, is := payment(r.Text.Payment); {
		case is:
			fen, people = fen+n, people+1
		case r.Text.Payment != "":
			unread++
		}
	}
	var facts []chat.Fact
	if sum := done + part + not; sum > 0 {
		facts = append(facts, chat.Fact{Label: "上周计划", Value: fmt.Sprintf("%d 项：完成 %d，部分完成 %d，未完成 %d", sum, done, part, not)})
	}
	if people > 0 {
		value := fmt.Sprintf("%s（%d 人）", words.Money(fen), people)
		if unread > 0 {
			value += fmt.Sprintf("，另有 %d 人写的不是单个金额，见原件", unread)
		}
		facts = append(facts, chat.Fact{Label: "预计回款", Value: value})
	}
	return facts
}

// payment reads what is one amount and nothing else; a sum must not be guessed.
func payment(text string) (int64, bool) {
	text = strings.TrimSpace(text)
	fen, n, err := reading.Money(text)
	return fen, err == nil && strings.Trim(text[n:], " 。.，,;；元\n") == ""
}

// folds are the originals, folded, supplements behind their report.
func (h Handler) folds(s sheet) []chat.Block {
	var list []chat.Block
	each := max(leastFold, min(mostFold, mostFolds/max(1, s.originals())))
	left := 0
	for _, e := range s.entries {
		if len(e.reports) == 0 {
			continue
		}
		if len(list) == mostUp {
			left++
			continue
		}
		r := effective(e.reports)
		whole := read(r.Text)
		for _, more := range supplements(e.reports) {
			whole += fmt.Sprintf("\n【补充 %s】\n%s", h.at(more.Sent), read(more.Text))
		}
		title := fmt.Sprintf("%s（%s）· %s · 第 %d 版", e.person.Name, e.person.Post, stateWords(e), r.Version)
		list = append(list, chat.Block{Fold: &chat.Folded{Title: title, Text: text.CutWith(whole, each, inFile)}})
	}
	if left > 0 {
		list = append(list, noteBlock(fmt.Sprintf("另有 %d 份原件见附件 Excel。", left)))
	}
	return list
}

// consolidatedCard is what the general manager gets.
func (h Handler) consolidatedCard(s sheet, up store.Consolidated) chat.Card {
	card := h.weekCard(s, s.name(up.Person)+" "+h.at(up.Sent)+"，"+upWords(up.Late), up.Opinion)
	if up.Late > 0 {
		card.Tone = chat.Warn
	}
	return card
}

// unsentCard is what the general manager gets of a week that nobody can send
// up, for why.
func (h Handler) unsentCard(s sheet, why string) chat.Card {
	card := h.weekCard(s, "未上报（"+why+"）", "")
	card.Title, card.Tone = short(s.week)+"周报汇总：未上报", chat.Bad
	text := "已到上报时间，" + why + "，没有人上报。下面是收到的周报，原件在附件里。"
	card.Blocks = append([]chat.Block{{Text: text}}, card.Blocks...)
	return card
}

// weekCard is a week's reports together.
func (h Handler) weekCard(s sheet, sent, opinion string) chat.Card {
	card := chat.Card{Title: short(s.week) + " 周报汇总", Tone: chat.Good}
	facts := []chat.Fact{{Label: "周期", Value: s.week.String()}, {Label: "上报", Value: sent}}
	facts = append(append(facts, countFacts(s)[:2]...), nameFacts(s)...)
	card.Blocks = append([]chat.Block{{Facts: append(facts, totals(s)...)}}, s.picture()...)
	if opinion != "" {
		card.Blocks = append(card.Blocks, chat.Block{Text: "总监意见：" + text.Continued(opinion)})
	}
	card.Blocks = append(card.Blocks, h.folds(s)...)
	card.Blocks = append(card.Blocks, noteBlock("全部原件在附件 Excel 里。"))
	return card
}

// picture is the week's rates beside those before, where they are known.
func (s sheet) picture() []chat.Block {
	if s.rates == nil {
		return nil
	}
	return []chat.Block{{Chart: s.rates}}
}

// preview makes the general manager's card into a question to the director.
func preview(card *chat.Card, s sheet, gms []store.Person, changed bool) {
	card.Title = "上报预览 · " + short(s.week)
	text := "确认后报给" + who(gms) + "，附全部原件 Excel。每周只能上报一次，之后不能撤回。"
	if changed {
		text = "预览之后又有变化，请再看一遍。\n" + text
	}
	if n := len(s.in(missing)); n > 0 {
		text += fmt.Sprintf("\n还有 %d 人未交：%s。", n, words.Names(names(s.in(missing)), mostNames))
	}
	card.Blocks = append([]chat.Block{{Text: text}}, card.Blocks...)
}

// upSummary is the preview where the reports cannot be shown.
func upSummary(s sheet, gms []store.Person) string {
	return fmt.Sprintf("上报预览 · %s周报：%s，%d 份原件。确认后报给%s，每周只能上报一次。内容需要保密，这里不显示。", s.week, cameWords(s), s.originals(), who(gms))
}

// draftCard is the consolidated report, with a button while it can go up.
func (h Handler) draftCard(s sheet, sent, opinion string, ready, already bool, comments []store.ReportComment) chat.Card {
	card := chat.Card{Title: short(s.week) + " 周报汇总（草稿）"}
	if already {
		card.Title = short(s.week) + " 周报汇总（已上报）"
	}
	if ready {
		card.Buttons = []chat.Button{{Label: "上报", Command: "上报 " + s.week.Key(), Primary: true}}
	}
	if len(s.in(missing)) > 0 {
		card.Buttons = append(card.Buttons, chat.Button{Label: "催交", Command: "催交 " + s.week.Key()})
	}
	facts := append([]chat.Fact{{Label: "周期", Value: s.week.String()}, {Label: "上报", Value: sent}}, countFacts(s)[:2]...)
	card.Blocks = []chat.Block{{Facts: append(append(facts, nameFacts(s)...), totals(s)...)}, {Table: points(s)}}
	card.Blocks = append(card.Blocks, s.picture()...)
	if opinion != "" {
		card.Blocks = append(card.Blocks, chat.Block{Text: "总监意见：" + text.Continued(opinion)})
	}
	for _, said := range comments {
		card.Blocks = append(card.Blocks, chat.Block{Text: s.name(said.Person) + " 批示（" + h.at(said.At) + "）：" + text.Continued(said.Text)})
	}
	card.Blocks = append(card.Blocks, h.folds(s)...)
	return card
}

// mostPoint is how many characters a cell of the points has, and ….
const mostPoint = 48

// points are everybody's report in a line.
func points(s sheet) *chat.Table {
	t := &chat.Table{Heads: []string{"姓名", "状态", "本周", "下周"}}
	for _, e := range bySeverity(s) {
		row := []string{e.person.Name, stateWords(e), "—", "—"}
		if len(e.reports) > 0 {
			written := effective(e.reports).Text
			row[2], row[3] = text.CutLine(written.Done, mostPoint), text.CutLine(written.Plan, mostPoint)
		}
		t.Rows = append(t.Rows, row)
	}
	t.Rows = t.Rows[:min(len(t.Rows), mostUp)]
	return t
}

// supplementCard forwards what came after a week went up.
func (h Handler) supplementCard(e entry) chat.Card {
	p, r, stands := e.person, e.last(), stateWords(e)
	if len(e.reports) > 1 {
		stands = "上报后补充"
	}
	return chat.Card{Title: supplementWord(e) + " · " + short(r.Week) + " · " + p.Name, Tone: chat.Warn, Blocks: []chat.Block{
		{Facts: []chat.Fact{
			{Label: "周期", Value: r.Week.String()}, {Label: "姓名", Value: p.Name + "（" + string(p.Post) + "）"},
			{Label: "收到", Value: h.at(r.Sent) + "，" + stands},
		}},
		{Text: text.CutWith(read(r.Text), mostRead, isCut)},
		noteBlock("上报之后交来，另行转给你。"),
	}}
}
