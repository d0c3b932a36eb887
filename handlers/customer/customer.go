// Package customer is the area of the customer files (档-1 to 档-9): finding and
// reading them, entering and changing facts, progress, owners, leads, and the
// alarms and reminders that keep the files both safe and fresh.
//
// It is not for who may read what, which rulebook computes, nor for sealing
// and recording, which the store does behind its one door (Tx.OpenCustomer):
// a file's content reaches people only through that door and through the one
// function that renders it. Read file.go first, then render.go.
package customer

import (
	"context"
	"slices"

	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// clause is the rule that most of the area serves: files are secret, and every
// look is recorded.
const clause = "档-3"

// Config is the part customers of the settings.
type Config struct {
	SupervisorIsSteward bool     `yaml:"supervisor_is_steward"` // C1
	SalespeopleSee      string   `yaml:"salespeople_see"`       // C2: all or own
	LookupsPerHour      int      `yaml:"lookups_per_hour"`      // reveals of masked fields a person; 0: none
	StaleDays           int      `yaml:"stale_days"`            // when a file wants checking; 0: never
	Stages              []string `yaml:"stages"`                // of a customer, the first one is a new file's
	QuietDays           []int    `yaml:"progress_days"`         // without progress, when its owner hears; empty: never
	Canaries            []string `yaml:"canaries"`              // names in full whose opening alarms at once
	Fields              []string `yaml:"fields"`                // of a company, beside those of 档-1
}

// What SalespeopleSee may say.
const (
	SeeAll = "all"
	SeeOwn = "own"
)

// Defaults are the settings of who has set nothing.
func Defaults() Config {
	return Config{
		SupervisorIsSteward: true,
		SalespeopleSee:      SeeAll,
		LookupsPerHour:      20,
		StaleDays:           90,
		Stages:              []string{"初步接触", "需求沟通", "方案报价", "签约", "执行", "维护", "暂停"},
		QuietDays:           []int{7, 15, 30},
	}
}

// Policy is what the settings say about who reads files.
func (c Config) Policy() rulebook.FilePolicy {
	return rulebook.FilePolicy{SupervisorIsSteward: c.SupervisorIsSteward, SalespeopleSeeAll: c.SalespeopleSee != SeeOwn}
}

// Handler is the area. Nothing in it changes after it was made.
type Handler struct {
	Rules  rulebook.Rules
	Config Config
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

// reads tells whether a person reads files by post, for help and suggestions.
func (h Handler) reads(p store.Person) bool { return h.Config.Policy().ReadsFiles(p) }
