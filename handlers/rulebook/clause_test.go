package rulebook_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"marketbot/handlers/rulebook"
)

func TestEveryClauseIsThere(t *testing.T) {
	want := strings.Fields("总则 2-1 2-2 2-3 2-4 2-5 2-6 2-7 2-8 档-1 档-2 档-3 档-4 档-5 档-6 档-7 档-8 档-9 会-1 会-2 会-3 会-4 附-1 附-2 附-3 附-4")
	if got := numbers(rulebook.Clauses); !slices.Equal(got, want) {
		t.Errorf("clauses %v, want %v", got, want)
	}
	for _, c := range rulebook.Clauses {
		if c.Title == "" || !strings.HasSuffix(c.Text, "。") || strings.Count(c.Text, "。") > 3 || len(c.Keywords) == 0 {
			t.Errorf("clause %s is incomplete or too long: %+v", c.Number, c)
		}
		if found := serving().Find(rulebook.Clauses, c.Number); len(found) != 1 || found[0].Number != c.Number {
			t.Errorf("Find(%s) = %v", c.Number, numbers(found))
		}
	}
}

// What people acknowledged must stay what the version says it is.
func TestAnotherWordingNeedsAnotherVersion(t *testing.T) {
	h := sha256.New()
	for _, c := range rulebook.Clauses {
		fmt.Fprintf(h, "%s\x00%s\x00%s\x00", c.Number, c.Title, c.Text)
	}
	got := fmt.Sprintf("%s %x", rulebook.Version, h.Sum(nil)[:8])
	if want := "2026-11-24 a77da0d7f5bd4e31"; got != want {
		t.Errorf("wording %s, want %s: give the new wording a new Version, then change this line", got, want)
	}
}

func TestByNumberReadsWhatPeopleWrite(t *testing.T) {
	for query, want := range map[string]string{
		"2-4": "2-4", "2.4": "2-4", "2－4": "2-4", "２—４": "2-4", "2–4": "2-4", "2−4": "2-4", "2。4": "2-4", "2、4": "2-4",
		"第2-4条": "2-4", "第 2-4 条": "2-4", "2 4": "2-4", "二-四": "2-4", " 2-4\u200b ": "2-4",
		"档6": "档-6", "档-6": "档-6", "档六": "档-6", "第档-6条": "档-6", "档案6": "档-6", "档·6": "档-6",
		"会3": "会-3", "会．３": "会-3", "会议3": "会-3", "总则": "总则", "附1": "附-1",
		"2-9": "", "档10": "", "3-1": "", "2": "", "": "", "-": "", "2-": "", "2-44": "",
	} {
		if c, ok := rulebook.ByNumber(query); c.Number != want || ok != (want != "") {
			t.Errorf("ByNumber(%q) = %q, %v, want %q", query, c.Number, ok, want)
		}
	}
}

func TestFind(t *testing.T) {
	for _, tt := range []struct {
		query string
		first string // the best hit
		all   string // every hit, where it matters
	}{
		{"出差", "2-4", ""},
		{"签到", "2-4", ""},
		{"签到要几次", "2-4", ""},
		{"周报", "会-3", ""},
		{"周报什么时候交", "会-3", ""},
		{"迟交", "会-3", ""},
		{"罚款", "附-1", "附-1"},
		{"合同", "2-3", ""},
		{"离职 交接", "2-7", "2-7"},
		{"客户　机密", "档-3", "档-3"},
		{"出差 会议", "", ""},
		{"离职", "2-7", "2-7"},
		{"泄密", "档-5", "档-5 档-9"},
		{"2", "2-1", "2-1 2-2 2-3 2-4 2-5 2-6 2-7 2-8"},
		{"档", "档-1", "档-1 档-2 档-3 档-4 档-5 档-6 档-7 档-8 档-9"},
		{"会", "会-1", "会-1 会-2 会-3 会-4"},
		{"12：00", "会-3", "会-3"},
		{"没有这个", "", ""},
		{"", "", ""},
		{" \u200b", "", ""},
		{"2-9", "", ""},
	} {
		got := numbers(serving().Find(rulebook.Clauses, tt.query))
		first := ""
		if len(got) > 0 {
			first = got[0]
		}
		if first != tt.first || tt.all != "" && strings.Join(got, " ") != tt.all {
			t.Errorf("Find(%q) = %v, want %s first, all %q", tt.query, got, tt.first, tt.all)
		}
	}
}

// serving are some commands with the clauses that they serve.
func serving() rulebook.Serving {
	return rulebook.Serving{"2-4": {"出差", "签到", "签到记录"}, "会-3": {"周报", "谁没交"}, "附-1": {"谁没交"}, "档-3": {"客户"}}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"2-4", "第2-4条", "档六", "周报什么时候交", "  ", "\xff", "<at id=all></at>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		found := serving().Find(rulebook.Clauses, s)
		if len(found) > len(rulebook.Clauses) {
			t.Errorf("Find(%q): %d clauses", s, len(found))
		}
		if c, ok := rulebook.ByNumber(s); ok && (len(found) != 1 || found[0].Number != c.Number || !utf8.ValidString(c.Number)) {
			t.Errorf("ByNumber(%q) = %s, Find = %v", s, c.Number, numbers(found))
		}
	})
}

// numbers are the clauses' numbers.
func numbers(clauses []rulebook.Clause) []string {
	var list []string
	for _, c := range clauses {
		list = append(list, c.Number)
	}
	return list
}
