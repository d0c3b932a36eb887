package handlers

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/ledger"
)

// matter is what a turn has read before it decides. Deciding is a function of
// it: nothing here is read, written or drawn by chance.
type matter struct {
	router   *command.Router
	event    chat.Event
	photo    photograph
	now      time.Time     // when the event arrived, which may be hours after it was sent
	person   store.Person  // who sent it; nobody when not registered
	dialog   *store.Dialog // the question that waited for what the person wrote; nil: none
	awaits   bool          // something else is to be read in the chat that was opened
	agrees   bool          // a preview waits, and what the person wrote says yes to it
	declines bool          // or says no to it
	replaces bool          // or is a command that replaces it
	later    bool          // another question waits, which was put only after the event was sent
	owns     bool          // the settings name who sent it as the owner
	left     []chat.Notice // whom to tell that somebody left the company
	// Of a text that is no plain command:
	people   []string        // who there is
	customer string          // that it names and nothing else; empty: none that the person may know
	named    string          // what in it names a customer, likewise
	things   []command.Thing // what in it names something else, likewise
}

// decide is what comes of the event: an outcome, or a command to run first.
func (m *matter) decide() outcome {
	switch m.event.Kind {
	case chat.MemberLeft:
		return outcome{ended: ledger.Done, audit: m.entry("离职事件", ledger.Done), notices: m.left}
	case chat.BotJoined:
		return outcome{ended: ledger.Done, audit: m.entry("入群", ledger.Done), replies: here(chat.Message{Card: joinedCard()})}
	}
	if m.person.ID == "" {
		return m.stranger()
	}
	if m.person.Then != nil && !m.person.Then.Active() {
		return m.unknown("登记前的消息", chat.Message{Text: "这条消息是 " + words.Moment(m.event.Sent) + " 发的，那时你还没有登记，没有照办。还要办的话，请重新发一次。"})
	}
	switch m.event.Kind {
	case chat.Opened:
		if m.awaits {
			return outcome{ended: ledger.Done, audit: m.entry("打开私聊", ledger.Done)}
		}
		return m.typed("帮助")
	case chat.Location:
		return m.typed("签到定位 " + m.event.Place)
	case chat.Picture:
		if why := m.photo.unfit; why != "" {
			return m.unknown("照片", chat.Message{Text: why})
		}
		return m.typed("发照片")
	case chat.Other:
		return m.unknown("非文字消息", chat.Message{Card: m.unreadableCard()})
	case chat.Text:
		return m.text()
	}
	return m.typed(m.event.Command)
}

// said is what the person wrote to the bot, behind those they called upon first.
func (m *matter) said() string { return m.router.Addressed(m.event.Text, m.event.Mentions) }

// stranger answers an account that nobody is known by: only 绑定 is open to
// it, which whatever an owner writes is, and nothing of what it wrote is repeated.
func (m *matter) stranger() outcome {
	line := m.said()
	spec, rest, ok := m.router.Match(line)
	if m.event.Kind == chat.Text && ok && spec.Name == "绑定" {
		return outcome{run: &call{spec: spec, line: line, rest: rest, form: m.event.Values}}
	}
	if spec, _, ok := m.router.Match("绑定"); ok && m.owns && m.event.Kind == chat.Text && !m.event.Chat.Group {
		return outcome{run: &call{spec: spec, line: spec.Name}}
	}
	return m.unknown("未登记的消息", chat.Message{Text: staff.Unregistered})
}

// unknown is what the bot makes nothing of.
func (m *matter) unknown(act string, say chat.Message) outcome {
	return outcome{ended: ledger.Unknown, audit: m.entry(act, ledger.Unknown), replies: here(say)}
}

// text reads what somebody wrote: a command, the answer to an open question,
// or neither. The question is done with, unless it goes on waiting.
func (m *matter) text() outcome {
	line := m.said()
	switch {
	case m.leaves():
		return m.typed(cancelWord)
	case m.dialog == nil && m.agrees:
		return m.typed(confirmWord)
	case m.dialog == nil:
		return m.sentence(line)
	case !m.commands(line):
		return m.resume()
	}
	o := m.sentence(line)
	if spec, _, _ := m.router.Match(line); o.run == nil || !spec.Suits(m.person) || m.waits() {
		o.question = m.dialog
	}
	return o
}

// resume goes on with the command that asked, and with no other: the answer
// stands behind its line, whatever it looks like. What answers nothing is asked
// back, and meant where the same is said again.
func (m *matter) resume() outcome {
	spec, rest, ok := m.router.Match(m.dialog.Line)
	switch said := m.said(); {
	case !ok: // the command is gone since
		return m.typed(said)
	case (hollow(said, m.dialog.Prefix) || spec.Wavers(rest+" "+m.dialog.Prefix, said)) && m.dialog.Doubted != sumOf(said):
		return m.allowed(call{spec: spec, line: m.dialog.Line, rest: rest, doubts: strings.TrimSpace(said)})
	}
	answer := " " + m.dialog.Prefix + unnamed(m.uncalled(spec), m.dialog.Prefix)
	return m.allowed(call{spec: spec, line: m.dialog.Line + answer, rest: strings.TrimSpace(rest + answer), form: m.event.Values, answers: true})
}

