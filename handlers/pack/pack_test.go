package pack

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/sheet"
	"marketbot/store"
)

var zone = time.FixedZone("CST", 8*3600)

func TestAsOf(t *testing.T) {
	for _, tt := range []struct {
		at           string
		last, before store.Day
	}{
		{"2026-11-10 09:00", "2026-11-10", "2026-10-31"},
		{"2026-11-30 23:59", "2026-11-30", "2026-10-31"},
		{"2027-01-04 09:27", "2026-11-30", "2026-10-31"},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", tt.at, zone)
		if err != nil {
			t.Fatal(err)
		}
		if ask := (Ask{Month: "2026-11-01", At: at}); ask.Last() != tt.last || ask.Before() != tt.before {
			t.Errorf("%s: as of %s, before %s", tt.at, ask.Last(), ask.Before())
		}
	}
}

func TestFigures(t *testing.T) {
	for want, f := range map[string]Figure{
		"120,000.00 元（上月 80,000.00 元）": {"签约", 120_000_00, 80_000_00, chat.Yuan},
		"85.5%（上月 —）":                  {"完成率", 855, chat.NoValue, chat.Percent},
		"3 份（上月 0 份）":                  {"份数", 3, 0, "份"},
	} {
		if got := f.Words(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A section is kept as it was shown.
func TestSectionsAreKept(t *testing.T) {
	at := time.Date(2026, 11, 27, 10, 30, 0, 0, zone)
	s := Section{
		Name: "应收", Figures: []Figure{{"未收", 1, chat.NoValue, chat.Yuan}}, Table: &chat.Table{Heads: []string{"a"}, Rows: [][]string{{"b"}}},
		Charts: []chat.Chart{{Title: "t", Kind: chat.Bars, Categories: []string{"c"}, Series: []chat.Series{{Name: "s", Values: []int64{chat.NoValue, 2}}}, Unit: chat.Yuan}},
		Sheets: []sheet.Sheet{{
			Tab: "x", Name: "y", Columns: []sheet.Column{{Head: "h", Width: 3}, {Head: "a", Sum: true}, {Head: "b", Sum: true}, {Head: "c", Over: "a", Under: "b"}, {Head: "d", Literal: true}, {}, {}, {}}, Total: true, Sign: true, Notes: []sheet.Note{{Label: "l", Text: "t"}},
			Groups: sheet.Rows([]sheet.Value{{}, sheet.Text("=1+1"), sheet.Count(3), sheet.Money(-5), sheet.Rate(855), sheet.Unset(), sheet.Day(at), sheet.Moment(at)}),
		}},
		Items: []Item{{Rank: Overdue, Source: "应收逾期", Title: "2 份", Lines: []Line{{"p", "甲"}, {"", "乙"}}}},
	}
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var got Section
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(got)
	if err != nil || string(again) != string(data) {
		t.Errorf("%s, %v; want %s", again, err, data)
	}
	if !reflect.DeepEqual(got.Sheets[0].Columns, s.Sheets[0].Columns) || got.Figures[0] != s.Figures[0] || got.Items[0].Lines[0] != s.Items[0].Lines[0] {
		t.Errorf("%+v", got)
	}
	one := func(s sheet.Sheet) string {
		book, err := sheet.Book{Sheets: []sheet.Sheet{s}, About: sheet.About{Made: at}}.Write()
		if err != nil {
			t.Fatal(err)
		}
		f, err := sheet.Open(strings.NewReader(string(book)))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := f.Rows(f.Tabs[0])
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, r := range rows {
			for i := range r.Cells {
				all = append(all, r.At(i).Text)
			}
		}
		return strings.Join(all, "|")
	}
	if a, b := one(s.Sheets[0]), one(got.Sheets[0]); a != b || !strings.Contains(a, "=1+1|3|-0.05|85.5%|—|") {
		t.Errorf("%s, kept %s", a, b)
	}
}

func TestMakersAreAskedInTurn(t *testing.T) {
	named := func(name string, err error) Maker {
		return func(_ context.Context, _ *store.Tx, ask Ask) (Section, error) {
			return Section{Name: name + string(ask.Month)}, err
		}
	}
	ask := Ask{Month: "2026-11-01"}
	list, err := Make(t.Context(), nil, ask, []Maker{named("a", nil), named("b", nil)})
	if err != nil || len(list) != 2 || list[0].Name != "a2026-11-01" || list[1].Name != "b2026-11-01" {
		t.Errorf("%+v, %v", list, err)
	}
	broken := errors.New("broken")
	if _, err := Make(t.Context(), nil, ask, []Maker{named("a", nil), named("b", broken)}); !errors.Is(err, broken) || !strings.Contains(err.Error(), "section 2") {
		t.Error(err)
	}
}
