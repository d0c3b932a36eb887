package outbox

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/store"
)

// noon is when the tests judge.
var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// message is one that was owed at noon and says so.
func message(class store.Class, m chat.Message) *item {
	content, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return &item{Outgoing: store.Outgoing{ID: "id", Key: "key", Platform: "phone", Address: "li", Person: "li",
		Class: class, Secret: m.Confidential, Created: noon, Due: noon, Content: content}}
}

func words(s string) *item { return message(store.ClassAnswer, chat.Message{Text: s}) }

// says is what a verdict makes a message say.
func says(t testing.TB, v verdict) string {
	t.Helper()
	var m chat.Message
	if err := json.Unmarshal(v.content, &m); err != nil {
		t.Fatal(err)
	}
	return m.Text
}

// Every class of failure, and what becomes of a message that met it.
func TestJudge(t *testing.T) {
	card := chat.Message{Card: &chat.Card{Title: "标题", Blocks: []chat.Block{{Text: "内容"}}}}
	file := chat.Message{File: &chat.File{Name: "a.xlsx", Recipe: "r"}}
	with := func(it *item, change func(*item)) *item { change(it); return it }
	fails := func(f chat.Failure) error { return &chat.SendError{Failure: f, Err: errors.New("no")} }
	for name, c := range map[string]struct {
		it     *item
		err    error
		tried  bool
		kind   kind
		after  time.Duration // of retry
		unsure bool
		pause  time.Duration
		says   string // of rewrite
		news   string // a part of it; empty: none
		others bool
		aside  bool
		word   bool
	}{
		"arrived":                {it: words("x"), tried: true, kind: sent},
		"uncertain":              {it: words("x"), err: fails(chat.Uncertain), tried: true, kind: retry, after: time.Second, unsure: true},
		"without a class":        {it: words("x"), err: errors.New("reset"), tried: true, kind: retry, after: time.Second, unsure: true},
		"uncertain, not tried":   {it: words("x"), err: errors.New("no bytes"), kind: retry, after: time.Second},
		"the third time":         {it: with(words("x"), func(i *item) { i.fails = 2 }), err: errors.New("reset"), tried: true, kind: retry, after: 15 * time.Second, unsure: true},
		"the hundredth time":     {it: with(words("x"), func(i *item) { i.fails, i.failing = 99, noon.Add(-time.Hour) }), err: errors.New("reset"), tried: true, kind: retry, after: 5 * time.Minute, unsure: true, news: "一直发不出去"},
		"busy":                   {it: words("x"), err: fails(chat.Busy), tried: true, kind: retry, after: time.Second},
		"busy, once uncertain":   {it: with(words("x"), func(i *item) { i.unsure = true }), err: fails(chat.Busy), tried: true, kind: retry, after: time.Second, unsure: true},
		"busy for a while":       {it: words("x"), err: &chat.SendError{Failure: chat.Busy, After: time.Minute, Err: errors.New("no")}, tried: true, kind: retry, after: time.Minute, pause: time.Minute},
		"busy for a day":         {it: words("x"), err: &chat.SendError{Failure: chat.Busy, After: 24 * time.Hour, Err: errors.New("no")}, tried: true, kind: retry, after: 24 * time.Hour, pause: longestWait},
		"busy in one chat":       {it: words("x"), err: &chat.SendError{Failure: chat.Busy, After: time.Minute, OneChat: true, Err: errors.New("no")}, tried: true, kind: retry, after: time.Minute},
		"card refused":           {it: message(store.ClassAnswer, card), err: fails(chat.BadContent), tried: true, kind: rewrite, says: "标题\n内容"},
		"text refused":           {it: words("x"), err: fails(chat.BadContent), tried: true, kind: rewrite, says: harmlessText, news: "已放弃"},
		"all refused":            {it: words(harmlessText), err: fails(chat.BadContent), tried: true, kind: deadLetter, news: "已放弃"},
		"secret refused":         {it: message(store.ClassAnswer, chat.Message{Text: "x", Secrecy: chat.Secrecy{Confidential: true}}), err: fails(chat.BadContent), tried: true, kind: rewrite, says: harmlessText, news: "保密"},
		"unknown":                {it: words("x"), err: fails(chat.Unknown), tried: true, kind: retry, after: time.Second},
		"unknown, the last wait": {it: with(words("x"), func(i *item) { i.fails, i.failing = 2, noon.Add(-50*time.Second) }), err: fails(chat.Unknown), tried: true, kind: retry, after: 10 * time.Second},
		"unknown for a minute":   {it: with(words("x"), func(i *item) { i.failing = noon.Add(-time.Minute) }), err: fails(chat.Unknown), tried: true, others: true, kind: rewrite, says: harmlessText, news: "已放弃"},
		"unknown, none passes":   {it: with(words("x"), func(i *item) { i.fails, i.failing = 4, noon.Add(-time.Minute) }), err: fails(chat.Unknown), tried: true, kind: retry, after: 15 * time.Second, news: "一直发不出去"},
		"unknown for an hour":    {it: with(words("x"), func(i *item) { i.fails, i.failing = 9, noon.Add(-time.Hour) }), err: fails(chat.Unknown), tried: true, kind: rewrite, says: harmlessText, news: "已放弃"},
		"poison":                 {it: with(words("x"), func(i *item) { i.fails = 3 }), err: fails(chat.Uncertain), tried: true, others: true, kind: retry, after: time.Minute, unsure: true, aside: true, word: true, news: "先放在一边"},
		"poison, a card":         {it: with(message(store.ClassAnswer, card), func(i *item) { i.fails = 3 }), err: fails(chat.Uncertain), tried: true, others: true, kind: rewrite, aside: true, says: "【补发】标题\n内容", news: "先放在一边"},
		"poison, then its words": {it: with(words("x"), func(i *item) { i.fails, i.aside = 3, true }), err: fails(chat.Uncertain), tried: true, kind: retry, after: time.Minute, unsure: true, word: true},
		"poison, a secret":       {it: with(message(store.ClassAnswer, chat.Message{Card: card.Card, Secrecy: chat.Secrecy{Confidential: true}}), func(i *item) { i.fails = 3 }), err: fails(chat.Uncertain), tried: true, others: true, kind: retry, after: time.Minute, unsure: true, aside: true, word: true, news: "先放在一边"},
		"poison, none passes":    {it: with(words("x"), func(i *item) { i.fails = 3 }), err: fails(chat.Uncertain), tried: true, kind: retry, after: 15 * time.Second, unsure: true, news: "一直发不出去"},
		"poison, a word of it":   {it: with(words("x"), func(i *item) { i.fails, i.Key = 3, wordKey+"x" }), err: fails(chat.Uncertain), tried: true, others: true, kind: deadLetter},
		"poison, bad news":       {it: with(words("x"), func(i *item) { i.fails, i.Key = 3, handlers.AdminKey+"x" }), err: fails(chat.Uncertain), tried: true, others: true, kind: retry, after: time.Minute, unsure: true, aside: true},
		"unknown, then a card":   {it: with(message(store.ClassAnswer, card), func(i *item) { i.failing = noon.Add(-time.Minute) }), err: fails(chat.Unknown), tried: true, others: true, kind: rewrite, says: "标题\n内容"},
		"receiver gone":          {it: words("x"), err: fails(chat.BadReceiver), tried: true, kind: deadLetter, news: "phone：no"},
		"set-up lacks something": {it: words("x"), err: fails(chat.BadSetup), tried: true, kind: retry, after: setupRetry, news: "设置缺少什么（no）"},
		"set-up lacks files":     {it: message(store.ClassAnswer, file), err: fails(chat.BadSetup), tried: true, kind: rewrite, says: "文件《a.xlsx》没有发送成功，请稍后再要一次。", news: "设置"},
		"only a card lacks":      {it: with(message(store.ClassAnswer, card), func(i *item) { i.overtaken = true }), err: fails(chat.BadSetup), tried: true, kind: rewrite, says: "标题\n内容", news: "设置"},
		"only this lacks":        {it: with(words("x"), func(i *item) { i.overtaken = true }), err: fails(chat.BadSetup), tried: true, kind: retry, after: setupRetry, aside: true, word: true, news: "先放在一边"},
		"bad news":               {it: with(words("x"), func(i *item) { i.Key = handlers.AdminKey + "x" }), err: fails(chat.BadReceiver), tried: true, kind: deadLetter},
		"bad news, bad set-up":   {it: with(words("x"), func(i *item) { i.Key = handlers.AdminKey + "x" }), err: fails(chat.BadSetup), tried: true, kind: retry, after: setupRetry},
		"unreadable":             {it: with(words("x"), func(i *item) { i.Content = []byte("{") }), err: fails(chat.BadContent), kind: deadLetter, news: "unreadable"},
	} {
		t.Run(name, func(t *testing.T) {
			a := answer{tried: c.tried, others: c.others}
			if c.err != nil {
				a.failure, a.reason = failure(c.it.Secret, c.err)
			}
			v := judge(c.it, a, noon, 0)
			if v.kind != c.kind || v.unsure != c.unsure || v.pause != c.pause || v.aside != c.aside || v.word != c.word {
				t.Errorf("verdict %+v", v)
			}
			if v.kind == retry && v.due != noon.Add(c.after) {
				t.Errorf("again after %v, want %v", v.due.Sub(noon), c.after)
			}
			if v.kind == rewrite && says(t, v) != c.says {
				t.Errorf("says %q, want %q", says(t, v), c.says)
			}
			if (v.news != nil) != (c.news != "") || v.news != nil && !strings.Contains(v.news.text, c.news) {
				t.Errorf("news %+v, want %q", v.news, c.news)
			}
		})
	}
}

