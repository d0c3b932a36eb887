package rulebook

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marketbot/store"
)

// life is a customer's course as the store keeps it, and beside it a small model:
// which stage they have been in since when.
type life struct {
	course store.Course
	truth  []store.StageMove // what holds, oldest first; Was is not used
	kept   bool              // moves are kept already
}

func (l *life) move(at time.Time, stage string) {
	was := l.course.Stage
	if l.kept {
		l.course.Moves = append(l.course.Moves, store.StageMove{At: at, Was: was, Stage: stage})
	}
	l.course.Stage = stage
	l.truth = append(l.truth, store.StageMove{At: at, Stage: stage})
}

// undo takes the last move back: it never was. The entry that made it goes, too.
func (l *life) undo() {
	for i, m := range slices.Backward(l.course.Moves) {
		if m.Was == m.Stage {
			continue
		}
		l.course.Moves = slices.Delete(l.course.Moves, i, i+1)
		l.course.Entries = slices.DeleteFunc(l.course.Entries, func(e store.Entry) bool { return e.Stage != "" && e.At.Equal(m.At) })
		l.course.Stage = m.Was
		l.truth = slices.DeleteFunc(l.truth, func(t store.StageMove) bool { return t.At.Equal(m.At) })
		return
	}
}

func (l *life) at(at time.Time) string {
	if l.course.Created.After(at) {
		return ""
	}
	stage := l.truth[0].Stage
	for _, m := range l.truth {
		if !m.At.After(at) {
			stage = m.Stage
		}
	}
	return stage
}

// The stage at any moment is what it was then, whatever was done to the customer
// since, also by what was entered before moves were kept.
func TestStageAtAnyMoment(t *testing.T) {
	names := []string{"初步接触", "需求沟通", "方案报价", "签约", "暂停"}
	rapid.Check(t, func(t *rapid.T) {
		begun := time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC)
		l := life{kept: rapid.Bool().Draw(t, "kept from the start")}
		first := names[0]
		if l.kept {
			first = rapid.SampledFrom(names).Draw(t, "first")
		}
		l.course.Customer = store.Customer{Stage: first, Created: begun}
		l.truth = []store.StageMove{{At: begun, Stage: first}}
		at := begun
		for i := range rapid.IntRange(0, 12).Draw(t, "acts") {
			at = at.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "hours")) * time.Hour)
			stage := rapid.SampledFrom(names).Draw(t, "stage")
			entry := store.Entry{ID: fmt.Sprint(i), At: at, Stage: stage}
			act := rapid.SampledFrom([]string{"entry", "entry", "change", "undo", "keep"}).Draw(t, "act")
			switch {
			case act == "keep":
				l.kept = true
			case act == "undo" && l.kept:
				l.undo()
			case act == "change" && l.kept && stage != l.course.Stage:
				l.move(at, stage)
			case act == "entry" && stage != l.course.Stage:
				l.move(at, stage)
				l.course.Entries = append(l.course.Entries, entry)
			case act == "entry":
				l.course.Entries = append(l.course.Entries, entry)
				if l.kept {
					l.course.Moves = append(l.course.Moves, store.StageMove{At: at, Was: stage, Stage: stage})
				}
			}
		}
		for range 20 {
			moment := begun.Add(time.Duration(rapid.IntRange(-50, 5000).Draw(t, "moment")) * time.Hour)
			if got, want := StageAt(l.course, moment, names[0]), l.at(moment); got != want {
				t.Fatalf("at %v %q, want %q: %+v", moment, got, want, l.course)
			}
		}
	})
}

func progressRules(t *testing.T) Rules {
	t.Helper()
	c, err := NewCalendar()
	if err != nil {
		t.Fatal(err)
	}
	return Rules{Zone: time.FixedZone("CST", 8*3600), Calendar: c}
}

