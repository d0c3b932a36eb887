package report

import (
	"fmt"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// formCard shows a form under its period and due. late tells that what is
// handed in now will be late once the due has passed.
func (h Handler) formCard(c *command.Call, w store.Week, f chat.Form, late bool) chat.Card {
	due, _ := h.Rules.ReportDue(w)
	text := w.String() + "\n截止：" + h.at(due) + "（" + words.Distance(c.Now, due) + "）"
	card := chat.Card{Title: "周工作计划表 · " + short(w), Form: &f}
	if late && !c.Now.Before(due) {
		card.Tone, text = chat.Warn, text+"\n已过截止时间，提交会记为迟交。"
	}
	line := "周报 本周：… 下周：… 回款：… 问题：…"
	if w != h.Rules.Week(c.Now) {
		line = "补交 " + w.Key() + " 本周：… 下周：…"
	}
	card.Blocks = []chat.Block{{Text: text}, noteBlock("也可以直接打字：" + line)}
	return card
}

// receiptCard answers a new version, the last of an entry, in this week.
func (h Handler) receiptCard(e entry, due time.Time, this store.Week) chat.Card {
	r := e.last()
	card := chat.Card{Title: "周报已收到 · " + short(r.Week), Tone: chat.Good}
	if e.state == late {
		card.Tone = chat.Warn
	}
	version := fmt.Sprintf("第 %d 版", r.Version)
	back := "撤回周报"
	if r.Week != this {
		back += " " + r.Week.Key()
	}
	note := "修改：" + amend(r.Week, this, "下周") + "　撤回：" + back + "　5 分钟内可发 撤销"
	if r.Supplement {
		note = "这一周已经上报，这一份作为" + supplementWord(e) + "转给了总经理，不能撤回。"
		version += "（" + supplementWord(e) + "）"
	}
	stands := receiptWords(e)
	card.Blocks = []chat.Block{
		{Facts: []chat.Fact{
			{Label: "周期", Value: r.Week.String()}, {Label: "状态", Value: stands}, {Label: "版本", Value: version},
			{Label: "收到", Value: h.at(r.Sent) + "（截止 " + h.at(due) + "）"},
		}},
		{Fold: &chat.Folded{Title: "内容", Text: text.CutWith(read(r.Text), mostFold, isCut)}},
		noteBlock(note),
	}
	card.Buttons = []chat.Button{{Label: "看周报", Command: "看周报 " + r.Week.Key()}}
	return card
}

// receiptWords is how a person stands with a new version.
func receiptWords(e entry) string {
	switch {
	case e.state == onLeave:
		return "请假，不计迟交"
	case e.state == freed:
		return "不用交，不计迟交"
	case len(e.reports) == 1:
		return lateWords(e.late)
	default:
		return fmt.Sprintf("%s（按第 %d 版的时间）", lateWords(e.late), first(e.reports).Version)
	}
}

// supplementWord is what something is that came after its week went up: the
// first that came is late, what comes after it a supplement.
func supplementWord(e entry) string {
	if e.state == late && len(e.reports) == 1 {
		return string(late)
	}
	return "补充"
}

// mostRead is how many characters of a report are read in the chat, mostOther
// of its other versions.
const (
	mostRead  = 9000
	mostOther = 1500
)

// reportCard is what counts of a person's week; change tells its author how to change
// it.
func (h Handler) reportCard(e entry, comments []store.ReportComment, change string) chat.Card {
	p, r := e.person, effective(e.reports)
	facts := []chat.Fact{
		{Label: "周期", Value: r.Week.String()}, {Label: "状态", Value: stateWords(e)},
		{Label: "版本", Value: fmt.Sprintf("第 %d 版，%s", r.Version, h.at(r.Sent))},
	}
	card := chat.Card{Title: p.Name + " · " + short(r.Week) + "周报", Blocks: []chat.Block{{Facts: facts}, {Text: text.CutWith(read(r.Text), mostRead, isCut)}}}
	for _, other := range e.reports {
		if other.ID == r.ID {
			continue
		}
		title := fmt.Sprintf("第 %d 版，%s", other.Version, h.at(other.Sent))
		if other.Supplement {
			title = "补充 · " + title
		}
		card.Blocks = append(card.Blocks, chat.Block{Fold: &chat.Folded{Title: title, Text: text.CutWith(read(other.Text), mostOther, isCut)}})
	}
	for _, said := range comments {
		card.Blocks = append(card.Blocks, chat.Block{Text: "批示（" + h.at(said.At) + "）：" + text.Continued(said.Text)})
	}
	if change != "" {
		card.Blocks = append(card.Blocks, noteBlock(change))
	}
	return card
}

// mostRows is how many lines a table of people has.
const mostRows = 100

// statesCard is who stands how in a week.
func (h Handler) statesCard(s sheet, sent string, viewer store.Person) chat.Card {
	card := chat.Card{Title: short(s.week) + "周报 · " + cameWords(s), Tone: chat.Good}
	t := &chat.Table{Heads: []string{"姓名", "状态", "版本"}}
	for _, e := range bySeverity(s) {
		versions := "—"
		if n := len(e.reports); n > 0 {
			versions = fmt.Sprintf("第 %d 版", e.reports[n-1].Version)
		}
		t.Rows = append(t.Rows, []string{e.person.Name, stateWords(e), versions})
	}
	t.Rows = t.Rows[:min(len(t.Rows), mostRows)]
	facts := append(countFacts(s), chat.Fact{Label: "截止", Value: h.at(s.due)}, chat.Fact{Label: "汇总", Value: sent})
	card.Blocks = []chat.Block{{Text: s.week.String()}, {Facts: facts}, {Table: t}}
	if len(s.entries) == 0 {
		card.Blocks = []chat.Block{{Text: s.week.String() + "没有人要交周报。"}}
	}
	if len(s.in(missing)) > 0 {
		card.Tone = chat.Warn
	}
	card.Buttons = headButtons(s, viewer)
	return card
}

// bySeverity lists the missing first.
func bySeverity(s sheet) []entry {
	var list []entry
	for _, is := range []state{missing, late, handedIn, freed, onLeave} {
		list = append(list, s.in(is)...)
	}
	return list
}

// countFacts are the numbers of a week in words.
func countFacts(s sheet) []chat.Fact {
	facts := []chat.Fact{
		{Label: "应交", Value: fmt.Sprintf("%d 人", s.expected())},
		{Label: "已交", Value: fmt.Sprintf("%d 人（按时 %d，迟交 %d）", s.came(), len(s.in(handedIn)), len(s.in(late)))},
		{Label: "未交", Value: fmt.Sprintf("%d 人", len(s.in(missing)))},
		{Label: "请假", Value: fmt.Sprintf("%d 人", len(s.in(onLeave)))},
	}
	if n := s.originals() - s.came(); n > 0 {
		facts = append(facts, chat.Fact{Label: "另收到", Value: fmt.Sprintf("%d 份，不用交的人交的", n)})
	}
	return facts
}

// headButtons are what a head may do next about a week.
func headButtons(s sheet, viewer store.Person) []chat.Button {
	var list []chat.Button
	if len(s.in(missing)) > 0 && rulebook.Allows(rulebook.Chase, viewer) {
		list = append(list, chat.Button{Label: "催交", Command: "催交 " + s.week.Key(), Primary: true})
	}
	if rulebook.Allows(rulebook.Consolidate, viewer) {
		list = append(list, chat.Button{Label: "汇总", Command: "汇总 " + s.week.Key()})
	}
	return list
}

// missingCard asks one person for the report of a week. Its button names the
// week, so that it opens that one's form whenever it is pressed. far is how far
// the due is; empty when the card may be read at another time.
func (h Handler) missingCard(s sheet, now time.Time, title, far string) chat.Card {
	card := chat.Card{Title: title, Tone: chat.Warn, Buttons: []chat.Button{fillButton("填写周报", s.week)}}
	this := h.Rules.Week(now)
	line := h.howTo(s.week, this)
	switch {
	case s.week.Before(this):
		line, card.Buttons[0].Label = "补交 "+s.week.Key()+" 本周：… 下周：…", "补交"
	case this.Before(s.week): // a report is of the week in which it is sent
		line = "从 " + h.Rules.Day(s.week.Monday(h.Rules.Zone)).String() + " 起发 " + line
	}
	text := s.week.String() + "\n截止：" + h.at(s.due) + far
	card.Blocks = []chat.Block{{Text: text}, noteBlock("直接打字也可以：" + line + "\n请假的请先登记：请假 起止")}
	return card
}

// fillButton opens the form of a week.
func fillButton(label string, w store.Week) chat.Button {
	return chat.Button{Label: label, Command: "提交周报 " + w.Key(), Primary: true}
}

// listCard names the missing and late to a head.
func (h Handler) listCard(s sheet, title string, viewer store.Person) chat.Card {
	card := chat.Card{Title: title, Tone: chat.Good, Buttons: headButtons(s, viewer)}
	facts := []chat.Fact{{Label: "周期", Value: s.week.String()}, {Label: "周报", Value: cameWords(s)}}
	card.Blocks = []chat.Block{{Facts: append(facts, nameFacts(s)...)}}
	if len(s.in(missing)) > 0 {
		card.Tone = chat.Bad
	}
	return card
}

// nameFacts name the missing, the late and those on leave.
func nameFacts(s sheet) []chat.Fact {
	var lateOnes []string
	for _, e := range s.in(late) {
		lateOnes = append(lateOnes, e.person.Name+" "+lateWords(e.late))
	}
	facts := []chat.Fact{{Label: "未交", Value: orNobody(words.Names(names(s.in(missing)), mostNames))}}
	if len(lateOnes) > 0 {
		facts = append(facts, chat.Fact{Label: "迟交", Value: words.Names(lateOnes, mostNames)})
	}
	for _, is := range []state{onLeave, freed} {
		var list []string
		for _, e := range s.in(is) {
			name := e.person.Name
			if len(e.reports) > 0 {
				name += "（已交）"
			}
			list = append(list, name)
		}
		if len(list) > 0 {
			facts = append(facts, chat.Fact{Label: string(is), Value: words.Names(list, mostNames)})
		}
	}
	return facts
}

// groupCard tells the group how many came; who is missing only when that is set.
func (h Handler) groupCard(s sheet) chat.Card {
	card := chat.Card{Title: "周报截止 · " + cameWords(s), Tone: chat.Good}
	text := fmt.Sprintf("%s周报 %s 截止：%s%s。", s.week, h.at(s.due), cameWords(s), andLeave(s))
	switch n := len(s.in(missing)); {
	case n > 0:
		card.Tone = chat.Warn
		text += fmt.Sprintf("\n还有 %d 人未交，已私信提醒，请尽快补上（记迟交）。", n)
		if h.Config.PublishMissing {
			text += "\n未交：" + words.Names(names(s.in(missing)), mostNames)
		}
	case s.expected() > 0:
		text += "全部交齐。"
	}
	card.Blocks = []chat.Block{{Text: text}}
	return card
}
