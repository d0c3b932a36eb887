// Package activity is the area of what the department does with and for customers
// (2-8, 会-4): promotions, work on site and negotiations, from the plan with its
// seven fields to what was learnt.
//
// What a plan is missing, when people may say that they are there and when a summary
// is due, rulebook says; an activity and all that was done to it, the store keeps.
// Contracts and leads are counted as results where they meet it in the store.
//
// What an activity costs, and for which customers it is, is confidential: a group
// hears neither. Read save.go first: everything that changes an activity goes
// through it.
//
// It is not for leave and trips, which it only asks after, nor for the monthly
// meeting, which takes its sheet from here.
package activity

import (
	"slices"

	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
)

// The rules that the area serves.
const (
	onSite  = "2-8" // who supports events and negotiations, and whether they came
	monthly = "会-4" // what a plan holds, and what was learnt
)

// Handler is the area. Nothing in it changes after it was made.
type Handler struct {
	Rules rulebook.Rules
}

// Commands are the area's commands.
func (h Handler) Commands() []command.Spec {
	return slices.Concat(h.lookCommands(), h.planCommands(), h.answerCommands(), h.attendCommands(), h.photoCommands(), h.reviewCommands())
}
