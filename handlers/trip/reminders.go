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
			list = append(list, h.notice(s, day, a, missing(a, day)))
		}
	}
	return list
}

func (h Handler) askAfternoon(s rulebook.Slot, day store.Day, away []store.Away) []chat.Notice {
	var list []chat.Notice
	for _, a := range away {
		switch {
		case a.CheckIns == 0:
			list = append(list, h.notice(s, day, a, missing(a, day)))
		case a.CheckIns == 1 && a.Afternoon == 0 && a.Trip.Ended.IsZero():
			list = append(list, h.notice(s, day, a, offered(a, day)))
		}
	}
	return list
}

func (h Handler) notice(s rulebook.Slot, day store.Day, a store.Away, card chat.Card) chat.Notice {
	return chat.Notice{Key: h.key(s, day) + "/" + a.Person.ID, To: a.Person.ID, Message: chat.Message{Card: &card}}
}

func missing(a store.Away, day store.Day) chat.Card {
	card := chat.Card{
		Title: "还没有签到", Tone: chat.Warn,
		Blocks: []chat.Block{
			{Text: day.String() + "，你在" + a.Trip.Place + "出差，今天还没有联系公司。写一句进展就行，也可以直接发位置。"},
			{Note: "出差每天联系一至两次（" + clause + "）。"},
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

// escalate tells the posts above about everyone without a check-in that day,
// one message for each receiver.
func (h Handler) escalate(ctx context.Context, tx *store.Tx, s rulebook.Slot, day store.Day, away []store.Away) ([]chat.Notice, error) {
	silent := slices.DeleteFunc(away, func(a store.Away) bool { return a.CheckIns > 0 })
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
		card := silentCard(below[p.ID], day)
		return chat.Message{Card: &card}
	})...), nil
}

func silentCard(silent []store.Away, day store.Day) chat.Card {
	var rows [][]string
	for _, a := range silent {
		rows = append(rows, []string{a.Person.Name, a.Trip.Place, words.DaysCounted(a.Trip.First, a.Trip.Last)})
	}
	card := chat.Card{
		Title: "出差未签到", Tone: chat.Warn,
		Blocks: []chat.Block{
			{Text: fmt.Sprintf("%s，%d 人出差但全天没有签到（%s）。请联系本人确认情况。", day.String(), len(silent), clause)},
			{Table: &chat.Table{Heads: []string{"姓名", "地点", "出差时间"}, Rows: rows}},
		},
		Buttons: []chat.Button{{Label: "看签到记录", Command: "签到记录"}},
	}
	if len(silent) == 1 {
		card.Buttons[0].Command += " " + silent[0].Person.Name
	}
	return card
}
