package report

import (
	"testing"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/handlerstest"
	"marketbot/store"
)

var (
	flat  = handlerstest.Flat
	wants = handlerstest.Wants
)

var week48 = store.Week{Year: 2026, Number: 48}

// office is a department with this area's commands.
type office struct {
	*handlerstest.Office
	h Handler
}

// newOffice is the department on a Monday morning, with three salespeople who
// have been there since January.
func newOffice(t *testing.T) *office {
	t.Helper()
	h := Handler{Rules: handlerstest.Rules(t), Config: Defaults()}
	o := &office{handlerstest.New(t, h, "2026-01-05 08:00"), h}
	o.Register("刘洋", store.Salesperson)
	o.Register("赵磊", store.Salesperson)
	o.Clock("2026-11-23 09:00")
	return o
}

// confirm runs a line and confirms its preview.
func (o *office) confirm(as, line string) *command.Answer {
	o.T.Helper()
	p := o.Answer(as, line)
	if p.Confirm == "" {
		o.T.Fatalf("%s: no preview: %s", line, flat(p.Reply))
	}
	return o.Answer(as, line, handlerstest.Confirmed(p.Confirm))
}

// to lists what was said to somebody; "" is the group.
func (o *office) to(list []chat.Notice, name string) []string {
	var out []string
	for _, n := range list {
		if name == "" && n.To == "" || name != "" && n.To == o.People[name].ID {
			for _, one := range n.Apart() {
				out = append(out, flat(one.Message))
			}
		}
	}
	return out
}

// one is the only text of a list.
func one(t *testing.T, list []string) string {
	t.Helper()
	if len(list) != 1 {
		t.Fatalf("%d messages, want 1: %q", len(list), list)
	}
	return list[0]
}
