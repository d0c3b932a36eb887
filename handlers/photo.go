package handlers

import (
	"context"
	"errors"

	"marketbot/handlers/chat"
	"marketbot/handlers/photo"
	"marketbot/store"
)

// maxPhotos is how many pictures are fetched and unpacked at a time.
const maxPhotos = 2

// photograph is what came of the picture that an event brought.
type photograph struct {
	kept  []byte // fit to be kept; nil: none
	unfit string // why there is none, for people; empty: no picture came
	tried bool   // a command got it
	taken bool   // and went through
}

// What people hear of a picture that is not kept.
const (
	publicPhoto    = "照片请私聊发给我，群里的不收，也没有留。"
	largePhoto     = "照片超过 5 MB，没有收。发送时不要勾「原图」，再发一次。"
	lostPhoto      = "照片没取到，没有收，请再发一次。"
	deniedPhoto    = "应用没有取照片的权限，照片没有收。请找管理员运行 marketbot check，按写的补上权限。"
	refusedPhoto   = "照片也没有收。"
	pointlessPhoto = "照片没有收：跟着「到场」发，或者报了到场再单独发，才作凭证。"
)

// photo fetches the picture of an event and makes it fit to be kept: outside any
// transaction, as both take their time. Nothing is fetched from a group, or of
// somebody who is nobody here.
func (d *Desk) photo(ctx context.Context, e chat.Event) photograph {
	switch {
	case e.Fetch == nil:
		return photograph{}
	case e.Chat.Group:
		return photograph{unfit: publicPhoto}
	}
	select {
	case d.photos <- struct{}{}:
		defer func() { <-d.photos }()
	case <-ctx.Done():
		return photograph{unfit: lostPhoto}
	}
	known, err := d.knows(ctx, e.From)
	if err != nil || !known { // which is answered, or noticed, in the transaction
		return photograph{unfit: lostPhoto}
	}
	data, err := e.Fetch(ctx)
	switch {
	case errors.Is(err, chat.ErrLarge) || len(data) > chat.MaxPicture:
		return photograph{unfit: largePhoto}
	case err != nil:
		d.o.Log.Warn("a picture could not be fetched", "platform", e.Platform(), "event_id", e.ID, "error", err)
		if errors.Is(err, chat.ErrDenied) {
			return photograph{unfit: deniedPhoto}
		}
		return photograph{unfit: lostPhoto}
	}
	kept, err := photo.Clean(data)
	if err != nil {
		return photograph{unfit: err.Error() + "没有收。"}
	}
	return photograph{kept: kept}
}

// knows reports whether an account is a person's.
func (d *Desk) knows(ctx context.Context, a chat.Account) (known bool, err error) {
	err = d.o.DB.View(ctx, func(tx *store.Tx) error {
		caller, err := tx.Accounts().Caller(ctx, a.Platform, a.ID)
		known = caller.Person.ID != ""
		return err
	})
	return known, err
}

// unkept is what is to be said of a picture that came with words, and that nothing
// took; empty: there is none.
func (t *turn) unkept() string {
	switch {
	case t.event.Kind != chat.Text || t.event.Fetch == nil || t.person.ID == "" || t.photo.taken:
		return ""
	case t.photo.unfit != "":
		return t.photo.unfit
	case t.photo.tried:
		return refusedPhoto
	}
	return pointlessPhoto
}
