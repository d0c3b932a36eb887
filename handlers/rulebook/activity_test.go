package rulebook_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marketbot/handlers/rulebook"
	"marketbot/store"
)

func planned() store.Activity {
	return store.Activity{
		State: store.ActivityPlanned, Kind: store.Promotion, First: "2026-12-05", Last: "2026-12-05", Timed: true, From: 14 * time.Hour, To: 17 * time.Hour,
		Place: "珠江厅", Content: "新品发布", Budgeted: true, Effect: "30 家到场", People: []store.Participant{{Person: "p", Task: "签到"}},
	}
}

func TestActivityLacks(t *testing.T) {
	for _, c := range []struct {
		change func(*store.Activity)
		want   string
	}{
		{func(*store.Activity) {}, ""},
		{func(a *store.Activity) { *a = store.Activity{Kind: store.Promotion} }, "参加人员 时间 地点 内容 预算 分工 预期效果"},
		{func(a *store.Activity) { a.Budgeted = false }, "预算"},
		{func(a *store.Activity) { a.Budget = 0 }, ""},
		{func(a *store.Activity) { a.People[0].Task = "" }, "分工"},
		{func(a *store.Activity) { *a = store.Activity{Kind: store.OnSite} }, "时间"},
		{func(a *store.Activity) { *a = store.Activity{Kind: store.Negotiation, First: "2026-12-05"} }, ""},
	} {
		a := planned()
		c.change(&a)
		if got := strings.Join(rulebook.ActivityLacks(a), " "); got != c.want {
			t.Errorf("%+v lacks %q, want %q", a, got, c.want)
		}
	}
}

func TestActivityByTheClock(t *testing.T) {
	calendar, err := rulebook.NewCalendar()
	if err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("CST", 8*3600)
	r := rulebook.Rules{Zone: zone, Calendar: calendar}
	hours, whole, long := planned(), planned(), planned()
	whole.Timed, whole.From, whole.To = false, 0, 24*time.Hour
	long.First, long.Last = "2026-11-30", "2026-12-02"
	for _, a := range []*store.Activity{&hours, &whole, &long} {
		a.Ends = r.ActivityEnds(*a)
	}
	for _, c := range []struct {
		name  string
		a     store.Activity
		at    string
		open  bool
		state store.ActivityState
	}{
		{"hours", hours, "2026-12-05 11:59:59", false, store.ActivityPlanned},
		{"hours", hours, "2026-12-05 12:00:00", true, store.ActivityPlanned},
		{"hours", hours, "2026-12-05 16:59:59", true, store.ActivityPlanned},
		{"hours", hours, "2026-12-05 17:00:00", true, store.ActivityEnded},
		{"hours", hours, "2026-12-06 23:59:59", true, store.ActivityEnded},
		{"hours", hours, "2026-12-07 00:00:00", false, store.ActivityEnded},
		{"whole day", whole, "2026-12-04 21:59:59", false, store.ActivityPlanned},
		{"whole day", whole, "2026-12-04 22:00:00", true, store.ActivityPlanned},
		{"whole day", whole, "2026-12-05 23:59:59", true, store.ActivityPlanned},
		{"whole day", whole, "2026-12-06 00:00:00", true, store.ActivityEnded},
		{"over the month's end", long, "2026-11-30 12:00:00", true, store.ActivityPlanned},
		{"over the month's end", long, "2026-12-03 23:59:59", true, store.ActivityEnded},
		{"over the month's end", long, "2026-12-04 00:00:00", false, store.ActivityEnded},
		{"draft", store.Activity{State: store.ActivityDraft}, "2026-12-05 12:00:00", false, store.ActivityDraft},
	} {
		at, err := time.ParseInLocation(time.DateTime, c.at, zone)
		if err != nil {
			t.Fatal(err)
		}
		if open, state := r.AttendanceOpen(c.a, at), rulebook.ActivityState(c.a, at); open != c.open || state != c.state {
			t.Errorf("%s at %s: open %v, %s; want %v, %s", c.name, c.at, open, state, c.open, c.state)
		}
	}
	// Saturday: the third working day after is Wednesday.
	if due, none := r.SummaryDue(hours), r.SummaryDue(store.Activity{}); due != "2026-12-09" || none != "" {
		t.Errorf("summary due %s, without a time %q", due, none)
	}
}

