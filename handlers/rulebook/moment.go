package rulebook

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"marketbot/store"
)

// weekdays are the names that settings use, in the order of time.Weekday.
var weekdays = []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}

// minutesPerWeek is how far apart two of the same Moment are.
const minutesPerWeek = 7 * 24 * 60

// Clock is a minute of the day by the company's clock. It reads and writes
// itself as text ("09:13"), so settings can hold it.
type Clock struct{ Hour, Minute int }

// ParseClock reads "09:13" (24 hours, "00:00" to "23:59").
func ParseClock(s string) (Clock, error) {
	// A Chinese keyboard makes the colon a wide one.
	hour, minute, ok := strings.Cut(strings.ReplaceAll(strings.TrimSpace(s), "：", ":"), ":")
	h, okHour := digits(hour, 1, 23)
	m, okMinute := digits(minute, 2, 59)
	if !ok || !okHour || !okMinute {
		return Clock{}, fmt.Errorf("time %q: want hours and minutes, like 09:13", s)
	}
	return Clock{Hour: h, Minute: m}, nil
}

// digits reads a number of at least least and at most two plain digits.
func digits(s string, least, highest int) (int, bool) {
	if len(s) < least || len(s) > 2 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n <= highest
}

// String is the clock as settings write it.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", c.Hour, c.Minute) }

// MarshalText writes what ParseClock reads.
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText is ParseClock for decoders of settings.
func (c *Clock) UnmarshalText(text []byte) (err error) {
	*c, err = ParseClock(string(text))
	return err
}

// On is the moment at which the clock shows c on day in loc.
func (c Clock) On(day store.Day, loc *time.Location) time.Time {
	t := day.Start(time.UTC)
	return time.Date(t.Year(), t.Month(), t.Day(), c.Hour, c.Minute, 0, 0, loc)
}

// minutes since midnight.
func (c Clock) minutes() int { return 60*c.Hour + c.Minute }

// Moment is a minute of the week by the company's clock. It reads and writes
// itself as text ("Fri 12:00"), so settings can hold it.
type Moment struct {
	Weekday      time.Weekday
	Hour, Minute int
}

// ParseMoment reads "Fri 12:00": Mon to Sun in any case, then a Clock.
func ParseMoment(s string) (Moment, error) {
	fields := strings.Fields(s)
	if len(fields) != 2 {
		return Moment{}, fmt.Errorf("moment %q: want a weekday and a time, like Fri 12:00", s)
	}
	day := slices.IndexFunc(weekdays, func(name string) bool { return strings.EqualFold(name, fields[0]) })
	if day < 0 {
		return Moment{}, fmt.Errorf("moment %q: weekday %q: want Mon, Tue, Wed, Thu, Fri, Sat or Sun", s, fields[0])
	}
	c, err := ParseClock(fields[1])
	if err != nil {
		return Moment{}, fmt.Errorf("moment %q: %w", s, err)
	}
	return Moment{Weekday: time.Weekday(day), Hour: c.Hour, Minute: c.Minute}, nil
}

// Clock is the moment's minute of the day.
func (m Moment) Clock() Clock { return Clock{Hour: m.Hour, Minute: m.Minute} }

// String is the moment as settings write it.
func (m Moment) String() string { return weekdays[m.Weekday] + " " + m.Clock().String() }

// MarshalText writes what ParseMoment reads.
func (m Moment) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText is ParseMoment for decoders of settings.
func (m *Moment) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMoment(string(text))
	return err
}

// day is the moment's day in an ISO week, whose first day is Monday.
func (m Moment) day(w store.Week) store.Day {
	return store.DayOf(w.Monday(time.UTC)).Add((int(m.Weekday) + 6) % 7)
}

// until is how many minutes pass from m to the first next after it: more than
// none, at most a whole week.
func (m Moment) until(next Moment) int {
	n := (int(next.Weekday-m.Weekday)*24*60 + next.Clock().minutes() - m.Clock().minutes()) % minutesPerWeek
	if n <= 0 {
		n += minutesPerWeek
	}
	return n
}

// Quiet is the part of every day in which reminders are held back. The zero
// value is no part at all. It reads and writes itself as text.
type Quiet struct{ From, To Clock }

// ParseQuiet reads "21:00-08:00", over midnight or not; From belongs to it, To
// does not. Empty means never. The same time twice is an error, because it
// could mean never as well as always.
func ParseQuiet(s string) (Quiet, error) {
	if strings.TrimSpace(s) == "" {
		return Quiet{}, nil
	}
	from, to, ok := strings.Cut(s, "-")
	if !ok {
		return Quiet{}, fmt.Errorf("quiet hours %q: want two times, like 21:00-08:00", s)
	}
	var q Quiet
	var err error
	if q.From, err = ParseClock(from); err != nil {
		return Quiet{}, fmt.Errorf("quiet hours %q: %w", s, err)
	}
	if q.To, err = ParseClock(to); err != nil {
		return Quiet{}, fmt.Errorf("quiet hours %q: %w", s, err)
	}
	if q.From == q.To {
		return Quiet{}, fmt.Errorf("quiet hours %q: begin and end are the same; leave it empty for none", s)
	}
	return q, nil
}

// String is the quiet hours as settings write them.
func (q Quiet) String() string {
	if q.From == q.To {
		return ""
	}
	return q.From.String() + "-" + q.To.String()
}

// MarshalText writes what ParseQuiet reads.
func (q Quiet) MarshalText() ([]byte, error) { return []byte(q.String()), nil }

// UnmarshalText is ParseQuiet for decoders of settings.
func (q *Quiet) UnmarshalText(text []byte) (err error) {
	*q, err = ParseQuiet(string(text))
	return err
}

// Holds reports whether t, read in the zone it carries, lies in the quiet hours.
func (q Quiet) Holds(t time.Time) bool {
	now, from, to := 60*t.Hour()+t.Minute(), q.From.minutes(), q.To.minutes()
	if from <= to {
		return from <= now && now < to
	}
	return from <= now || now < to
}

// End is when the quiet hours that t lies in are over, in t's zone; t itself
// when it lies in none.
func (q Quiet) End(t time.Time) time.Time {
	if !q.Holds(t) {
		return t
	}
	end := q.To.On(store.DayOf(t), t.Location())
	if !end.After(t) {
		end = q.To.On(store.DayOf(t).Add(1), t.Location())
	}
	return end
}
