package handlers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/store"
)

// turn is one event on its way to an answer.
type turn struct {
	desk   *Desk
	tx     *store.Tx
	event  chat.Event
	person store.Person // nobody when not registered
	asked  bool         // a question waits for the person's answer

	spec      *command.Spec     // what was called, once it is known
	confirmed string            // the version that is being confirmed
	form      map[string]string // values of a form that was handed in; nil when none was
	filling   string            // the line that they were written in, where it was no form
	ended     store.Outcome
	failed    error            // a fault of ours, which the person was told
	ref       string           // its number
	owed      []store.Outgoing // the answers among them
	more      bool             // others were owed notices
}

// receipt tells the adapter how it went.
func (t *turn) receipt() chat.Receipt {
	switch t.ended {
	case store.Done, "":
		return chat.Receipt{OK: true, Toast: "已收到"}
	case store.Failed:
		return chat.Receipt{Toast: "出错了，请看消息"}
	default:
		return chat.Receipt{Toast: "没有办成，请看消息"}
	}
}

// run does what the event asks. Its error is the store's; everything else is
// answered.
func (t *turn) run(ctx context.Context) error {
	switch t.event.Kind {
	case chat.MemberLeft:
		return t.left(ctx)
	case chat.BotJoined:
		if err := t.audit(ctx, "入群", store.Done, "", ""); err != nil {
			return err
		}
		return t.say(ctx, t.event.Chat, chat.Message{Card: joinedCard()})
	}
	if t.person.ID == "" {
		return t.stranger(ctx)
	}
	switch t.event.Kind {
	case chat.Opened:
		return t.line(ctx, "帮助")
	case chat.Location:
		return t.line(ctx, "签到定位 "+t.event.Place)
	case chat.Other:
		if err := t.audit(ctx, "非文字消息", store.Unknown, "", ""); err != nil {
			return err
		}
		return t.reply(ctx, chat.Message{Card: unreadableCard()})
	case chat.Text:
		return t.text(ctx)
	}
	return t.line(ctx, t.event.Command)
}

// left ends the access of somebody who left the company.
func (t *turn) left(ctx context.Context) error {
	notices, err := t.desk.o.Left(ctx, t.tx, t.event.From, t.event.Sent)
	if err != nil {
		return err
	}
	if err := t.audit(ctx, "离职事件", store.Done, "", ""); err != nil {
		return err
	}
	return t.notify(ctx, notices)
}

// stranger answers an account that nobody is known by: only 绑定 is open to
// it, and nothing of what it wrote is repeated.
func (t *turn) stranger(ctx context.Context) error {
	spec, rest, ok := t.desk.router.Match(t.event.Text)
	if t.event.Kind == chat.Text && ok && spec.Name == "绑定" {
		t.spec = spec
		return t.call(ctx, t.event.Text, rest)
	}
	if err := t.audit(ctx, "未登记的消息", store.Unknown, "", ""); err != nil {
		return err
	}
	return t.reply(ctx, chat.Message{Text: staff.Unregistered})
}

// text reads what somebody typed: a command, the answer to an open question,
// or neither.
func (t *turn) text(ctx context.Context) error {
	if t.event.Chat.Group || !t.asked {
		return t.line(ctx, t.event.Text)
	}
	d, open, err := t.tx.TakeDialog(ctx, t.person.ID, t.event.Sent)
	if err != nil {
		return err
	}
	if open && !t.commands(t.event.Text) {
		return t.resume(ctx, d)
	}
	if open && t.desk.fills(d.Line, t.event.Text) {
		if err := t.tx.Ask(ctx, t.person.ID, d); err != nil {
			return err
		}
	}
	return t.line(ctx, t.event.Text)
}

// resume goes on with the command that asked, and with no other: the answer
// stands behind its line, whatever it looks like.
func (t *turn) resume(ctx context.Context, d store.Dialog) error {
	spec, rest, ok := t.desk.router.Match(d.Line)
	if !ok { // the command is gone since
		return t.line(ctx, t.event.Text)
	}
	answer := " " + d.Prefix + t.event.Text
	return t.allowed(ctx, spec, d.Line+answer, strings.TrimSpace(rest+answer))
}

// commands tells whether a text is meant as a command although a question is
// open: one that the person may use and that stands apart as a word. An answer
// that merely begins like one (出差深圳3天 as next week's plan) stays an answer.
func (t *turn) commands(text string) bool {
	spec, rest, ok := t.desk.router.Match(text)
	if !ok || !spec.Suits(t.person) {
		return false
	}
	before, found := strings.CutSuffix(strings.TrimSpace(text), rest)
	last, _ := utf8.DecodeLastRuneInString(before)
	return rest == "" || !found || unicode.IsSpace(last) || strings.HasPrefix(command.Fold(text).Text, "/")
}

