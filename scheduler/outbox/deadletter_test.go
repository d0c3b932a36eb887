package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"marketbot/handlers/chat"
	"marketbot/scheduler/schedulertest"
	"marketbot/store"
)

// A message that a fault of the disk made unreadable keeps nobody else waiting.
func TestUnreadableMessage(t *testing.T) {
	now := schedulertest.Moment(t, "2026-11-24 09:00")
	o := schedulertest.NewOffice(t, func() time.Time { return now })
	o.Owe("a", store.ClassAnswer, schedulertest.Text("one"))
	o.Damage(`UPDATE outbox SET content = substr(content, 1, length(content) - 1) || x'00'`)
	o.Owe("a", store.ClassAnswer, schedulertest.Text("two"))
	o.Owe("b", store.ClassAnswer, schedulertest.Text("three"))
	o.Flush()
	if a, b := o.Phone.Told("a"), o.Phone.Told("b"); !slices.Equal(a, []string{"two"}) || !slices.Equal(b, []string{"three"}) {
		t.Errorf("told %q and %q", a, b)
	}
	if q := o.Queue(); q.Waiting != 0 || q.Dead != 1 {
		t.Errorf("queue %+v", q)
	}
	if got := o.Phone.Told("wang"); len(got) != 1 || !strings.Contains(got[0], "没有送达") {
		t.Errorf("administrator told %q", got)
	}
}

// What rests under a key that is not configured is not lost: it waits for a start
// with that key, and holds nothing up.
func TestMissingKey(t *testing.T) {
	now := schedulertest.Moment(t, "2026-11-24 09:00")
	o := schedulertest.NewOffice(t, func() time.Time { return now })
	o.Owe("a", store.ClassAnswer, schedulertest.Text("one"))
	o.Damage(`UPDATE outbox SET content = CAST(x'ffffffffffffffff' || content AS BLOB)`) // which begins with its key's id
	o.Owe("b", store.ClassAnswer, schedulertest.Text("two"))
	o.Flush()
	o.Flush()
	if a, b := o.Phone.Told("a"), o.Phone.Told("b"); len(a) != 0 || !slices.Equal(b, []string{"two"}) {
		t.Errorf("told %q and %q", a, b)
	}
	if got := o.Phone.Told("wang"); len(got) != 1 || !strings.Contains(got[0], "old_secret_keys") {
		t.Errorf("administrator told %q", got)
	}
	o.Close()
	o.Damage(`UPDATE outbox SET content = substr(CAST(content AS BLOB), 9) WHERE state = 'waiting'`)
	o.Open()
	o.Flush()
	if got := o.Phone.Told("a"); !slices.Equal(got, []string{"one"}) {
		t.Errorf("with the key: told %q", got)
	}
}

// The bot died after Friday's notices were owed; on Sunday they are not true
// any more, while an answer still is.
func TestOutOfDate(t *testing.T) {
	now := schedulertest.Moment(t, "2026-11-27 12:00")
	o := schedulertest.NewOffice(t, func() time.Time { return now })
	for _, id := range []string{"a", "b"} {
		o.Owe(id, store.ClassReminder, schedulertest.Text("remember"))
		o.Owe(id, store.ClassDue, schedulertest.Text("due"))
		o.Owe(id, store.ClassAnswer, schedulertest.Text("answer"))
	}
	now = schedulertest.Moment(t, "2026-11-29 15:30")
	o.Flush()
	if a, b := o.Phone.Told("a"), o.Phone.Told("b"); !slices.Equal(a, []string{"answer"}) || !slices.Equal(b, []string{"answer"}) {
		t.Errorf("told %q and %q", a, b)
	}
	if got := o.Phone.Told("wang"); len(got) != 1 || !strings.Contains(got[0], "过时") {
		t.Errorf("administrator told %q", got)
	}
	if q := o.Queue(); q.Waiting != 0 || q.Dead != 4 {
		t.Errorf("queue %+v", q)
	}
}

// Within four hours it is late, but true.
func TestLateButTrue(t *testing.T) {
	now := schedulertest.Moment(t, "2026-11-27 12:00")
	o := schedulertest.NewOffice(t, func() time.Time { return now })
	o.Owe("a", store.ClassDue, schedulertest.Text("due"))
	now = now.Add(4 * time.Hour)
	o.Flush()
	if got := o.Phone.Told("a"); !slices.Equal(got, []string{"due"}) {
		t.Errorf("told %q", got)
	}
}

// What was owed before quiet hours and could not be sent waits for their end,
// and nobody waits behind it.
func TestQuietHoursHoldTheOutbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now) // 08:00 by the company's clock
		o.Rules.Quiet.From.Hour, o.Rules.Quiet.To.Hour = 10, 12
		o.Close()
		o.Open()
		time.Sleep(2 * time.Hour)
		o.Owe("a", store.ClassReminder, schedulertest.Text("remember"))
		o.Owe("a", store.ClassDue, schedulertest.Text("due"))
		o.Owe("a", store.ClassAnswer, schedulertest.Text("answer"))
		stop := o.Run()
		defer func() { stop() }()
		time.Sleep(2*time.Hour - time.Second)
		if got := o.Phone.Told("a"); !slices.Equal(got, []string{"answer", "due"}) {
			t.Errorf("in quiet hours: told %q", got)
		}
		time.Sleep(2 * time.Second)
		if got := o.Phone.Told("a"); !slices.Equal(got, []string{"answer", "due", "remember"}) {
			t.Errorf("after quiet hours: told %q", got)
		}
	})
}

