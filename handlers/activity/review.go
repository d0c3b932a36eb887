package activity

import (
	"context"
	"fmt"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

var reviewFields = []string{fieldOutcome, fieldCost, fieldLesson, fieldLack, fieldOver}

const reviewName = "活动 总结"

func (h Handler) reviewCommands() []command.Spec {
	return []command.Spec{{
		Name: reviewName, Aliases: []string{"hdzj"}, Summary: "总结办完的活动：效果、花费、经验、不足；分工里的第一位或主管以上来写",
		Said: []string{"总结活动", "活动总结", "写活动总结", "活动复盘", "复盘活动"},
		Args: []command.Arg{theActivity(), {Name: "字段", Kind: command.Fields, Keys: reviewFields, Optional: true}},
		Examples: []string{
			"活动 总结 H3 效果=32 家到场，5 家要方案 花费=1.9万 经验=提前一周发请柬 不足=停车不够",
		},
		Who: rulebook.TakePart, Form: true, Clause: monthly, Also: []string{onSite}, Changed: h.changed, Run: h.review, Undo: h.undo,
	}}
}

// review is 活动 总结. What is missing is asked one by one; 经验 is what 会-4 is for.
func (h Handler) review(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, err := h.find(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := h.reviewable(c, was); err != nil {
		return nil, err
	}
	values := c.Fields("字段")
	if c.Form != nil {
		values = filledIn(c.Form)
	}
	if len(values) == 0 {
		return h.reviewForm(ctx, c, was)
	}
	is := was
	is.State, is.Reviewer = store.ActivityReviewed, c.Person.ID
	for _, f := range []struct {
		field string
		into  *string
	}{{fieldOutcome, &is.Outcome}, {fieldLesson, &is.Lesson}, {fieldLack, &is.Lack}, {fieldOver, &is.Over}} {
		if v, given := values[f.field]; given {
			if *f.into, err = fitting(f.field, v, maxText); err != nil {
				return nil, err
			}
		}
	}
	if v, given := values[fieldCost]; given && text.HasWords(v) {
		if is.Cost, err = amountIn(fieldCost, v); err != nil {
			return nil, err
		}
		is.Spent = true
	}
	if err := complete(is); err != nil {
		return nil, err
	}
	if err := h.save(ctx, c, was, &is, ""); err != nil {
		return nil, err
	}
	return h.reviewed(ctx, c, is)
}

// notReviewer refuses a summary by whoever is neither the first of the tasks nor a head.
func notReviewer(code string) *command.Refusal {
	return &command.Refusal{
		Text: "活动总结由分工里的第一位来写，" + rulebook.Holders(rulebook.HeadActivities) + "也可以。", Hint: "活动 " + code, Clause: monthly, Denied: true,
	}
}

// reviewable refuses a summary that is not the caller's, or not due.
func (h Handler) reviewable(c *command.Call, a store.Activity) error {
	switch {
	case !rulebook.ReviewsActivity(c.Person, a):
		return notReviewer(a.Code)
	case a.State == store.ActivityCancelled:
		return &command.Refusal{Text: a.Code + " 已取消，不用总结。", Hint: "活动 " + a.Code, Clause: monthly}
	case a.State == store.ActivityDraft:
		return &command.Refusal{Text: a.Code + " 还是草稿，还缺：" + strings.Join(rulebook.ActivityLacks(a), "、") + "。", Hint: "活动 改 " + a.Code + " 字段=值…", Clause: monthly}
	case c.Now.Before(h.Rules.ActivityBegins(a)):
		return &command.Refusal{Text: a.Code + " 还没开始（" + when(a) + "），办完再总结。", Hint: "活动 " + a.Code, Clause: monthly}
	}
	return nil
}

// complete asks for what a summary is missing, one by one.
func complete(a store.Activity) error {
	switch {
	case a.Outcome == "":
		return &command.Question{Prompt: "效果怎么样？例如：32 家到场，5 家要方案。", Prefix: fieldOutcome + "="}
	case !a.Spent && a.Budgeted:
		return &command.Question{Prompt: "实际花了多少？例如 1.9万；没花钱写 0。", Prefix: fieldCost + "="}
	case a.Lesson == "":
		return &command.Question{Prompt: "有什么经验？会-4 要求每次活动都总结经验，写一句。", Prefix: fieldLesson + "="}
	case a.Spent && a.Budgeted && rulebook.Overspent(a.Budget, a.Cost) && a.Over == "":
		return &command.Question{Prompt: "超出预算 10% 以上，为什么？写一句。", Prefix: fieldOver + "="}
	}
	return nil
}

// reviewForm is a summary to fill in.
func (h Handler) reviewForm(ctx context.Context, c *command.Call, a store.Activity) (*command.Answer, error) {
	counted, err := h.count(ctx, c.Tx, a, c.Now)
	if err != nil {
		return nil, err
	}
	cost := ""
	if a.Spent {
		cost = strings.TrimSuffix(words.Money(a.Cost), " 元")
	}
	f := chat.Form{Command: "活动 总结 " + a.Code, Submit: "提交总结", Fields: []chat.Field{
		{Name: fieldOutcome, Label: fieldOutcome, Value: a.Outcome, Lines: 2, Required: true},
		{Name: fieldCost, Label: fieldCost, Value: cost, Hint: "例如 1.9万；没花钱写 0", Required: a.Budgeted},
		{Name: fieldLesson, Label: fieldLesson, Value: a.Lesson, Lines: 2, Required: true},
		{Name: fieldLack, Label: fieldLack, Value: a.Lack, Lines: 2},
		{Name: fieldOver, Label: fieldOver, Value: a.Over, Hint: "超出预算 10% 以上时写"},
	}}
	card := chat.Card{Title: "总结 " + a.Code + " " + a.Name, Form: &f, Blocks: []chat.Block{{Text: when(a) + "，" + counted}}}
	if a.Budgeted {
		card.Blocks = append(card.Blocks, chat.Block{Text: "预算：" + words.Money(a.Budget) + "　预期效果：" + text.Continued(a.Effect)})
	}
	answer := command.Card(card)
	answer.Reply.Confidential, answer.Reply.Summary, answer.Subject = true, outline(a, c.Now), subject(a)
	return answer, nil
}

// reviewed answers a summary, and tells the heads of it who did not write it.
func (h Handler) reviewed(ctx context.Context, c *command.Call, a store.Activity) (*command.Answer, error) {
	card, err := h.card(ctx, c, a)
	if err != nil {
		return nil, err
	}
	card.Title, card.Tone = "已总结 "+a.Code, chat.Good
	answer := command.Card(card)
	answer.Subject = subject(a)
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	news := chat.Card{Title: c.Person.Name + "总结了活动 " + a.Code, Blocks: []chat.Block{{Facts: []chat.Fact{
		{Label: fieldName, Value: a.Name}, {Label: fieldOutcome, Value: a.Outcome}, {Label: fieldBudget, Value: budgetWords(a)}, {Label: fieldCost, Value: costWords(a)},
		overFact(a), {Label: fieldLesson, Value: a.Lesson},
	}}}, Buttons: []chat.Button{{Label: "看活动", Command: "活动 " + a.Code}}}
	for _, f := range []chat.Fact{{Label: fieldLack, Value: a.Lack}, {Label: fieldOver, Value: a.Over}} {
		if f.Value != "" {
			news.Blocks = append(news.Blocks, chat.Block{Text: f.Label + "：" + text.Continued(f.Value)})
		}
	}
	heads := audience.Join(roll.Standing(store.Supervisor).To, roll.Standing(store.MarketingDirector).To)
	answer.Notices = audience.Same(fmt.Sprintf("activity/%s/%d/reviewed", a.Code, a.Version), audience.But(heads, c.Person.ID), chat.Message{
		Card: &news, Secrecy: chat.Secrecy{Confidential: true, Summary: outline(a, c.Now)},
	})
	return undoable(private(c, answer, a), a), nil
}

func budgetWords(a store.Activity) string {
	if !a.Budgeted {
		return "—"
	}
	return words.Money(a.Budget)
}
