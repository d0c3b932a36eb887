package outbox_test

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
	"marketbot/scheduler/schedulertest"
	"marketbot/store"
)

func failure(f chat.Failure) error { return &chat.SendError{Failure: f, Err: errors.New("refused")} }

func TestChatsKeepTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		o.Phone.Latency = 20 * time.Millisecond
		var want []string
		for i := range 20 {
			want = append(want, fmt.Sprint(i))
			o.Owe("a", store.ClassAnswer, schedulertest.Text(fmt.Sprint(i)))
			o.Owe("b", store.ClassAnswer, schedulertest.Text(fmt.Sprint(i)))
		}
		o.Phone.Fail = func(_ chat.Address, m chat.Message, try int) error {
			if m.Text == "3" && try == 1 {
				return failure(chat.Uncertain)
			}
			return nil
		}
		defer o.Run()()
		time.Sleep(time.Minute)
		for _, id := range []string{"a", "b"} {
			if got := o.Phone.Told(id); !slices.Equal(got, want) {
				t.Errorf("%s was told %v, want %v", id, got, want)
			}
		}
	})
}

func TestAnswersOvertakeReminders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		o.Owe("a", store.ClassReminder, schedulertest.Text("reminder"))
		o.Owe("a", store.ClassAnswer, schedulertest.Text("answer"))
		o.Flush()
		if got, want := o.Phone.Told("a"), []string{"answer", "reminder"}; !slices.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
	})
}

// What was shown but not acknowledged is sent again with the same bytes and
// key, so that it is seen once (fault 3).
func TestLostAcknowledgement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		o.Phone.Lose = func(_ chat.Address, _ chat.Message, try int) error {
			if try < 4 {
				return errors.New("connection reset")
			}
			return nil
		}
		o.Owe("a", store.ClassAnswer, schedulertest.Text("once"))
		defer o.Run()()
		time.Sleep(10 * time.Minute)
		if got := o.Phone.Told("a"); !slices.Equal(got, []string{"once"}) {
			t.Errorf("told %q", got)
		}
		if q := o.Queue(); q.Waiting != 0 || q.Dead != 0 || o.Phone.Unequal() != 0 {
			t.Errorf("queue %+v, %d sends with other bytes", q, o.Phone.Unequal())
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
				o := schedulertest.NewOffice(t, time.Now)
				if c.early {
					o.Post.Freeze = o.Outbox.Freeze
				}
				hang := true
				o.Phone.Lose = func(chat.Address, chat.Message, int) error {
					if hang {
						return errors.New("no answer")
					}
					return nil
				}
				o.Owe("a", store.ClassAnswer, schedulertest.Text("done"))
				o.Flush()
				hang = false
				o.Close()
				o.Phone.Edition = c.edition
				o.Open()
				defer o.Run()()
				time.Sleep(time.Minute)
				if got := o.Phone.Told("a"); !slices.Equal(got, c.want) || o.Phone.Unequal() != 0 {
					t.Errorf("told %q, want %q; %d sends with other bytes", got, c.want, o.Phone.Unequal())
				}
				if q := o.Queue(); q.Waiting != 0 {
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
		o := schedulertest.NewOffice(t, time.Now)
		down := true
		o.Phone.Lose = func(to chat.Address, _ chat.Message, _ int) error {
			if down && to.ID != "wang" {
				return errors.New("no answer")
			}
			return nil
		}
		o.Owe("a", store.ClassReminder, schedulertest.Text("remember"))
		o.Person("s", "孙丽", store.Salesperson)
		o.Owe("s", store.ClassAnswer, chat.Message{Text: "secret", Secrecy: chat.Secrecy{Confidential: true}})
		o.Flush()
		o.Close()
		time.Sleep(61 * time.Minute)
		down = false
		o.Open()
		o.Flush()
		o.Flush()
		if got, want := o.Phone.Told("a"), []string{"remember", "【补发】remember"}; !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
		if got := o.Phone.Told("s"); !slices.Equal(got, []string{"secret"}) {
			t.Errorf("confidential: told %q", got)
		}
		if got := strings.Join(o.Phone.Told("wang"), "\n"); !strings.Contains(got, "保密") || strings.Contains(got, "secret") {
			t.Errorf("administrator told %q", got)
		}
	})
}

