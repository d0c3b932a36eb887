package rulebook_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"marketbot/handlers/rulebook"
	"marketbot/store"
)

var book = rulebook.Book{
	{From: "2026-12-01", Kind: rulebook.Substantial, Clauses: map[string]string{"2-4": "每天联系两次。", "会-3": "周四交。"}},
	{From: "2026-12-14", Kind: rulebook.Editorial, Clauses: map[string]string{"2-6": "有礼貌。"}},
	{From: "2027-01-01", Kind: rulebook.Substantial, Clauses: map[string]string{"2-4": "每天联系三次。"}},
	{From: "2027-02-01", Kind: rulebook.Editorial, Clauses: map[string]string{"2-4": "每天联系三回。"}},
}

func TestBookByDay(t *testing.T) {
	for _, tt := range []struct {
		day           store.Day
		on, asked, of string // of: 2-4
	}{
		{"2026-11-30", rulebook.Version, rulebook.Version, "出差期间每天与公司联系一至两次"},
		{"2026-12-01", "2026-12-01", "2026-12-01", "每天联系两次。"},
		{"2026-12-13", "2026-12-01", "2026-12-01", "每天联系两次。"},
		{"2026-12-14", "2026-12-14", "2026-12-01 2026-12-14", "每天联系两次。"},
		{"2027-01-01", "2027-01-01", "2027-01-01", "每天联系三次。"},
		{"2027-02-01", "2027-02-01", "2027-01-01 2027-02-01", "每天联系三回。"},
	} {
		asked := strings.Join(rulebook.Names(book.Asked(tt.day)), " ")
		if got := string(book.On(tt.day).From); got != tt.on || asked != tt.asked {
			t.Errorf("%s: %s asking for %s, want %s and %s", tt.day, got, asked, tt.on, tt.asked)
		}
		if c := found(book.Clauses(tt.day), "2-4"); !strings.HasPrefix(c.Text, tt.of) || c.Title != "出差每日联系" {
			t.Errorf("%s: 2-4 is %+v, want %s", tt.day, c, tt.of)
		}
	}
	if first := (rulebook.Book{}).Clauses("2030-01-01"); len(first) != len(rulebook.Clauses) || found(first, "2-4").Text != found(rulebook.Clauses, "2-4").Text {
		t.Error("an empty book is not the built-in wording")
	}
}

func found(list []rulebook.Clause, number string) rulebook.Clause {
	return list[slices.IndexFunc(list, func(c rulebook.Clause) bool { return c.Number == number })]
}

func TestChangesAreOldAndNew(t *testing.T) {
	got := ""
	for _, e := range book {
		for _, c := range book.Changes(e) {
			got += fmt.Sprintf("%s %s %s→%s\n", string(e.From), c.Number, strings.SplitN(c.Old, "，", 2)[0], c.Text)
		}
	}
	if want := `2026-12-01 2-4 出差期间每天与公司联系一至两次并汇报进展→每天联系两次。
2026-12-01 会-3 业务员每周五 12:00 之前把周工作计划表交市场总监；市场总监在下周一 11:00 之前汇总全部计划表报总经理→周四交。
2026-12-14 2-6 接打电话要有礼貌→有礼貌。
2027-01-01 2-4 每天联系两次。→每天联系三次。
2027-02-01 2-4 每天联系三次。→每天联系三回。
`; got != want {
		t.Errorf("got\n%s", got)
	}
	for _, tt := range []struct{ number, day, from, old string }{
		{"2-4", "2026-11-30", "", ""}, {"2-4", "2026-12-20", "2026-12-01", "出差期间"}, {"2-4", "2027-03-01", "2027-02-01", "每天联系三次。"}, {"2-1", "2027-03-01", "", ""},
	} {
		from, old, ok := book.Reworded(tt.number, store.Day(tt.day))
		if string(from) != tt.from || !strings.HasPrefix(old, tt.old) || ok != (tt.from != "") {
			t.Errorf("%s on %s: %s %q %v, want %s %q", tt.number, tt.day, from, old, ok, tt.from, tt.old)
		}
	}
}

func TestFiguresHoldFromTheirDay(t *testing.T) {
	b := rulebook.Book{{From: "2026-12-01", CheckIns: 2}, {From: "2027-01-01", ArchiveDays: 5}, {From: "2027-02-01", CheckIns: 1}}
	for day, want := range map[store.Day][2]int{"2026-11-30": {0, 3}, "2026-12-01": {2, 3}, "2027-01-01": {2, 5}, "2027-02-01": {1, 5}} {
		if got := [2]int{b.CheckIns(day), b.ArchiveDays(day, 3)}; got != want {
			t.Errorf("%s: %v, want %v", day, got, want)
		}
	}
	for _, tt := range []struct{ setting, day, value, from string }{
		{"contracts.archive_days", "2026-12-31", "", ""}, {"contracts.archive_days", "2027-03-01", "5", "2027-01-01"}, {"company", "2027-03-01", "", ""},
	} {
		if value, from, ok := b.Instead(tt.setting, store.Day(tt.day)); value != tt.value || string(from) != tt.from || ok != (tt.value != "") {
			t.Errorf("%s on %s: %q since %s", tt.setting, tt.day, value, string(from))
		}
	}
}

