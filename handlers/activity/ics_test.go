package activity

import (
	"context"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marketbot/handlers/handlerstest"
	"marketbot/store"
)

// A line of a calendar is never too long, and says what it said when it is put
// together again.
func TestFoldedLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		said := "SUMMARY:" + escaped(rapid.String().Draw(t, "said"))
		line := folded(said)
		for part := range strings.SplitSeq(strings.TrimSuffix(line, "\r\n"), "\r\n") {
			if len(part) > maxOctets || strings.ContainsAny(part, "\r\n") {
				t.Fatalf("%q of %d octets in %q", part, len(part), line)
			}
		}
		if got := strings.ReplaceAll(strings.TrimSuffix(line, "\r\n"), "\r\n ", ""); got != strings.ToValidUTF8(said, "\uFFFD") && got != said {
			t.Fatalf("%q became %q", said, got)
		}
	})
}

// A calendar entry names neither a customer nor what it costs; days without hours
// are whole days, and nobody's text begins a line of its own.
func TestCalendarEntry(t *testing.T) {
	h := Handler{Rules: handlerstest.Rules(t)}
	o := handlerstest.New(t, h, "2026-11-27 10:30")
	for _, c := range []struct {
		change func(*store.Activity)
		wants  string
		lacks  string
	}{
		{func(*store.Activity) {}, "DTSTART:20261205T060000Z|DTEND:20261205T090000Z|SUMMARY:活动 H1 秋\\n酒会\\; END:VEVENT|LOCATION:珠江厅", "\r\n酒会"},
		{func(a *store.Activity) { a.Timed, a.From, a.To = false, 0, wholeDay }, "DTSTART;VALUE=DATE:20261205|DTEND;VALUE=DATE:20261206", "T060000Z"},
		{func(a *store.Activity) { a.Customers = []string{"K1"} }, "SUMMARY:活动 H1\r\n", "酒会|珠江厅|K1"},
		{func(a *store.Activity) { a.Contract = "ZYX-1" }, "SUMMARY:活动 H1\r\n", "酒会|珠江厅|ZYX"},
	} {
		a := store.Activity{
			State: store.ActivityPlanned, Name: "秋\n酒会; END:VEVENT", Place: "珠江厅", First: "2026-12-05", Last: "2026-12-05",
			Timed: true, From: 14 * time.Hour, To: 17 * time.Hour, Budgeted: true, Budget: 99,
		}
		c.change(&a)
		a.Ends = h.Rules.ActivityEnds(a)
		var data []byte
		o.Update(func(ctx context.Context, tx *store.Tx) (err error) {
			if a.Code, err = tx.Activities().NewCode(ctx); err != nil {
				return err
			}
			if err = tx.Activities().Add(ctx, a, store.ActivityAct{ID: tx.NewID(o.Now)}); err != nil {
				return err
			}
			data, err = h.ics(ctx, tx, a.Code)
			return err
		})
		said := strings.ReplaceAll(string(data), "活动 "+a.Code, "活动 H1")
		for want := range strings.SplitSeq(c.wants, "|") {
			if !strings.Contains(said, want) {
				t.Errorf("%q is not in %s", want, said)
			}
		}
		for lack := range strings.SplitSeq(c.lacks, "|") {
			if strings.Contains(said, lack) {
				t.Errorf("%q is in %s", lack, said)
			}
		}
	}
}
