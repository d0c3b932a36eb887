package handlers

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/ledger"
)

const (
	doubleClick = 3 * time.Second // the same button or form again within it counts once
	noteUse     = time.Hour       // how exactly it is known which account was used last
)

// turn is one event on its way to an answer, in the transaction of one try.
type turn struct {
	desk *Desk
	tx   *store.Tx
	matter
	out   outcome
	owed  []store.Outgoing // the answers, as they were written
	more  bool             // others were owed notices
	reads command.ReadAhead
}

// take reads what the event is about, runs what it asks and writes what comes
// of it. Its error is the store's; everything else is answered.
func (t *turn) take(ctx context.Context) (chat.Receipt, error) {
	fresh, err := t.tx.Inbox().Receive(ctx, store.Received{Platform: t.event.Platform(), ID: t.event.ID, Act: t.desk.act(t.event), At: t.event.Sent, Body: body(t.event)}, doubleClick)
	if err != nil || !fresh {
		return chat.Receipt{Duplicate: true, OK: true, Toast: "已收到"}, err
	}
	if err := t.read(ctx); err != nil {
		return chat.Receipt{}, err
	}
	t.out = t.decide()
	for t.out.run != nil {
		c, waiting, used := *t.out.run, t.out.question, t.out.notices
		r, err := t.perform(ctx, c)
		if err != nil {
			return chat.Receipt{}, err
		}
		if t.tx.PassOver(r.err) {
			t.out = t.damaged(c, r.err)
		} else {
			t.out = t.after(c, r)
		}
		t.out.question, t.out.notices = cmp.Or(t.out.question, waiting), append(used, t.out.notices...)
	}
	if !t.out.receipt().OK { // an offer that was pressed stays; a number was used up
		t.out.notices = slices.DeleteFunc(t.out.notices, func(n chat.Notice) bool { return n.Changes() && n.Message.About == "" })
	}
	if why := t.unkept(); why != "" {
		t.out.replies = remarked(t.out.replies, why)
	}
	if t.dialog != nil && t.out.question == t.dialog && (t.out.ended == ledger.Refused || t.out.ended == ledger.Denied) {
		t.out.replies = remarked(t.out.replies, "刚才问的还在等你回复，发「取消」离开。")
	}
	if err := t.firstWords(ctx); err != nil {
		return chat.Receipt{}, err
	}
	t.mention()
	return t.out.receipt(), t.write(ctx)
}

// read gathers what the event is about.
func (t *turn) read(ctx context.Context) error {
	caller, err := t.tx.Accounts().Caller(ctx, t.event.From.Platform, t.event.From.ID)
	if err != nil {
		return err
	}
	t.person, t.owns = caller.Person, slices.Contains(t.desk.o.Owners, t.event.From)
	if t.event.Kind != chat.MemberLeft && t.person.Gone(t.event.Sent) {
		t.person = store.Person{} // the last day is over, whether or not the clock has said so
		return nil
	}
	if err := t.then(ctx, caller); err != nil {
		return err
	}
	if caller.ID != "" && t.event.Sent.Sub(caller.Used) > noteUse {
		if err := t.tx.Accounts().Use(ctx, t.event.From.Platform, t.event.From.ID, t.event.Sent); err != nil {
			return err
		}
	}
	switch {
	case t.event.Kind == chat.MemberLeft:
		t.left, err = t.desk.o.Left(ctx, t.tx, t.event.From, t.event.Sent)
	case t.event.Kind == chat.Opened:
		t.awaits, err = t.tx.Outbox().Waits(ctx, t.event.From.Platform, t.event.From.ID)
		t.awaits = t.awaits || caller.Asked
	case caller.Asked:
		err = t.question(ctx)
	}
	if err == nil && t.dialog == nil && caller.ID != "" && t.event.Kind == chat.Text {
		err = t.previews(ctx)
	}
	if err != nil || t.agrees || t.declines {
		return err
	}
	return t.hear(ctx)
}

// previews finds out whether what the person wrote is about a preview that waits.
func (t *turn) previews(ctx context.Context) error {
	private := !t.event.Chat.Group
	agree, leave, replace := private && t.mayAgree(), private && t.mayLeave(), t.mayReplace()
	if !agree && !leave && !replace {
		return nil
	}
	list, err := previews(ctx, t.tx, t.person.ID, t.event.Sent)
	t.agrees = agree && slices.ContainsFunc(list, t.agreesTo)
	t.declines = leave && len(list) > 0
	t.replaces = replace && slices.ContainsFunc(list, t.replacesIt)
	return err
}

// then finds out how the person stood when they sent the event, where that may
// differ. Of the time before it was made the store knows nothing: whoever was
// there from the start counts as there before.
func (t *turn) then(ctx context.Context, c store.Caller) error {
	at := t.event.Sent
	differs := func() bool { return at.Before(c.Bound) || at.Before(c.Changed) }
	if !differs() {
		return nil
	}
	made, err := t.tx.Marks().At(ctx, store.CreatedMark)
	if at.Before(made) {
		at = made
	}
	if err != nil || made.IsZero() || !differs() {
		return err
	}
	then, err := t.tx.People().AsOf(ctx, t.person, at)
	if at.Before(c.Bound) {
		then.Until = at
	}
	t.person.Then = &then
	return err
}

