package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"marketbot/bot/platform/platformtest"
	"marketbot/bot/wecom"
	"marketbot/bot/wecom/app"
	parcels "marketbot/bot/wecom/message"
	"marketbot/bot/wecom/robot"
	"marketbot/bot/wecom/wecomtest"
	"marketbot/handlers/chat"
)

// wecomGroup is the department's group there.
const wecomGroup = "wrMarket-Aa"

// firm is a company on the stand-ins of WeCom: everybody talks with the robot,
// whose long connection the real adapter keeps; the self-built app sends what
// is confidential and hears places.
type firm struct {
	t       testing.TB
	robot   *wecomtest.Robot
	app     *wecomtest.API
	adapter noted
	ids     map[string]string // userid by name

	mu      sync.Mutex
	heard   int                  // events received
	changed chan struct{}        // closed when heard grows
	byApp   bool                 // the last event came through the app
	screens map[string][]message // by userid, or the group's id
	read    map[string]int       // messages taken over, by source and chat
}

// noted is the adapter without the platform's limits, as the clock stands
// still, which notes in which order the robot and the app wrote.
type noted struct {
	*wecom.Adapter
	f *firm
}

func (n noted) Limits() chat.Limits { return chat.Limits{Window: time.Hour} }

// Render also holds the adapter to its word, in every conversation: what is
// confidential goes through the app as text, file or picture that cannot be passed on;
// elsewhere nothing is said but the summary.
func (n noted) Render(ctx context.Context, to chat.Address, m chat.Message, data []byte) ([]byte, error) {
	payload, err := n.Adapter.Render(ctx, to, m, data)
	if err != nil || !m.Confidential {
		return payload, err
	}
	var p struct {
		Way    string
		Bodies []struct {
			Type string `json:"msgtype"`
			Safe int
		}
	}
	n.f.must(json.Unmarshal(payload, &p))
	if p.Way == "app" && !to.Group {
		for _, b := range p.Bodies {
			if b.Safe != 1 || b.Type != "text" && b.Type != "file" && b.Type != "image" {
				n.f.t.Errorf("a confidential message goes out as %+v", b)
			}
		}
		return payload, nil
	}
	if m.Summary == "" {
		m.Summary = withheldThere
	}
	plain, err := n.Adapter.Render(ctx, to, chat.Message{Text: m.Summary}, nil)
	n.f.must(err)
	if !bytes.Equal(plain, payload) {
		n.f.t.Errorf("a confidential message leaves as %s", payload)
	}
	return payload, nil
}

// withheldThere is what is said where there is no summary.
const withheldThere = "这条内容需要保密，不能在这里显示。请在企业微信自建应用或飞书里查看；都没有的话请联系管理员配置。"

func (f *firm) must(err error) {
	if err != nil {
		f.t.Error(err)
	}
}

func (n noted) Send(ctx context.Context, to chat.Address, payload []byte, key string) error {
	err := n.Adapter.Send(ctx, to, payload, key)
	n.f.take(to.ID)
	return err
}

// onWeCom makes the company of an office.
func onWeCom(o *office) screens { return newFirm(o, true) }

// onRobot is a company without the app: nothing there keeps a secret.
func onRobot(o *office) screens { return newFirm(o, false) }

