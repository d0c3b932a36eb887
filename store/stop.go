package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// Stop ends a person's registration: their accounts open nothing any
// more, their codes are void, their name is free, and what they were let read
// ends for ever, whether or not they come back (档-6). History stays.
func (q People) Stop(ctx context.Context, person string, at time.Time) error {
	if err := q.set(ctx, "stop person", `UPDATE person SET until = $2, notice = '', notice_ends = 0 WHERE id = $1 AND until = 0`, person, engine.Millis(at)); err != nil {
		return err
	}
	list, err := q.held(ctx, "what somebody holds", `person = $1 AND until = 0`, person)
	if err == nil {
		err = q.endHeld(ctx, "end tenure", list, at)
	}
	if err != nil {
		return err
	}
	if err := Grants(q).endOf(ctx, person, at); err != nil {
		return err
	}
	if err := Changes(q).withdrawOf(ctx, person, at); err != nil {
		return err
	}
	return Codes(q).Void(ctx, person)
}
