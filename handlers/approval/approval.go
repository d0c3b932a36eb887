// Package approval is the area of yes and no from a named post: what somebody
// asks for, who may decide it, what was decided, and until when it holds. What
// can be asked for today is to read one customer's file (档-6, C5, C6).
//
// It is not for reading files: it makes the grant, which rulebook weighs and
// the store's door demands. It tells no asker whether a customer exists before
// the answer is yes.
package approval

import (
	"context"
	"slices"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/ledger"
)

// clause is the rule that the area serves.
const clause = "档-6"

// How long things last (C6, 档-6).
const (
	usualLength = 24 * time.Hour
	mostLength  = 7 * 24 * time.Hour
	openTime    = 7 * 24 * time.Hour // then a request lapses
)

// maxDelegated is for how many days deciding can be delegated.
const maxDelegated = 30

// maxOpen is how many requests of one person wait at a time.
const maxOpen = 5

// What a request may hold, in characters.
const (
	maxWords = 60
	maxWhy   = 500
)

// Handler is the area. Nothing in it changes after it was made.
type Handler struct {
	Rules rulebook.Rules
}

// Commands are the area's commands.
func (h Handler) Commands() []command.Spec {
	return slices.Concat(h.askCommands(), h.decideCommands(), h.delegateCommands())
}

// Owes is what the caller waits for and may read meanwhile, and what waits for
// the caller's yes or no.
func (h Handler) Owes(ctx context.Context, c *command.Call) ([]command.Item, error) {
	var items []command.Item
	asked, err := h.openOf(ctx, c)
	if err != nil {
		return nil, err
	}
	for _, r := range asked {
		items = append(items, command.Item{
			Text:   "查阅申请 " + r.Code + "（" + text.Quote(r.Words) + "）等批准，" + h.at(r.Lapses) + " 前有效",
			Button: &chat.Button{Label: "撤回 " + r.Code, Command: "撤回申请 " + r.Code},
		})
	}
	grants, err := c.Tx.Grants().Of(ctx, c.Person.ID, c.Now, c.Clock())
	if err != nil {
		return nil, err
	}
	for _, g := range grants {
		name, err := named(ctx, c.Tx, g.Customer)
		if err != nil {
			return nil, err
		}
		items = append(items, command.Item{
			Text:   "可以查阅 " + name + "，到 " + h.at(g.Until) + "（授权 " + g.ID + "）",
			Button: &chat.Button{Label: "看 " + g.Customer, Command: "客户 " + g.Customer},
		})
	}
	waiting, err := h.waiting(ctx, c)
	return append(items, waiting...), err
}

// waiting is what the caller may decide.
func (h Handler) waiting(ctx context.Context, c *command.Call) ([]command.Item, error) {
	open, err := h.decidableBy(ctx, c)
	var items []command.Item
	for _, r := range open {
		asker, err := h.person(ctx, c.Tx, r.Asker)
		if err != nil {
			return nil, err
		}
		items = append(items, command.Item{
			Text:   asker + "的查阅申请 " + r.Code + " 待批，" + h.at(r.Lapses) + " 失效",
			Button: &chat.Button{Label: "看申请 " + r.Code, Command: "查阅申请 " + r.Code}, Urgent: true,
			Yes: "批准 " + r.Code, No: "驳回 " + r.Code,
		})
	}
	return items, err
}

// openOf is what the caller asked and nobody decided yet, oldest first.
func (h Handler) openOf(ctx context.Context, c *command.Call) ([]store.Request, error) {
	list, err := c.Tx.Requests().Of(ctx, c.Person.ID, c.Now.Add(-openTime))
	list = slices.DeleteFunc(list, func(r store.Request) bool { return !r.Open(c.Now) })
	slices.Reverse(list)
	return list, err
}

// decidableBy is what the caller may decide now.
func (h Handler) decidableBy(ctx context.Context, c *command.Call) ([]store.Request, error) {
	if !rulebook.Allows(rulebook.DecideLooks, c.Person) {
		return nil, nil
	}
	d, err := h.deciders(ctx, c.Tx, c.Now, c.Clock())
	if err != nil || !d.has(c.Person.ID) || !d.had(c.Person) {
		return nil, err
	}
	open, err := c.Tx.Requests().Open(ctx, c.Now)
	return slices.DeleteFunc(open, func(r store.Request) bool { return r.Asker == c.Person.ID }), err
}

// at is a moment as people read it: 11月27日 周五 10:00.
func (h Handler) at(t time.Time) string { return words.Moment(t.In(h.Rules.Zone)) }

// person is a person for a sentence: 小林（其他员工）.
func (h Handler) person(ctx context.Context, tx *store.Tx, id string) (string, error) {
	p, found, err := tx.People().ByID(ctx, id)
	if err != nil || !found {
		return "（未知）", err
	}
	return words.WithPost(p), nil
}

// requests are requests by their numbers.
func (h Handler) requests() command.Numbered[store.Request] {
	return command.Numbered[store.Request]{
		What: "查阅申请", List: "查阅申请", Clause: clause,
		Find: func(ctx context.Context, tx *store.Tx, code string) (store.Request, bool, error) {
			return tx.Requests().ByCode(ctx, code)
		},
		Code: func(r store.Request) string { return r.Code },
		At:   func(r store.Request) time.Time { return r.At },
		End: func(r store.Request, now time.Time) *command.Ended {
			switch r.State {
			case store.RequestApproved:
				return &command.Ended{By: r.By, At: r.Decided, How: "批准"}
			case store.RequestRejected:
				return &command.Ended{By: r.By, At: r.Decided, How: "驳回"}
			case store.RequestWithdrawn:
				return &command.Ended{As: "申请人", At: r.Decided, How: "撤回"}
			}
			if r.Open(now) {
				return nil
			}
			return &command.Ended{At: r.Lapses, How: "失效"}
		},
	}
}

// record writes the audit entry of a step about a request, with the customer
// and the reason given.
func record(ctx context.Context, c *command.Call, r store.Request, why string) error {
	return c.Tx.Audit().Record(ctx, ledger.Entry{
		ID: c.Tx.NewID(c.Now), At: c.Now, Person: c.Person.ID, Act: c.Spec.Name, Subject: "request/" + r.Code,
		Outcome: ledger.Done, Clause: clause, Ref: c.Event.ID, Look: ledger.Look{Customer: r.Customer, Why: why},
	})
}
