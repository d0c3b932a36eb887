package report

import (
	"testing"

	"marketbot/handlers/chat"
)

func TestOnTime(t *testing.T) {
	for _, tt := range []struct {
		handed, late, missing int
		want                  int64
	}{{0, 0, 0, chat.NoValue}, {3, 0, 0, 1000}, {2, 1, 0, 667}, {1, 1, 1, 333}, {0, 0, 4, 0}, {1, 15, 0, 63}} {
		var s sheet
		for state, n := range map[state]int{handedIn: tt.handed, late: tt.late, missing: tt.missing, onLeave: 2, freed: 1} {
			for range n {
				s.entries = append(s.entries, entry{state: state})
			}
		}
		if got := s.onTime(); got != tt.want {
			t.Errorf("%+v is %d", tt, got)
		}
	}
}

// The picture goes with the director's draft and preview and to the general
// manager, and names nobody; weeks before anybody handed in are left out.
func TestTrendOfTheConsolidatedReport(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", full)
	o.Clock("2026-11-27 12:10")
	o.Say("刘洋", full)
	o.Clock("2026-12-04 11:00")
	o.Say("张伟", full)
	o.Clock("2026-12-04 14:00")
	for _, line := range []string{"汇总", "上报"} {
		a := o.Say("王芳", line)
		wants(t, a, "周报按时提交率", "第48周：33.3%\n第49周：33.3%\n截至 12月4日 周五 14:00", "!第47周")
	}
}
