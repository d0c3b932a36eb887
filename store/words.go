package store

import (
	"fmt"
	"slices"
	"time"
)

// Post is a person's place in the department, as the rule book names it.
type Post string

// The posts of the rule book, highest first.
const (
	ExecutiveDirector Post = "执行董事"
	GeneralManager    Post = "总经理"
	GMAssistant       Post = "总经理助理"
	MarketingDirector Post = "市场总监"
	Supervisor        Post = "市场主管"
	Salesperson       Post = "业务员"
	OtherEmployee     Post = "其他员工"
)

// Posts lists every post, highest first.
var Posts = []Post{ExecutiveDirector, GeneralManager, GMAssistant, MarketingDirector, Supervisor, Salesperson, OtherEmployee}

// Duty is something a person of any post may also be charged with.
type Duty string

// The duties of the rule book.
const (
	Administrator Duty = "管理员"
	Archivist     Duty = "档案员"
	Accountant    Duty = "财务"
)

// Duties lists every duty.
var Duties = []Duty{Administrator, Archivist, Accountant}

// Person is somebody registered. Names of active persons are unique.
type Person struct {
	ID     string
	Name   string
	Post   Post
	Duties []Duty
	Since  time.Time // registered
	Until  time.Time // stopped; zero while active
	// Then is the person as they stood when they sent what is being answered;
	// nil where they stand the same now. They may do what both may.
	Then   *Person
	Awaits Post // waits for the general manager's word; gives nothing but to check in
	// Notice is how the person leaves, while the notice runs, and Ends when their post
	// or registration does then; empty and zero for everybody else (2-7).
	Notice DepartureKind
	Ends   time.Time
	// Forged is a row that was made or changed behind the store's back. It
	// gives nothing: no post, no duty, no account.
	Forged bool
}

// Active reports whether the person is registered and not stopped.
func (p Person) Active() bool { return p.ID != "" && p.Until.IsZero() }

// InNotice reports whether the person has given notice and has not gone yet.
func (p Person) InNotice() bool { return p.Notice != "" }

// Gone reports whether the person's registration has ended by a moment, be it that
// nobody has ended it yet.
func (p Person) Gone(at time.Time) bool { return p.Notice == Resignation && !at.Before(p.Ends) }

// Has reports whether the person is charged with a duty.
func (p Person) Has(d Duty) bool { return slices.Contains(p.Duties, d) }

// Week is an ISO week (Monday to Sunday), always counted in the company's zone.
type Week struct{ Year, Number int }

// WeekOf is the ISO week of a moment, in the zone that t carries.
func WeekOf(t time.Time) Week {
	y, n := t.ISOWeek()
	return Week{y, n}
}

// Monday is the week's first day at 00:00 in loc.
func (w Week) Monday(loc *time.Location) time.Time {
	jan4 := time.Date(w.Year, 1, 4, 0, 0, 0, 0, loc) // always in week 1 (ISO 8601)
	return jan4.AddDate(0, 0, -(int(jan4.Weekday())+6)%7+7*(w.Number-1))
}

// Add is the week n weeks later (earlier when n is negative).
func (w Week) Add(n int) Week { return WeekOf(w.Monday(time.UTC).AddDate(0, 0, 7*n)) }

// Before reports whether w lies before v.
func (w Week) Before(v Week) bool {
	return w.Year < v.Year || w.Year == v.Year && w.Number < v.Number
}

// Key is how the week stands in the store and in keys: 2026-W48.
func (w Week) Key() string { return fmt.Sprintf("%04d-W%02d", w.Year, w.Number) }

// ParseWeek reads a Key.
func ParseWeek(s string) (Week, error) {
	var w Week
	if _, err := fmt.Sscanf(s, "%4d-W%2d", &w.Year, &w.Number); err != nil {
		return Week{}, fmt.Errorf("week %q: %w", s, err)
	}
	return w, nil
}

// String is how people read the week: 第48周（11-23 至 11-29）.
func (w Week) String() string {
	m := w.Monday(time.UTC)
	return fmt.Sprintf("第%d周（%s 至 %s）", w.Number, m.Format("01-02"), m.AddDate(0, 0, 6).Format("01-02"))
}

// Day is a calendar day in the company's zone, written 2026-11-27.
type Day string

// DayOf is the calendar day of a moment, in the zone that t carries.
func DayOf(t time.Time) Day { return Day(t.Format(time.DateOnly)) }

// Start is the day's first moment in loc.
func (d Day) Start(loc *time.Location) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), loc)
	if err != nil {
		return time.Time{}
	}
	return t
}

// Month is the first day of d's month.
func (d Day) Month() Day {
	t := d.Start(time.UTC)
	return DayOf(t.AddDate(0, 0, 1-t.Day()))
}

// NextMonth is the first day of the month after d's.
func (d Day) NextMonth() Day { return DayOf(d.Month().Start(time.UTC).AddDate(0, 1, 0)) }

// Add is the day n days later (earlier when n is negative).
func (d Day) Add(n int) Day { return DayOf(d.Start(time.UTC).AddDate(0, 0, n)) }

// Since is how many days lie between an earlier day and this one.
func (d Day) Since(earlier Day) int {
	return int(d.Start(time.UTC).Sub(earlier.Start(time.UTC)) / (24 * time.Hour))
}

// String is how people read the day: 11月27日 周五.
func (d Day) String() string {
	t := d.Start(time.UTC)
	return fmt.Sprintf("%d月%d日 %s", int(t.Month()), t.Day(), [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}[t.Weekday()])
}
