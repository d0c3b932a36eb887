package staff

import (
	"context"
	"errors"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/ledger"
)

// newcomer is how somebody is entered who gets a post: while it waits, without
// anything but to check in and report.
func (o proposal) newcomer(p store.Person) store.Person {
	p.Post = o.Post
	if o.waits() {
		p.Post, p.Awaits = store.OtherEmployee, o.Post
	}
	return p
}

// note stands behind an answer where something waits.
func (o proposal) note() string {
	if !o.waits() {
		return ""
	}
	return "\n岗位和职责" + o.waiting() + "（编号：" + o.Code + "）。" + o.meanwhile()
}

func (o proposal) meanwhile() string {
	if !o.waits() {
		return ""
	}
	return "总经理确认之前只能签到和交周报。"
}

// asked is the answer to what waits.
func (o proposal) asked(c *command.Call) *command.Answer {
	a := command.Text("已提交：" + what(o.of.Name, o.Change) + "，" + o.waiting() + "。编号：" + o.Code)
	a.Notices, a.Subject = o.news(c.Tx), "person/"+o.of.ID
	if c.Spec.Undo != nil {
		a.Undo = waitsRef + o.Code
	}
	return a
}

// refuse is the caller's no: what waited never comes, what was in effect goes.
func (h Handler) refuse(ctx context.Context, c *command.Call) (*command.Answer, error) {
	return h.each(ctx, c, "没有同意，没有或不再生效：", "取消（不同意）", func(one store.Change) (settled, error) { return h.turnDown(ctx, c, one) })
}

func (h Handler) turnDown(ctx context.Context, c *command.Call, one store.Change) (settled, error) {
	p, _, err := c.Tx.People().ByID(ctx, one.Person)
	if err != nil {
		return settled{}, err
	}
	w, err := readPower(ctx, c.Tx, c.Now)
	if err != nil {
		return settled{}, err
	}
	if _, err := c.Tx.Changes().Decide(ctx, one, store.ChangeRefused, c.Person.ID, c.Now); err != nil {
		return settled{}, err
	}
	s := settled{text: what(p.Name, one)}
	said := words.WithPost(c.Person) + "没有同意："
	if one.By == c.Person.ID {
		said = words.WithPost(c.Person) + "撤回了："
	}
	had, err := audience.Accounts(ctx, c.Tx, p.ID)
	if err != nil {
		return settled{}, err
	}
	if err := h.unmake(ctx, c, p, one); err != nil {
		return settled{}, err
	}
	to := w.heads(c.Person.ID, p.ID)
	if q, active := w.roll.Active(one.By); active {
		to = audience.Join(to, audience.But([]store.Person{q}, c.Person.ID, p.ID))
	}
	s.notices = audience.Same("staff/settled/"+one.Code, to, chat.Message{Text: said + s.text})
	if _, active := w.roll.Active(p.ID); active && p.ID != c.Person.ID {
		s.notices = append(s.notices, everywhere(c.Tx, c.Now, p, had, said+s.text)...)
	}
	return s, nil
}

// unmake takes from a person what a refused change gave or would have given.
func (h Handler) unmake(ctx context.Context, c *command.Call, p store.Person, one store.Change) error {
	if one.State == store.ChangeWaiting {
		if p.Awaits != "" && p.Awaits == one.Post {
			return c.Tx.People().Await(ctx, p.ID, "")
		}
		return nil
	}
	if one.Kind == store.ChangeAccount {
		owner, found, err := c.Tx.Accounts().Person(ctx, one.Platform, one.Account)
		if err != nil || !found || owner.ID != p.ID {
			return err
		}
		return c.Tx.Accounts().Unbind(ctx, one.Platform, one.Account)
	}
	if one.Kind != store.ChangeHold || !holds(p, one) {
		return nil
	}
	for _, d := range one.Duties {
		if d == store.Administrator {
			if err := h.keepAdministrator(ctx, c.Tx, p); err != nil {
				return err
			}
		}
		if err := c.Tx.People().TakeDuty(ctx, p.ID, d, c.Now); err != nil {
			return err
		}
	}
	if one.Post == "" {
		return nil
	}
	before := one.Was
	if before == "" {
		before = store.OtherEmployee
	}
	return c.Tx.People().SetPost(ctx, p.ID, before, c.Now)
}

// withdraw takes back what waits, for whoever asked.
func withdraw(ctx context.Context, c *command.Call, code string) (string, error) {
	one, found, err := c.Tx.Changes().ByCode(ctx, code)
	if err != nil {
		return "", err
	}
	if !found || one.State != store.ChangeWaiting {
		return "", &command.Refusal{Text: code + " 已经有了结果，不能撤销了。", Hint: "人员", Clause: "附-4"}
	}
	p, _, err := c.Tx.People().ByID(ctx, one.Person)
	if err != nil {
		return "", err
	}
	_, err = c.Tx.Changes().Decide(ctx, one, store.ChangeWithdrawn, c.Person.ID, c.Now)
	return what(p.Name, one) + "（编号 " + code + "，还没确认）", err
}

// AnyDue reports whether something about the general manager acts by now
// without a word.
func (h Handler) AnyDue(ctx context.Context, tx *store.Tx, now time.Time) (bool, error) {
	due, err := tx.Changes().Due(ctx, now)
	return len(due) > 0, err
}

// Due makes it act.
func (h Handler) Due(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
	due, err := tx.Changes().Due(ctx, s.At)
	var list []chat.Notice
	for _, c := range due {
		unasked, told, err := lapse(ctx, tx, c, s.At)
		if err != nil {
			return nil, err
		}
		if unasked {
			list = append(list, told...)
			continue
		}
		done, err := h.settle(ctx, tx, store.Person{}, c, s.At)
		var changed *command.Refusal
		if errors.As(err, &changed) {
			if _, err = tx.Changes().Decide(ctx, c, store.ChangeWithdrawn, "", s.At); err == nil {
				continue
			}
		}
		if err != nil {
			return nil, err
		}
		list = append(list, done.notices...)
		err = tx.Audit().Record(ctx, ledger.Entry{
			ID: tx.NewID(s.At), At: s.At, Act: "人员变更生效", Subject: "changes/" + c.Code, Outcome: ledger.Done, Clause: "附-4",
		})
		if err != nil {
			return nil, err
		}
	}
	return list, err
}

// lapse withdraws what would act by itself where who asked for it may ask it no more:
// nobody stands behind it. Whoever was told of it is told.
func lapse(ctx context.Context, tx *store.Tx, c store.Change, now time.Time) (lapsed bool, told []chat.Notice, err error) {
	w, err := readPower(ctx, tx, now)
	if err != nil || c.By == "" { // of the settings
		return false, nil, err
	}
	if by, active := w.roll.Active(c.By); active && rulebook.Allows(rulebook.ManagePeople, by) {
		return false, nil, nil
	}
	p, _, err := tx.People().ByID(ctx, c.Person)
	if err != nil {
		return false, nil, err
	}
	if _, err := tx.Changes().Decide(ctx, c, store.ChangeWithdrawn, "", now); err != nil {
		return false, nil, err
	}
	to := audience.Join(w.heads(), w.deciders(c), w.roll.Holders(store.Supervisor))
	return true, audience.Same("staff/settled/"+c.Code, to, chat.Message{Text: what(p.Name, c) + "（编号：" + c.Code + "）没有生效：提出的人已经不是管理员。"}), nil
}
