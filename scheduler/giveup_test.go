package scheduler

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// damage changes the store's file behind its back.
func (o *office) damage(statement string) {
	o.Helper()
	db, err := sql.Open("sqlite", "file:"+o.path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		o.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		o.Fatal(err)
	}
}

// A message that a fault of the disk made unreadable keeps nobody else waiting.
func TestUnreadableMessage(t *testing.T) {
	now := moment(t, "2026-11-24 09:00")
	o := newOffice(t, func() time.Time { return now })
	o.owe("a", store.ClassAnswer, text("one"))
	o.damage(`UPDATE outbox SET content = substr(content, 1, length(content) - 1) || x'00'`)
	o.owe("a", store.ClassAnswer, text("two"))
	o.owe("b", store.ClassAnswer, text("three"))
	o.flush()
	if a, b := o.phone.told("a"), o.phone.told("b"); !slices.Equal(a, []string{"two"}) || !slices.Equal(b, []string{"three"}) {
		t.Errorf("told %q and %q", a, b)
	}
	if q := o.queue(); q.Waiting != 0 || q.Dead != 1 {
		t.Errorf("queue %+v", q)
	}
	if got := o.phone.told("wang"); len(got) != 1 || !strings.Contains(got[0], "没有送达") {
		t.Errorf("administrator told %q", got)
	}
}

// A start with a wrong secret_key loses nothing: what it cannot read waits for
// a start with the right one, and holds nothing up.
func TestWrongKey(t *testing.T) {
	now := moment(t, "2026-11-24 09:00")
	o := newOffice(t, func() time.Time { return now })
	o.owe("a", store.ClassAnswer, text("one"))
	right := o.seals
	wrong, err := store.NewSealer(store.NewSecretKey())
	if err != nil {
		t.Fatal(err)
	}
	use := func(s *store.Sealer) {
		o.close()
		o.seals = s
		o.open()
	}
	use(wrong)
	o.owe("b", store.ClassAnswer, text("two"))
	o.flush()
	o.flush()
	if a, b := o.phone.told("a"), o.phone.told("b"); len(a) != 0 || !slices.Equal(b, []string{"two"}) {
		t.Errorf("told %q and %q", a, b)
	}
	if got := o.phone.told("wang"); len(got) != 1 || !strings.Contains(got[0], "old_secret_keys") {
		t.Errorf("administrator told %q", got)
	}
	use(right)
	o.flush()
	if got := o.phone.told("a"); !slices.Equal(got, []string{"one"}) {
		t.Errorf("with the right key: told %q", got)
	}
}

// The bot died after Friday's notices were owed; on Sunday they are not true
// any more, while an answer still is.
func TestOutOfDate(t *testing.T) {
	now := moment(t, "2026-11-27 12:00")
	o := newOffice(t, func() time.Time { return now })
	for _, id := range []string{"a", "b"} {
		o.owe(id, store.ClassReminder, text("remember"))
		o.owe(id, store.ClassDue, text("due"))
		o.owe(id, store.ClassAnswer, text("answer"))
	}
	now = moment(t, "2026-11-29 15:30")
	o.flush()
	if a, b := o.phone.told("a"), o.phone.told("b"); !slices.Equal(a, []string{"answer"}) || !slices.Equal(b, []string{"answer"}) {
		t.Errorf("told %q and %q", a, b)
	}
	if got := o.phone.told("wang"); len(got) != 1 || !strings.Contains(got[0], "过时") {
		t.Errorf("administrator told %q", got)
	}
	if q := o.queue(); q.Waiting != 0 || q.Dead != 4 {
		t.Errorf("queue %+v", q)
	}
}

// Within four hours it is late, but true.
func TestLateButTrue(t *testing.T) {
	now := moment(t, "2026-11-27 12:00")
	o := newOffice(t, func() time.Time { return now })
	o.owe("a", store.ClassDue, text("due"))
	now = now.Add(staleAfter)
	o.flush()
	if got := o.phone.told("a"); !slices.Equal(got, []string{"due"}) {
		t.Errorf("told %q", got)
	}
}

// What was owed before quiet hours and could not be sent waits for their end,
// and nobody waits behind it.
func TestQuietHoursHoldTheOutbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, time.Now) // 08:00 by the company's clock
		o.rules.Quiet.From.Hour, o.rules.Quiet.To.Hour = 10, 12
		o.close()
		o.open()
		time.Sleep(2 * time.Hour)
		o.owe("a", store.ClassReminder, text("remember"))
		o.owe("a", store.ClassDue, text("due"))
		o.owe("a", store.ClassAnswer, text("answer"))
		stop := o.run()
		defer func() { stop() }()
		time.Sleep(2*time.Hour - time.Second)
		if got := o.phone.told("a"); !slices.Equal(got, []string{"answer", "due"}) {
			t.Errorf("in quiet hours: told %q", got)
		}
		time.Sleep(2 * time.Second)
		if got := o.phone.told("a"); !slices.Equal(got, []string{"answer", "due", "remember"}) {
			t.Errorf("after quiet hours: told %q", got)
		}
	})
}

