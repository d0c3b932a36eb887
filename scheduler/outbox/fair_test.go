package outbox_test

import (
	"context"
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

// answer owes an answer that somebody caused in a chat.
func answer(o *schedulertest.Office, to chat.Address, cause, text string) {
	o.Helper()
	o.Do(func(ctx context.Context, tx *store.Tx) error {
		return o.Post.Answer(ctx, tx, to, "", cause, schedulertest.Text(text), time.Now(), func(store.Outgoing) {})
	})
	o.Outbox.Wake()
}

func group(i int) chat.Address {
	return chat.Address{Platform: "phone", Group: true, ID: fmt.Sprint("g", i)}
}

// pour lets somebody flood eight groups, so many a second, until the end.
func pour(o *schedulertest.Office, who string, each, during time.Duration) {
	for i, end := 0, time.Now().Add(during); time.Now().Before(end); i++ {
		answer(o, group(i%8), who, fmt.Sprint(who, " ", i))
		time.Sleep(each)
	}
}

// waits tells how long each text took from when it was owed.
func waits(o *schedulertest.Office, asked map[string]time.Time) (list []time.Duration) {
	for _, s := range o.Phone.All() {
		if at, ok := asked[s.Message.Text]; ok {
			list = append(list, s.At.Sub(at))
			delete(asked, s.Message.Text)
		}
	}
	slices.Sort(list)
	return list
}

// Eight groups flooded by one member slow nobody else, in private or in the
// same groups, and what is due and alarms come in time; none of the flood is
// lost.
func TestFloodOfOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		o.Phone.Limit = chat.Limits{PerSecond: 10, PerMinute: 200, ChatPerSecond: 2, Window: time.Hour}
		o.Phone.Latency = 40 * time.Millisecond
		defer o.Run()()
		asked, noticed := map[string]time.Time{}, map[string]time.Time{}
		ask := func(i int) {
			text := fmt.Sprint("ask ", i)
			asked[text] = time.Now()
			to := chat.Address{Platform: "phone", ID: "li"}
			if i%3 == 0 {
				to = group(i % 8)
			}
			answer(o, to, "li", text)
			time.Sleep(4500 * time.Millisecond)
		}
		for i := range 12 {
			ask(i)
		}
		alone := waits(o, asked)
		done := make(chan bool)
		go func() { pour(o, "zhao", 50*time.Millisecond, 40*time.Second); close(done) }()
		time.Sleep(5 * time.Second)
		for i := range 7 {
			for _, class := range []store.Class{store.ClassAlarm, store.ClassDue} {
				text := fmt.Sprint("notice ", i, class)
				noticed[text] = time.Now()
				o.Owe("g0", class, schedulertest.Text(text))
				o.Do(func(ctx context.Context, tx *store.Tx) error {
					return o.Post.Message(ctx, tx, group(i%8), "", text, schedulertest.Text(text+"g"), class, time.Now())
				})
				noticed[text+"g"] = time.Now()
			}
			ask(100 + i)
		}
		<-done
		flooded := waits(o, asked)
		most := 2 * alone[len(alone)-1]
		late := slices.IndexFunc(flooded, func(d time.Duration) bool { return d > most }) // in groups their own pace may come first
		if len(alone) != 12 || len(flooded) != 7 || late >= 0 && late < 5 || flooded[6] > most+time.Second {
			t.Errorf("alone %v, in the flood %v", alone, flooded)
		}
		if late := waits(o, noticed); len(late) != 28 || late[len(late)-1] > 10*time.Second {
			t.Errorf("notices took %v", late)
		}
		time.Sleep(20 * time.Minute)
		n := 0
		for _, s := range o.Phone.All() {
			if strings.HasPrefix(s.Message.Text, "zhao ") {
				n++
			}
		}
		if q := o.Queue(); n < 790 || q.Waiting != 0 || q.Dead != 0 || o.Phone.Refused() > 0 {
			t.Errorf("%d of the flood are shown, queue %+v, %d refused", n, q, o.Phone.Refused())
		}
	})
}

