package rulebook

import (
	"maps"
	"slices"
	"time"

	"marketbot/store"
)

// freezesOn is the day of the next month at whose end a month's tables freeze,
// where no meeting was closed before (会-4).
const freezesOn = 15

// FreezesAt is when the tables of a month freeze at the latest.
func (r Rules) FreezesAt(month store.Day) time.Time {
	return month.NextMonth().Add(freezesOn).Start(r.Zone)
}

// GoalsDue is the last working day of a month, on which the next one's targets are to
// be there; the last day where none is a working day.
func (r Rules) GoalsDue(month store.Day) store.Day {
	last := month.NextMonth().Add(-1)
	if day, ok := r.Calendar.lastWorking(month.Month(), last); ok {
		return day
	}
	return last
}

// OpenMonth is the earliest month that is not frozen: the one after the last that
// is. Before any is, it is the first that freezes after the store was created; when
// that was is not known where it is zero.
func (r Rules) OpenMonth(last store.Day, created, now time.Time) store.Day {
	if last != "" {
		return last.NextMonth()
	}
	if created.IsZero() || created.After(now) {
		created = now
	}
	month := r.Day(created).Month()
	if before := month.Add(-1).Month(); r.FreezesAt(before).After(created) {
		return before
	}
	return month
}

// Correction is 会后更正: what became known of a month after its tables froze. It
// stands in the month that was open by then: outside what was reached in that one,
// inside the year.
type Correction struct {
	Day      store.Day     `json:"day"` // it became known on
	Of       store.Day     `json:"of"`  // the first day of the month that it is about
	Person   string        `json:"person"`
	Measure  store.Measure `json:"measure"`
	Fen      int64         `json:"fen"`
	Contract string        `json:"contract,omitempty"`
	Goal     bool          `json:"goal,omitempty"` // it is about what was to be reached
}

// MonthResult is what was to be reached and was reached in a month, by person; what
// the department is to reach stands under no name.
type MonthResult struct {
	Goals       map[string]Goals
	Sums        map[string]Sums
	Corrections []Correction
}

// with are the goals and sums of somebody with the corrections of the month.
func (m MonthResult) with(person string) (Goals, Sums) {
	goals, sums := m.Goals[person], m.Sums[person]
	for _, c := range m.Corrections {
		switch {
		case c.Person != person:
		case c.Goal:
			goals = goals.With(c.Measure, goals.Of(c.Measure).Plus(Goal{true, c.Fen}))
		default:
			sums = sums.With(Credit{Measure: c.Measure, Fen: c.Fen})
		}
	}
	return goals, sums
}

// People are the ids of all who have anything in the month.
func (m MonthResult) People() []string {
	ids := slices.AppendSeq(slices.Collect(maps.Keys(m.Goals)), maps.Keys(m.Sums))
	for _, c := range m.Corrections {
		ids = append(ids, c.Person)
	}
	return ids
}

// GoalsOf are the goals of a month by the targets that were set: the last version
// holds. What was set after the month froze is a correction elsewhere, unless all is
// asked for.
func GoalsOf(targets []store.Target, month store.Day, all bool) map[string]Goals {
	goals := map[string]Goals{}
	for _, t := range targets {
		if t.Month == month && (all || t.Corrects == "") {
			goals[t.Person] = goals[t.Person].With(t.Measure, Goal{!t.None, t.Fen})
		}
	}
	return goals
}

// GoalCorrections are the corrections of goals that stand in a month.
func GoalCorrections(targets []store.Target, month store.Day, zone *time.Location) (list []Correction) {
	for _, t := range targets {
		if t.Corrects == month {
			list = append(list, Correction{Day: store.DayOf(t.At.In(zone)), Of: t.Month, Person: t.Person, Measure: t.Measure, Fen: t.Fen - t.Was, Goal: true})
		}
	}
	return list
}

