package platform

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// However much a platform answers, little of it is read: nor of what is packed
// a thousandfold.
func TestBounded(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var out io.Writer = w
		if r.URL.Path == "/bomb" {
			w.Header().Set("Content-Encoding", "gzip")
			packed := gzip.NewWriter(w)
			defer packed.Close()
			out = packed
		}
		for part := strings.Repeat("a", 1<<20); r.URL.Path != "/short"; {
			if _, err := io.WriteString(out, part); err != nil {
				return
			}
		}
		_, _ = io.WriteString(out, `{"code":0}`)
	}))
	defer server.Close()
	client := &http.Client{Transport: Bounded(http.DefaultTransport.(*http.Transport).Clone())}
	defer client.CloseIdleConnections()
	for path, want := range map[string]int{"/short": len(`{"code":0}`), "/endless": maxAnswer, "/bomb": maxAnswer} {
		resp, err := client.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		if resp.Body.Close(); err != nil || len(text) != want {
			t.Errorf("%s: %d bytes were read, %v", path, len(text), err)
		}
	}
}
