package handlers

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/staff"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/ledger"
)

// result is what came of a command's step, with the numbers that were drawn
// for it: deciding draws none.
type result struct {
	answer *command.Answer
	err    error          // a refusal, a question, or a fault of ours: what the step wrote is undone
	ref    string         // of a fault
	write  string         // id of a write that is to be remembered for 撤销
	code   string         // of a preview that is to be confirmed
	alarms []chat.Notice  // that customers were named
	met    command.Listed // others' customers that the call was about
}

// names are the customers that the caller was told of.
func (r result) names() command.Listed {
	var question *command.Question
	if l := r.listed(); len(l.Customers) > 0 || errors.As(r.err, &question) {
		return l
	}
	return r.met
}

// listed are the customers that the answer or the refusal lists.
func (r result) listed() command.Listed {
	var refusal *command.Refusal
	switch {
	case errors.As(r.err, &refusal):
		return refusal.Listed
	case r.answer != nil:
		return r.answer.Listed
	}
	return command.Listed{}
}

// lists writes into an entry whom the answer lists, and for which words.
func lists(e *ledger.Entry, l command.Listed) {
	if len(l.Customers) > 0 {
		e.Subject, e.Customer, e.Why = ledger.Listing(l.Customers), l.Customers[0], l.Words
	}
}

// after is what comes of a command that was run: an outcome, or another
// command to run.
func (m *matter) after(c call, r result) outcome {
	var refusal *command.Refusal
	var question *command.Question
	switch {
	case r.err == nil:
		return m.done(c, r)
	case errors.As(r.err, &refusal):
		o := m.refused(c, refusal)
		if o.audit != nil && o.audit.Customer != "" && slices.Contains(r.met.Customers, o.audit.Customer) {
			o.audit.Subject = ledger.Listing(r.met.Customers) // a denial that names them
		}
		if c.answers && o.question == nil && (errors.Is(r.err, errUnread) || m.askedFor(refusal.Field)) {
			o.question = m.dialog // it is no answer: the question waits for another
		}
		o.notices = append(o.notices, r.alarms...)
		return o
	case errors.As(r.err, &question):
		return m.ask(c, c.line, question)
	}
	return m.failed(c, r)
}

// askedFor reports whether the question that was answered is about a field, or about
// no certain one.
func (m *matter) askedFor(field string) bool {
	about := strings.Trim(m.dialog.Prefix, "\n=：")
	return field != "" && (about == "" || about == field)
}

// done is a command that went through.
func (m *matter) done(c call, r result) outcome {
	a := r.answer
	if n := a.Next; n != nil {
		o := m.line(call{line: n.Line, confirmed: n.Version, form: n.Form, filling: n.Filled, means: n.Means})
		o.notices = append(o.notices, a.Notices...)
		return o
	}
	o := outcome{ended: ledger.Done, notices: slices.Concat(a.Notices, r.alarms)}
	said := a.Reply
	if r.write != "" {
		o.write = m.written(c, r)
		said = m.bound(said, *o.write)
		if a.Undo == "" {
			said = remark(said, "这一步不能撤销："+final(len(o.write.Told) > 0)+"。")
		}
	}
	switch {
	case c.confirmed != "" && a.Confirm != "":
		said = remark(said, "和刚才确认的不一样了，请看过再确认一次。")
	case c.means != "":
		said = remark(said, "编号："+c.means)
	}
	if a.Confirm != "" {
		if a.Proceed != "" && !slices.Contains(c.spec.Proceeds, a.Proceed) {
			panic("command " + c.spec.Name + " does not declare that it proceeds by " + a.Proceed)
		}
		o.offer = &store.Confirmation{Code: r.code, Person: m.person.ID, Line: c.again(), Version: a.Confirm, Asked: m.asked(), Expires: m.asked().Add(confirmTime)}
		said = preview(said, r.code, cmp.Or(a.Proceed, confirmWord))
	}
	if !a.Recorded {
		o.audit = m.entry(c.spec.Name, ledger.Done)
		o.audit.Clause, o.audit.Subject = c.spec.Clause, a.Subject
		lists(o.audit, a.Listed)
		if o.audit.Customer == "" && len(r.met.Customers) > 0 {
			o.audit.Customer = r.met.Customers[0]
		}
	}
	if said.Confidential && said.Right == "" {
		said.Right = string(c.spec.Who)
	}
	if m.event.Kind == chat.Submit && a.Confirm == "" && (said.Card == nil || said.Card.Form == nil) && o.used() == "" {
		o.notices = append(o.notices, m.handedIn(c, said.Secrecy))
	}
	o.replies = m.answer(c.spec, fillable(said).With(a.Files...)...)
	return o
}

// handedIn shows in the place of a form that it was handed in. What stood in it is in
// the answer, as confidential as that.
func (m *matter) handedIn(c call, secrecy chat.Secrecy) chat.Notice {
	by := command.Call{Person: m.person, Now: m.event.Sent}
	card := chat.Card{Title: c.spec.Name}.Used(by.Done("提交"))
	secrecy.Confidential, secrecy.Summary = secrecy.Confidential || c.spec.Private, ""
	return chat.Notice{Message: chat.Message{Card: &card, Secrecy: secrecy}}
}

// remembers reports whether a command wrote something of its own: 撤销 takes it
// back, or must not reach past it where it cannot be. What asks again wrote nothing.
func remembers(c call, a *command.Answer) bool {
	return a.Next == nil && a.Confirm == "" && (a.Undo != "" || c.confirmed != "" || !a.Undid && slices.ContainsFunc(a.Notices, told))
}

