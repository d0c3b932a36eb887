// Package scheduler says when: it runs the jobs of a timetable at their moments
// and makes up, within their grace, what a stop left out.
//
// It is not for which jobs there are, which the package timetable knows, nor
// for what they say, which the areas know, nor for how that is delivered, which
// the package outbox does. It knows no area.
//
// # Once
//
// A row of the store, unique by job and moment, keeps a job from running twice;
// it is written in the transaction of what the job does and says. So the
// scheduler holds no memory of its own, may be killed at any moment, and may
// run in several processes on one store. Ordinary running, making up after a
// stop and the demo's moved clock are the same [Scheduler.Tick].
package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"marketbot/handlers"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Scheduler runs the jobs of a timetable. It does not change once made.
type Scheduler struct {
	o     Timing
	grace time.Duration // the longest of the jobs
}

// Timing is what a Scheduler is made of.
type Timing struct {
	DB    *store.DB
	Jobs  []Job
	Rules rulebook.Rules
	Post  *handlers.Post
	Wake  func() // something was owed and committed
	Log   *slog.Logger
}

// New makes a scheduler. An error names a job that is incomplete.
func New(o Timing) (*Scheduler, error) {
	if err := checkAll(o.Jobs); err != nil {
		return nil, err
	}
	s := &Scheduler{o: o}
	for _, j := range o.Jobs {
		s.grace = max(s.grace, j.Grace)
	}
	return s, nil
}

// Marks in the store.
const (
	CreatedMark = store.CreatedMark
	mark        = "scheduler" // up to when misses were looked for
)

// markEvery bounds how often a mark is written when nothing happens.
const markEvery = time.Hour

// run is a slot of a job that is to run.
type run struct {
	job  *Job
	slot rulebook.Slot
	at   time.Time // when it runs: the slot's time, or the end of quiet hours
	mute bool      // a later run of its series says what matters
	do   Do
}

// claim is the name under which the store remembers the run.
func (r run) claim() string {
	if r.slot.Week == (store.Week{}) {
		return r.job.Name
	}
	return r.job.Name + "/" + r.slot.Week.Key()
}

// before reports whether q is a later run of the same series about the same.
func (r run) before(q run) bool {
	return r.job.Series != "" && r.job.Series == q.job.Series && q.slot.At.After(r.slot.At) && r.subject() == q.subject()
}

// subject is the week a run is about, or its day.
func (r run) subject() string {
	if r.slot.Week == (store.Week{}) {
		return string(store.DayOf(r.slot.At))
	}
	return r.slot.Week.Key()
}

func (r run) late(now time.Time) bool { return now.Sub(r.at) > r.job.Grace }

// Tick does everything whose time came up to now and that was not done: it is
// the ordinary running, the making up after a stop, and the demo's moved
// clock. What is too late is recorded as missed and told to the administrators
// in one message. A job that fails is logged and tried again by the next Tick
// within its grace; the others go on. The error is the store's.
func (s *Scheduler) Tick(ctx context.Context, now time.Time) error {
	now = now.In(s.o.Rules.Zone)
	runs, marked, err := s.pending(ctx, now)
	if err != nil {
		return fmt.Errorf("look for what is due: %w", err)
	}
	runs, missed := split(runs, func(r run) bool { return !r.late(now) })
	failed := errors.Join(s.fireAll(ctx, runs, now), s.fireOver(ctx, now))
	if len(missed) == 0 && now.Sub(marked) < markEvery && now.After(marked) {
		return failed
	}
	if err := s.miss(ctx, missed, now); err != nil {
		failed = errors.Join(failed, fmt.Errorf("record what was missed: %w", err))
	}
	return failed
}

// fireAll runs one moment after the other. One that fails is left for the next
// Tick and keeps none of the others from running.
func (s *Scheduler) fireAll(ctx context.Context, runs []run, now time.Time) (failed error) {
	for len(runs) > 0 {
		var together []run
		at := runs[0].at
		together, runs = split(runs, func(r run) bool { return r.at.Equal(at) })
		if err := s.fire(ctx, together, now); err != nil {
			failed = errors.Join(failed, fmt.Errorf("run what is due at %v: %w", at, err))
		}
	}
	return failed
}

func split(runs []run, first func(run) bool) (yes, no []run) {
	for _, r := range runs {
		if first(r) {
			yes = append(yes, r)
		} else {
			no = append(no, r)
		}
	}
	return yes, no
}