// A message that the platform fails on for ever steps aside within a minute:
// the rest of its chat goes on, its receiver and the administrators hear of it.
func TestPoison(t *testing.T) {
	for name, poison := range map[string]chat.Message{
		"text":   schedulertest.Text("poison"),
		"secret": {Text: "poison", Secrecy: chat.Secrecy{Confidential: true}},
		"card":   {Card: &chat.Card{Title: "poison", Blocks: []chat.Block{{Text: "内容"}}}},
	} {
		for _, busy := range []bool{false, true} {
			t.Run(fmt.Sprint(name, busy), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					o := schedulertest.NewOffice(t, time.Now)
					o.Phone.Fail = func(_ chat.Address, m chat.Message, _ int) error {
						if strings.Contains(schedulertest.Words(m), "poison") && !strings.Contains(m.Text, "补发") {
							return failure(chat.Uncertain)
						}
						return nil
					}
					o.Person("li", "李雷", store.Salesperson)
					defer o.Run()()
					o.Owe("li", store.ClassAnswer, poison, schedulertest.Text("one"), schedulertest.Text("two"))
					o.Outbox.Wake()
					for i := range 12 {
						if busy {
							o.Owe("zhao", store.ClassAnswer, schedulertest.Text(fmt.Sprint("other ", i)))
							o.Outbox.Wake()
						}
						time.Sleep(5 * time.Second)
					}
					got := o.Phone.Told("li")
					if len(got) != 3 || !slices.Contains(got, "one") || slices.Index(got, "one") > slices.Index(got, "two") {
						t.Errorf("told %q", got)
					}
					if want := map[bool]string{false: "暂时送不到", true: "【补发】poison\n内容"}[name == "card"]; !strings.Contains(strings.Join(got, "\n"), want) {
						t.Errorf("told %q, want %q", got, want)
					}
					if got := strings.Join(o.Phone.Told("wang"), "\n"); !strings.Contains(got, "放在一边") || strings.Contains(got, "poison") {
						t.Errorf("administrator told %q", got)
					}
				})
			})
		}
	}
}

// Two poisoned messages in a row, in the administrator's own and only chat.
func TestPoisonWhereNobodyElseIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		o.Phone.Fail = func(_ chat.Address, m chat.Message, _ int) error {
			if strings.HasPrefix(m.Text, "poison") {
				return failure(chat.Uncertain)
			}
			return nil
		}
		defer o.Run()()
		o.Owe("wang", store.ClassAnswer, schedulertest.Text("poison 1"), schedulertest.Text("poison 2"), schedulertest.Text("one"), schedulertest.Text("two"))
		o.Outbox.Wake()
		time.Sleep(3 * time.Minute)
		got := o.Phone.Told("wang")
		if one, two := slices.Index(got, "one"), slices.Index(got, "two"); one < 0 || two < one {
			t.Errorf("told %q", got)
		}
	})
}

// While the platform takes nothing at all, no message steps aside: each chat
// reads in its order once it is back.
func TestOutageKeepsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		var down atomic.Bool
		down.Store(true)
		o.Phone.Fail = func(chat.Address, chat.Message, int) error {
			if down.Load() {
				return failure(chat.Uncertain)
			}
			return nil
		}
		var want []string
		for i := range 10 {
			want = append(want, fmt.Sprint(i))
			for _, p := range []string{"a", "b", "c"} {
				o.Owe(p, store.ClassAnswer, schedulertest.Text(fmt.Sprint(i)))
			}
		}
		defer o.Run()()
		time.Sleep(40*time.Minute + 7*time.Second)
		down.Store(false)
		time.Sleep(10 * time.Minute)
		for _, p := range []string{"a", "b", "c"} {
			if got := o.Phone.Told(p); !slices.Equal(got, want) {
				t.Errorf("%s was told %q", p, got)
			}
		}
	})
}

// What one person tells one receiver again and again is told together: few
// messages, and nothing of it is lost; others are heard at once.
func TestFloodOfNotices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		o.Person("head", "周敏", store.Supervisor)
		defer o.Run()()
		tell := func(cause, text string, m chat.Message) {
			o.Do(func(ctx context.Context, tx *store.Tx) error {
				return o.Post.Notices(ctx, tx, []chat.Notice{{Key: text, To: "head", Cause: cause, Message: m}}, store.ClassAlarm, time.Now())
			})
			o.Outbox.Wake()
		}
		for i := range 80 {
			text := fmt.Sprintf("线索 %d。", i)
			m := schedulertest.Text(text)
			if i%2 == 0 {
				m = chat.Message{Card: &chat.Card{Title: text, Buttons: []chat.Button{{Label: "收下", Command: fmt.Sprint("收下 ", i)}}}}
			}
			tell("zhao", text, m)
			time.Sleep(time.Second)
		}
		tell("li", "别人的", schedulertest.Text("别人的"))
		time.Sleep(time.Second)
		got := o.Phone.Told("head")
		if got[len(got)-1] != "别人的" {
			t.Errorf("another's notice has not come: %q", got)
		}
		time.Sleep(15 * time.Minute)
		got = o.Phone.Told("head")
		all := strings.Join(got, "\n")
		for i := range 80 {
			if n := strings.Count(all, fmt.Sprintf("线索 %d。", i)); n != 1 {
				t.Errorf("notice %d is told %d times", i, n)
			}
			if i%2 == 0 && !strings.Contains(all, fmt.Sprint("收下 ", i)) {
				t.Errorf("the button of notice %d is lost", i)
			}
		}
		if q := o.Queue(); len(got) > 11 || q.Waiting != 0 || q.Dead != 0 {
			t.Errorf("%d messages, queue %+v", len(got), q)
		}
	})
}

