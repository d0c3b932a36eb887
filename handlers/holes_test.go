package handlers

import (
	"context"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/report"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/handlers/trip"
)

// An area with a hole in it is refused at start, by the name of the hole.
func TestAreasHaveNoHoles(t *testing.T) {
	rules := rulebook.Rules{Zone: time.UTC, Calendar: &rulebook.Calendar{}}
	health := func(context.Context) []chat.Finding { return nil }
	members := func(context.Context, chat.Address) ([]chat.Member, error) { return nil, nil }
	for _, c := range []struct {
		area command.Area
		want string // empty: it is whole
	}{
		{&trip.Handler{Rules: rules}, ""},
		{trip.Handler{Rules: rules}, ""},
		{&report.Handler{Rules: rules}, ""},
		{&staff.Handler{Rules: rules, Health: health, Members: members}, ""},
		{&staff.Handler{Rules: rules, Health: health}, "staff.Handler.Members is missing"},
		{&staff.Handler{Rules: rules}, "staff.Handler.Health is missing"},
		{&trip.Handler{Rules: rulebook.Rules{Zone: time.UTC}}, "trip.Handler.Rules.Calendar is missing"},
		{&trip.Handler{}, "trip.Handler.Rules.Zone is missing"},
		{(*trip.Handler)(nil), "*trip.Handler is missing"},
		{nil, "area 1 is missing"},
	} {
		_, err := NewDesk(Options{Areas: []command.Area{c.area}})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%T: %v, want %q", c.area, err, c.want)
		}
	}
}