// pending lists what should have run by now and did not, by time.
func (s *Scheduler) pending(ctx context.Context, now time.Time) (runs []run, marked time.Time, err error) {
	created, marked, done, err := s.recorded(ctx, now)
	if err != nil || created.IsZero() { // a new store: nothing lies behind it
		return nil, time.Time{}, err
	}
	all := s.runs(s.horizon(marked, now), now)
	fired := func(r run) bool { return done[firingKey(r.claim(), r.slot.At)] }
	for _, r := range all {
		old := r.slot.At.Before(created) || r.at.Add(r.job.Grace).Before(marked) && r.late(now)
		if old || fired(r) {
			continue
		}
		r.mute = slices.ContainsFunc(all, func(q run) bool { return r.before(q) && (fired(q) || s.runnable(q, now)) })
		if r.mute || r.late(now) || s.runnable(r, now) {
			runs = append(runs, r)
		}
	}
	return runs, marked, nil
}

// recorded is what the store knows: since when it is, up to when misses were
// looked for, and what fired.
func (s *Scheduler) recorded(ctx context.Context, now time.Time) (created, marked time.Time, done map[string]bool, err error) {
	done = map[string]bool{}
	err = s.o.DB.View(ctx, func(tx *store.Tx) error {
		if created, err = tx.Marks().At(ctx, CreatedMark); err != nil {
			return err
		}
		if marked, err = tx.Marks().At(ctx, mark); err != nil {
			return err
		}
		firings, err := tx.Firings().Since(ctx, s.horizon(marked, now))
		for _, f := range firings {
			done[firingKey(f.Job, f.Due)] = true
		}
		return err
	})
	return created, marked, done, err
}

// runnable reports whether a run may speak now: it is in time, and reminders
// that come late into quiet hours wait for their end.
func (s *Scheduler) runnable(r run, now time.Time) bool {
	return !r.late(now) && !(r.job.Reminder && s.o.Rules.Quiet.Holds(now))
}

func firingKey(job string, due time.Time) string { return fmt.Sprint(job, " ", due.UnixMilli()) }

// horizon is before everything that may not have been decided yet: its grace
// or quiet hours may reach over the mark.
func (s *Scheduler) horizon(marked, now time.Time) time.Time {
	return earlier(marked, now).Add(-s.grace - 24*time.Hour)
}

// runs lists what runs after from up to now, by time and in the order of the
// timetable.
func (s *Scheduler) runs(from, now time.Time) []run {
	var runs []run
	for i := range s.o.Jobs {
		j := &s.o.Jobs[i]
		for slots := j.next(from); len(slots) > 0 && !slots[0].At.After(now); slots = j.next(slots[0].At) {
			for _, slot := range slots {
				if r := s.run(j, slot); !r.at.After(now) {
					runs = append(runs, r)
				}
			}
		}
	}
	slices.SortStableFunc(runs, func(a, b run) int { return a.at.Compare(b.at) })
	return runs
}

func (s *Scheduler) run(j *Job, slot rulebook.Slot) run {
	r := run{job: j, slot: slot, at: slot.At}
	if j.Reminder {
		r.at = s.o.Rules.Quiet.End(slot.At.In(s.o.Rules.Zone))
	}
	return r
}

// miss records what is too late and how far the clock was followed.
func (s *Scheduler) miss(ctx context.Context, missed []run, now time.Time) error {
	told := false
	err := s.o.DB.Update(ctx, func(tx *store.Tx) error {
		lines, err := s.recordMissed(ctx, tx, missed, now)
		if err != nil {
			return err
		}
		if told = len(lines) > 0; told {
			if err := s.o.Post.Tell(ctx, tx, "missed/"+now.Format(time.RFC3339), missedText(lines), now, ""); err != nil {
				return err
			}
		}
		if created, err := tx.Marks().At(ctx, CreatedMark); err != nil {
			return err
		} else if created.IsZero() {
			if err := tx.Marks().Set(ctx, CreatedMark, now); err != nil {
				return err
			}
		}
		return tx.Marks().Set(ctx, mark, now)
	})
	if err == nil && told {
		s.o.Wake()
	}
	return err
}

func (s *Scheduler) recordMissed(ctx context.Context, tx *store.Tx, missed []run, now time.Time) ([]string, error) {
	var lines []string
	for _, r := range missed {
		fresh, err := tx.Firings().Fire(ctx, r.claim(), r.slot.At, now, true)
		if err != nil {
			return nil, err
		}
		if !fresh {
			continue
		}
		s.o.Log.Warn("missed", "job", r.claim(), "due", r.slot.At)
		if !r.job.House {
			lines = append(lines, "· "+r.slot.At.In(s.o.Rules.Zone).Format("01-02 15:04")+" "+r.job.Title)
		}
	}
	return lines, nil
}

// maxMissed bounds how many misses a message lists.
const maxMissed = 30

func missedText(lines []string) string {
	head := fmt.Sprintf("机器人停机期间错过了 %d 项定时任务，已超过补做时限，不再补做：", len(lines))
	if more := len(lines) - maxMissed; more > 0 {
		lines = append(lines[:maxMissed:maxMissed], fmt.Sprintf("…… 另有 %d 项", more))
	}
	return head + "\n" + strings.Join(lines, "\n")
}
