package rulebook

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"marketbot/store"
)

var ends = []int{30, 60, 90}

// made are entries with running ids.
func made(list ...store.MoneyEntry) []store.MoneyEntry {
	for i := range list {
		if list[i].ID == "" {
			list[i].ID = fmt.Sprint(i + 1)
		}
	}
	return list
}

func planned(lines ...store.PlanLine) store.MoneyEntry {
	for i := range lines {
		if lines[i].First == "" {
			lines[i].First = lines[i].Due
		}
	}
	return store.MoneyEntry{Kind: store.MoneyPlan, Plan: lines}
}

func receipt(fen int64) store.MoneyEntry {
	return store.MoneyEntry{Kind: store.MoneyReceipt, Amount: fen, Day: "2026-10-01", Settled: true}
}

func of(kind store.MoneyKind, fen int64) store.MoneyEntry {
	return store.MoneyEntry{Kind: kind, Amount: fen, Day: "2026-11-01"}
}

func about1(kind store.MoneyKind, ref string) store.MoneyEntry {
	return store.MoneyEntry{Kind: kind, Ref: ref, Day: "2026-11-01"}
}

// two lines: 600 due on 31 October, 400 on 31 December.
func twoLines() store.MoneyEntry {
	return planned(store.PlanLine{Due: "2026-10-31", Amount: 600}, store.PlanLine{Due: "2026-12-31", Amount: 400})
}

// words are the figures of a standing that a case looks at.
func figures(s Standing) string {
	text := fmt.Sprintf("已收%d 待核%d 未收%d 预收%d 核销%d 账龄%v 逾期%d", s.Allocated, s.Pending, s.Open, s.Surplus, s.Waived, s.Bands, s.Overdue)
	for _, l := range s.Lines {
		text += fmt.Sprintf(" %d:%s", l.No, string(l.Due))
		if l.First != l.Due {
			text += fmt.Sprintf("(%s,%d)", string(l.First), l.Moved)
		}
		text += fmt.Sprintf("=%d/%d", l.Open, l.Amount)
	}
	return text
}

