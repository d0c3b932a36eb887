package report

import (
	"context"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// RemindMissing asks everyone whose report of the slot's week is missing.
func (h Handler) RemindMissing(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
	s, err := h.sheet(ctx, tx, slot.Week, (*store.Tx).ReportHeads)
	if err != nil {
		return nil, err
	}
	return h.askMissing(s, slot, short(s.week)+"周报还没交", "remind/"+slot.At.Format("0102-1504")), nil
}

func (h Handler) askMissing(s sheet, slot rulebook.Slot, title, what string) []chat.Notice {
	var list []chat.Notice
	for _, e := range s.in(missing) {
		card := h.missingCard(s, slot.At, title, "")
		list = append(list, chat.Notice{Key: key(s.week, e.person.ID, what), To: e.person.ID, Message: chat.Message{Card: &card}})
	}
	return list
}

// Due tells each missing person, the group in numbers, and the director in
// names, that the reports of the slot's week are due.
func (h Handler) Due(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
	s, err := h.sheet(ctx, tx, slot.Week, (*store.Tx).ReportHeads)
	if err != nil || len(s.entries) == 0 {
		return nil, err
	}
	list := h.askMissing(s, slot, short(s.week)+"周报已到截止时间，还没收到你的", "due")
	group := h.groupCard(s)
	list = append(list, chat.Notice{Key: key(s.week, "", "due"), Message: chat.Message{Card: &group}})
	heads, err := h.toHeads(ctx, tx, s, slot, "周报截止", "due-list", store.MarketingDirector)
	return append(list, heads...), err
}

// Escalate names to director and supervisor who is missing still.
func (h Handler) Escalate(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
	s, err := h.sheet(ctx, tx, slot.Week, (*store.Tx).ReportHeads)
	if err != nil || len(s.in(missing)) == 0 {
		return nil, err
	}
	return h.toHeads(ctx, tx, s, slot, "周报逾期未交", "escalate", store.MarketingDirector, store.Supervisor)
}

// toHeads shows the list to those who hear of it for the posts, each once, and
// tells the administrators of a vacant one.
func (h Handler) toHeads(ctx context.Context, tx *store.Tx, s sheet, slot rulebook.Slot, title, what string, posts ...store.Post) ([]chat.Notice, error) {
	here, err := h.here(ctx, tx, s, slot)
	if err != nil {
		return nil, err
	}
	var heads []store.Person
	var list []chat.Notice
	whys := map[string]string{}
	for _, post := range posts {
		r := s.relay(here, post)
		for _, p := range without(r.to, heads) {
			heads = append(heads, p)
			if why := r.why(); why != "" {
				whys[p.ID] = why + "，转给你。"
			}
		}
		if r.vacant {
			list = append(list, s.vacancy(post, r.to)...)
		}
	}
	for _, p := range heads {
		card := h.listCard(s, short(s.week)+title, p)
		if whys[p.ID] != "" {
			card.Blocks = append(card.Blocks, noteBlock(whys[p.ID]))
		}
		list = append(list, chat.Notice{Key: key(s.week, p.ID, what), To: p.ID, Message: chat.Message{Card: &card}})
	}
	return list, nil
}

// RemindDirector reminds the director that the slot's week was not sent up.
func (h Handler) RemindDirector(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
	_, sent, err := tx.SentUp(ctx, slot.Week)
	if err != nil || sent {
		return nil, err
	}
	s, err := h.sheet(ctx, tx, slot.Week, (*store.Tx).ReportHeads)
	if err != nil || s.expected() == 0 {
		return nil, err
	}
	here, err := h.here(ctx, tx, s, slot)
	if err != nil {
		return nil, err
	}
	return h.toDirector(s, s.relay(here, store.MarketingDirector), short(s.week)+"汇总还没上报", "up-remind/"+slot.At.Format("0102-1504")), nil
}

// toDirector reminds the director, or tells whoever hears of it instead that
// nobody can send up now.
func (h Handler) toDirector(s sheet, r relay, title, what string) []chat.Notice {
	var list []chat.Notice
	if r.vacant {
		list = s.vacancy(store.MarketingDirector, r.to)
	}
	due, _ := h.Rules.ConsolidatedDue(s.week)
	for _, p := range r.to {
		card := h.listCard(s, title, p)
		card.Tone = chat.Warn
		card.Blocks = append([]chat.Block{{Text: "上报总经理：" + h.at(due) + " 截止"}}, card.Blocks...)
		if rulebook.Allows(rulebook.Consolidate, p) {
			card.Buttons = append(card.Buttons, chat.Button{Label: "上报", Command: "上报 " + s.week.Key()})
		}
		if why := r.why(); why != "" {
			card.Blocks = append(card.Blocks, chat.Block{Text: why + "，转给你。到时还没有上报，会把收到的周报和原件直接给总经理。"})
		}
		list = append(list, chat.Notice{Key: key(s.week, p.ID, what), To: p.ID, Message: chat.Message{Card: &card}})
	}
	return list
}

// ConsolidatedDue tells the general manager whether the consolidated report of
// the slot's week came (with it, unless it was read), and the director when it
// did not. When no director is there to send it up, the reports come unsent.
func (h Handler) ConsolidatedDue(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
	up, sent, err := tx.SentUp(ctx, slot.Week)
	if err != nil {
		return nil, err
	}
	if sent {
		return h.upReceived(ctx, tx, up)
	}
	s, err := h.sheet(ctx, tx, slot.Week, (*store.Tx).Reports)
	if err != nil || s.expected() == 0 {
		return nil, err
	}
	here, err := h.here(ctx, tx, s, slot)
	if err != nil {
		return nil, err
	}
	var list []chat.Notice
	gms, vacant := s.stands(store.GeneralManager)
	if vacant {
		list = s.vacancy(store.GeneralManager, gms)
	}
	director := s.relay(here, store.MarketingDirector)
	if director.why() != "" {
		return append(list, h.unsent(s, director, gms)...), nil
	}
	list = append(list, h.toDirector(s, director, short(s.week)+"汇总已到上报时间，还没有上报（再报记迟报）", "up-due")...)
	for _, p := range gms {
		card := h.listCard(s, short(s.week)+"周报汇总：未收到", p)
		card.Tone = chat.Bad
		card.Blocks = append([]chat.Block{{Text: "已到上报时间（" + h.at(slot.At) + "），" + who(director.to) + "还没有上报，已提醒。"}}, card.Blocks...)
		list = append(list, chat.Notice{Key: key(s.week, p.ID, "up-state"), To: p.ID, Message: chat.Message{Card: &card}})
	}
	return list, nil
}

// unsent gives the reports that no director sent up to the general manager,
// and to whoever hears of it in the director's place.
func (h Handler) unsent(s sheet, director relay, gms []store.Person) []chat.Notice {
	var list []chat.Notice
	if director.vacant {
		list = s.vacancy(store.MarketingDirector, director.to)
	}
	for _, p := range append(without(director.to, gms), gms...) {
		card, f := h.unsentCard(s, director.why()), file(s.week)
		list = append(list,
			chat.Notice{Key: key(s.week, p.ID, "up-state"), To: p.ID, Message: chat.Message{Card: &card, Confidential: true}},
			chat.Notice{Key: key(s.week, p.ID, "up-state/file"), To: p.ID, Message: chat.Message{File: &f}})
	}
	return list
}

// upReceived is the state for a general manager when the report came.
func (h Handler) upReceived(ctx context.Context, tx *store.Tx, up store.Consolidated) ([]chat.Notice, error) {
	s, err := h.sheet(ctx, tx, up.Week, (*store.Tx).Reports)
	if err != nil {
		return nil, err
	}
	readings, err := tx.Readings(ctx, up.Week)
	if err != nil {
		return nil, err
	}
	by := map[string]store.Reading{}
	for _, r := range readings {
		by[r.Person] = r
	}
	gms, _ := s.stands(store.GeneralManager)
	var list []chat.Notice
	for _, p := range gms {
		if r, seen := by[p.ID]; seen {
			card := h.listCard(s, short(s.week)+"周报汇总：已收到，已阅", p)
			card.Blocks = append(card.Blocks, noteBlock("你已于 "+h.at(r.At)+" 阅。"))
			list = append(list, chat.Notice{Key: key(s.week, p.ID, "up-state"), To: p.ID, Message: chat.Message{Card: &card}})
			continue
		}
		card := h.consolidatedCard(s, up)
		card.Title = short(s.week) + "周报汇总：已收到，待阅"
		list = append(list, upNotices(s.week, card, []store.Person{p}, "up-state")...)
	}
	return list, nil
}