// Once the set-up is mended a chat reads in the order in which it was spoken to.
func TestOrderAfterTheSetUpWasMended(t *testing.T) {
	for range 5 {
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t, time.Now)
			var want []string
			for i := range 5 {
				want = append(want, fmt.Sprint(i))
				o.owe("a", store.ClassAnswer, text(fmt.Sprint(i)))
			}
			var mended atomic.Bool
			o.phone.fail = func(chat.Address, chat.Message, int) error {
				if !mended.Load() {
					return failure(chat.BadSetup)
				}
				return nil
			}
			defer o.run()()
			time.Sleep(time.Minute)
			mended.Store(true)
			time.Sleep(12 * time.Minute)
			if got := o.phone.told("a"); !slices.Equal(got, want) {
				t.Errorf("told %q", got)
			}
		})
	}
}

// What only files lack keeps no other message of the chat back.
func TestFilesLackSomething(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, time.Now)
		o.phone.fail = func(_ chat.Address, m chat.Message, _ int) error {
			if m.File != nil {
				return failure(chat.BadSetup)
			}
			return nil
		}
		o.owe("a", store.ClassAnswer, chat.Message{File: &chat.File{Name: "a.xlsx", Recipe: "r"}}, text("next"))
		defer o.run()()
		time.Sleep(time.Minute)
		if got := o.phone.told("a"); len(got) != 2 || !strings.Contains(got[0], "没有发送成功") || got[1] != "next" {
			t.Errorf("told %q", got)
		}
		if got := o.phone.told("wang"); len(got) != 1 || !strings.Contains(got[0], "设置") {
			t.Errorf("administrator told %q", got)
		}
	})
}

// A fault after sending says nothing about whether it arrived: a secret is not
// said twice.
func TestPanicAfterSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, time.Now)
		o.phone.limits.Window = 0 // the platform keeps no second copy away
		o.phone.lose = func(to chat.Address, _ chat.Message, try int) error {
			if to.ID == "a" && try == 1 {
				panic("boom")
			}
			return nil
		}
		o.owe("a", store.ClassAnswer, chat.Message{Text: "secret", Confidential: true})
		defer o.run()()
		time.Sleep(time.Minute)
		if got := o.phone.told("a"); len(got) != 1 {
			t.Errorf("told %q", got)
		}
		if q := o.queue(); q.Dead != 1 {
			t.Errorf("queue %+v", q)
		}
	})
}

func TestProtected(t *testing.T) {
	for _, tt := range []struct {
		age, window time.Duration
		want        bool
	}{
		{0, time.Hour, true}, {59 * time.Minute, time.Hour, true}, {59*time.Minute + 1, time.Hour, false},
		{-1, time.Hour, false}, {-2 * time.Hour, time.Hour, false}, {0, 0, false},
	} {
		if got := protected(tt.age, tt.window); got != tt.want {
			t.Errorf("protected(%v, %v) = %v", tt.age, tt.window, got)
		}
	}
}

// A store that failed is asked again within a second, also when the clock was
// set back meanwhile.
func TestStoreRetryAndTheClock(t *testing.T) {
	now := moment(t, "2026-11-27 12:00")
	p := &pump{retryAt: now.Add(storeRetry)}
	for later, want := range map[time.Duration]bool{0: true, storeRetry / 2: true, storeRetry: false, -time.Millisecond: false, -time.Hour: false} {
		if got := p.rests(now.Add(later)); got != want {
			t.Errorf("%v later: rests %v", later, got)
		}
	}
}

// A file that takes for ever is given up like one that cannot be made.
func TestFileTakesForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, time.Now)
		o.outbox.o.Files = func(ctx context.Context, _ string) ([]byte, error) {
			<-ctx.Done()
			return nil, errors.New("too slow")
		}
		o.owe("a", store.ClassAnswer, chat.Message{File: &chat.File{Name: "a.xlsx", Recipe: "r"}})
		defer o.run()()
		time.Sleep(time.Hour)
		if got := o.phone.told("a"); len(got) != 1 || !strings.Contains(got[0], "没有发送成功") {
			t.Errorf("told %q", got)
		}
	})
}

// What is told once a day counts the company's days, wherever the machine is.
func TestOnceADayOfTheCompany(t *testing.T) {
	var now time.Time
	o := newOffice(t, func() time.Time { return now.UTC() })
	o.phone.fail = func(to chat.Address, _ chat.Message, _ int) error {
		if to.ID == "a" {
			return failure(chat.BadReceiver)
		}
		return nil
	}
	for i, at := range []string{"2026-11-27 07:00", "2026-11-27 09:00", "2026-11-28 01:00"} { // UTC: 26th, 27th, 27th
		now = moment(t, at)
		o.owe("a", store.ClassAnswer, text(fmt.Sprint(i)))
		o.flush()
	}
	if got := o.phone.told("wang"); len(got) != 2 {
		t.Errorf("administrator told %q", got)
	}
}
