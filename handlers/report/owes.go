package report

import (
	"context"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// Owes is the caller's missing reports, for the director what is to be sent
// up, and for the general manager what is to be read.
func (h Handler) Owes(ctx context.Context, c *command.Call) ([]command.Item, error) {
	var items []command.Item
	for _, more := range []func(context.Context, *command.Call) ([]command.Item, error){h.ownOwed, h.upOwed, h.unread} {
		list, err := more(ctx, c)
		if err != nil {
			return nil, err
		}
		items = append(items, list...)
	}
	return items, nil
}

// Today is how many of the reports that are asked for came (工作台).
func (h Handler) Today(ctx context.Context, c *command.Call) ([]command.Item, error) {
	w, err := h.current(ctx, c.Tx, c.Now)
	if err != nil {
		return nil, err
	}
	if _, owed := h.Rules.ReportDue(w); !owed {
		return nil, nil
	}
	s, err := h.sheet(ctx, c.Tx, w, store.Reports.Heads)
	if err != nil {
		return nil, err
	}
	return []command.Item{{Text: w.String() + "周报：" + cameWords(s), Button: &chat.Button{Label: "谁没交", Command: "谁没交"}}}, nil
}

func (h Handler) ownOwed(ctx context.Context, c *command.Call) ([]command.Item, error) {
	this := h.Rules.Week(c.Now)
	var items []command.Item
	if last, _, ok := h.near(this, -1); ok && !h.tooOld(last, this) {
		is, err := h.stands(ctx, c, last)
		if err != nil {
			return nil, err
		}
		if is == missing {
			items = append(items, command.Item{
				Text:   last.String() + "周报未交",
				Button: &chat.Button{Label: "补交" + short(last), Command: "补交 " + last.Key()}, Urgent: true,
			})
		}
	}
	is, err := h.stands(ctx, c, this)
	if err != nil || is != missing {
		return items, err
	}
	due, _ := h.Rules.ReportDue(this)
	return append(items, command.Item{
		Text:   this.String() + "周报未交，" + h.at(due) + " 截止（" + words.Distance(c.Now, due) + "）",
		Button: &chat.Button{Label: "填写周报", Command: "提交周报 " + this.Key()}, Urgent: h.Rules.Day(c.Now) >= h.Rules.Day(due),
	}), nil
}

// upOwed is the week to be sent up, once its reports are due.
func (h Handler) upOwed(ctx context.Context, c *command.Call) ([]command.Item, error) {
	if !rulebook.Allows(rulebook.Consolidate, c.Person) {
		return nil, nil
	}
	w, err := h.current(ctx, c.Tx, c.Now)
	if err != nil {
		return nil, err
	}
	due, ok := h.Rules.ReportDue(w)
	_, sent, err := c.Tx.Weeks().SentUp(ctx, w)
	if err != nil || sent || !ok || c.Now.Before(due) {
		return nil, err
	}
	s, err := h.sheet(ctx, c.Tx, w, store.Reports.Heads)
	if err != nil || s.expected() == 0 {
		return nil, err
	}
	return []command.Item{{
		Text:   w.String() + "周报汇总未上报，" + h.dueWords(w, c.Now),
		Button: &chat.Button{Label: "汇总", Command: "汇总 " + w.Key()}, Urgent: true,
	}}, nil
}

// unreadWeeks is how far back unread reports are brought up.
const unreadWeeks = 8

func (h Handler) unread(ctx context.Context, c *command.Call) ([]command.Item, error) {
	if !rulebook.Allows(rulebook.CommentOnReports, c.Person) {
		return nil, nil
	}
	people, err := c.Tx.People().Active(ctx)
	if err != nil || !standsForGM(people, c.Person.ID) {
		return nil, err
	}
	list, err := c.Tx.Weeks().Unread(ctx, c.Person.ID, h.Rules.Week(c.Now).Add(-unreadWeeks))
	var items []command.Item
	for _, up := range list {
		items = append(items, command.Item{
			Text:   up.Week.String() + "周报汇总待阅",
			Button: &chat.Button{Label: "已阅" + short(up.Week), Command: "已阅 " + up.Week.Key()},
		})
	}
	return items, err
}
