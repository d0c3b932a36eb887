// Package meeting is the area of the department's meetings (会-1, 会-4): the pack of
// a month, the agenda that makes itself, who was there, what was said, what was
// decided, the minutes, and the decisions until they are done.
//
// What the pack holds, other areas hand over (package pack); none of them is known
// here. What may be done when, rulebook says; everything that was done, the store
// keeps: an item, a decision and a meeting each with all that they were before.
//
// A meeting can be held in a group, but nothing of it is told there except how many
// of what there are: every answer is private, and made for its reader (see
// minutes.go). Heads read everything, everybody else titles, counts and their own.
//
// Read open.go first: the meeting and its agenda; then decide.go and close.go.
//
// It is not for the tables of other areas, nor for when their months freeze.
package meeting

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/closing"
	"marketbot/handlers/command"
	"marketbot/handlers/pack"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// The rules that the area serves.
const (
	deciding = "会-1" // no discussion without a decision, with an owner and a date
	monthly  = "会-4" // what the monthly meeting sees
	summing  = "会-2" // work done and money received
)

// Handler is the area. Nothing in it changes after it was made.
type Handler struct {
	Rules    rulebook.Rules
	Config   Config
	OwedBy   []store.Post   // who owes weekly reports
	Sections []pack.Maker   // of the pack, in its order
	Months   closing.Months // what freezes with a month when its meeting ends
	// Reached is what counts for whom in a month and in the one before: 业绩.
	Reached func(ctx context.Context, tx *store.Tx, ask pack.Ask) (now, before map[string]rulebook.Sums, err error)
}

// Commands are the area's commands.
func (h Handler) Commands() []command.Spec {
	return slices.Concat(h.packCommands(), h.openCommands(), h.agendaCommands(), h.attendCommands(), h.decideCommands(), h.closeCommands(), h.decisionCommands())
}

// The arguments of the commands.
const (
	monthArg  = "月"
	itemArg   = "议题号"
	codeArg   = "决议号"
	fieldsArg = "字段"

	fieldOwner      = "负责"
	fieldDue        = "期限"
	fieldHelpers    = "协办"
	fieldReason     = "原因"
	fieldConclusion = "结论"
)

// How long what people say may be, in characters.
const (
	maxTitle = 200
	maxTalk  = 1000
	shown    = 60 // of what somebody typed that is said back
	inLine   = 40 // of what was decided, in a line
)

// elsewhere ends what a platform says that cannot keep a secret.
const elsewhere = "完整内容请在应用或飞书里看。"

// secret is an answer that only its reader sees; summary is what may be said
// elsewhere of it.
func secret(card chat.Card, subject, summary string) *command.Answer {
	a := command.Card(card)
	a.Reply.Confidential, a.Reply.Summary, a.Subject = true, summary, subject
	return a
}

// undoable lets an answer be taken back.
func undoable(a *command.Answer, ref string) *command.Answer {
	a.Undo = ref
	a.Reply.Card.Buttons = append(a.Reply.Card.Buttons, command.UndoButton)
	return a
}

// errRaced refuses what somebody else changed meanwhile.
func errRaced(code, look string) error {
	return &command.Refusal{Text: code + " 刚刚被别人改动了，请看过再办。", Hint: look, Clause: deciding, Private: true}
}

// deed is what the call does, for the store.
func deed(c *command.Call, words string) store.MeetingAct {
	return store.MeetingAct{ID: c.Tx.NewID(c.Now), At: c.Now, By: c.Person.ID, Act: c.Spec.Name, Words: words}
}

// title is what a meeting is called: 2026年11月月会, 例会「展会分工」.
func title(m store.Meeting) string {
	if m.Kind == store.MonthlyMeeting {
		return words.Month(m.Month) + string(m.Kind)
	}
	return string(m.Kind) + text.Quote(text.CutLine(m.Topic, inLine))
}

// outline is a meeting without the words of people.
func outline(m store.Meeting) string {
	if m.Kind == store.MonthlyMeeting {
		return title(m)
	}
	return string(m.Kind) + " " + m.Code
}

func subject(m store.Meeting) string { return "meeting/" + m.Code }

// asOf says as of when something is: 截至 11月27日 周五 10:30.
func (h Handler) asOf(at time.Time) string { return "截至 " + words.Moment(at.In(h.Rules.Zone)) }

// lately is how long it is said of a meeting that it is closed.
const lately = 24 * time.Hour

// now is the meeting that is open; it is refused where none is, with the one that was
// closed since the day before: whoever presses a button of it hears that.
func (h Handler) now(ctx context.Context, c *command.Call) (store.Meeting, error) {
	m, open, err := c.Tx.Meetings().Now(ctx)
	if err == nil && (!open || m.Opened.After(c.Now)) {
		r := &command.Refusal{Text: "现在没有在开会。", Hint: "要会上讨论的先提出来：议题 内容…", Clause: deciding, Private: true}
		if rulebook.Allows(rulebook.HeadMeetings, c.Person) {
			r.Hint = "月会 开始"
		}
		last, was := c.Tx.Meetings().Closed(ctx, 1)
		if err = r; was != nil {
			err = was
		} else if len(last) == 1 && c.Now.Sub(last[0].Closed) < lately {
			r.Text = outline(last[0]) + " 已于 " + words.Moment(last[0].Closed.In(h.Rules.Zone)) + " 散会。" + r.Text
		}
	}
	return m, err
}