// What speaks against a try, before it is made.
func TestBeforeTry(t *testing.T) {
	for name, c := range map[string]struct {
		class      store.Class
		unreadable bool
		age        time.Duration
		quiet      time.Duration // lasts so long
		nowhere    bool          // its platform is not configured
		kind       kind
		due        time.Duration
	}{
		"an answer":             {class: store.ClassAnswer, kind: try},
		"an answer, old":        {class: store.ClassAnswer, age: oldest, kind: try},
		"an answer, too old":    {class: store.ClassAnswer, age: oldest + 1, kind: deadLetter},
		"an alarm at night":     {class: store.ClassAlarm, quiet: time.Hour, age: staleAfter + 1, kind: try},
		"a due at night":        {class: store.ClassDue, quiet: time.Hour, kind: try},
		"a reminder":            {class: store.ClassReminder, kind: try},
		"a reminder, late":      {class: store.ClassReminder, age: staleAfter, kind: try},
		"a reminder, untrue":    {class: store.ClassReminder, age: staleAfter + 1, kind: deadLetter},
		"a due, untrue":         {class: store.ClassDue, age: staleAfter + 1, kind: deadLetter},
		"at night":              {class: store.ClassReminder, quiet: time.Hour, kind: wait, due: quietRetry},
		"at the end of night":   {class: store.ClassReminder, quiet: time.Minute, kind: wait, due: time.Minute},
		"untrue, but at night":  {class: store.ClassReminder, quiet: time.Minute, age: staleAfter + 1, kind: wait, due: time.Minute},
		"unreadable":            {class: store.ClassReminder, quiet: time.Hour, unreadable: true, kind: deadLetter},
		"to nowhere":            {class: store.ClassAnswer, nowhere: true, kind: retry, due: setupRetry},
		"to nowhere, too old":   {class: store.ClassAnswer, nowhere: true, age: oldest + 1, kind: deadLetter},
		"from a clock set back": {class: store.ClassDue, age: -time.Hour, kind: try},
	} {
		it := message(c.class, chat.Message{Text: "x"})
		it.unreadable, it.Created = c.unreadable, noon.Add(-c.age)
		v := beforeTry(it, noon, noon.Add(c.quiet), !c.nowhere, 0)
		if v.kind != c.kind || !v.due.IsZero() && v.due != noon.Add(c.due) {
			t.Errorf("%s: verdict %+v", name, v)
		}
	}
}