// question takes the question that waits for what the person wrote, where it
// was put before that.
func (t *turn) question(ctx context.Context) (err error) {
	if t.event.Kind == chat.Text && !t.event.Chat.Group {
		d, open, err := t.tx.Dialogs().Take(ctx, t.person.ID, t.event.Sent)
		if open {
			t.dialog = &d
		}
		if open || err != nil {
			return err
		}
	}
	if t.event.Kind == chat.Press {
		if err := t.choice(ctx); err != nil {
			return err
		}
	}
	t.later, err = t.tx.Dialogs().Later(ctx, t.person.ID, t.event.Sent)
	return err
}

// choice ends the question that a pressed button answers; any other waits on.
func (t *turn) choice(ctx context.Context) error {
	d, open, err := t.tx.Dialogs().Take(ctx, t.person.ID, t.event.Sent)
	if err != nil || !open || strings.HasPrefix(t.event.Command, d.Line+" ") {
		return err
	}
	return t.tx.Dialogs().Ask(ctx, t.person.ID, d)
}

// firstWords puts what a general manager is to confirm, who writes for the first
// time, to the answer.
func (t *turn) firstWords(ctx context.Context) error {
	switch t.event.Kind {
	case chat.MemberLeft, chat.BotJoined, chat.Opened:
		return nil
	}
	card, err := staff.FirstWords(ctx, t.tx, t.person, t.event.Sent)
	if err == nil && card != nil {
		t.out.replies = t.beside(t.out.replies, *card)
	}
	return err
}

// perform runs a command behind a savepoint: what a step that fails has written
// is undone. Its error is the store's, or what the step wants to be read first.
func (t *turn) perform(ctx context.Context, c call) (r result, err error) {
	made := command.Call{
		Tx: t.tx, Rest: c.rest, Answered: t.dialog != nil, Person: t.person, Now: t.event.Sent, Taken: t.now, Event: t.event, Spec: c.spec,
		Line: c.line, Form: c.form, Confirmed: c.confirmed, Offers: t.offers,
		Serving: t.desk.router.Serving(), Policy: t.desk.o.Policy, MayList: t.desk.o.MayList, Calendar: t.desk.o.Calendar, ReadAhead: t.reads,
		Met: &r.met,
	}
	if c.spec.Photo {
		made.Photo = t.photo.kept
	}
	r.err = t.tx.Nested(ctx, func() (err error) {
		r.answer, err = step(ctx, made, c.rest)
		return err
	})
	if made.Photo != nil {
		t.photo.tried, t.photo.taken = true, r.err == nil
	}
	var wanted *command.Wanted
	if errors.As(r.err, &wanted) {
		return r, wanted
	}
	if listed := r.names(); len(listed.Customers) > 0 && t.desk.watch != nil {
		if r.alarms, err = t.desk.watch.Watch(ctx, &made, listed); err != nil {
			return r, err
		}
	}
	switch {
	case store.Broken(r.err):
		return r, r.err
	case r.err != nil:
		r.ref = Reference()
		return r, nil
	}
	if remembers(c, r.answer) {
		r.write = t.tx.NewID(t.now)
	}
	if r.answer.Confirm != "" {
		r.code, err = t.tx.NextCode(ctx, "A")
	}
	return r, err
}

// errSilent is a step that says nothing at all.
var errSilent = errors.New("no answer and no error")

// errUnread is what was typed and cannot be read.
var errUnread = errors.New("not read")

// step parses the arguments of a call and runs it.
func step(ctx context.Context, c command.Call, rest string) (*command.Answer, error) {
	args, err := command.Parse(ctx, c.Spec, rest, c.Env())
	var no *command.Refusal
	if errors.As(err, &no) {
		err = errors.Join(errUnread, err)
	}
	if err != nil {
		return nil, err
	}
	call := command.NewCall(c, args)
	if c.Spec.Changed != nil && c.Late() {
		if err := overtaken(ctx, call); err != nil {
			return nil, err
		}
	}
	a, err := c.Spec.Run(ctx, call)
	if a == nil && err == nil {
		err = errSilent
	}
	return a, err
}

// overtaken refuses a call that was sent before what it changes was changed last. Who
// may not do it, or may not know of it, hears just that: it is run for its refusal, and
// what it wrote is rolled back with this one.
func overtaken(ctx context.Context, c *command.Call) error {
	changed, err := c.Spec.Changed(ctx, c)
	if err != nil {
		return err
	}
	late := c.Overtaken(changed)
	if late == nil {
		return nil
	}
	_, err = c.Spec.Run(ctx, c)
	var no *command.Refusal
	if store.Broken(err) || errors.As(err, &no) && no.Denied {
		return err
	}
	return late
}
