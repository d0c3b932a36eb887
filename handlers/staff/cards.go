package staff

import (
	"strconv"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

func number(n int) string { return strconv.Itoa(n) }

// period is how a range of days is shown.
func period(first, last store.Day) string {
	if first == last {
		return written(first)
	}
	text := written(first) + " 至 " + last.String()
	if first[:4] != last[:4] {
		text = written(first) + " 至 " + written(last)
	}
	days := int(last.Start(time.UTC).Sub(first.Start(time.UTC)).Hours()/24) + 1
	return text + "（" + number(days) + " 天）"
}

// leavePeriod is how the days of leave are shown, with when the first begins.
func leavePeriod(l store.Leave) string {
	if l.Begins == 0 {
		return period(l.First, l.Last)
	}
	begins := "（" + words.TimeOfDay(l.Begins) + "起）"
	if l.First == l.Last {
		return written(l.First) + begins
	}
	return written(l.First) + begins + strings.TrimPrefix(period(l.First, l.Last), written(l.First))
}

// written is a day with its year.
func written(d store.Day) string {
	if len(d) < 4 {
		return string(d)
	}
	return string(d)[:4] + "年" + d.String()
}

// role is a person's post and duties.
func role(p store.Person) string {
	words := []string{string(p.Post)}
	if p.Awaits != "" {
		words[0] = string(p.Awaits) + "（待总经理确认）"
	}
	for _, d := range p.Duties {
		words = append(words, string(d))
	}
	return strings.Join(words, "、")
}

// platform is what people call a platform.
func platform(name string) string {
	switch name {
	case "feishu":
		return "飞书"
	case "wecom":
		return "企业微信"
	case "webchat":
		return "演示页"
	default:
		return name
	}
}

func peopleCard(list []store.Person, page command.Page, manages bool) chat.Card {
	t := &chat.Table{Heads: []string{"姓名", "岗位", "职责"}}
	for _, p := range command.Rows(page, list) {
		duties := "—"
		if words := strings.Split(role(p), "、")[1:]; len(words) > 0 {
			duties = strings.Join(words, "、")
		}
		t.Rows = append(t.Rows, []string{p.Name, strings.Split(role(p), "、")[0], duties})
	}
	note := "看任职经历：人员 姓名"
	if rest := page.Rest(); rest != "" {
		note = rest + "\n" + note
	}
	if manages {
		note += "\n管理：人员 添加 姓名 岗位 · 人员 岗位 姓名 岗位 · 人员 职责 姓名 职责 · 人员 取消职责 姓名 职责 · 人员 绑定码 姓名 · 人员 停用 姓名 · 人员 恢复 姓名"
	}
	return chat.Card{Title: "人员（" + number(len(list)) + " 人）", Blocks: []chat.Block{{Table: t}, {Note: note}}, Buttons: page.Turn("下一页")}
}

func (h Handler) personCard(p store.Person, tenures []store.Tenure, rules string) chat.Card {
	t := &chat.Table{Heads: []string{"岗位或职责", "自", "至"}}
	for _, x := range tenures {
		name, until := string(x.Post), "现在"
		if name == "" {
			name = string(x.Duty)
		}
		if !x.Until.IsZero() {
			until = string(h.Rules.Day(x.Until))
		}
		t.Rows = append(t.Rows, []string{name, string(h.Rules.Day(x.Since)), until})
	}
	called := p.Name
	if !p.Active() {
		called += audience.Left
	}
	return chat.Card{Title: called + "：" + role(p), Blocks: []chat.Block{{Table: t}, {Facts: []chat.Fact{{Label: "制度", Value: rules}}}}}
}

func codeCard(title string, facts []chat.Fact, code, text string) chat.Card {
	facts = append(facts, chat.Fact{Label: "绑定码", Value: code})
	return chat.Card{Title: title, Tone: chat.Good, Blocks: []chat.Block{{Facts: facts}, {Text: text}, {Note: "只能用一次。"}}}
}

// stopCard asks whether to stop somebody; then is what comes of it, behind what they
// leave behind.
func stopCard(p store.Person, then, behind string) chat.Card {
	return chat.Card{Title: "停用 " + p.Name + "？", Tone: chat.Warn, Blocks: []chat.Block{
		{Facts: []chat.Fact{{Label: "姓名", Value: p.Name}, {Label: "岗位和职责", Value: role(p)}}},
		{Text: "确认后" + then + "不能再使用，不再要求周报和签到；周报、签到等记录都保留。" + behind},
	}}
}

// clauseTable is numbers and titles.
func clauseTable(list []rulebook.Clause) chat.Block {
	t := &chat.Table{Heads: []string{"条号", "内容"}}
	for _, c := range list {
		t.Rows = append(t.Rows, []string{c.Number, c.Title})
	}
	return chat.Block{Table: t}
}

// howToLookUp stands under every list of clauses.
var howToLookUp = chat.Block{Note: "看某一条：制度 条号，例如 制度 会-3；也可以用关键词：制度 出差"}

// clauseList is the whole rule book; the texts are folded, so that they can be
// read where they are acknowledged.
func clauseList(e rulebook.Edition, clauses []rulebook.Clause) chat.Card {
	var b strings.Builder
	for _, c := range clauses {
		b.WriteString(c.Number + " " + c.Title + "\n" + c.Text + "\n\n")
	}
	return chat.Card{Title: "市场管理细则（" + string(e.From) + " 版）", Blocks: []chat.Block{
		clauseTable(clauses), {Fold: &chat.Folded{Title: "展开全文", Text: strings.TrimSpace(b.String())}}, howToLookUp,
	}}
}

// clauseCard is one clause with the commands that serve it and are of use to
// the reader, and what it said before the edition that worded it last.
func (h Handler) clauseCard(c rulebook.Clause, to *command.Call) chat.Card {
	card := chat.Card{Title: c.Number + " " + c.Title, Blocks: []chat.Block{{Text: c.Text}}}
	if from, old, ok := h.Rules.Book.Reworded(c.Number, h.Rules.Day(to.Now)); ok {
		card.Blocks = append(card.Blocks, chat.Block{Note: string(from) + " 起这样写；以前：" + old})
	}
	var names []string
	for _, name := range to.Serving[c.Number] {
		if to.Offers != nil && to.Offers(name) {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Facts: []chat.Fact{{Label: "相关命令", Value: strings.Join(names, " · ")}}})
	}
	for _, name := range names[:min(3, len(names))] {
		card.Buttons = append(card.Buttons, chat.Button{Label: name + " 怎么用", Command: "帮助 " + name})
	}
	return card
}

// clauseHits shows the best hit in full and names the next ones.
func clauseHits(found []rulebook.Clause) chat.Card {
	const most = 8
	best, others := found[0], found[1:min(len(found), most)]
	card := chat.Card{Title: "找到 " + number(len(found)) + " 条", Blocks: []chat.Block{
		{Text: best.Number + " " + best.Title + "\n" + best.Text}, clauseTable(others), howToLookUp,
	}}
	for _, c := range found[:min(3, len(found))] {
		card.Buttons = append(card.Buttons, chat.Button{Label: c.Number + " " + c.Title, Command: "制度 " + c.Number})
	}
	return card
}

func healthCard(list []chat.Finding) chat.Card {
	t := &chat.Table{Heads: []string{"项目", "状态", "说明"}}
	bad := 0
	for _, f := range list {
		state := "正常"
		if !f.OK {
			state = "要处理"
			bad++
		}
		t.Rows = append(t.Rows, []string{f.Name, state, f.Text})
	}
	card := chat.Card{Title: "自检：全部正常", Tone: chat.Good, Blocks: []chat.Block{{Table: t}}}
	if bad > 0 {
		card.Title, card.Tone = "自检："+number(bad)+" 项要处理", chat.Warn
	}
	return card
}