// line runs a command line, typed or carried by a button.
func (t *turn) line(ctx context.Context, line string) error {
	spec, rest, ok := t.desk.router.Match(line)
	if !ok {
		t.ended = store.Unknown
		if err := t.audit(ctx, "", store.Unknown, "", ""); err != nil {
			return err
		}
		return t.reply(ctx, chat.Message{Card: t.guess(line)})
	}
	return t.allowed(ctx, spec, line, rest)
}

func (t *turn) allowed(ctx context.Context, spec *command.Spec, line, rest string) error {
	t.spec = spec
	if !rulebook.Allows(spec.Who, t.person) {
		return t.denied(ctx)
	}
	return t.call(ctx, line, rest)
}

// denied refuses a command that the person has no right to.
func (t *turn) denied(ctx context.Context) error {
	clause := t.spec.Clause
	if clause == "" {
		clause = rulebook.ClauseOf(t.spec.Who)
	}
	r := &command.Refusal{
		Text:   "「" + t.spec.Name + "」只有" + rulebook.Holders(t.spec.Who) + "可以用。",
		Hint:   "发「帮助」看你能用的命令",
		Clause: clause,
	}
	if err := t.audit(ctx, t.spec.Name, store.Denied, "", ""); err != nil {
		return err
	}
	return t.answer(ctx, chat.Message{Card: refusalCard(r)})
}

// call parses and runs a command, and answers whatever comes of it.
func (t *turn) call(ctx context.Context, line, rest string) error {
	var a *command.Answer
	err := t.tx.Nested(ctx, func() error {
		var err error
		a, err = step(ctx, command.Call{
			Tx: t.tx, Person: t.person, Now: t.event.Sent, Event: t.event, Spec: t.spec,
			Line: line, Form: t.form, Confirmed: t.confirmed,
			Offers: t.offers,
		}, rest)
		return err
	})
	var refusal *command.Refusal
	var question *command.Question
	switch {
	case err == nil:
		return t.done(ctx, line, a)
	case store.Broken(err):
		return err
	case errors.As(err, &refusal):
		return t.refused(ctx, *refusal)
	case errors.As(err, &question):
		return t.ask(ctx, line, question)
	default:
		return t.fault(ctx, err)
	}
}

// step parses the arguments of a call and runs it.
func step(ctx context.Context, c command.Call, rest string) (*command.Answer, error) {
	args, err := command.Parse(ctx, c.Spec, rest, command.Env{Tx: c.Tx, Now: c.Now, Mentions: c.Event.Mentions, Person: c.Person})
	if err != nil {
		return nil, err
	}
	a, err := c.Spec.Run(ctx, command.NewCall(c, args))
	if a == nil && err == nil {
		err = errors.New("neither an answer nor an error")
	}
	return a, err
}

// refused answers what could not be done, and keeps the trace of a look that
// was not allowed although what the step wrote is undone.
func (t *turn) refused(ctx context.Context, r command.Refusal) error {
	if r.Field != "" && t.filling != "" { // only that is asked for again
		return t.ask(ctx, t.filling, &command.Question{Prompt: r.Text, Prefix: underHead(r.Field)})
	}
	if r.Clause == "" {
		r.Clause = t.spec.Clause
	}
	t.ended = store.Refused
	if r.Denied {
		t.ended = store.Denied
	}
	entry := t.entry(t.spec.Name, t.ended, "", r.Clause)
	entry.Look = r.Look
	if err := t.tx.Record(ctx, entry); err != nil {
		return err
	}
	say := t.answer
	if r.Private {
		say = t.privately
	}
	if err := say(ctx, chat.Message{Card: refusalCard(&r)}); err != nil {
		return err
	}
	return t.desk.o.Post.Notices(ctx, t.tx, r.Notices, store.ClassAlarm, t.event.Sent)
}

// done answers a command that went through.
func (t *turn) done(ctx context.Context, line string, a *command.Answer) error {
	if a.Next != nil {
		t.confirmed, t.form, t.filling = a.Next.Version, a.Next.Form, a.Next.Filled
		return t.line(ctx, a.Next.Line)
	}
	if a.Undo != "" || t.confirmed != "" || !a.Undid && slices.ContainsFunc(a.Notices, told) {
		if err := t.undoable(ctx, a); err != nil {
			return err
		}
	}
	if a.Confirm != "" {
		if err := t.offer(ctx, line, a); err != nil {
			return err
		}
	}
	t.ended = store.Done
	if !a.Recorded {
		if err := t.audit(ctx, t.spec.Name, store.Done, a.Subject, ""); err != nil {
			return err
		}
	}
	if err := t.answer(ctx, t.files(a)...); err != nil {
		return err
	}
	return t.notify(ctx, a.Notices)
}