func TestStanding(t *testing.T) {
	pending := receipt(300)
	pending.Settled = false
	pause := store.MoneyEntry{Kind: store.MoneyPause, Line: 1, Until: "2026-12-10", Ref: "1", Day: "2026-11-01"}
	for _, c := range []struct {
		name    string
		price   int64
		day     store.Day
		entries []store.MoneyEntry
		want    string
	}{
		{"no plan: the terms", 1000, "2026-11-01", nil, "已收0 待核0 未收1000 预收0 核销0 账龄[1000 0 0 0 0] 逾期0 1:2026-11-19=1000/1000"},
		{"due today is not overdue", 1000, "2026-10-31", made(twoLines()), "已收0 待核0 未收1000 预收0 核销0 账龄[1000 0 0 0 0] 逾期0 1:2026-10-31=600/600 2:2026-12-31=400/400"},
		{"a day later it is", 1000, "2026-11-01", made(twoLines()), "已收0 待核0 未收1000 预收0 核销0 账龄[400 600 0 0 0] 逾期1 1:2026-10-31=600/600 2:2026-12-31=400/400"},
		{"30 days", 1000, "2026-11-30", made(twoLines()), "已收0 待核0 未收1000 预收0 核销0 账龄[400 600 0 0 0] 逾期30 1:2026-10-31=600/600 2:2026-12-31=400/400"},
		{"31 days", 1000, "2026-12-01", made(twoLines()), "已收0 待核0 未收1000 预收0 核销0 账龄[400 0 600 0 0] 逾期31 1:2026-10-31=600/600 2:2026-12-31=400/400"},
		{"90 days", 1000, "2027-01-29", made(twoLines()), "已收0 待核0 未收1000 预收0 核销0 账龄[0 400 0 600 0] 逾期90 1:2026-10-31=600/600 2:2026-12-31=400/400"},
		{"91 days", 1000, "2027-01-30", made(twoLines()), "已收0 待核0 未收1000 预收0 核销0 账龄[0 400 0 0 600] 逾期91 1:2026-10-31=600/600 2:2026-12-31=400/400"},
		{"oldest first", 1000, "2026-11-27", made(twoLines(), receipt(700)), "已收700 待核0 未收300 预收0 核销0 账龄[300 0 0 0 0] 逾期0 1:2026-10-31=0/600 2:2026-12-31=300/400"},
		{"what waits for 核款 counts", 1000, "2026-11-27", made(twoLines(), pending), "已收300 待核300 未收700 预收0 核销0 账龄[400 300 0 0 0] 逾期27 1:2026-10-31=300/600 2:2026-12-31=400/400"},
		{"核款", 1000, "2026-11-27", made(twoLines(), pending, about1(store.MoneyConfirmed, "2")), "已收300 待核0 未收700 预收0 核销0 账龄[400 300 0 0 0] 逾期27 1:2026-10-31=300/600 2:2026-12-31=400/400"},
		{"不符", 1000, "2026-11-27", made(twoLines(), pending, about1(store.MoneyRejected, "2")), "已收0 待核0 未收1000 预收0 核销0 账龄[400 600 0 0 0] 逾期27 1:2026-10-31=600/600 2:2026-12-31=400/400"},
		{"不符 taken back", 1000, "2026-11-27", made(twoLines(), pending, about1(store.MoneyRejected, "2"), about1(store.MoneyUndone, "3")), "已收300 待核300 未收700 预收0 核销0 账龄[400 300 0 0 0] 逾期27 1:2026-10-31=300/600 2:2026-12-31=400/400"},
		{"more than is owed", 1000, "2026-11-27", made(twoLines(), receipt(1200)), "已收1000 待核0 未收0 预收200 核销0 账龄[0 0 0 0 0] 逾期0 1:2026-10-31=0/600 2:2026-12-31=0/400"},
		{"surplus used elsewhere", 1000, "2026-11-27", made(twoLines(), receipt(1200), of(store.MoneyOut, 150)), "已收1000 待核0 未收0 预收50 核销0 账龄[0 0 0 0 0] 逾期0 1:2026-10-31=0/600 2:2026-12-31=0/400"},
		{"a refund reopens", 1000, "2026-11-27", made(twoLines(), receipt(1000), of(store.MoneyRefund, 450)), "已收550 待核0 未收450 预收0 核销0 账龄[400 50 0 0 0] 逾期27 1:2026-10-31=50/600 2:2026-12-31=400/400"},
		{"waived and bad debt", 1000, "2026-11-27", made(twoLines(), receipt(599), of(store.MoneyWaiver, 1), of(store.MoneyBadDebt, 100)), "已收599 待核0 未收300 预收0 核销101 账龄[300 0 0 0 0] 逾期0 1:2026-10-31=0/600 2:2026-12-31=300/400"},
		{"paid although written off", 1000, "2026-11-27", made(twoLines(), of(store.MoneyBadDebt, 1000), receipt(50)), "已收0 待核0 未收0 预收50 核销1000 账龄[0 0 0 0 0] 逾期0 1:2026-10-31=0/600 2:2026-12-31=0/400"},
		{"a pause silences, and ages", 1000, "2026-11-27", made(twoLines(), pause), "已收0 待核0 未收1000 预收0 核销0 账龄[400 600 0 0 0] 逾期27 1:2026-10-31=600/600 2:2026-12-31=400/400"},
		{"a plan below the price", 1000, "2026-11-27", made(planned(store.PlanLine{Due: "2026-12-31", Amount: 300})), "已收0 待核0 未收1000 预收0 核销0 账龄[300 700 0 0 0] 逾期8 2:2026-11-19=700/700 1:2026-12-31=300/300"},
		{"a lower price", 700, "2026-11-27", made(twoLines()), "已收0 待核0 未收700 预收0 核销0 账龄[100 600 0 0 0] 逾期27 1:2026-10-31=600/600 2:2026-12-31=100/100"},
		{"ended: only what is due", 500, "2026-11-27", made(twoLines(), receipt(550)), "已收500 待核0 未收0 预收50 核销0 账龄[0 0 0 0 0] 逾期0 1:2026-10-31=0/500"},
		{"re-dated", 1000, "2026-11-27", made(planned(store.PlanLine{First: "2026-10-31", Due: "2026-12-15", Moved: 1, Amount: 1000})), "已收0 待核0 未收1000 预收0 核销0 账龄[0 1000 0 0 0] 逾期27 1:2026-12-15(2026-10-31,1)=1000/1000"},
	} {
		a := Account{Price: c.price, Signed: "2026-10-20", Terms: 30, Entries: c.entries}
		if got := figures(a.Standing(c.day, ends)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestBandsAreNamed(t *testing.T) {
	for _, c := range []struct {
		ends []int
		want []string
	}{
		{ends, []string{"未到期", "1–30天", "31–60天", "61–90天", "90天以上"}},
		{[]int{15}, []string{"未到期", "1–15天", "15天以上"}},
	} {
		if got := BandNames(c.ends); !slices.Equal(got, c.want) {
			t.Errorf("%v, want %v", got, c.want)
		}
	}
}

func TestApportion(t *testing.T) {
	share := func(s int64) Part { return Part{Share: s} }
	for _, c := range []struct {
		name  string
		price int64
		parts []Part
		want  []int64
		over  int64
	}{
		{"30 % and the rest", 10001, []Part{share(3000), {Rest: true}}, []int64{3000, 7001}, 0},
		{"half a 分 up", 10005, []Part{share(1000), {Rest: true}}, []int64{1001, 9004}, 0},
		{"thirds: the last takes the rest", 10000, []Part{share(3333), share(3333), share(3334)}, []int64{3333, 3333, 3334}, 0},
		{"thirds of one more", 10001, []Part{share(3333), share(3333), share(3334)}, []int64{3333, 3333, 3335}, 0},
		{"below", 10000, []Part{share(3000), {Fen: 2000}}, []int64{3000, 2000}, -5000},
		{"above", 10000, []Part{{Fen: 9000}, share(3000)}, []int64{9000, 3000}, 2000},
		{"no rest left", 10000, []Part{{Fen: 10000}, {Rest: true}}, []int64{10000, 0}, 0},
		{"amounts that happen to make the sum", 10000, []Part{{Fen: 4000}, {Fen: 6000}}, []int64{4000, 6000}, 0},
		{"the most there is", 1e13 - 1, []Part{share(5000), share(5000)}, []int64{5e12, 5e12 - 1}, 0},
	} {
		got, over := Apportion(c.price, c.parts)
		if !slices.Equal(got, c.want) || over != c.over {
			t.Errorf("%s: %v over %d, want %v over %d", c.name, got, over, c.want, c.over)
		}
	}
}

func TestReplanKeepsFirstDates(t *testing.T) {
	day := store.Day("2026-11-27")
	replan := func(entries []store.MoneyEntry, lines ...store.PlanLine) string {
		a := Account{Price: 1000, Signed: "2026-10-20", Terms: 30, Entries: entries}
		text := ""
		for _, l := range Replan(a.Standing(day, ends), lines, day) {
			text += fmt.Sprintf("%s first %s moved %d; ", string(l.Due), string(l.First), l.Moved)
		}
		return text
	}
	line := func(due store.Day, fen int64) store.PlanLine { return store.PlanLine{Due: due, Amount: fen} }
	for _, c := range []struct {
		name string
		got  string
		want string
	}{
		{"the overdue one keeps its age", replan(made(twoLines()), line("2026-12-15", 600), line("2026-12-31", 400)),
			"2026-12-15 first 2026-10-31 moved 1; 2026-12-31 first 2026-12-31 moved 0; "},
		{"n-th open to n-th open", replan(made(twoLines(), receipt(600)), line("2026-10-31", 600), line("2027-01-31", 400)),
			"2026-10-31 first 2026-10-31 moved 0; 2027-01-31 first 2026-12-31 moved 1; "},
		{"moved twice", replan(made(planned(store.PlanLine{First: "2026-09-30", Due: "2026-11-20", Moved: 1, Amount: 1000})), line("2026-12-20", 1000)),
			"2026-12-20 first 2026-09-30 moved 2; "},
		{"sooner than at first", replan(made(twoLines()), line("2026-10-20", 600), line("2026-12-31", 400)),
			"2026-10-20 first 2026-10-20 moved 0; 2026-12-31 first 2026-12-31 moved 0; "},
		{"the terms are overdue", replan(nil, line("2026-12-20", 1000)), "2026-12-20 first 2026-11-19 moved 1; "},
	} {
		if c.got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, c.got, c.want)
		}
	}
	day = "2026-11-01"
	if got := replan(nil, line("2026-12-20", 1000)); got != "2026-12-20 first 2026-12-20 moved 0; " {
		t.Errorf("terms that are not overdue bind a first plan: %s", got)
	}
	partly := planned(store.PlanLine{First: "2026-11-05", Due: "2026-11-05", Amount: 500}, store.PlanLine{First: "2026-12-10", Due: "2026-12-10", Amount: 300})
	if got := replan(made(partly), line("2026-11-05", 500), line("2026-12-10", 300), line("2026-12-31", 200)); !strings.Contains(got, "2026-12-31 first 2026-12-31 moved 0") {
		t.Errorf("what no plan named before, and is not overdue, counts as a line: %s", got)
	}
}

func TestStandsOn(t *testing.T) {
	pending := receipt(300)
	pending.Settled = false
	pause := store.MoneyEntry{Kind: store.MoneyPause, Line: 1, Until: "2026-12-10", Ref: "1", Day: "2026-11-01"}
	again := twoLines()
	again.Ref = "1"
	for _, c := range []struct {
		name    string
		entries []store.MoneyEntry
		undo    string
		want    string // the id of what stands on it
	}{
		{"nothing", made(twoLines(), receipt(300)), "2", ""},
		{"a refund", made(twoLines(), receipt(300), of(store.MoneyRefund, 200)), "2", "3"},
		{"a refund that other money pays", made(twoLines(), receipt(300), receipt(300), of(store.MoneyRefund, 200)), "2", ""},
		{"its surplus is used", made(twoLines(), receipt(1100), of(store.MoneyOut, 50)), "2", "3"},
		{"its surplus was used, and that taken back", made(twoLines(), receipt(1100), of(store.MoneyOut, 50), about1(store.MoneyUndone, "3")), "2", ""},
		{"its 核款", made(twoLines(), pending, about1(store.MoneyConfirmed, "2")), "2", "3"},
		{"a plan in its place", made(twoLines(), again), "1", "2"},
		{"a pause", made(twoLines(), pause), "1", "2"},
		{"a receipt needs no plan", made(twoLines(), receipt(10)), "1", ""},
		{"a refund, and then a bad debt of what it opened", made(receipt(1000), of(store.MoneyRefund, 300), of(store.MoneyBadDebt, 200)), "2", "3"},
		{"what went wrong before is no reason", made(twoLines(), receipt(600), of(store.MoneyOut, 50)), "1", ""},
	} {
		a := Account{Price: 1000, Signed: "2026-10-20", Terms: 30, Entries: c.entries}
		on, stands := a.StandsOn(c.undo)
		if on.ID != c.want || stands != (c.want != "") {
			t.Errorf("%s: %q (%v), want %q", c.name, on.ID, stands, c.want)
		}
	}
}

func TestDueSteps(t *testing.T) {
	for after, want := range map[int][2]int{-4: {0, 0}, -3: {1, -3}, -1: {1, -3}, 0: {2, 0}, 1: {3, 1}, 6: {3, 1}, 7: {4, 7}, 30: {5, 30}, 59: {5, 30}, 60: {6, 60}, 90: {7, 90}, 400: {7, 90}} {
		if step, since := DueStep(after); step != want[0] || since != want[1] {
			t.Errorf("%d days after: step %d since %d, want %v", after, step, since, want)
		}
	}
}

// What the area of contracts asks before a price is changed, or a signature
// taken back.
func TestAccountOfAContract(t *testing.T) {
	c := store.Contract{State: store.ContractSigned, Signed: "2026-10-20", Amount: 1000, Earned: 400}
	entries := made(twoLines(), receipt(300), of(store.MoneyWaiver, 1))
	if s := AccountOf(c, 30, entries).Standing("2026-11-27", ends); s.Price != 1000 || s.Least() != 301 {
		t.Errorf("price %d, least %d", s.Price, s.Least())
	}
	c.State = store.ContractTerminated
	if s := AccountOf(c, 30, entries).Standing("2026-11-27", ends); s.Price != 400 || s.Open != 99 {
		t.Errorf("ended: price %d, open %d", s.Price, s.Open)
	}
	if e, holds := Holds(entries); !holds || e.Kind != store.MoneyPlan {
		t.Errorf("%+v, %v", e, holds)
	}
	if _, holds := Holds(made(twoLines(), about1(store.MoneyUndone, "1"))); holds {
		t.Error("a plan that was taken back holds")
	}
}

// A day that is past knows what was taken back, rejected or confirmed since, and
// nothing else that came later.
func TestAPastDayKnowsWhatBecameOfIt(t *testing.T) {
	on := func(day store.Day, e store.MoneyEntry) store.MoneyEntry { e.Day = day; return e }
	waits := func(fen int64) store.MoneyEntry {
		return store.MoneyEntry{Kind: store.MoneyReceipt, Amount: fen, Day: "2026-11-30"}
	}
	const later = "2026-12-03"
	for name, tt := range map[string]struct {
		entries []store.MoneyEntry
		want    string
	}{
		"nothing later":      {made(waits(300)), "300 waits 300 of 1000"},
		"rejected":           {made(waits(300), on(later, about1(store.MoneyRejected, "1"))), "0 waits 0 of 1000"},
		"not rejected":       {made(waits(300), on(later, about1(store.MoneyRejected, "1")), on(later, about1(store.MoneyUndone, "2"))), "300 waits 300 of 1000"},
		"confirmed":          {made(waits(300), on(later, about1(store.MoneyConfirmed, "1"))), "300 waits 0 of 1000"},
		"taken back":         {made(waits(300), on("2026-12-01", about1(store.MoneyUndone, "1"))), "0 waits 0 of 1000"},
		"received later":     {made(waits(300), on(later, receipt(200)), on(later, about1(store.MoneyUndone, "2"))), "300 waits 300 of 1000"},
		"paid back later":    {made(waits(300), on(later, of(store.MoneyRefund, 300))), "300 waits 300 of 1000"},
		"what is over waits": {made(waits(1000), on("2026-11-30", about1(store.MoneyConfirmed, "1")), waits(300)), "1000 waits 0 of 1000"},
		"more than is due":   {made(waits(1200)), "1000 waits 1000 of 1000"},
	} {
		s := Account{Price: 1000, Signed: "2026-11-01", Entries: tt.entries}.Until("2026-11-30").Standing("2026-11-30", ends)
		if got := fmt.Sprintf("%d waits %d of %d", s.Allocated, s.Pending, s.Allocated+s.Open); got != tt.want || s.Surplus != s.PendingSurplus {
			t.Errorf("%s: %s, want %s; %+v", name, got, tt.want, s)
		}
	}
}
