package approval

import (
	"context"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/words"
	"marketbot/store"
)

// deciders are who may decide requests at a moment.
type deciders struct {
	roll      audience.Roll
	standing  audience.Audience // the general manager, or who stands in (总则)
	delegates []store.Person    // today's (C5)
}

func (h Handler) deciders(ctx context.Context, tx *store.Tx, now time.Time) (deciders, error) {
	today := h.Rules.Day(now)
	roll, err := audience.Read(ctx, tx, today)
	if err != nil {
		return deciders{}, err
	}
	d := deciders{roll: roll, standing: roll.Standing(store.GeneralManager)}
	list, err := tx.Delegations().From(ctx, today)
	for _, one := range list {
		p, active := roll.Active(one.Person)
		if active && one.First <= today && mayStandIn(p.Post) && !d.has(p.ID) {
			d.delegates = append(d.delegates, p)
		}
	}
	return d, err
}

// mayStandIn reports whether deciding can be delegated to a post (C5).
func mayStandIn(p store.Post) bool { return p == store.ExecutiveDirector || p == store.GMAssistant }

// all are the deciders, the standing ones first.
func (d deciders) all() []store.Person { return audience.Join(d.standing.To, d.delegates) }

func (d deciders) has(person string) bool {
	return slices.ContainsFunc(d.all(), func(p store.Person) bool { return p.ID == person })
}

// whom names the deciders for a sentence: 陈总（总经理）、周敏（总经理助理）.
func (d deciders) whom() string {
	var names []string
	for _, p := range d.all() {
		names = append(names, words.WithPost(p))
	}
	return strings.Join(names, "、")
}

// vacancy tells the administrators, once a day, that nobody is general manager.
func (h Handler) vacancy(d deciders, now time.Time) []chat.Notice {
	return d.roll.Vacancy(d.standing, "查阅申请", string(h.Rules.Day(now)))
}
