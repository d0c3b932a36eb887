// Package feishutest is a stand-in for the Feishu open platform, for tests
// only: it issues tokens, takes messages and files, looks at cards as strictly
// as card JSON 2.0 is documented, pushes events over the long connection or to
// a webhook, and goes wrong in the ways the platform is known to. People in it
// speak, press and submit through its methods, and what they see can be read.
package feishutest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"marketbot/bot/platform/platformtest"
)

// BotID and BotName are the bot's own open_id and the name it is mentioned by.
const (
	BotID   = "ou_bot"
	BotName = "市场部助手"
)

// App is what the app's page in the developer console shows.
type App struct {
	ID, Secret, EncryptKey, VerificationToken string
	Scopes                                    []string // granted
}

// Server is one company on the platform with one app. Its fields are set
// before use.
type Server struct {
	URL          string
	App          App
	Status       int  // of the app: 2 is in use
	PingInterval int  // seconds, told to long connections; 0 leaves it out
	Limited      bool // refuses what exceeds 5 messages a second to one chat, 50 in all

	platformtest.Company

	now   func() time.Time
	http  *httptest.Server
	pings atomic.Int64

	mu       sync.Mutex
	groups   map[string]*group
	byKey    map[string]shown
	topics   map[string]string // chats, by message in a topic
	before   map[string]platformtest.Message
	files    map[string]file
	pictures map[string][]byte
	pushes   []*push
	sockets  []*socket
	refusals refusals
	webhook  string
	console  Subscribed
}

type group struct {
	name    string
	members []string
}

type shown struct {
	id string
	at time.Time
}

type file struct {
	name string
	data []byte
}

// New starts a platform on a loopback port. now is its clock.
func New(now func() time.Time) *Server {
	s := &Server{
		App:    App{ID: "cli_test", Secret: "app-secret", EncryptKey: "test key", VerificationToken: "verify"},
		Status: 2, PingInterval: 120, now: now,
		groups: map[string]*group{},
		byKey:  map[string]shown{}, topics: map[string]string{}, before: map[string]platformtest.Message{}, files: map[string]file{}, pictures: map[string][]byte{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /open-apis/auth/v3/tenant_access_token/internal", s.issueToken)
	mux.HandleFunc("GET /open-apis/bot/v3/info", s.authed(s.botInfo))
	mux.HandleFunc("GET /open-apis/application/v6/scopes", s.authed(s.scopes))
	mux.HandleFunc("GET /open-apis/application/v6/applications/{id}", s.scoped("application:application:self_manage", s.application))
	mux.HandleFunc("PATCH /open-apis/application/v7/applications/{id}/config", s.scoped("application:application:patch", s.configure))
	mux.HandleFunc("POST /open-apis/application/v7/applications/{id}/publish", s.scoped("application:application:patch", s.publish))
	mux.HandleFunc("GET /open-apis/contact/v3/users/{id}", s.authed(s.user))
	mux.HandleFunc("GET /open-apis/im/v1/chats/{id}", s.authed(s.chat))
	mux.HandleFunc("GET /open-apis/im/v1/chats/{id}/members", s.scoped("im:chat im:chat.group_info:readonly im:chat.members:read im:chat:readonly", s.members))
	mux.HandleFunc("POST /open-apis/im/v1/messages", s.authed(s.message))
	mux.HandleFunc("POST /open-apis/im/v1/messages/{id}/reply", s.authed(s.reply))
	mux.HandleFunc("PATCH /open-apis/im/v1/messages/{id}", s.authed(s.change))
	mux.HandleFunc("POST /open-apis/im/v1/files", s.authed(s.upload))
	mux.HandleFunc("GET /open-apis/im/v1/messages/{id}/resources/{key}", s.scoped("im:message:readonly", s.resource))
	mux.HandleFunc("POST /callback/ws/endpoint", s.endpoint)
	mux.HandleFunc("GET /ws", s.connect)
	s.http = httptest.NewServer(s.Spoil(mux))
	s.URL = s.http.URL
	return s
}

// Close cuts all connections and stops.
func (s *Server) Close() {
	s.DropSockets()
	s.http.CloseClientConnections()
	s.http.Close()
}

// Group adds a group that the bot is in.
func (s *Server) Group(chatID, name string, members ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.groups[chatID] = &group{name, members}
}

const tokenReuse = 30 * time.Minute // with less left a new one is issued

func (s *Server) issueToken(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		ID     string `json:"app_id"`
		Secret string `json:"app_secret"`
	}
	s.Ask()
	if json.NewDecoder(r.Body).Decode(&ask) != nil || ask.ID != s.App.ID || ask.Secret != s.App.Secret {
		answer(w, http.StatusOK, map[string]any{"code": 10014, "msg": "app secret invalid"})
		return
	}
	token, left := s.Issue(s.now(), tokenReuse)
	answer(w, http.StatusOK, map[string]any{"code": 0, "msg": "ok", "tenant_access_token": token, "expire": left})
}

// authed lets a call through that shows the valid token.
func (s *Server) authed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		known, lasts := s.Knows(token, s.now())
		switch {
		case token == "":
			refuse(w, 99991661, "Missing access token for authorization")
		case !known || !lasts:
			refuse(w, 99991663, "Invalid access token for authorization")
		default:
			next(w, r)
		}
	}
}

