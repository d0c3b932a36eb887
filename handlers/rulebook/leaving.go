package rulebook

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"marketbot/store"
)

// LeavingNotice is how long before they go people say that they leave (2-7): calendar
// months or days, one of which is 0.
type LeavingNotice struct{ Months, Days int }

// The longest notice that can be asked for.
const (
	maxNoticeMonths = 12
	maxNoticeDays   = 366
)

// ParseLeavingNotice reads "1 month" or "30 days".
func ParseLeavingNotice(s string) (LeavingNotice, error) {
	count, unit, _ := strings.Cut(strings.TrimSpace(s), " ")
	n, err := strconv.Atoi(count)
	switch unit = strings.TrimSuffix(strings.TrimSpace(unit), "s"); {
	case err != nil || n < 1:
	case unit == "month" && n <= maxNoticeMonths:
		return LeavingNotice{Months: n}, nil
	case unit == "day" && n <= maxNoticeDays:
		return LeavingNotice{Days: n}, nil
	}
	return LeavingNotice{}, fmt.Errorf("notice %q: want months or days, like 1 month or 30 days", s)
}

// String says it as people do: 一个月, 3 个月, 30 天.
func (n LeavingNotice) String() string {
	switch {
	case n.Months == 1:
		return "一个月"
	case n.Months > 0:
		return strconv.Itoa(n.Months) + " 个月"
	}
	return strconv.Itoa(n.Days) + " 天"
}

// Earliest is the first last working day that a notice of a day allows: the same day
// of a later month, or that month's end where it has no such day; or so many days
// later (R19).
func (n LeavingNotice) Earliest(given store.Day) store.Day {
	if n.Months == 0 {
		return given.Add(n.Days)
	}
	y, m, d := given.Start(time.UTC).Date()
	first := time.Date(y, m+time.Month(n.Months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1)
	return store.DayOf(first.AddDate(0, 0, min(d, last.Day())-1))
}

// LeavingEnds is when the access of somebody ends whose last working day it is: with
// that day.
func (r Rules) LeavingEnds(last store.Day) time.Time { return last.Add(1).Start(r.Zone) }

// leavingSteps are how many days before the last one the heads hear what is missing.
var leavingSteps = []int{7, 3, 1}

// LeavingStep is which of the days before the last one is reached, of which the heads
// hear: the lowest of 7, 3 and 1 that left is not above; 0: none yet, or it is over.
func LeavingStep(left int) int {
	step := 0
	for _, n := range leavingSteps {
		if left <= n && left >= 0 {
			step = n
		}
	}
	return step
}

// leavingEvery is how many working days lie between two reminders of what is missing.
const leavingEvery = 3

// LeavingRound is the how-many-th reminder of what is missing is due on a day, of a
// notice that was given on another: every third working day after it; 0: none.
func (c *Calendar) LeavingRound(given, today store.Day) int {
	return c.WorkingDays(given, today) / leavingEvery
}
