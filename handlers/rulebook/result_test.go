package rulebook

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"marketbot/store"
)

// Nothing is lost in a division, whatever its sign, and no part is off by more than
// a 分 but the last one.
func TestSplitLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Int64Range(-1e13, 1e13).Draw(t, "fen")
		var shares []store.Share
		left := store.WholeShare
		for left > 0 {
			n := rapid.IntRange(1, left).Draw(t, "parts")
			shares, left = append(shares, store.Share{Parts: n}), left-n
		}
		var sum int64
		for i, part := range Split(fen, shares) {
			sum += part
			if off := 2 * (part*store.WholeShare - fen*int64(shares[i].Parts)); i < len(shares)-1 && (off > store.WholeShare || off <= -store.WholeShare) {
				t.Fatalf("%d by %v: part %d is %d", fen, shares, i, part)
			}
		}
		if sum != fen {
			t.Fatalf("%d by %v: %d", fen, shares, sum)
		}
	})
}

func TestSplitByThirds(t *testing.T) {
	thirds := []store.Share{{Parts: 3333}, {Parts: 3333}, {Parts: 3334}}
	if diff := cmp.Diff([]int64{3333, 3333, 3334}, Split(10_000, thirds)) + cmp.Diff([]int64{0, 0, 1}, Split(1, thirds)) + cmp.Diff([]int64{-3333, -3333, -3334}, Split(-10_000, thirds)); diff != "" {
		t.Error(diff)
	}
}

func TestPercent(t *testing.T) {
	for _, tt := range []struct {
		part, whole, tenths int64
		ok                  bool
	}{
		{80, 100, 800, true}, {1, 3, 333, true}, {2, 3, 667, true}, {1, 2000, 1, true}, {1, 2001, 0, true}, {-1, 2000, 0, true}, {-3, 2000, -1, true},
		{-30_000_00, 100_000_00, -300, true}, {5, 0, 0, false}, {5, -5, 0, false}, {0, 5, 0, true},
	} {
		if got, ok := Percent(tt.part, tt.whole); got != tt.tenths || ok != tt.ok {
			t.Errorf("%d of %d: %d %v", tt.part, tt.whole, got, ok)
		}
	}
}

// A signature counts for who signed for ever, whoever holds the contract; what is not
// earned comes off them on the day of the end.
func TestContractCredits(t *testing.T) {
	c := store.Contract{Number: "N1", Holder: "c", Signed: "2026-11-20", State: store.ContractSigned, Amount: 100, Shares: []store.Share{{Person: "a", Parts: 5000}, {Person: "b", Parts: 5000}}}
	credit := func(day store.Day, person string, fen int64) Credit {
		return Credit{Key: "N1", Contract: "N1", Day: day, Person: person, Measure: store.Signing, Fen: fen}
	}
	signed := []Credit{credit("2026-11-20", "a", 50), credit("2026-11-20", "b", 50)}
	if diff := cmp.Diff(signed, ContractCredits(c)); diff != "" {
		t.Error(diff)
	}
	c.State, c.Ended, c.Earned = store.ContractTerminated, "2026-12-05", 39
	if diff := cmp.Diff(append(signed, credit("2026-12-05", "a", -30), credit("2026-12-05", "b", -31)), ContractCredits(c)); diff != "" {
		t.Error(diff)
	}
	c.State, c.LostFrom, c.Shares = store.ContractLost, store.ContractSigned, nil
	if diff := cmp.Diff([]Credit{credit("2026-11-20", "c", 100)}, ContractCredits(c)); diff != "" {
		t.Error("nobody is named:", diff)
	}
	c.Signed = ""
	if got := ContractCredits(c); got != nil {
		t.Error("not signed:", got)
	}
}

