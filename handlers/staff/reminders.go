package staff

import (
	"context"
	"slices"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/daily"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Daily is what the bot's own order wants in the daily message: changes of
// people that wait for somebody's word, rules that somebody has not confirmed, a
// missing holiday table, and the head of the audit's chain.
func (h Handler) Daily(ctx context.Context, tx *store.Tx, s rulebook.Slot, roll audience.Roll) ([]daily.Line, error) {
	waiting, err := h.waitingLines(ctx, tx, s, roll)
	if err != nil {
		return nil, err
	}
	unread, err := h.unreadLines(ctx, tx, roll)
	if err != nil {
		return nil, err
	}
	head, err := h.auditHead(ctx, tx, s, roll)
	return slices.Concat(waiting, unread, h.holidayTable(s, roll), head), err
}

// daysAsked is for how many days somebody's word is asked for every day; then once in so
// many.
const daysAsked = 7

// waitingLines remind those whose word changes of people wait for: every day of the
// first week of one, then once a week as long as it waits.
func (h Handler) waitingLines(ctx context.Context, tx *store.Tx, s rulebook.Slot, roll audience.Roll) ([]daily.Line, error) {
	var list []daily.Line
	for _, p := range roll.People() {
		open, err := decidedBy(ctx, tx, p, s.At)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(open, func(c store.Change) bool {
			days := roll.Day.Since(h.Rules.Day(c.At))
			return days <= daysAsked || days%daysAsked == 0
		}) {
			continue
		}
		of, _, err := tx.People().ByID(ctx, open[0].Person)
		if err != nil {
			return nil, err
		}
		list = append(list, daily.Line{
			For: roll.Only(p), Key: "staff/waiting/" + p.ID + "/" + string(roll.Day), Urgency: daily.Due,
			Text:    number(len(open)) + " 项人员变更等你确认，最早的是 " + open[0].Code + " " + what(of.Name, open[0]) + "。不同意发：取消 " + open[0].Code,
			Command: "确认 " + allWord,
		})
	}
	return list, nil
}

// holidayTable reminds the administrators, once a week, that the holiday table
// of next year is missing (from 1 December) or that of this year (附-4, C7).
func (h Handler) holidayTable(s rulebook.Slot, roll audience.Roll) []daily.Line {
	year, missing := h.missingTable(s.At)
	if !missing {
		return nil
	}
	return []daily.Line{{
		For: roll.Administrators(), Key: "staff/holidays/" + number(year) + "/" + h.Rules.Week(s.At).Key(), Text: missingTableText(year),
	}}
}

// missingTable is the year whose holiday table should be there by t and is not.
func (h Handler) missingTable(t time.Time) (year int, missing bool) {
	t = t.In(h.Rules.Zone)
	year = t.Year()
	if !h.Rules.Calendar.Known(year) {
		return year, true
	}
	return year + 1, t.Month() == time.December && !h.Rules.Calendar.Known(year+1)
}

func missingTableText(year int) string {
	y := number(year)
	return "还没有 " + y + " 年的节假日表，" + y + " 年只按周一到周五算工作日（元旦、五一两天、国庆三天除外），调休和别的放假不会顺延截止时间。请更新程序，或在配置里用 holidays 指定 " + y + " 年的节假日文件。"
}
