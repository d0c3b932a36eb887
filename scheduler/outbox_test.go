package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// run delivers in the background until the test ends.
func (o *office) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- o.outbox.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			o.Errorf("Run ended with %v", err)
		}
	}
}

func failure(f chat.Failure) error { return &chat.SendError{Failure: f, Err: errors.New("refused")} }

func TestChatsKeepTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, time.Now)
		o.phone.latency = 20 * time.Millisecond
		var want []string
		for i := range 20 {
			want = append(want, fmt.Sprint(i))
			o.owe("a", store.ClassAnswer, text(fmt.Sprint(i)))
			o.owe("b", store.ClassAnswer, text(fmt.Sprint(i)))
		}
		o.phone.fail = func(_ chat.Address, m chat.Message, try int) error {
			if m.Text == "3" && try == 1 {
				return failure(chat.Uncertain)
			}
			return nil
		}
		defer o.run()()
		time.Sleep(time.Minute)
		for _, id := range []string{"a", "b"} {
			if got := o.phone.told(id); !slices.Equal(got, want) {
				t.Errorf("%s was told %v, want %v", id, got, want)
			}
		}
	})
}

func TestAnswersOvertakeReminders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, time.Now)
		o.owe("a", store.ClassReminder, text("reminder"))
		o.owe("a", store.ClassAnswer, text("answer"))
		o.flush()
		if got, want := o.phone.told("a"), []string{"answer", "reminder"}; !slices.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
	})
}

// What was shown but not acknowledged is sent again with the same bytes and
// key, so that it is seen once (fault 3).
func TestLostAcknowledgement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, time.Now)
		o.phone.lose = func(_ chat.Address, _ chat.Message, try int) error {
			if try < 4 {
				return errors.New("connection reset")
			}
			return nil
		}
		o.owe("a", store.ClassAnswer, text("once"))
		defer o.run()()
		time.Sleep(10 * time.Minute)
		if got := o.phone.told("a"); !slices.Equal(got, []string{"once"}) {
			t.Errorf("told %q", got)
		}
		if q := o.queue(); q.Waiting != 0 || q.Dead != 0 || o.phone.unequal != 0 {
			t.Errorf("queue %+v, %d sends with other bytes", q, o.phone.unequal)
		}
	})
}

// A process that dies between freezing and recording leaves an uncertain
// message; the next one sends the same. Where it can no longer make the same of
// an answer that was frozen as it was owed, the answer is marked.
func TestRestartSendsTheSame(t *testing.T) {
	for name, c := range map[string]struct {
		early   bool
		edition string
		want    []string
	}{
		"frozen before the first try":  {false, "", []string{"done"}},
		"the same, by another version": {false, ", new", []string{"done"}},
		"frozen as owed":               {true, "", []string{"done"}},
		"as owed, by another version":  {true, ", new", []string{"done", "【补发】done, new"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t, time.Now)
				if c.early {
					o.post.Freeze = o.outbox.Freeze
				}
				hang := true
				o.phone.lose = func(chat.Address, chat.Message, int) error {
					if hang {
						return errors.New("no answer")
					}
					return nil
				}
				o.owe("a", store.ClassAnswer, text("done"))
				o.flush()
				hang = false
				o.close()
				o.phone.edition = c.edition
				o.open()
				defer o.run()()
				time.Sleep(time.Minute)
				if got := o.phone.told("a"); !slices.Equal(got, c.want) || o.phone.unequal != 0 {
					t.Errorf("told %q, want %q; %d sends with other bytes", got, c.want, o.phone.unequal)
				}
				if q := o.queue(); q.Waiting != 0 {
					t.Errorf("queue %+v", q)
				}
			})
		})
	}
}

