package main

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"marketbot/bot/feishu"
	"marketbot/bot/feishu/feishutest"
)

// Calls that are refused are answered alike, whatever is wrong with them, and
// the administrator sees each reason: in /metrics, in 自检 and in the log.
func TestRefusedCallsAreTold(t *testing.T) {
	s := newSite(t)
	key := s.feishu.App.EncryptKey
	s.cfg.Feishu.Receive, s.cfg.Feishu.EncryptKey, s.cfg.Feishu.VerificationToken = feishu.Webhook, key, s.feishu.App.VerificationToken
	s.feishu.Webhook("http://" + s.cfg.Listen + feishu.Path)
	s.start()
	defer s.end()
	code := regexp.MustCompile(`绑定 (\S+)`).FindStringSubmatch(s.out.String())
	s.feishu.Say("ou_wang", "", "绑定 "+code[1])
	answers := map[string]int{}
	for _, c := range []struct {
		key string
		at  time.Time
	}{{"guessed", time.Now()}, {key, time.Now().Add(-7 * time.Minute)}, {key, time.Now().Add(7 * time.Minute)}, {"", time.Time{}}} {
		body := feishutest.Seal(key, []byte(`{"schema":"2.0"}`))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.cfg.Listen+feishu.Path, strings.NewReader(string(body)))
		if err != nil {
			t.Fatal(err)
		}
		if c.key != "" {
			feishutest.Sign(req.Header, c.key, c.at, body)
		}
		resp, err := s.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		answers[resp.Status]++
	}
	if len(answers) != 1 || answers["401 Unauthorized"] != 4 {
		t.Errorf("the answers differ: %v", answers)
	}
	_, metrics := s.get("/metrics")
	for _, want := range []string{
		`marketbot_callbacks_refused_total{platform="feishu",reason="clock"} 2`, `marketbot_callbacks_refused_total{platform="feishu",reason="signature"} 2`,
	} {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("metrics lack %s", want)
		}
	}
	s.feishu.Say("ou_wang", "", "自检")
	wait, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	seen := s.feishu.Await(wait, "ou_wang", 2)
	if last := seen[len(seen)-1].Text; !strings.Contains(last, "回调因时间对不上被拒收") || !strings.Contains(last, "要处理") {
		t.Errorf("自检 says %q", last)
	}
}
