package main

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"marketbot/bot/feishu"
	"marketbot/bot/feishu/feishutest"
	"marketbot/handlers/chat"
)

// feishuGroup is the department's group there.
const feishuGroup = "oc_market"

// company is a company on a stand-in of Feishu, with the real adapter behind
// its webhook.
type company struct {
	t       testing.TB
	server  *feishutest.Server
	adapter unhurried
	ids     map[string]string // open_id by name
}

// unhurried leaves out the platform's limits: the clock stands still, so that
// a minute that is full would never end.
type unhurried struct{ *feishu.Adapter }

func (u unhurried) Limits() chat.Limits { return chat.Limits{Window: time.Hour, Repeats: true} }

// onFeishu makes the company of an office.
func onFeishu(o *office) screens {
	c := &company{t: o.t, server: feishutest.New(o.now), ids: map[string]string{stranger: "ou_stranger", newcomer: "ou_newcomer"}}
	o.t.Cleanup(c.server.Close)
	c.server.App.Scopes = granted(o.t)
	for i, e := range o.staff {
		c.ids[e.Name] = fmt.Sprintf("ou_%d", i)
	}
	var members []string
	for name, id := range c.ids {
		c.server.Person(id, name)
		members = append(members, id)
	}
	c.server.Group(feishuGroup, "市场部群", members...)
	a, err := feishu.New(feishu.Config{
		AppID: c.server.App.ID, AppSecret: c.server.App.Secret, BaseURL: c.server.URL, Receive: feishu.Webhook,
		EncryptKey: c.server.App.EncryptKey, VerificationToken: c.server.App.VerificationToken, Group: feishuGroup,
	}, o.receive, o.now, o.adapterLogger())
	if err != nil {
		o.t.Fatal(err)
	}
	c.adapter = unhurried{a}
	hook := httptest.NewServer(a.Handler())
	o.t.Cleanup(hook.Close)
	c.server.Webhook(hook.URL + feishu.Path)
	return c
}

func (c *company) platform() chat.Platform { return c.adapter }

func (c *company) account(name string) chat.Account {
	return chat.Account{Platform: feishu.Name, ID: c.ids[name]}
}

func (c *company) group() chat.Address { return c.adapter.Group() }

func (c *company) say(name string, where room, text string) {
	switch where {
	case private:
		c.server.Say(c.ids[name], "", text)
	case mentioned:
		c.server.Say(c.ids[name], feishuGroup, "@"+feishutest.BotName+" "+text)
	case aside:
		c.server.Say(c.ids[name], feishuGroup, text)
	}
	c.acknowledged()
}

func (c *company) place(name, what string) {
	c.server.Locate(c.ids[name], "", what)
	c.acknowledged()
}

func (c *company) picture(name string, where room, data []byte, words string) {
	switch where {
	case private:
		c.server.Picture(c.ids[name], "", data, words)
	case mentioned: // which a picture alone cannot
		c.server.Picture(c.ids[name], feishuGroup, data, words, feishutest.BotName)
	case aside:
		c.server.Picture(c.ids[name], feishuGroup, data, words)
	}
	c.acknowledged()
}

func (c *company) acknowledged() {
	c.t.Helper()
	if n := c.server.Unacked(); n > 0 {
		c.t.Fatalf("%d events were not acknowledged", n)
	}
}

func (c *company) press(name string, m message, button int) {
	c.t.Helper()
	if _, err := c.server.Press(c.ids[name], m.id, m.buttons[button]); err != nil {
		c.t.Fatal(err)
	}
}

func (c *company) submit(name string, m message, values map[string]string) {
	c.t.Helper()
	if _, err := c.server.Submit(c.ids[name], m.id, values); err != nil {
		c.t.Fatal(err)
	}
}

// again delivers everything once more, as the platform may.
func (c *company) again() {
	c.server.Repeat()
	c.acknowledged()
}

func (c *company) messages(name string) []message {
	at := c.ids[name]
	if name == "" {
		at = feishuGroup
	}
	var list []message
	for _, s := range c.server.Seen(at) {
		m := message{}
		if before, changed := c.server.Before(s.ID); changed {
			m.now, s = s.Text, before
		}
		m.id, m.text, m.file, m.data = s.ID, s.Text, s.File, s.Data
		for _, b := range s.Buttons {
			if b.Submit {
				m.text += "\n" + b.Label
				continue
			}
			m.buttons = append(m.buttons, b.Label)
		}
		for _, f := range s.Fields {
			m.fields = append(m.fields, f.Name)
		}
		list = append(list, m)
	}
	return list
}
