package wecom

import (
	"bytes"
	"errors"
	"testing"

	"marketbot/bot/platform/platformtest"
	"marketbot/bot/wecom/wecomtest"
	"marketbot/handlers/chat"
)

// What is sent to the app is fetched by its id, also after a token was revoked; what
// goes wrong is told.
func TestPicturesOfTheApp(t *testing.T) {
	const path = "/cgi-bin/media/get"
	whole := bytes.Repeat([]byte("a"), chat.MaxPicture)
	large := append([]byte("a"), whole...)
	for name, tt := range map[string]struct {
		data  []byte
		spoil func(*firm)
		fails bool
	}{
		"whole":     {data: whole},
		"revoked":   {data: whole, spoil: func(f *firm) { f.Revoke() }},
		"too large": {data: large, fails: true},
		"broken":    {data: whole, spoil: func(f *firm) { f.Fail(path, 9, wecomtest.Broken) }, fails: true},
		"hollow":    {data: whole, spoil: func(f *firm) { f.Fail(path, 9, wecomtest.Hollow) }, fails: true},
		"gone":      {data: whole, spoil: func(f *firm) { f.Fail(path, 9, wecomtest.Refuse(40007, "invalid media_id")) }, fails: true},
		"lost":      {data: whole, spoil: func(f *firm) { f.Fail(path, 9, platformtest.LostAnswer) }, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFirm(t, nil, nil)
			if _, err := f.PersonName(t.Context(), wangID); err != nil { // with a token that is good so far
				t.Fatal(err)
			}
			if tt.spoil != nil {
				tt.spoil(f)
			}
			f.Picture(wangID, tt.data)
			all := f.events.Events()
			if len(all) != 1 || all[0].Kind != chat.Picture || all[0].Fetch == nil {
				t.Fatalf("%+v", all)
			}
			data, err := all[0].Fetch(t.Context())
			if (err != nil) != tt.fails || !tt.fails && !bytes.Equal(data, tt.data) || name == "too large" && !errors.Is(err, chat.ErrLarge) {
				t.Errorf("%d bytes, %v", len(data), err)
			}
		})
	}
}