func newFirm(o *office, helped bool) screens {
	f := &firm{
		t: o.t, robot: wecomtest.NewRobot(o.now), app: wecomtest.NewAPI(o.now), changed: make(chan struct{}),
		ids: map[string]string{stranger: "LuRen", newcomer: "AnnLee"}, screens: map[string][]message{}, read: map[string]int{},
	}
	o.t.Cleanup(f.app.Close)
	for i, e := range o.staff {
		f.ids[e.Name] = fmt.Sprintf("User%d", i)
	}
	for name, id := range f.ids {
		f.app.Person(id, name)
		f.robot.Open(id)
	}
	f.robot.Open(wecomGroup)
	socket := httptest.NewServer(f.robot)
	f.robot.URL = socket.URL
	o.t.Cleanup(func() { f.robot.Drop(); socket.Close() })
	receive := func(ctx context.Context, e chat.Event) (chat.Receipt, error) {
		r, err := o.receive(ctx, e)
		f.mu.Lock()
		defer f.mu.Unlock()
		f.heard++
		close(f.changed)
		f.changed = make(chan struct{})
		return r, err
	}
	cfg := wecom.Config{
		BaseURL: f.app.URL, Group: wecomGroup,
		Robot: &robot.Config{BotID: f.robot.BotID, Secret: f.robot.Secret, Name: wecomtest.RobotName, URL: strings.Replace(socket.URL, "http", "ws", 1)},
	}
	if helped {
		cfg.App = &app.Config{CorpID: f.app.CorpID, AgentID: f.app.AgentID, Secret: f.app.Secret, Token: f.app.Token, AESKey: f.app.AESKey}
	}
	a, err := wecom.New(cfg, receive, nil, o.now, o.adapterLogger())
	if err != nil {
		o.t.Fatal(err)
	}
	f.adapter = noted{a, f}
	if helped {
		hook := httptest.NewServer(a.Handler())
		o.t.Cleanup(hook.Close)
		o.must(f.app.Callback(hook.URL + wecom.Path))
	}
	f.connect()
	return f
}

// connect keeps the robot's connection until the test ends.
func (f *firm) connect() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.adapter.Run(ctx)
	}()
	f.t.Cleanup(func() {
		cancel()
		<-done
	})
	for range 1000 {
		if f.robot.Connected() && f.adapter.Ready() == nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	f.t.Fatal("the robot never connected")
}

func (f *firm) platform() chat.Platform { return f.adapter }

func (f *firm) account(name string) chat.Account {
	return chat.Account{Platform: wecom.Name, ID: f.ids[name]}
}

func (f *firm) group() chat.Address { return f.adapter.Group() }

// hears does what makes the robot tell n events, and waits until they are
// worked on.
func (f *firm) hears(n int, do func() error) {
	f.t.Helper()
	f.mu.Lock()
	want := f.heard + n
	f.byApp = false
	f.mu.Unlock()
	if err := do(); err != nil {
		f.t.Fatal(err)
	}
	late := time.After(10 * time.Second)
	for {
		f.mu.Lock()
		heard, changed := f.heard, f.changed
		f.mu.Unlock()
		if heard >= want {
			return
		}
		select {
		case <-changed:
		case <-late:
			f.t.Fatalf("%d events were heard, want %d", heard, want)
		}
	}
}

func (f *firm) say(name string, where room, text string) {
	f.t.Helper()
	switch where {
	case private:
		f.hears(1, func() error { return f.robot.Say(f.ids[name], "", text) })
	case mentioned:
		f.hears(1, func() error { return f.robot.Say(f.ids[name], wecomGroup, "@"+wecomtest.RobotName+" "+text) })
	case aside: // the platform keeps it to itself
		f.hears(0, func() error { return f.robot.Say(f.ids[name], wecomGroup, text) })
	}
}

// place goes to the app; the robot is told none.
func (f *firm) place(name, what string) {
	f.app.Locate(f.ids[name], what)
	f.mu.Lock()
	f.byApp = true
	f.mu.Unlock()
}

// picture goes to the robot, which hears of one in a group only beside words that
// mention it.
func (f *firm) picture(name string, where room, data []byte, words string) {
	f.t.Helper()
	switch where {
	case private:
		f.hears(1, func() error { return f.robot.Picture(f.ids[name], "", data, words) })
	case mentioned:
		f.hears(1, func() error { return f.robot.Picture(f.ids[name], wecomGroup, data, "@"+wecomtest.RobotName+" "+words) })
	case aside:
	}
}

// press presses a card's button; where there is no card, what stands there is
// typed.
func (f *firm) press(name string, m message, button int) {
	f.t.Helper()
	if label, ok := f.label(name, m.id, button); ok {
		f.hears(1, func() error { return f.robot.Press(f.ids[name], m.id, label) })
		return
	}
	_, after, _ := strings.Cut(m.text, "〔"+m.buttons[button]+"〕回复：")
	line, _, _ := strings.Cut(after, "\n")
	if line, ok := strings.CutPrefix(line, "@"+wecomtest.RobotName+" "); ok {
		f.say(name, mentioned, line)
		return
	}
	f.say(name, private, line)
}