// However many notices one receiver gets, of one person or of a crowd, kinds
// mixed: they are told within a minute and a half, the receiver gets answers as
// alone, and what is due comes in time.
func TestCrowdOfNotices(t *testing.T) {
	for name, limits := range map[string]chat.Limits{
		"second": {PerSecond: 50, PerMinute: 1000, ChatPerSecond: 5, Window: time.Hour},
		"minute": {ChatPerMinute: 30, ChatPerHour: 500, Window: time.Hour},
	} {
		for _, causes := range []int{1, 3, 230} {
			t.Run(fmt.Sprint(name, causes), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { crowd(t, limits, causes) })
			})
		}
	}
}

func crowd(t *testing.T, limits chat.Limits, causes int) {
	o := schedulertest.NewOffice(t, time.Now)
	o.Phone.Limit, o.Phone.Latency = limits, 40*time.Millisecond
	o.Person("head", "周敏", store.Supervisor)
	defer o.Run()()
	asked, due := map[string]time.Time{}, map[string]time.Time{}
	for i := range 230 {
		text := fmt.Sprintf("消息 %d。", i)
		m := chat.Message{Text: text, Secrecy: chat.Secrecy{Confidential: i%2 == 0, Summary: text}}
		o.Do(func(ctx context.Context, tx *store.Tx) error {
			return o.Post.Notices(ctx, tx, []chat.Notice{{Key: text, To: "head", Cause: fmt.Sprint("p", i%causes), Message: m}}, store.ClassAlarm, time.Now())
		})
		o.Outbox.Wake()
		if time.Sleep(100 * time.Millisecond); i%50 != 25 {
			continue
		}
		text = fmt.Sprint("ask ", i)
		asked[text] = time.Now()
		answer(o, chat.Address{Platform: "phone", ID: "head"}, "head", text)
		text = fmt.Sprint("due ", i)
		due[text] = time.Now()
		o.Owe("head", store.ClassDue, schedulertest.Text(text))
		o.Outbox.Wake()
	}
	time.Sleep(70 * time.Second)
	got := o.Phone.Told("head")
	all := strings.Join(got, "\n")
	for i := range 230 {
		if n := strings.Count(all, fmt.Sprintf("消息 %d。", i)); n != 1 {
			t.Errorf("notice %d is told %d times", i, n)
		}
	}
	if list := waits(o, asked); len(list) != 5 || list[4] > 2*o.Phone.Latency {
		t.Errorf("answers took %v", list)
	}
	if list := waits(o, due); len(list) != 5 || list[4] > 10*time.Second {
		t.Errorf("what was due took %v", list)
	}
	if q := o.Queue(); q.Waiting != 0 || q.Dead != 0 || o.Phone.Refused() > 0 {
		t.Errorf("%d messages, queue %+v, %d refused", len(got), q, o.Phone.Refused())
	}
	t.Logf("%d messages", len(got))
}

// What waits for the end of quiet hours holds up no answer, not even those of
// who asks more than their share.
func TestAnswersDoNotWaitForQuietHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now)
		o.Rules.Quiet.From.Hour, o.Rules.Quiet.To.Hour = 7, 12 // it is 08:00 by the company's clock
		o.Close()
		o.Open()
		stop := o.Run()
		defer func() { stop() }()
		o.Owe("li", store.ClassReminder, schedulertest.Text("reminder"))
		asked := map[string]time.Time{}
		for i := range 30 {
			text := fmt.Sprint("ask ", i)
			asked[text] = time.Now()
			answer(o, chat.Address{Platform: "phone", ID: "li"}, "li", text)
		}
		time.Sleep(time.Minute)
		if took := waits(o, asked); len(took) != 30 || took[29] > 5*time.Second {
			t.Errorf("answers took %v", took)
		}
		if q := o.Queue(); q.Waiting != 1 {
			t.Errorf("the reminder does not wait: %+v", q)
		}
	})
}
