// Package report is the area of the weekly report (会-3): those who owe one hand
// it in, the director sees who has not, and sends all of them up to the general
// manager, who reads and comments.
//
// It is not for deciding when something is due, which rulebook does, nor for
// the clock, which the scheduler has: what this package knows of time is handed
// to it. Read week.go and sheet.go first: which week is meant, and how each
// person stands in it.
package report

import (
	"fmt"
	"slices"

	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// clause is the rule that the whole area serves.
const clause = "会-3"

// Config is the part reports of the settings.
type Config struct {
	OwedBy         []store.Post `yaml:"owed_by"`         // who owes a report; empty: nobody
	PublishMissing bool         `yaml:"publish_missing"` // name the missing in the group
	BackdateWeeks  int          `yaml:"backdate_weeks"`  // how far back 补交 reaches; 0: not at all
}

// Defaults are the settings of who has set nothing.
func Defaults() Config {
	return Config{OwedBy: []store.Post{store.Salesperson}, BackdateWeeks: 4}
}

// Problem is the first setting that cannot be: its key, with its place in a
// list, and what is wrong, for people. Both are empty when all is well.
func (c Config) Problem() (key, problem string) {
	for i, post := range c.OwedBy {
		if !slices.Contains(store.Posts, post) {
			return fmt.Sprintf("owed_by[%d]", i), fmt.Sprintf("没有岗位 %q", post)
		}
	}
	if c.BackdateWeeks < 0 {
		return "backdate_weeks", "backdate_weeks 不能是负数"
	}
	return "", ""
}

// Handler is the area. Nothing in it changes after it was made.
type Handler struct {
	Rules  rulebook.Rules
	Config Config
}

// Commands are the area's commands.
func (h Handler) Commands() []command.Spec {
	return slices.Concat(h.handInCommands(), h.chaseCommands(), h.consolidateCommands(), h.commentCommands())
}

// owing reports whether a post owes reports at all.
func (h Handler) owing(p store.Post) bool { return slices.Contains(h.Config.OwedBy, p) }