// label is what stands on a button of one of the robot's cards.
func (f *firm) label(name, card string, button int) (label string, ok bool) {
	for _, m := range f.robot.Seen(f.ids[name]) {
		if m.ID == card && button < len(m.Buttons) {
			return strings.TrimPrefix(m.Buttons[button].Label, "✓"), true
		}
	}
	return "", false
}

// submit fills the template in and sends it back.
func (f *firm) submit(name string, m message, values map[string]string) {
	f.t.Helper()
	text := m.text
	for field, v := range values {
		text = refill(text, field, v)
	}
	f.say(name, private, text)
}

// refill puts a value under a field's head, in place of what was filled in.
func refill(text, field, value string) string {
	lines := strings.Split(text, "\n")
	i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "【"+field+"】") })
	end := i + 1
	for end < len(lines) && !strings.HasPrefix(lines[end], "【") {
		end++
	}
	return strings.Join(slices.Replace(lines, i+1, end, value), "\n")
}

func (f *firm) again() {
	f.mu.Lock()
	byApp := f.byApp
	f.mu.Unlock()
	if byApp {
		f.app.Repeat()
		return
	}
	f.hears(1, func() error { f.robot.Again(); return nil })
}

func (f *firm) messages(name string) []message {
	at := wecomGroup
	if name != "" {
		at = f.ids[name]
	}
	f.take(at)
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.screens[at])
}

// take takes over what is new in a chat.
func (f *firm) take(at string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.robot.Seen(at)[f.read["robot"+at]:] {
		f.read["robot"+at]++
		if m.Type == "template_card" && strings.HasSuffix(m.Text, "照上一条回复") {
			f.button(at, m)
			continue
		}
		f.show(at, message{id: m.ID, text: m.Text, file: m.File, data: m.Data}, m.Buttons)
	}
	for _, m := range f.app.Seen(at)[f.read["app"+at]:] {
		f.read["app"+at]++
		readable(f.t, at, m.Text)
		text, mark, part := cutMark(m.Text)
		if list := f.screens[at]; part && len(list) > 0 && list[len(list)-1].id == mark {
			list[len(list)-1] = f.complete(mark, list[len(list)-1].text+"\n"+text)
			continue
		}
		if mark == "" {
			mark = m.ID
		}
		if m.Type != "template_card" { // its words came before it
			f.show(at, message{id: mark, text: text, file: m.File, data: m.Data}, nil)
		}
	}
}

// button gives the words before it the id of a card of buttons.
func (f *firm) button(at string, m platformtest.Message) {
	list := f.screens[at]
	list[len(list)-1].id = m.ID
}

func (f *firm) show(at string, m message, buttons []platformtest.Button) {
	full := f.complete(m.id, m.text)
	full.file, full.data = m.file, m.data
	if len(buttons) > 0 {
		full.buttons = nil
		for _, b := range buttons {
			full.buttons = append(full.buttons, b.Label)
		}
	}
	f.screens[at] = append(f.screens[at], full)
}

var (
	typedButton = regexp.MustCompile(`(?m)^〔(.*?)〕回复：`)
	fieldHead   = regexp.MustCompile(`(?m)^【(.+?)】`)
	numberLine  = regexp.MustCompile(`\n（\d+/\d+）$`)
)

// cutMark takes off what only keeps equal texts apart or numbers them.
func cutMark(text string) (rest, mark string, part bool) {
	rest, mark = parcels.Unmark(text)
	text = rest
	rest = numberLine.ReplaceAllString(text, "")
	return rest, mark, rest != text
}

// complete finds out what can be pressed and filled in by typing.
func (f *firm) complete(id, text string) message {
	m := message{id: id, text: text}
	for _, b := range typedButton.FindAllStringSubmatch(text, -1) {
		m.buttons = append(m.buttons, b[1])
	}
	if _, form, ok := strings.Cut(text, "\n填表 "); ok {
		for _, h := range fieldHead.FindAllStringSubmatch(form, -1) {
			m.fields = append(m.fields, h[1])
		}
	}
	return m
}