func TestOverBudget(t *testing.T) {
	for _, c := range []struct {
		budget, cost, tenths int64
		over, known          bool
	}{
		{2_000_000, 2_000_000, 0, false, true},
		{2_000_000, 2_200_000, 100, false, true},
		{2_000_000, 2_200_001, 100, true, true},
		{2_000_000, 1_000_000, -500, false, true},
		{3_000, 3_001, 0, false, true},
		{2_000, 2_001, 1, false, true},
		{2_000, 1_999, 0, false, true},
		{0, 0, 0, false, false},
		{0, 1, 0, true, false},
	} {
		tenths, known := rulebook.OverPercent(c.budget, c.cost)
		if over := rulebook.Overspent(c.budget, c.cost); over != c.over || tenths != c.tenths || known != c.known {
			t.Errorf("%d of %d: over %v by %d, %v", c.cost, c.budget, over, tenths, known)
		}
	}
}

// A rate is never off by more than half a tenth of a percent, and a cost that is
// over by more than a tenth never reads as less.
func TestOverPercentIsNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		budget, cost := rapid.Int64Range(1, 1e13).Draw(t, "budget"), rapid.Int64Range(0, 1e13).Draw(t, "cost")
		tenths, ok := rulebook.OverPercent(budget, cost)
		exact := float64(cost-budget) / float64(budget) * 1000
		if diff := float64(tenths) - exact; !ok || diff > 0.5001 || diff < -0.5001 {
			t.Fatalf("%d of %d: %d, exactly %f", cost, budget, tenths, exact)
		}
		if rulebook.Overspent(budget, cost) && tenths < 100 {
			t.Fatalf("%d of %d is over, by %d", cost, budget, tenths)
		}
	})
}

func TestWhatCountsAsResult(t *testing.T) {
	a := planned()
	for day, want := range map[store.Day]bool{"": false, "2026-12-04": false, "2026-12-05": true, "2027-03-05": true, "2027-03-06": false} {
		if got := rulebook.ResultOf(a, store.Contract{State: store.ContractSigned, Signed: day}); got != want {
			t.Errorf("signed %q counts: %v", day, got)
		}
	}
	if rulebook.ResultOf(a, store.Contract{State: store.ContractTerminated, Signed: "2026-12-10"}) || rulebook.ResultOf(store.Activity{}, store.Contract{State: store.ContractSigned, Signed: "2026-12-10"}) {
		t.Error("what ended, or what has no time, counts")
	}
}

func TestWhoseActivityItIs(t *testing.T) {
	a := planned()
	a.People = append(a.People, store.Participant{Person: "q"})
	for _, c := range []struct {
		p            store.Person
		sees, review bool
	}{
		{store.Person{ID: "x", Post: store.Supervisor}, true, true},
		{store.Person{ID: "x", Post: store.GMAssistant}, true, false},
		{store.Person{ID: "x", Post: store.Salesperson}, false, false},
		{store.Person{ID: "p", Post: store.OtherEmployee}, true, true},
		{store.Person{ID: "q", Post: store.Salesperson}, true, false},
		{store.Person{ID: "p", Post: store.Salesperson, Until: time.Unix(1, 0)}, false, false},
	} {
		if sees, review := rulebook.SeesActivity(c.p, a), rulebook.ReviewsActivity(c.p, a); sees != c.sees || review != c.review {
			t.Errorf("%+v sees %v, reviews %v", c.p, sees, review)
		}
	}
}
