package daily

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Job is the daily message of all areas. It does not change once made.
//
// Run is what the timetable starts. When an area fails, the others are said,
// and a mark in the store says when it is tried again: by MakeUp, which Owing
// asks for, until Grace after the message's time. What was not made up by then
// is owed to the next morning.
type Job struct {
	Rules rulebook.Rules
	Grace time.Duration // how late the message, and what failed of it, is made up
	Areas []Area
}

// unfinished is the error of a job that did what could be done, which stands
// (see scheduler.Partial), and could not do the rest.
type unfinished struct{ error }

func (unfinished) Partly()         {}
func (u unfinished) Unwrap() error { return u.error }

const (
	again  = "daily/again" // mark: when what failed is tried again
	paused = 10 * time.Minute
)

// Run says what all areas owe. Those that failed are the error; the
// others stand all the same.
func (j Job) Run(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
	list, failed, err := j.say(ctx, tx, slot, "")
	if err != nil || failed == nil {
		return list, err
	}
	return list, partly(tx.Marks().Set(ctx, again, slot.At.Add(paused)), failed)
}

// partly is the store's error, or what failed beside what was done, if any.
func partly(err, failed error) error {
	if err != nil || failed == nil {
		return err
	}
	return unfinished{failed}
}

// Owing reports whether it is time to try again what failed.
func (j Job) Owing(ctx context.Context, tx *store.Tx, now time.Time) (bool, error) {
	at, err := tx.Marks().At(ctx, again)
	return !at.IsZero() && !now.Before(at), err
}

// errNotYet undoes a try that did not bring all that is missing.
var errNotYet = errors.New("not all areas")

// MakeUp tries again what failed in the morning; s.At is now. It says nothing
// until all of it succeeds or no other try is left, so that there is one later
// message at most.
func (j Job) MakeUp(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
	slot := rulebook.Slot{At: j.Rules.Daily.On(j.Rules.Day(s.At), j.Rules.Zone)}
	end := slot.At.Add(j.Grace)
	if s.At.Before(slot.At) || s.At.After(end) { // of another day: the next message tells
		return nil, tx.Marks().Set(ctx, again, time.Time{})
	}
	next := s.At.Add(paused)
	last := next.After(end)
	var list []chat.Notice
	var failed error
	err := tx.Nested(ctx, func() (err error) {
		list, failed, err = j.say(ctx, tx, slot, madeUp)
		if err == nil && failed != nil && !last {
			err = errNotYet
		}
		return err
	})
	switch {
	case errors.Is(err, errNotYet):
		return nil, partly(tx.Marks().Set(ctx, again, next), failed)
	case err != nil:
		return nil, err
	}
	return list, partly(tx.Marks().Set(ctx, again, time.Time{}), failed)
}

// say claims the slot for every area that did not have it, and makes the
// letters of what those give. failed are the areas that lost their claim again.
func (j Job) say(ctx context.Context, tx *store.Tx, slot rulebook.Slot, mark string) (list []chat.Notice, failed, err error) {
	day := j.Rules.Day(slot.At)
	roll, err := audience.Read(ctx, tx, day)
	if err != nil {
		return nil, nil, err
	}
	lines, failed, err := j.gather(ctx, tx, slot, roll)
	if err != nil {
		return nil, nil, err
	}
	lines = append(lines, vacancies(lines, roll, j.Rules.Week(slot.At))...)
	said, err := tx.Said().Of(ctx, keys(lines))
	if err != nil {
		return nil, nil, err
	}
	letters, told := Letters(roll, lines, said)
	return notices(day, letters, mark), failed, tx.Said().Say(ctx, told, slot.At)
}

// gather asks every area that was not heard for the slot. The error is the store's.
func (j Job) gather(ctx context.Context, tx *store.Tx, slot rulebook.Slot, roll audience.Roll) (all []Line, failed, err error) {
	for _, a := range j.Areas {
		var lines []Line
		err := tx.Nested(ctx, func() error {
			fresh, err := tx.Said().Once(ctx, "daily/"+string(roll.Day)+"/asked/"+name(a), slot.At)
			if err != nil || !fresh {
				return err
			}
			lines, err = a.Daily(ctx, tx, slot, roll)
			return err
		})
		switch {
		case err == nil:
			all = append(all, lines...)
		case store.Broken(err) || ctx.Err() != nil:
			return nil, nil, err
		default:
			failed = errors.Join(failed, fmt.Errorf("%s: %w", name(a), err))
		}
	}
	return all, failed, nil
}

// name is what an area is known by: its type, *customer.Handler.
func name(a Area) string { return fmt.Sprintf("%T", a) }

// vacancies tell the administrators, each once a week, of the posts that some
// lines are for and nobody has.
func vacancies(lines []Line, roll audience.Roll, week store.Week) []Line {
	var list []Line
	var seen []store.Post
	for _, l := range lines {
		if !l.For.Vacant || slices.Contains(seen, l.For.Post) {
			continue
		}
		seen = append(seen, l.For.Post)
		for _, n := range roll.Vacancy(l.For, "每日提醒", week.Key()) {
			admin, _ := roll.Active(n.To)
			list = append(list, Line{For: roll.Only(admin), Key: n.Key, Urgency: Urgent, Text: n.Message.Text})
		}
	}
	return list
}

// keys are those of lines, each once.
func keys(lines []Line) []string {
	list := make([]string, 0, len(lines))
	for _, l := range lines {
		list = append(list, l.Key)
	}
	slices.Sort(list)
	return slices.Compact(list)
}
