package activity

import (
	"bytes"
	"context"
	"testing"

	"marketbot/handlers/handlerstest"
	"marketbot/store"
)

// A photo is wiped with the places of that time; that it was sent stays, and it is
// counted no more.
func TestOldPhotosAreForgotten(t *testing.T) {
	h := Handler{Rules: handlerstest.Rules(t)}
	o := handlerstest.New(t, h, "2026-11-26 12:00")
	var old, young string
	add := func() (id string) {
		o.Update(func(ctx context.Context, tx *store.Tx) error {
			id = tx.NewID(o.Now)
			return tx.Photos().Add(ctx, store.Photo{ID: id, Activity: "H1", Person: o.People["张伟"].ID, At: o.Now, Content: []byte("jpeg")})
		})
		return id
	}
	old = add()
	o.Clock("2026-11-27 00:00")
	young = add()
	o.Clock("2027-11-28 03:37")
	if list := o.Job(h.Forget, store.Week{}); len(list) != 0 {
		t.Error(list)
	}
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		if _, found, err := tx.Photos().Get(ctx, old); found || err != nil {
			t.Errorf("the old one: %v, %v", found, err)
		}
		p, found, err := tx.Photos().Get(ctx, young)
		if !found || err != nil || !bytes.Equal(p.Content, []byte("jpeg")) {
			t.Errorf("the young one: %+v, %v, %v", p, found, err)
		}
		list, err := tx.Photos().Of(ctx, "H1")
		if len(list) != 1 {
			t.Errorf("%+v", list)
		}
		return err
	})
}