func (s *Server) botInfo(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"code": 0, "msg": "ok",
		"bot": map[string]any{"activate_status": s.Status, "app_name": BotName, "open_id": BotID}})
}

func (s *Server) scopes(w http.ResponseWriter, _ *http.Request) {
	granted := []map[string]any{{"scope_name": "im:chat", "grant_status": 2}}
	for _, name := range s.App.Scopes {
		granted = append(granted, map[string]any{"scope_name": name, "grant_status": 1})
	}
	succeed(w, map[string]any{"scopes": granted})
}

// user leaves the name out where the scope for it is missing, as the platform
// does.
func (s *Server) user(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	name, known, _ := s.Member(id)
	if !known || r.FormValue("user_id_type") != "open_id" {
		refuse(w, 41050, "no user authority error")
		return
	}
	user := map[string]any{"open_id": id}
	if slices.Contains(s.App.Scopes, "contact:user.base:readonly") {
		user["name"] = name
	}
	succeed(w, map[string]any{"user": user})
}

func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	g := s.groups[r.PathValue("id")]
	s.mu.Unlock()
	if g == nil {
		refuse(w, 232011, "Operator can NOT be out of the chat.")
		return
	}
	succeed(w, map[string]any{"name": g.name, "chat_mode": "group"})
}

// GuestPrefix begins the id of who is of another company.
const GuestPrefix = "ou_guest"

// members gives a page of a group's people, robots left out: 20 where nothing else is
// asked for, 100 at most.
func (s *Server) members(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	g := s.groups[r.PathValue("id")]
	s.mu.Unlock()
	size, from := 20, 0
	var wrong error
	if asked := r.FormValue("page_size"); asked != "" {
		size, wrong = strconv.Atoi(asked)
	}
	if token := r.FormValue("page_token"); token != "" && wrong == nil {
		from, wrong = strconv.Atoi(strings.TrimPrefix(token, "page-"))
	}
	switch {
	case g == nil:
		refuse(w, 232011, "Operator can NOT be out of the chat.")
		return
	case wrong != nil, size < 1, size > 100, from < 0, from > len(g.members), r.FormValue("member_id_type") != "open_id":
		refuse(w, 232001, "Your request contains an invalid request parameter.")
		return
	}
	items, to := []map[string]any{}, min(from+size, len(g.members))
	for _, id := range g.members[from:to] {
		if name, known, _ := s.Member(id); known && id != BotID {
			of := tenant
			if strings.HasPrefix(id, GuestPrefix) {
				of = "tenant_2"
			}
			items = append(items, map[string]any{"member_id_type": "open_id", "member_id": id, "name": name, "tenant_key": of})
		}
	}
	page := map[string]any{"items": items, "has_more": to < len(g.members), "member_total": len(g.members)}
	if to < len(g.members) {
		page["page_token"] = "page-" + strconv.Itoa(to)
	}
	succeed(w, page)
}

func answer(w http.ResponseWriter, status int, body any) { platformtest.Answer(w, status, body) }

func succeed(w http.ResponseWriter, data any) {
	answer(w, http.StatusOK, map[string]any{"code": 0, "msg": "success", "data": data})
}

func refuse(w http.ResponseWriter, code int, msg string) {
	answer(w, http.StatusBadRequest, map[string]any{"code": code, "msg": msg})
}
