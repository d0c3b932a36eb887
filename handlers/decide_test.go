package handlers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/ledger"
)

// The department of these tests: whoever decides knows values only.
var (
	decideTime = time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)
	zhang      = store.Person{ID: "zhang", Name: "张伟", Post: store.Salesperson}
	wang       = store.Person{ID: "wang", Name: "王芳", Post: store.MarketingDirector}
	nobody     = store.Person{}
)

func decideRouter(t testing.TB) *command.Router {
	t.Helper()
	run := func(context.Context, *command.Call) (*command.Answer, error) { return nil, nil }
	free := []command.Arg{{Name: "x", Kind: command.Free, Optional: true}}
	spec := func(name string, change func(*command.Spec)) command.Spec {
		s := command.Spec{Name: name, Summary: "s", Args: free, Examples: []string{name}, Who: rulebook.TakePart, Clause: "总则", Run: run}
		change(&s)
		return s
	}
	r, err := command.NewRouter([]command.Spec{
		spec("帮助", func(*command.Spec) {}),
		spec("绑定", func(*command.Spec) {}),
		spec("签到", func(s *command.Spec) { s.Who, s.Clause = rulebook.CheckIn, "2-4" }),
		spec("签到定位", func(s *command.Spec) { s.Who = rulebook.CheckIn }),
		spec("周报", func(s *command.Spec) { s.Form, s.Private = true, true }),
		spec("催交", func(s *command.Spec) { s.Who, s.Clause = rulebook.Chase, "会-3" }),
		spec("人员 添加", func(s *command.Spec) { s.Who, s.Clause, s.Private = rulebook.ManagePeople, "", true }),
		spec(cancelWord, func(*command.Spec) {}),
		spec(confirmWord, func(s *command.Spec) { s.Private = true }),
		spec(chat.TemplateWord, func(s *command.Spec) { s.Private = true }),
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// brief is an outcome in one line: what is run, or how it ended, what is
// audited, where something is said, and what is remembered.
func brief(o outcome) string {
	var b strings.Builder
	if o.run != nil {
		fmt.Fprintf(&b, "run %s %q", o.run.spec.Name, o.run.rest)
	} else {
		fmt.Fprint(&b, o.ended)
	}
	if o.audit != nil {
		fmt.Fprintf(&b, "; audit %s %s %s", o.audit.Act, o.audit.Outcome, o.audit.Clause)
		if o.audit.Subject != "" {
			fmt.Fprint(&b, " of ", o.audit.Subject)
		}
	}
	for _, r := range o.replies {
		fmt.Fprint(&b, "; ", map[bool]string{true: "privately ", false: "here "}[r.privately], heading(r.Message))
	}
	for _, n := range o.notices {
		fmt.Fprint(&b, "; tell ", n.To)
	}
	if o.question != nil {
		fmt.Fprintf(&b, "; waits %q", o.question.Line+o.question.Prefix)
	}
	if o.offer != nil {
		fmt.Fprintf(&b, "; offers %s %q %s", o.offer.Code, o.offer.Line, o.offer.Version)
	}
	if o.write != nil {
		fmt.Fprintf(&b, "; remembers %s %s %v", o.write.ID, o.write.Ref, o.write.Told)
	}
	if o.fault != nil {
		fmt.Fprint(&b, "; fault ", o.fault.ref)
	}
	return b.String()
}

// heading is what a message is known by.
func heading(m chat.Message) string {
	switch {
	case m.Card != nil:
		return m.Card.Title
	case m.File != nil:
		return m.File.Name
	}
	line, _, _ := strings.Cut(m.Text, "\n")
	return line
}

// What kind of event, from whom, with or without an open question, with or
// without a command that it calls, and whether that is allowed.
func TestDecide(t *testing.T) {
	router := decideRouter(t)
	text := func(s string) chat.Event { return chat.Event{Kind: chat.Text, Text: s} }
	inGroup := func(e chat.Event) chat.Event { e.Chat.Group = true; return e }
	asked, form := &store.Dialog{Line: "签到 广州", Prefix: "进展："}, &store.Dialog{Line: "填表 周报"}
	tests := []struct {
		name   string
		event  chat.Event
		person store.Person
		dialog *store.Dialog
		want   string
	}{
		{"left", chat.Event{Kind: chat.MemberLeft}, zhang, nil, "done; audit 离职事件 done ; tell boss"},
		{"left, a stranger", chat.Event{Kind: chat.MemberLeft}, nobody, nil, "done; audit 离职事件 done ; tell boss"},
		{"joined", inGroup(chat.Event{Kind: chat.BotJoined}), nobody, nil, "done; audit 入群 done ; here 市场部助手来了"},
		{"stranger", text("签到 广州"), nobody, nil, "unknown; audit 未登记的消息 unknown ; here " + staff.Unregistered},
		{"stranger opens", chat.Event{Kind: chat.Opened}, nobody, nil, "unknown; audit 未登记的消息 unknown ; here " + staff.Unregistered},
		{"stranger presses", chat.Event{Kind: chat.Press, Command: "绑定 X", Text: "绑定 X"}, nobody, nil, "unknown; audit 未登记的消息 unknown ; here " + staff.Unregistered},
		{"stranger binds", text("绑定 X"), nobody, nil, `run 绑定 "X"`},
		{"opened", chat.Event{Kind: chat.Opened}, zhang, nil, `run 帮助 ""`},
		{"place", chat.Event{Kind: chat.Location, Place: "广州塔"}, zhang, nil, `run 签到定位 "广州塔"`},
		{"picture", chat.Event{Kind: chat.Other}, zhang, nil, "unknown; audit 非文字消息 unknown ; here 只看得懂文字和位置"},
		{"text", text("签到 广州"), zhang, nil, `run 签到 "广州"`},
		{"press", chat.Event{Kind: chat.Press, Command: "确认 A1"}, zhang, nil, `run 确认 "A1"`},
		{"submit", chat.Event{Kind: chat.Submit, Command: "周报", Values: map[string]string{"a": "b"}}, zhang, nil, `run 周报 ""`},
		{"menu", chat.Event{Kind: chat.Menu, Command: "周报"}, zhang, nil, `run 周报 ""`},
		{"unknown", text("天气"), zhang, nil, "unknown; audit  unknown ; here 没看懂「天气」"},
		{"denied", text("催交"), zhang, nil, "denied; audit 催交 denied 会-3; here 没有办成"},
		{"denied by the right's clause", text("人员 添加"), wang, nil, "denied; audit 人员 添加 denied 总则; here 没有办成"},
		{"denied in a group", inGroup(text("人员 添加")), wang, nil, "denied; audit 人员 添加 denied 总则; here " + neutral + "; privately 没有办成"},
		{"allowed", text("催交"), wang, nil, `run 催交 ""`},
		{"answer", text("见了李总"), zhang, asked, `run 签到 "广州 进展：见了李总"`},
		{"answer like a command", text("签到三家客户"), zhang, asked, `run 签到 "广州 进展：签到三家客户"`},
		{"another's command", text("催交"), zhang, asked, `denied; audit 催交 denied 会-3; here 没有办成; waits "签到 广州进展："`},
		{"command before a number", text("签到K1好了"), zhang, asked, `run 签到 "K1好了"`},
		{"no answer", text("好。"), zhang, asked, `run 签到 "广州"`},
		{"another one", text("不知道"), zhang, &store.Dialog{Line: "签到 广州", Prefix: "进展：", Doubted: sumOf("好")}, `run 签到 "广州"`},
		{"no answer again", text("好。"), zhang, &store.Dialog{Line: "签到 广州", Prefix: "进展：", Doubted: sumOf("好")}, `run 签到 "广州 进展：好。"`},
		{"answer like another's command", text("催交 了三家"), zhang, asked, `run 签到 "广州 进展：催交 了三家"`},
		{"command in between", text("帮助"), zhang, asked, `run 帮助 ""`},
		{"question of no command", text("见了李总"), zhang, &store.Dialog{Line: "没有了"}, "unknown; audit  unknown ; here 没看懂「见了李总」"},
		{"question of what is not allowed", text("是"), zhang, &store.Dialog{Line: "催交"}, "denied; audit 催交 denied 会-3; here 没有办成"},
		{"form waits", text("帮助"), zhang, form, `run 帮助 ""; waits "填表 周报"`},
		{"another form", text("周报"), zhang, form, `run 周报 ""`},
		{"form left", text("取消"), zhang, form, `run 取消 ""`},
		{"form waits, preview left", text("取消 A1"), zhang, form, `run 取消 "A1"; waits "填表 周报"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.event.From, tt.event.Sent = chat.Account{Platform: "x", ID: "a"}, decideTime
			m := matter{router: router, event: tt.event, person: tt.person, dialog: tt.dialog, left: []chat.Notice{{To: "boss"}}}
			o := m.decide()
			if got := brief(o); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			if o.run != nil && len(o.run.form) != len(tt.event.Values) {
				t.Errorf("form %v", o.run.form)
			}
			if o.audit != nil && (o.audit.Ref != tt.event.ID || o.audit.At != decideTime || (o.audit.Person == "account/x/a") != (tt.person.ID == "")) {
				t.Errorf("audit %+v", o.audit)
			}
		})
	}
}

// What a step may come to, in a private chat and in a group.
func TestAfter(t *testing.T) {
	news := func(change func(*chat.Notice)) []chat.Notice {
		n := chat.Notice{Key: "k", To: "boss"}
		change(&n)
		return []chat.Notice{n}
	}
	plain := func(*chat.Notice) {}
	tests := []struct {
		name    string
		command string
		change  func(*call)
		answer  command.Answer
		err     error
		private string
		group   string // empty: as in private
	}{
		{name: "done", command: "签到", answer: command.Answer{Reply: chat.Message{Text: "好"}, Subject: "s"}, private: "done; audit 签到 done 2-4 of s; here 好"},
		{name: "recorded by the step", command: "签到", answer: command.Answer{Reply: chat.Message{Text: "好"}, Recorded: true}, private: "done; here 好"},
		{name: "private", command: "周报", answer: command.Answer{Reply: chat.Message{Text: "好"}},
			private: "done; audit 周报 done 总则; here 好", group: "done; audit 周报 done 总则; here " + neutral + "; privately 好"},
		{name: "confidential", command: "签到", answer: command.Answer{Reply: chat.Message{Text: "好", Secrecy: chat.Secrecy{Confidential: true}}, Files: []chat.File{{Name: "f"}}},
			private: "done; audit 签到 done 2-4; here 好; here f", group: "done; audit 签到 done 2-4; here " + neutral + "; privately 好; privately f"},
		{name: "form", command: "签到", answer: command.Answer{Reply: chat.Message{Card: &chat.Card{Title: "c", Form: &chat.Form{}}}},
			private: "done; audit 签到 done 2-4; here c", group: "done; audit 签到 done 2-4; here " + neutral + "; privately c"},
		{name: "others told", command: "签到", answer: command.Answer{Reply: chat.Message{Text: "好"}, Notices: news(plain)},
			private: "done; audit 签到 done 2-4; here 好; tell boss; remembers w  [boss]"},
		{name: "others alarmed", command: "签到", answer: command.Answer{Reply: chat.Message{Text: "好"}, Notices: news(func(n *chat.Notice) { n.Urgent, n.Aside = true, true })},
			private: "done; audit 签到 done 2-4; here 好; tell boss"},
		{name: "others told at once", command: "签到", answer: command.Answer{Reply: chat.Message{Text: "好"}, Notices: news(func(n *chat.Notice) { n.Urgent = true })},
			private: "done; audit 签到 done 2-4; here 好; tell boss; remembers w  [boss]"},
		{name: "others told aside", command: "签到", answer: command.Answer{Reply: chat.Message{Text: "好"}, Notices: news(func(n *chat.Notice) { n.Aside = true })},
			private: "done; audit 签到 done 2-4; here 好; tell boss; remembers w  []"},
		{name: "oneself told", command: "签到", answer: command.Answer{Reply: chat.Message{Text: "好"}, Notices: news(func(n *chat.Notice) { n.To = "zhang" })},
			private: "done; audit 签到 done 2-4; here 好; tell zhang; remembers w  []"},
		{name: "undoable", command: "签到", answer: command.Answer{Reply: chat.Message{Text: "好"}, Undo: "row"},
			private: "done; audit 签到 done 2-4; here 好; remembers w row []"},
		{name: "undid", command: "签到", answer: command.Answer{Reply: chat.Message{Text: "好"}, Undid: true, Notices: news(plain)},
			private: "done; audit 签到 done 2-4; here 好; tell boss"},
		{name: "confirmed", command: "签到", change: func(c *call) { c.confirmed = "v" }, answer: command.Answer{Reply: chat.Message{Text: "好"}},
			private: "done; audit 签到 done 2-4; here 好; remembers w  []"},
		{name: "preview", command: "签到", answer: command.Answer{Reply: chat.Message{Text: "好"}, Confirm: "v"},
			private: `done; audit 签到 done 2-4; here 请确认; offers A1 "签到 行" v`, group: `done; audit 签到 done 2-4; here ` + neutral + `; privately 请确认; offers A1 "签到 行" v`},
		{name: "next", command: confirmWord, answer: command.Answer{Next: &command.Next{Line: "签到 广州", Version: "v"}}, private: `run 签到 "广州"`},
		{name: "next, not allowed", command: confirmWord, answer: command.Answer{Next: &command.Next{Line: "催交"}}, private: "denied; audit 催交 denied 会-3; here 没有办成"},
		{name: "next, unknown", command: confirmWord, answer: command.Answer{Next: &command.Next{Line: "天气"}}, private: "unknown; audit  unknown ; here 没看懂「天气」", group: "unknown; audit  unknown ; here 没看懂"},
		{name: "refused", command: "签到", err: fmt.Errorf("step: %w", &command.Refusal{Text: "不行"}), private: "refused; audit 签到 refused 2-4; here 没有办成"},
		{name: "denied by the step", command: "签到", err: &command.Refusal{Text: "不行", Denied: true, Clause: "档-6", Notices: news(plain)},
			private: "denied; audit 签到 denied 档-6; here 没有办成; tell boss"},
		{name: "refused in private", command: "签到", err: &command.Refusal{Text: "不行", Private: true},
			private: "refused; audit 签到 refused 2-4; here 没有办成", group: "refused; audit 签到 refused 2-4; here " + neutral + "; privately 没有办成"},
		{name: "field refused", command: "周报", change: func(c *call) { c.filling = "填表 周报" }, err: &command.Refusal{Text: "太长", Field: "本周"},
			private: `done; audit 周报 refused 总则 of question; here 太长; waits "填表 周报\n【本周】\n"`,
			group:   `done; audit 周报 refused 总则 of question; here ` + neutral + `; privately 太长; waits "填表 周报\n【本周】\n"`},
		{name: "field refused of a form", command: "周报", err: &command.Refusal{Text: "太长", Field: "本周"},
			private: "refused; audit 周报 refused 总则; here 没有办成", group: "refused; audit 周报 refused 总则; here " + neutral + "; privately 没有办成"},
		{name: "question", command: "签到", err: &command.Question{Prompt: "哪里？", Prefix: "地点："},
			private: `done; audit 签到 refused 2-4 of question; here 哪里？; waits "签到 行地点："`,
			group:   `done; audit 签到 refused 2-4 of question; here ` + neutral + `; privately 哪里？; waits "签到 行地点："`},
		{name: "question of its own line", command: "签到", err: &command.Question{Prompt: "哪里？", Line: "签到"},
			private: `done; audit 签到 refused 2-4 of question; here 哪里？; waits "签到"`, group: `done; audit 签到 refused 2-4 of question; here ` + neutral + `; privately 哪里？; waits "签到"`},
		{name: "fault", command: "签到", err: errors.New("no luck"), private: "failed; audit 签到 failed 2-4; here 出错了; fault R"},
	}
	router := decideRouter(t)
	for _, tt := range tests {
		for _, group := range []bool{false, true} {
			m := matter{router: router, person: zhang, event: chat.Event{ID: "e", Kind: chat.Text, Sent: decideTime, Chat: chat.Address{Group: group}}}
			c := call{spec: named(router, tt.command), line: tt.command + " 行"}
			if tt.change != nil {
				tt.change(&c)
			}
			want := tt.private
			if group && tt.group != "" {
				want = tt.group
			}
			if got := brief(m.after(c, resultOf(c, tt.answer, tt.err))); got != want {
				t.Errorf("%s, group %t: %s, want %s", tt.name, group, got, want)
			}
		}
	}
}

// resultOf is a step's end with the numbers that a turn would draw for it.
func resultOf(c call, a command.Answer, err error) result {
	r := result{answer: &a, err: err}
	switch {
	case err != nil:
		r.answer, r.ref = nil, "R"
	case remembers(c, &a):
		r.write = "w"
	}
	if a.Confirm != "" {
		r.code = "A1"
	}
	return r
}

// A stranger who is asked for the rest of 绑定 leaves nothing that waits.
func TestStrangersAreNotAsked(t *testing.T) {
	m := matter{router: decideRouter(t), event: chat.Event{Kind: chat.Text}}
	o := m.after(call{spec: named(m.router, "绑定")}, result{err: &command.Question{Prompt: "?"}})
	if got := brief(o); got != "; here "+staff.Unregistered {
		t.Error(got)
	}
}

// Binding an answer's button to its write leaves the step's card alone.
func TestBound(t *testing.T) {
	const write = "01a2157949c000645beeb3c1cdef"
	card := &chat.Card{Buttons: []chat.Button{{Command: "帮助"}, {Command: command.UndoName}}}
	for _, tt := range []struct {
		group bool
		typed string
	}{{false, command.UndoName}, {true, command.UndoName + " cdef"}} {
		m := matter{event: chat.Event{Chat: chat.Address{Group: tt.group}}}
		got := m.bound(chat.Message{Card: card}, store.Write{ID: write, Ref: "r"}).Card.Buttons
		if got[1].Command != command.UndoName+" "+write || got[1].Line() != tt.typed || got[0].Line() != "帮助" || card.Buttons[1].Command != command.UndoName {
			t.Errorf("%+v of %+v", got, card)
		}
		if got := m.bound(chat.Message{Card: card}, store.Write{ID: write}).Card.Buttons; len(got) != 1 || got[0].Command != "帮助" {
			t.Errorf("what cannot be taken back has %+v", got)
		}
	}
}

// Whatever comes of a step: a group hears nothing confidential, every command
// leaves its audit entry, every event is answered, and only a command that runs
// on leaves all of that to the next.
func TestEveryOutcomeIsWhole(t *testing.T) {
	router := decideRouter(t)
	rapid.Check(t, func(t *rapid.T) {
		spec := rapid.SampledFrom(router.Specs()).Draw(t, "spec")
		m := matter{router: router, person: rapid.SampledFrom([]store.Person{zhang, wang}).Draw(t, "person"),
			event: chat.Event{ID: "e", Kind: chat.Text, Sent: decideTime, Chat: chat.Address{Group: rapid.Bool().Draw(t, "group")}}}
		c := call{spec: spec, line: spec.Name, confirmed: rapid.SampledFrom([]string{"", "v"}).Draw(t, "confirmed"), filling: rapid.SampledFrom([]string{"", "填表 周报"}).Draw(t, "filling")}
		r := drawResult(t, c)
		o := m.after(c, r)
		if o.run != nil {
			if !rulebook.Allows(o.run.spec.Who, m.person) || o.audit != nil || len(o.replies) > 0 {
				t.Fatalf("runs %+v", o)
			}
			return
		}
		if recorded := r.answer != nil && r.answer.Recorded; len(o.replies) == 0 || (o.audit == nil) != recorded || o.audit != nil && o.audit.Outcome == "" {
			t.Fatalf("not whole: %s", brief(o))
		}
		if asks := o.question != nil; asks && (o.offer != nil || o.write != nil) || (o.fault != nil) != (o.ended == ledger.Failed) {
			t.Fatalf("both: %s", brief(o))
		}
		private := spec.Private && (r.answer == nil || r.answer.Next == nil)
		for _, said := range o.replies {
			if m.event.Chat.Group && !said.privately && said.Text != neutral && (private || said.Confidential || asks(said.Message)) {
				t.Fatalf("said in the group: %s", brief(o))
			}
		}
	})
}

func drawResult(t *rapid.T, c call) result {
	switch rapid.IntRange(0, 4).Draw(t, "result") {
	case 0:
		r := &command.Refusal{Text: "不", Denied: rapid.Bool().Draw(t, "denied"), Private: rapid.Bool().Draw(t, "private")}
		r.Field = rapid.SampledFrom([]string{"", "本周"}).Draw(t, "field")
		return resultOf(c, command.Answer{}, r)
	case 1:
		return resultOf(c, command.Answer{}, &command.Question{Prompt: "?"})
	case 2:
		return resultOf(c, command.Answer{}, errors.New("no luck"))
	case 3:
		line := rapid.SampledFrom([]string{"签到 广州", "催交", "天气"}).Draw(t, "next")
		return resultOf(c, command.Answer{Next: &command.Next{Line: line}}, nil)
	}
	a := command.Answer{Reply: chat.Message{Text: "好", Secrecy: chat.Secrecy{Confidential: rapid.Bool().Draw(t, "confidential")}}, Recorded: rapid.Bool().Draw(t, "recorded")}
	a.Undo, a.Confirm = rapid.SampledFrom([]string{"", "row"}).Draw(t, "undo"), rapid.SampledFrom([]string{"", "v"}).Draw(t, "confirm")
	if rapid.Bool().Draw(t, "file") {
		a.Files = []chat.File{{Name: "f"}}
	}
	return resultOf(c, a, nil)
}
