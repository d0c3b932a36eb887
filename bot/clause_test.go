package main

import (
	"slices"
	"strings"
	"testing"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/storetest"
)

// Every command serves a clause, whose card names it to whom it suits, but for
// those of the conversation itself.
func TestEveryCommandStandsInItsClause(t *testing.T) {
	ofTheConversation := []string{"撤销", "取消", "确认", "照这句办", chat.TemplateWord, chat.QuestionsWord, "接着填"}
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, everyPost(), thursday())
	for _, spec := range o.bot.Load().desk.Specs() {
		if own := slices.Contains(ofTheConversation, spec.Name); own || spec.Clause == "" {
			if !own || spec.Clause != "" {
				t.Errorf("%s serves the clause %q", spec.Name, spec.Clause)
			}
			continue
		}
		if spec.Hidden {
			continue
		}
		for _, e := range everyPost() {
			if spec.Suits(o.person(e.Name)) {
				if card := o.hear(e.Name, "制度 "+spec.Clause); !strings.Contains(card, strings.Fields(spec.Name)[0]) {
					t.Errorf("the card of %s does not name %s: %q", spec.Clause, spec.Name, card)
				}
				break
			}
		}
	}
}

// What a clause asks of somebody is done by a command that they may use and that serves
// the clause; every post is asked for something by name.
func TestWhatClausesAskCanBeDone(t *testing.T) {
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, everyPost(), thursday())
	desk := o.bot.Load().desk
	seen := map[string]bool{}
	for _, e := range everyPost() {
		p := o.person(e.Name)
		p.Duties = append(p.Duties, store.Administrator, store.Archivist, store.Accountant)
		for _, a := range rulebook.Asks(p) {
			i := slices.IndexFunc(desk.Specs(), func(s *command.Spec) bool { return s.Name == a.Command })
			if i < 0 {
				t.Errorf("%s asks for %s, which is no command", a.Clause, a.Command)
				continue
			}
			spec := desk.Specs()[i]
			if !slices.Contains(append([]string{spec.Clause}, spec.Also...), a.Clause) || !rulebook.Allows(spec.Who, p) {
				t.Errorf("%s asks a %s for %s, which serves %s, %v and may be used by %s", a.Clause, p.Post, a.Command, spec.Clause, spec.Also, rulebook.Holders(spec.Who))
			}
			seen[a.Clause] = true
		}
		if card := o.hear(e.Name, "职责"); strings.Count(card, " → ") < 5 {
			t.Errorf("%s is asked for next to nothing: %q", e.Name, card)
		}
	}
	for _, c := range rulebook.Clauses {
		if stated := slices.Contains([]string{"总则", "2-1", "2-6", "档-1", "档-3", "档-4", "档-9", "附-1", "附-2", "附-3"}, c.Number); stated == seen[c.Number] {
			t.Errorf("%s: asks for something: %v", c.Number, seen[c.Number])
		}
	}
}