// Of money receipts and refunds count alone, unless they were taken back; what lets
// something go, and surplus that is used, count for nothing.
func TestMoneyCredits(t *testing.T) {
	e := func(id string, kind store.MoneyKind, ref string) store.MoneyEntry {
		return store.MoneyEntry{ID: id, Kind: kind, Contract: "N1", Holder: "a", Day: "2026-11-20", Ref: ref, Amount: 100}
	}
	entries := []store.MoneyEntry{
		e("1", store.MoneyReceipt, ""), e("2", store.MoneyReceipt, ""), e("3", store.MoneyConfirmed, "2"), e("4", store.MoneyReceipt, ""), e("5", store.MoneyRejected, "4"),
		e("6", store.MoneyReceipt, ""), e("7", store.MoneyUndone, "6"), e("8", store.MoneyRefund, ""), e("9", store.MoneyBadDebt, ""), e("a", store.MoneyWaiver, ""),
		e("b", store.MoneyIn, ""), e("c", store.MoneyOut, ""), e("d", store.MoneyReceipt, ""), e("e", store.MoneyRejected, "d"), e("f", store.MoneyUndone, "e"),
		e("g", store.MoneyReceipt, ""), e("h", store.MoneyConfirmed, "g"), e("i", store.MoneyUndone, "h"), e("j", store.MoneyArrival, ""),
	}
	credit := func(key string, fen int64, pending bool) Credit {
		return Credit{Key: key, Contract: "N1", Day: "2026-11-20", Person: "a", Measure: store.Receipt, Fen: fen, Pending: pending}
	}
	got, damaged := MoneyCredits(entries, nil)
	want := []Credit{credit("1", 100, true), credit("2", 100, false), credit("8", -100, false), credit("d", 100, true), credit("g", 100, true)}
	if diff := cmp.Diff(want, got); diff != "" || damaged {
		t.Error(damaged, diff)
	}
	entries = append(entries[:1], store.MoneyEntry{ID: "k", Kind: store.MoneyReceipt, Damaged: true})
	got, damaged = MoneyCredits(entries, func(string) []store.Share {
		return []store.Share{{Person: "x", Parts: 3333}, {Person: "y", Parts: 6667}}
	})
	if !damaged || len(got) != 2 || got[0].Person != "x" || got[0].Fen != 33 || got[1].Fen != 67 {
		t.Error(damaged, got)
	}
}

// What was counted and its corrections together are what counts now, and nothing is
// corrected twice.
func TestReconcileLosesNothing(t *testing.T) {
	known := func(string) store.Day { return "2026-12-20" }
	credits := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Credit {
		return Credit{
			Key: rapid.SampledFrom([]string{"N1", "N2", "N3"}).Draw(t, "key"), Person: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "person"),
			Measure: rapid.SampledFrom(store.Measures).Draw(t, "measure"), Fen: rapid.Int64Range(-9, 9).Draw(t, "fen"),
		}
	}), 0, 12)
	rapid.Check(t, func(t *rapid.T) {
		counted, now := credits.Draw(t, "counted"), credits.Draw(t, "now")
		corrections := Reconcile(counted, now, known)
		if again := Reconcile(append(counted, corrections...), now, known); len(again) > 0 {
			t.Fatalf("corrected twice: %v", again)
		}
		if len(Reconcile(now, now, known)) > 0 {
			t.Fatal("what counts is corrected")
		}
	})
}