// item is the item of the open meeting that words number.
func (h Handler) item(ctx context.Context, c *command.Call, typed string) (m store.Meeting, i store.AgendaItem, err error) {
	if m, err = h.now(ctx, c); err != nil {
		return m, i, err
	}
	i, found, err := c.Tx.Agenda().Get(ctx, command.CodeIn("Y", typed))
	switch {
	case c.Tx.PassOver(err):
		err = &command.Refusal{Text: "这个议题的记录损坏，打不开；管理员已经知道。", Hint: "议题", Private: true}
	case err == nil && (!found || i.Meeting != m.Code || i.State == store.ItemUndone || i.Made.After(c.Now)):
		err = &command.Refusal{Text: "这次会上没有议题" + text.Quote(text.CutLine(typed, shown)) + "。", Hint: "看有哪些：议题", Clause: deciding, Private: true}
	}
	return m, i, err
}

// fitting are words that say something and are no longer than they may be; empty
// where they say nothing.
func fitting(field, typed string, most int) (string, error) {
	said := strings.TrimSpace(typed)
	if !text.HasWords(said) {
		return "", nil
	}
	if len([]rune(said)) > most {
		return "", &command.Refusal{Text: command.TooLong(field, said, most) + "。", Hint: "写短一些，再发一次", Clause: deciding, Private: true}
	}
	return said, nil
}

// reason is fitting for words that may have their field's name in front.
func reason(typed string) (string, error) {
	for _, mark := range []string{"=", "＝", ":", "："} {
		typed = strings.TrimPrefix(typed, fieldReason+mark)
	}
	return fitting(fieldReason, typed, maxTitle)
}

// day is a date in a field, today or later.
func (h Handler) day(c *command.Call, field, typed string) (store.Day, error) {
	base := c.Env().Base()
	d, n, err := reading.Date(typed, base)
	if err != nil || strings.Trim(typed[n:], " 　。，,前之") != "" {
		return "", &command.Refusal{Text: field + "没看懂" + text.Quote(text.CutLine(typed, shown)) + "。", Hint: field + "=" + string(base.Today.Add(7)), Clause: deciding, Private: true, Field: field}
	}
	if d < base.Today {
		return "", &command.Refusal{Text: field + " " + words.DayIn(d, base.Today) + " 已经过去了，写今天或以后。", Hint: field + "=" + string(base.Today.Add(7)), Clause: deciding, Private: true, Field: field}
	}
	return d, nil
}

// person is the one active person whom a field names.
func (h Handler) person(ctx context.Context, c *command.Call, field, typed string) (p store.Person, err error) {
	names := reading.Names(typed)
	if len(names) > 1 {
		return p, &command.Refusal{Text: field + "只能写一个人，别人写在协办里。", Hint: field + "=" + names[0] + " 协办=" + strings.Join(names[1:], "、"), Clause: deciding, Private: true, Field: field}
	}
	found := false
	if len(names) == 1 && store.Plain(names[0]) {
		if p, found, err = c.Tx.People().Named(ctx, names[0]); err != nil {
			return p, err
		}
	}
	if !found {
		return p, &command.Refusal{Text: field + "里没有叫" + text.Quote(text.CutLine(typed, shown)) + "的在册人员。", Hint: field + "=张伟（看有谁：人员）", Clause: deciding, Private: true, Field: field}
	}
	return p, nil
}

// people are the active people whom a field names, but for one of them.
func (h Handler) people(ctx context.Context, c *command.Call, field, typed, but string) (ids []string, err error) {
	for _, name := range reading.Names(typed) {
		p, err := h.person(ctx, c, field, name)
		if err != nil {
			return nil, err
		}
		if p.ID != but && !slices.Contains(ids, p.ID) {
			ids = append(ids, p.ID)
		}
	}
	return ids, nil
}

// namesOf are people as people read them.
func namesOf(ctx context.Context, n *audience.Names, ids []string) (list []string, err error) {
	for _, id := range ids {
		name, err := n.Of(ctx, id)
		if err != nil {
			return nil, err
		}
		list = append(list, name)
	}
	return list, nil
}

// roll is who there is on the day of a call.
func (h Handler) roll(ctx context.Context, c *command.Call) (audience.Roll, error) {
	return audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
}

// inOrder sorts items as they stand on an agenda.
func inOrder(list []store.AgendaItem) []store.AgendaItem {
	slices.SortFunc(list, func(a, b store.AgendaItem) int {
		if a.Rank != b.Rank {
			return a.Rank - b.Rank
		}
		return number(a.Code) - number(b.Code)
	})
	return list
}

// number is that of a code: 4 of Y4.
func number(code string) int {
	n, _ := strconv.Atoi(strings.TrimLeft(code, "DMY")) // the store made it
	return n
}

func count(n int, of string) string { return fmt.Sprintf("%d %s", n, of) }
