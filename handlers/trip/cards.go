package trip

import (
	"fmt"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// shown is how many characters of somebody's text are said back.
const shown = 200

// checkedIn answers a check-in, the d.done-th of its day. A group hears no
// more than who, when, in which city and how often (C9).
func (h Handler) checkedIn(c *command.Call, d day, in store.CheckIn) chat.Card {
	head := c.Person.Name + " · " + in.At.In(h.Rules.Zone).Format("15:04")
	if place := placeFor(c, in.Place); place != "" {
		head += " · " + place
	}
	count, next := fmt.Sprintf("今天第 %d 次。", d.done), h.nextTime(c, d.done)
	past := in.Day != h.Rules.Day(c.Clock()) // it arrived on another day
	if past {
		count, next = fmt.Sprintf("%s第 %d 次。", in.Day, d.done), ""
	}
	if c.Event.Chat.Group {
		if d.away {
			count += next
		}
		return chat.Card{Title: "签到成功", Tone: chat.Good, Blocks: []chat.Block{{Text: head}, {Text: count}}, Buttons: []chat.Button{command.UndoButton}}
	}
	card := chat.Card{Title: "签到成功", Tone: chat.Good, Buttons: []chat.Button{command.UndoButton, {Label: "补充进展", Command: "签到"}}}
	switch {
	case d.away:
		count += next
		card.Blocks = append(card.Blocks, chat.Block{Note: "出差 " + d.trip.Place + " " + words.DaysCounted(d.trip.First, d.trip.Last)})
	case past:
		card.Blocks = append(card.Blocks, chat.Block{Text: "那天你没有登记出差，这次签到照样保留。"})
	default:
		card.Blocks = append(card.Blocks, chat.Block{Text: "你没有登记出差，这次签到照样保留。正在出差的话，请登记：出差 地点 天数"})
		card.Buttons = append(card.Buttons, offer(in.Place)...)
	}
	card.Blocks = append([]chat.Block{{Text: head + "\n" + text.Said(text.Cut(in.Progress, shown))}, {Text: count}}, card.Blocks...)
	return card
}

// offer is the button that declares a trip of one day to where somebody is.
func offer(place string) []chat.Button {
	if place == "" || strings.ContainsFunc(place, isGap) {
		return nil
	}
	line := "出差 " + place + " 1天"
	return []chat.Button{{Label: "登记 " + line, Command: line, Primary: true}}
}

// declaredAloud answers in a group: who goes to which city (C9).
func (h Handler) declaredAloud(name string, t store.Trip, old []store.Trip) chat.Card {
	head := name
	if city := heard(t.Place); city != "" {
		head += " · " + city
	}
	text := "每天签到" + h.howOften(t.First) + "（" + clause + "）。日期和事由请私聊我看，发 出差。"
	if len(old) > 0 {
		text = "代替了原来登记的出差。" + text
	}
	return chat.Card{Title: "已登记出差", Tone: chat.Good, Blocks: []chat.Block{{Text: head}, {Text: text}}, Buttons: []chat.Button{command.UndoButton}}
}

// declared answers a declared trip.
func (h Handler) declared(t store.Trip, old []store.Trip) chat.Card {
	facts := []chat.Fact{{Label: "地点", Value: t.Place}, {Label: "时间", Value: words.DaysCounted(t.First, t.Last)}}
	if t.Reason != "" {
		facts = append(facts, chat.Fact{Label: "事由", Value: text.Cut(t.Reason, shown)})
	}
	card := chat.Card{Title: "已登记出差", Tone: chat.Good, Blocks: []chat.Block{{Facts: facts}}, Buttons: []chat.Button{
		{Label: "签到", Command: "签到", Primary: true}, command.UndoButton,
	}}
	for _, o := range old {
		text := "代替了原来的出差：" + o.Place + " " + words.DaysCounted(o.First, o.Last) + "。"
		if o.First < t.First {
			text = "原来的出差 " + o.Place + " 改到 " + t.First.Add(-1).String() + " 为止。"
		}
		card.Blocks = append(card.Blocks, chat.Block{Text: text})
	}
	card.Blocks = append(card.Blocks, chat.Block{
		Note: "出差每天要联系公司" + h.howOften(t.First) + "，周末和节假日也一样（" + clause + "）。发 签到 进展，或直接发位置。到期自动结束，提前回来发 出差 结束。",
	})
	return card
}

// endedAloud answers 出差 结束 in a group (C9).
func (h Handler) endedAloud(name string, last store.Day, checkIns int) chat.Card {
	card := chat.Card{Title: "出差已结束", Tone: chat.Good, Buttons: []chat.Button{command.UndoButton}}
	text := name + "，今天是最后一天。"
	switch {
	case last == "":
		card.Title, text = "已取消出差", name+"，还没开始，已取消。"
	case checkIns < h.least(last):
		card.Tone = chat.Warn
		text += h.lacks(last, checkIns)
	}
	card.Blocks = []chat.Block{{Text: text}}
	return card
}

// lacks says that a trip's last day has too few check-ins.
func (h Handler) lacks(day store.Day, checkIns int) string {
	if checkIns == 0 {
		return "今天还没有签到，请补一次（" + clause + "）。"
	}
	return fmt.Sprintf("今天还差 %d 次签到，请补上（%s）。", h.least(day)-checkIns, clause)
}

// ended answers 出差 结束: last is the trip's last day, empty when it never began.
func (h Handler) ended(t store.Trip, last store.Day, checkIns int) chat.Card {
	card := chat.Card{Title: "出差已结束", Tone: chat.Good, Buttons: []chat.Button{command.UndoButton}}
	switch {
	case last == "":
		card.Title = "已取消出差"
		card.Blocks = []chat.Block{{Text: t.Place + " " + words.DaysCounted(t.First, t.Last) + "，还没开始，已取消。"}}
	case checkIns >= h.least(last):
		card.Blocks = []chat.Block{{Text: t.Place + " " + words.DaysCounted(t.First, last) + "，今天是最后一天。之后不再提醒签到。"}}
	default:
		card.Tone = chat.Warn
		card.Blocks = []chat.Block{{Text: t.Place + " " + words.DaysCounted(t.First, last) + "，今天是最后一天。" + h.lacks(last, checkIns)}}
		card.Buttons = append([]chat.Button{{Label: "签到", Command: "签到", Primary: true}}, card.Buttons...)
	}
	return card
}

// awayAnswer says who is away. A group reads names only: where somebody is and
// for how long is for private chats.
func awayAnswer(c *command.Call, trips []store.Trip, names map[string]string, today store.Day) *command.Answer {
	var now []string
	var rows [][]string
	var own *store.Trip
	for _, t := range trips {
		name := names[t.Person]
		if name == "" {
			continue // left the company
		}
		if t.On(today) {
			now = append(now, name)
		}
		if t.Person == c.Person.ID && own == nil {
			own = &t
		}
		rows = append(rows, []string{name, t.Place, words.DaysCounted(t.First, t.Last), state(t, today)})
	}
	head := today.String() + " 没有人出差。"
	if len(now) > 0 {
		head = fmt.Sprintf("%s %d 人出差：%s。", today.String(), len(now), strings.Join(now, "、"))
	}
	if c.Event.Chat.Group {
		return command.Text(head + "地点和日期请私聊我，发 出差。")
	}
	card := chat.Card{Title: "谁在出差", Blocks: []chat.Block{{Text: head}}}
	if len(rows) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Table: &chat.Table{Heads: []string{"姓名", "地点", "时间", "状态"}, Rows: rows}})
	}
	return command.Card(ownPart(card, own, today))
}

// ownPart adds what the asker can do about their own trip.
func ownPart(card chat.Card, own *store.Trip, today store.Day) chat.Card {
	switch {
	case own == nil:
		card.Blocks = append(card.Blocks, chat.Block{Note: "登记自己的：出差 地点 天数，例如 出差 广州 3天。"})
	case own.On(today) && !own.Ended.IsZero():
		card.Buttons = []chat.Button{{Label: "签到", Command: "签到", Primary: true}}
	case own.On(today):
		card.Buttons = []chat.Button{{Label: "签到", Command: "签到", Primary: true}, {Label: "结束我的出差", Command: "出差 结束"}}
	default:
		card.Buttons = []chat.Button{{Label: "取消我的出差", Command: "出差 结束"}}
	}
	return card
}

func state(t store.Trip, today store.Day) string {
	switch {
	case !t.On(today):
		return "未开始"
	case !t.Ended.IsZero():
		return "今天结束"
	default:
		return "在外"
	}
}
