package main

import (
	"context"

	"marketbot/handlers/activity"
	"marketbot/handlers/approval"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/contract"
	"marketbot/handlers/customer"
	"marketbot/handlers/handover"
	"marketbot/handlers/leaving"
	"marketbot/handlers/progress"
	"marketbot/handlers/receivable"
	"marketbot/handlers/report"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/handlers/target"
	"marketbot/handlers/trip"
)

// AreaSettings are the settings of the areas, a section of the configuration
// each.
type AreaSettings struct {
	Reports     report.Config     `yaml:"reports"`
	Customers   customer.Config   `yaml:"customers"`
	Contracts   contract.Config   `yaml:"contracts"`
	Receivables receivable.Config `yaml:"receivables"`
	Targets     target.Config     `yaml:"targets"`
	Leaving     handover.Config   `yaml:"leaving"`
}

// defaultAreas are the settings of who has set nothing.
func defaultAreas() AreaSettings {
	return AreaSettings{
		Reports:     report.Defaults(),
		Customers:   customer.Defaults(),
		Contracts:   contract.Defaults(),
		Receivables: receivable.Defaults(),
		Targets:     target.Defaults(),
		Leaving:     handover.Defaults(),
	}
}

// newAreas is the department's work, in the order of help: the one place where
// an area is put in. The desk, the timetable and the files are all made from
// this list, and whoever misses an area in it says so at start.
func newAreas(r rulebook.Rules, s AreaSettings, health func(context.Context) []chat.Finding) []command.Area {
	leave := &handover.Handler{Rules: r, Config: s.Leaving}
	people := &staff.Handler{Rules: r, OwedBy: s.Reports.OwedBy, Health: health, Policy: s.Customers.Policy()}
	list := []command.Area{
		&trip.Handler{Rules: r},
		&report.Handler{Rules: r, Config: s.Reports},
		&customer.Handler{Rules: r, Config: s.Customers},
		&approval.Handler{Rules: r},
		&contract.Handler{Rules: r, Config: s.Contracts},
		&receivable.Handler{Rules: r, Config: s.Receivables},
		&target.Handler{Rules: r, Config: s.Targets, ForSigner: s.Receivables.ReceiptsFor == receivable.ForSigner},
		&progress.Handler{Rules: r, Stages: s.Customers.Stages, TermsDays: s.Receivables.TermsDays},
		&activity.Handler{Rules: r},
		leave,
		people,
	}
	leave.Leaves = leaving.Of(list)
	people.Leaves = leave.Leaves
	return list
}

// problem is the first setting of an area that cannot be.
func (s AreaSettings) problem() *problem {
	for _, section := range []struct {
		name   string
		config interface{ Problem() (key, text string) }
	}{
		{"reports", s.Reports},
		{"customers", s.Customers},
		{"contracts", s.Contracts},
		{"receivables", s.Receivables},
		{"targets", s.Targets},
		{"leaving", s.Leaving},
	} {
		if key, text := section.config.Problem(); key != "" {
			return &problem{"$." + section.name + "." + key, text}
		}
	}
	return nil
}
