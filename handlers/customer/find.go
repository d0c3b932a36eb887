package customer

import (
	"context"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/store/vault"
)

// open goes through the door: the look is recorded with its reason, and alarms
// come out as notices.
func (h Handler) open(ctx context.Context, c *command.Call, m command.Meant, why string) (vault.File, []chat.Notice, error) {
	file, err := vault.In(c.Tx).Open(ctx, m.Access, c.Look(m, why))
	if err != nil {
		return file, nil, err
	}
	notices, err := h.watch(ctx, c, file.Customer, file.Trace)
	return file, notices, err
}

// openHistory is open for the past of a file.
func (h Handler) openHistory(ctx context.Context, c *command.Call, m command.Meant) (vault.History, []chat.Notice, error) {
	past, err := vault.In(c.Tx).History(ctx, m.Access, c.Look(m, ""))
	if err != nil {
		return past, nil, err
	}
	notices, err := h.watch(ctx, c, past.Customer, past.Trace)
	return past, notices, err
}

// subject is what an audit entry is about.
func subject(customer string) string { return "customer/" + customer }
