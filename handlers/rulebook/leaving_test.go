package rulebook

import (
	"testing"
	"time"

	"marketbot/store"
)

func TestLeavingNotice(t *testing.T) {
	for _, tt := range []struct {
		notice, words string
		given, want   store.Day
	}{
		{"1 month", "一个月", "2026-11-27", "2026-12-27"},
		{"1 month", "一个月", "2027-01-31", "2027-02-28"},
		{"1 month", "一个月", "2028-01-31", "2028-02-29"},
		{"1 month", "一个月", "2028-01-29", "2028-02-29"},
		{"1 month", "一个月", "2027-01-29", "2027-02-28"},
		{"1 month", "一个月", "2028-02-29", "2028-03-29"},
		{"1 month", "一个月", "2026-10-31", "2026-11-30"},
		{"1 month", "一个月", "2026-12-31", "2027-01-31"},
		{"2 months", "2 个月", "2026-12-31", "2027-02-28"},
		{"30 days", "30 天", "2027-01-31", "2027-03-02"},
		{"1 day", "1 天", "2026-12-31", "2027-01-01"},
	} {
		n, err := ParseLeavingNotice(tt.notice)
		if got := n.Earliest(tt.given); err != nil || got != tt.want || n.String() != tt.words {
			t.Errorf("%s (%s) from %s: %s, want %s, %v", tt.notice, n, tt.given, got, tt.want, err)
		}
	}
	for _, wrong := range []string{"", "month", "0 days", "-1 month", "13 months", "367 days", "1 week", "1 month 2 days", "一个月"} {
		if n, err := ParseLeavingNotice(wrong); err == nil {
			t.Errorf("%q is %v", wrong, n)
		}
	}
}

func TestLeavingSteps(t *testing.T) {
	for left, want := range map[int]int{30: 0, 8: 0, 7: 7, 5: 7, 4: 7, 3: 3, 2: 3, 1: 1, 0: 1, -1: 0} {
		if got := LeavingStep(left); got != want {
			t.Errorf("%d days before: %d, want %d", left, got, want)
		}
	}
}

// Every third working day: the weekend and the holiday in between do not count.
func TestLeavingRounds(t *testing.T) {
	c, err := NewCalendar()
	if err != nil {
		t.Fatal(err)
	}
	for today, want := range map[store.Day]int{"2026-11-27": 0, "2026-12-01": 0, "2026-12-02": 1, "2026-12-05": 1, "2026-12-07": 2, "2026-12-08": 2, "2026-12-10": 3} {
		if got := c.LeavingRound("2026-11-27", today); got != want {
			t.Errorf("on %s: %d, want %d", today, got, want)
		}
	}
}

// In the month of notice people look at the files of their own customers only,
// whatever their post gave them before; to organise the files stays the supervisor's
// duty. Everything else they may do until the end (2-7).
func TestNoticeNarrowsLooks(t *testing.T) {
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	for _, policy := range []FilePolicy{{SupervisorIsSteward: true, SalespeopleSeeAll: true}, {}, {SupervisorIsSteward: true}, {SalespeopleSeeAll: true}} {
		for _, post := range store.Posts {
			before := store.Person{ID: "p", Post: post, Duties: store.Duties}
			after := before
			after.Notice, after.Ends = store.Resignation, now.AddDate(0, 1, 0)
			for right := range rights {
				if Allows(right, before) != Allows(right, after) {
					t.Errorf("%s in notice: %q is another right", post, right)
				}
			}
			own, others := store.Customer{ID: "K1", Owner: "p"}, store.Customer{ID: "K2", Owner: "q"}
			was, is := policy.Access(before, own, store.Grant{}, now), policy.Access(after, own, store.Grant{}, now)
			if was.Read() != is.Read() || was.Write && !is.Write {
				t.Errorf("%+v: %s in notice, own customer: %+v, was %+v", policy, post, is, was)
			}
			steward := post == store.Supervisor && policy.SupervisorIsSteward
			if a := policy.Access(after, others, store.Grant{}, now); a.Read() != steward || policy.ReadsAll(after) != steward {
				t.Errorf("%+v: %s in notice, another's customer: %+v", policy, post, a)
			}
			g := store.Grant{ID: "A1", Person: "p", Customer: "K2", From: now, Until: now.Add(time.Hour)}
			if a := policy.Access(after, others, g, now); !a.Read() || !steward && a.Write {
				t.Errorf("%+v: %s in notice, let for that customer: %+v", policy, post, a)
			}
		}
	}
}
