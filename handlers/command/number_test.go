package command

import (
	"context"
	"errors"
	"testing"
	"time"

	"marketbot/store"
)

// ticket is a numbered thing.
type ticket struct {
	ended  *Ended
	hidden bool
}

var errLost = errors.New("lost")

func tickets() Numbered[ticket] {
	at := time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC)
	all := map[string]ticket{
		"T1": {}, "T2": {ended: &Ended{As: "申请人", At: at, How: "撤回"}}, "T3": {ended: &Ended{At: at, How: "失效"}}, "T4": {hidden: true},
	}
	return Numbered[ticket]{
		What: "票", List: "票", Letter: "T", Clause: "会-1",
		At: func(ticket) time.Time { return at },
		Find: func(_ context.Context, _ *store.Tx, code string) (ticket, bool, error) {
			if code == "T9" {
				return ticket{}, false, errLost
			}
			one, found := all[code]
			return one, found, nil
		},
		End: func(t ticket, _ time.Time) *Ended { return t.ended },
	}
}

func TestNumbered(t *testing.T) {
	spec := &Spec{Name: "看票", Args: []Arg{{Name: "编号", Kind: Word}}}
	seen := func(t ticket) bool { return !t.hidden }
	for _, c := range []struct {
		typed, refused, happened string
		may                      func(ticket) bool
	}{
		{"T1", "", "", nil},
		{"#ｔ１", "", "", seen},
		{"＃１", "", "", nil},
		{"t-01", "", "", nil},
		{"K1", "没有票「K1」。", "", nil},
		{"T2", "", "票 T2 已由申请人于 11月27日 周五 10:00 撤回", nil},
		{"t3", "", "票 T3 已于 11月27日 周五 10:00 失效", seen},
		{"T4", "", "", nil},
		{"T4", "没有你能看的票「T4」。", "", seen},
		{"T5", "没有你能看的票「T5」。", "", seen},
		{"T5", "没有票「T5」。", "", nil},
		{"南湖酒店", "没有票「南湖酒店」。", "", nil},
	} {
		call := NewCall(Call{Spec: spec, Now: time.Date(2026, 11, 27, 12, 0, 0, 0, time.FixedZone("", 8*3600))}, map[string]any{"编号": c.typed})
		got, err := tickets().Get(t.Context(), call, "编号", c.may)
		var no *Refusal
		switch {
		case errors.As(err, &no):
			if no.Text != c.refused || no.Hint != "票" || no.Clause != "会-1" {
				t.Errorf("%s: refused %+v, want %q", c.typed, no, c.refused)
			}
			continue
		case err != nil || c.refused != "":
			t.Errorf("%s: %v, want refusal %q", c.typed, err, c.refused)
			continue
		}
		if said, err := tickets().Happened(t.Context(), call, CodeIn("T", c.typed), got); err != nil || said != c.happened {
			t.Errorf("%s: %q, %v; want %q", c.typed, said, err, c.happened)
		}
	}
	call := NewCall(Call{Spec: spec}, map[string]any{"编号": "T9"})
	if _, err := tickets().Get(t.Context(), call, "编号", nil); !errors.Is(err, errLost) {
		t.Errorf("a fault of the store became %v", err)
	}
}
