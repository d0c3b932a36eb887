package feishutest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// Subscribed is what the developer console shows under 「事件与回调」.
type Subscribed struct {
	By, CallbackBy    string // websocket or webhook
	Events, Callbacks []string
	Published         int // how often
}

// Console is what the app is subscribed to now.
func (s *Server) Console() Subscribed {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.console
}

// Subscribe sets what the app is subscribed to.
func (s *Server) Subscribe(to Subscribed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.console = to
}

// scoped lets a call through that the app was granted one of the scopes for.
func (s *Server) scoped(scopes string, next http.HandlerFunc) http.HandlerFunc {
	list := strings.Fields(scopes)
	return s.authed(func(w http.ResponseWriter, r *http.Request) {
		if !slices.ContainsFunc(list, func(scope string) bool { return slices.Contains(s.App.Scopes, scope) }) {
			refuse(w, 99991672, "Access denied. One of the following scopes is required: ["+strings.Join(list, ", ")+"]")
			return
		}
		next(w, r)
	})
}

func (s *Server) application(w http.ResponseWriter, _ *http.Request) {
	c := s.Console()
	succeed(w, map[string]any{"app": map[string]any{
		"app_id": s.App.ID, "event": map[string]any{"subscription_type": c.By, "subscribed_events": c.Events},
		"callback": map[string]any{"callback_type": c.CallbackBy, "subscribed_callbacks": c.Callbacks},
	}})
}

func (s *Server) configure(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Event struct {
			Type string   `json:"subscription_type"`
			Add  []string `json:"add_events"`
		} `json:"event"`
		Callback struct {
			Type string   `json:"callback_type"`
			Add  []string `json:"add_callbacks"`
		} `json:"callback"`
	}
	if json.NewDecoder(r.Body).Decode(&ask) != nil || r.PathValue("id") != s.App.ID {
		refuse(w, 210001, "invalid parameter")
		return
	}
	if ask.Event.Type == "websocket" && s.Sockets() == 0 {
		refuse(w, 210002, "no long connection is up")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.console.By, s.console.CallbackBy = ask.Event.Type, ask.Callback.Type
	s.console.Events = append(s.console.Events, ask.Event.Add...)
	s.console.Callbacks = append(s.console.Callbacks, ask.Callback.Add...)
	succeed(w, map[string]any{})
}

func (s *Server) publish(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.console.Published++
	succeed(w, map[string]any{})
}