// What may have arrived is said again under its key, or once more and marked so;
// what is confidential never is.
func TestBeforeRepeat(t *testing.T) {
	for name, c := range map[string]struct {
		text   string
		secret bool
		unsure bool
		lost   bool // its bytes cannot be made any more
		age    time.Duration
		kind   kind
		says   string
	}{
		"not tried":             {text: "x", kind: try},
		"within the window":     {text: "x", unsure: true, age: 59 * time.Minute, kind: try},
		"beyond the window":     {text: "x", unsure: true, age: 60 * time.Minute, kind: rewrite, says: "【补发】x"},
		"by a clock set back":   {text: "x", unsure: true, age: -1, kind: rewrite, says: "【补发】x"},
		"a second time":         {text: "【补发】x", unsure: true, age: time.Hour, kind: deadLetter},
		"its bytes are lost":    {text: "x", lost: true, kind: rewrite, says: "【补发】x"},
		"secret, within":        {text: "x", secret: true, unsure: true, kind: try},
		"secret, beyond":        {text: "x", secret: true, unsure: true, age: time.Hour, kind: deadLetter},
		"secret, its bytes too": {text: "x", secret: true, lost: true, kind: deadLetter},
	} {
		it := message(store.ClassAnswer, chat.Message{Text: c.text, Secrecy: chat.Secrecy{Confidential: c.secret}})
		it.unsure, it.FirstTry = c.unsure, noon.Add(-c.age)
		v := beforeRepeat(it, noon, !c.lost, time.Hour)
		if v.kind != c.kind || v.kind == rewrite && says(t, v) != c.says {
			t.Errorf("%s: verdict %+v", name, v)
		}
	}
}

