package feishu

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"marketbot/bot/feishu/feishutest"
	"marketbot/bot/platform"
	"marketbot/handlers/chat"
	"marketbot/handlers/chat/chattest"
)

const testKey = "test key"

// TestOfficialVector is the example of the platform's documentation.
func TestOfficialVector(t *testing.T) {
	plain, err := newSealKey(testKey).open("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=")
	if err != nil || string(plain) != "hello world" {
		t.Errorf("%q, %v", plain, err)
	}
}

func TestPaddingIsCheckedByteByByte(t *testing.T) {
	k := newSealKey(testKey)
	seal := func(text []byte) string {
		out := make([]byte, aes.BlockSize+len(text))
		cipher.NewCBCEncrypter(k.block, out[:aes.BlockSize]).CryptBlocks(out[aes.BlockSize:], text)
		return string(encode(map[string][]byte{"x": out})[6:])
	}
	for _, tail := range []string{"\x00", "\x11", "\x02", "\x01\x03\x03", "\x05\x04\x04\x04", "\xff"} {
		text := append(bytes.Repeat([]byte("a"), 16-len(tail)), tail...)
		sealed := strings.Trim(seal(text), `"}`)
		if plain, err := k.open(sealed); err == nil {
			t.Errorf("padding %q was accepted: %q", tail, plain)
		}
	}
	for _, sealed := range []string{"", "!", "AAAA", strings.Repeat("A", 24)} {
		if _, err := k.open(sealed); err == nil {
			t.Errorf("%q was opened", sealed)
		}
	}
}

// FuzzSeal holds sealing and opening together, and strange bytes from opening.
func FuzzSeal(f *testing.F) {
	f.Add([]byte("hello world"), []byte("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="))
	k := newSealKey(testKey)
	f.Fuzz(func(t *testing.T, plain, strange []byte) {
		sealed := field(&cursor{data: string(feishutest.Seal(testKey, plain))}, "encrypt")
		if got, err := k.open(sealed); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%q came back as %q, %v", plain, got, err)
		}
		if got, err := k.open(string(strange)); err == nil && len(got) >= len(strange) {
			t.Errorf("%q opened to more than it is", strange)
		}
	})
}

// hook is an adapter behind its webhook, at a time that stands still.
type hook struct {
	handler http.Handler
	events  chattest.Recorder
	now     time.Time
	log     bytes.Buffer
	refused *platform.Refusals
}