// notify owes others what they have to know.
func (t *turn) notify(ctx context.Context, notices []chat.Notice) error {
	t.more = t.more || len(notices) > 0
	return t.desk.o.Post.Notices(ctx, t.tx, notices, store.ClassAlarm, t.event.Sent)
}

// told is a notice of something done; an alarm is about somebody who looked,
// and must not show in what they can take back.
func told(n chat.Notice) bool { return !n.Urgent }

// undoable remembers a write for 撤销 and binds the answer's button to it: in a
// group anybody may press it, at any time. A write that cannot be taken back is
// remembered too, so that 撤销 does not reach past it.
func (t *turn) undoable(ctx context.Context, a *command.Answer) error {
	w := store.Write{ID: t.tx.NewID(t.event.Sent), Person: t.person.ID, Command: t.spec.Name, Ref: a.Undo, At: t.event.Sent}
	for _, n := range a.Notices {
		if told(n) && !n.Aside && n.To != "" && n.To != t.person.ID && !slices.Contains(w.Told, n.To) {
			w.Told = append(w.Told, n.To)
		}
	}
	if a.Reply.Card != nil {
		for i, b := range a.Reply.Card.Buttons {
			if b.Command == "撤销" {
				a.Reply.Card.Buttons[i].Command += " " + w.ID
			}
		}
	}
	return t.tx.Wrote(ctx, w)
}

// files puts an answer's files behind its reply.
func (t *turn) files(a *command.Answer) []chat.Message {
	said := []chat.Message{a.Reply}
	for _, f := range a.Files {
		said = append(said, chat.Message{File: &f, Confidential: a.Reply.Confidential})
	}
	return said
}

// offer turns an answer into a preview that waits for 确认.
func (t *turn) offer(ctx context.Context, line string, a *command.Answer) error {
	code, err := t.tx.NextCode(ctx, "A")
	if err != nil {
		return err
	}
	now := t.event.Sent
	err = t.tx.Offer(ctx, store.Confirmation{Code: code, Person: t.person.ID, Line: line, Version: a.Confirm, Expires: now.Add(confirmTime)})
	a.Reply = preview(a.Reply, code, cmp.Or(a.Proceed, confirmWord))
	return err
}

// ask puts a question and remembers what it is about. Answers in a group would
// not reach the bot, so it goes on privately.
func (t *turn) ask(ctx context.Context, line string, q *command.Question) error {
	if t.person.ID == "" {
		return t.reply(ctx, chat.Message{Text: staff.Unregistered})
	}
	d := store.Dialog{Line: cmp.Or(q.Line, line), Prefix: q.Prefix, Expires: t.event.Sent.Add(questionTime)}
	if err := t.tx.Ask(ctx, t.person.ID, d); err != nil {
		return err
	}
	if err := t.audit(ctx, t.spec.Name, store.Refused, "question", ""); err != nil {
		return err
	}
	t.ended = store.Done
	return t.privately(ctx, chat.Message{Text: q.Prompt + "\n（直接回复即可，发「取消」离开）"})
}

// fault is for errors of ours: the log gets it once it is sure what was done, the
// person its number.
func (t *turn) fault(ctx context.Context, err error) error {
	t.ended, t.failed, t.ref = store.Failed, err, Reference()
	entry := t.entry(t.spec.Name, store.Failed, "", "")
	entry.Ref = t.ref
	if err := t.tx.Record(ctx, entry); err != nil {
		return err
	}
	text := fmt.Sprintf("出了点问题，没有办成，什么也没改。编号 %s，已记入日志。\n请稍后再发一次；还不行请把编号告诉管理员。", t.ref)
	return t.answer(ctx, chat.Message{Card: &chat.Card{Title: "出错了", Tone: chat.Bad, Blocks: []chat.Block{{Text: text}}}})
}

func (t *turn) audit(ctx context.Context, name string, outcome store.Outcome, subject, clause string) error {
	t.ended = outcome
	return t.tx.Record(ctx, t.entry(name, outcome, subject, clause))
}

func (t *turn) entry(name string, outcome store.Outcome, subject, clause string) store.Audit {
	if clause == "" && t.spec != nil {
		clause = t.spec.Clause
	}
	return store.Audit{
		ID: t.tx.NewID(t.event.Sent), At: t.event.Sent, Person: t.who(), Act: name, Subject: subject,
		Outcome: outcome, Clause: clause, Ref: t.event.ID,
	}
}

// who names whoever sent the event: the person, or the account of a stranger,
// so that attempts can be traced.
func (t *turn) who() string {
	if t.person.ID != "" {
		return t.person.ID
	}
	return "account/" + t.event.From.Platform + "/" + t.event.From.ID
}
