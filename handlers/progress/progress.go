// Package progress is the area of how things go with customers, month by month, for
// the meeting (会-4): the table with each customer's stage at its beginning and its
// end, why those without progress stand still, what is to be done next, and the key
// customers with what is promised of them.
//
// What of a customer's course, contracts and money comes to, rulebook says
// ([rulebook.Rules.CustomerMonth]); the entries themselves are made by 跟进, in the
// area of the files, and meet this one in the store. The table holds of a customer
// name, owner, stage, figures and cause, never what a file holds. It is recorded as
// one look under a trace code, and is for private chats only (档-3).
//
// It is not for targets, nor for the files. Read month.go first.
package progress

import (
	"slices"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// clause is the rule that the area serves.
const clause = "会-4"

// Handler is the area. Nothing in it changes after it was made.
type Handler struct {
	Rules     rulebook.Rules
	Stages    []string // of a customer, the first one is a new file's
	TermsDays int      // after signing, when no plan says otherwise
}

// Commands are the area's commands.
func (h Handler) Commands() []command.Spec {
	return slices.Concat(h.lookCommands(), h.stallCommands(), h.promiseCommands())
}

// firstStage is the stage of a new file.
func (h Handler) firstStage() string {
	if len(h.Stages) == 0 {
		return ""
	}
	return h.Stages[0]
}

const whichCustomer = "哪位客户？写名称、名称里的几个字，或编号（如 K12）。"

// elsewhere is said where no secret can be kept.
const elsewhere = "完整内容请在应用或飞书里看。"

// secret is an answer about one customer: in full, or its code and what happened.
func secret(k store.Customer, card chat.Card, outline string) *command.Answer {
	a := command.Card(card)
	a.Reply.Confidential, a.Reply.Summary, a.Subject = true, outline+elsewhere, "customer/"+k.ID
	a.Reply.Customers = []string{k.ID}
	return a
}

// tell tells somebody of a customer.
func tell(key string, to store.Person, k store.Customer, card chat.Card, outline string) chat.Notice {
	return chat.Notice{Key: key + "/" + to.ID, To: to.ID, Message: chat.Message{
		Card: &card, Secrecy: chat.Secrecy{Confidential: true, Summary: outline + elsewhere, Customers: []string{k.ID}},
	}}
}

// notTheirs refuses what only the owner of a customer and some posts do.
func notTheirs(name string, k store.Customer, owner string) *command.Refusal {
	r := &command.Refusal{
		Text:   "「" + name + "」由负责人（" + owner + "）来做，或由主管以上来做；你可以查阅这位客户，不能替别人填。",
		Hint:   "有新情况：提供线索 " + k.ID + " 内容…",
		Clause: clause, Denied: true, Private: true,
	}
	r.Look.Customer = k.ID
	return r
}

// ownersOnly is notTheirs for the argument of a command that is a customer ToChange.
func ownersOnly(name string) func(command.Meant, string) *command.Refusal {
	return func(m command.Meant, owner string) *command.Refusal { return notTheirs(name, m.Customer, owner) }
}
