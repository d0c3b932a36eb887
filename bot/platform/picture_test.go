package platform

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"marketbot/handlers/chat"
)

// A picture is read as far as one may be, whether its size is told or not; what is
// told in JSON or by a status is a refusal, of which little is read.
func TestReadPicture(t *testing.T) {
	large := strings.Repeat("a", chat.MaxPicture)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := map[string]string{"/whole": large, "/told": large + "a", "/untold": large + "a", "/refused": `{"code":1}`, "/page": strings.Repeat("b", 3<<20)}[r.URL.Path]
		switch r.URL.Path {
		case "/told":
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		case "/refused":
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
		case "/page":
			w.WriteHeader(http.StatusBadGateway)
		case "/moved":
			http.Redirect(w, r, "/whole", http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, body)
	}))
	defer server.Close()
	client := Pictures(&http.Client{Transport: Bounded(http.DefaultTransport.(*http.Transport).Clone())})
	defer client.CloseIdleConnections()
	for path, want := range map[string]struct {
		size int
		err  error
	}{"/whole": {len(large), nil}, "/told": {0, chat.ErrLarge}, "/untold": {0, chat.ErrLarge}, "/refused": {0, ErrNoPicture}, "/page": {0, ErrNoPicture}, "/moved": {0, ErrNoPicture}} {
		resp, err := client.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		data, refused, err := ReadPicture(resp, 0)
		resp.Body.Close()
		if len(data) != want.size || !errors.Is(err, want.err) || len(refused) > maxAnswer+1 || path == "/refused" && string(refused) != `{"code":1}` {
			t.Errorf("%s: %d bytes, refused %d, %v", path, len(data), len(refused), err)
		}
	}
}
