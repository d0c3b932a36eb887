package main

import (
	"context"

	"marketbot/handlers/activity"
	"marketbot/handlers/approval"
	"marketbot/handlers/chat"
	"marketbot/handlers/closing"
	"marketbot/handlers/command"
	"marketbot/handlers/contract"
	"marketbot/handlers/customer"
	"marketbot/handlers/handover"
	"marketbot/handlers/incident"
	"marketbot/handlers/leaving"
	"marketbot/handlers/meeting"
	"marketbot/handlers/pack"
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
	Meetings    meeting.Config    `yaml:"meetings"`
	Rules       staff.Config      `yaml:"rules"`
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
		Meetings:    meeting.Defaults(),
	}
}

// newAreas is the department's work, in the order of help: the one place where
// an area is put in. The desk, the timetable and the files are all made from
// this list, and whoever misses an area in it says so at start.
func newAreas(r rulebook.Rules, s AreaSettings, health func(context.Context) []chat.Finding) []command.Area {
	leave := &handover.Handler{Rules: r, Config: s.Leaving}
	people := &staff.Handler{Rules: r, OwedBy: s.Reports.OwedBy, Health: health, Members: untold, Policy: s.Customers.Policy()}
	contracts := &contract.Handler{Rules: r, Config: s.Contracts}
	receivables := &receivable.Handler{Rules: r, Config: s.Receivables}
	targets := &target.Handler{Rules: r, Config: s.Targets, ForSigner: s.Receivables.ReceiptsFor == receivable.ForSigner}
	courses := &progress.Handler{Rules: r, Stages: s.Customers.Stages, TermsDays: s.Receivables.TermsDays}
	activities := &activity.Handler{Rules: r}
	meetings := &meeting.Handler{Rules: r, Config: s.Meetings, OwedBy: s.Reports.OwedBy, Reached: targets.Reached}
	meetings.Sections = []pack.Maker{targets.Pack, courses.Pack, receivables.Pack, activities.Pack, contracts.Pack} // as they stand in the workbook
	list := []command.Area{
		&trip.Handler{Rules: r},
		&report.Handler{Rules: r, Config: s.Reports},
		&customer.Handler{Rules: r, Config: s.Customers, RulesFirst: s.Rules.BeforeFiles},
		&approval.Handler{Rules: r},
		contracts,
		receivables,
		targets,
		courses,
		activities,
		meetings,
		leave,
		&incident.Handler{Rules: r},
		people,
	}
	leave.Leaves = leaving.Of(list)
	people.Leaves = leave.Leaves
	meetings.Months = closing.Of(r, list)
	return list
}

// untold are the members of a group where no platform is at hand.
func untold(context.Context, chat.Address) ([]chat.Member, error) { return nil, chat.ErrNoMembers }

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
		{"meetings", s.Meetings},
	} {
		if key, text := section.config.Problem(); key != "" {
			return &problem{"$." + section.name + "." + key, text}
		}
	}
	return nil
}
