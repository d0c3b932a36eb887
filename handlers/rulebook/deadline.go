package rulebook

import (
	"time"

	"marketbot/store"
)

// Schedule is when something of every week is due and what is said around it,
// as set for an ordinary week; the functions below move it in others. The tags
// are the names in the settings.
type Schedule struct {
	Due      Moment        `yaml:"due"`
	Remind   []Moment      `yaml:"remind"`   // each the last such moment before Due; empty: none
	Escalate *Moment       `yaml:"escalate"` // the first such moment after Due; nil: none
	Grace    time.Duration `yaml:"grace"`    // how late any of them may still be made up
}

// WeeklyReport is the schedule of the weekly report that 会-3 asks for.
func WeeklyReport() Schedule {
	return Schedule{
		Due:      Moment{time.Friday, 12, 0},
		Remind:   []Moment{{time.Thursday, 16, 47}, {time.Friday, 10, 43}},
		Escalate: &Moment{time.Friday, 13, 7},
		Grace:    4 * time.Hour,
	}
}

// Consolidated is the schedule of the consolidated report that 会-3 asks for.
func Consolidated() Schedule {
	return Schedule{
		Due:    Moment{time.Monday, 11, 0},
		Remind: []Moment{{time.Monday, 9, 37}, {time.Monday, 10, 33}},
		Grace:  3 * time.Hour,
	}
}

// WeekAt is the ISO week of t by the clock of loc.
func WeekAt(t time.Time, loc *time.Location) store.Week { return store.WeekOf(t.In(loc)) }

// ReportDue is when the reports of week w are due, in loc. When the due day is
// off, the last working day before it in that ISO week counts, at the same
// time of day; a make-up day after it never moves it later. False when there
// is no working day up to the due day: that week has no report (会-3, C7).
func ReportDue(cal *Calendar, loc *time.Location, due Moment, w store.Week) (time.Time, bool) {
	day, ok := cal.lastWorking(store.DayOf(w.Monday(time.UTC)), due.day(w))
	if !ok {
		return time.Time{}, false
	}
	return due.Clock().On(day, loc), true
}

// ConsolidatedDue is when the consolidated report of week w is due, in loc: the
// first such moment after due, as due is set for an ordinary week. That an
// early holiday moves the reports forward therefore does not pull it into an
// earlier week. When that day is off, the next working day counts, at the same
// time of day; after a long holiday that lies weeks later. False when w has no
// report (会-3, C7).
func ConsolidatedDue(cal *Calendar, loc *time.Location, due, consolidated Moment, w store.Week) (time.Time, bool) {
	if _, ok := ReportDue(cal, loc, due, w); !ok {
		return time.Time{}, false
	}
	nominal := After(due.Clock().On(due.day(w), time.UTC), due, consolidated)
	day, ok := cal.nextWorking(store.DayOf(nominal))
	if !ok {
		return time.Time{}, false
	}
	return consolidated.Clock().On(day, loc), true
}

// Reminders are the moments before due at which people are reminded, one for
// each of remind in its order, in due's zone. Each means the last such moment
// before nominal, which is how due stands in the settings; where a holiday
// moved due, the reminder keeps its distance, even onto a day off.
func Reminders(due time.Time, nominal Moment, remind []Moment) []time.Time {
	moments := make([]time.Time, 0, len(remind))
	for _, m := range remind {
		moments = append(moments, shift(due, -m.until(nominal)))
	}
	return moments
}

// After is the first m after due, in due's zone, with the distance that it has
// from nominal in an ordinary week.
func After(due time.Time, nominal, m Moment) time.Time { return shift(due, nominal.until(m)) }

// shift moves t by minutes of the clock on the wall, so that a change to
// summer time in between does not move a reminder off its minute.
func shift(t time.Time, minutes int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute()+minutes, 0, 0, t.Location())
}

// Late reports whether something sent at sent missed due, and by how many begun
// minutes. The due moment itself is late already (C12), by 1 minute, so that
// nobody reads of being late by none.
func Late(sent, due time.Time) (minutes int, late bool) {
	if sent.Before(due) {
		return 0, false
	}
	return max(1, int((sent.Sub(due)+time.Minute-1)/time.Minute)), true
}
