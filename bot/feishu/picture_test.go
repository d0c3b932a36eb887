package feishu

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"marketbot/bot/feishu/feishutest"
	"marketbot/bot/platform/platformtest"
	"marketbot/handlers/chat"
)

// A picture is fetched whole, alone or beside words, also after a token was revoked;
// what goes wrong is told.
func TestPictures(t *testing.T) {
	const path = "/open-apis/im/v1/messages/"
	large := bytes.Repeat([]byte("a"), chat.MaxPicture+1)
	for name, tt := range map[string]struct {
		data  []byte
		words string
		spoil func(*world)
		kind  chat.Kind
		fails error
	}{
		"alone":          {data: large[1:], kind: chat.Picture},
		"beside words":   {data: []byte("picture"), words: "到场 H3", kind: chat.Text},
		"revoked":        {data: []byte("picture"), spoil: func(w *world) { w.Revoke() }, kind: chat.Picture},
		"too large":      {data: large, kind: chat.Picture, fails: chat.ErrLarge},
		"broken":         {data: large[1:], spoil: func(w *world) { w.Fail(path, 9, feishutest.Broken) }, kind: chat.Picture, fails: errAny},
		"a page":         {data: large[1:], spoil: func(w *world) { w.Fail(path, 9, feishutest.Page) }, kind: chat.Picture},
		"hollow":         {data: large[1:], spoil: func(w *world) { w.Fail(path, 9, feishutest.Hollow) }, kind: chat.Picture, fails: errAny},
		"without a code": {data: large[1:], spoil: func(w *world) { w.Fail(path, 9, feishutest.Codeless) }, kind: chat.Picture, fails: errAny},
		"not allowed":    {data: large[1:], spoil: func(w *world) { w.Fail(path, 9, feishutest.Refuse(234009, "no")) }, kind: chat.Picture, fails: errAny},
		"without scope":  {data: large[1:], spoil: func(w *world) { w.App.Scopes = nil }, kind: chat.Picture, fails: chat.ErrDenied},
		"lost":           {data: large[1:], spoil: func(w *world) { w.Fail(path, 9, platformtest.LostAnswer) }, kind: chat.Picture, fails: errAny},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, asWebhook, nil).run()
			if tt.spoil != nil {
				if _, err := w.PersonName(t.Context(), wang); err != nil { // with a token that is good so far
					t.Fatal(err)
				}
				tt.spoil(w)
			}
			w.Picture(wang, "", tt.data, tt.words)
			all := w.events.Events()
			if len(all) != 1 || all[0].Kind != tt.kind || all[0].Text != tt.words+map[bool]string{true: "\n"}[tt.words != ""] || all[0].Fetch == nil {
				t.Fatalf("%+v", all)
			}
			data, err := all[0].Fetch(t.Context())
			switch {
			case tt.fails == nil && (err != nil || name != "a page" && !bytes.Equal(data, tt.data)):
				t.Errorf("%d bytes, %v", len(data), err)
			case tt.fails != nil && (err == nil || len(data) > 0 || tt.fails != errAny && !errors.Is(err, tt.fails)):
				t.Errorf("%d bytes, %v", len(data), err)
			}
		})
	}
}

var errAny = errors.New("whatever")

// The platform waits three seconds for its answer: what comes of a picture is not
// given up with its call.
func TestAPictureOutlivesThePlatformsCall(t *testing.T) {
	gone := make(chan error, 1)
	w := newWorld(t, asWebhook, func(ctx context.Context, e chat.Event) (chat.Receipt, error) {
		gone <- ctx.Err()
		return chat.Receipt{OK: true}, nil
	})
	v := envelope{app: w.App.ID, kind: typeMessage, id: "ev", message: "om_said_1", person: wang, personKind: "user", chatType: "p2p", contentType: "image", content: `{"image_key":"k"}`}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.take(ctx, &v); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-gone:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("nobody heard")
	}
}
