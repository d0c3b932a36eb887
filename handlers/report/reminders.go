package report

import (
	"context"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// RemindMissing asks everyone whose report of the slot's week is missing.
func (h Handler) RemindMissing(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
	s, err := h.sheet(ctx, tx, slot.Week, store.Reports.Heads)
	if err != nil {
		return nil, err
	}
	roll, err := audience.Read(ctx, tx, h.Rules.Day(slot.At))
	return h.askMissing(s, roll, slot, short(s.week)+"周报还没交", "remind/"+slot.At.Format("0102-1504")), err
}

// askMissing asks whose report is missing but for who is on leave that day: no
// reminder reaches those, and the next moment asks again.
func (h Handler) askMissing(s sheet, roll audience.Roll, slot rulebook.Slot, title, what string) []chat.Notice {
	var late []store.Person
	for _, e := range s.in(missing) {
		late = append(late, e.person)
	}
	card := h.missingCard(s, slot.At, title, "")
	return audience.Same(key(s.week, what), roll.Only(late...).To, chat.Message{Card: &card})
}

// Due tells each missing person, the group in numbers, and the director in
// names, that the reports of the slot's week are due.
func (h Handler) Due(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
	s, err := h.sheet(ctx, tx, slot.Week, store.Reports.Heads)
	if err != nil || len(s.entries) == 0 {
		return nil, err
	}
	roll, err := audience.Read(ctx, tx, h.Rules.Day(slot.At))
	if err != nil {
		return nil, err
	}
	list := h.askMissing(s, roll, slot, short(s.week)+"周报已到截止时间，还没收到你的", "due")
	group := h.groupCard(s)
	list = append(list, chat.Notice{Key: key(s.week, "due"), Message: chat.Message{Card: &group}})
	return append(list, h.toHeads(s, roll, "周报截止", "due-list", store.MarketingDirector)...), nil
}

// Escalate names to director and supervisor who is missing still.
func (h Handler) Escalate(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
	s, err := h.sheet(ctx, tx, slot.Week, store.Reports.Heads)
	if err != nil || len(s.in(missing)) == 0 {
		return nil, err
	}
	roll, err := audience.Read(ctx, tx, h.Rules.Day(slot.At))
	return h.toHeads(s, roll, "周报逾期未交", "escalate", store.MarketingDirector, store.Supervisor), err
}

// toHeads shows the list to those who hear of it for the posts, each once, and
// tells the administrators of a vacant one.
func (h Handler) toHeads(s sheet, roll audience.Roll, title, what string, posts ...store.Post) []chat.Notice {
	var heads []store.Person
	var list []chat.Notice
	whys := map[string]string{}
	for _, post := range posts {
		a := roll.Hearing(post)
		for _, p := range audience.But(a.To, ids(heads)...) {
			if why := a.Why(); why != "" {
				whys[p.ID] = why + "，转给你。"
			}
		}
		heads = audience.Join(heads, a.To)
		list = append(list, s.vacancy(roll, a)...)
	}
	return append(list, audience.Notices(key(s.week, what), heads, func(p store.Person) chat.Message {
		card := h.listCard(s, short(s.week)+title, p)
		if whys[p.ID] != "" {
			card.Blocks = append(card.Blocks, noteBlock(whys[p.ID]))
		}
		return chat.Message{Card: &card}
	})...)
}

// RemindDirector reminds the director that the slot's week was not sent up.
func (h Handler) RemindDirector(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
	_, sent, err := tx.Weeks().SentUp(ctx, slot.Week)
	if err != nil || sent {
		return nil, err
	}
	s, err := h.sheet(ctx, tx, slot.Week, store.Reports.Heads)
	if err != nil || s.expected() == 0 {
		return nil, err
	}
	roll, err := audience.Read(ctx, tx, h.Rules.Day(slot.At))
	return h.toDirector(s, roll, short(s.week)+"汇总还没上报", "up-remind/"+slot.At.Format("0102-1504")), err
}

// toDirector reminds the director, or tells whoever hears of it instead that
// nobody can send up now.
func (h Handler) toDirector(s sheet, roll audience.Roll, title, what string) []chat.Notice {
	a := roll.Hearing(store.MarketingDirector)
	due, _ := h.Rules.ConsolidatedDue(s.week)
	return append(s.vacancy(roll, a), audience.Notices(key(s.week, what), a.To, func(p store.Person) chat.Message {
		card := h.listCard(s, title, p)
		card.Tone = chat.Warn
		card.Blocks = append([]chat.Block{{Text: "上报总经理：" + h.at(due) + " 截止"}}, card.Blocks...)
		if rulebook.Allows(rulebook.Consolidate, p) {
			card.Buttons = append(card.Buttons, chat.Button{Label: "上报", Command: "上报 " + s.week.Key()})
		}
		if why := a.Why(); why != "" {
			card.Blocks = append(card.Blocks, chat.Block{Text: why + "，转给你。到时还没有上报，会把收到的周报和原件直接给总经理。"})
		}
		return chat.Message{Card: &card}
	})...)
}

// ConsolidatedDue tells the general manager whether the consolidated report of
// the slot's week came (with it, unless it was read), and the director when it
// did not. When no director is there to send it up, the reports come unsent.
func (h Handler) ConsolidatedDue(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
	up, sent, err := tx.Weeks().SentUp(ctx, slot.Week)
	if err != nil {
		return nil, err
	}
	if sent {
		return h.upReceived(ctx, tx, up, slot.At)
	}
	s, err := h.sheet(ctx, tx, slot.Week, store.Reports.In)
	if err != nil || s.expected() == 0 {
		return nil, err
	}
	roll, err := audience.Read(ctx, tx, h.Rules.Day(slot.At))
	if err != nil {
		return nil, err
	}
	gm, director := roll.Standing(store.GeneralManager), roll.Hearing(store.MarketingDirector)
	list := s.vacancy(roll, gm)
	if director.Why() != "" {
		if s.rates, err = h.trend(ctx, tx, s, slot.At); err != nil {
			return nil, err
		}
		return append(list, h.unsent(s, roll, director, gm.To, slot.At)...), nil
	}
	list = append(list, h.toDirector(s, roll, short(s.week)+"汇总已到上报时间，还没有上报（再报记迟报）", "up-due")...)
	return append(list, audience.Notices(key(s.week, "up-state"), gm.To, func(p store.Person) chat.Message {
		card := h.listCard(s, short(s.week)+"周报汇总：未收到", p)
		card.Tone = chat.Bad
		card.Blocks = append([]chat.Block{{Text: "已到上报时间（" + h.at(slot.At) + "），" + who(director.To) + "还没有上报，已提醒。"}}, card.Blocks...)
		return chat.Message{Card: &card}
	})...), nil
}

// unsent gives the reports that no director sent up to the general manager,
// and to whoever hears of it in the director's place.
func (h Handler) unsent(s sheet, roll audience.Roll, director audience.Audience, gms []store.Person, at time.Time) []chat.Notice {
	list := s.vacancy(roll, director)
	card := h.unsentCard(s, director.Why())
	for _, p := range audience.Join(audience.But(director.To, ids(gms)...), gms) {
		list = append(list, withFile(s.week, p, at, "up-state", card))
	}
	return list
}

// upReceived is the state for a general manager when the report came.
func (h Handler) upReceived(ctx context.Context, tx *store.Tx, up store.Consolidated, at time.Time) ([]chat.Notice, error) {
	s, err := h.sheet(ctx, tx, up.Week, store.Reports.In)
	if err != nil {
		return nil, err
	}
	if s.rates, err = h.trend(ctx, tx, s, at); err != nil {
		return nil, err
	}
	readings, err := tx.Weeks().Readings(ctx, up.Week)
	if err != nil {
		return nil, err
	}
	by := map[string]store.Reading{}
	for _, r := range readings {
		by[r.Person] = r
	}
	var list []chat.Notice
	for _, p := range s.roll.Standing(store.GeneralManager).To {
		if r, seen := by[p.ID]; seen {
			card := h.listCard(s, short(s.week)+"周报汇总：已收到，已阅", p)
			card.Blocks = append(card.Blocks, noteBlock("你已于 "+h.at(r.At)+" 阅。"))
			list = append(list, audience.Same(key(s.week, "up-state"), []store.Person{p}, chat.Message{Card: &card})...)
			continue
		}
		card := h.consolidatedCard(s, up)
		card.Title = short(s.week) + "周报汇总：已收到，待阅"
		list = append(list, upNotices(s.week, card, []store.Person{p}, "up-state", at)...)
	}
	return list, nil
}
