package wecom

import (
	"context"
	"errors"
	"net/url"
	"time"
)

// named is a name and when it was read.
type named struct {
	name string
	at   time.Time
}

const (
	nameFor   = 24 * time.Hour // a name is looked up once a day
	knownMost = 10_000         // of names and ids kept in memory
)

// member is what the platform still tells a self-built app of a member.
type member struct {
	Name string `json:"name"`
}

// personName is a member's name in the company's directory. Members outside
// the app's visible range are errors.
func (a *App) personName(ctx context.Context, id string) (string, error) {
	now := a.now()
	a.mu.Lock()
	known, ok := a.names[id]
	a.mu.Unlock()
	if ok && now.Sub(known.at).Abs() < nameFor {
		return known.name, nil
	}
	var m member
	if err := a.api.authed(ctx, request{what: "look up member", path: "/cgi-bin/user/get", query: url.Values{"userid": {id}}}, &m); err != nil {
		return "", err
	}
	if m.Name == "" {
		return "", errors.New("look up member: the platform tells no name (the app's visible range)")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.names) >= knownMost {
		clear(a.names)
	}
	a.names[id] = named{m.Name, now}
	return m.Name, nil
}

// plainID is the userid of whom the robot calls by an encrypted id; a plain id
// is its own answer. Once known it is not asked for again.
func (a *App) plainID(ctx context.Context, id string) (string, error) {
	a.mu.Lock()
	known, ok := a.ids[id]
	a.mu.Unlock()
	if ok {
		return known, nil
	}
	question := encode(map[string]any{"open_userid_list": []string{id}, "source_agentid": a.cfg.AgentID})
	var answer struct {
		Users []struct {
			Open  string `json:"open_userid"`
			Plain string `json:"userid"`
		} `json:"userid_list"`
	}
	if err := a.api.authed(ctx, request{what: "convert id", path: "/cgi-bin/batch/openuserid_to_userid", body: question}, &answer); err != nil {
		return "", err
	}
	plain := id
	for _, u := range answer.Users {
		if u.Open == id && u.Plain != "" {
			plain = u.Plain
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.ids) >= knownMost {
		clear(a.ids)
	}
	a.ids[id] = plain
	return plain, nil
}
