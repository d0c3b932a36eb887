package approval

import (
	"context"
	"maps"
	"slices"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/daily"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/ledger"
)

// Daily is the grants that end before the next daily message: for whoever may
// read, and for whoever answers for it. And the requests that have become somebody's
// to decide since they were asked, of whom nobody who was told is left.
func (h Handler) Daily(ctx context.Context, tx *store.Tx, s rulebook.Slot, roll audience.Roll) ([]daily.Line, error) {
	grants, err := tx.Grants().Ending(ctx, s.At, s.At.AddDate(0, 0, 1))
	var list []daily.Line
	for _, g := range grants {
		o, err := h.over(ctx, tx, g)
		if err != nil {
			return nil, err
		}
		list = append(list, h.endingLines(o, roll)...)
	}
	if err != nil {
		return nil, err
	}
	inherited, err := h.inherited(ctx, tx, s.At, roll)
	return append(list, inherited...), err
}

// inherited are the open requests of which none of those who decide now was told when
// they were asked: the general manager has changed, or somebody stands in for one who
// has gone.
func (h Handler) inherited(ctx context.Context, tx *store.Tx, now time.Time, roll audience.Roll) (list []daily.Line, err error) {
	open, err := tx.Requests().Open(ctx, now)
	if err != nil {
		return nil, err
	}
	for _, r := range open {
		posts, err := tx.People().PostsAt(ctx, r.At.Add(time.Millisecond))
		if err != nil {
			return nil, err
		}
		had := store.GeneralManager
		for had != "" && !slices.Contains(slices.Collect(maps.Values(posts)), had) {
			had = rulebook.Superior(had)
		}
		to := roll.Hearing(store.GeneralManager)
		if had != "" && slices.ContainsFunc(roll.Standing(store.GeneralManager).To, func(p store.Person) bool { return posts[p.ID] == had }) {
			continue
		}
		asker, err := h.person(ctx, tx, r.Asker)
		if err != nil {
			return nil, err
		}
		list = append(list, daily.Line{
			For: to, Key: "approval/inherited/" + r.Code, Urgency: daily.Urgent,
			Text: asker + "的查阅申请 " + r.Code + " 待批，" + h.at(r.Lapses) + " 失效", Command: "查阅申请 " + r.Code, Label: "看申请 " + r.Code,
		})
	}
	return list, nil
}

func (h Handler) endingLines(o ended, roll audience.Roll) []daily.Line {
	g := o.grant
	end, key := h.at(g.Until)+" 到期", "approval/ending/"+g.ID
	watched := roll.Hearing(store.GeneralManager)
	if by, active := roll.Active(g.By); active {
		watched.To = audience.Join(watched.To, roll.Only(by).To)
	}
	watched.To = audience.But(watched.To, g.Person)
	list := []daily.Line{{
		For: watched, Key: key, Urgency: daily.Urgent,
		Text: o.asker + "的查阅授权 " + g.ID + "（" + o.customer + "）" + end + "。提前结束发：收回查阅 " + g.ID,
	}}
	if p, active := roll.Active(g.Person); active {
		list = append(list, daily.Line{
			For: roll.Only(p), Key: key + "/own", Urgency: daily.Urgent,
			Text: "你的查阅授权 " + g.ID + "（" + o.customer + "）" + end + "，之后还要看请重新申请。", Command: "申请查阅", Label: "申请查阅",
		})
	}
	return list
}

// AnyOver reports whether a grant ended or a request lapsed that nobody was told
// of.
func (h Handler) AnyOver(ctx context.Context, tx *store.Tx, now time.Time) (bool, error) {
	grants, err := tx.Grants().Ending(ctx, time.Time{}, now)
	if err != nil || len(grants) > 0 {
		return len(grants) > 0, err
	}
	requests, err := tx.Requests().Lapsed(ctx, now)
	return len(requests) > 0, err
}

// Over tells of the grants that ended, with how they were used, and of the
// requests that lapsed.
func (h Handler) Over(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
	ended, err := h.ended(ctx, tx, s.At)
	if err != nil {
		return nil, err
	}
	lapsed, err := h.lapsed(ctx, tx, s.At)
	return slices.Concat(ended, lapsed), err
}

func (h Handler) ended(ctx context.Context, tx *store.Tx, now time.Time) ([]chat.Notice, error) {
	grants, err := tx.Grants().Ending(ctx, time.Time{}, now)
	if err != nil || len(grants) == 0 {
		return nil, err
	}
	roll, err := audience.Read(ctx, tx, h.Rules.Day(now))
	var list []chat.Notice
	for _, g := range grants {
		first, err := tx.Grants().Close(ctx, g.ID, now)
		if err != nil {
			return nil, err
		}
		if !first {
			continue
		}
		told, err := h.endedOne(ctx, tx, roll, g, now)
		if err != nil {
			return nil, err
		}
		list = append(list, told...)
	}
	return list, err
}

func (h Handler) endedOne(ctx context.Context, tx *store.Tx, roll audience.Roll, g store.Grant, now time.Time) ([]chat.Notice, error) {
	if err := noted(ctx, tx, "查阅授权到期", g.ID, now); err != nil {
		return nil, err
	}
	o, err := h.over(ctx, tx, g)
	if err != nil {
		return nil, err
	}
	card, key := h.overCard(o, "查阅授权已到期"), "approval/over/"+g.ID
	own := tellOwn(roll, g, key, "你的查阅授权 "+g.ID+"（"+o.customer+"）已于 "+h.at(g.Until)+" 到期，不能再看。还要看请重新申请：申请查阅 客户 理由")
	return append(audience.Same(key, audience.But(watchers(roll, g), g.Person), chat.Message{Card: &card}), own...), nil
}

// tellOwn tells the person of a grant, unless they were stopped.
func tellOwn(roll audience.Roll, g store.Grant, key, text string) []chat.Notice {
	p, active := roll.Active(g.Person)
	if !active {
		return nil
	}
	return audience.Same(key, []store.Person{p}, chat.Message{Text: text})
}

func (h Handler) lapsed(ctx context.Context, tx *store.Tx, now time.Time) ([]chat.Notice, error) {
	requests, err := tx.Requests().Lapsed(ctx, now)
	var list []chat.Notice
	for _, r := range requests {
		r.State, r.Decided = store.RequestLapsed, now
		first, err := tx.Requests().Decide(ctx, r)
		if err != nil {
			return nil, err
		}
		if !first {
			continue
		}
		if err := noted(ctx, tx, "查阅申请失效", r.Code, now); err != nil {
			return nil, err
		}
		list = append(list, chat.Notice{Key: "approval/answer/" + r.Code + "/" + r.Asker, To: r.Asker, Message: chat.Message{
			Text: "查阅申请 " + r.Code + " 一直没有答复，已于 " + h.at(r.Lapses) + " 失效。还需要请重新申请：申请查阅 客户 理由",
		}})
	}
	return list, err
}

// noted records what the clock ended; nobody did it.
func noted(ctx context.Context, tx *store.Tx, act, code string, now time.Time) error {
	return tx.Audit().Record(ctx, ledger.Entry{ID: tx.NewID(now), At: now, Act: act, Subject: "request/" + code, Outcome: ledger.Done, Clause: clause})
}

// watchers are who hears of a grant besides its person: the general manager, or
// who stands in, and whoever approved it.
func watchers(r audience.Roll, g store.Grant) []store.Person {
	list := r.Standing(store.GeneralManager).To
	if by, active := r.Active(g.By); active {
		list = audience.Join(list, []store.Person{by})
	}
	return list
}
