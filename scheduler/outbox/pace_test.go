package outbox_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"marketbot/handlers/chat"
	"marketbot/scheduler/schedulertest"
	"marketbot/store"
)

// Ten thousand reminders leave as fast as the platform allows, none refused.
func TestTenThousandReminders(t *testing.T) {
	for _, tt := range []struct {
		n     int
		bound time.Duration
	}{{100, time.Second}, {1000, 19 * time.Second}, {10000, 9*time.Minute + 19*time.Second}} {
		t.Run(fmt.Sprint(tt.n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := schedulertest.NewOffice(t, time.Now)
				o.Phone.Limit = chat.Limits{PerSecond: 50, PerMinute: 1000, ChatPerSecond: 5, Window: time.Hour}
				o.Phone.Latency = 10 * time.Millisecond
				o.Do(func(ctx context.Context, tx *store.Tx) error {
					for i := range tt.n {
						to := fmt.Sprint("p", i)
						if err := o.Post.Message(ctx, tx, chat.Address{Platform: "phone", ID: to}, to, "r/"+to, schedulertest.Text("remember"), store.ClassReminder, time.Now()); err != nil {
							return err
						}
					}
					return nil
				})
				start := time.Now()
				o.Flush()
				took := time.Since(start)
				if got := len(o.Phone.All()); got != tt.n || o.Phone.Refused() > 0 {
					t.Errorf("%d shown, %d refused", got, o.Phone.Refused())
				}
				ratio := took.Seconds() / tt.bound.Seconds()
				t.Logf("%d took %v, %.3f of the platform's own limit", tt.n, took, ratio)
				if ratio > 1.05 {
					t.Errorf("%d took %v, %.3f of the limit", tt.n, took, ratio)
				}
			})
		})
	}
}

// While thousands of reminders leave, people who talk get their answers.
func TestAnswersMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		o.Phone.Limit = chat.Limits{PerSecond: 50, PerMinute: 1000, ChatPerSecond: 5, Window: time.Hour}
		o.Phone.Latency = 10 * time.Millisecond
		defer o.Run()()
		o.Owe("someone", store.ClassAnswer, schedulertest.Text("before"))
		o.Outbox.Wake()
		time.Sleep(time.Minute)
		o.Do(func(ctx context.Context, tx *store.Tx) error {
			for i := range 3000 {
				to := fmt.Sprint("p", i)
				if err := o.Post.Message(ctx, tx, chat.Address{Platform: "phone", ID: to}, to, "r/"+to, schedulertest.Text("remember"), store.ClassReminder, time.Now()); err != nil {
					return err
				}
			}
			return nil
		})
		var asked []time.Time
		for i := range 60 {
			time.Sleep(2 * time.Second)
			asked = append(asked, time.Now())
			o.Owe(fmt.Sprint("p", i), store.ClassAnswer, schedulertest.Text("answer"))
			o.Outbox.Wake()
		}
		time.Sleep(10 * time.Minute)
		i := 0
		for _, s := range o.Phone.All() {
			if s.Message.Text != "answer" {
				continue
			}
			if wait := s.At.Sub(asked[i]); wait > 2*time.Second {
				t.Errorf("answer %d came after %v", i, wait)
			}
			i++
		}
		if got := len(o.Phone.All()); got != 3061 || i != 60 || o.Phone.Refused() > 0 {
			t.Errorf("%d shown, %d answers, %d refused", got, i, o.Phone.Refused())
		}
	})
}

// A chat may have a minute and an hour of its own; others do not wait for it.
func TestChatMinuteAndHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		o.Phone.Limit = chat.Limits{ChatPerMinute: 30, ChatPerHour: 100, Window: time.Hour}
		o.Phone.Latency = 10 * time.Millisecond
		for range 150 {
			o.Owe("busy", store.ClassAnswer, schedulertest.Text("x"))
		}
		for range 20 {
			o.Owe("quiet", store.ClassAnswer, schedulertest.Text("y"))
		}
		start := time.Now()
		stop := o.Run()
		time.Sleep(2 * time.Hour)
		stop()
		var busy, quiet []time.Duration
		for _, s := range o.Phone.All() {
			if s.Message.Text == "x" {
				busy = append(busy, s.At.Sub(start))
			} else {
				quiet = append(quiet, s.At.Sub(start))
			}
		}
		if len(busy) != 150 || len(quiet) != 20 {
			t.Fatalf("%d and %d shown", len(busy), len(quiet))
		}
		for i := range busy {
			if i >= 30 && busy[i]-busy[i-30] < time.Minute || i >= 100 && busy[i]-busy[i-100] < time.Hour {
				t.Errorf("message %d came after %v", i, busy[i])
			}
		}
		if quiet[19] > time.Minute || busy[149] > time.Hour+5*time.Minute {
			t.Errorf("the quiet chat ended after %v, the busy one after %v", quiet[19], busy[149])
		}
	})
}
