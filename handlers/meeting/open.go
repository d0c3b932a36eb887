package meeting

import (
	"context"
	"slices"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/pack"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// The ranks of an agenda: what was put off comes first, what people bring last, and
// what the pack asks for stands between, in its own order.
const (
	rankShelved  = 1
	rankDecision = 2
	rankPack     = 10
	rankProposed = 100
)

// sourceProposed and sourceDecision are what items come of that no section of the
// pack made.
const (
	sourceProposed = "提出"
	sourceDecision = "上次决议"
)

const topicPrompt = "例会的主题是什么？写一句。"

func (h Handler) openCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "月会 开始", Aliases: []string{"yhks"}, Summary: "开月会：议程自动生成，一次只开一个会",
			Said: []string{"开始月会", "现在开会", "开会吧", "开会了", "会议开始", "开始开月会", "开始开会", "准备开会", "开月会", "召开月会", "现在开月会", "月会开会"},
			Args: []command.Arg{{Name: monthArg, Kind: command.Month, Optional: true}}, Examples: []string{"月会 开始", "月会 开始 11月"},
			Who: rulebook.HeadMeetings, Private: true, Clause: deciding, Also: []string{monthly, summing}, Run: h.open,
		},
		{
			Name: "例会 开始", Aliases: []string{"lhks"}, Summary: "开一次不带月度材料的会，写主题",
			Said: []string{"开始例会", "开例会", "开个例会", "开一次例会", "召开例会"},
			Args: []command.Arg{{Name: "主题", Kind: command.Free, Prompt: topicPrompt}}, Examples: []string{"例会 开始 展会分工"},
			Who: rulebook.HeadMeetings, Asks: true, Private: true, Clause: deciding, Run: h.openRegular,
		},
	}
}

// months is the month that a meeting is about where nobody names one: the one before,
// unless nothing is known of it or its meeting is over; then the present one.
func (h Handler) defaultMonth(ctx context.Context, tx *store.Tx, day store.Day) (store.Day, error) {
	before := day.Month().Add(-1).Month()
	m, found, err := tx.Meetings().Of(ctx, before)
	if err != nil {
		return "", err
	}
	known, err := h.tells(ctx, tx, before)
	if err != nil || known && (!found || m.State == store.MeetingOpen) {
		return before, err
	}
	return day.Month(), nil
}

// knows reports whether anything of a month can be known: the bot was there before
// its end.
func (h Handler) knows(ctx context.Context, tx *store.Tx, month store.Day) (bool, error) {
	created, err := tx.Marks().At(ctx, store.CreatedMark)
	return created.Before(month.NextMonth().Start(h.Rules.Zone)), err
}

// tells reports whether there is something to tell of a month: it can be known, or
// contracts of it were entered since (期初).
func (h Handler) tells(ctx context.Context, tx *store.Tx, month store.Day) (bool, error) {
	known, err := h.knows(ctx, tx, month)
	if err != nil || known {
		return known, err
	}
	signed, err := tx.Contracts().SignedIn(ctx, month, month.NextMonth())
	return len(signed) > 0, err
}

// alone refuses to open a meeting while another is open.
func (h Handler) alone(ctx context.Context, c *command.Call) error {
	if err := c.Tx.Meetings().Lock(ctx); err != nil {
		return err
	}
	m, open, err := c.Tx.Meetings().Now(ctx)
	if err != nil || !open {
		return err
	}
	return &command.Refusal{Text: "正在开" + title(m) + "（" + words.Moment(m.Opened.In(h.Rules.Zone)) + " 开始），一次只开一个会。", Hint: "先散会：散会", Clause: deciding, Private: true,
		Buttons: []chat.Button{{Label: "看议程", Command: "议题"}}}
}

