// Package staff is the area of the people themselves: who they are, with which
// posts and duties, from which accounts they write, when they are away, which
// rules they live by, and whether the bot itself is well (总则, 2-2, 附-3, 附-4).
//
// It is not for what people do: trips, reports and files are areas of their
// own, which learn from the store who is who and who is on leave. It decides
// no rights either; rulebook does.
package staff

import (
	"context"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// Config is the part rules of the settings.
type Config struct {
	File        string `yaml:"file"`         // later editions of the rule book; empty: there are none
	BeforeFiles bool   `yaml:"before_files"` // whoever has not confirmed the rules opens no customer's file
}

// Handler is the area. Nothing in it changes after it was made.
type Handler struct {
	Rules  rulebook.Rules
	OwedBy []store.Post   // who owes a weekly report, for what 请假 says about it
	Groups []chat.Address // the department's groups of the settings
	Owners []chat.Account // who set the bot up: the first to write becomes administrator while there is none
	// Members are who is in a group, asked over the network: outside any
	// transaction (command.Outside). Its errors are those of chat.Lister.
	Members func(ctx context.Context, group chat.Address) ([]chat.Member, error)
	// Health is what the program knows about itself without asking anybody
	// over the network; it is called inside the transaction of 自检.
	Health func(ctx context.Context) []chat.Finding
	Policy rulebook.FilePolicy // who reads customers' files, for what a new post gives
	// Leaves finds what somebody leaves behind in all areas.
	Leaves []leaving.Holdings
}

// Commands are the area's commands.
func (h Handler) Commands() []command.Spec {
	specs := h.peopleCommands()
	specs = append(specs, h.confirmCommands()...)
	specs = append(specs, h.bindingCommand())
	specs = append(specs, h.leaveCommands()...)
	specs = append(specs, h.clauseCommands()...)
	specs = append(specs, h.checkCommand(), h.settingsCommand())
	return append(specs, h.startCommands()...)
}

// Owes is the rule book that the caller has not acknowledged (R06), and for an
// administrator the people whom no message reaches.
func (h Handler) Owes(ctx context.Context, c *command.Call) ([]command.Item, error) {
	var items []command.Item
	_, at, err := h.confirmed(ctx, c.Tx, c.Person.ID, c.Now)
	if err != nil {
		return nil, err
	}
	if at.IsZero() {
		items = append(items, command.Item{
			Text:   "《市场管理细则》" + string(h.Rules.Book.On(h.Rules.Day(c.Now)).From) + " 版待阅读确认（2-2）",
			Button: &chat.Button{Label: "看制度", Command: "制度"},
		})
	}
	asked, err := Waiting(ctx, c)
	items = append(items, asked...)
	if err != nil || !rulebook.Allows(rulebook.ManagePeople, c.Person) {
		return items, err
	}
	names, err := unbound(ctx, c.Tx)
	if err != nil || len(names) == 0 {
		return items, err
	}
	return append(items, command.Item{
		Text:   "还没有绑定聊天账号：" + words.Names(names, maxNames),
		Button: &chat.Button{Label: "给绑定码", Command: "人员 绑定码 " + names[0]},
	}), nil
}

// unbound names the active people who have no account.
func unbound(ctx context.Context, tx *store.Tx) ([]string, error) {
	people, err := tx.People().Active(ctx)
	if err != nil {
		return nil, err
	}
	accounts, err := accountsByPerson(ctx, tx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range people {
		if len(accounts[p.ID]) == 0 {
			names = append(names, p.Name)
		}
	}
	return names, nil
}

// accountsByPerson sorts the accounts of everyone active by person.
func accountsByPerson(ctx context.Context, tx *store.Tx) (map[string][]store.Account, error) {
	list, err := tx.Accounts().All(ctx)
	if err != nil {
		return nil, err
	}
	by := map[string][]store.Account{}
	for _, a := range list {
		by[a.Person] = append(by[a.Person], a)
	}
	return by, nil
}