func newHook(t testing.TB, receive chat.Receive) *hook {
	h := &hook{now: noon}
	if receive == nil {
		receive = h.events.Receive
	}
	cfg := Config{AppID: "cli_test", AppSecret: "s", BaseURL: "http://127.0.0.1:1", Receive: Webhook, EncryptKey: testKey, VerificationToken: "verify"}
	a, err := New(cfg, receive, func() time.Time { return h.now }, slog.New(slog.NewTextHandler(&h.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	a.self, h.refused = botID, a.Refused()
	h.handler = a.Handler()
	return h
}

func (h *hook) call(body []byte, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, Path, bytes.NewReader(body))
	feishutest.Sign(r.Header, testKey, h.now, body)
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

func TestWebhook(t *testing.T) {
	event := []byte(message("p2p", "text", `{"text":"签到"}`, ""))
	sealed := feishutest.Seal(testKey, event)
	unsigned := func(r *http.Request) { r.Header.Del("X-Lark-Signature") }
	shift := func(d time.Duration) func(*http.Request) {
		return func(r *http.Request) { feishutest.Sign(r.Header, testKey, noon.Add(d), sealed) }
	}
	check := feishutest.Seal(testKey, []byte(`{"challenge":"c-1","token":"verify","type":"url_verification"}`))
	tests := []struct {
		name    string
		body    []byte
		change  func(*http.Request)
		status  int
		effects int
		answer  string
	}{
		{"an event", sealed, nil, 200, 1, "{}"},
		{"URL check", check, unsigned, 200, 0, `{"challenge":"c-1"}`},
		{"signed URL check", check, nil, 200, 0, `{"challenge":"c-1"}`},
		{"URL check with a wrong token", feishutest.Seal(testKey, []byte(`{"challenge":"c","token":"other","type":"url_verification"}`)), unsigned, 401, 0, "{}"},
		{"plain URL check", []byte(`{"challenge":"c-1","token":"verify","type":"url_verification"}`), unsigned, 401, 0, "{}"},
		{"unsigned, not JSON", []byte("hello"), unsigned, 401, 0, "{}"},
		{"unsigned, empty", nil, unsigned, 401, 0, "{}"},
		{"unsigned, padded rightly", feishutest.Seal(testKey, []byte("hello")), unsigned, 401, 0, "{}"},
		{"unsigned event", sealed, unsigned, 401, 0, "{}"},
		{"unsigned event that claims to be a check", feishutest.Seal("other", []byte(`{"challenge":"c","token":"verify","type":"url_verification"}`)), unsigned, 401, 0, "{}"},
		{"wrong signature", sealed, func(r *http.Request) { r.Header.Set("X-Lark-Signature", strings.Repeat("0", 64)) }, 401, 0, "{}"},
		{"changed nonce", sealed, func(r *http.Request) { r.Header.Set("X-Lark-Request-Nonce", "x") }, 401, 0, "{}"},
		{"sealed with another key", feishutest.Seal("other", event), nil, 401, 0, "{}"},
		{"6 minutes old", sealed, shift(-6 * time.Minute), 401, 0, "{}"},
		{"6 minutes ahead", sealed, shift(6 * time.Minute), 401, 0, "{}"},
		{"4 minutes old", sealed, shift(-4 * time.Minute), 200, 1, "{}"},
		{"plain event", event, nil, 400, 0, "{}"},
		{"not JSON", []byte("hello"), nil, 400, 0, "{}"},
		{"sealed but not JSON", feishutest.Seal(testKey, []byte("hello")), nil, 400, 0, "{}"},
		{"empty", nil, nil, 400, 0, "{}"},
		{"unsigned, too large", bytes.Repeat([]byte("a"), maxBody+1), unsigned, 401, 0, "{}"},
		{"too large", bytes.Repeat([]byte("a"), maxBody+1), nil, 413, 0, "{}"},
		{"wrong method", sealed, func(r *http.Request) { r.Method = http.MethodGet }, 405, 0, "{}"},
		{"another token", feishutest.Seal(testKey, bytes.Replace(event, []byte("verify"), []byte("veryfi"), 1)), nil, 401, 0, "{}"},
		{"another app", feishutest.Seal(testKey, bytes.Replace(event, []byte("cli_test"), []byte("cli_else"), 1)), nil, 403, 0, "{}"},
		{"unknown event", feishutest.Seal(testKey, []byte(eventJSON("new.thing_v1", `{}`))), nil, 200, 0, "{}"},
		{"foreign button", feishutest.Seal(testKey, []byte(eventJSON(typeCard, `{"operator":{"open_id":"ou_wang"},"action":{"value":{}}}`))), nil, 200, 0, `{"toast":{"type":"info","content":"这个按钮已失效"}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHook(t, nil)
			w := h.call(tt.body, tt.change)
			if w.Code != tt.status || strings.TrimSpace(w.Body.String()) != tt.answer {
				t.Errorf("answered %d %s, want %d %s", w.Code, w.Body, tt.status, tt.answer)
			}
			if kind := w.Header().Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
				t.Errorf("Content-Type is %q", kind)
			}
			if n := len(h.events.Events()); n != tt.effects {
				t.Errorf("%d effects, want %d", n, tt.effects)
			}
		})
	}
}

func TestUnstoredEventIsAnsweredWith500(t *testing.T) {
	h := newHook(t, func(context.Context, chat.Event) (chat.Receipt, error) {
		return chat.Receipt{}, fmt.Errorf("disk full")
	})
	if w := h.call(feishutest.Seal(testKey, []byte(message("p2p", "text", `{"text":"x"}`, ""))), nil); w.Code != 500 {
		t.Errorf("answered %d, want 500", w.Code)
	}
}

// TestTenThousandForgeries plays forged, stale, replayed, damaged and oversized
// calls: none has an effect and none is answered as a fault of ours.
func TestTenThousandForgeries(t *testing.T) {
	h := newHook(t, nil)
	event := []byte(message("p2p", "text", `{"text":"签到 广州"}`, ""))
	genuine := feishutest.Seal(testKey, event)
	if w := h.call(genuine, nil); w.Code != 200 {
		t.Fatalf("the genuine call was answered with %d", w.Code)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	huge := bytes.Repeat([]byte(" "), maxBody+1)
	for i := range 10_000 {
		body, change := genuine, func(*http.Request) {}
		switch i % 8 {
		case 0:
			body = feishutest.Seal(fmt.Sprint("guess", i), event)
		case 1:
			change = func(r *http.Request) { r.Header.Set("X-Lark-Signature", fmt.Sprintf("%064x", rnd.Uint64())) }
		case 2: // replayed at once: authentic, and known already
		case 3:
			change = func(r *http.Request) {
				feishutest.Sign(r.Header, testKey, noon.Add(-time.Duration(301+rnd.IntN(1e6))*time.Second), genuine)
			}
		case 4: // damaged after signing
			body = bytes.Clone(genuine)
			body[rnd.IntN(len(body))] ^= 1 << rnd.IntN(8)
			change = func(r *http.Request) { feishutest.Sign(r.Header, testKey, noon, genuine) }
		case 5: // damaged before signing, as only a holder of the key could
			body = bytes.Clone(genuine)
			body[rnd.IntN(len(body))] ^= 1 << rnd.IntN(8)
			change = func(r *http.Request) { r.Header.Del("X-Lark-Signature") }
		case 6:
			body = make([]byte, rnd.IntN(300))
			for j := range body {
				body[j] = byte(rnd.Uint32())
			}
		case 7:
			if i%64 == 7 {
				body = huge
			} else {
				body = feishutest.Seal(testKey, []byte(`{"challenge":"x","token":"guess","type":"url_verification"}`))
				change = func(r *http.Request) { r.Header.Del("X-Lark-Signature") }
			}
		}
		want := 401 // one answer, whatever is wrong
		switch {
		case i%8 == 2:
			want = 200
		case i%64 == 7:
			want = 413
		case i%8 == 6, i%8 == 0: // signed by a holder of the key, and yet nothing
			want = 0
		}
		w := h.call(body, change)
		if w.Code >= 500 || want != 0 && w.Code != want || want == 0 && w.Code != 400 && w.Code != 401 {
			t.Fatalf("call %d (%d) was answered with %d", i, i%8, w.Code)
		}
		if text := w.Body.String(); w.Code == 401 && text != "{}" {
			t.Fatalf("call %d (%d) was answered %q", i, i%8, text)
		}
	}
	if n := len(h.events.Events()); n != 1 {
		t.Errorf("%d effects, want the genuine one", n)
	}
}

// FuzzWebhook sends strange bodies, sealed and signed as a holder of the key
// could and as they are.
func FuzzWebhook(f *testing.F) {
	f.Add([]byte(message("group", "text", `{"text":"@_user_1 x"}`, mentions)), true)
	f.Add([]byte(`{"encrypt":"P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="}`), false)
	f.Add([]byte(eventJSON(typeCard, `{"operator":{"open_id":"ou_wang"},"action":{"value":{"c":"x"}}}`)), true)
	h := newHook(f, func(context.Context, chat.Event) (chat.Receipt, error) { return chat.Receipt{}, nil })
	f.Fuzz(func(t *testing.T, body []byte, sealed bool) {
		if sealed {
			body = feishutest.Seal(testKey, body)
		}
		w := h.call(body, nil)
		if w.Code >= 500 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("answered %d %s", w.Code, w.Body)
		}
	})
}

// Without the key nobody learns anything of what is sealed: whichever byte of a
// genuine call is changed, the unsigned answer is the same.
func TestNoOracle(t *testing.T) {
	h := newHook(t, nil)
	genuine := feishutest.Seal(testKey, []byte(message("p2p", "text", `{"text":"签到"}`, "")))
	sealed := field(&cursor{data: string(genuine)}, "encrypt")
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1024 { // every value of the two bytes that decide about the padding
		forged := bytes.Clone(raw)
		forged[len(forged)-17-i/256] ^= byte(i)
		body := encode(map[string]string{"encrypt": base64.StdEncoding.EncodeToString(forged)})
		w := h.call(body, func(r *http.Request) { r.Header.Del("X-Lark-Signature") })
		if w.Code != 401 || w.Body.String() != "{}" {
			t.Fatalf("forgery %d is answered %d %s", i, w.Code, w.Body)
		}
	}
}

// What is signed rightly and refused all the same is counted, and told to who can mend
// it: nothing is refused in silence.
func TestRefusedCallsAreTold(t *testing.T) {
	event := []byte(message("p2p", "text", `{"text":"签到"}`, ""))
	for _, c := range []struct {
		reason, words string
		body          []byte
	}{
		{"token", "Verification Token", feishutest.Seal(testKey, bytes.Replace(event, []byte("verify"), []byte("veryfi"), 1))},
		{"app", "另一个应用", feishutest.Seal(testKey, bytes.Replace(event, []byte("cli_test"), []byte("cli_else"), 1))},
		{"seal", "解不开", feishutest.Seal("other", event)},
		{"body", "", event},
		{"body", "", bytes.Repeat([]byte("a"), maxBody+1)},
	} {
		h := newHook(t, nil)
		h.call(c.body, nil)
		if h.refused.Counts()[c.reason] != 1 || !strings.Contains(h.log.String(), "reason="+c.reason) || !strings.Contains(h.refused.Wrong(), c.words) {
			t.Errorf("%s: counted %v, to be mended %q, logged %s", c.reason, h.refused.Counts(), h.refused.Wrong(), h.log.String())
		}
	}
}

// Who sends a large body without end, and without the key, holds up nobody.
func TestIdleBodiesHoldUpNobody(t *testing.T) {
	h := newHook(t, nil)
	server := httptest.NewServer(h.handler)
	defer server.Close()
	for _, sent := range []int{0, largeBody / 2, largeBody + 100} {
		for range 4 {
			body, w := io.Pipe()
			defer w.Close()
			go func() {
				resp, err := http.Post(server.URL+Path, "application/json", body)
				if err == nil {
					resp.Body.Close()
				}
			}()
			if _, err := w.Write(bytes.Repeat([]byte("a"), sent)); err != nil {
				t.Fatal(err)
			}
		}
	}
	event := message("p2p", "text", `{"text":"`+strings.Repeat("长", largeBody/3+100)+`"}`, "")
	began := time.Now()
	if w := h.call(feishutest.Seal(testKey, []byte(event)), nil); w.Code != 200 || time.Since(began) > largeWait/2 {
		t.Errorf("a large event is answered %d after %v", w.Code, time.Since(began))
	}
}

// A clock that is off is told: in the log once a minute, with the difference,
// counted, and as what is to be mended.
func TestClockOffIsTold(t *testing.T) {
	h := newHook(t, nil)
	body := feishutest.Seal(testKey, []byte(message("p2p", "text", `{"text":"签到"}`, "")))
	if wrong := h.refused.Wrong(); wrong != "" {
		t.Errorf("already: %s", wrong)
	}
	for range 90 { // a minute and a half
		w := h.call(body, func(r *http.Request) { feishutest.Sign(r.Header, testKey, h.now.Add(7*time.Minute), body) })
		if w.Code != 401 {
			t.Fatalf("answered %d", w.Code)
		}
		h.now = h.now.Add(time.Second)
	}
	if n := strings.Count(h.log.String(), "reason=clock our_clock_ahead=-7m0s"); n != 2 {
		t.Errorf("%d lines in the log: %s", n, h.log.String())
	}
	if n := h.refused.Counts()["clock"]; n != 90 {
		t.Errorf("%d were counted", n)
	}
	if wrong := h.refused.Wrong(); !strings.Contains(wrong, "慢 7 分 0 秒") {
		t.Errorf("to be mended: %q", wrong)
	}
	h.now = h.now.Add(2 * time.Hour)
	if wrong := h.refused.Wrong(); wrong != "" {
		t.Errorf("still: %s", wrong)
	}
}
