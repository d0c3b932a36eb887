package report

import (
	"context"
	"slices"
	"strings"

	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// relay is who hears what the clock has to say to a post.
type relay struct {
	post   store.Post
	to     []store.Person
	vacant bool     // nobody has the post
	away   []string // its holders, when all of them are on leave
}

// here is everyone active who is not on leave on a slot's day: only they can act.
func (h Handler) here(ctx context.Context, tx *store.Tx, s sheet, slot rulebook.Slot) ([]store.Person, error) {
	day := h.Rules.Day(slot.At)
	leaves, err := tx.LeaveDays(ctx, day, day)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(s.people), func(p store.Person) bool {
		return slices.ContainsFunc(leaves, func(l store.Leave) bool { return l.Person == p.ID })
	}), nil
}

// relay goes up the line past a post that is vacant or on leave. When the whole
// line is on leave the post itself hears.
func (s sheet) relay(here []store.Person, post store.Post) relay {
	r := relay{post: post}
	var holders []store.Person
	holders, r.vacant = s.stands(post)
	var elsewhere bool
	if r.to, elsewhere = command.Standing(here, post); len(r.to) == 0 {
		r.to = holders
	}
	if elsewhere && !r.vacant {
		for _, p := range holders {
			r.away = append(r.away, p.Name)
		}
	}
	return r
}

// why is why others hear than the post itself; empty when it hears.
func (r relay) why() string {
	switch {
	case r.vacant:
		return string(r.post) + "没有人"
	case len(r.away) > 0:
		return strings.Join(r.away, "、") + " 请假"
	default:
		return ""
	}
}
