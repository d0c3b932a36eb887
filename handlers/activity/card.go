package activity

import (
	"context"
	"fmt"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/vault"
)

// card is an activity as the caller may see it: in a group without what it costs and
// for whom it is.
func (h Handler) card(ctx context.Context, c *command.Call, a store.Activity) (chat.Card, error) {
	people, err := h.peopleLines(ctx, c.Tx, a, c.Now)
	if err != nil {
		return chat.Card{}, err
	}
	facts := []chat.Fact{
		{Label: codeArg, Value: a.Code}, {Label: fieldName, Value: a.Name}, {Label: fieldKind, Value: string(a.Kind)}, {Label: "状态", Value: stateWords(a, c.Now)},
		{Label: fieldTime, Value: when(a)},
	}
	told := func(label, value string) {
		if value != "" {
			facts = append(facts, chat.Fact{Label: label, Value: value})
		}
	}
	told(fieldPlace, a.Place)
	told(rulebook.PlanPeople, strings.Join(people, "；"))
	told(fieldContent, a.Content)
	told(fieldEffect, a.Effect)
	if !c.Event.Chat.Group {
		secret, err := h.secretFacts(ctx, c, a)
		if err != nil {
			return chat.Card{}, err
		}
		facts = append(facts, secret...)
	}
	card := chat.Card{Title: "活动 " + a.Code, Blocks: []chat.Block{{Facts: facts}}}
	if lacks := rulebook.ActivityLacks(a); a.State == store.ActivityDraft && len(lacks) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: "还缺：" + strings.Join(lacks, "、") + "（会-4）。补齐之后通知参加人员。"})
	}
	return card, h.finish(ctx, c, &card, a)
}

// finish puts on a card what is to be known beside, and what can be done.
func (h Handler) finish(ctx context.Context, c *command.Call, card *chat.Card, a store.Activity) error {
	if a.State == store.ActivityPlanned && c.Now.Before(a.Ends) && rulebook.Allows(rulebook.SeeActivities, c.Person) {
		clashes, err := h.clashes(ctx, c.Tx, a)
		if err != nil {
			return err
		}
		switch {
		case len(clashes) > 0 && c.Event.Chat.Group:
			card.Blocks = append(card.Blocks, chat.Block{Text: fmt.Sprintf("有 %d 处冲突，私聊发 活动 %s 看。", len(clashes), a.Code)})
		case len(clashes) > 0:
			card.Blocks = append(card.Blocks, chat.Block{Text: clashWords(clashes) + asPlanned})
		}
	}
	if !c.Event.Chat.Group {
		card.Buttons = h.buttons(c, a)
	}
	return nil
}

// buttons are what the caller can do about an activity now.
func (h Handler) buttons(c *command.Call, a store.Activity) (list []chat.Button) {
	mine := a.Participant(c.Person.ID)
	state := rulebook.ActivityState(a, c.Now)
	if mine != nil && a.State == store.ActivityPlanned {
		if mine.Answer == store.Unanswered && state == store.ActivityPlanned {
			list = append(list, answerButtons(a)...)
		}
		if !mine.Came.Came() && h.Rules.AttendanceOpen(a, c.Now) {
			list = append(list, chat.Button{Label: "到场", Command: "到场 " + a.Code, Primary: true})
		}
	}
	plans := rulebook.Allows(rulebook.PlanActivities, c.Person)
	switch {
	case a.State == store.ActivityDraft && plans:
		list = append(list, chat.Button{Label: "补齐", Command: "活动 改 " + a.Code, Primary: true})
	case state == store.ActivityPlanned && plans:
		list = append(list, chat.Button{Label: "修改", Command: "活动 改 " + a.Code})
	case state == store.ActivityEnded && rulebook.ReviewsActivity(c.Person, a):
		list = append(list, chat.Button{Label: "总结", Command: "活动 总结 " + a.Code, Primary: true})
	}
	return list
}

// peopleLines are who takes part, each with their task and what is known of them.
func (h Handler) peopleLines(ctx context.Context, tx *store.Tx, a store.Activity, at time.Time) (list []string, err error) {
	n := audience.NewNames(tx)
	for _, p := range a.People {
		name, err := n.Of(ctx, p.Person)
		if err != nil {
			return nil, err
		}
		if p.Task != "" {
			name += "：" + p.Task
		}
		if a.State != store.ActivityDraft {
			name += "（" + partWords(a, p, at) + "）"
		}
		list = append(list, name)
	}
	return list, nil
}

// partWords is what is known of a participant: until it begins what they answered,
// then whether they came. Who said nothing is 未核, not absent.
func partWords(a store.Activity, p store.Participant, at time.Time) string {
	switch {
	case p.Came == store.Absent:
		return string(store.Absent)
	case p.Came.Came() && !p.At.IsZero():
		return string(p.Came) + " " + p.At.In(at.Location()).Format("15:04")
	case p.Came.Came():
		return string(p.Came)
	case a.State == store.ActivityCancelled:
		return "已取消"
	case rulebook.ActivityState(a, at) != store.ActivityPlanned:
		return "未核"
	case p.Answer == store.Unanswered:
		return "未回复"
	}
	return string(p.Answer)
}

