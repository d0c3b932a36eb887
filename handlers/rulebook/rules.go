package rulebook

import (
	"time"

	"marketbot/store"
)

// Rules is the rule book as one company keeps it: its zone, its calendar and
// the times it has set. Its methods answer for a week what is due when.
type Rules struct {
	Company      string // its name, on papers that leave the chat; may be empty
	Zone         *time.Location
	Calendar     *Calendar
	Book         Book
	Report       Schedule // weekly report to the director
	Consolidated Schedule // consolidated report to the general manager
	Trip         TripSchedule
	Daily        Clock
	Quiet        Quiet
	Keep         Retention
}

// TripSchedule is when people on a trip are asked for their check-in.
type TripSchedule struct {
	At    []Clock       `yaml:"at"`
	Grace time.Duration `yaml:"grace"`
}

// Slot is a moment at which a job runs, with what it is about.
type Slot struct {
	At   time.Time  // when it runs, in the company's zone
	Week store.Week // weekly jobs: whose reports it is about
}

// Week is the ISO week of a moment.
func (r Rules) Week(t time.Time) store.Week { return WeekAt(t, r.Zone) }

// Day is the calendar day of a moment.
func (r Rules) Day(t time.Time) store.Day { return store.DayOf(t.In(r.Zone)) }

// ReportDue is when the reports of w are due; false: w has none.
func (r Rules) ReportDue(w store.Week) (time.Time, bool) {
	report, _ := r.steered(w)
	return ReportDue(r.Calendar, r.Zone, report.Due, w)
}

// Begun reports whether it is leave at a moment; one that begins within a day
// (周五下午) is none before.
func (r Rules) Begun(l store.Leave, at time.Time) bool {
	day := r.Day(at)
	return l.Covers(day) && (l.AllDay(day) || day.Start(r.Zone).Add(l.Begins).Before(at))
}

// Excuses reports whether a report is not owed because of a leave: one that has
// begun when it is due. What was entered only afterwards counts when a head
// entered it, so that nobody excuses themselves; byHead tells that.
func (r Rules) Excuses(l store.Leave, due time.Time, byHead bool) bool {
	return r.Begun(l, due) && (l.Entered.Before(due) || l.By != l.Person || byHead)
}

// ConsolidatedDue is when the consolidated report of w is due; false: w has none.
func (r Rules) ConsolidatedDue(w store.Week) (time.Time, bool) {
	report, consolidated := r.steered(w)
	return ConsolidatedDue(r.Calendar, r.Zone, report.Due, consolidated.Due, w)
}

// ReportReminders are when those who owe the report of w are reminded.
func (r Rules) ReportReminders(w store.Week) []time.Time {
	due, ok := r.ReportDue(w)
	if !ok {
		return nil
	}
	report, _ := r.steered(w)
	return Reminders(due, report.Due, report.Remind)
}

// ReportEscalation is when missing reports of w go up the line.
func (r Rules) ReportEscalation(w store.Week) []time.Time {
	report, _ := r.steered(w)
	due, ok := r.ReportDue(w)
	if !ok || report.Escalate == nil {
		return nil
	}
	return []time.Time{After(due, report.Due, *report.Escalate)}
}

// ConsolidatedReminders are when the director is reminded of w.
func (r Rules) ConsolidatedReminders(w store.Week) []time.Time {
	due, ok := r.ConsolidatedDue(w)
	if !ok {
		return nil
	}
	_, consolidated := r.steered(w)
	return Reminders(due, consolidated.Due, consolidated.Remind)
}
