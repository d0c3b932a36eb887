package activity

import (
	"context"
	"fmt"

	"marketbot/handlers/chat"
	"marketbot/handlers/pack"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Pack is the section of activities in the pack of a month (会-4, R65–R66): what was
// done, what it cost, what was learnt, and what is planned for the next one.
func (h Handler) Pack(ctx context.Context, tx *store.Tx, ask pack.Ask) (s pack.Section, err error) {
	s = pack.Section{Name: "市场活动"}
	at := ask.Moment()
	now, err := h.over(ctx, tx, ask.Month)
	if err != nil {
		return s, err
	}
	before, err := h.over(ctx, tx, ask.Before().Month())
	if err != nil {
		return s, err
	}
	next, err := h.ahead(ctx, tx, ask.Month.NextMonth())
	if err != nil {
		return s, err
	}
	current, err := h.ahead(ctx, tx, ask.Month)
	if err != nil {
		return s, err
	}
	sum := func(list []store.Activity) (reviewed, budget, cost int64) {
		for _, a := range list {
			if a.State == store.ActivityReviewed {
				reviewed++
			}
			budget, cost = budget+a.Budget, cost+a.Cost
		}
		return reviewed, budget, cost
	}
	reviewed, budget, cost := sum(now)
	reviewedBefore, budgetBefore, costBefore := sum(before)
	s.Figures = []pack.Figure{
		{Label: "活动", Now: int64(len(now)), Before: int64(len(before)), Unit: "个"},
		{Label: "已总结", Now: reviewed, Before: reviewedBefore, Unit: "个"},
		{Label: fieldBudget, Now: budget, Before: budgetBefore, Unit: chat.Yuan},
		{Label: "实际", Now: cost, Before: costBefore, Unit: chat.Yuan},
		{Label: "下月计划", Now: int64(len(next)), Before: int64(len(current)), Unit: "个"},
	}
	s.Charts = []chat.Chart{h.chart(at, ask.Month, now)}
	if s.Sheets, err = h.Sheets(ctx, tx, ask.Month, at); err != nil {
		return s, err
	}
	s.Items, err = h.items(ctx, tx, ask, next)
	return s, err
}

// over are the activities of a month that are reviewed in it: by their end, but for
// drafts.
func (h Handler) over(ctx context.Context, tx *store.Tx, month store.Day) (list []store.Activity, err error) {
	all, err := tx.Activities().Between(ctx, month, month.NextMonth().Add(-1))
	for _, a := range all {
		if a.Last.Month() == month && a.State != store.ActivityDraft {
			list = append(list, a)
		}
	}
	return list, err
}

// ahead are the activities that are planned in a month: by their beginning.
func (h Handler) ahead(ctx context.Context, tx *store.Tx, month store.Day) (list []store.Activity, err error) {
	all, err := tx.Activities().Between(ctx, month, month.NextMonth().Add(-1))
	for _, a := range all {
		if a.First.Month() == month && a.State != store.ActivityCancelled {
			list = append(list, a)
		}
	}
	return list, err
}

// items are what is to be decided about activities: those that nobody summed up by
// the end of the month, and the plan of the next one.
func (h Handler) items(ctx context.Context, tx *store.Tx, ask pack.Ask, next []store.Activity) (list []pack.Item, err error) {
	open, err := tx.Activities().Open(ctx)
	if err != nil {
		return nil, err
	}
	line := func(a store.Activity) pack.Line {
		return pack.Line{Person: a.Responsible(), Text: a.Code + " " + a.Name + "（" + when(a) + "）"}
	}
	silent := pack.Item{Rank: pack.NoReview, Source: "活动未总结"}
	for _, a := range open {
		if a.Last != "" && a.Last <= ask.Last() && rulebook.ActivityState(a, ask.At) == store.ActivityEnded {
			silent.Lines = append(silent.Lines, line(a))
		}
	}
	if len(silent.Lines) > 0 {
		silent.Title = fmt.Sprintf("没有总结的活动：%d 个", len(silent.Lines))
		list = append(list, silent)
	}
	plan := pack.Item{Rank: pack.NextActivities, Source: "下月活动"}
	for _, a := range next {
		l := line(a)
		l.Text += " · " + string(a.State)
		plan.Lines = append(plan.Lines, l)
	}
	if len(plan.Lines) > 0 {
		plan.Title = fmt.Sprintf("下月活动计划：%d 个", len(plan.Lines))
		list = append(list, plan)
	}
	return list, nil
}
