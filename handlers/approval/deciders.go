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

// deciders are who may decide requests now, and might when they were asked.
type deciders struct {
	roll      audience.Roll
	standing  audience.Audience // the general manager, or who stands in (总则)
	delegates []store.Person    // today's (C5)
}

// deciders are who may decide what somebody asked for: delegates must have been
// so when it was sent, and be so still.
func (h Handler) deciders(ctx context.Context, tx *store.Tx, asked, now time.Time) (deciders, error) {
	day, today := h.Rules.Day(asked), h.Rules.Day(now)
	roll, err := audience.Read(ctx, tx, today)
	if err != nil {
		return deciders{}, err
	}
	d := deciders{roll: roll, standing: roll.Standing(store.GeneralManager)}
	list, err := standing(ctx, tx, roll, today)
	for _, one := range list {
		p, active := roll.Active(one.Person)
		if active && one.First <= day && !one.At.After(asked) && mayStandIn(p.Post) && !d.has(p.ID) {
			d.delegates = append(d.delegates, p)
		}
	}
	return d, err
}

// standing are the delegations that end on day or later and still count: whoever
// gave one has held the post of general manager ever since, and whoever got it a post
// that one can go to. Who was stopped meanwhile, or had another post, needs a new one.
func standing(ctx context.Context, tx *store.Tx, roll audience.Roll, day store.Day) ([]store.Delegation, error) {
	all, err := tx.Delegations().From(ctx, day)
	if err != nil {
		return nil, err
	}
	var list []store.Delegation
	for _, d := range all {
		by, active := roll.Active(d.By)
		to, there := roll.Active(d.Person)
		if !active || !there || by.Post != store.GeneralManager || !mayStandIn(to.Post) || day > d.First.Add(maxDelegated-1) {
			continue
		}
		given, err := heldSince(ctx, tx, by, d.At)
		if err != nil {
			return nil, err
		}
		kept, err := heldSince(ctx, tx, to, d.At)
		if err != nil {
			return nil, err
		}
		if given && kept {
			list = append(list, d)
		}
	}
	return list, nil
}

// heldSince reports whether somebody has held their post ever since a moment.
func heldSince(ctx context.Context, tx *store.Tx, p store.Person, at time.Time) (bool, error) {
	tenures, err := tx.People().Tenures(ctx, p.ID)
	return slices.ContainsFunc(tenures, func(t store.Tenure) bool { return t.Post == p.Post && t.Until.IsZero() && !t.Since.After(at) }), err
}

// mayStandIn reports whether deciding can be delegated to a post (C5).
func mayStandIn(p store.Post) bool { return p == store.ExecutiveDirector || p == store.GMAssistant }

// all are the deciders, the standing ones first.
func (d deciders) all() []store.Person { return audience.Join(d.standing.To, d.delegates) }

func (d deciders) has(person string) bool {
	return slices.ContainsFunc(d.all(), func(p store.Person) bool { return p.ID == person })
}

// had reports whether somebody who may decide now might too when they asked.
func (d deciders) had(p store.Person) bool {
	switch {
	case p.Then == nil, p.Then.Post == store.GeneralManager:
		return true
	case p.Then.Post == p.Post: // stands in for a vacant post
		return d.standing.Has(p.ID) || d.delegated(p)
	}
	return mayStandIn(p.Then.Post) && d.delegated(p)
}

func (d deciders) delegated(p store.Person) bool {
	return slices.ContainsFunc(d.delegates, func(one store.Person) bool { return one.ID == p.ID })
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