// told is a notice of something done. An alarm that comes aside is about somebody
// who looked, and must not show in what they can take back.
func told(n chat.Notice) bool { return !(n.Urgent && n.Aside) && !n.Changes() }

// written is what 撤销 would take back, with those to be told then.
func (m *matter) written(c call, r result) *store.Write {
	w := &store.Write{ID: r.write, Person: m.person.ID, Command: c.spec.Name, Ref: r.answer.Undo, At: m.event.Sent}
	for _, n := range r.answer.Notices {
		if told(n) && !n.Aside && n.To != "" && n.To != m.person.ID && !slices.Contains(w.Told, n.To) {
			w.Told = append(w.Told, n.To)
		}
	}
	return w
}

// bound binds an answer's button to the write that it takes back: in a group
// anybody may press it, at any time. Typed in private it means the last write; in
// a group, where words of others stand in between, the end of the write's id
// tells which. A write that cannot be taken back has none.
func (m *matter) bound(said chat.Message, write store.Write) chat.Message {
	typed := command.UndoName
	if m.event.Chat.Group {
		typed += " " + store.Short(write.ID)
	}
	undoes := func(b chat.Button) bool { return b.Command == command.UndoName }
	if said.Card == nil || !slices.ContainsFunc(said.Card.Buttons, undoes) {
		return said
	}
	card := *said.Card
	card.Buttons = slices.Clone(card.Buttons)
	if write.Ref == "" {
		card.Buttons = slices.DeleteFunc(card.Buttons, undoes)
	}
	for i, b := range card.Buttons {
		if undoes(b) {
			card.Buttons[i].Command, card.Buttons[i].Typed = b.Command+" "+write.ID, typed
		}
	}
	said.Card = &card
	return said
}

// refused is what could not be done. Of a look that was not allowed the trace
// stays, although what the step wrote is undone.
func (m *matter) refused(c call, refusal *command.Refusal) outcome {
	r := *refusal
	if r.Field != "" && c.filling != "" { // only that is asked for again
		return m.ask(c, c.filling, &command.Question{Prompt: r.Text, Prefix: underHead(r.Field)})
	}
	if r.Clause == "" {
		r.Clause = c.spec.Clause
	}
	o := outcome{ended: ledger.Refused, notices: r.Notices}
	if r.Denied {
		o.ended = ledger.Denied
	}
	o.audit = m.entry(c.spec.Name, o.ended)
	o.audit.Clause, o.audit.Look = r.Clause, r.Look
	lists(o.audit, r.Listed)
	if r.Look != (ledger.Look{}) {
		o.audit.Post = string(m.person.Post)
	}
	said := chat.Message{Card: refusalCard(&r)}
	if r.Private {
		o.replies = m.privately(said)
	} else {
		o.replies = m.answer(c.spec, said)
	}
	return o
}

// ask puts a question and remembers what it is about. Answers in a group would
// not reach the bot, so it goes on privately.
func (m *matter) ask(c call, line string, q *command.Question) outcome {
	if m.person.ID == "" {
		return outcome{replies: here(chat.Message{Text: staff.Unregistered})}
	}
	if m.later { // the other question stays, and whose answer is whose stays clear
		why := "「" + c.spec.Name + "」还缺内容，这条消息又晚到了，现在有另一个问题在等你回复。还要办的话，请重新发一次。"
		return m.refused(c, &command.Refusal{Text: why, Hint: "帮助 " + c.spec.Name})
	}
	if line = cmp.Or(q.Line, line); q.Prefix == "" {
		line = c.spec.Begun(line)
	}
	o := outcome{
		ended:    ledger.Done,
		audit:    m.entry(c.spec.Name, ledger.Refused),
		question: &store.Dialog{Line: line, Prefix: q.Prefix, Asked: m.asked(), Expires: m.asked().Add(questionTime)},
		replies:  m.privately(asking(line, q)),
	}
	o.audit.Clause, o.audit.Subject = c.spec.Clause, "question"
	if c.doubts != "" {
		o.question.Doubted = sumOf(c.doubts)
		o.replies = remarked(o.replies, text.Quote(c.doubts)+"是回答吗？就这样写的话，再发一次。")
	}
	return o
}

// asking is a question about a line in words, with a button for each choice.
func asking(line string, q *command.Question) chat.Message {
	const how = "\n（直接回复即可，发「取消」离开）"
	m := chat.Message{Text: q.Prompt + how, Secrecy: q.Secrecy}
	if len(q.Choices) > 0 {
		m = chat.Message{Card: &chat.Card{Title: "还差一项", Blocks: []chat.Block{{Text: m.Text}}}, Secrecy: q.Secrecy}
		for _, choice := range q.Choices {
			m.Card.Buttons = append(m.Card.Buttons, chat.Button{Label: choice, Command: line + " " + q.Prefix + choice, Typed: choice})
		}
	}
	if m.Summary != "" {
		m.Summary += how
	}
	return m
}

// failed is for errors of ours: the log gets it once it is sure what was done,
// the person its number.
func (m *matter) failed(c call, r result) outcome {
	text := fmt.Sprintf("出了点问题，没有办成，什么也没改。编号 %s，已记入日志。\n请稍后再发一次；还不行请把编号告诉管理员。", r.ref)
	o := outcome{
		ended:   ledger.Failed,
		audit:   m.entry(c.spec.Name, ledger.Failed),
		replies: m.answer(c.spec, chat.Message{Card: &chat.Card{Title: "出错了", Tone: chat.Bad, Blocks: []chat.Block{{Text: text}}}}),
		fault:   &fault{err: r.err, ref: r.ref, command: c.spec.Name},
	}
	o.audit.Clause, o.audit.Ref = c.spec.Clause, r.ref
	return o
}