func TestNeverMoreThanTwiceWhenNothingIsAcknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		o.Phone.Lose = func(to chat.Address, _ chat.Message, _ int) error {
			if to.ID == "a" {
				return errors.New("no answer")
			}
			return nil
		}
		o.Owe("a", store.ClassReminder, schedulertest.Text("remember"))
		defer o.Run()()
		time.Sleep(12 * time.Hour)
		if got, want := o.Phone.Told("a"), []string{"remember", "有一条消息暂时送不到这里，还在重试；着急的话请再发一次。", "【补发】remember"}; !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
		if q := o.Queue(); q.Waiting != 0 || q.Dead != 2 || len(o.Phone.Told("wang")) != 3 {
			t.Errorf("queue %+v, administrator told %q", q, o.Phone.Told("wang"))
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
		{"busy", schedulertest.Text("x"), func(_ chat.Message, try int) error {
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
		{"card refused twice", card, func(m chat.Message, _ int) error {
			if m.Card != nil || strings.Contains(m.Text, "乙") {
				return &chat.SendError{Failure: chat.BadContent, Code: 230028, Err: errors.New("audit")}
			}
			return nil
		}, []string{"有一条消息在这里显示不了，内容没有发出来。请再发一次，还不行请找管理员。"}, 0, 1},
		{"an unknown code thrice", schedulertest.Text("x"), func(_ chat.Message, try int) error {
			if try < 4 {
				return &chat.SendError{Failure: chat.Unknown, Code: 2200, Err: errors.New("internal error")}
			}
			return nil
		}, []string{"x"}, 0, 0},
		{"an unknown code for ever", schedulertest.Text("x"), func(m chat.Message, _ int) error {
			if m.Text == "x" {
				return &chat.SendError{Failure: chat.Unknown, Code: 9499, Err: errors.New("bad request")}
			}
			return nil
		}, []string{"有一条消息在这里显示不了，内容没有发出来。请再发一次，还不行请找管理员。"}, 0, 2},
		{"text refused", schedulertest.Text("x"), func(chat.Message, int) error { return failure(chat.BadContent) }, nil, 1, 1},
		{"receiver gone", schedulertest.Text("x"), func(chat.Message, int) error { return failure(chat.BadReceiver) }, nil, 1, 1},
		{"set-up mended", schedulertest.Text("x"), func(_ chat.Message, try int) error {
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
				o := schedulertest.NewOffice(t, time.Now)
				o.Phone.Fail = func(to chat.Address, m chat.Message, try int) error {
					if to.ID == "wang" || tt.fail == nil {
						return nil
					}
					return tt.fail(m, try)
				}
				o.Owe("a", store.ClassAnswer, tt.send)
				defer o.Run()()
				time.Sleep(2 * time.Hour)
				if got := o.Phone.Told("a"); !slices.Equal(got, tt.want) {
					t.Errorf("told %q, want %q", got, tt.want)
				}
				if q := o.Queue(); q.Waiting != 0 || q.Dead != tt.dead {
					t.Errorf("queue %+v, want %d dead", q, tt.dead)
				}
				if got := o.Phone.Told("wang"); len(got) != tt.admins {
					t.Errorf("administrator told %q, want %d messages", got, tt.admins)
				}
			})
		})
	}
}

// When nobody can be reached, nobody is told about not being told.
func TestBadNewsDoNotGoRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		o.Phone.Fail = func(chat.Address, chat.Message, int) error { return failure(chat.BadReceiver) }
		for i := range 10 {
			o.Owe(fmt.Sprint("p", i%3), store.ClassAnswer, schedulertest.Text("x"))
		}
		defer o.Run()()
		time.Sleep(24 * time.Hour)
		if q := o.Queue(); q.Waiting != 0 || q.Dead > 10+2*3 {
			t.Errorf("queue %+v", q)
		}
	})
}

func TestSetUpIsToldElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		other := schedulertest.NewPhone("other", time.Now)
		o.Phones["other"] = other
		o.Do(func(ctx context.Context, tx *store.Tx) error {
			return tx.Accounts().Bind(ctx, store.Account{Platform: "other", ID: "wang2", Person: "wang"}, time.Now().Add(-time.Hour))
		})
		o.Phone.Fail = func(chat.Address, chat.Message, int) error { return failure(chat.BadSetup) }
		o.Owe("a", store.ClassAnswer, schedulertest.Text("x"), schedulertest.Text("y"))
		defer o.Run()()
		time.Sleep(3 * time.Hour)
		if got := other.Told("wang2"); len(got) != 1 {
			t.Errorf("told %q", got)
		}
		if q := o.Queue(); q.Waiting != 2 {
			t.Errorf("queue %+v, want both kept", q)
		}
	})
}

func TestPanicInAPlatform(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		o.Phone.Fail = func(to chat.Address, _ chat.Message, try int) error {
			if to.ID == "a" && try == 1 {
				panic("boom")
			}
			return nil
		}
		o.Owe("a", store.ClassAnswer, schedulertest.Text("x"))
		o.Owe("b", store.ClassAnswer, schedulertest.Text("y"))
		defer o.Run()()
		time.Sleep(time.Minute)
		if len(o.Phone.Told("a")) != 1 || len(o.Phone.Told("b")) != 1 {
			t.Errorf("shown %+v", o.Phone.All())
		}
	})
}

// A clock that is set an hour back or forward holds nothing up.
func TestClockJumps(t *testing.T) {
	for _, jump := range []time.Duration{-time.Hour, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			var offset time.Duration
			o := schedulertest.NewOffice(t, func() time.Time { return time.Now().Add(offset) })
			o.Phone.Clock = time.Now
			o.Phone.Limit = chat.Limits{PerSecond: 5, PerMinute: 100, ChatPerSecond: 2, Window: 3 * time.Hour}
			o.Phone.Fail = func(_ chat.Address, m chat.Message, try int) error {
				if m.Text == "0" && try == 1 {
					return failure(chat.Busy)
				}
				return nil
			}
			for i := range 10 {
				o.Owe("a", store.ClassAnswer, schedulertest.Text(fmt.Sprint(i)))
			}
			o.Flush()
			offset = jump
			for i := range 10 {
				o.Owe("b", store.ClassAnswer, schedulertest.Text(fmt.Sprint(i)))
			}
			defer o.Run()()
			time.Sleep(30 * time.Second)
			if a, b := o.Phone.Told("a"), o.Phone.Told("b"); len(a) != 10 || len(b) != 10 {
				t.Errorf("jump %v: told %v and %v", jump, a, b)
			}
		})
	}
}

func TestFlushWhileRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		o.Phone.Latency = time.Second
		defer o.Run()()
		synctest.Wait()
		for i := range 5 {
			o.Owe("a", store.ClassAnswer, schedulertest.Text(fmt.Sprint(i)))
			o.Flush()
			if got := o.Phone.Told("a"); len(got) != i+1 {
				t.Fatalf("after Flush %d: told %v", i, got)
			}
		}
	})
}