// How a customer did in November, of which the 30th is the last day that counts.
func TestCustomerMonth(t *testing.T) {
	r := progressRules(t)
	on := func(day store.Day, hour int) time.Time { return day.Start(r.Zone).Add(time.Duration(hour) * time.Hour) }
	old := store.Customer{ID: "K1", Stage: "方案报价", Created: on("2026-09-01", 9)}
	lost, fresh := old, old
	lost.Stage = "暂停"
	fresh.Created = on("2026-11-26", 9)
	owned := []store.Owning{{Person: "a", From: on("2026-09-01", 9), Until: on("2026-11-20", 9)}, {Person: "b", From: on("2026-11-20", 9)}}
	signed := store.Contract{Number: "C1", State: store.ContractSigned, Signed: "2026-11-12", Amount: 100, Reported: "2026-11-10", LastReport: "2026-11-10"}
	ended := signed
	ended.State, ended.Ended, ended.Earned = store.ContractTerminated, "2026-12-03", 0
	before := signed
	before.Signed, before.Reported, before.LastReport = "2026-10-12", "2026-10-10", "2026-10-10"
	reported := store.Contract{Number: "C2", State: store.ContractReturned, Reported: "2026-11-10", LastReport: "2026-11-10"}
	undone := reported
	undone.State = store.ContractUndone
	receipt := store.MoneyEntry{ID: "1", Kind: store.MoneyReceipt, Contract: "C1", Day: "2026-11-13", Amount: 40, Settled: true}
	refund := store.MoneyEntry{ID: "2", Kind: store.MoneyRefund, Contract: "C1", Day: "2026-11-14", Amount: 10}
	takenBack := store.MoneyEntry{ID: "3", Kind: store.MoneyUndone, Contract: "C1", Ref: "1", Day: "2026-11-13"}
	next := store.NextStep{Day: "2026-12-05", What: "送样"}
	stall := func(day store.Day, until store.Day) store.Stall {
		return store.Stall{ID: string(day), At: on(day, 10), Until: until, Cause: "价格"}
	}
	late := on("2026-12-20", 9)
	for name, k := range map[string]struct {
		course store.Course
		deals  Deals
		causes []store.Stall
		now    time.Time
		want   CustomerMonth // without the customer, From and To
		miss   bool
	}{
		"nothing":           {store.Course{Customer: old, Owners: owned}, Deals{}, nil, late, CustomerMonth{Owner: "b", State: Stalled, Idle: 90}, true},
		"owner as of a day": {store.Course{Customer: old, Owners: owned}, Deals{}, nil, on("2026-11-19", 9), CustomerMonth{Owner: "a", State: Stalled, Idle: 79}, true},
		"an entry": {store.Course{Customer: old, Entries: []store.Entry{{At: on("2026-10-03", 9), Amount: 7}, {At: on("2026-11-28", 23), Next: next}, {At: on("2026-12-01", 0), Amount: 9}}}, Deals{}, nil, late,
			CustomerMonth{State: Moving, Entries: 1, Last: on("2026-11-28", 23), Next: next, Amount: 7, Idle: 2}, false},
		"a stage": {store.Course{Customer: old, Moves: []store.StageMove{{At: on("2026-11-05", 9), Was: "签约", Stage: "方案报价"}}}, Deals{}, nil, late,
			CustomerMonth{State: Moving, Idle: 25}, false},
		"a stage told as it was": {store.Course{Customer: old, Moves: []store.StageMove{{At: on("2026-11-05", 9), Was: "方案报价", Stage: "方案报价"}}}, Deals{}, nil, late,
			CustomerMonth{State: Stalled, Idle: 90}, true},
		"a report":             {store.Course{Customer: old}, Deals{Contracts: []store.Contract{reported}}, nil, late, CustomerMonth{State: Moving, Idle: 20}, false},
		"a report taken back":  {store.Course{Customer: old}, Deals{Contracts: []store.Contract{undone}}, nil, late, CustomerMonth{State: Stalled, Idle: 90}, true},
		"signed":               {store.Course{Customer: old}, Deals{Contracts: []store.Contract{signed}}, nil, late, CustomerMonth{State: Won, Signed: 100, Open: 100, Idle: 18}, false},
		"signed, then lost":    {store.Course{Customer: lost}, Deals{Contracts: []store.Contract{signed}}, nil, late, CustomerMonth{State: Won, Signed: 100, Open: 100, Idle: 18}, false},
		"signed, ended later":  {store.Course{Customer: old}, Deals{Contracts: []store.Contract{ended}}, nil, late, CustomerMonth{State: Won, Signed: 100, Idle: 18}, false},
		"not signed yet":       {store.Course{Customer: old}, Deals{Contracts: []store.Contract{signed}}, nil, on("2026-11-11", 9), CustomerMonth{State: Moving, Idle: 1}, false},
		"money":                {store.Course{Customer: old}, Deals{Contracts: []store.Contract{before}, Money: []store.MoneyEntry{receipt, refund}}, nil, late, CustomerMonth{State: Moving, Received: 30, Open: 70, Idle: 17}, false},
		"money taken back":     {store.Course{Customer: old}, Deals{Contracts: []store.Contract{before}, Money: []store.MoneyEntry{receipt, takenBack}}, nil, late, CustomerMonth{State: Stalled, Open: 100, Idle: 49}, true},
		"lost before":          {store.Course{Customer: lost}, Deals{}, nil, late, CustomerMonth{State: Lost, Idle: 90}, false},
		"new in the last week": {store.Course{Customer: fresh}, Deals{}, nil, late, CustomerMonth{State: Stalled, Idle: 4, New: true}, false},
		"a week old, in a day": {store.Course{Customer: fresh}, Deals{}, nil, on("2026-11-30", 12), CustomerMonth{State: Stalled, Idle: 4, New: true}, false},
		"a cause":              {store.Course{Customer: old}, Deals{}, []store.Stall{stall("2026-11-10", "2026-11-30")}, late, CustomerMonth{State: Stalled, Idle: 90}, false},
		"a cause said at the meeting": {store.Course{Customer: old}, Deals{}, []store.Stall{stall("2026-12-02", "2026-12-31")}, late,
			CustomerMonth{State: Stalled, Idle: 90}, false},
		"a cause said too late": {store.Course{Customer: old}, Deals{}, []store.Stall{stall("2026-12-16", "2026-12-31")}, late, CustomerMonth{State: Stalled, Idle: 90}, true},
		"an expired cause":      {store.Course{Customer: old}, Deals{}, []store.Stall{stall("2026-11-10", "2026-11-20")}, on("2026-11-21", 9), CustomerMonth{State: Stalled, Idle: 81}, true},
		"a cause on its day":    {store.Course{Customer: old}, Deals{}, []store.Stall{stall("2026-11-10", "2026-11-20")}, on("2026-11-20", 9), CustomerMonth{State: Stalled, Idle: 80}, false},
		"a shorter cause since": {store.Course{Customer: old}, Deals{}, []store.Stall{stall("2026-11-10", "2026-12-20"), stall("2026-11-11", "2026-11-12")}, late, CustomerMonth{State: Stalled, Idle: 90}, true},
	} {
		got := r.CustomerMonth(k.course, k.deals, k.causes, "2026-11-01", k.now, "初步接触", 30)
		if miss := got.Missing(); miss != k.miss {
			t.Errorf("%s: missing %v", name, miss)
		}
		got.Customer, got.From, got.To, got.Cause = store.Customer{}, "", "", nil
		if got != k.want {
			t.Errorf("%s:\n%+v, want\n%+v", name, got, k.want)
		}
	}
}

