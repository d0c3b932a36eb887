package storetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketbot/store"
)

// AnActivity is an activity with every field filled, number n.
func AnActivity(n int, words string) store.Activity {
	ends := time.Date(2026, 12, 5, 9, 0, 0, 0, time.UTC)
	return store.Activity{
		Code: fmt.Sprint("H", n), State: store.ActivityReviewed, First: "2026-12-05", Last: "2026-12-06", Ends: ends.Local(),
		Kind: store.Promotion, Name: words, Timed: true, From: 14 * time.Hour, To: 17 * time.Hour, Place: words, Content: words, Effect: words,
		Budgeted: true, Budget: 2_000_000, Customers: []string{"K1", "K2"}, Contract: "ZYX-001", Maker: "li", Made: ends.Local(), Moved: 1, Was: "2026-12-01",
		People: []store.Participant{
			{Person: "p", Task: words, Answer: store.Cannot, Why: words, Came: store.Absent, Excuse: words},
			{Person: "q", Answer: store.Can, Came: store.Recorded, At: ends.Local()},
		},
		Outcome: words, Spent: true, Cost: 2_345_678, Lesson: words, Lack: words, Over: words, Reviewer: "p",
	}
}

// WriteActivity stores s as every text of activity i, and changes its state.
func WriteActivity(ctx context.Context, tx *store.Tx, i int, s string) error {
	now := time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)
	was := AnActivity(i, s)
	if err := tx.Activities().Add(ctx, was, store.ActivityAct{ID: tx.NewID(now), At: now, By: "p", Act: "活动 新增", Words: s}); err != nil {
		return err
	}
	was.Version = 1
	is := was
	is.State = store.ActivityCancelled
	ok, err := tx.Activities().Save(ctx, was, is, store.ActivityAct{ID: tx.NewID(now), At: now, By: "p", Act: "活动 取消", Words: s})
	if err == nil && !ok {
		err = errors.New("not saved")
	}
	return err
}

// ReadActivity reads back what WriteActivity stored.
func ReadActivity(ctx context.Context, tx *store.Tx, i int, got map[string]string) error {
	a, _, err := tx.Activities().Get(ctx, fmt.Sprint("H", i))
	if err != nil {
		return err
	}
	acts, err := tx.Activities().Acts(ctx, a)
	if err != nil || len(acts) != 2 || len(a.People) != 2 {
		return fmt.Errorf("%+v, acts %+v, %w", a, acts, err)
	}
	got["name"], got["place"], got["content"], got["expected"] = a.Name, a.Place, a.Content, a.Effect
	got["outcome"], got["lesson"], got["lack"], got["why it cost more"] = a.Outcome, a.Lesson, a.Lack, a.Over
	got["task"], got["why not"], got["excuse"] = a.People[0].Task, a.People[0].Why, a.People[0].Excuse
	got["name before"], got["words of an act"] = acts[1].Was.Name, acts[1].Words
	return nil
}

// WritePhoto stores a photo whose content is a text; i tells texts apart.
func WritePhoto(ctx context.Context, tx *store.Tx, i int, s string) error {
	now := time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)
	return tx.Photos().Add(ctx, store.Photo{ID: fmt.Sprint("photo", i), Activity: fmt.Sprint("H", i), Person: "p", At: now, Content: []byte(s)})
}

// ReadPhoto reads back what WritePhoto stored.
func ReadPhoto(ctx context.Context, tx *store.Tx, i int, got map[string]string) error {
	p, _, err := tx.Photos().Get(ctx, fmt.Sprint("photo", i))
	got["photo"] = string(p.Content)
	return err
}
