package app

import (
	"context"
	"errors"
	"net/url"
	"time"

	"marketbot/bot/wecom/message"
	"marketbot/bot/wecom/qyapi"
)

// named is a name and when it was read.
type named struct {
	name string
	at   time.Time
}

const (
	nameFor   = 24 * time.Hour // a name is looked up once a day
	maxPeople = 10_000         // of names and ids kept in memory
)

// member is what the platform still tells a self-built app of a member.
type member struct {
	Name string `json:"name"`
}

// PersonName is a member's name in the company's directory. Members outside
// the app's visible range are errors.
func (a *App) PersonName(ctx context.Context, id string) (string, error) {
	now := a.now()
	known, ok := a.names.Get(id)
	if ok && now.Sub(known.at).Abs() < nameFor {
		return known.name, nil
	}
	var m member
	if err := a.api.Call(ctx, qyapi.Request{What: "look up member", Path: "/cgi-bin/user/get", Query: url.Values{"userid": {id}}}, &m); err != nil {
		return "", err
	}
	if m.Name == "" {
		return "", errors.New("look up member: the platform tells no name (the app's visible range)")
	}
	a.names.Add(id, named{m.Name, now})
	return m.Name, nil
}

// PlainID is the userid of whom the robot calls by an encrypted id; a plain id
// is its own answer. Once known it is not asked for again.
func (a *App) PlainID(ctx context.Context, id string) (string, error) {
	if known, ok := a.ids.Get(id); ok {
		return known, nil
	}
	question := message.Encode(map[string]any{"open_userid_list": []string{id}, "source_agentid": a.cfg.AgentID})
	var answer struct {
		Users []struct {
			Open  string `json:"open_userid"`
			Plain string `json:"userid"`
		} `json:"userid_list"`
	}
	if err := a.api.Call(ctx, qyapi.Request{What: "convert id", Path: "/cgi-bin/batch/openuserid_to_userid", Body: question}, &answer); err != nil {
		return "", err
	}
	plain := id
	for _, u := range answer.Users {
		if u.Open == id && u.Plain != "" {
			plain = u.Plain
		}
	}
	a.ids.Add(id, plain)
	return plain, nil
}
