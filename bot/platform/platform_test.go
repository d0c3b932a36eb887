package platform

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marketbot/handlers/chat"
)

// Every wait is between half and all of what doubles from the first to the
// last, however long it goes on, and begins anew after a reset.
func TestBackoff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := time.Duration(rapid.IntRange(1, 10_000).Draw(t, "first")) * time.Millisecond
		last := first * time.Duration(rapid.IntRange(1, 1000).Draw(t, "times"))
		b := Backoff(first, last)
		for range 2 {
			whole := first
			for i := range 80 {
				got := b.NextBackOff()
				if least := whole / 2; got < least-time.Microsecond || got > whole+time.Microsecond {
					t.Fatalf("wait %d is %v, want %v to %v", i, got, least, whole)
				}
				whole = min(2*whole, last)
			}
			b.Reset()
		}
	})
}

func TestSentAtAndFresh(t *testing.T) {
	now := time.Unix(1_795_694_400, 0)
	for _, tt := range []struct {
		stamp string
		sent  time.Time
		fresh bool
	}{
		{"1795694400", now, true},
		{"1795694100", now.Add(-5 * time.Minute), true},
		{"1795694099", now.Add(-301 * time.Second), false},
		{"1795694700", now, true}, // ahead: our time
		{"1795694701", now, false},
		{"0", now, false},
		{"-5", now, false},
		{"", now, false},
		{"1e9", now, false},
	} {
		if got := SentAt(tt.stamp, now); !got.Equal(tt.sent) {
			t.Errorf("SentAt(%q) = %v, want %v", tt.stamp, got, tt.sent)
		}
		if got := Fresh(tt.stamp, now); got != tt.fresh {
			t.Errorf("Fresh(%q) = %v", tt.stamp, got)
		}
	}
}

// A panic costs its event only, and says so.
func TestGuard(t *testing.T) {
	receive := Guard(func(_ context.Context, e chat.Event) (chat.Receipt, error) {
		if e.ID == "bad" {
			panic("boom")
		}
		return chat.Receipt{OK: true}, nil
	}, slog.New(slog.DiscardHandler))
	if _, err := receive(t.Context(), chat.Event{ID: "bad"}); !errors.Is(err, ErrPanic) {
		t.Errorf("a panic gives %v", err)
	}
	if r, err := receive(t.Context(), chat.Event{ID: "good"}); err != nil || !r.OK {
		t.Errorf("got %+v, %v", r, err)
	}
}
