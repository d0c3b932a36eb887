package outbox_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/scheduler/schedulertest"
	"marketbot/store"
)

// What came of a card is shown in the place of all that are about it, and nowhere
// else; what the platform will not change stays as it was, and nobody hears of it.
func TestChangedCards(t *testing.T) {
	refused := errors.New("refused")
	for name, tt := range map[string]struct {
		fail   *chat.SendError
		secret bool
		after  time.Duration
		want   []string // that a is shown
		dead   int
	}{
		"changed":           {nil, false, 0, []string{"A1\n已批准", "B2\n[好:批准 B2]"}, 0},
		"changed later":     {&chat.SendError{Failure: chat.Busy, Err: refused}, false, 0, []string{"A1\n已批准", "B2\n[好:批准 B2]"}, 0},
		"perhaps":           {&chat.SendError{Failure: chat.Uncertain, Err: refused}, false, 0, []string{"A1\n已批准", "B2\n[好:批准 B2]"}, 0},
		"refused":           {&chat.SendError{Failure: chat.BadContent, Code: 230031, Err: refused}, false, 0, []string{"A1\n[好:批准 A1]", "B2\n[好:批准 B2]"}, 2},
		"nobody knows why":  {&chat.SendError{Failure: chat.Unknown, Code: 7, Err: refused}, false, 0, []string{"A1\n[好:批准 A1]", "B2\n[好:批准 B2]"}, 2},
		"two weeks old":     {nil, false, 15 * 24 * time.Hour, []string{"A1\n[好:批准 A1]", "B2\n[好:批准 B2]"}, 0},
		"the reader is not": {nil, true, 0, []string{"A1\n[好:批准 A1]", "B2\n[好:批准 B2]"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			now := schedulertest.Moment(t, "2026-11-24 09:00")
			o := schedulertest.NewOffice(t, func() time.Time { return now })
			for _, code := range []string{"A1", "B2"} {
				for _, to := range []string{"a", "b"} {
					o.Owe(to, store.ClassAlarm, chat.Message{About: code, Card: &chat.Card{Title: code, Buttons: []chat.Button{{Label: "好", Command: "批准 " + code}}}})
				}
			}
			o.Flush()
			now = now.Add(tt.after)
			used := chat.Card{Title: "A1"}.Used("已批准")
			o.Do(func(ctx context.Context, tx *store.Tx) error {
				n := chat.Notice{Message: chat.Message{About: "A1", Card: &used, Secrecy: chat.Secrecy{Confidential: tt.secret}}}
				return o.Post.Notices(ctx, tx, []chat.Notice{n, n}, store.ClassAlarm, now)
			})
			if tt.fail != nil {
				o.Phone.Fail = func(chat.Address, chat.Message, int) error { return tt.fail }
			}
			o.Flush()
			o.Phone.Fail = nil
			now = now.Add(time.Minute)
			o.Flush()
			if got := o.Phone.Told("a"); !slices.Equal(got, tt.want) {
				t.Errorf("a is shown %q, want %q", got, tt.want)
			}
			if told := o.Phone.Told("wang"); len(told) > 0 {
				t.Errorf("the administrator hears %q", told)
			}
			if q := o.Queue(); q.Waiting != 0 || q.Dead != tt.dead {
				t.Errorf("queue %+v, want %d dead", q, tt.dead)
			}
		})
	}
}
