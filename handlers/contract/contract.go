// Package contract is the area of the contract forms (2-3, 2-5): who takes one gets
// the next number, reports before signing, hands in the original, and every number
// of every month has one fate that can be looked up.
//
// What may be done in which state, whose it is and who may know what, rulebook
// says; a contract and all that was done to it, the store keeps. What a contract
// brings in is no matter of this area: package receivable keeps plans and receipts,
// and the two meet in the store. Read deed.go first: everything that changes a
// contract goes through it.
package contract

import (
	"fmt"
	"slices"

	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
)

// The rules that the area serves.
const (
	taking  = "2-3" // forms are registered, numbered, accounted for
	signing = "2-5" // report before signing, hand in the original
)

// Config is the part contracts of the settings.
type Config struct {
	Number          string `yaml:"number"`            // how forms are numbered
	ArchiveDays     int    `yaml:"archive_days"`      // working days from the signature to the original; 0: none is chased
	UnusedDays      int    `yaml:"unused_days"`       // when a form in hand is asked after; 0: never
	OpenPerPerson   int    `yaml:"open_per_person"`   // forms in hand at the same time; 0: as many as one likes
	ReportValidDays int    `yaml:"report_valid_days"` // how old the last report may be at the signature; 0: as old as it is
	WarnPercent     int    `yaml:"warn_percent"`      // how far the amount may be off the reported one unasked
}

// Defaults are the settings of who has set nothing.
func Defaults() Config {
	return Config{Number: "ZYX-{year}{month}-{seq:3}", ArchiveDays: 3, UnusedDays: 30, OpenPerPerson: 10, WarnPercent: 20}
}

// Problem is the first setting that cannot be: its key, and what is wrong, for
// people. Both are empty when all is well.
func (c Config) Problem() (key, problem string) {
	if _, err := rulebook.ParseNumbering(c.Number); err != nil {
		return "number", fmt.Sprintf("number %q：%v", c.Number, err)
	}
	for _, days := range []struct {
		key string
		n   int
	}{
		{"archive_days", c.ArchiveDays}, {"unused_days", c.UnusedDays}, {"open_per_person", c.OpenPerPerson},
		{"report_valid_days", c.ReportValidDays}, {"warn_percent", c.WarnPercent},
	} {
		if days.n < 0 {
			return days.key, days.key + " 不能是负数"
		}
	}
	return "", ""
}

// numbering is the pattern of the settings, which were found right at start.
func (c Config) numbering() rulebook.Numbering {
	n, err := rulebook.ParseNumbering(c.Number)
	if err != nil {
		panic(fmt.Sprintf("contracts.number %q: %v", c.Number, err))
	}
	return n
}

// Handler is the area. Nothing in it changes after it was made.
type Handler struct {
	Rules  rulebook.Rules
	Config Config
}

// Commands are the area's commands.
func (h Handler) Commands() []command.Spec {
	list := slices.Concat(h.claimCommands(), h.signCommands(), h.changeCommands(), h.paperCommands(), h.lookCommands(), h.gapCommands())
	for i := range list {
		list[i].Private = true
	}
	return list
}