// Once the set-up is mended a chat reads in the order in which it was spoken to.
func TestOrderAfterTheSetUpWasMended(t *testing.T) {
	for range 5 {
		synctest.Test(t, func(t *testing.T) {
			o := schedulertest.NewOffice(t, time.Now)
			var want []string
			for i := range 5 {
				want = append(want, fmt.Sprint(i))
				o.Owe("a", store.ClassAnswer, schedulertest.Text(fmt.Sprint(i)))
			}
			var mended atomic.Bool
			o.Phone.Fail = func(chat.Address, chat.Message, int) error {
				if !mended.Load() {
					return failure(chat.BadSetup)
				}
				return nil
			}
			defer o.Run()()
			time.Sleep(time.Minute)
			mended.Store(true)
			time.Sleep(12 * time.Minute)
			if got := o.Phone.Told("a"); !slices.Equal(got, want) {
				t.Errorf("told %q", got)
			}
		})
	}
}

// What only files lack keeps no other message of the chat back.
func TestFilesLackSomething(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		o.Phone.Fail = func(_ chat.Address, m chat.Message, _ int) error {
			if m.File != nil {
				return failure(chat.BadSetup)
			}
			return nil
		}
		o.Owe("a", store.ClassAnswer, chat.Message{File: &chat.File{Name: "a.xlsx", Recipe: "r"}}, schedulertest.Text("next"))
		defer o.Run()()
		time.Sleep(time.Minute)
		if got := o.Phone.Told("a"); len(got) != 2 || !strings.Contains(got[0], "没有发送成功") || got[1] != "next" {
			t.Errorf("told %q", got)
		}
		if got := o.Phone.Told("wang"); len(got) != 1 || !strings.Contains(got[0], "设置") {
			t.Errorf("administrator told %q", got)
		}
	})
}

// What the set-up lacks for one kind of message holds nothing else of the chat
// up: a card comes as words, words step aside, until they can be sent, and their
// receiver hears so. A chat for which all is lacking keeps its order, whatever
// others get.
func TestOneKindLacksSomething(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		var mended atomic.Bool
		o.Phone.Fail = func(to chat.Address, m chat.Message, _ int) error {
			if !mended.Load() && (m.Card != nil || m.Text == "long" || to.ID == "b") {
				return failure(chat.BadSetup)
			}
			return nil
		}
		o.Owe("a", store.ClassAnswer, chat.Message{Card: &chat.Card{Title: "card"}}, schedulertest.Text("long"), schedulertest.Text("next"))
		o.Owe("b", store.ClassAnswer, schedulertest.Text("1"), schedulertest.Text("2"), schedulertest.Text("3"))
		defer o.Run()()
		for range 30 {
			time.Sleep(2 * time.Second)
			o.Owe("c", store.ClassAnswer, schedulertest.Text("other"))
			o.Outbox.Wake()
		}
		if got := o.Phone.Told("a"); len(got) != 3 || got[0] != "next" || got[1] != "card" || !strings.Contains(got[2], "暂时送不到") {
			t.Errorf("told %q", got)
		}
		mended.Store(true)
		time.Sleep(12 * time.Minute)
		if got := o.Phone.Told("a"); len(got) != 4 || got[3] != "long" {
			t.Errorf("told %q", got)
		}
		if got := o.Phone.Told("b"); !slices.Equal(got, []string{"1", "2", "3"}) {
			t.Errorf("where all was lacking: %q", got)
		}
		if got := strings.Join(o.Phone.Told("wang"), "\n"); !strings.Contains(got, "设置") || !strings.Contains(got, "放在一边") {
			t.Errorf("administrator told %q", got)
		}
	})
}

// A fault after sending says nothing about whether it arrived: a secret is not
// said twice.
func TestPanicAfterSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		o.Phone.Limit.Window = 0 // the platform keeps no second copy away
		o.Phone.Lose = func(to chat.Address, _ chat.Message, try int) error {
			if to.ID == "a" && try == 1 {
				panic("boom")
			}
			return nil
		}
		o.Person("a", "张伟", store.Salesperson)
		o.Owe("a", store.ClassAnswer, chat.Message{Text: "secret", Secrecy: chat.Secrecy{Confidential: true}})
		defer o.Run()()
		time.Sleep(time.Minute)
		if got := o.Phone.Told("a"); len(got) != 1 {
			t.Errorf("told %q", got)
		}
		if q := o.Queue(); q.Dead != 1 {
			t.Errorf("queue %+v", q)
		}
	})
}

// A file that takes for ever is given up like one that cannot be made.
func TestFileTakesForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		o.Files = func(ctx context.Context, _ string) ([]byte, error) {
			<-ctx.Done()
			return nil, errors.New("too slow")
		}
		o.Close()
		o.Open()
		o.Owe("a", store.ClassAnswer, chat.Message{File: &chat.File{Name: "a.xlsx", Recipe: "r"}})
		defer o.Run()()
		time.Sleep(time.Hour)
		if got := o.Phone.Told("a"); len(got) != 1 || !strings.Contains(got[0], "没有发送成功") {
			t.Errorf("told %q", got)
		}
	})
}

// What is told once a day counts the company's days, wherever the machine is.
func TestOnceADayOfTheCompany(t *testing.T) {
	var now time.Time
	o := schedulertest.NewOffice(t, func() time.Time { return now.UTC() })
	o.Phone.Fail = func(to chat.Address, _ chat.Message, _ int) error {
		if to.ID == "a" {
			return failure(chat.BadReceiver)
		}
		return nil
	}
	for i, at := range []string{"2026-11-27 07:00", "2026-11-27 09:00", "2026-11-28 01:00"} { // UTC: 26th, 27th, 27th
		now = schedulertest.Moment(t, at)
		o.Owe("a", store.ClassAnswer, schedulertest.Text(fmt.Sprint(i)))
		o.Flush()
	}
	if got := o.Phone.Told("wang"); len(got) != 2 {
		t.Errorf("administrator told %q", got)
	}
}
