package platform

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"marketbot/handlers/chat"
)

// ErrPanic is of an event whose receiving panicked: to try again would not help.
var ErrPanic = errors.New("receiving an event panicked")

// Guard is receive, with a panic costing that event only.
func Guard(receive chat.Receive, log *slog.Logger) chat.Receive {
	return func(ctx context.Context, e chat.Event) (r chat.Receipt, err error) {
		defer func() {
			if p := recover(); p != nil {
				log.Error("receiving an event panicked", "event_kind", e.Kind, "event_id", e.ID, "stack", string(debug.Stack()))
				err = ErrPanic
			}
		}()
		return receive(ctx, e)
	}
}

// tolerance is how old a call of the platform may be.
const tolerance = 5 * time.Minute

// Fresh reports whether a call's timestamp, in seconds, is of now, give or take
// five minutes. It keeps recorded calls from being played again later; what is
// played again sooner is dropped by its id.
func Fresh(timestamp string, now time.Time) bool {
	at, ok := stamped(timestamp)
	return ok && now.Sub(at).Abs() <= tolerance
}

func stamped(timestamp string) (at time.Time, ok bool) {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	return time.Unix(seconds, 0), err == nil
}

// SentAt is when something was sent: the platform's time in seconds, or ours
// where it names none or one ahead.
func SentAt(seconds string, received time.Time) time.Time {
	n, err := strconv.ParseInt(seconds, 10, 64)
	at := time.Unix(n, 0)
	if err != nil || n <= 0 || at.After(received) {
		return received
	}
	return at
}

// ReadBody reads the body of a call of at most limit bytes; a status other than
// 0 refuses it.
func ReadBody(w http.ResponseWriter, r *http.Request, limit int64) (body []byte, status int) {
	var b bytes.Buffer
	b.Grow(int(min(max(r.ContentLength, 0), limit)) + bytes.MinRead)
	_, err := b.ReadFrom(http.MaxBytesReader(w, r.Body, limit))
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusBadRequest
	}
	return b.Bytes(), 0
}
