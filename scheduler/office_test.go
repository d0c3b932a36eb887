package scheduler

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

var zone = time.FixedZone("CST", 8*3600)

// moment reads 2026-11-27 12:00 by the company's clock.
func moment(t testing.TB, s string) time.Time {
	t.Helper()
	m, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// shown is a message that the platform showed.
type shown struct {
	to      chat.Address
	message chat.Message
	at      time.Time
}

// phone is a small platform: it shows one message per key within its window,
// refuses what comes faster than its limits, and fails where it is told to.
type phone struct {
	name    string
	limits  chat.Limits
	now     func() time.Time
	latency time.Duration
	fail    func(to chat.Address, m chat.Message, try int) error // before showing
	lose    func(to chat.Address, m chat.Message, try int) error // after showing: the answer is lost
	edition string                                               // of its Render

	mu      sync.Mutex
	shown   []shown
	keys    map[string]time.Time
	bytes   map[string]string // by key: what was sent first
	tries   map[string]int
	arrived []time.Time
	refused int
	unequal int // the same key with other bytes
}

func newPhone(name string, now func() time.Time) *phone {
	return &phone{name: name, now: now, limits: chat.Limits{Window: time.Hour, Repeats: true}, keys: map[string]time.Time{}, bytes: map[string]string{}, tries: map[string]int{}}
}

func (p *phone) Name() string        { return p.name }
func (p *phone) Limits() chat.Limits { return p.limits }

func (p *phone) Render(_ context.Context, _ chat.Address, m chat.Message, data []byte) ([]byte, error) {
	if m.File != nil {
		m.Text = string(data)
	}
	m.Text += p.edition
	return json.Marshal(m)
}

func (p *phone) Send(ctx context.Context, to chat.Address, payload []byte, key string) error {
	if len(key) > 50 {
		return &chat.SendError{Failure: chat.BadContent, Err: errors.New("key too long")}
	}
	if p.latency > 0 {
		select {
		case <-time.After(p.latency):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var m chat.Message
	if err := json.Unmarshal(payload, &m); err != nil {
		return err
	}
	now := p.now()
	if !p.within(now) {
		p.refused++
		return &chat.SendError{Failure: chat.Busy, Code: 99991400, Err: errors.New("too fast")}
	}
	p.tries[key]++
	if p.fail != nil {
		if err := p.fail(to, m, p.tries[key]); err != nil {
			return err
		}
	}
	if b, ok := p.bytes[key]; ok && b != string(payload) {
		p.unequal++
	}
	p.bytes[key] = string(payload)
	if at, ok := p.keys[key]; !ok || now.Sub(at) >= p.limits.Window {
		p.keys[key] = now
		p.shown = append(p.shown, shown{to, m, now})
	}
	if p.lose != nil {
		return p.lose(to, m, p.tries[key])
	}
	return nil
}

// within counts an arrival against both sliding windows.
func (p *phone) within(now time.Time) bool {
	count := func(span time.Duration) (n int) {
		for i := len(p.arrived) - 1; i >= 0 && now.Sub(p.arrived[i]) < span; i-- {
			n++
		}
		return n
	}
	if p.limits.PerSecond > 0 && count(time.Second) >= p.limits.PerSecond || p.limits.PerMinute > 0 && count(time.Minute) >= p.limits.PerMinute {
		return false
	}
	if p.limits.PerMinute > 0 {
		p.arrived = append(p.arrived, now)
	}
	return true
}

func (p *phone) all() []shown {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]shown(nil), p.shown...)
}

// words is everything readable of a message.
func words(m chat.Message) string {
	if m.Card == nil {
		return m.Text
	}
	return strings.Join(append([]string{m.Text}, cardLines(m.Card)...), "\n")
}

// told is what a person or group was shown, in order.
func (p *phone) told(id string) []string {
	var list []string
	for _, s := range p.all() {
		if s.to.ID == id {
			list = append(list, words(s.message))
		}
	}
	return list
}

// office is a department in a real store with one or more phones.
type office struct {
	testing.TB
	db     *store.DB
	post   *handlers.Post
	phones map[string]chat.Platform
	phone  *phone
	outbox *Outbox
	rules  rulebook.Rules
	clock  func() time.Time
	path   string
	seals  *store.Sealer
	n      int
}

// newOffice opens with an administrator 王芳 (account wang) by the given clock.
func newOffice(t testing.TB, clock func() time.Time) *office {
	t.Helper()
	seals, err := store.NewSealer(store.NewSecretKey())
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := rulebook.NewCalendar()
	if err != nil {
		t.Fatal(err)
	}
	o := &office{TB: t, clock: clock, seals: seals, path: filepath.Join(t.TempDir(), "test.db")}
	o.rules = rulebook.Rules{
		Zone: zone, Calendar: calendar, Report: rulebook.WeeklyReport(), Consolidated: rulebook.Consolidated(),
		Trip:  rulebook.TripSchedule{At: []rulebook.Clock{{Hour: 11, Minute: 23}, {Hour: 17, Minute: 23}, {Hour: 20, Minute: 11}}, Grace: 2 * time.Hour},
		Daily: rulebook.Clock{Hour: 9, Minute: 13},
		Quiet: rulebook.Quiet{From: rulebook.Clock{Hour: 21}, To: rulebook.Clock{Hour: 8}},
	}
	o.phone = newPhone("phone", clock)
	o.phones = map[string]chat.Platform{"phone": o.phone}
	o.post = &handlers.Post{Groups: []chat.Address{{Platform: "phone", Group: true, ID: "group"}}, Zone: zone}
	o.open()
	t.Cleanup(func() { o.close() })
	o.person("wang", "王芳", store.MarketingDirector, store.Administrator)
	return o
}

func (o *office) open() {
	o.Helper()
	db, err := store.Open(context.Background(), store.Options{Source: o.path, Seals: o.seals, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		o.Fatal(err)
	}
	o.db = db
	o.outbox = NewOutbox(Options{
		DB: db, Platforms: o.phones, Post: o.post, Quiet: o.rules.Quiet, Now: o.clock, Log: slog.New(slog.DiscardHandler),
		Files: func(_ context.Context, recipe string) ([]byte, error) {
			if recipe == "broken" {
				return nil, errors.New("no such file")
			}
			return []byte("content of " + recipe), nil
		},
	})
}

func (o *office) close() {
	if err := o.db.Close(); err != nil {
		o.Error(err)
	}
}

// do is a transaction.
func (o *office) do(f func(ctx context.Context, tx *store.Tx) error) {
	o.Helper()
	ctx := context.Background()
	if err := o.db.Update(ctx, func(tx *store.Tx) error { return f(ctx, tx) }); err != nil {
		o.Fatal(err)
	}
}

// person registers somebody whose id is their account on the phone.
func (o *office) person(id, name string, post store.Post, duties ...store.Duty) {
	o.Helper()
	o.do(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.AddPerson(ctx, store.Person{ID: id, Name: name, Post: post, Duties: duties, Since: o.clock()}); err != nil {
			return err
		}
		return tx.Bind(ctx, store.Account{Platform: "phone", ID: id, Person: id}, o.clock())
	})
}

func (o *office) say(ctx context.Context, tx *store.Tx, to chat.Address, class store.Class, m chat.Message) error {
	if class == store.ClassAnswer {
		return o.post.Answer(ctx, tx, to, to.ID, m, o.clock(), func(store.Outgoing) {})
	}
	o.n++
	return o.post.Message(ctx, tx, to, to.ID, "test/"+strconv.Itoa(o.n), m, class, o.clock())
}

// owe puts messages for one account into the outbox.
func (o *office) owe(to string, class store.Class, messages ...chat.Message) {
	o.Helper()
	o.do(func(ctx context.Context, tx *store.Tx) error {
		for _, m := range messages {
			if err := o.say(ctx, tx, chat.Address{Platform: "phone", ID: to}, class, m); err != nil {
				return err
			}
		}
		return nil
	})
}

func (o *office) flush() {
	o.Helper()
	if err := o.outbox.Flush(context.Background()); err != nil {
		o.Fatal(err)
	}
}

func (o *office) queue() store.Queue {
	o.Helper()
	var q store.Queue
	err := o.db.View(context.Background(), func(tx *store.Tx) (err error) {
		q, err = tx.Queue(context.Background(), o.clock().Add(100*time.Hour), time.Time{})
		return err
	})
	if err != nil {
		o.Fatal(err)
	}
	return q
}

func text(s string) chat.Message { return chat.Message{Text: s} }
