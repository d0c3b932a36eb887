package feishu

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"marketbot/handlers/chat"
)

// An answer that never ends is read no further than it could be one, whoever of
// us or of the SDK reads it.
func TestEndlessAnswers(t *testing.T) {
	var told atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/tenant_access_token/internal") {
			_, _ = io.WriteString(w, `{"code":0,"tenant_access_token":"t","expire":7200}`)
			return
		}
		_, _ = io.WriteString(w, `{"code":0,"msg":"`)
		for part := strings.Repeat("a", 1<<20); told.Load() < 64<<20; told.Add(1 << 20) {
			if _, err := io.WriteString(w, part); err != nil {
				return
			}
		}
	}))
	defer server.Close()
	a, err := New(Config{AppID: "cli_x", AppSecret: "s", BaseURL: server.URL}, nil, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer a.http.CloseIdleConnections()
	payload, err := a.Render(t.Context(), chat.Address{Platform: Name, ID: "ou_x"}, chat.Message{Text: "好"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for what, call := range map[string]func() error{
		"name":     func() error { _, err := a.PersonName(t.Context(), "ou_x"); return err },
		"send":     func() error { return a.Send(t.Context(), chat.Address{Platform: Name, ID: "ou_x"}, payload, "key") },
		"endpoint": func() error { return a.askEndpoint(t.Context()) },
	} {
		told.Store(0)
		if err := call(); err == nil || told.Load() > 16<<20 {
			t.Errorf("%s: %v after %d bytes", what, err, told.Load())
		}
	}
}
