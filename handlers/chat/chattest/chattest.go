// Package chattest is what every adapter must do, as tests: all content
// arrives, people's texts stay plain text, a key is shown once, confidential
// content cannot be passed on, and what is pressed or filled in comes back as
// the command line that the card carried. It is used by tests only, and knows
// no platform: each adapter brings a Seen that looks through people's eyes.
package chattest

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/chat"
)

// Message is one message as a person sees it.
type Message struct {
	ID       string   // the platform's
	Text     string   // everything readable: title, paragraphs, cells, prefilled values, options …
	Buttons  []string // labels
	Fields   []string // names of the form's fields
	File     string   // name of the file
	Content  []byte   // of the file
	Mentions []string // who was mentioned by it
	Links    []string // where it leads
	Charts   []string // titles of charts that the client draws
	Pictures [][]byte // shown below
	Locked   bool     // it cannot be forwarded
	// Typed tells that the platform is poorer than its cards: what the buttons
	// and the form would do stands in Text, to be typed.
	Typed bool
	// Withheld tells that the platform keeps no secrets and said so instead.
	Withheld bool
}

// Seen is one world of a platform with one person, one group that holds the
// person and the bot, and a look at their screens. Its methods report what
// fails through the test they were made for.
type Seen interface {
	Person() chat.Account
	Group() chat.Address
	// Messages is what the bot said there, oldest first.
	Messages(at chat.Address) []Message
	// Say lets the person write to the bot; in the group the bot is mentioned.
	Say(at chat.Address, text string)
	// Press and Submit act on a message of the bot as the person. Submit fills
	// in the given fields and leaves the others as they were prefilled. Where
	// the message is Typed the person types what Text says instead.
	Press(m Message, label string)
	Submit(m Message, values map[string]string)
	// Events is what the adapter handed over so far.
	Events() []chat.Event
}

// hostile is text of people that a platform might take for markup.
var hostile = []string{
	`<at id=all></at>`,
	`<at user_id="all">所有人</at>`,
	`<at user_id="ou_someone"></at>`,
	`@所有人 @all`,
	`[点这里](http://evil.example/x)`,
	`https://evil.example/y?a=1&b=2`,
	`<a href="http://evil.example">x</a>`,
	`<script>alert(1)</script>`,
	`**粗** _斜_ ~~删~~ # 标题`,
	`{"tag":"button","text":"x"}`,
	`","tag":"at","x":"`,
	"`代码` \\ / \" '",
	`{{user}} ${NAME} %s %d`,
	`&lt;b&gt; &amp; <b>`,
	"第一行\n第二行",
	"👍🏽 ｆｕｌｌ＝１",
}

// Run holds an adapter to the contract. newPlatform makes a fresh world.
func Run(t *testing.T, newPlatform func(t *testing.T) (chat.Platform, Seen)) {
	tests := []struct {
		name string
		run  func(t *testing.T, w world)
	}{
		{"names its addresses", namesAddresses},
		{"every content arrives", everyContentArrives},
		{"a file arrives", fileArrives},
		{"a chart arrives with its figures", chartArrives},
		{"people's text stays text", textStaysText},
		{"long text arrives, too long text is cut", longText},
		{"a key is shown once", keyShownOnce},
		{"confidential content is locked", confidentialLocked},
		{"what is said comes in", saidComesIn},
		{"a button carries its command line", buttonCarriesCommand},
		{"a form carries its values", formCarriesValues},
		{"a card that was used says so", usedCardSaysSo},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, seen := newPlatform(t)
			tt.run(t, world{t, p, seen})
		})
	}
}

type world struct {
	t *testing.T
	p chat.Platform
	Seen
}

func (w world) person() chat.Address { return w.Person().Private() }

