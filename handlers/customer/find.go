package customer

import (
	"context"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store/ledger"
	"marketbot/store/vault"
)

// open goes through the door: the look is recorded with its reason, and alarms
// come out as notices.
func (h Handler) open(ctx context.Context, c *command.Call, m command.Meant, why string) (vault.File, []chat.Notice, error) {
	if err := h.rulesFirst(ctx, c, m, why); err != nil {
		return vault.File{}, nil, err
	}
	file, err := vault.In(c.Tx).Open(ctx, m.Access, c.Look(m, why))
	if err != nil {
		return file, nil, err
	}
	notices, err := h.watch(ctx, c, file.Customer, file.Trace)
	return file, notices, err
}

// openHistory is open for the past of a file.
func (h Handler) openHistory(ctx context.Context, c *command.Call, m command.Meant) (vault.History, []chat.Notice, error) {
	if err := h.rulesFirst(ctx, c, m, ""); err != nil {
		return vault.History{}, nil, err
	}
	past, err := vault.In(c.Tx).History(ctx, m.Access, c.Look(m, ""))
	if err != nil {
		return past, nil, err
	}
	notices, err := h.watch(ctx, c, past.Customer, past.Trace)
	return past, notices, err
}

// MayList refuses a list of customers to whoever has to confirm the rules first.
func (h Handler) MayList(ctx context.Context, c *command.Call) error {
	return h.rulesFirst(ctx, c, command.Meant{}, "")
}

// rulesFirst keeps files, and lists of them, from whoever has not confirmed the rules,
// where the settings ask for that (2-2). m is nobody for a list.
func (h Handler) rulesFirst(ctx context.Context, c *command.Call, m command.Meant, why string) error {
	if !h.RulesFirst {
		return nil
	}
	asked := rulebook.Names(h.Rules.Book.Asked(h.Rules.Day(c.Now)))
	if _, at, err := c.Tx.People().AcknowledgedBy(ctx, c.Person.ID, asked); err != nil || !at.IsZero() {
		return err
	}
	return &command.Refusal{
		Text: "先确认现行的《市场管理细则》，才能打开客户档案。", Hint: "看：制度；看完发：制度 确认", Clause: "2-2", Denied: true, Private: true,
		Look: ledger.Look{Customer: m.ID, Why: why}, Buttons: []chat.Button{{Label: "看制度", Command: "制度", Primary: true}},
	}
}

// subject is what an audit entry is about.
func subject(customer string) string { return "customer/" + customer }
