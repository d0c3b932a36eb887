package scheduler

import (
	"context"
	"fmt"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// BenchmarkFlush is how fast an unlimited platform is served, durably: a
// message is frozen, sent and recorded.
func BenchmarkFlush(b *testing.B) {
	o := newOffice(b, time.Now)
	messages := make([]chat.Message, b.N)
	for i := range messages {
		messages[i] = text("已签到")
	}
	for i, m := range messages {
		o.owe(fmt.Sprint("p", i%500), store.ClassAnswer, m)
	}
	b.ReportAllocs()
	b.ResetTimer()
	o.flush()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

// BenchmarkOneAlone is the whole way of one message that nobody else waits beside.
func BenchmarkOneAlone(b *testing.B) {
	o := newOffice(b, time.Now)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- o.outbox.Run(ctx) }()
	seen := make(chan struct{}, 1)
	o.phone.lose = func(chat.Address, chat.Message, int) error { seen <- struct{}{}; return nil }
	for b.Loop() {
		o.owe("a", store.ClassAnswer, text("已签到"))
		o.outbox.Wake()
		<-seen
	}
	cancel()
	<-done
}

// BenchmarkTick is a due check that finds nothing to do.
func BenchmarkTick(b *testing.B) {
	a := &at{office: newOffice(b, time.Now)}
	a.use(a.saying("one", true, rulebook.Clock{Hour: 9}), a.saying("two", false, rulebook.Clock{Hour: 12}))
	now := time.Now()
	for b.Loop() {
		if err := a.s.Tick(b.Context(), now); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNotices is a moment at which each of many people is told something:
// its cost for one of them must not grow with their number.
func BenchmarkNotices(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			a := newAt(b, "2026-11-24 08:00")
			var list []chat.Notice
			a.do(func(ctx context.Context, tx *store.Tx) error {
				for i := range n {
					id := fmt.Sprintf("p%05d", i)
					if err := tx.AddPerson(ctx, store.Person{ID: id, Name: id, Post: store.Salesperson, Since: a.now}); err != nil {
						return err
					}
					if err := tx.Bind(ctx, store.Account{Platform: "phone", ID: id, Person: id}, a.now); err != nil {
						return err
					}
					list = append(list, note(id, "k/"+id, "周报还没交"))
				}
				return nil
			})
			a.use(a.saying("remind", true, rulebook.Clock{Hour: 9}, list...))
			a.tick("2026-11-24 08:00")
			a.now = moment(b, "2026-11-24 09:00")
			for b.Loop() {
				if err := a.s.Tick(b.Context(), a.now); err != nil {
					b.Fatal(err)
				}
				a.now = a.now.AddDate(0, 0, 1)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N*n), "µs/person")
		})
	}
}
