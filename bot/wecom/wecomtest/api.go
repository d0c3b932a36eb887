// Package wecomtest is a stand-in for WeCom, its robot and its API, for tests
// only. It knows nothing of the bot.
package wecomtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"marketbot/bot/platform/platformtest"
)

// API is a stand-in of the platform's HTTP API with one company, one
// self-built app and one group's webhook: it holds to the documented limits,
// hands out and revokes tokens, shows what people see, calls the app back, and
// fails when told to.
type API struct {
	URL     string
	CorpID  string
	AgentID int
	Secret  string
	Token   string // of the callback
	AESKey  string
	HookKey string
	Limited bool // a member sees 30 messages a minute, the group takes 20

	platformtest.Company

	now  func() time.Time
	http *httptest.Server

	mu    sync.Mutex
	open  map[string]string // userids by open_userid
	files map[string]appFile
	media map[string][]byte
	same  map[string]time.Time // bodies sent with enable_duplicate_check
	codes map[string]string    // response codes not yet used, to the card's task
	menu  []string

	callback string
	history  []string // bodies delivered to the callback
	unacked  int
}

type appFile struct {
	kind string // file, image
	name string
	data []byte
}

const sampleKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C" // the documentation's

// NewAPI starts a company on the given clock.
func NewAPI(now func() time.Time) *API {
	a := &API{
		CorpID: "ww1234567890abcdef", AgentID: 1000002, Secret: "app-secret", Token: "callback-token", AESKey: sampleKey, HookKey: "hook-key",
		now: now, open: map[string]string{}, files: map[string]appFile{}, media: map[string][]byte{},
		same: map[string]time.Time{}, codes: map[string]string{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /cgi-bin/gettoken", a.issueToken)
	mux.HandleFunc("GET /cgi-bin/agent/get", a.authed(a.agent))
	mux.HandleFunc("GET /cgi-bin/user/get", a.authed(a.user))
	mux.HandleFunc("POST /cgi-bin/batch/openuserid_to_userid", a.authed(a.convert))
	mux.HandleFunc("POST /cgi-bin/message/send", a.authed(a.send))
	mux.HandleFunc("POST /cgi-bin/message/update_template_card", a.authed(a.update))
	mux.HandleFunc("POST /cgi-bin/media/upload", a.authed(a.upload))
	mux.HandleFunc("GET /cgi-bin/media/get", a.authed(a.getMedia))
	mux.HandleFunc("POST /cgi-bin/menu/create", a.authed(a.createMenu))
	mux.HandleFunc("POST /cgi-bin/webhook/send", a.keyed(a.hookSend))
	mux.HandleFunc("POST /cgi-bin/webhook/upload_media", a.keyed(a.upload))
	a.http = httptest.NewServer(a.Spoil(mux))
	a.URL = a.http.URL
	return a
}

// Close stops.
func (a *API) Close() {
	a.http.CloseClientConnections()
	a.http.Close()
}

// Encrypt makes openID what the robot calls a member.
func (a *API) Encrypt(openID, userid string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open[openID] = userid
}

// Menu lists the keys of the app's menu.
func (a *API) Menu() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.menu
}

func (a *API) issueToken(w http.ResponseWriter, r *http.Request) {
	a.Ask()
	switch {
	case r.FormValue("corpid") != a.CorpID:
		refuse(w, 40013, "invalid corpid")
	case r.FormValue("corpsecret") != a.Secret:
		refuse(w, 40001, "invalid credential")
	default:
		token, left := a.Issue(a.now(), 0)
		succeed(w, map[string]any{"access_token": token, "expires_in": left})
	}
}

// authed lets a call through that shows the valid token.
func (a *API) authed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		shown := r.URL.Query().Get("access_token")
		known, lasts := a.Knows(shown, a.now())
		switch {
		case shown == "":
			refuse(w, 41001, "access_token missing")
		case !known:
			refuse(w, 40014, "invalid access_token")
		case !lasts:
			refuse(w, 42001, "access_token expired")
		default:
			next(w, r)
		}
	}
}

// keyed lets a call of the webhook through that shows its key.
func (a *API) keyed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("key") != a.HookKey {
			refuse(w, 93000, "invalid webhook url")
			return
		}
		next(w, r)
	}
}

func (a *API) agent(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("agentid") != fmt.Sprint(a.AgentID) {
		refuse(w, 301002, "not allow operate another agent with this accesstoken")
		return
	}
	succeed(w, map[string]any{"agentid": a.AgentID, "name": "市场部助手", "close": 0})
}

func (a *API) user(w http.ResponseWriter, r *http.Request) {
	id := r.FormValue("userid")
	name, known, hidden := a.Member(id)
	switch {
	case !known:
		refuse(w, 60111, "invalid userid")
	case hidden:
		refuse(w, 60011, "no privilege to access/modify contact/party/agent")
	default:
		succeed(w, map[string]any{"userid": id, "name": name, "department": []int{1}, "direct_leader": []string{}})
	}
}

func (a *API) convert(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		List  []string `json:"open_userid_list"`
		Agent int      `json:"source_agentid"`
	}
	if json.NewDecoder(r.Body).Decode(&ask) != nil || ask.Agent != a.AgentID {
		refuse(w, 40058, "invalid Request Parameter")
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	users, invalid := []map[string]string{}, []string{}
	for _, open := range ask.List {
		plain, ok := a.open[open]
		if _, _, hidden := a.Member(plain); !ok || hidden {
			invalid = append(invalid, open)
			continue
		}
		users = append(users, map[string]string{"open_userid": open, "userid": plain})
	}
	succeed(w, map[string]any{"userid_list": users, "invalid_open_userid_list": invalid})
}

func (a *API) getMedia(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	data, known := a.media[r.FormValue("media_id")]
	a.mu.Unlock()
	if !known {
		refuse(w, 40007, "invalid media_id")
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Content-Disposition", `attachment; filename="MEDIA_ID.jpg"`)
	w.Write(data)
}

func (a *API) createMenu(w http.ResponseWriter, r *http.Request) {
	var menu struct {
		Buttons []struct{ Type, Name, Key string } `json:"button"`
	}
	if json.NewDecoder(r.Body).Decode(&menu) != nil || len(menu.Buttons) < 1 || len(menu.Buttons) > 3 {
		refuse(w, 40016, "invalid button size")
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.menu = nil
	for _, b := range menu.Buttons {
		if b.Type != "click" || b.Name == "" || len(b.Name) > 16 || b.Key == "" || len(b.Key) > 128 {
			refuse(w, 40018, "invalid button name size")
			return
		}
		a.menu = append(a.menu, b.Key)
	}
	succeed(w, nil)
}

func succeed(w http.ResponseWriter, data map[string]any) {
	body := map[string]any{"errcode": 0, "errmsg": "ok"}
	for k, v := range data {
		body[k] = v
	}
	platformtest.Answer(w, http.StatusOK, body)
}

// refuse answers as the platform does: with HTTP 200.
func refuse(w http.ResponseWriter, code int, msg string) {
	hint := ", hint: [1732440000000000000], from ip: 203.0.113.7"
	platformtest.Answer(w, http.StatusOK, map[string]any{"errcode": code, "errmsg": strings.TrimSpace(msg) + hint})
}
