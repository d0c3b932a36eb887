package robot

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"marketbot/bot/platform"
)

// maker is where WeCom makes robots: it answers the first call with begin and
// each that asks what became of it with the next of polls, then with the last.
type maker struct {
	begin string
	polls []string
	asked []string
}

func (m *maker) RoundTrip(r *http.Request) (*http.Response, error) {
	m.asked = append(m.asked, r.URL.String())
	text := m.begin
	if strings.Contains(r.URL.Path, "query") {
		text = m.polls[0]
		if len(m.polls) > 1 {
			m.polls = m.polls[1:]
		}
	}
	if text == "" {
		return nil, &net.DNSError{Name: r.URL.Host, IsNotFound: true}
	}
	rec := httptest.NewRecorder()
	io.WriteString(rec, text)
	return rec.Result(), nil
}

func TestScan(t *testing.T) {
	const begin = `{"data":{"scode":"hush-code","auth_url":"https://work.weixin.qq.com/ai/qc/gen?scode=hush-code"}}`
	status := func(s string) string { return fmt.Sprintf(`{"data":{"status":%q}}`, s) }
	const success = `{"data":{"status":"success","bot_info":{"botid":"aib1","secret":"bot-secret"}}}`
	for _, c := range []struct {
		name  string
		begin string
		polls []string
		took  time.Duration
		is    error
		says  string // of the error; empty: it goes well
	}{
		{"at once", begin, []string{success}, 3 * time.Second, nil, ""},
		{"waits, scanned, agreed", begin, []string{status("wait"), status("scaned"), success}, 9 * time.Second, nil, ""},
		{"a status nobody knows", begin, []string{status("thinking"), success}, 6 * time.Second, nil, ""},
		{"the network comes back", begin, []string{"", "", success}, 9 * time.Second, nil, ""},
		{"the network stays away", begin, []string{""}, 9 * time.Second, nil, "work.weixin.qq.com"},
		{"expired", begin, []string{status("wait"), status("expired")}, 6 * time.Second, platform.ErrScanExpired, "in time"},
		{"for ever", begin, []string{status("wait")}, 5 * time.Minute, platform.ErrScanExpired, "in time"},
		{"no robot in the answer", begin, []string{`{"data":{"status":"success","bot_info":{}}}`}, 3 * time.Second, nil, "API 配置"},
		{"refused", `{"errcode":40001}`, []string{""}, 0, nil, "40001"},
		{"garbage", "<html>", []string{""}, 0, nil, "no JSON"},
		{"a link elsewhere", `{"data":{"scode":"x","auth_url":"https://evil.example/"}}`, []string{""}, 0, nil, "不是"},
		{"a link without a lock", `{"data":{"scode":"x","auth_url":"http://work.weixin.qq.com/"}}`, []string{""}, 0, nil, "不是"},
		{"nothing", `{}`, []string{""}, 0, nil, "没有给"},
		{"no network", "", []string{""}, 0, nil, "lookup work.weixin.qq.com"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &maker{begin: c.begin, polls: c.polls}
				began := time.Now()
				got, err := Scan{Client: &http.Client{Transport: m}, Show: func(string, time.Duration) {}}.Run(t.Context())
				if c.says == "" && (err != nil || got != Scanned{"aib1", "bot-secret"}) {
					t.Errorf("%+v, %v", got, err)
				}
				if c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) || c.is != nil && !errors.Is(err, c.is) {
					t.Errorf("%v", err)
				}
				if err != nil && strings.Contains(err.Error(), "hush") {
					t.Errorf("a secret: %v", err)
				}
				if took := time.Since(began); took != c.took {
					t.Errorf("after %v", took)
				}
				if !strings.HasPrefix(m.asked[0], "https://work.weixin.qq.com/ai/qc/generate?") || !strings.Contains(m.asked[0], "source=marketbot") {
					t.Errorf("asked %s", m.asked[0])
				}
			})
		})
	}
}
