package trip

import (
	"context"
	"fmt"
	"slices"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// kind is what a moment of a trip's day asks for.
type kind int

const (
	first  kind = iota // who has no check-in yet
	middle             // who has none since noon
	last               // who has none all day: up the line
)

// kindOf tells what the slot at a clock is for: the first of the day and the
// last are special, those between are alike. A single one only reminds.
func kindOf(at []rulebook.Clock, c rulebook.Clock) kind {
	sorted := ordered(at)
	switch i := slices.Index(sorted, c); {
	case i <= 0:
		return first
	case i == len(sorted)-1:
		return last
	default:
		return middle
	}
}

func ordered(at []rulebook.Clock) []rulebook.Clock {
	sorted := slices.Clone(at)
	slices.SortFunc(sorted, func(a, b rulebook.Clock) int { return 60*(a.Hour-b.Hour) + a.Minute - b.Minute })
	return slices.Compact(sorted)
}

// between are the clocks after the first and before the last.
func between(at []rulebook.Clock) []rulebook.Clock {
	sorted := ordered(at)
	if len(sorted) < 3 {
		return nil
	}
	return sorted[1 : len(sorted)-1]
}

// Remind is what every moment of schedule.trip_check_in runs, on each day of
// the year (2-4, C7). By the moment's place among them it asks those without a
// check-in, asks or offers those without one since noon, or tells the post
// above of who had none all day. Who is on leave is left out.
func (h Handler) Remind(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
	at := s.At.In(h.Rules.Zone)
	day := store.DayOf(at)
	away, err := tx.Trips().On(ctx, day, noonOf(h.Rules, day))
	if err != nil {
		return nil, err
	}
	switch kindOf(h.Rules.Trip.At, rulebook.Clock{Hour: at.Hour(), Minute: at.Minute()}) {
	case middle:
		return h.askAfternoon(s, day, away), nil
	case last:
		return h.escalate(ctx, tx, s, day, away)
	default:
		return h.askFirst(s, day, away), nil
	}
}

// key names a notice of the day's moment for ever, together with who gets it.
func (h Handler) key(s rulebook.Slot, day store.Day) string {
	return "trip/" + string(day) + "/" + s.At.In(h.Rules.Zone).Format("1504")
}

func (h Handler) askFirst(s rulebook.Slot, day store.Day, away []store.Away) []chat.Notice {
	var list []chat.Notice
	for _, a := range away {
		if a.CheckIns == 0 {
			list = append(list, h.notice(s, day, a, h.missing(a, day)))
		}
	}
	return list
}

func (h Handler) askAfternoon(s rulebook.Slot, day store.Day, away []store.Away) []chat.Notice {
	var list []chat.Notice
	for _, a := range away {
		switch {
		case a.CheckIns < h.least(day):
			list = append(list, h.notice(s, day, a, h.missing(a, day)))
		case a.CheckIns == 1 && a.Afternoon == 0 && a.Trip.Ended.IsZero() && h.Rules.Book.CheckIns(day) == 0:
			list = append(list, h.notice(s, day, a, offered(a, day)))
		}
	}
	return list
}

func (h Handler) notice(s rulebook.Slot, day store.Day, a store.Away, card chat.Card) chat.Notice {
	return chat.Notice{Key: h.key(s, day) + "/" + a.Person.ID, To: a.Person.ID, Message: chat.Message{Card: &card}}
}

// least is how many check-ins a day of a trip wants before nobody hears of it.
func (h Handler) least(day store.Day) int { return max(1, h.Rules.Book.CheckIns(day)) }

// howOften is how often 2-4 asks for contact on a day.
func (h Handler) howOften(day store.Day) string {
	if n := h.Rules.Book.CheckIns(day); n > 0 {
		return fmt.Sprintf("至少 %d 次", n)
	}
	return "一至两次"
}

func (h Handler) missing(a store.Away, day store.Day) chat.Card {
	title, so := "还没有签到", "还没有联系公司"
	if a.CheckIns > 0 {
		title = fmt.Sprintf("还差 %d 次签到", h.least(day)-a.CheckIns)
		so = fmt.Sprintf("已签到 %d 次，还差 %d 次", a.CheckIns, h.least(day)-a.CheckIns)
	}
	card := chat.Card{
		Title: title, Tone: chat.Warn,
		Blocks: []chat.Block{
			{Text: day.String() + "，你在" + a.Trip.Place + "出差，今天" + so + "。写一句进展就行，也可以直接发位置。"},
			{Note: "出差每天联系" + h.howOften(day) + "（" + clause + "）。"},
		},
		Buttons: []chat.Button{{Label: "签到", Command: "签到", Primary: true}},
	}
	if a.Trip.Ended.IsZero() {
		card.Blocks[1].Note += "已经回来：出差 结束"
		card.Buttons = append(card.Buttons, chat.Button{Label: "出差 结束", Command: "出差 结束"})
	}
	return card
}

func offered(a store.Away, day store.Day) chat.Card {
	return chat.Card{
		Title: "下午有新进展吗？",
		Blocks: []chat.Block{
			{Text: day.String() + "，你在" + a.Trip.Place + "出差，今天已签到 1 次，已经够了。下午有新进展可以再报一次，没有就不用理会。"},
		},
		Buttons: []chat.Button{{Label: "签到", Command: "签到"}},
	}
}

// escalate tells the posts above about everyone without the check-ins of that day,
// one message for each receiver.
func (h Handler) escalate(ctx context.Context, tx *store.Tx, s rulebook.Slot, day store.Day, away []store.Away) ([]chat.Notice, error) {
	silent := slices.DeleteFunc(away, func(a store.Away) bool { return a.CheckIns >= h.least(day) })
	if len(silent) == 0 {
		return nil, nil
	}
	roll, err := audience.Read(ctx, tx, day)
	if err != nil {
		return nil, err
	}
	var list []chat.Notice
	var heads []store.Person
	below := map[string][]store.Away{}
	for _, a := range silent {
		above := roll.Hearing(rulebook.Superior(a.Person.Post))
		list = append(list, roll.Vacancy(above, "出差未签到的提醒", h.Rules.Week(s.At).Key())...)
		heads = audience.Join(heads, above.To)
		for _, p := range above.To {
			below[p.ID] = append(below[p.ID], a)
		}
	}
	return append(list, audience.Notices(h.key(s, day), heads, func(p store.Person) chat.Message {
		card := h.silentCard(below[p.ID], day)
		return chat.Message{Card: &card}
	})...), nil
}

func (h Handler) silentCard(silent []store.Away, day store.Day) chat.Card {
	heads, so := []string{"姓名", "地点", "出差时间"}, "全天没有签到"
	counted := h.least(day) > 1
	if counted {
		heads, so = append(heads, "签到"), fmt.Sprintf("签到不到 %d 次", h.least(day))
	}
	var rows [][]string
	for _, a := range silent {
		row := []string{a.Person.Name, a.Trip.Place, words.DaysCounted(a.Trip.First, a.Trip.Last)}
		if counted {
			row = append(row, fmt.Sprintf("%d 次", a.CheckIns))
		}
		rows = append(rows, row)
	}
	card := chat.Card{
		Title: "出差未签到", Tone: chat.Warn,
		Blocks: []chat.Block{
			{Text: fmt.Sprintf("%s，%d 人出差但%s（%s）。请联系本人确认情况。", day.String(), len(silent), so, clause)},
			{Table: &chat.Table{Heads: heads, Rows: rows}},
		},
		Buttons: []chat.Button{{Label: "看签到记录", Command: "签到记录"}},
	}
	if len(silent) == 1 {
		card.Buttons[0].Command += " " + silent[0].Person.Name
	}
	return card
}
