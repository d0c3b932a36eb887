package approval

import (
	"context"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/store"
)

// deciders are who may decide requests at a moment.
type deciders struct {
	everyone  []store.Person // active
	standing  []store.Person // the general manager, or who stands in (总则)
	vacant    bool           // the post has no holder
	delegates []store.Person // today's (C5)
}

func (h Handler) deciders(ctx context.Context, tx *store.Tx, now time.Time) (deciders, error) {
	var d deciders
	var err error
	if d.everyone, err = tx.People(ctx); err != nil {
		return d, err
	}
	d.standing, d.vacant = command.Standing(d.everyone, store.GeneralManager)
	today := h.Rules.Day(now)
	list, err := tx.Delegations(ctx, today)
	for _, one := range list {
		for _, p := range d.everyone {
			if p.ID == one.Person && one.First <= today && mayStandIn(p.Post) && !d.has(p.ID) {
				d.delegates = append(d.delegates, p)
			}
		}
	}
	return d, err
}

// mayStandIn tells whether deciding can be delegated to a post (C5).
func mayStandIn(p store.Post) bool { return p == store.ExecutiveDirector || p == store.GMAssistant }

// all are the deciders, the standing ones first.
func (d deciders) all() []store.Person { return slices.Concat(d.standing, d.delegates) }

func (d deciders) has(person string) bool {
	return slices.ContainsFunc(d.all(), func(p store.Person) bool { return p.ID == person })
}

// whom names the deciders for a sentence: 陈总（总经理）、周敏（总经理助理）.
func (d deciders) whom() string {
	var names []string
	for _, p := range d.all() {
		names = append(names, written(p))
	}
	return strings.Join(names, "、")
}

// vacancy tells the administrators, once a day, that nobody is general manager.
func (h Handler) vacancy(d deciders, now time.Time) []chat.Notice {
	if !d.vacant {
		return nil
	}
	return command.VacancyNotices(d.everyone, store.GeneralManager, "查阅申请", d.standing, func(admin string) string {
		return "approval/vacant/" + string(h.Rules.Day(now)) + "/" + admin
	})
}

// toldAll is the same news for several, but not for whom it comes from.
func toldAll(key string, to []store.Person, but string, m chat.Message) []chat.Notice {
	var list []chat.Notice
	for _, p := range to {
		if p.ID != but {
			list = append(list, chat.Notice{Key: key + "/" + p.ID, To: p.ID, Message: m})
		}
	}
	return list
}
