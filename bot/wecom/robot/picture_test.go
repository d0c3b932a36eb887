package robot

import (
	"bytes"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"marketbot/bot/wecom/wecomtest"
	"marketbot/handlers/chat"
)

// A picture lies sealed under a key of its own; one that does not open, or lies
// elsewhere than it may, is no picture.
func TestPictures(t *testing.T) {
	key := "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
	sealed := func(data []byte) []byte {
		raw, err := base64.StdEncoding.DecodeString(wecomtest.SealRaw(key, data))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	whole := bytes.Repeat([]byte("a"), chat.MaxPicture)
	lies := map[string][]byte{
		"/whole": sealed(wecomtest.Pad(whole)), "/large": sealed(wecomtest.Pad(append(whole[:chat.MaxPicture:chat.MaxPicture], 'a'))), "/endless": make([]byte, 2*chat.MaxPicture),
		"/cut": sealed(wecomtest.Pad(whole))[:100], "/empty": {}, "/badly filled": sealed(make([]byte, 32)),
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, known := lies[r.URL.Path]
		if !known {
			http.Error(w, "expired", http.StatusForbidden)
			return
		}
		_, _ = w.Write(data)
	}))
	defer server.Close()
	r := &Robot{HTTP: server.Client(), cfg: Config{URL: "ws://stand-in"}}
	for name, tt := range map[string]struct {
		at    image
		fails error
	}{
		"whole":         {image{"/whole", loose(key)}, nil},
		"key with mark": {image{"/whole", loose(key + "=")}, nil},
		"large":         {image{"/large", loose(key)}, chat.ErrLarge},
		"endless":       {image{"/endless", loose(key)}, chat.ErrLarge},
		"cut":           {image{"/cut", loose(key)}, errPicture},
		"empty":         {image{"/empty", loose(key)}, errPicture},
		"badly filled":  {image{"/badly filled", loose(key)}, errPicture},
		"no key":        {image{"/whole", ""}, errPicture},
		"short key":     {image{"/whole", "YWJj"}, errPicture},
		"expired":       {image{"/gone", loose(key)}, errors.New("HTTP 403")},
	} {
		tt.at.URL = loose(server.URL + strings.ReplaceAll(string(tt.at.URL), " ", "%20"))
		data, err := r.picture(t.Context(), tt.at)
		if tt.fails == nil && (err != nil || !bytes.Equal(data, whole)) || tt.fails != nil && (err == nil || !errors.Is(err, tt.fails) && !strings.Contains(err.Error(), tt.fails.Error())) {
			t.Errorf("%s: %d bytes, %v", name, len(data), err)
		}
	}
	r.cfg.URL = ""
	for _, at := range []string{server.URL + "/whole", "file:///etc/passwd", "gopher://x", "", "%"} {
		if _, err := r.picture(t.Context(), image{loose(at), loose(key)}); !errors.Is(err, errPicture) {
			t.Errorf("%s: %v", at, err)
		}
	}
}