// open is 月会 开始.
func (h Handler) open(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if err := h.alone(ctx, c); err != nil {
		return nil, err
	}
	today := h.Rules.Day(c.Now)
	month, err := h.defaultMonth(ctx, c.Tx, today)
	if err != nil {
		return nil, err
	}
	if c.Has(monthArg) {
		month = c.Day(monthArg).Month()
	}
	if month > today {
		return nil, &command.Refusal{Text: words.Month(month) + "还没有到。", Hint: "月会 开始", Clause: monthly, Private: true}
	}
	was, found, err := c.Tx.Meetings().Of(ctx, month)
	switch {
	case err != nil:
		return nil, err
	case found && was.State == store.MeetingClosed:
		return nil, &command.Refusal{Text: title(was) + "已经开过，" + words.Moment(was.Closed.In(h.Rules.Zone)) + " 散会。", Hint: "重开 " + string(month[:7]) + " 原因", Clause: deciding, Private: true,
			Buttons: []chat.Button{{Label: "看纪要", Command: "纪要 " + string(month[:7])}}}
	}
	m := store.Meeting{Kind: store.MonthlyMeeting, Month: month}
	if found { // it was not to be held, and is
		at, err := c.Tx.Meetings().Changed(ctx, was.Code)
		if err == nil {
			err = c.Overtaken(at)
		}
		if err != nil {
			return nil, err
		}
		m = was
	}
	return h.begin(ctx, c, was, m)
}

// openRegular is 例会 开始.
func (h Handler) openRegular(ctx context.Context, c *command.Call) (*command.Answer, error) {
	topic, err := fitting("主题", c.Text("主题"), maxTitle)
	if err != nil {
		return nil, err
	}
	if topic == "" {
		return nil, &command.Question{Prompt: topicPrompt}
	}
	if err := h.alone(ctx, c); err != nil {
		return nil, err
	}
	return h.begin(ctx, c, store.Meeting{}, store.Meeting{Kind: store.RegularMeeting, Topic: topic})
}

