package handlers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/store"
	"marketbot/store/ledger"
)

// What damaged rows are called before their code; others by their table.
var (
	fileRows = map[string]string{
		"customer": "客户", "customer_person": "客户联系人", "customer_owner": "客户负责人记录", "fact": "客户资料", "progress": "客户跟进",
	}
	otherRows = map[string]string{
		"access_grant": "查阅授权", "tenure": "任职记录", "delegation": "审批授权", "person_change": "人员变更", "request": "查阅申请", "lead": "线索", "report": "周报", "consolidated": "上报",
		"report_comment": "批示", "check_in": "签到", "trip": "出差", "leave": "请假",
	}
)

// maxDamaged is how many damaged rows one message names.
const maxDamaged = 20

// damagedWords names damaged rows: 客户 K12、线索 L3. A code says nothing of what
// the row holds.
func damagedWords(list []store.Damage) string {
	var names []string
	for _, d := range list[:min(len(list), maxDamaged)] {
		name := fileRows[d.Table] + otherRows[d.Table]
		if name == "" {
			name = d.Table
		}
		names = append(names, name+" "+store.Short(d.Row))
	}
	words := strings.Join(names, "、")
	if more := len(list) - maxDamaged; more > 0 {
		words += fmt.Sprintf(" 等 %d 处", len(list))
	}
	return words
}

// Damaged tells the general manager and the administrators, once each, of the
// damaged rows that the transaction has come upon: it went on without them.
func (p *Post) Damaged(ctx context.Context, tx *store.Tx, now time.Time) error {
	var fresh []store.Damage
	for _, d := range tx.Damaged() {
		first, err := tx.Said().Once(ctx, "damaged/"+d.Table+"/"+d.Row, now)
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
	said := chat.Message{Text: "数据库里有记录损坏，打不开：" + damagedWords(fresh) +
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
	return slices.DeleteFunc(slices.Clone(t.tx.Damaged()), func(d store.Damage) bool { return fileRows[d.Table] != "" && !all })
}

// damaged is a command that a damaged row kept from going through.
func (t *turn) damaged(c call, err error) outcome {
	words := "要用到的记录损坏，打不开"
	if known := t.known(); len(known) > 0 {
		words += "：" + damagedWords(known)
	}
	r := &command.Refusal{Text: words + "。什么也没改，已通知总经理和管理员；其他记录照常使用。", Hint: "等管理员从备份里找回后再试"}
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
		r.Message = lacking(r.Message, "有记录损坏打不开，没有列出："+damagedWords(known)+"。已通知总经理和管理员。")
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
