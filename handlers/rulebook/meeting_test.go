package rulebook_test

import (
	"testing"
	"time"

	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// meetingRules are those of a company in China that has set nothing.
func meetingRules(t *testing.T) rulebook.Rules {
	t.Helper()
	calendar, err := rulebook.NewCalendar()
	if err != nil {
		t.Fatal(err)
	}
	return rulebook.Rules{Zone: time.FixedZone("CST", 8*3600), Calendar: calendar}
}

func TestPackDue(t *testing.T) {
	r := meetingRules(t)
	for month, want := range map[store.Day]string{
		"2026-10-01": "2026-11-02 09:27", // the 1st is a Sunday
		"2026-11-01": "2026-12-01 09:27",
		"2026-12-01": "2027-01-04 09:27", // New Year is off by law, though no table says so
		"2026-09-01": "2026-10-08 09:27",
	} {
		at, ok := r.PackDue(month)
		if got := at.Format("2006-01-02 15:04"); got != want || !ok {
			t.Errorf("%s: %s, want %s", month, got, want)
		}
	}
}

func TestLateness(t *testing.T) {
	opened := time.Date(2026, 12, 2, 14, 0, 0, 0, time.UTC)
	for after, want := range map[time.Duration]int{0: 0, 299 * time.Second: 0, 5 * time.Minute: 5, 20*time.Minute + 59*time.Second: 20, -time.Minute: 0} {
		if got := rulebook.LateBy(opened, opened.Add(after)); got != want {
			t.Errorf("after %v late by %d, want %d", after, got, want)
		}
	}
}

func TestReopens(t *testing.T) {
	r := meetingRules(t)
	closed := time.Date(2026, 12, 3, 15, 0, 0, 0, r.Zone) // Thursday
	for day, want := range map[store.Day]bool{"2026-12-03": true, "2026-12-06": true, "2026-12-08": true, "2026-12-09": false} {
		if got := r.Reopens(closed, day, 3); got != want {
			t.Errorf("%s: %v", day, got)
		}
	}
}

func TestDecisionSteps(t *testing.T) {
	for today, want := range map[store.Day]int{"2026-12-08": -2, "2026-12-09": -1, "2026-12-10": 0, "2026-12-11": 1, "2026-12-12": 1, "2026-12-13": 3, "2026-12-16": 3, "2026-12-17": 7, "2027-12-17": 7} {
		step, reached := rulebook.DecisionStep("2026-12-10", today)
		if !reached {
			step = -2
		}
		if step != want {
			t.Errorf("%s: step %d, want %d", today, step, want)
		}
	}
}

func TestNotHeld(t *testing.T) {
	for today, want := range map[store.Day]int{"2026-12-09": 0, "2026-12-10": 10, "2026-12-14": 10, "2026-12-15": 15, "2027-02-01": 15} {
		if got := rulebook.NotHeldStep("2026-11-01", today, []int{10, 15}); got != want {
			t.Errorf("%s: %d, want %d", today, got, want)
		}
	}
	if rulebook.NotHeldStep("2026-11-01", "2027-01-01", nil) != 0 {
		t.Error("asked though it is switched off")
	}
}

func TestJudges(t *testing.T) {
	who := func(id string, post store.Post) store.Person { return store.Person{ID: id, Post: post} }
	for _, tt := range []struct {
		judge, owner store.Post
		want         bool
	}{
		{store.Supervisor, store.Salesperson, true}, {store.MarketingDirector, store.Salesperson, true}, {store.GeneralManager, store.Salesperson, true},
		{store.Supervisor, store.Supervisor, false}, {store.Supervisor, store.MarketingDirector, false}, {store.GeneralManager, store.MarketingDirector, true},
		{store.ExecutiveDirector, store.GeneralManager, true}, {store.ExecutiveDirector, store.Salesperson, false}, {store.Salesperson, store.Salesperson, false},
		{store.GeneralManager, store.OtherEmployee, true}, {store.Supervisor, store.OtherEmployee, true}, {store.MarketingDirector, store.GMAssistant, true},
		{store.Salesperson, store.OtherEmployee, false}, {store.ExecutiveDirector, store.OtherEmployee, false},
	} {
		if got := rulebook.Judges(who("a", tt.judge), who("b", tt.owner)); got != tt.want {
			t.Errorf("%s judges %s: %v", tt.judge, tt.owner, got)
		}
	}
	if boss := who("a", store.GeneralManager); rulebook.Judges(boss, boss) {
		t.Error("one's own is judged")
	}
}
