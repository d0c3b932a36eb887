package staff

import (
	"context"
	"testing"

	"marketbot/store"
)

// A reason of leave is wiped when its time is over; that somebody was away stays.
func TestOldReasonsOfLeaveAreForgotten(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", "请假 11-26~11-27 看病")
	left := func(at string) (leave store.Leave) {
		o.Clock(at)
		o.Job(o.h.Forget, store.Week{})
		o.Update(func(ctx context.Context, tx *store.Tx) error {
			list, err := tx.Leaves().Of(ctx, o.People["张伟"].ID, "2026-11-26")
			if len(list) == 1 {
				leave = list[0]
			}
			return err
		})
		return leave
	}
	if got := left("2027-11-28 03:41"); got.Reason != "看病" {
		t.Errorf("forgotten too early: %+v", got)
	}
	if got := left("2027-11-29 03:41"); got.Reason != "" || got.Last != "2026-11-27" {
		t.Errorf("kept %+v", got)
	}
}