// begin opens a meeting: it makes the agenda, notes who is on leave, and tells
// everybody who belongs to it.
func (h Handler) begin(ctx context.Context, c *command.Call, was, m store.Meeting) (*command.Answer, error) {
	m.State, m.Opened, m.Opener, m.Minutes, m.Group, m.Why = store.MeetingOpen, c.Now, c.Person.ID, 1, c.Event.Chat.Group, ""
	var err error
	if was.Code == "" {
		if taken, err := c.Tx.Meetings().Taken(ctx, store.MeetingOpen, m.Month); err != nil || taken { // and was not found
			return nil, orDamaged(err)
		}
		if m.Code, err = c.Tx.Meetings().NewCode(ctx); err == nil {
			err = c.Tx.Meetings().Add(ctx, m, deed(c, ""))
		}
	} else {
		var saved bool
		if saved, err = c.Tx.Meetings().Save(ctx, was, m, deed(c, "")); err == nil && !saved {
			err = errRaced(title(m), "月会 开始 "+string(m.Month[:7]))
		}
	}
	if err != nil {
		return nil, err
	}
	roll, err := h.roll(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := h.fillAgenda(ctx, c, m, roll); err != nil {
		return nil, err
	}
	there := store.MeetingNote{ID: c.Tx.NewID(c.Now), Meeting: m.Code, Kind: store.NotePresent, Person: c.Person.ID, By: c.Person.ID, At: c.Now}
	if err := c.Tx.Agenda().Note(ctx, there); err != nil {
		return nil, err
	}
	v, err := h.view(ctx, c.Tx, m)
	if err != nil {
		return nil, err
	}
	if err := v.fillLeave(ctx, c, roll); err != nil {
		return nil, err
	}
	card := v.card(title(m)+"开始了", c.Person)
	card.Tone = chat.Good
	if left := h.early(m, c.Now); left != "" {
		card.Blocks = append(card.Blocks, chat.Block{Note: "散会时" + words.Month(m.Month) + "的表就定稿" + left + "。"})
	}
	a := secret(card, subject(m), v.outline())
	a.Notices = append(v.tell(roll, "opened", "开始了", c.Person.ID), v.group("opened", outline(m)+"开始了："+v.counts()+"。到会请私聊或在这里发 到会；议题和内容在各人的私聊里。"))
	return a, nil
}

func orDamaged(err error) error {
	if err == nil {
		err = &command.Refusal{Text: "已有一个会的记录损坏，打不开；管理员已经知道。", Hint: "议题", Private: true}
	}
	return err
}

// fillAgenda puts on the agenda what was shelved, the decisions that are not done,
// what the pack asks for, and what people brought.
func (h Handler) fillAgenda(ctx context.Context, c *command.Call, m store.Meeting, roll audience.Roll) error {
	waiting, err := c.Tx.Agenda().Waiting(ctx)
	if err != nil {
		return err
	}
	returned := map[string]bool{} // decisions that a shelved item is about
	for _, was := range inOrder(waiting) {
		is := was
		is.Meeting, is.State = m.Code, store.ItemOpen
		if was.State == store.ItemShelved {
			is.Rank, returned[is.Decision] = rankShelved, true
		}
		saved, err := c.Tx.Agenda().Save(ctx, was, is, deed(c, ""))
		if err != nil || !saved {
			return orRaced(err, is.Code)
		}
	}
	open, err := c.Tx.Decisions().Open(ctx)
	if err != nil {
		return err
	}
	n := audience.NewNames(c.Tx)
	for _, d := range open {
		if returned[d.Code] {
			continue
		}
		due, err := h.dueWords(ctx, n, d, roll.Day)
		if err != nil {
			return err
		}
		i := store.AgendaItem{Rank: rankDecision, Source: sourceDecision, Title: d.Code + "：" + due, Decision: d.Code}
		for _, id := range append([]string{d.Owner}, d.Helpers...) {
			i.Lines = append(i.Lines, store.ItemLine{Person: id, Text: d.Words})
		}
		if err := h.put(ctx, c, m, i); err != nil {
			return err
		}
	}
	if m.Kind != store.MonthlyMeeting {
		return nil
	}
	return h.fillFromPack(ctx, c, m)
}

// fillFromPack puts on the agenda what the pack of the meeting's month asks for.
func (h Handler) fillFromPack(ctx context.Context, c *command.Call, m store.Meeting) error {
	p, err := command.Ahead(ctx, c, "agenda", func(ctx context.Context, tx *store.Tx) (thePack, error) { return h.pack(ctx, tx, m.Month, c.Now) })
	if err != nil {
		return err
	}
	var items []pack.Item
	for _, s := range p.Sections {
		items = append(items, s.Items...)
	}
	slices.SortStableFunc(items, func(a, b pack.Item) int { return int(a.Rank) - int(b.Rank) })
	for _, one := range items {
		i := store.AgendaItem{Rank: rankPack + int(one.Rank), Source: one.Source, Title: one.Title}
		for _, l := range one.Lines {
			i.Lines = append(i.Lines, store.ItemLine{Person: l.Person, Text: l.Text})
		}
		if err := h.put(ctx, c, m, i); err != nil {
			return err
		}
	}
	return nil
}

func orRaced(err error, code string) error {
	if err == nil {
		err = errRaced(code, "议题")
	}
	return err
}

// put enters an item that the agenda makes itself.
func (h Handler) put(ctx context.Context, c *command.Call, m store.Meeting, i store.AgendaItem) (err error) {
	if i.Code, err = c.Tx.Agenda().NewCode(ctx); err != nil {
		return err
	}
	i.Meeting, i.State, i.Made = m.Code, store.ItemOpen, c.Now
	return c.Tx.Agenda().Add(ctx, i, deed(c, ""))
}

// fillLeave notes who of those who belong to the meeting is on leave on its day, of
// whom nothing is noted yet.
func (v *view) fillLeave(ctx context.Context, c *command.Call, roll audience.Roll) error {
	day := v.h.Rules.Day(v.meeting.Opened)
	leaves, err := c.Tx.Leaves().Days(ctx, day, day)
	if err != nil {
		return err
	}
	there := v.attendance()
	for _, p := range roll.People() {
		_, noted := there[p.ID]
		away := slices.ContainsFunc(leaves, func(l store.Leave) bool { return l.Person == p.ID && v.h.Rules.Begun(l, c.Now) })
		if noted || !away || !rulebook.Member(p) {
			continue
		}
		n := store.MeetingNote{ID: c.Tx.NewID(c.Now), Meeting: v.meeting.Code, Kind: store.NoteLeave, Person: p.ID, At: c.Now}
		if err := c.Tx.Agenda().Note(ctx, n); err != nil {
			return err
		}
		v.notes = append(v.notes, n)
	}
	return nil
}
