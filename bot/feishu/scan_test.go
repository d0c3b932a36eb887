package feishu

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"marketbot/bot/feishu/feishutest"
	"marketbot/bot/platform"
)

// wires answer requests without a network, by host; nil: there is none.
type wires map[string]http.Handler

func (w wires) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	h := w[r.URL.Host]
	if h == nil {
		return nil, &net.DNSError{Name: r.URL.Host, IsNotFound: true}
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec.Result(), r.Context().Err()
}

const made = `{"client_id":"cli_made","client_secret":"made-secret","user_info":{"open_id":"ou_owner","tenant_brand":"feishu"}}`

// The scan goes through whatever the platform answers: it ends with an app, or
// with what to say.
func TestScan(t *testing.T) {
	garbage := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") })
	silent := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	for _, c := range []struct {
		name     string
		accounts http.Handler
		lark     http.Handler
		took     time.Duration
		want     Scanned
		is       error  // that it ends with
		says     string // in words
	}{
		{"at once", &feishutest.Accounts{Polls: []string{made}}, nil, 0, Scanned{"cli_made", "made-secret", "ou_owner", ""}, nil, ""},
		{"pending", &feishutest.Accounts{Polls: []string{feishutest.Pending, feishutest.Pending, made}}, nil, 10 * time.Second, Scanned{"cli_made", "made-secret", "ou_owner", ""}, nil, ""},
		{"slower", &feishutest.Accounts{Polls: []string{feishutest.SlowDown, feishutest.Pending, made}}, nil, 20 * time.Second, Scanned{"cli_made", "made-secret", "ou_owner", ""}, nil, ""},
		{"an answer that says nothing", &feishutest.Accounts{Polls: []string{"{}", made}}, nil, 5 * time.Second, Scanned{"cli_made", "made-secret", "ou_owner", ""}, nil, ""},
		{"of Lark", &feishutest.Accounts{Polls: []string{feishutest.OfLark}}, &feishutest.Accounts{Polls: []string{feishutest.Pending, `{"client_id":"cli_l","client_secret":"s"}`}}, 5 * time.Second,
			Scanned{"cli_l", "s", "", "https://open.larksuite.com"}, nil, ""},
		{"denied", &feishutest.Accounts{Polls: []string{feishutest.Pending, feishutest.Denied}}, nil, 5 * time.Second, Scanned{}, platform.ErrScanRefused, ""},
		{"expired", &feishutest.Accounts{Polls: []string{feishutest.Expired}}, nil, 0, Scanned{}, platform.ErrScanExpired, ""},
		{"pending for ever", &feishutest.Accounts{Polls: []string{feishutest.Pending}}, nil, 10 * time.Minute, Scanned{}, platform.ErrScanExpired, ""},
		{"another error", &feishutest.Accounts{Polls: []string{`{"error":"server_error","error_description":"code 20094"}`}}, nil, 0, Scanned{}, nil, "server_error code 20094"},
		{"no code", &feishutest.Accounts{Begin: `{"error":"unsupported"}`}, nil, 0, Scanned{}, nil, "device_code is empty"},
		{"a link elsewhere", &feishutest.Accounts{Begin: `{"device_code":"d","verification_uri_complete":"javascript:alert(1)"}`, Polls: []string{feishutest.Pending}}, nil, 0, Scanned{}, nil, "https"},
		{"garbage", garbage, nil, 0, Scanned{}, nil, "decode"},
		{"no network", nil, nil, 0, Scanned{}, nil, "没有网址 accounts.test"},
		{"silence", silent, nil, 20 * time.Second, Scanned{}, context.DeadlineExceeded, "没有等到答复"},
	} {
		t.Run(c.name, func(t *testing.T) {
			hosts := wires{}
			if c.accounts != nil {
				hosts["accounts.test"] = c.accounts
			}
			if c.lark != nil {
				hosts["lark.test"] = c.lark
			}
			was := http.DefaultClient.Transport
			http.DefaultClient.Transport = hosts
			defer func() { http.DefaultClient.Transport = was }()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				got, err := Scan{Name: "助手", Accounts: "https://accounts.test", Lark: "https://lark.test", Show: func(string, time.Duration) {}}.Run(t.Context())
				if (err == nil) != (c.want.AppID != "") || err == nil && got != c.want || c.is != nil && !errors.Is(err, c.is) {
					t.Errorf("%+v, %v", got, err)
				}
				if err != nil && !strings.Contains(platform.Why(err)+err.Error(), c.says) {
					t.Errorf("says %v", err)
				}
				if took := time.Since(began); took != c.took {
					t.Errorf("after %v", took)
				}
			})
		})
	}
}

// The page that the code leads to proposes what the bot needs and nothing more,
// for the app that is named, and nothing is printed.
func TestScanAsksForWhatIsNeeded(t *testing.T) {
	was, stdout := http.DefaultClient.Transport, os.Stdout
	http.DefaultClient.Transport = wires{"accounts.test": &feishutest.Accounts{Polls: []string{made}}}
	defer func() { http.DefaultClient.Transport, os.Stdout = was, stdout }()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	os.Stdout = w
	var link string
	_, err = Scan{AppID: "cli_there", Name: "助手", Accounts: "https://accounts.test", Show: func(l string, lasts time.Duration) {
		if link = l; lasts != 10*time.Minute {
			t.Errorf("lasts %v", lasts)
		}
	}}.Run(t.Context())
	w.Close()
	if said, _ := io.ReadAll(r); err != nil || len(said) > 0 {
		t.Errorf("printed %q, %v", said, err)
	}
	u, err := url.Parse(link)
	if err != nil || u.Query().Get("clientID") != "cli_there" || u.Query().Get("name") != "助手" || u.Query().Get("user_code") != "AB12" {
		t.Fatalf("%s, %v", link, err)
	}
	packed, err := base64.RawURLEncoding.DecodeString(u.Query().Get("addons"))
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	var asks struct {
		Preset bool
		Scopes struct{ Tenant, User []string }
		Events struct {
			Items struct{ Tenant []string }
		}
		Callbacks struct{ Items []string }
	}
	if err := json.NewDecoder(z).Decode(&asks); err != nil {
		t.Fatal(err)
	}
	if len(asks.Scopes.Tenant) != len(needed())+2 || len(asks.Scopes.User) != 0 || len(asks.Events.Items.Tenant) != 6 || len(asks.Callbacks.Items) != 1 || asks.Preset {
		t.Errorf("%+v", asks)
	}
	t.Logf("the link is %d bytes", len(link))
}