func TestOpenMonth(t *testing.T) {
	r := Rules{Zone: time.FixedZone("CST", 8*3600)}
	at := func(s string) time.Time {
		m, err := time.ParseInLocation("2006-01-02 15:04", s, r.Zone)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	now := at("2027-03-01 09:00")
	for _, tt := range []struct {
		last    store.Day
		created time.Time
		want    store.Day
	}{
		{"2026-11-01", at("2026-01-01 09:00"), "2026-12-01"},
		{"", at("2026-11-20 09:00"), "2026-11-01"},
		{"", at("2026-11-15 23:59"), "2026-10-01"},
		{"", at("2026-11-16 00:00"), "2026-11-01"},
		{"", time.Time{}, "2027-02-01"},
		{"", at("2027-03-02 09:00"), "2027-02-01"},
	} {
		if got := r.OpenMonth(tt.last, tt.created, now); got != tt.want {
			t.Errorf("last %q, created %v: %s, want %s", tt.last, tt.created, got, tt.want)
		}
	}
	if got := r.FreezesAt("2026-12-01"); !got.Equal(at("2027-01-16 00:00")) {
		t.Error("December freezes at", got)
	}
}

func TestGoalsDue(t *testing.T) {
	calendar, err := NewCalendar()
	if err != nil {
		t.Fatal(err)
	}
	r := Rules{Zone: time.UTC, Calendar: calendar}
	for month, want := range map[store.Day]store.Day{"2026-11-01": "2026-11-30", "2026-10-01": "2026-10-30", "2026-02-01": "2026-02-28", "2026-09-01": "2026-09-30"} {
		if got := r.GoalsDue(month); got != want {
			t.Errorf("%s: %s, want %s", month, got, want)
		}
	}
}

// The table of a month: corrections stand outside the month and inside the year, who
// has nothing and does not sell has no row, goals that are not set add nothing.
func TestResultTable(t *testing.T) {
	months := map[store.Day]MonthResult{
		"2026-10-01": {Goals: map[string]Goals{"a": {Signed: Goal{true, 100}}}, Sums: map[string]Sums{"a": {Signed: 40}, "gone": {Signed: 5}}},
		"2026-11-01": {
			Goals: map[string]Goals{"a": {Signed: Goal{true, 200}}, "": {Signed: Goal{true, 500}}}, Sums: map[string]Sums{"a": {Signed: 150, Received: 9, Pending: 4}},
			Corrections: []Correction{{Person: "a", Measure: store.Signing, Fen: -10, Of: "2026-10-01"}, {Person: "a", Measure: store.Signing, Fen: 50, Of: "2026-10-01", Goal: true}},
		},
		"2026-12-01": {Goals: map[string]Goals{"a": {Received: Goal{true, 0}}}},
	}
	people := []store.Person{{ID: "boss", Post: store.GeneralManager}, {ID: "a", Post: store.Salesperson}, {ID: "new", Post: store.Salesperson}, {ID: "gone", Post: store.Salesperson}}
	table := NewResultTable("2026-11-01", months, people)
	want := []ResultRow{
		{
			Person: "a", Post: store.Salesperson, Goals: Goals{Signed: Goal{true, 200}}, Sums: Sums{Signed: 150, Received: 9, Pending: 4}, LastGoals: Goals{Signed: Goal{true, 100}}, LastSums: Sums{Signed: 40},
			YearGoals: Goals{Signed: Goal{true, 350}}, YearSums: Sums{Signed: 180, Received: 9, Pending: 4}, NextGoals: Goals{Received: Goal{true, 0}},
		},
		{Person: "new", Post: store.Salesperson},
		{Person: "gone", Post: store.Salesperson, LastSums: Sums{Signed: 5}, YearSums: Sums{Signed: 5}},
	}
	if diff := cmp.Diff(want, table.Rows); diff != "" {
		t.Error(diff)
	}
	if total := table.Total(); total.Sums.Signed != 150 || total.YearSums.Signed != 185 || table.Department.Goals.Signed.Fen != 500 || table.Department.Sums != total.Sums {
		t.Errorf("%+v; %+v", total, table.Department)
	}
	if diff := cmp.Diff(months["2026-11-01"].Sums["a"], table.Result().Sums["a"]) + cmp.Diff(months["2026-11-01"].Corrections, table.Result().Corrections); diff != "" {
		t.Error(diff)
	}
	if !Below(want[0].Sums, want[0].Goals, store.Signing, 80) || Below(want[0].Sums, want[0].Goals, store.Signing, 75) || Below(want[1].Sums, want[1].Goals, store.Signing, 80) {
		t.Error("who is below what is asked of them")
	}
}
