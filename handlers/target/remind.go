package target

import (
	"context"
	"fmt"
	"slices"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/closing"
	"marketbot/handlers/command"
	"marketbot/handlers/daily"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// madeUp is up to which day of a month it is said that its targets are missing, where
// that could not be said before it began.
const madeUp = 7

// Daily is what the heads hear of targets: that those of the next month are missing,
// from the last working day of this one on, and the director, whether a target is to
// be prorated because of another post (会-4).
func (h Handler) Daily(ctx context.Context, tx *store.Tx, s rulebook.Slot, roll audience.Roll) ([]daily.Line, error) {
	list, err := h.missingLines(ctx, tx, roll)
	if err != nil {
		return nil, err
	}
	open, err := closing.Open(ctx, tx, h.Rules, s.At)
	if err != nil {
		return nil, err
	}
	for month := open; month <= roll.Day.Month(); month = month.NextMonth() {
		moved, err := h.unasked(ctx, tx, month, roll.People())
		if err != nil {
			return nil, err
		}
		for _, p := range moved {
			list = append(list, h.moveLine(p, month, roll))
		}
	}
	return list, nil
}

// wanting is the month whose targets are to be there by a day, and since when; empty
// for none. Who neither set a target here nor has a contract does both elsewhere, and
// is not asked every month.
func (h Handler) wanting(ctx context.Context, tx *store.Tx, day store.Day) (month, since store.Day, err error) {
	used, err := tx.Targets().Any(ctx)
	if err == nil && !used {
		used, err = tx.Contracts().Any(ctx)
	}
	if err != nil || !used {
		return "", "", err
	}
	month = day.NextMonth()
	if since = h.Rules.GoalsDue(day.Month()); day >= since {
		return month, since, nil
	}
	month = day.Month()
	since = h.Rules.GoalsDue(month.Add(-1).Month())
	created, err := tx.Marks().At(ctx, store.CreatedMark)
	if err != nil || day.Since(month) >= madeUp || created.IsZero() || !created.Before(since.Start(h.Rules.Zone)) {
		return "", "", err // it was said, or was not owed yet
	}
	return month, since, nil
}

// missing are the salespeople who have no target of a month; whoever is gone by then
// is to have none.
func (h Handler) missing(ctx context.Context, tx *store.Tx, month store.Day, people []store.Person) (names []string, err error) {
	targets, err := tx.Targets().Between(ctx, month, month)
	goals := rulebook.GoalsOf(targets, month, false)
	for _, p := range people {
		if p.Post == store.Salesperson && !h.gone(p, month) && !goals[p.ID].Of(h.Config.measure()).Set {
			names = append(names, p.Name)
		}
	}
	return names, err
}

// missingLines tell the heads whose targets are missing.
func (h Handler) missingLines(ctx context.Context, tx *store.Tx, roll audience.Roll) ([]daily.Line, error) {
	month, since, err := h.wanting(ctx, tx, roll.Day)
	if err != nil || month == "" {
		return nil, err
	}
	names, err := h.missing(ctx, tx, month, roll.People())
	if err != nil || len(names) == 0 {
		return nil, err
	}
	heads := audience.Join(roll.Hearing(store.Supervisor).To, roll.Hearing(store.MarketingDirector).To, roll.Hearing(store.GeneralManager).To)
	line := func(key, text string, to []store.Person) daily.Line {
		return daily.Line{
			For: audience.Audience{To: to}, Key: key + string(month), Since: since, Urgency: daily.Due,
			Text: text + "（会-4）", Harmless: text, Command: "目标 " + monthKey(month), Label: "目标",
		}
	}
	in, reads := monthIn(month, roll.Day), func(p store.Person) bool { return !sets(p) }
	text := fmt.Sprintf("%s还有 %d 人没有目标：%s", in, len(names), words.Names(names, 5))
	return []daily.Line{
		line("target/missing/", text+"；定目标：目标 姓名 "+in+" 金额", slices.DeleteFunc(slices.Clone(heads), reads)),
		line("target/unset/", text+"；由"+rulebook.Holders(rulebook.SetTargets)+"定", slices.DeleteFunc(heads, sets)),
	}, nil
}

// moveLine asks the director about one move; silence changes nothing.
func (h Handler) moveLine(p movedPerson, month store.Day, roll audience.Roll) daily.Line {
	text := fmt.Sprintf("%s %s，%s的目标要不要按天折算（%s）？不回复就不变", p.Name, p.words(), monthIn(month, roll.Day), p.share())
	return daily.Line{
		For: roll.Hearing(store.MarketingDirector), Key: fmt.Sprintf("target/post/%s/%d", p.ID, p.at.UnixMilli()), Since: p.day, Urgency: daily.Due,
		Text: text + "（会-4）", Harmless: text, Command: "目标 折算 " + p.Name + " " + monthKey(month), Label: "折算 " + p.Name,
	}
}

// Owes is what the caller has to see to: targets that are missing, and whether one is
// to be prorated.
func (h Handler) Owes(ctx context.Context, c *command.Call) ([]command.Item, error) {
	if !sets(c.Person) {
		return nil, nil
	}
	today := h.Rules.Day(c.Now)
	people, err := c.Tx.People().Active(ctx)
	if err != nil {
		return nil, err
	}
	var items []command.Item
	month, _, err := h.wanting(ctx, c.Tx, today)
	if err != nil {
		return nil, err
	}
	if month != "" {
		names, err := h.missing(ctx, c.Tx, month, people)
		if err != nil {
			return nil, err
		}
		if len(names) > 0 {
			items = append(items, command.Item{
				Text: fmt.Sprintf("%s还有 %d 人没有目标（会-4）", monthIn(month, today), len(names)), Button: &chat.Button{Label: "目标", Command: "目标 " + monthKey(month)},
			})
		}
	}
	moved, err := h.unasked(ctx, c.Tx, today.Month(), people)
	for _, p := range moved {
		items = append(items, command.Item{
			Text:   fmt.Sprintf("%s %s，目标要不要按天折算（会-4）", p.Name, p.words()),
			Button: &chat.Button{Label: "折算 " + p.Name, Command: "目标 折算 " + p.Name + " " + monthKey(today)},
		})
	}
	return items, err
}

// Today is how many salespeople have a target of the month, once any was set (工作台).
func (h Handler) Today(ctx context.Context, c *command.Call) ([]command.Item, error) {
	if used, err := c.Tx.Targets().Any(ctx); err != nil || !used {
		return nil, err
	}
	today := h.Rules.Day(c.Now)
	people, err := c.Tx.People().Holding(ctx, store.Salesperson, "")
	if err != nil {
		return nil, err
	}
	names, err := h.missing(ctx, c.Tx, today.Month(), people)
	return []command.Item{{
		Text: fmt.Sprintf("业绩：%s %d 人有目标，%d 人没有", monthIn(today.Month(), today), len(people)-len(names), len(names)), Button: &chat.Button{Label: "业绩", Command: "业绩"},
	}}, err
}