// Uncertain and older than the key's protection: said at most once more and
// marked; confidential never (fault 4).
func TestUncertainBeyondTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, time.Now)
		down := true
		o.phone.lose = func(to chat.Address, _ chat.Message, _ int) error {
			if down && to.ID != "wang" {
				return errors.New("no answer")
			}
			return nil
		}
		o.owe("a", store.ClassReminder, text("remember"))
		o.owe("s", store.ClassAnswer, chat.Message{Text: "secret", Confidential: true})
		o.flush()
		o.close()
		time.Sleep(61 * time.Minute)
		down = false
		o.open()
		o.flush()
		o.flush()
		if got, want := o.phone.told("a"), []string{"remember", "【补发】remember"}; !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
		if got := o.phone.told("s"); !slices.Equal(got, []string{"secret"}) {
			t.Errorf("confidential: told %q", got)
		}
		if got := strings.Join(o.phone.told("wang"), "\n"); !strings.Contains(got, "保密") || strings.Contains(got, "secret") {
			t.Errorf("administrator told %q", got)
		}
	})
}

func TestNeverMoreThanTwiceWhenNothingIsAcknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, time.Now)
		o.phone.lose = func(to chat.Address, _ chat.Message, _ int) error {
			if to.ID == "a" {
				return errors.New("no answer")
			}
			return nil
		}
		o.owe("a", store.ClassReminder, text("remember"))
		defer o.run()()
		time.Sleep(12 * time.Hour)
		if got, want := o.phone.told("a"), []string{"remember", "【补发】remember"}; !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
		if q := o.queue(); q.Waiting != 0 || q.Dead != 1 || len(o.phone.told("wang")) != 1 {
			t.Errorf("queue %+v, administrator told %q", q, o.phone.told("wang"))
		}
	})
}

func TestFailures(t *testing.T) {
	card := chat.Message{Card: &chat.Card{
		Title: "标题", Blocks: []chat.Block{{Facts: []chat.Fact{{Label: "甲", Value: "乙"}}}},
		Buttons: []chat.Button{{Label: "签到", Command: "签到"}},
	}}
	tests := []struct {
		name   string
		send   chat.Message
		fail   func(m chat.Message, try int) error
		want   []string
		dead   int
		admins int
	}{
		{"busy", text("x"), func(_ chat.Message, try int) error {
			if try < 3 {
				return &chat.SendError{Failure: chat.Busy, After: 2 * time.Second, Err: errors.New("slow down")}
			}
			return nil
		}, []string{"x"}, 0, 0},
		{"card refused", card, func(m chat.Message, _ int) error {
			if m.Card != nil {
				return failure(chat.BadContent)
			}
			return nil
		}, []string{"标题\n甲：乙\n签到：请回复 签到"}, 0, 0},
		{"text refused", text("x"), func(chat.Message, int) error { return failure(chat.BadContent) }, nil, 1, 1},
		{"receiver gone", text("x"), func(chat.Message, int) error { return failure(chat.BadReceiver) }, nil, 1, 1},
		{"set-up mended", text("x"), func(_ chat.Message, try int) error {
			if try < 3 {
				return failure(chat.BadSetup)
			}
			return nil
		}, []string{"x"}, 0, 1},
		{"file", chat.Message{File: &chat.File{Name: "a.xlsx", Recipe: "r"}}, nil, []string{"content of r"}, 0, 0},
		{"file cannot be made", chat.Message{File: &chat.File{Name: "a.xlsx", Recipe: "broken"}}, nil, []string{"文件《a.xlsx》没有发送成功，请稍后再要一次。"}, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t, time.Now)
				o.phone.fail = func(to chat.Address, m chat.Message, try int) error {
					if to.ID == "wang" || tt.fail == nil {
						return nil
					}
					return tt.fail(m, try)
				}
				o.owe("a", store.ClassAnswer, tt.send)
				defer o.run()()
				time.Sleep(2 * time.Hour)
				if got := o.phone.told("a"); !slices.Equal(got, tt.want) {
					t.Errorf("told %q, want %q", got, tt.want)
				}
				if q := o.queue(); q.Waiting != 0 || q.Dead != tt.dead {
					t.Errorf("queue %+v, want %d dead", q, tt.dead)
				}
				if got := o.phone.told("wang"); len(got) != tt.admins {
					t.Errorf("administrator told %q, want %d messages", got, tt.admins)
				}
			})
		})
	}
}

