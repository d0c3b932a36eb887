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
		card := h.missingCard(s, slot.At, title)
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
	return append(list, h.toHeads(s, short(s.week)+"周报截止", "due-list", store.MarketingDirector)...), nil
}

// Escalate names to director and supervisor who is missing still.
func (h Handler) Escalate(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
	s, err := h.sheet(ctx, tx, slot.Week, (*store.Tx).ReportHeads)
	if err != nil || len(s.in(missing)) == 0 {
		return nil, err
	}
	return h.toHeads(s, short(s.week)+"周报逾期未交", "escalate", store.MarketingDirector, store.Supervisor), nil
}

// toHeads shows the list to those who stand for the posts, each once, and
// tells the administrators of a vacant one.
func (h Handler) toHeads(s sheet, title, what string, posts ...store.Post) []chat.Notice {
	var heads []store.Person
	var list []chat.Notice
	for _, post := range posts {
		stands, vacant := s.stands(post)
		heads = append(heads, without(stands, heads)...)
		if vacant {
			list = append(list, s.vacancy(post, stands)...)
		}
	}
	for _, p := range heads {
		card := h.listCard(s, title, p)
		list = append(list, chat.Notice{Key: key(s.week, p.ID, what), To: p.ID, Message: chat.Message{Card: &card}})
	}
	return list
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
	return h.toDirector(s, slot, short(s.week)+"汇总还没上报", "up-remind/"+slot.At.Format("0102-1504")), nil
}

func (h Handler) toDirector(s sheet, slot rulebook.Slot, title, what string) []chat.Notice {
	stands, vacant := s.stands(store.MarketingDirector)
	var list []chat.Notice
	if vacant {
		list = s.vacancy(store.MarketingDirector, stands)
	}
	for _, p := range stands {
		card := h.listCard(s, title, p)
		card.Tone = chat.Warn
		card.Blocks = append([]chat.Block{{Text: "上报总经理：" + h.dueWords(s.week, slot.At)}}, card.Blocks...)
		if rulebook.Allows(rulebook.Consolidate, p) {
			card.Buttons = append(card.Buttons, chat.Button{Label: "上报", Command: "上报"})
		} else {
			card.Blocks = append(card.Blocks, chat.Block{Text: "市场总监没有人，暂时没有人可以上报。"})
		}
		list = append(list, chat.Notice{Key: key(s.week, p.ID, what), To: p.ID, Message: chat.Message{Card: &card}})
	}
	return list
}

// ConsolidatedDue tells the general manager whether the consolidated report of
// the slot's week came (with it, unless it was read), and the director when it
// did not.
func (h Handler) ConsolidatedDue(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
	up, sent, err := tx.SentUp(ctx, slot.Week)
	if err != nil {
		return nil, err
	}
	if sent {
		return h.upReceived(ctx, tx, up)
	}
	s, err := h.sheet(ctx, tx, slot.Week, (*store.Tx).ReportHeads)
	if err != nil || s.expected() == 0 {
		return nil, err
	}
	list := h.toDirector(s, slot, short(s.week)+"汇总已到上报时间，还没有上报（再报记迟报）", "up-due")
	gms, vacant := s.stands(store.GeneralManager)
	if vacant {
		list = append(list, s.vacancy(store.GeneralManager, gms)...)
	}
	directors, _ := s.stands(store.MarketingDirector)
	for _, p := range without(gms, directors) {
		card := h.listCard(s, short(s.week)+"周报汇总：未收到", p)
		card.Tone = chat.Bad
		card.Blocks = append([]chat.Block{{Text: "已到上报时间（" + h.at(slot.At) + "），" + who(directors) + "还没有上报，已提醒。"}}, card.Blocks...)
		list = append(list, chat.Notice{Key: key(s.week, p.ID, "up-state"), To: p.ID, Message: chat.Message{Card: &card}})
	}
	return list, nil
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
