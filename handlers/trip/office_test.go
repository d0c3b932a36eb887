package trip

import (
	"strings"
	"testing"
	"time"

	"marketbot/handlers/handlerstest"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

var (
	flat  = handlerstest.Flat
	wants = handlerstest.Wants
	lacks = handlerstest.Lacks
)

// office is a department with this area's commands.
type office struct {
	*handlerstest.Office
	h Handler
}

// newOffice opens on Tuesday 2026-11-24, 09:30.
func newOffice(t testing.TB) *office {
	t.Helper()
	h := Handler{Rules: handlerstest.Rules(t)}
	h.Rules.Trip.At = []rulebook.Clock{{Hour: 11, Minute: 23}, {Hour: 17, Minute: 23}, {Hour: 20, Minute: 11}}
	h.Rules.Trip.Grace = 2 * time.Hour
	o := &office{handlerstest.New(t, h, "2026-11-24 09:30"), h}
	o.Subjects = true
	o.Register("刘洋", store.Salesperson)
	o.Register("小林", store.OtherEmployee)
	return o
}

// remind runs the job at a moment: who is told what, by name.
func (o *office) remind(at string) map[string]string {
	o.T.Helper()
	o.Clock(at)
	list := o.Job(o.h.Remind, store.Week{})
	for _, n := range list {
		if strings.HasPrefix(n.Key, "vacant/") {
			continue // once a week, by week
		}
		want := "trip/" + string(store.DayOf(o.Now)) + "/" + o.Now.Format("1504") + "/" + n.To
		if n.Key != want {
			o.T.Errorf("key %q, want %q", n.Key, want)
		}
	}
	return o.Told(list)
}
