package scheduler

import (
	"context"
	"slices"
	"time"
)

// longestSleep bounds how long Run sleeps, so that a clock that is set forward
// is noticed.
const longestSleep = 30 * time.Second

// failedSleep is how soon what failed is tried again.
const failedSleep = time.Second

// Coming is a moment of the timetable and what runs then.
type Coming struct {
	At     time.Time
	Titles []string
}

// Next is the first moment after now at which anything runs; a zero At when
// there is none.
func (s *Scheduler) Next(now time.Time) Coming {
	var c Coming
	for i := range s.o.Jobs {
		j := &s.o.Jobs[i]
		// Quiet hours may hold back what lies up to a day behind.
		for slots := j.next(now.Add(-24 * time.Hour)); len(slots) > 0; slots = j.next(slots[0].At) {
			r := s.run(j, slots[0])
			if !r.at.After(now) {
				continue
			}
			switch {
			case c.At.IsZero() || r.at.Before(c.At):
				c = Coming{At: r.at, Titles: []string{j.Title}}
			case r.at.Equal(c.At) && !slices.Contains(c.Titles, j.Title):
				c.Titles = append(c.Titles, j.Title)
			}
			break
		}
	}
	return c
}

// Upcoming is the next n moments after now.
func (s *Scheduler) Upcoming(now time.Time, n int) []Coming {
	var list []Coming
	for c := s.Next(now); len(list) < n && !c.At.IsZero(); c = s.Next(c.At) {
		list = append(list, c)
	}
	return list
}

// Run ticks at every moment of the timetable until ctx is done, and at least
// every half minute. now is the clock. Its error is ctx's.
func (s *Scheduler) Run(ctx context.Context, now func() time.Time) error {
	for {
		sleep := longestSleep
		if err := s.Tick(ctx, now()); err != nil && ctx.Err() == nil {
			s.o.Log.Error("tick", "error", err)
			sleep = failedSleep
		}
		t := now()
		if next := s.Next(t); !next.At.IsZero() {
			sleep = min(sleep, next.At.Sub(t))
		}
		timer := time.NewTimer(sleep)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}
