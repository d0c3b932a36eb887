package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// fireOver runs the jobs whose moment only the store knows. One that fails is
// logged and tried again by the next Tick. The error is the store's.
func (s *Scheduler) fireOver(ctx context.Context, now time.Time) (failed error) {
	for i := 0; i < len(s.o.Jobs); i++ {
		var err error
		if i, err = s.firstOver(ctx, i, now); err == nil && i < len(s.o.Jobs) {
			err = s.over(ctx, &s.o.Jobs[i], now)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// firstOver is the first job, from one on, whose moment has come; len(Jobs) where there
// is none. With an error it is the one that cannot tell. One transaction asks them all:
// a Tick seldom finds any.
func (s *Scheduler) firstOver(ctx context.Context, from int, now time.Time) (i int, err error) {
	i = from
	err = s.o.DB.View(ctx, func(tx *store.Tx) error {
		for i = from; i < len(s.o.Jobs); i++ {
			j := &s.o.Jobs[i]
			if j.Due == nil {
				continue
			}
			if due, err := j.Due(ctx, tx, now); err != nil {
				return fmt.Errorf("ask whether %s is due: %w", j.Name, err)
			} else if due {
				return nil
			}
		}
		return nil
	})
	return i, err
}

func (s *Scheduler) over(ctx context.Context, j *Job, now time.Time) error {
	err := s.o.DB.Update(ctx, func(tx *store.Tx) error {
		// Another process may be about to do the same, or have done it just now.
		if err := tx.Lock(ctx, "job/"+j.Name); err != nil {
			return err
		}
		if due, err := j.Due(ctx, tx, now); err != nil || !due {
			return err
		}
		var notices []chat.Notice
		var partly Partial
		err := tx.Nested(ctx, func() (err error) {
			if notices, err = j.Do(ctx, tx, rulebook.Slot{At: now}); errors.As(err, &partly) {
				return nil
			}
			return err
		})
		if err == nil { // what is over stays so: it neither ages nor waits for others
			err = errors.Join(s.o.Post.Notices(ctx, tx, notices, store.ClassAlarm, now), s.o.Post.Damaged(ctx, tx, now))
			if err != nil || partly == nil {
				return err
			}
			err = partly
		}
		if store.Broken(err) || ctx.Err() != nil {
			return err
		}
		day := s.o.Rules.Day(now).Start(s.o.Rules.Zone) // so that the administrators hear once a day
		return s.fault(ctx, tx, run{job: j, slot: rulebook.Slot{At: day}}, err, now)
	})
	if err != nil {
		return fmt.Errorf("run %s: %w", j.Name, err)
	}
	s.o.Wake()
	return nil
}
