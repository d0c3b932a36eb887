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
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// clause is the rule that the area serves.
const clause = "档-6"

// Handler is the area. Nothing in it changes after it was made.
type Handler struct {
	Rules rulebook.Rules
	Files rulebook.FilePolicy // who needs not ask
}

// Commands are the area's commands.
func (h Handler) Commands() []command.Spec { return nil }

// Owes is nothing.
func (h Handler) Owes(context.Context, *command.Call) ([]command.Item, error) { return nil, nil }

// RemindEnding reminds of the grants that end before tomorrow's reminder.
func (h Handler) RemindEnding(context.Context, *store.Tx, rulebook.Slot) ([]chat.Notice, error) {
	return nil, nil
}

// AnyOver tells whether a grant ended or a request lapsed that nobody was told of.
func (h Handler) AnyOver(context.Context, *store.Tx, time.Time) (bool, error) { return false, nil }

// Over tells of the grants that ended and the requests that lapsed.
func (h Handler) Over(context.Context, *store.Tx, rulebook.Slot) ([]chat.Notice, error) {
	return nil, nil
}