// uncalled is an answer without the name of the command that asked, which some write
// once more, with a colon: 签到：拜访客户.
func (m *matter) uncalled(asked *command.Spec) string {
	spec, rest, ok := m.router.Match(m.event.Text)
	if ok && spec == asked && colonBefore(m.event.Text, rest) {
		return rest
	}
	return m.event.Text
}

// colonBefore reports whether a colon parts a text's rest from what stands before it.
func colonBefore(typed, rest string) bool {
	before, found := strings.CutSuffix(strings.TrimSpace(typed), rest)
	return found && rest != "" && strings.HasSuffix(text.Fold(strings.TrimSpace(before)).Text, ":")
}

// unnamed is an answer without the name of the field that it is for, which some type
// once more, as refusals advise: 金额=12.5万.
func unnamed(typed, prefix string) string {
	name, named := strings.CutSuffix(prefix, "=")
	rest, ok := strings.CutPrefix(strings.TrimSpace(typed), name)
	if value := strings.TrimLeft(rest, "=＝:："); named && ok && value != rest {
		return value
	}
	return typed
}

// commands reports whether a text is meant as a command although a question is
// open: one that stands apart as a word, or before a number such as D7, whoever may
// use it; of one that is no use to the person only what it could take may follow. An answer
// that merely begins like one (出差深圳3天 as next week's plan, 客户：谈妥了) stays an answer;
// 周报：本周：… is none.
func (m *matter) commands(typed string) bool {
	spec, rest, ok := m.router.Match(typed)
	if !ok || spec.Replaces != nil || !spec.Suits(m.person) && !m.fits(spec, rest) {
		return false
	}
	empty := text.TrimStops(rest) == ""
	if empty && strings.HasPrefix(m.dialog.Prefix, "\n") && spec.Needs() {
		return false // 签合同 is a plan, and of no use as a command without more
	}
	before, found := strings.CutSuffix(strings.TrimSpace(typed), rest)
	last, _ := utf8.DecodeLastRuneInString(before)
	numbered := reading.FirstCode(rest) != "" && strings.TrimLeft(rest, "0123456789") == rest
	return empty || !found || unicode.IsSpace(last) || numbered || colonBefore(typed, rest) && spec.AtLabel(rest) || strings.HasPrefix(text.Fold(typed).Text, "/")
}

// fits reports whether what follows a command is surely for it: it is no name and
// not just any words.
func (m *matter) fits(spec *command.Spec, rest string) bool {
	args, err := command.Parse(context.Background(), spec, rest, command.Env{Now: m.event.Sent})
	var asks *command.Question
	for _, a := range spec.Args {
		if _, given := args[a.Name]; given && (a.Kind == command.Person || a.Kind == command.Free) {
			return false
		}
	}
	return err == nil || errors.As(err, &asks)
}

// waits reports whether the question goes on waiting though a command came in
// between, as a form's does: what was answered so far would be lost with it.
// Another form ends it, and so does 取消.
func (m *matter) waits() bool {
	asked, _, ok := m.router.Match(m.dialog.Line)
	if !ok || asked.Name != chat.TemplateWord && asked.Name != chat.QuestionsWord {
		return false
	}
	between, rest, ok := m.router.Match(m.said())
	return !ok || !between.Form && (between.Name != cancelWord || readCode(rest) != "")
}

// typed is a line as an event brings it, with the values of a form if it was
// one.
func (m *matter) typed(line string) outcome {
	return m.line(call{line: line, form: m.event.Values})
}

// line is a command line, typed or carried by a button.
func (m *matter) line(c call) outcome {
	var ok bool
	if c.spec, c.rest, ok = m.router.Match(c.line); !ok {
		return m.unknown("", chat.Message{Card: m.guess(c.line, command.Meaning{})})
	}
	return m.allowed(c)
}

// allowed is a command for whoever may use it; others are refused.
func (m *matter) allowed(c call) outcome {
	if rulebook.Allows(c.spec.Who, m.person) {
		return outcome{run: &c}
	}
	return m.refused(c, notFor(c.spec))
}

// notFor refuses a command to whoever has not the right to it.
func notFor(s *command.Spec) *command.Refusal {
	return &command.Refusal{
		Text:   "「" + s.Name + "」只有" + rulebook.Holders(s.Who) + "可以用。",
		Hint:   "发「帮助」看你能用的命令",
		Clause: cmp.Or(s.Clause, rulebook.ClauseOf(s.Who)),
		Denied: true,
	}
}

// entry is an audit entry about the event, without its id.
func (m *matter) entry(act string, ended ledger.Outcome) *ledger.Entry {
	return &ledger.Entry{At: m.event.Sent, Person: m.who(), Act: act, Outcome: ended, Ref: m.event.ID}
}

// who names whoever sent the event: the person, or the account of a stranger,
// so that attempts can be traced.
func (m *matter) who() string {
	if m.person.ID != "" {
		return m.person.ID
	}
	return "account/" + m.event.From.Platform + "/" + m.event.From.ID
}

// offers reports whether a command is of use to the person, so that no answer
// offers another.
func (m *matter) offers(name string) bool {
	spec := named(m.router, name)
	return spec != nil && spec.Suits(m.person)
}

// named is the command of a name; nil: there is none.
func named(r *command.Router, name string) *command.Spec {
	for _, s := range r.Specs() {
		if s.Name == name {
			return s
		}
	}
	return nil
}
