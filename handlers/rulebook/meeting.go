package rulebook

import (
	"time"

	"marketbot/store"
)

// PackAt is when the pack of the month before goes out, on the first working day of
// a month (会-4).
var PackAt = Clock{Hour: 9, Minute: 27}

// PackDue is when the pack of a month goes out; false where an override knows no
// working day.
func (r Rules) PackDue(month store.Day) (time.Time, bool) {
	day, ok := r.Calendar.nextWorking(month.NextMonth())
	return PackAt.On(day, r.Zone), ok
}

// Member reports whether somebody belongs to every meeting of the department;
// others do by saying that they are there.
func Member(p store.Person) bool { return Allows(AttendMeetings, p) }

// patience is how long after the opening somebody is not late yet.
const patience = 5 * time.Minute

// LateBy is by how many minutes somebody came late to a meeting, who came at a
// moment; 0: they were not (会-1, R52).
func LateBy(opened, came time.Time) int {
	if came.Sub(opened) < patience {
		return 0
	}
	return int(came.Sub(opened) / time.Minute)
}

// Reopens reports whether a meeting that was closed at a moment may be opened again
// on a day: days working days after it at most.
func (r Rules) Reopens(closed time.Time, day store.Day, days int) bool {
	return r.Calendar.WorkingDays(r.Day(closed), day) <= days
}

// decisionSteps are the days after its due day on which a decision is spoken of: the
// day before, the day, and when it is overdue. Those from the supervisor's on are told
// the supervisor too, those from the director's on the director.
var decisionSteps = []int{-1, 0, 1, 3, 7}

// When others hear of a decision that is overdue, in days.
const (
	SupervisorHears = 3
	DirectorHears   = 7
)

// DecisionStep is the highest step that a decision has reached on a day: how many
// days after its due day that is, -1 for the day before; false before all.
func DecisionStep(due, today store.Day) (step int, reached bool) {
	for _, s := range decisionSteps {
		if today.Since(due) >= s {
			step, reached = s, true
		}
	}
	return step, reached
}

// NotHeldStep is the highest of the days of the next month by which the meeting of a
// month should have been held, and was not; 0 before all.
func NotHeldStep(month, today store.Day, days []int) (step int) {
	for _, d := range days {
		if d > step && today >= month.NextMonth().Add(d-1) {
			step = d
		}
	}
	return step
}

// Judges reports whether somebody may say that what another did is done: a head who
// stands above them in the line, and any head where they stand in none; above the
// general manager the executive director does.
func Judges(p, owner store.Person) bool {
	if p.ID == owner.ID || !Allows(HeadMeetings, p) && !(p.Active() && p.Post == store.ExecutiveDirector && owner.Post == store.GeneralManager) {
		return false
	}
	if owner.Post == store.GMAssistant || owner.Post == store.OtherEmployee {
		return true
	}
	for post := Superior(owner.Post); post != ""; post = Superior(post) {
		if p.Post == post {
			return true
		}
	}
	return false
}

// SeesDecision reports whether somebody may read a decision: who reads what heads
// read, whose it is, and who helps.
func SeesDecision(p store.Person, d store.Decision) bool {
	return Allows(SeeMeetings, p) || p.Active() && d.Concerns(p.ID)
}
