package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/approval"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/customer"
	"marketbot/handlers/report"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/handlers/trip"
	"marketbot/store"
)

// slots lists what a schedule has between two times.
func slots(s Schedule, from, to time.Time) []string {
	var list []string
	for next := s.Next(from); len(next) > 0 && next[0].At.Before(to); next = s.Next(next[0].At) {
		for _, n := range next {
			line := n.At.In(zone).Format("01-02 15:04")
			if n.Week != (store.Week{}) {
				line += " " + n.Week.Key()
			}
			list = append(list, line)
		}
	}
	return list
}

func TestSlots(t *testing.T) {
	a := newAt(t, "2026-09-20 00:00")
	r := a.rules
	clock, err := everyDay(zone, rulebook.Clock{Hour: 0, Minute: 0}, rulebook.Clock{Hour: 9, Minute: 13})
	if err != nil {
		t.Fatal(err)
	}
	working := clock
	working.only = r.Calendar.Working
	never := clock
	never.only = func(store.Day) bool { return false }
	tests := []struct {
		name     string
		schedule Schedule
		from, to string
		want     []string
	}{
		{"every day", clock, "2026-11-27 00:00", "2026-11-28 10:00", []string{"11-27 09:13", "11-28 00:00", "11-28 09:13"}},
		{"working days", working, "2026-11-27 09:00", "2026-11-30 10:00", []string{"11-27 09:13", "11-30 00:00", "11-30 09:13"}},
		{"never", never, "2026-11-27 09:00", "2026-11-30 10:00", nil},
		{"due", weekly{r, once(r.ReportDue)}, "2026-11-20 12:00", "2026-12-01 00:00", []string{"11-27 12:00 2026-W48"}},
		{"consolidated over the long holiday", weekly{r, once(r.ConsolidatedDue)}, "2026-09-21 12:00", "2026-10-13 00:00",
			[]string{"09-28 11:00 2026-W39", "10-08 11:00 2026-W40", "10-12 11:00 2026-W41"}},
		{"no report at the Spring Festival", weekly{r, once(r.ReportDue)}, "2026-02-09 00:00", "2026-03-01 00:00",
			[]string{"02-13 12:00 2026-W07", "02-27 12:00 2026-W09"}},
		{"switched off", weekly{r, func(store.Week) []time.Time { return nil }}, "2026-11-20 12:00", "2026-12-01 00:00", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := slots(tt.schedule, moment(t, tt.from), moment(t, tt.to)); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Two weeks may fall on the same moment; none is lost.
func TestSlotsOfTwoWeeksAtOnce(t *testing.T) {
	a := newAt(t, "2026-11-20 00:00")
	same := moment(t, "2026-11-27 12:00")
	s := weekly{a.rules, func(w store.Week) []time.Time {
		if w.Number == 47 || w.Number == 48 {
			return []time.Time{same}
		}
		return nil
	}}
	want := []string{"11-27 12:00 2026-W47", "11-27 12:00 2026-W48"}
	if got := slots(s, a.now, same.AddDate(0, 0, 7)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The process's zone does not matter (fault 10).
func TestSlotsInAnyZone(t *testing.T) {
	for _, z := range []*time.Location{time.UTC, zone, time.FixedZone("west", -8*3600)} {
		s, err := everyDay(zone, rulebook.Clock{Hour: 9, Minute: 13})
		if err != nil {
			t.Fatal(err)
		}
		got := s.Next(moment(t, "2026-11-27 09:00").In(z))
		if len(got) != 1 || !got[0].At.Equal(moment(t, "2026-11-27 09:13")) {
			t.Errorf("%v: got %v", z, got)
		}
	}
}

func TestTimetableIsComplete(t *testing.T) {
	a := newAt(t, "2026-11-20 00:00")
	names := map[string]bool{}
	for _, j := range a.jobs {
		if j.Name == "" || j.Title == "" || j.When == nil || j.Do == nil || (j.Grace <= 0) != (j.Due != nil) || names[j.Name] {
			t.Errorf("job %+v is incomplete or there twice", j)
		}
		names[j.Name] = true
		if _, ok := rulebook.ByNumber(j.Clause); j.Clause != "" && !ok {
			t.Errorf("job %s: no clause %s", j.Name, j.Clause)
		}
	}
	areas := []command.Area{&trip.Handler{}, &report.Handler{}, &staff.Handler{}, &customer.Handler{}, &approval.Handler{}}
	for i := range areas {
		holed := slices.Clone(areas)
		holed[i] = nil
		want := fmt.Sprintf("no area %T", areas[i])
		if _, err := Timetable(a.rules, holed); err == nil || err.Error() != want {
			t.Errorf("without area %d: %v, want %s", i, err, want)
		}
	}
	a.rules.Daily = rulebook.Clock{Hour: 25}
	if _, err := Timetable(a.rules, areas); err == nil {
		t.Error("25:00 was taken for a time")
	}
}

func TestWindow(t *testing.T) {
	start := moment(t, "2026-11-27 12:00")
	w := window{most: 2, span: time.Second}
	at := func(d time.Duration) time.Time { return start.Add(d) }
	w.begin()
	w.begin()
	if _, ok := w.open(start, 0); ok {
		t.Error("open with both places taken")
	}
	w.end(at(100*time.Millisecond), true)
	w.end(at(200*time.Millisecond), false) // never reached the platform
	if _, ok := w.open(at(200*time.Millisecond), 0); !ok {
		t.Error("closed although a place is free")
	}
	if again, ok := w.open(at(200*time.Millisecond), 1); ok || !again.Equal(at(1100*time.Millisecond)) {
		t.Errorf("the spare place is given away (%v)", again)
	}
	if _, ok := w.open(at(1100*time.Millisecond), 1); !ok {
		t.Error("closed after the span")
	}
	if _, ok := (&window{}).open(start, 0); !ok {
		t.Error("closed without a limit")
	}
}

func TestMergeFitsIntoCards(t *testing.T) {
	var due []chat.Notice
	for i := range 20 {
		due = append(due, chat.Notice{Key: fmt.Sprint("k", i), To: "li", Message: chat.Message{
			Confidential: i == 19,
			Card: &chat.Card{
				Title: fmt.Sprint("t", i), Tone: chat.Warn, Blocks: []chat.Block{{Table: &chat.Table{Heads: []string{"甲"}}}},
				Buttons: []chat.Button{{Label: "a", Command: "a"}, {Label: "b", Command: "b"}},
			}}})
	}
	list := merge(due, []chat.Notice{{Key: "g", Message: text("group")}})
	tables, keys := 0, map[string]bool{}
	for _, m := range list {
		if keys[m.Key] {
			t.Errorf("key %q twice", m.Key)
		}
		keys[m.Key] = true
		if m.To == "" {
			continue
		}
		n := 0
		for _, b := range m.Message.Card.Blocks {
			if b.Table != nil {
				n++
			}
		}
		if n > tablesMost || len(m.Message.Card.Buttons) > buttonsMost || m.Message.Card.Tone != chat.Warn {
			t.Errorf("card with %d tables, %d buttons, tone %q", n, len(m.Message.Card.Buttons), m.Message.Card.Tone)
		}
		tables += n
	}
	if tables != 20 || len(list) != 7 {
		t.Errorf("%d tables in %d messages", tables, len(list))
	}
	for i, m := range list {
		if m.Message.Confidential != (i == 5) {
			t.Errorf("message %d: confidentiality is lost or spread", i)
		}
	}
}

// A merged card stays within what platforms take; what alone is longer stands alone.
func TestMergeKeepsCardsShort(t *testing.T) {
	var due []chat.Notice
	for i, n := range []int{5000, 5000, 5000, 20000, 10} {
		due = append(due, note("li", fmt.Sprint("k", i), strings.Repeat("a", n)))
	}
	var got []string
	for _, m := range merge(due, nil) {
		got = append(got, m.Key)
	}
	if want := []string{"k0+k1", "k2", "k3", "k4"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// One message of several that are confidential says in its summary what all of
// theirs say, or nothing.
func TestMergedSummaries(t *testing.T) {
	notice := func(summary string) chat.Notice {
		return chat.Notice{Key: summary, To: "p", Message: chat.Message{Text: "内容", Confidential: true, Summary: summary}}
	}
	for want, summaries := range map[string][]string{"一\n二": {"一", "二"}, "": {"一", ""}, "一": {"一"}} {
		var due []chat.Notice
		for _, s := range summaries {
			due = append(due, notice(s))
		}
		list := merge(due, nil)
		if len(list) != 1 || !list[0].Message.Confidential || list[0].Message.Summary != want {
			t.Errorf("%q: %+v", summaries, list)
		}
	}
}
