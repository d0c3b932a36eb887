package scheduler_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/scheduler/schedulertest"
	"marketbot/store"
)

// BenchmarkTick is a due check that finds nothing to do.
func BenchmarkTick(b *testing.B) {
	a := &schedulertest.Clocked{Office: schedulertest.NewOffice(b, time.Now)}
	a.Use(a.Saying("one", true, rulebook.Clock{Hour: 9}), a.Saying("two", false, rulebook.Clock{Hour: 12}))
	now := time.Now()
	for b.Loop() {
		if err := a.Scheduler.Tick(b.Context(), now); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNotices is a moment at which each of many people is told something:
// its cost for one of them must not grow with their number.
func BenchmarkNotices(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			a := schedulertest.NewClocked(b, "2026-11-24 08:00")
			var list []chat.Notice
			a.Do(func(ctx context.Context, tx *store.Tx) error {
				for i := range n {
					id := fmt.Sprintf("p%05d", i)
					if err := tx.People().Add(ctx, store.Person{ID: id, Name: id, Post: store.Salesperson, Since: a.Now}); err != nil {
						return err
					}
					if err := tx.Accounts().Bind(ctx, store.Account{Platform: "phone", ID: id, Person: id}, a.Now); err != nil {
						return err
					}
					list = append(list, schedulertest.Note(id, "k/"+id, "周报还没交"))
				}
				return nil
			})
			a.Use(a.Saying("remind", true, rulebook.Clock{Hour: 9}, list...))
			a.Tick("2026-11-24 08:00")
			a.Now = schedulertest.Moment(b, "2026-11-24 09:00")
			for b.Loop() {
				if err := a.Scheduler.Tick(b.Context(), a.Now); err != nil {
					b.Fatal(err)
				}
				a.Now = a.Now.AddDate(0, 0, 1)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N*n), "µs/person")
		})
	}
}
