package customer

import (
	"context"
	"fmt"
	"slices"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/daily"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/vault"
)

// maxNamed is how many customers one line names: it is no list to carry away
// (档-3), and tomorrow names the next ones.
const maxNamed = 5

// quietKey begins the keys under which is said that a customer had no progress.
const quietKey = "customer/quiet/"

// Daily is what the files want in the daily message: who organises them sees
// which want care (档-4, 档-8), owners which of their customers had no progress
// for so many days, each number of days once.
func (h Handler) Daily(ctx context.Context, tx *store.Tx, s rulebook.Slot, roll audience.Roll) ([]daily.Line, error) {
	list, err := h.careForFiles(ctx, tx, s.At, roll)
	if err != nil {
		return nil, err
	}
	quiet, err := h.quietLines(ctx, tx, s.At, roll)
	return slices.Concat(list, quiet, h.damagedLines(tx, roll)), err
}

// damagedLines are the files that the others leave out because they do not open,
// for who organises them.
func (h Handler) damagedLines(tx *store.Tx, roll audience.Roll) []daily.Line {
	var list []daily.Line
	for _, d := range tx.Damaged() {
		if d.Table == "customer" {
			list = append(list, daily.Line{
				For: roll.Hearing(h.keeper()), Key: "customer/damaged/" + d.Row, Urgency: daily.Due,
				Text: "客户 " + d.Row + " 的档案损坏打不开，提醒里没有它；总经理和管理员已经知道。",
			})
		}
	}
	return list
}

// quietLines are the customers without progress of whom a number of days is
// still to be said.
func (h Handler) quietLines(ctx context.Context, tx *store.Tx, now time.Time, roll audience.Roll) ([]daily.Line, error) {
	if len(h.Config.QuietDays) == 0 {
		return nil, nil
	}
	steps := slices.Sorted(slices.Values(h.Config.QuietDays))
	found, err := vault.In(tx).QuietUnsaid(ctx, quietKey, steps[len(steps)-1], h.oldest(now, steps[len(steps)-1]), h.until(now, steps[0]))
	if err != nil {
		return nil, err
	}
	moved, err := h.moved(ctx, tx, found, h.Rules.Day(now).Add(-steps[len(steps)-1]))
	if err != nil {
		return nil, err
	}
	var list []daily.Line
	for _, c := range found {
		if at := moved[c.ID]; at > h.Rules.Day(c.Progressed) {
			c.Progressed, c.Said = at.Start(h.Rules.Zone), 0
		}
		if step, since := owed(steps, c.Said, h.days(c.Progressed, now)); step > 0 {
			l := h.quietLine(c, roll, now)
			l.Step, l.Since = step, h.Rules.Day(c.Progressed).Add(since)
			list = append(list, l)
		}
	}
	return list, nil
}

// fewQuiet is how many are asked for by their ids; of more all are read.
const fewQuiet = 500

// moved are the last days on which contracts or money were progress with customers
// (会-4: a report before signing, a signature, a receipt), as far as it was since a day.
func (h Handler) moved(ctx context.Context, tx *store.Tx, found []vault.QuietCustomer, since store.Day) (map[string]store.Day, error) {
	if len(found) == 0 {
		return nil, nil
	}
	var ids []string
	for _, c := range found[:min(len(found), fewQuiet+1)] {
		ids = append(ids, c.ID)
	}
	if len(ids) > fewQuiet {
		ids = nil
	}
	contracts, last, err := tx.Contracts().CourseSince(ctx, since, ids...)
	if err != nil {
		return nil, err
	}
	money, err := tx.Receivables().CourseSince(ctx, since, ids...)
	if err != nil {
		return nil, err
	}
	of := map[string][]store.MoneyEntry{}
	for _, e := range money {
		of[e.Contract] = append(of[e.Contract], e)
	}
	for _, k := range contracts {
		last[k.Customer] = max(last[k.Customer], rulebook.Moved(k, of[k.Number]))
	}
	return last, nil
}

// until is the end of the day that was so many days ago: whatever was before it is as
// old, at whatever hour the morning comes.
func (h Handler) until(now time.Time, days int) time.Time {
	return h.Rules.Day(now).Add(1 - days).Start(h.Rules.Zone)
}

// oldest is how far back is asked for what a step is owed of.
func (h Handler) oldest(now time.Time, step int) time.Time {
	return h.until(now, step).Add(-store.SaidKept)
}

// days is how many days ago a moment was, by the calendar.
func (h Handler) days(from, now time.Time) int { return h.Rules.Day(now).Since(h.Rules.Day(from)) }

// owed is the highest of some steps that is reached and was not said, and the
// lowest, since which it is owed; 0 when none is.
func owed(steps []int, said, days int) (highest, lowest int) {
	for _, step := range steps {
		if step > said && step <= days {
			if lowest == 0 {
				lowest = step
			}
			highest = step
		}
	}
	return highest, lowest
}

// quietLine is for the owner; what is nobody's any more, or whose owner's post
// reads no files, is for who organises the files, as is what the owner's long
// leave passes on where the post above reads none.
func (h Handler) quietLine(c vault.QuietCustomer, roll audience.Roll, now time.Time) daily.Line {
	days := h.days(c.Progressed, now)
	l := daily.Line{
		Key: c.SaidKey(quietKey), Urgency: daily.Due, Names: 1,
		Text: fmt.Sprintf("%s %d 天没有进展（%s）", c.Name, days, "档-8"), Command: "跟进 " + c.ID, Label: "跟进 " + c.Name,
	}
	owner, active := roll.Active(c.Owner)
	if !active || !h.readsOwn(owner, c.Customer, now) {
		l.For, l.Text = roll.Hearing(h.keeper()), fmt.Sprintf("%s 没有负责人，%d 天没有进展（档-8）", c.Name, days)
		return l
	}
	l.For = roll.Person(owner)
	if slices.ContainsFunc(l.For.To, func(p store.Person) bool { return !h.reads(p) }) {
		l.For.To = roll.Hearing(h.keeper()).To
	}
	return l
}
