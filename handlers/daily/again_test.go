package daily

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/storetest"
)

// shaky is an area that fails until it is mended.
type shaky struct{ mended bool }

func (s *shaky) Daily(_ context.Context, _ *store.Tx, _ rulebook.Slot, roll audience.Roll) ([]Line, error) {
	if !s.mended {
		return nil, errors.New("no luck")
	}
	wang, _ := roll.Active("wang")
	return []Line{{For: roll.Only(wang), Key: "shaky/thing/1", Text: "一件事"}}, nil
}

// What failed in the morning is tried every ten minutes, said once when it
// succeeds, marked as late, and asked for no more.
func TestWhatFailedIsMadeUp(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	morning := time.Date(2026, 11, 26, 9, 13, 0, 0, zone)
	area := &shaky{}
	job := Job{Rules: rulebook.Rules{Zone: zone, Daily: rulebook.Clock{Hour: 9, Minute: 13}}, Grace: 4 * time.Hour, Areas: []Area{area}}
	db := storetest.Open(t, storetest.SQLite)
	type do = func(context.Context, *store.Tx, rulebook.Slot) ([]chat.Notice, error)
	at := func(minutes int, do do) (said []chat.Notice) {
		err := db.Update(t.Context(), func(tx *store.Tx) (err error) {
			var partly interface{ Partly() }
			if said, err = do(t.Context(), tx, rulebook.Slot{At: morning.Add(time.Duration(minutes) * time.Minute)}); errors.As(err, &partly) {
				err = nil
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return said
	}
	owing := func(minutes int, want bool) {
		t.Helper()
		at(minutes, func(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
			if got, err := job.Owing(ctx, tx, s.At); got != want || err != nil {
				t.Errorf("after %d minutes owing %t, %v", minutes, got, err)
			}
			return nil, nil
		})
	}
	at(0, func(ctx context.Context, tx *store.Tx, _ rulebook.Slot) ([]chat.Notice, error) {
		return nil, tx.People().Add(ctx, store.Person{ID: "wang", Name: "王芳", Post: store.MarketingDirector, Since: morning.AddDate(0, 0, -1)})
	})
	if said := at(0, job.Run); len(said) > 0 {
		t.Errorf("said %+v though the area failed", said)
	}
	owing(9, false)
	owing(10, true)
	if said := at(10, job.MakeUp); len(said) > 0 {
		t.Errorf("said %+v though the area failed again", said)
	}
	owing(19, false)
	owing(20, true)
	area.mended = true
	if said := at(20, job.MakeUp); len(said) != 1 || said[0].To != "wang" || !strings.Contains(saidIn(said[0].Message), "一件事") || !strings.Contains(saidIn(said[0].Message), madeUp) {
		t.Errorf("said %+v", said)
	}
	owing(60, false)
}

// saidIn is what a message says.
func saidIn(m chat.Message) string {
	if m.Card == nil {
		return m.Text
	}
	all := m.Card.Title
	for _, b := range m.Card.Blocks {
		all += "\n" + b.Text
	}
	return all
}