// send renders and delivers one message and gives back how it is seen.
func (w world) send(to chat.Address, m chat.Message, data []byte, key string) Message {
	w.t.Helper()
	before := len(w.Messages(to))
	payload, err := w.p.Render(w.t.Context(), to, m, data)
	if err != nil {
		w.t.Fatalf("render: %v", err)
	}
	if m.File == nil && w.p.Limits().Repeats {
		if again, err := w.p.Render(w.t.Context(), to, m, nil); err != nil || !bytes.Equal(again, payload) {
			w.t.Errorf("rendered again it has other bytes, %v", err)
		}
	}
	if err := w.p.Send(w.t.Context(), to, payload, key); err != nil {
		w.t.Fatalf("send: %v", err)
	}
	all := w.Messages(to)
	if len(all) != before+1 {
		w.t.Fatalf("%d messages are seen after one more was sent, want %d", len(all), before+1)
	}
	return all[before]
}

// event is the next event after those known, waiting for adapters that are
// told over a connection.
func (w world) event(known int) chat.Event {
	w.t.Helper()
	for range 500 {
		if all := w.Events(); len(all) > known {
			return all[known]
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Fatal("no event came")
	return chat.Event{}
}

func namesAddresses(t *testing.T, w world) {
	if name := w.p.Name(); name == "" || name != w.Person().Platform || name != w.Group().Platform {
		t.Errorf("Name is %q, the person's platform %q, the group's %q", name, w.Person().Platform, w.Group().Platform)
	}
	if w.p.Limits().Window <= 0 {
		t.Error("Limits().Window must say how long a key protects")
	}
}

func textStaysText(t *testing.T, w world) {
	for i, text := range hostile {
		key := string(rune('a' + i))
		for _, confidential := range []bool{false, true} {
			k := key
			if confidential {
				k += "/c"
			}
			plain := w.send(w.person(), chat.Message{Text: text, Secrecy: chat.Secrecy{Confidential: confidential}}, nil, "hostile/text/"+k)
			if plain.Text != text && !plain.Withheld {
				t.Errorf("text %q is seen as %q", text, plain.Text)
			}
			card := w.send(w.person(), chat.Message{Card: full(text), Secrecy: chat.Secrecy{Confidential: confidential}}, nil, "hostile/card/"+k)
			for _, part := range parts(text) {
				if strings.Contains(card.Text, part) == card.Withheld {
					t.Errorf("%q is not seen as it is in %q", part, card.Text)
				}
			}
			if !card.Withheld {
				actable(t, card, text)
			}
			for _, m := range []Message{plain, card} {
				if len(m.Mentions)+len(m.Links) > 0 {
					t.Errorf("%q mentions %q and links to %q", text, m.Mentions, m.Links)
				}
			}
		}
	}
}

func longText(t *testing.T, w world) {
	text := strings.Repeat("长文", 2500)
	if m := w.send(w.person(), chat.Message{Text: text}, nil, "long/1"); m.Text != text {
		t.Errorf("%d bytes of %d are seen", len(m.Text), len(text))
	}
	for i, m := range []chat.Message{
		{Text: strings.Repeat("<b>太长 ", 60_000)},
		{Text: strings.Repeat("太长 ", 60_000), Secrecy: chat.Secrecy{Confidential: true}},
		{Card: long(strings.Repeat("太长 ", 20_000))},
		{Card: &chat.Card{Title: "多", Blocks: slices.Repeat([]chat.Block{{Text: "段"}}, 1000), Buttons: []chat.Button{{Label: "好", Command: "好"}}}},
		{Card: &chat.Card{Title: "多", Blocks: slices.Repeat([]chat.Block{{Table: &chat.Table{Heads: []string{"甲"}, Rows: [][]string{{"乙"}}}}}, 30)}},
	} {
		seen := w.send(w.person(), m, nil, "long/cut/"+string(rune('a'+i)))
		if seen.Text == "" {
			t.Errorf("nothing is left of message %d", i)
		}
		if m.Card != nil && !seen.Typed && len(seen.Buttons) < len(m.Card.Buttons) {
			t.Errorf("message %d lost its buttons: %d of %d", i, len(seen.Buttons), len(m.Card.Buttons))
		}
	}
}

func keyShownOnce(t *testing.T, w world) {
	key := strings.Repeat("k", 50)
	payload, err := w.p.Render(t.Context(), w.person(), chat.Message{Text: "一次"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := w.p.Send(t.Context(), w.person(), payload, key); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(w.Messages(w.person())); n != 1 {
		t.Errorf("%d messages are seen, want 1", n)
	}
}

func confidentialLocked(t *testing.T, w world) {
	for i, m := range []chat.Message{{Text: "密"}, {Card: full("")}} {
		key := "locked/" + string(rune('a'+i))
		if w.send(w.person(), m, nil, key).Locked {
			t.Errorf("ordinary message %d cannot be forwarded", i)
		}
		m.Confidential = true
		if c := w.send(w.person(), m, nil, key+"/c"); !c.Locked && (!c.Withheld || c.Text == m.Text) {
			t.Errorf("confidential message %d can be forwarded", i)
		}
		m.Summary = "摘要"
		if g := w.send(w.Group(), m, nil, key+"/g"); !g.Locked && g.Text != "摘要" {
			t.Errorf("confidential message %d is seen by a group as %q", i, g.Text)
		}
	}
}

func saidComesIn(t *testing.T, w world) {
	for i, text := range append([]string{"签到 广州 拜访客户"}, hostile...) {
		if text != strings.TrimSpace(text) {
			continue
		}
		for j, at := range []chat.Address{w.person(), w.Group()} {
			w.Say(at, text)
			e := w.event(2*i + j)
			if e.Kind != chat.Text || e.Text != text || !e.ToBot || e.From != w.Person() || e.Chat != at || e.ID == "" || e.Sent.IsZero() {
				t.Errorf("%q said in %v came as %+v", text, at, e)
			}
		}
	}
}

func buttonCarriesCommand(t *testing.T, w world) {
	for i, line := range append([]string{"批准 A12"}, hostile...) {
		for j, to := range []chat.Address{w.person(), w.Group()} {
			known := len(w.Events())
			card := &chat.Card{Title: "申请", Buttons: []chat.Button{{Label: "不", Command: "驳回"}, {Label: "好", Command: line}}}
			m := w.send(to, chat.Message{Card: card}, nil, "press/"+string(rune('a'+i))+string(rune('0'+j)))
			w.Press(m, "好")
			e := w.event(known)
			if m.Typed && e.Kind == chat.Text { // typed, it comes as any other text
				e.Kind, e.Command, e.Card = chat.Press, e.Text, m.ID
			}
			if e.Kind != chat.Press || e.Command != line || e.From != w.Person() || e.Chat != to || e.Card != m.ID || e.ID == "" {
				t.Errorf("pressing %q in %v came as %+v", line, to, e)
			}
		}
	}
}

func formCarriesValues(t *testing.T, w world) {
	for i, text := range hostile {
		known := len(w.Events())
		form := &chat.Form{Command: "周报 " + text, Submit: "提交", Fields: []chat.Field{
			{Name: "done", Label: "完成", Lines: 3},
			{Name: "plan", Label: "计划", Value: text},
			{Name: "mood", Label: "心情", Value: text, Options: []string{"好", text}},
		}}
		m := w.send(w.person(), chat.Message{Card: &chat.Card{Title: "周报", Form: form}}, nil, "form/"+string(rune('a'+i)))
		w.Submit(m, map[string]string{"done": text})
		e := w.event(known)
		if text, is := strings.CutPrefix(e.Text, chat.TemplateWord+" "); m.Typed && is { // typed, it comes as any other text
			e.Kind = chat.Submit
			e.Command, text = chat.CutTemplate(text)
			e.Values = chat.FilledIn(text, form.Fields)
		}
		if e.Kind != chat.Submit || e.Command != form.Command || e.From != w.Person() || e.Chat != w.person() || !m.Typed && e.Card != m.ID {
			t.Errorf("submitting %q came as %+v", text, e)
		}
		for _, name := range []string{"done", "plan", "mood"} {
			if e.Values[name] != text {
				t.Errorf("%s came as %q, want %q", name, e.Values[name], text)
			}
		}
	}
}

func sameSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}
