package rulebook

import (
	"time"

	"marketbot/store"
)

// What 会-4 asks of the plan of an activity, as people read it, in its order.
const (
	PlanPeople  = "参加人员"
	PlanTime    = "时间"
	PlanPlace   = "地点"
	PlanContent = "内容"
	PlanBudget  = "预算"
	PlanTasks   = "分工"
	PlanEffect  = "预期效果"
)

// ActivityLacks is what the plan of an activity is missing: of a promotion the seven
// fields of 会-4, of the other kinds a time.
func ActivityLacks(a store.Activity) (list []string) {
	for _, f := range []struct {
		name string
		told bool
	}{
		{PlanPeople, len(a.People) > 0}, {PlanTime, a.First != ""}, {PlanPlace, a.Place != ""}, {PlanContent, a.Content != ""},
		{PlanBudget, a.Budgeted}, {PlanTasks, a.Responsible() != ""}, {PlanEffect, a.Effect != ""},
	} {
		if !f.told && (a.Kind == store.Promotion || f.name == PlanTime) {
			list = append(list, f.name)
		}
	}
	return list
}

// ActivityState is how far an activity has come at a moment: a planned one that
// ended is due for its summary.
func ActivityState(a store.Activity, at time.Time) store.ActivityState {
	if a.State == store.ActivityPlanned && !at.Before(a.Ends) {
		return store.ActivityEnded
	}
	return a.State
}

// ActivityBegins is when an activity begins: without hours, with its first day.
func (r Rules) ActivityBegins(a store.Activity) time.Time {
	if a.First == "" {
		return time.Time{}
	}
	return onDay(a.First, a.From, r.Zone)
}

// ActivityEnds is when an activity ends: without hours, with its last day.
func (r Rules) ActivityEnds(a store.Activity) time.Time {
	if a.Last == "" {
		return time.Time{}
	}
	return onDay(a.Last, a.To, r.Zone)
}

// onDay is a time of a day by the clock on the wall.
func onDay(day store.Day, clock time.Duration, zone *time.Location) time.Time {
	y, m, d := day.Start(zone).Date()
	return time.Date(y, m, d, 0, int(clock/time.Minute), 0, 0, zone)
}

// early is how long before an activity people may say that they are there.
const early = 2 * time.Hour

// AttendanceOpen reports whether participants may say at a moment that they are
// there: from two hours before it begins, to the end of the day after it.
func (r Rules) AttendanceOpen(a store.Activity, at time.Time) bool {
	from, before := r.AttendanceHours(a)
	return !at.Before(from) && at.Before(before)
}

// AttendanceHours are from when on, and before when, AttendanceOpen holds.
func (r Rules) AttendanceHours(a store.Activity) (from, before time.Time) {
	if a.First == "" {
		return from, before
	}
	return r.ActivityBegins(a).Add(-early), a.Last.Add(2).Start(r.Zone)
}

// summaryAfter is how many working days after an activity its summary is missing.
const summaryAfter = 3

// SummaryDue is the day from which on the summary of an activity is missing.
func (r Rules) SummaryDue(a store.Activity) store.Day {
	if a.Last == "" {
		return ""
	}
	return r.Calendar.Later(a.Last, summaryAfter)
}

// resultDays is how long after an activity a contract of its customers counts as its
// result.
const resultDays = 90

// ResultOf reports whether a contract of one of its customers counts as the result
// of an activity.
func ResultOf(a store.Activity, c store.Contract) bool {
	return a.First != "" && c.Binding() && c.Signed >= a.First && c.Signed <= a.Last.Add(resultDays)
}

// Overspent reports whether a cost is over a budget by more than a tenth.
func Overspent(budget, cost int64) bool { return 10*(cost-budget) > budget }

// OverPercent is by how much a cost is over a budget, in tenths of a percent, half
// up; false without a budget.
func OverPercent(budget, cost int64) (tenths int64, ok bool) {
	return Percent(cost-budget, budget)
}

// SeesActivity reports whether a person may see an activity: heads all, participants,
// whoever is responsible and whoever planned it theirs.
func SeesActivity(p store.Person, a store.Activity) bool {
	return Allows(SeeActivities, p) || Allows(TakePart, p) && (a.Participant(p.ID) != nil || a.Responsible() == p.ID || a.Maker == p.ID)
}

// ReviewsActivity reports whether a person may sum an activity up: who is first in
// its 分工, and heads.
func ReviewsActivity(p store.Person, a store.Activity) bool {
	return Allows(HeadActivities, p) || Allows(TakePart, p) && a.Responsible() == p.ID
}
