package scheduler

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// fire runs the jobs of one moment in one transaction, so that what they say
// to one person can be one message.
func (s *Scheduler) fire(ctx context.Context, runs []run, now time.Time) error {
	for i, r := range runs {
		runs[i].do = s.ahead(ctx, r)
	}
	err := s.o.DB.Update(ctx, func(tx *store.Tx) error {
		said := map[store.Class][]chat.Notice{}
		for _, r := range runs {
			notices, err := s.do(ctx, tx, r, now)
			if err != nil {
				return err
			}
			for _, n := range notices {
				c := class(r.job, n)
				said[c] = append(said[c], n)
			}
		}
		if err := s.say(ctx, tx, said, now); err != nil {
			return err
		}
		return s.o.Post.Damaged(ctx, tx, now)
	})
	if err == nil {
		s.o.Wake()
	}
	return err
}

// ahead is what a run does, with all read that takes long. Where that fails, the run
// does, and what was damaged of it is damaged to the run.
func (s *Scheduler) ahead(ctx context.Context, r run) Do {
	if r.job.Ahead == nil || r.mute {
		return r.job.Do
	}
	var do Do
	var damaged []store.Damage
	err := s.o.DB.View(ctx, func(tx *store.Tx) (err error) {
		do, err = r.job.Ahead(ctx, tx, r.slot)
		damaged = tx.Damaged()
		return err
	})
	return func(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
		if err != nil {
			return nil, err
		}
		for _, d := range damaged {
			tx.Note(d)
		}
		return do(ctx, tx, slot)
	}
}

func class(j *Job, n chat.Notice) store.Class {
	switch {
	case n.Urgent:
		return store.ClassAlarm
	case j.Reminder:
		return store.ClassReminder
	default:
		return store.ClassDue
	}
}

// do claims a slot and runs its job. A job that fails loses its claim with
// what it wrote, so that it is tried again; of one that failed in part the rest
// stands.
func (s *Scheduler) do(ctx context.Context, tx *store.Tx, r run, now time.Time) ([]chat.Notice, error) {
	var notices []chat.Notice
	var partly Partial
	err := tx.Nested(ctx, func() error {
		fresh, err := tx.Firings().Fire(ctx, r.claim(), r.slot.At, now, false)
		if err != nil || !fresh || r.mute {
			return err
		}
		if notices, err = r.do(ctx, tx, r.slot); err != nil && !errors.As(err, &partly) {
			return err
		}
		notices, err = unsaid(ctx, tx, notices, now)
		return err
	})
	switch {
	case err == nil && partly != nil:
		return notices, s.fault(ctx, tx, r, partly, now)
	case err == nil:
		return notices, nil
	}
	if store.Broken(err) || ctx.Err() != nil {
		return nil, err
	}
	return nil, s.fault(ctx, tx, r, err, now)
}

// unsaid leaves out what was said before, and remembers the rest: the outbox
// forgets sooner, and knows merged messages only.
func unsaid(ctx context.Context, tx *store.Tx, notices []chat.Notice, now time.Time) ([]chat.Notice, error) {
	fresh := make([]chat.Notice, 0, len(notices))
	for _, n := range notices {
		ok, err := tx.Said().Once(ctx, n.Key, now)
		if err != nil {
			return nil, err
		}
		if ok {
			fresh = append(fresh, n)
		}
	}
	return fresh, nil
}

// fault logs that a job failed and tells the administrators, once a slot.
func (s *Scheduler) fault(ctx context.Context, tx *store.Tx, r run, err error, now time.Time) error {
	ref := handlers.Reference()
	s.o.Log.Error("job failed", "job", r.claim(), "due", r.slot.At, "ref", ref, "error", err)
	text := fmt.Sprintf("定时任务“%s”（%s）出错，编号 %s。会自动再试，其他任务不受影响。", r.job.Title, r.slot.At.In(s.o.Rules.Zone).Format("01-02 15:04"), ref)
	return s.o.Post.Tell(ctx, tx, "job/"+r.claim()+"/"+r.slot.At.UTC().Format(time.RFC3339), text, now, "")
}

// say owes what the jobs of a moment want said.
func (s *Scheduler) say(ctx context.Context, tx *store.Tx, said map[store.Class][]chat.Notice, now time.Time) error {
	if err := s.o.Post.Notices(ctx, tx, said[store.ClassAlarm], store.ClassAlarm, now); err != nil {
		return err
	}
	// A person who hears of both what is due and what to remember gets one
	// message, with what is due.
	merged := map[store.Class][]chat.Notice{}
	for _, m := range merge(said[store.ClassDue], said[store.ClassReminder]) {
		merged[m.class] = append(merged[m.class], m.Notice)
	}
	for _, c := range []store.Class{store.ClassDue, store.ClassReminder} {
		if err := s.o.Post.Notices(ctx, tx, merged[c], c, now); err != nil {
			return err
		}
	}
	return nil
}

func joinKeys(notices []chat.Notice) string {
	keys := make([]string, len(notices))
	for i, n := range notices {
		keys[i] = n.Key
	}
	return strings.Join(keys, "+")
}
