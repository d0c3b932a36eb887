package trip

import (
	"fmt"
	"strconv"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/reading"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// listed is how many of the latest check-ins stand under a person's ledger.
const listed = 20

// personalCard is one person's ledger: a line for each day that counts, then
// what they reported.
func (h Handler) personalCard(name string, d reading.Days, list []entry, ins []store.CheckIn) chat.Card {
	card := chat.Card{Title: "签到记录 · " + name, Blocks: []chat.Block{{Text: words.DaysCounted(d.From, d.To)}}}
	if len(list) == 0 {
		card.Blocks[0].Text += "\n没有出差，也没有签到。"
		return card
	}
	card.Blocks[0].Text += "\n" + summary(tallied(list))
	times := map[store.Day][]string{}
	for _, in := range ins {
		times[in.Day] = append(times[in.Day], in.At.In(h.Rules.Zone).Format("15:04"))
	}
	table := chat.Table{Heads: []string{"日期", "出差", "次数", "时间", "备注"}}
	for _, e := range list {
		place := e.place
		if place == "" {
			place = "未登记"
			if e.times == 0 {
				place = ""
			}
		}
		table.Rows = append(table.Rows, []string{e.day.String(), place, e.count(), strings.Join(times[e.day], "、"), h.remark(e)})
	}
	card.Blocks = append(card.Blocks, chat.Block{Table: &table})
	if len(ins) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Fold: h.progress(ins)})
	}
	return card
}

// summary is the tally in words.
func summary(t tally) string {
	text := fmt.Sprintf("出差 %d 天：2 次以上 %d 天，1 次 %d 天，0 次 %d 天", t.days, t.more, t.once, t.none)
	if t.open > 0 {
		text += "，今天待签到"
	}
	if t.leave > 0 {
		text += fmt.Sprintf("；请假 %d 天", t.leave)
	}
	return text + "。"
}

// count is the day's class of the ledger: 0, 1 or 2+ (R12).
func (e entry) count() string {
	switch {
	case e.times > 1:
		return "2+"
	case e.times == 1:
		return "1"
	case !e.asked():
		return "—"
	case e.open:
		return "待签到"
	default:
		return "0"
	}
}

func (h Handler) remark(e entry) string {
	var marks []string
	if mark := h.dayMark(e.day); mark != "" {
		marks = append(marks, mark)
	}
	if e.leave {
		marks = append(marks, "请假")
	}
	return strings.Join(marks, "，")
}

// progress is what was reported, the latest first.
func (h Handler) progress(ins []store.CheckIn) *chat.Folded {
	var lines []string
	for i := len(ins) - 1; i >= 0 && len(lines) < listed; i-- {
		in := ins[i]
		text := text.Continued(text.Cut(in.Progress, shown))
		if in.Progress == "" {
			text = "（内容已过保存期）"
		}
		lines = append(lines, strings.TrimSpace(in.At.In(h.Rules.Zone).Format("01-02 15:04")+" "+in.Place)+"："+text)
	}
	title := fmt.Sprintf("进展（%d 条）", len(ins))
	if len(ins) > listed {
		title = fmt.Sprintf("进展（共 %d 条，最近 %d 条）", len(ins), listed)
	}
	return &chat.Folded{Title: title, Text: strings.Join(lines, "\n")}
}

// departmentCard is everyone's ledger, with the days that were missed.
func (h Handler) departmentCard(d reading.Days, rows []row) chat.Card {
	card := chat.Card{Title: "签到记录 · 市场部", Blocks: []chat.Block{{Text: words.DaysCounted(d.From, d.To)}}}
	if len(rows) == 0 {
		card.Blocks[0].Text += "\n没有人出差，也没有人签到。"
		return card
	}
	table := chat.Table{Heads: []string{"姓名", "出差天数", "2+ 次", "1 次", "0 次", "请假"}}
	var missed []string
	for _, r := range rows {
		t := r.tally
		cells := []string{r.person.Name}
		for _, n := range []int{t.days, t.more, t.once, t.none, t.leave} {
			cells = append(cells, strconv.Itoa(n))
		}
		table.Rows = append(table.Rows, cells)
		if t.none > 0 {
			missed = append(missed, r.person.Name+"："+h.daysMissed(t.missed))
		}
	}
	card.Blocks = append(card.Blocks, chat.Block{Table: &table})
	if len(missed) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: "没有签到的日子\n" + strings.Join(missed, "\n")})
	}
	card.Blocks = append(card.Blocks, chat.Block{Note: "看一个人的每一天：签到记录 姓名 时段"})
	return card
}

// daysMissed names days with what is special about them.
func (h Handler) daysMissed(days []store.Day) string {
	var names []string
	for _, d := range days {
		name := words.Date(d)
		if mark := h.dayMark(d); mark != "" {
			name += "（" + mark + "）"
		}
		names = append(names, name)
	}
	return strings.Join(names, "、")
}
