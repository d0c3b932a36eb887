package report

import (
	"fmt"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// formCard shows a form under its period and due.
func (h Handler) formCard(c *command.Call, w store.Week, f chat.Form) chat.Card {
	due, _ := h.Rules.ReportDue(w)
	text := w.String() + "\n截止：" + h.at(due) + "（" + distance(c.Now, due) + "）"
	card := chat.Card{Title: "周工作计划表 · " + short(w), Form: &f}
	if !c.Now.Before(due) {
		card.Tone, text = chat.Warn, text+"\n已过截止时间，提交会记为迟交。"
	}
	line := "周报 本周：… 下周：… 回款：… 问题：…"
	if w != h.Rules.Week(c.Now) {
		line = "补交 " + w.Key() + " 本周：… 下周：…"
	}
	card.Blocks = []chat.Block{{Text: text}, noteBlock("也可以直接打字：" + line)}
	return card
}

// receiptCard answers a new version, the last of reports.
func (h Handler) receiptCard(reports []store.Report, due time.Time) chat.Card {
	r := reports[len(reports)-1]
	_, minutes := standing(reports)
	stands := lateWords(minutes)
	if len(reports) > 1 {
		stands += "（按第 " + fmt.Sprint(reports[0].Version) + " 版的时间）"
	}
	card := chat.Card{Title: "周报已收到 · " + short(r.Week), Tone: chat.Good}
	if minutes > 0 {
		card.Tone = chat.Warn
	}
	version := fmt.Sprintf("第 %d 版", r.Version)
	note := "修改：改周报 下周：…　撤回：撤回周报　5 分钟内可发 撤销"
	if r.Supplement {
		version += "（补充）"
		note = "这一周已经上报，这一版作为补充转给了总经理，不能撤回。"
	}
	card.Blocks = []chat.Block{
		{Facts: []chat.Fact{
			{Label: "周期", Value: r.Week.String()}, {Label: "状态", Value: stands}, {Label: "版本", Value: version},
			{Label: "收到", Value: h.at(r.Sent) + "（截止 " + h.at(due) + "）"},
		}},
		{Fold: &chat.Folded{Title: "内容", Text: shorten(read(r.Text), mostFold)}},
		noteBlock(note),
	}
	card.Buttons = []chat.Button{{Label: "看周报", Command: "看周报 " + r.Week.Key()}}
	return card
}

// reportCard is what counts of a person's week.
func (h Handler) reportCard(p store.Person, reports []store.Report, comments []store.ReportComment, own bool) chat.Card {
	r := effective(reports)
	e := entry{person: p, reports: reports}
	e.state, e.late = standing(reports)
	facts := []chat.Fact{
		{Label: "周期", Value: r.Week.String()}, {Label: "状态", Value: stateWords(e)},
		{Label: "版本", Value: fmt.Sprintf("第 %d 版，%s", r.Version, h.at(r.Sent))},
	}
	card := chat.Card{Title: p.Name + " · " + short(r.Week) + "周报", Blocks: []chat.Block{{Facts: facts}, {Text: shorten(read(r.Text), mostFold)}}}
	for _, other := range reports {
		if other.ID == r.ID {
			continue
		}
		title := fmt.Sprintf("第 %d 版，%s", other.Version, h.at(other.Sent))
		if other.Supplement {
			title = "补充 · " + title
		}
		card.Blocks = append(card.Blocks, chat.Block{Fold: &chat.Folded{Title: title, Text: shorten(read(other.Text), mostFold/2)}})
	}
	for _, said := range comments {
		card.Blocks = append(card.Blocks, chat.Block{Text: "批示（" + h.at(said.At) + "）：" + said.Text})
	}
	if own {
		card.Blocks = append(card.Blocks, noteBlock("修改本周的：改周报 下周：…"))
	}
	return card
}

// mostRows is how many lines a table of people has.
const mostRows = 100

// statesCard is who stands how in a week.
func (h Handler) statesCard(s sheet, sent string, viewer store.Person) chat.Card {
	card := chat.Card{Title: fmt.Sprintf("%s周报 · 已交 %d/%d", short(s.week), s.came(), s.expected()), Tone: chat.Good}
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
	for _, is := range []state{missing, late, handedIn, onLeave} {
		list = append(list, s.in(is)...)
	}
	return list
}

// countFacts are the numbers of a week in words.
func countFacts(s sheet) []chat.Fact {
	return []chat.Fact{
		{Label: "应交", Value: fmt.Sprintf("%d 人", s.expected())},
		{Label: "已交", Value: fmt.Sprintf("%d 人（按时 %d，迟交 %d）", s.came(), len(s.in(handedIn)), len(s.in(late)))},
		{Label: "未交", Value: fmt.Sprintf("%d 人", len(s.in(missing)))},
		{Label: "请假", Value: fmt.Sprintf("%d 人", len(s.in(onLeave)))},
	}
}

// headButtons are what a head may do next about a week.
func headButtons(s sheet, viewer store.Person) []chat.Button {
	var list []chat.Button
	if len(s.in(missing)) > 0 && rulebook.Allows(rulebook.Chase, viewer) {
		list = append(list, chat.Button{Label: "催交", Command: "催交", Primary: true})
	}
	if rulebook.Allows(rulebook.Consolidate, viewer) {
		list = append(list, chat.Button{Label: "汇总", Command: "汇总 " + s.week.Key()})
	}
	return list
}

// missingCard asks one person for the report of a week.
func (h Handler) missingCard(s sheet, now time.Time, title string) chat.Card {
	card := chat.Card{Title: title, Tone: chat.Warn}
	button, line := chat.Button{Label: "填写周报", Command: "周报", Primary: true}, "周报 本周：… 下周：…"
	if s.week != h.Rules.Week(now) {
		button, line = chat.Button{Label: "补交", Command: "补交 " + s.week.Key(), Primary: true}, "补交 "+s.week.Key()+" 本周：… 下周：…"
	}
	text := s.week.String() + "\n截止：" + h.at(s.due) + "（" + distance(now, s.due) + "）"
	card.Blocks = []chat.Block{{Text: text}, noteBlock("直接打字也可以：" + line + "\n请假的请先登记：请假 起止")}
	card.Buttons = []chat.Button{button}
	return card
}

// listCard names the missing and late to a head.
func (h Handler) listCard(s sheet, title string, viewer store.Person) chat.Card {
	card := chat.Card{Title: title, Tone: chat.Good, Buttons: headButtons(s, viewer)}
	facts := []chat.Fact{{Label: "周期", Value: s.week.String()}, {Label: "已交", Value: fmt.Sprintf("%d/%d", s.came(), s.expected())}}
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
	facts := []chat.Fact{{Label: "未交", Value: orNobody(joined(names(s.in(missing))))}}
	if len(lateOnes) > 0 {
		facts = append(facts, chat.Fact{Label: "迟交", Value: joined(lateOnes)})
	}
	if away := s.in(onLeave); len(away) > 0 {
		facts = append(facts, chat.Fact{Label: "请假", Value: joined(names(away))})
	}
	return facts
}

// groupCard tells the group how many came; who is missing only when that is set.
func (h Handler) groupCard(s sheet) chat.Card {
	card := chat.Card{Title: fmt.Sprintf("周报截止 · 已交 %d/%d", s.came(), s.expected()), Tone: chat.Good}
	text := fmt.Sprintf("%s周报 %s 截止：已交 %d/%d%s。", s.week, h.at(s.due), s.came(), s.expected(), andLeave(s))
	if n := len(s.in(missing)); n > 0 {
		card.Tone = chat.Warn
		text += fmt.Sprintf("\n还有 %d 人未交，已私信提醒，请尽快补上（记迟交）。", n)
		if h.Config.PublishMissing {
			text += "\n未交：" + joined(names(s.in(missing)))
		}
	} else {
		text += "全部交齐。"
	}
	card.Blocks = []chat.Block{{Text: text}}
	return card
}
