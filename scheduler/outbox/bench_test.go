package outbox_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/scheduler/schedulertest"
	"marketbot/store"
)

// BenchmarkFlush is how fast an unlimited platform is served, durably: a
// message is frozen, sent and recorded.
func BenchmarkFlush(b *testing.B) {
	o := schedulertest.NewOffice(b, time.Now)
	messages := make([]chat.Message, b.N)
	for i := range messages {
		messages[i] = schedulertest.Text("已签到")
	}
	for i, m := range messages {
		o.Owe(fmt.Sprint("p", i%500), store.ClassAnswer, m)
	}
	b.ReportAllocs()
	b.ResetTimer()
	o.Flush()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

// BenchmarkOneAlone is the whole way of one message that nobody else waits beside.
func BenchmarkOneAlone(b *testing.B) {
	o := schedulertest.NewOffice(b, time.Now)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- o.Outbox.Run(ctx) }()
	seen := make(chan struct{}, 1)
	o.Phone.Lose = func(chat.Address, chat.Message, int) error { seen <- struct{}{}; return nil }
	for b.Loop() {
		o.Owe("a", store.ClassAnswer, schedulertest.Text("已签到"))
		o.Outbox.Wake()
		<-seen
	}
	cancel()
	<-done
}