// Whatever platforms answer, a message ends: it is sent or a dead letter within
// its days, it is never tried before it is due, and what is confidential is
// never sent once its key may have ended while it may have arrived.
func TestEveryMessageEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		it := message(store.Class(rapid.IntRange(int(store.ClassAnswer), int(store.ClassReminder)).Draw(t, "class")),
			chat.Message{Text: "x", Secrecy: chat.Secrecy{Confidential: rapid.Bool().Draw(t, "secret")}})
		now, window := noon, time.Duration(rapid.IntRange(0, 120).Draw(t, "window"))*time.Minute
		for steps := 0; ; steps++ {
			if steps > 5000 || now.Sub(noon) > oldest+time.Hour {
				t.Fatalf("no end after %d steps and %v", steps, now.Sub(noon))
			}
			v := beforeTry(it, now, now, true, 0)
			if v.kind == try {
				v = beforeRepeat(it, now, true, window)
			}
			if v.kind == try {
				if it.unsure && it.Secret && !protected(now.Sub(it.FirstTry), window) {
					t.Fatal("a secret may be seen twice")
				}
				if it.Payload == nil {
					verdict{kind: freeze, payload: []byte("x")}.apply(it, now)
				}
				f := chat.Failure(rapid.IntRange(int(chat.Uncertain), int(chat.Unknown)).Draw(t, "failure"))
				v = judge(it, answer{&chat.SendError{Failure: f}, "no", true, rapid.Bool().Draw(t, "others")}, now, 0)
			}
			if v.kind == deadLetter {
				return
			}
			before := *it
			v.apply(it, now)
			if v.kind == retry && !it.Due.After(now) || v.kind == rewrite && reflect.DeepEqual(before.Content, it.Content) {
				t.Fatalf("verdict %+v changes nothing", v)
			}
			if now = now.Add(time.Minute); it.Due.After(now) {
				now = it.Due
			}
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
