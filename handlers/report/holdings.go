package report

import (
	"context"
	"time"

	"marketbot/handlers/leaving"
	"marketbot/store"
)

// Holdings are the weekly reports that somebody owes, as far back as they can still
// be handed in (2-7): nobody else can do that for them.
func (h Handler) Holdings(ctx context.Context, tx *store.Tx, of store.Person, at time.Time) ([]leaving.Held, error) {
	this := h.Rules.Week(at)
	var list []leaving.Held
	for n := h.Config.BackdateWeeks; n >= 0; n-- {
		week := this.Add(-n)
		due, ok := h.Rules.ReportDue(week)
		if !ok || at.Before(due) {
			continue
		}
		e, some, err := h.entryOf(ctx, tx, of, week)
		if err != nil {
			return nil, err
		}
		if some && e.state == missing {
			list = append(list, leaving.Held{Kind: leaving.Report, Ref: week.Key(), Name: week.String() + "的周报没有交", Own: true})
		}
	}
	return list, nil
}