// ResultRow is somebody's row of 销售业绩目标管理表: the month, the one before, the year
// up to the month, and what is to be reached in the next.
type ResultRow struct {
	Person    string     `json:"person"`
	Post      store.Post `json:"post"`
	Goals     Goals      `json:"goals"`
	Sums      Sums       `json:"sums"`
	LastGoals Goals      `json:"last_goals"`
	LastSums  Sums       `json:"last_sums"`
	YearGoals Goals      `json:"year_goals"`
	YearSums  Sums       `json:"year_sums"`
	NextGoals Goals      `json:"next_goals"`
}

// empty reports whether there is nothing in a row.
func (r ResultRow) empty() bool {
	return r == ResultRow{Person: r.Person, Post: r.Post}
}

// plus is both rows together.
func (r ResultRow) plus(o ResultRow) ResultRow {
	r.Goals, r.LastGoals, r.YearGoals, r.NextGoals = r.Goals.Plus(o.Goals), r.LastGoals.Plus(o.LastGoals), r.YearGoals.Plus(o.YearGoals), r.NextGoals.Plus(o.NextGoals)
	r.Sums, r.LastSums, r.YearSums = r.Sums.Plus(o.Sums), r.LastSums.Plus(o.LastSums), r.YearSums.Plus(o.YearSums)
	return r
}

// ResultTable is 业绩 of a month, as it is shown and kept.
type ResultTable struct {
	Month       store.Day    `json:"month"`
	Rows        []ResultRow  `json:"rows"`
	Department  ResultRow    `json:"department"` // what was set for it; sums are those of all rows
	Corrections []Correction `json:"corrections"`
	Damaged     bool         `json:"damaged,omitempty"` // a record does not open: the figures lack it
}

// NewResultTable is the table of a month, of the months that it needs. People have
// a row who sell, by the post they are given with, or of whom there is anything.
func NewResultTable(month store.Day, months map[store.Day]MonthResult, people []store.Person) ResultTable {
	t := ResultTable{Month: month, Corrections: months[month].Corrections}
	for _, p := range people {
		if row := resultRow(p, month, months); p.Post == store.Salesperson || !row.empty() {
			t.Rows = append(t.Rows, row)
		}
	}
	total := t.Total()
	t.Department = resultRow(store.Person{}, month, months)
	t.Department.Sums, t.Department.LastSums, t.Department.YearSums = total.Sums, total.LastSums, total.YearSums
	return t
}

// resultRow is the row of somebody, or of the department for no id.
func resultRow(p store.Person, month store.Day, months map[store.Day]MonthResult) ResultRow {
	before := month.Add(-1).Month()
	r := ResultRow{
		Person: p.ID, Post: p.Post, Goals: months[month].Goals[p.ID], Sums: months[month].Sums[p.ID],
		LastGoals: months[before].Goals[p.ID], LastSums: months[before].Sums[p.ID], NextGoals: months[month.NextMonth()].Goals[p.ID],
	}
	for m := FirstOfYear(month); m <= month; m = m.NextMonth() {
		goals, sums := months[m].with(p.ID)
		r.YearGoals, r.YearSums = r.YearGoals.Plus(goals), r.YearSums.Plus(sums)
	}
	return r
}

// FirstOfYear is the first month of a day's year.
func FirstOfYear(day store.Day) store.Day { return day[:len("2026")] + "-01-01" }

// Total is all rows added up.
func (t ResultTable) Total() (sum ResultRow) {
	for _, r := range t.Rows {
		sum = sum.plus(r)
	}
	return sum
}

// Row is somebody's row; false where they have none.
func (t ResultTable) Row(person string) (ResultRow, bool) {
	for _, r := range t.Rows {
		if r.Person == person {
			return r, true
		}
	}
	return ResultRow{}, false
}

// Result is what a table that was kept holds of its own month.
func (t ResultTable) Result() MonthResult {
	m := MonthResult{Goals: map[string]Goals{"": t.Department.Goals}, Sums: map[string]Sums{}, Corrections: t.Corrections}
	for _, r := range t.Rows {
		m.Goals[r.Person], m.Sums[r.Person] = r.Goals, r.Sums
	}
	return m
}