// Whatever editions there are: who confirmed what holds is asked for nothing until one
// of substance comes, and every clause says what its last edition says.
func TestBookHoldsTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b rulebook.Book
		day := store.Day("2026-12-01")
		for i := range rapid.IntRange(0, 6).Draw(t, "editions") {
			day = day.Add(rapid.IntRange(1, 20).Draw(t, "days"))
			b = append(b, rulebook.Edition{
				From: day, Kind: rapid.SampledFrom([]rulebook.EditionKind{rulebook.Substantial, rulebook.Editorial}).Draw(t, "kind"),
				Clauses: map[string]string{rapid.SampledFrom([]string{"2-1", "2-4", "会-3"}).Draw(t, "clause"): fmt.Sprint("第", i, "次改。")},
			})
		}
		if at, problem := b.Problem(); problem != "" {
			t.Fatalf("edition %d: %s", at, problem)
		}
		confirmed := rulebook.Version
		for d := store.Day("2026-11-30"); d < day.Add(3); d = d.Add(1) {
			began := slices.ContainsFunc(b, func(e rulebook.Edition) bool { return e.From == d && e.Kind == rulebook.Substantial })
			if asked := !slices.Contains(rulebook.Names(b.Asked(d)), confirmed); asked != began {
				t.Fatalf("%s: asked %v of who had confirmed %s", d, asked, confirmed)
			}
			confirmed = string(b.On(d).From)
			for number, said := range b.On(d).Clauses {
				if found(b.Clauses(d), number).Text != said {
					t.Fatalf("%s: %s is not as the edition says", d, number)
				}
			}
		}
	})
}

func TestBookProblem(t *testing.T) {
	good := func() rulebook.Edition {
		return rulebook.Edition{From: "2027-01-01", Kind: rulebook.Substantial, Clauses: map[string]string{"2-4": "每天两次。"}}
	}
	for _, tt := range []struct {
		want   string
		change func(*rulebook.Edition)
	}{
		{"", func(*rulebook.Edition) {}},
		{"from 写", func(e *rulebook.Edition) { e.From = "下周" }},
		{"自带", func(e *rulebook.Edition) { e.From = rulebook.Version }},
		{"要比它晚", func(e *rulebook.Edition) { e.From = "2026-11-23" }},
		{"一版比一版晚", func(e *rulebook.Edition) { e.From = "2026-12-01" }},
		{"kind 写", func(e *rulebook.Edition) { e.Kind = "大改" }},
		{"至少写一条", func(e *rulebook.Edition) { e.Clauses = nil }},
		{"没有条款", func(e *rulebook.Edition) { e.Clauses = map[string]string{"2-9": "一。"} }},
		{"没有条款", func(e *rulebook.Edition) { e.Clauses = map[string]string{"2.4": "一。"} }},
		{"一段", func(e *rulebook.Edition) { e.Clauses = map[string]string{"2-4": " "} }},
		{"一段", func(e *rulebook.Edition) { e.Clauses = map[string]string{"2-4": "一\n编号：A1"} }},
		{"会-3 的新全文", func(e *rulebook.Edition) { e.Due.Report = &rulebook.Moment{Weekday: 4, Hour: 12} }},
		{"2-7 的新全文", func(e *rulebook.Edition) { e.Notice = "2 months" }},
		{"notice 写", func(e *rulebook.Edition) { e.Notice, e.Clauses = "bald", map[string]string{"2-7": "早说。"} }},
		{"", func(e *rulebook.Edition) {
			e.Notice, e.Due.Report = "2 months", &rulebook.Moment{Weekday: 4, Hour: 12}
			e.Clauses = map[string]string{"2-7": "早说。", "会-3": "周四。"}
		}},
		{"2-5 的新全文", func(e *rulebook.Edition) { e.ArchiveDays = 5 }},
		{"check_ins 是", func(e *rulebook.Edition) { e.CheckIns = 10 }},
		{"check_ins 是", func(e *rulebook.Edition) { e.CheckIns = -1 }},
		{"archive_days 是", func(e *rulebook.Edition) { e.ArchiveDays, e.Clauses = 366, map[string]string{"2-5": "交回。"} }},
		{"", func(e *rulebook.Edition) { e.CheckIns = 2 }},
		{"最多", func(e *rulebook.Edition) { e.Clauses = map[string]string{"2-4": strings.Repeat("长", 501)} }},
	} {
		e := good()
		tt.change(&e)
		at, problem := (rulebook.Book{{From: "2026-12-01", Kind: rulebook.Editorial, Clauses: map[string]string{"2-1": "一。"}}, e}).Problem()
		if !strings.Contains(problem, tt.want) || tt.want != "" && at != 1 || tt.want == "" && problem != "" {
			t.Errorf("%+v: edition %d: %q, want %q", e, at, problem, tt.want)
		}
	}
}
