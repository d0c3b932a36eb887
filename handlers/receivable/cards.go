package receivable

import (
	"fmt"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// elsewhere is said where no secret can be kept.
const elsewhere = "完整内容请在应用或飞书里看。"

// card is an answer in full for who may see amounts, and outline where they
// cannot be kept: numbers, states, dates and counts.
func card(title string, tone chat.Tone, lines []string, outline string, buttons ...chat.Button) *command.Answer {
	a := command.Card(chat.Card{Title: title, Tone: tone, Blocks: []chat.Block{{Text: strings.Join(lines, "\n")}}, Buttons: buttons})
	a.Reply.Confidential, a.Reply.Summary = true, outline+"\n"+elsewhere
	return a
}

// notice tells somebody of money, in full or in outline.
func notice(key string, to store.Person, text, outline string, buttons ...chat.Button) chat.Notice {
	m := chat.Message{Text: text, Secrecy: chat.Secrecy{Confidential: true, Summary: outline + elsewhere}}
	if len(buttons) > 0 {
		m.Text, m.Card = "", &chat.Card{Title: "应收", Blocks: []chat.Block{{Text: text}}, Buttons: buttons}
	}
	return chat.Notice{Key: key + "/" + to.ID, To: to.ID, Message: m}
}

// head names a deal: its number, customer and project.
func (d deal) head() string {
	return strings.TrimSpace(d.Number + " " + d.name + " " + d.Project)
}

// sums are how a deal stands in one line.
func (d deal) sums() string {
	list := []string{"已收 " + words.Money(d.Allocated) + pendingWords(d.Pending), "未收 " + words.Money(d.Open)}
	if d.Surplus > 0 {
		list = append(list, "预收 "+words.Money(d.Surplus)+pendingWords(d.PendingSurplus))
	}
	if d.Waived > 0 {
		list = append(list, "核销 "+words.Money(d.Waived))
	}
	return strings.Join(list, "，")
}

// pendingWords say how much of a sum waits for 核款; nothing where none does.
func pendingWords(fen int64) string {
	if fen == 0 {
		return ""
	}
	return "（其中待核 " + words.Money(fen) + "）"
}

// due is a day of a plan, as people read it today.
func (d deal) due(day store.Day) string { return words.DayIn(day, d.today) }

// short is a day within a line: 10-31, and with its year where that is another.
func short(day, today store.Day) string {
	if day[:4] == today[:4] {
		return string(day[5:])
	}
	return string(day)
}

// line is a line of the plan with how it stands.
func (d deal) line(l rulebook.LineStanding) string {
	text := fmt.Sprintf("%s %s %s", lineName(l), d.due(l.Due), words.Money(l.Amount))
	if l.Moved > 0 || l.First != l.Due {
		text += fmt.Sprintf("（原定 %s，改期 %d 次）", short(l.First, d.today), l.Moved)
	}
	return text + "：" + d.state(l)
}

// lineName is how a line is called: 第2期, and what no plan says 未列入计划.
func lineName(l rulebook.LineStanding) string {
	if l.Unplanned && l.No > 1 {
		return "未列入计划"
	}
	return fmt.Sprintf("第%d期", l.No)
}

// state is how a line stands in words.
func (d deal) state(l rulebook.LineStanding) string {
	state := ""
	switch {
	case l.Open == 0 && l.Allocated == 0:
		return "已核销"
	case l.Open == 0:
		return "已收齐"
	case l.Age > 0:
		state = fmt.Sprintf("逾期 %d 天", l.Age)
	case l.First == d.today:
		state = "今天到期"
	default:
		state = "未到期"
	}
	if l.Allocated+l.Waived > 0 {
		state += "，还差 " + words.Money(l.Open)
	}
	if l.Paused >= d.today && l.Paused != "" {
		state += "，暂缓至 " + short(l.Paused, d.today)
	}
	return state
}

// next is what is to be received next: 下次应收 12月31日 周四 50,000.00 元.
func (d deal) next() string {
	for _, l := range d.Lines {
		if l.Open > 0 && l.Due >= d.today {
			return "下次应收 " + d.due(l.Due) + " " + words.Money(l.Open)
		}
	}
	return ""
}

// stand are the sums of a deal and what comes next.
func (d deal) stand() []string {
	lines := []string{d.sums()}
	if next := d.next(); next != "" {
		lines = append(lines, next)
	}
	if d.Damaged {
		lines = append(lines, "有一笔记录损坏打不开，上面的数里没有它；总经理和管理员已经知道。")
	}
	return lines
}

// outline is a deal in numbers, states, dates and counts.
func (d deal) outline() string {
	left := 0
	for _, l := range d.Lines {
		if l.Open > 0 {
			left++
		}
	}
	return fmt.Sprintf("合同 %s：还有 %d 期未收", d.Number, left)
}
