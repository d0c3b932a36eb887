package staff

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// reports says what leave that was just entered means for the weekly report of
// each week that it touches (会-3): what counts is the day on which it is due,
// and after that moment who entered it.
func (h Handler) reports(ctx context.Context, c *command.Call, p store.Person, l store.Leave) ([]string, error) {
	if !slices.Contains(h.OwedBy, p.Post) {
		return nil, nil
	}
	week := store.WeekOf(l.First.Start(time.UTC))
	leaves, err := c.Tx.Leaves().Of(ctx, p.ID, store.DayOf(week.Monday(time.UTC)))
	if err != nil {
		return nil, err
	}
	head := rulebook.Allows(rulebook.EnterLeave, p)
	var excused, passed, owed []store.Week
	for ; store.DayOf(week.Monday(time.UTC)) <= l.Last; week = week.Add(1) {
		due, ok := h.Rules.ReportDue(week)
		switch {
		case !ok:
		case slices.ContainsFunc(leaves, func(l store.Leave) bool { return h.Rules.Excuses(l, due, head) }):
			excused = append(excused, week)
		case c.Now.Before(due):
			owed = append(owed, week)
		case h.Rules.Begun(l, due):
			passed = append(passed, week)
		}
	}
	var lines []string
	if len(excused) > 0 {
		lines = append(lines, weeks(excused)+"周报算请假。")
	}
	if len(passed) > 0 {
		lines = append(lines, weeks(passed)+"周报截止已过，要由主管或总监登记才算请假（会-3）。")
	}
	if len(owed) == 1 {
		due, _ := h.Rules.ReportDue(owed[0])
		why := "不在请假内"
		if l.Covers(h.Rules.Day(due)) {
			why = "那时请假还没开始"
		}
		lines = append(lines, weeks(owed)+"周报 "+h.Rules.Day(due).String()+due.Format(" 15:04")+" 截止，"+why+"，照交。")
	} else if len(owed) > 1 {
		lines = append(lines, weeks(owed)+"周报的截止日不在请假内，照交。")
	}
	return lines, nil
}

// weeks names weeks; of many the first and the last.
func weeks(list []store.Week) string {
	const most = 3
	if n := len(list); n > most {
		return fmt.Sprintf("第%d周至第%d周（共 %d 周）", list[0].Number, list[n-1].Number, n)
	}
	var names []string
	for _, w := range list {
		names = append(names, fmt.Sprintf("第%d周", w.Number))
	}
	return strings.Join(names, "、")
}
