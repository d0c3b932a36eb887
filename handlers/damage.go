package handlers

import (
	"context"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/ledger"
)

// Damaged tells the general manager and the administrators, once each, of the
// damaged rows that the transaction has come upon: it went on without them.
func (p *Post) Damaged(ctx context.Context, tx *store.Tx, now time.Time) error {
	var fresh []store.Damage
	for _, d := range tx.Damaged() {
		first, err := tx.Said().Damaged(ctx, d, now)
		if err != nil {
			return err
		}
		if first {
			fresh = append(fresh, d)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	people, err := tx.People().Active(ctx)
	if err != nil {
		return err
	}
	said := chat.Message{Text: "数据库里有记录损坏，打不开：" + words.Damaged(fresh) +
		"。\n其他记录照常使用，这些没有列出来，也不给任何权限。可能是磁盘出错，或有人绕过程序改了数据库。请管理员核对审计，并从备份里找回。"}
	var list []chat.Notice
	for _, to := range mending(people) {
		list = append(list, chat.Notice{Key: "damaged/" + fresh[0].Table + "/" + fresh[0].Row + "/" + to.ID, To: to.ID, Message: said, Urgent: true})
	}
	return p.Notices(ctx, tx, list, store.ClassAlarm, now)
}

// mending are who must hear that something is damaged.
func mending(people []store.Person) []store.Person {
	head := store.GeneralManager
	if !slices.ContainsFunc(people, func(p store.Person) bool { return p.Post == head }) {
		head = store.ExecutiveDirector
	}
	return slices.DeleteFunc(slices.Clone(people), func(p store.Person) bool { return p.Post != head && !p.Has(store.Administrator) })
}

// known are the damaged rows that the person may hear of: of those of customers'
// files only who reads all files, so that nobody learns which customers there
// are (档-3).
func (t *turn) known() []store.Damage {
	all := t.desk.o.Policy.ReadsAll(t.person)
	return slices.DeleteFunc(slices.Clone(t.tx.Damaged()), func(d store.Damage) bool { return words.OfFile(d.Table) && !all })
}

// damaged is a command that a damaged row kept from going through.
func (t *turn) damaged(c call, err error) outcome {
	said := "要用到的记录损坏，打不开"
	if known := t.known(); len(known) > 0 {
		said += "：" + words.Damaged(known)
	}
	r := &command.Refusal{Text: said + "。什么也没改，已通知总经理和管理员；其他记录照常使用。", Hint: "等管理员从备份里找回后再试"}
	o := outcome{
		ended: ledger.Refused, audit: t.entry(c.spec.Name, ledger.Failed), replies: t.privately(chat.Message{Card: refusalCard(r)}),
		fault: &fault{err: err, ref: "damaged", command: c.spec.Name},
	}
	o.audit.Clause = c.spec.Clause
	return o
}

// mention says in a private answer what it lacks. A denial is the same whatever
// there is.
func (t *turn) mention() {
	known := t.known()
	if len(known) == 0 || t.out.ended != ledger.Done && t.out.ended != ledger.Refused || t.out.fault != nil {
		return
	}
	for i := range t.out.replies {
		r := &t.out.replies[i]
		if r.File != nil || t.event.Chat.Group && !r.privately {
			continue
		}
		r.Message = lacking(r.Message, "有记录损坏打不开，没有列出："+words.Damaged(known)+"。已通知总经理和管理员。")
		return
	}
}

// lacking is a message with what it lacks.
func lacking(m chat.Message, note string) chat.Message {
	if m.Summary != "" {
		m.Summary += "\n" + note
	}
	if m.Card == nil {
		m.Text = strings.TrimPrefix(m.Text+"\n"+note, "\n")
		return m
	}
	card := *m.Card
	card.Blocks = append(slices.Clone(card.Blocks), chat.Block{Note: note})
	m.Card = &card
	return m
}
