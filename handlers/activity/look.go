package activity

import (
	"context"
	"fmt"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

const monthArg = "月"

func (h Handler) lookCommands() []command.Spec {
	return []command.Spec{{
		Name: "活动", Summary: "看一个月的活动，或者一个活动；参加人员看自己的，主管以上看全部", Lists: true, Of: "H",
		Said: []string{"活动列表", "有哪些活动", "有什么活动", "看活动", "我的活动", "活动安排", "活动总结表", "市场活动总结表", "市场活动", "…的活动", "谁…参加活动", "谁参加活动"},
		Args: []command.Arg{
			{Name: codeArg, Kind: command.Number, Optional: true}, {Name: monthArg, Kind: command.Month, Optional: true}, command.PageArg(),
		},
		Examples: []string{"活动", "活动 下月", "活动 H3"},
		Who:      rulebook.TakePart, Clause: monthly, Also: []string{onSite}, Run: h.look,
	}}
}

// look is 活动: one by its number or its name, else those of a month.
func (h Handler) look(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if !c.Has(codeArg) {
		a, one, err := h.named(ctx, c)
		if err != nil {
			return nil, err
		}
		if !one {
			return h.month(ctx, c)
		}
		return h.shown(ctx, c, a)
	}
	a, err := h.find(ctx, c)
	if err != nil {
		return nil, err
	}
	return h.shown(ctx, c, a)
}

// named is the one activity of the month, or still to come, that the caller may see and
// whose name holds what was typed in the place of a page; false where it is none or
// several.
func (h Handler) named(ctx context.Context, c *command.Call) (a store.Activity, one bool, err error) {
	typed := text.Bare(c.PageWord())
	if typed == "" {
		return a, false, nil
	}
	month := h.Rules.Day(c.Now).Month()
	if c.Has(monthArg) {
		month = c.Day(monthArg).Month()
	}
	list, err := h.inMonth(ctx, c, month)
	if err != nil {
		return a, false, err
	}
	open, err := c.Tx.Activities().Open(ctx)
	if err != nil {
		return a, false, err
	}
	for _, o := range append(list, open...) {
		switch {
		case o.Code == a.Code || !rulebook.SeesActivity(c.Person, o) || o.Made.After(c.Now) || !strings.Contains(text.Bare(o.Name), typed):
		case one: // several
			return a, false, nil
		default:
			a, one = o, true
		}
	}
	return a, one, nil
}

// shown is the card of an activity.
func (h Handler) shown(ctx context.Context, c *command.Call, a store.Activity) (*command.Answer, error) {
	card, err := h.card(ctx, c, a)
	if err != nil {
		return nil, err
	}
	answer := command.Card(card)
	answer.Subject = subject(a)
	return private(c, answer, a), nil
}

// month lists the activities of a month that the caller may see: those that are
// planned in it by their beginning, or reviewed in it by their end.
func (h Handler) month(ctx context.Context, c *command.Call) (*command.Answer, error) {
	today := h.Rules.Day(c.Now)
	month, called := today.Month(), "本月"
	if c.Has(monthArg) {
		month = c.Day(monthArg).Month()
	}
	if month != today.Month() {
		called = words.Month(month)
	}
	all, err := h.inMonth(ctx, c, month)
	if err != nil {
		return nil, err
	}
	line := "活动"
	if month != today.Month() {
		line += " " + string(month[:len("2026-11")])
	}
	page, err := c.Page(len(all), command.MaxRows, line)
	if err != nil {
		return nil, err
	}
	var later []string
	if !c.Has(monthArg) {
		if later, err = h.later(ctx, c, month.NextMonth()); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 && len(later) == 0 {
		answer := command.Text(called + "没有活动。")
		answer.Subject = "activities/" + string(month)
		return answer, nil
	}
	var rows []string
	for _, a := range command.Rows(page, all) {
		row, err := h.row(ctx, c.Tx, a, c.Now)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	if rest := page.Rest(); rest != "" {
		rows = append(rows, rest)
	}
	rows = append(rows, later...)
	answer := command.Card(chat.Card{
		Title:  fmt.Sprintf("%s的活动（%d 个）", called, len(all)),
		Blocks: []chat.Block{{Text: strings.Join(rows, "\n")}, {Note: h.asOf(c.Now)}}, Buttons: page.Turn("下一页"),
	})
	answer.Subject = "activities/" + string(month)
	if c.Event.Chat.Group {
		return answer, nil
	}
	answer.Reply.Confidential, answer.Reply.Summary = true, fmt.Sprintf("%s的活动：%d 个。", called, len(all))+elsewhere
	if rulebook.Allows(rulebook.SeeActivities, c.Person) {
		return h.withTable(ctx, c, answer, month)
	}
	return answer, nil
}

// later are lines about the activities from a day on that the caller may see and
// that are not over.
func (h Handler) later(ctx context.Context, c *command.Call, from store.Day) (rows []string, err error) {
	open, err := c.Tx.Activities().Open(ctx)
	for _, a := range open {
		if a.First >= from && rulebook.SeesActivity(c.Person, a) {
			row, err := h.row(ctx, c.Tx, a, c.Now)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row)
		}
	}
	if len(rows) > command.MaxRows {
		rows = append(rows[:command.MaxRows], words.More(len(rows)-command.MaxRows))
	}
	if len(rows) > 0 {
		rows = append([]string{"之后："}, rows...)
	}
	return rows, err
}

// inMonth are the activities of a month that the caller may see, drafts that have no
// time yet with those of the month in which it is asked.
func (h Handler) inMonth(ctx context.Context, c *command.Call, month store.Day) (list []store.Activity, err error) {
	all, err := c.Tx.Activities().Between(ctx, month, month.NextMonth().Add(-1))
	if err != nil {
		return nil, err
	}
	if month == h.Rules.Day(c.Now).Month() {
		open, err := c.Tx.Activities().Open(ctx)
		if err != nil {
			return nil, err
		}
		for _, a := range open {
			if a.First == "" {
				all = append(all, a)
			}
		}
	}
	for _, a := range all {
		if rulebook.SeesActivity(c.Person, a) {
			list = append(list, a)
		}
	}
	return list, nil
}

func (h Handler) asOf(at time.Time) string { return "截至 " + words.Moment(at.In(h.Rules.Zone)) }

// row is an activity in a list.
func (h Handler) row(ctx context.Context, tx *store.Tx, a store.Activity, at time.Time) (string, error) {
	parts := []string{"• " + a.Code, a.Name, when(a), stateWords(a, at)}
	if a.State == store.ActivityPlanned && len(a.People) > 0 {
		counted, err := h.count(ctx, tx, a, at)
		if err != nil {
			return "", err
		}
		parts = append(parts, counted)
	}
	return strings.Join(parts, " · "), nil
}

// due are who is to come to an activity: all of it but who had left before it began.
func (h Handler) due(ctx context.Context, tx *store.Tx, a store.Activity) (list []store.Participant, err error) {
	begins := h.Rules.ActivityBegins(a)
	for _, p := range a.People {
		who, _, err := tx.People().ByID(ctx, p.Person)
		if err != nil {
			return nil, err
		}
		if left := !who.Until.IsZero() && !who.Until.After(begins) || who.Gone(begins); !left || p.Came.Came() {
			list = append(list, p)
		}
	}
	return list, nil
}

// count is how many can come, and after the beginning how many came.
func (h Handler) count(ctx context.Context, tx *store.Tx, a store.Activity, at time.Time) (string, error) {
	people, err := h.due(ctx, tx, a)
	can, cannot, came, unchecked := 0, 0, 0, 0
	for _, p := range people {
		switch p.Answer {
		case store.Can:
			can++
		case store.Cannot:
			cannot++
		}
		switch {
		case p.Came.Came():
			came++
		case p.Came == store.Unchecked:
			unchecked++
		}
	}
	if came > 0 || rulebook.ActivityState(a, at) != store.ActivityPlanned {
		return fmt.Sprintf("应到 %d，实到 %d，未核 %d", len(people), came, unchecked), err
	}
	return fmt.Sprintf("%d 人：能去 %d，不能去 %d，未回复 %d", len(people), can, cannot, len(people)-can-cannot), err
}

// stateWords is how far an activity has come, and that it was moved.
func stateWords(a store.Activity, at time.Time) string {
	state := string(rulebook.ActivityState(a, at))
	if a.Moved > 0 {
		state += fmt.Sprintf("（改期 %d 次，原定 %s）", a.Moved, words.Date(a.Was))
	}
	return state
}