// Causes are asked for on the 25th, or the working day before it.
func TestCausesAsked(t *testing.T) {
	r := progressRules(t)
	for month, want := range map[store.Day]store.Day{
		"2026-11-01": "2026-11-25", // a Wednesday
		"2026-10-01": "2026-10-23", // a Sunday
		"2026-04-01": "2026-04-24", // a Saturday
	} {
		if got := r.CausesAsked(month); got != want {
			t.Errorf("%s: %s, want %s", month, got, want)
		}
	}
}

// Of promises the last one of a month counts, and what was said of it since.
func TestPromises(t *testing.T) {
	e := func(customer string, kept store.Keeping, words string) store.PromiseEntry {
		return store.PromiseEntry{Customer: customer, Month: "2026-12-01", Kept: kept, Words: words}
	}
	list := Promises([]store.PromiseEntry{
		e("K1", store.PromiseMet, "of none"), e("K1", store.Promised, "a"), e("K1", store.PromiseMet, "of a"), e("K1", store.Promised, "b"),
		e("K2", store.Promised, "c"), e("K2", store.PromiseMet, "x"), e("K2", store.PartlyMet, "y"), e("K3", store.NotMet, "of none"),
	})
	if len(list) != 2 || list[0].Words != "b" || list[0].Answer != nil || list[1].Words != "c" || list[1].Answer == nil || list[1].Answer.Words != "y" {
		t.Errorf("%+v", list)
	}
}
