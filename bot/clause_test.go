package main

import (
	"slices"
	"strings"
	"testing"

	"marketbot/handlers/chat"
	"marketbot/store/storetest"
)

// Every command serves a clause, whose card names it to whom it suits, but for
// those of the conversation itself.
func TestEveryCommandStandsInItsClause(t *testing.T) {
	ofTheConversation := []string{"撤销", "取消", "确认", chat.TemplateWord, chat.QuestionsWord}
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