// secretFacts are what is for private chats only, as far as the caller may know it:
// the money is for heads and for who sums it up, customers for who may read them.
func (h Handler) secretFacts(ctx context.Context, c *command.Call, a store.Activity) (list []chat.Fact, err error) {
	money := rulebook.Allows(rulebook.SeeActivities, c.Person) || rulebook.ReviewsActivity(c.Person, a)
	if money && a.Budgeted {
		list = append(list, chat.Fact{Label: fieldBudget, Value: words.Money(a.Budget)})
	}
	photos, err := h.photoFact(ctx, c, a)
	if err != nil {
		return nil, err
	}
	list = append(list, photos...)
	customers, err := h.customers(ctx, c, a)
	if err != nil {
		return nil, err
	}
	if len(customers) > 0 {
		list = append(list, chat.Fact{Label: fieldCustomer, Value: strings.Join(customers, "、")})
	}
	if money && a.Contract != "" {
		list = append(list, chat.Fact{Label: fieldContract, Value: a.Contract})
	}
	if a.Spent && money {
		list = append(list, chat.Fact{Label: fieldCost, Value: spentWords(a)})
	}
	for _, f := range []chat.Fact{{Label: fieldOutcome, Value: a.Outcome}, {Label: fieldLesson, Value: a.Lesson}, {Label: fieldLack, Value: a.Lack}, {Label: fieldOver, Value: a.Over}} {
		if f.Value != "" {
			list = append(list, f)
		}
	}
	if a.State == store.ActivityReviewed || a.State == store.ActivityPlanned {
		results, err := h.results(ctx, c, a)
		if err != nil {
			return nil, err
		}
		list = append(list, results...)
	}
	return list, nil
}

// spentWords are what an activity cost, and by how much that is over its budget.
func spentWords(a store.Activity) string {
	said := words.Money(a.Cost)
	if !a.Budgeted {
		return said
	}
	over := overFact(a)
	return said + "（" + over.Label + " " + over.Value + "）"
}

// overFact is by how much a cost is over its budget, or under it: 超支 12.5%, 节余 50.0%;
// 超支 — without one.
func overFact(a store.Activity) chat.Fact {
	tenths, ok := rulebook.OverPercent(a.Budget, a.Cost)
	switch {
	case !ok || !a.Spent:
		return chat.Fact{Label: "超支", Value: "—"}
	case tenths < 0:
		return chat.Fact{Label: "节余", Value: chat.Percent.Words(-tenths)}
	}
	return chat.Fact{Label: "超支", Value: chat.Percent.Words(tenths)}
}

// customers are those of an activity whose file the caller may read, by name.
func (h Handler) customers(ctx context.Context, c *command.Call, a store.Activity) (list []string, err error) {
	for _, id := range a.Customers {
		reads, err := command.Reads(ctx, c.Tx, c.Policy, c.Person, id, c.Now)
		if err != nil {
			return nil, err
		}
		if !reads {
			continue
		}
		k, found, err := vault.In(c.Tx).Sound(ctx, id)
		if err != nil {
			return nil, err
		}
		if found {
			list = append(list, id+" "+k.Name)
		}
	}
	return list, nil
}

// results are what an activity brought in: the leads that name it, and for heads the
// contracts of its customers.
func (h Handler) results(ctx context.Context, c *command.Call, a store.Activity) (list []chat.Fact, err error) {
	leads, err := c.Tx.Leads().CountOf(ctx, a.Code)
	if err != nil {
		return nil, err
	}
	if leads > 0 || a.State == store.ActivityReviewed {
		list = append(list, chat.Fact{Label: "线索", Value: fmt.Sprintf("%d 条", leads)})
	}
	if !rulebook.Allows(rulebook.SeeActivities, c.Person) || len(a.Customers) == 0 {
		return list, nil
	}
	signed, sum, err := h.signed(ctx, c.Tx, a)
	if err != nil || signed == 0 && a.State != store.ActivityReviewed {
		return list, err
	}
	return append(list, chat.Fact{Label: "90 天内签约", Value: fmt.Sprintf("%d 份，%s", signed, words.Money(sum))}), nil
}

// signed is how many contracts of its customers count as the result of an activity,
// and what they come to.
func (h Handler) signed(ctx context.Context, tx *store.Tx, a store.Activity) (n int, sum int64, err error) {
	for _, id := range a.Customers {
		contracts, err := tx.Contracts().ByCustomer(ctx, id)
		if err != nil {
			return 0, 0, err
		}
		for _, k := range contracts {
			if rulebook.ResultOf(a, k) {
				n, sum = n+1, sum+k.Amount
			}
		}
	}
	return n, sum, nil
}