// When nobody can be reached, nobody is told about not being told.
func TestBadNewsDoNotGoRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, time.Now)
		o.phone.fail = func(chat.Address, chat.Message, int) error { return failure(chat.BadReceiver) }
		for i := range 10 {
			o.owe(fmt.Sprint("p", i%3), store.ClassAnswer, text("x"))
		}
		defer o.run()()
		time.Sleep(24 * time.Hour)
		if q := o.queue(); q.Waiting != 0 || q.Dead > 10+2*3 {
			t.Errorf("queue %+v", q)
		}
	})
}

func TestSetUpIsToldElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, time.Now)
		other := newPhone("other", time.Now)
		o.phones["other"] = other
		o.do(func(ctx context.Context, tx *store.Tx) error {
			return tx.Bind(ctx, store.Account{Platform: "other", ID: "wang2", Person: "wang"}, o.clock().Add(-time.Hour))
		})
		o.phone.fail = func(chat.Address, chat.Message, int) error { return failure(chat.BadSetup) }
		o.owe("a", store.ClassAnswer, text("x"), text("y"))
		defer o.run()()
		time.Sleep(3 * time.Hour)
		if got := other.told("wang2"); len(got) != 1 {
			t.Errorf("told %q", got)
		}
		if q := o.queue(); q.Waiting != 2 {
			t.Errorf("queue %+v, want both kept", q)
		}
	})
}

func TestPanicInAPlatform(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, time.Now)
		o.phone.fail = func(to chat.Address, _ chat.Message, try int) error {
			if to.ID == "a" && try == 1 {
				panic("boom")
			}
			return nil
		}
		o.owe("a", store.ClassAnswer, text("x"))
		o.owe("b", store.ClassAnswer, text("y"))
		defer o.run()()
		time.Sleep(time.Minute)
		if len(o.phone.told("a")) != 1 || len(o.phone.told("b")) != 1 {
			t.Errorf("shown %+v", o.phone.all())
		}
	})
}

// A clock that is set an hour back or forward holds nothing up.
func TestClockJumps(t *testing.T) {
	for _, jump := range []time.Duration{-time.Hour, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			var offset time.Duration
			o := newOffice(t, func() time.Time { return time.Now().Add(offset) })
			o.phone.now = time.Now
			o.phone.limits = chat.Limits{PerSecond: 5, PerMinute: 100, ChatPerSecond: 2, Window: 3 * time.Hour}
			o.phone.fail = func(_ chat.Address, m chat.Message, try int) error {
				if m.Text == "0" && try == 1 {
					return failure(chat.Busy)
				}
				return nil
			}
			for i := range 10 {
				o.owe("a", store.ClassAnswer, text(fmt.Sprint(i)))
			}
			o.flush()
			offset = jump
			for i := range 10 {
				o.owe("b", store.ClassAnswer, text(fmt.Sprint(i)))
			}
			defer o.run()()
			time.Sleep(30 * time.Second)
			if a, b := o.phone.told("a"), o.phone.told("b"); len(a) != 10 || len(b) != 10 {
				t.Errorf("jump %v: told %v and %v", jump, a, b)
			}
		})
	}
}

func TestFlushWhileRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, time.Now)
		o.phone.latency = time.Second
		defer o.run()()
		synctest.Wait()
		for i := range 5 {
			o.owe("a", store.ClassAnswer, text(fmt.Sprint(i)))
			o.flush()
			if got := o.phone.told("a"); len(got) != i+1 {
				t.Fatalf("after Flush %d: told %v", i, got)
			}
		}
	})
}
