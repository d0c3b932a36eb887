package meeting

import (
	"context"
	"fmt"
	"slices"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/daily"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// Evening is when whoever opened a meeting is asked whether it is over.
var Evening = rulebook.Clock{Hour: 18, Minute: 7}

// asked reports whether a meeting that is still open is asked about on a day: so many
// days after it was opened, and every working day.
func (h Handler) asked(m store.Meeting, day store.Day, after int) bool {
	return day.Since(h.Rules.Day(m.Opened)) == after || h.Rules.Calendar.Working(day)
}

// StillOpen asks in the evening whether a meeting that is open is over. It never ends
// by itself.
func (h Handler) StillOpen(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
	m, open, err := tx.Meetings().Now(ctx)
	if err != nil || !open || !h.asked(m, h.Rules.Day(s.At), 0) {
		return nil, err
	}
	roll, err := audience.Read(ctx, tx, h.Rules.Day(s.At))
	if err != nil {
		return nil, err
	}
	v, err := h.view(ctx, tx, m)
	if err != nil {
		return nil, err
	}
	who, err := h.opener(ctx, tx, roll, m)
	if err != nil {
		return nil, err
	}
	card := chat.Card{Title: title(m) + "还没有散会", Tone: chat.Warn, Blocks: []chat.Block{{Text: v.stands()}, {Note: "会不会自己散；没开完的话明天早上再问一次。"}}, Buttons: []chat.Button{
		{Label: "散会", Command: "散会", Primary: true}, {Label: "看议程", Command: "议题"},
	}}
	key := fmt.Sprintf("meeting/%s/%d/open/%s", m.Code, m.Minutes, roll.Day)
	return audience.Same(key, who.To, chat.Message{Card: &card, Secrecy: chat.Secrecy{Confidential: true, Summary: outline(m) + "还没有散会。" + elsewhere}}), nil
}

// stands is how far a meeting has come.
func (v view) stands() string {
	return words.Moment(v.meeting.Opened.In(v.h.Rules.Zone)) + " 开始，" + v.counts() + "。"
}

// opener is who is asked about an open meeting: whoever opened it, in their absence
// the director.
func (h Handler) opener(ctx context.Context, tx *store.Tx, roll audience.Roll, m store.Meeting) (audience.Audience, error) {
	if p, active := roll.Active(m.Opener); active && roll.Present(p.ID) {
		return audience.Audience{To: []store.Person{p}}, nil
	}
	return roll.Hearing(store.MarketingDirector), nil
}

// Daily is what meetings want in the daily message: decisions that are due, those
// that wait to be confirmed, a meeting that is still open, and one that was not held.
func (h Handler) Daily(ctx context.Context, tx *store.Tx, s rulebook.Slot, roll audience.Roll) (list []daily.Line, err error) {
	open, err := tx.Decisions().Open(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range open {
		owner, err := answers(ctx, tx, roll, d)
		if err != nil {
			return nil, err
		}
		if d.State == store.DecisionOpen {
			list = append(list, h.dueLines(d, owner, roll)...)
		} else {
			list = append(list, h.claimedLine(d, owner, roll))
		}
	}
	m, found, err := tx.Meetings().Now(ctx)
	if err != nil {
		return nil, err
	}
	if today := roll.Day; found && h.Rules.Day(m.Opened) < today && h.asked(m, today, 1) {
		who, err := h.opener(ctx, tx, roll, m)
		if err != nil {
			return nil, err
		}
		list = append(list, daily.Line{
			For: who, Key: fmt.Sprintf("meeting/open/%s/%d/%s", m.Code, m.Minutes, today), Urgency: daily.Urgent, Since: today,
			Text:     title(m) + "还没有散会（" + words.Moment(m.Opened.In(h.Rules.Zone)) + " 开始，" + deciding + "）",
			Harmless: outline(m) + "还没有散会", Command: "散会", Label: "散会",
		})
	}
	missing, err := h.notHeld(ctx, tx, roll)
	return append(list, missing...), err
}

// stepOffset makes the steps of a decision numbers above 0: the day before is 1.
const stepOffset = 2

// dueLines tell the owner of a decision that it is due tomorrow, today or overdue;
// the supervisor, too, while the owner is on leave and from the third day on; the
// director from the seventh.
func (h Handler) dueLines(d store.Decision, owner store.Person, roll audience.Roll) (list []daily.Line) {
	step, reached := rulebook.DecisionStep(d.Due, roll.Day)
	if !reached {
		return nil
	}
	key := "decision/due/" + d.Code + "/" + string(d.Due) + "/"
	line := func(who, whose string, to audience.Audience, step int) daily.Line {
		late := roll.Day.Since(d.Due)
		when, urgency := fmt.Sprintf("逾期 %d 天", late), daily.Urgent
		switch late {
		case -1:
			when, urgency = "明天到期", daily.Due
		case 0:
			when = "今天到期"
		}
		l := daily.Line{
			For: to, Key: key + who, About: key, Step: step + stepOffset, Since: d.Due.Add(step), Urgency: urgency,
			Text:     fmt.Sprintf("%s决议 %s %s（%s）：%s", whose, d.Code, when, deciding, text.CutLine(d.Words, inLine)),
			Harmless: fmt.Sprintf("%s决议 %s %s", whose, d.Code, when), Command: "决议 " + d.Code, Label: "看 " + d.Code,
		}
		if whose == "" {
			l.Command, l.Label = "完成 "+d.Code, "完成 "+d.Code
		}
		return l
	}
	list = append(list, line(owner.ID, "", roll.Only(owner), step))
	director := roll.Hearing(store.MarketingDirector)
	if owner.Post == store.MarketingDirector || owner.Post == store.Supervisor {
		director = roll.Hearing(store.GeneralManager)
	}
	above := roll.Hearing(store.Supervisor)
	if owner.Post == store.Supervisor || owner.Post == store.MarketingDirector {
		above = roll.Hearing(rulebook.Superior(owner.Post))
	}
	if step >= rulebook.DirectorHears {
		list = append(list, line("director", owner.Name+"的", director, rulebook.DirectorHears))
	}
	if _, active := roll.Active(owner.ID); active && !roll.Present(owner.ID) {
		list = append(list, line("leave", owner.Name+"请假，", above, step))
	} else if step >= rulebook.SupervisorHears {
		list = append(list, line("supervisor", owner.Name+"的", above, rulebook.SupervisorHears))
	}
	return list
}

// claimedLine tells whoever is next up the line that something waits to be confirmed.
func (h Handler) claimedLine(d store.Decision, owner store.Person, roll audience.Roll) daily.Line {
	to := roll.Hearing(rulebook.Superior(owner.Post))
	return daily.Line{
		For: to, Key: fmt.Sprintf("decision/claimed/%s/%d", d.Code, d.Version), Urgency: daily.Due, Since: h.Rules.Day(d.Claimed).Add(1),
		Text:     fmt.Sprintf("%s的决议 %s 报了完成，等确认（%s）", owner.Name, d.Code, deciding),
		Harmless: fmt.Sprintf("%s的决议 %s 报了完成，等确认", owner.Name, d.Code), Command: "确认完成 " + d.Code, Label: "确认 " + d.Code,
	}
}

// notHeld tells the director, and later the general manager, that the meeting of the
// month before was not held.
func (h Handler) notHeld(ctx context.Context, tx *store.Tx, roll audience.Roll) ([]daily.Line, error) {
	month := roll.Day.Month().Add(-1).Month()
	step := rulebook.NotHeldStep(month, roll.Day, h.Config.NotHeld)
	if step == 0 {
		return nil, nil
	}
	known, err := h.knows(ctx, tx, month)
	if err != nil || !known {
		return nil, err
	}
	if _, found, err := tx.Meetings().Of(ctx, month); err != nil || found {
		return nil, err
	}
	posts := []store.Post{store.MarketingDirector, store.GeneralManager}
	i := 0
	for n, day := range h.Config.NotHeld {
		if day == step {
			i = n
		}
	}
	to, skips := roll.Hearing(posts[i]), roll.Standing(store.MarketingDirector)
	said := fmt.Sprintf("%s的月会还没有开，今天是 %s（%s）", words.Month(month), words.Date(roll.Day), monthly)
	if !slices.ContainsFunc(to.To, func(p store.Person) bool { return !skips.Has(p.ID) }) {
		said += "；不开的话发 月会 不开 " + string(month[:7]) + " 原因"
	}
	return []daily.Line{{
		For: to, Key: fmt.Sprintf("meeting/held/%s/%d", month, step), Urgency: daily.Due, Since: month.NextMonth().Add(step - 1),
		Text:    said,
		Command: "月会 开始 " + string(month[:7]), Label: "开月会",
	}}, nil
}

// Owes is what the caller owes or waits for about meetings (我的).
func (h Handler) Owes(ctx context.Context, c *command.Call) ([]command.Item, error) {
	roll, err := h.roll(ctx, c)
	if err != nil {
		return nil, err
	}
	open, err := c.Tx.Decisions().Open(ctx)
	if err != nil {
		return nil, err
	}
	var items []command.Item
	for _, d := range open {
		owner, err := answers(ctx, c.Tx, roll, d)
		if err != nil {
			return nil, err
		}
		when, urgent := "期限 "+words.DayIn(d.Due, roll.Day), roll.Day >= d.Due
		if late := roll.Day.Since(d.Due); late > 0 {
			when = fmt.Sprintf("逾期 %d 天", late)
		}
		switch {
		case d.State == store.DecisionOpen && owner.ID == c.Person.ID:
			items = append(items, command.Item{Text: "决议 " + d.Code + "，" + when + "（" + deciding + "）", Button: &chat.Button{Label: "完成 " + d.Code, Command: "完成 " + d.Code}, Urgent: urgent})
		case d.State == store.DecisionOpen && d.Concerns(c.Person.ID):
			items = append(items, command.Item{Text: "协办决议 " + d.Code + "，" + when, Urgent: urgent})
		case d.State == store.DecisionClaimed && owner.ID == c.Person.ID:
			items = append(items, command.Item{Text: "决议 " + d.Code + " 报了完成，等确认"})
		case d.State == store.DecisionClaimed && rulebook.Judges(c.Person, owner):
			items = append(items, command.Item{Text: owner.Name + "的决议 " + d.Code + " 等确认完成（" + deciding + "）", Button: &chat.Button{Label: "确认 " + d.Code, Command: "确认完成 " + d.Code}, Urgent: true, Yes: "确认完成 " + d.Code, No: "退回 " + d.Code})
		}
	}
	waiting, err := c.Tx.Agenda().Waiting(ctx)
	if err != nil {
		return nil, err
	}
	for _, i := range waiting {
		if i.State == store.ItemShelved && i.Owner == c.Person.ID {
			items = append(items, command.Item{Text: "搁置的议题 " + i.Code + " 由你负责，期限 " + words.DayIn(i.Due, roll.Day), Button: &chat.Button{Label: "看 " + i.Code, Command: "议题 " + i.Code}})
		}
	}
	m, found, err := c.Tx.Meetings().Now(ctx)
	if err == nil && found && m.Opener == c.Person.ID {
		items = append(items, command.Item{Text: title(m) + "还没有散会（" + deciding + "）", Button: &chat.Button{Label: "散会", Command: "散会"}, Urgent: true})
	}
	return items, err
}

// Today is how many decisions are not done, how many of them are overdue or wait to be
// confirmed, and whether a meeting goes on (工作台).
func (h Handler) Today(ctx context.Context, c *command.Call) (items []command.Item, err error) {
	m, going, err := c.Tx.Meetings().Now(ctx)
	if err != nil {
		return nil, err
	}
	if going && !m.Opened.After(c.Now) {
		items = append(items, command.Item{Text: "会议：" + outline(m) + "还没有散会", Button: &chat.Button{Label: "议题", Command: "议题"}})
	}
	open, err := c.Tx.Decisions().Open(ctx)
	if err != nil || len(open) == 0 {
		return items, err
	}
	today, late, claimed := h.Rules.Day(c.Now), 0, 0
	for _, d := range open {
		switch {
		case d.State == store.DecisionClaimed:
			claimed++
		case d.Due < today:
			late++
		}
	}
	return append(items, command.Item{
		Text: fmt.Sprintf("决议：没完成 %d 项，其中逾期 %d 项，等确认 %d 项", len(open), late, claimed), Button: &chat.Button{Label: "决议", Command: "决议"},
	}), nil
}
