// Package customer is the area of the customer files (档-1 to 档-9): finding and
// reading them, entering and changing facts, progress, owners, leads, and the
// alarms and reminders that keep the files both safe and fresh.
//
// It is not for who may read what, which rulebook computes, nor for sealing
// and recording, which the store does behind its one door (vault.Files.Open):
// a file's content reaches people only through that door and through the one
// function that renders it. Read file.go first, then render.go.
package customer

import (
	"context"
	"fmt"
	"slices"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/vault"
)

// clause is the rule that most of the area serves: files are secret, and every
// look is recorded.
const clause = "档-3"

// meeting is the rule that the monthly meeting sees what is done next.
const meeting = "会-4"

// Handler is the area. Nothing in it changes after it was made.
type Handler struct {
	Rules  rulebook.Rules
	Config Config
	// RulesFirst says that who has not confirmed the rules opens no file (2-2).
	RulesFirst bool
}

// Commands are the area's commands.
func (h Handler) Commands() []command.Spec {
	return slices.Concat(h.fileCommands(), h.editCommands(), h.progressCommands(), h.leadCommands(), h.recordCommands())
}

// Owes is what waits for the caller: leads to judge, files to care for.
func (h Handler) Owes(ctx context.Context, c *command.Call) ([]command.Item, error) {
	leads, err := h.leadItems(ctx, c)
	if err != nil {
		return nil, err
	}
	care, err := h.careItems(ctx, c)
	return append(leads, care...), err
}

// Today is what of the files waits to be judged (工作台).
func (h Handler) Today(ctx context.Context, c *command.Call) ([]command.Item, error) {
	waiting, err := vault.In(c.Tx).Waiting(ctx, h.stale(c.Now))
	if err != nil || waiting.Leads+waiting.Unchecked == 0 {
		return nil, err
	}
	return []command.Item{{
		Text: fmt.Sprintf("线索待判断 %d 条，有待核内容的客户档案 %d 份", waiting.Leads, waiting.Unchecked), Button: &chat.Button{Label: "线索", Command: "线索"},
	}}, nil
}

// reads reports whether a person reads files by post, for help and suggestions.
func (h Handler) reads(p store.Person) bool { return h.Config.Policy().ReadsFiles(p) }
