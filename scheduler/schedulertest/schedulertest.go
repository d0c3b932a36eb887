// Package schedulertest is a department whose clock a test sets, for the tests
// of the scheduler and its outbox: people in a real store, a small platform
// that fails where it is told to, and the real outbox between them. It is used
// by tests only, and knows no area.
package schedulertest

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/handlers/handlerstest"
	"marketbot/handlers/rulebook"
	"marketbot/scheduler/outbox"
	"marketbot/store"
	"marketbot/store/storetest"
)

// Moment reads 2026-11-27 12:00 by the company's clock.
func Moment(t testing.TB, s string) time.Time {
	t.Helper()
	m, err := time.ParseInLocation("2006-01-02 15:04", s, handlerstest.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Shown is a message that the platform showed.
type Shown struct {
	To      chat.Address
	Message chat.Message
	At      time.Time
}

// Phone is a small platform: it shows one message per key within its window,
// refuses what comes faster than its limits, and fails where it is told to.
type Phone struct {
	Limit   chat.Limits
	Clock   func() time.Time
	Latency time.Duration
	Fail    func(to chat.Address, m chat.Message, try int) error // before showing
	Lose    func(to chat.Address, m chat.Message, try int) error // after showing: the answer is lost
	Edition string                                               // of its Render

	name    string
	mu      sync.Mutex
	shown   []Shown
	keys    map[string]time.Time
	bytes   map[string]string // by key: what was sent first
	tries   map[string]int
	arrived []time.Time
	refused int // that came faster than it allows
	unequal int // the same key with other bytes
}

// NewPhone makes one that keeps second copies away for an hour and has no limits.
func NewPhone(name string, now func() time.Time) *Phone {
	return &Phone{name: name, Clock: now, Limit: chat.Limits{Window: time.Hour, Repeats: true}, keys: map[string]time.Time{}, bytes: map[string]string{}, tries: map[string]int{}}
}

// Name is what it was made with.
func (p *Phone) Name() string { return p.name }

// Limits are those of the field.
func (p *Phone) Limits() chat.Limits { return p.Limit }

// Render makes the message readable, a file's content in the place of its text.
func (p *Phone) Render(_ context.Context, _ chat.Address, m chat.Message, data []byte) ([]byte, error) {
	if m.File != nil {
		m.Text = string(data)
	}
	m.Text += p.Edition
	return json.Marshal(m)
}

// Send is Show without an earlier card.
func (p *Phone) Send(ctx context.Context, to chat.Address, payload []byte, key string) error {
	_, err := p.Show(ctx, to, payload, key, "")
	return err
}

// Show is Send; a card is called by its place among all.
func (p *Phone) Show(ctx context.Context, to chat.Address, payload []byte, key, old string) (string, error) {
	at, err := strconv.Atoi(old)
	if err != nil {
		at = -1
	}
	err = p.show(ctx, to, payload, key, &at)
	return strconv.Itoa(at), err
}

// show shows a message at a place, or behind all others where that is -1, and says
// where.
func (p *Phone) show(ctx context.Context, to chat.Address, payload []byte, key string, place *int) error {
	if len(key) > 50 {
		return &chat.SendError{Failure: chat.BadContent, Err: errors.New("key too long")}
	}
	if p.Latency > 0 {
		select {
		case <-time.After(p.Latency):
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
	now := p.Clock()
	if !p.within(now) {
		p.refused++
		return &chat.SendError{Failure: chat.Busy, Code: 99991400, Err: errors.New("too fast")}
	}
	p.tries[key]++
	if p.Fail != nil {
		if err := p.Fail(to, m, p.tries[key]); err != nil {
			return err
		}
	}
	if b, ok := p.bytes[key]; ok && b != string(payload) {
		p.unequal++
	}
	p.bytes[key] = string(payload)
	if *place >= 0 {
		p.shown[*place].Message = m
	} else if at, ok := p.keys[key]; !ok || now.Sub(at) >= p.Limit.Window {
		p.keys[key], *place = now, len(p.shown)
		p.shown = append(p.shown, Shown{to, m, now})
	}
	if p.Lose != nil {
		return p.Lose(to, m, p.tries[key])
	}
	return nil
}

// within counts an arrival against both sliding windows.
func (p *Phone) within(now time.Time) bool {
	count := func(span time.Duration) (n int) {
		for i := len(p.arrived) - 1; i >= 0 && now.Sub(p.arrived[i]) < span; i-- {
			n++
		}
		return n
	}
	if p.Limit.PerSecond > 0 && count(time.Second) >= p.Limit.PerSecond || p.Limit.PerMinute > 0 && count(time.Minute) >= p.Limit.PerMinute {
		return false
	}
	if p.Limit.PerMinute > 0 {
		p.arrived = append(p.arrived, now)
	}
	return true
}

// All is what it showed, in order.
func (p *Phone) All() []Shown {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Shown(nil), p.shown...)
}

// Refused is how many sends came faster than it allows, Unequal how many had
// other bytes than the first under their key.
func (p *Phone) Refused() int { p.mu.Lock(); defer p.mu.Unlock(); return p.refused }

// Unequal is beside Refused.
func (p *Phone) Unequal() int { p.mu.Lock(); defer p.mu.Unlock(); return p.unequal }

// Words is everything readable of a message.
func Words(m chat.Message) string {
	if m.Card == nil {
		return m.Text // of a file, what it holds
	}
	return handlerstest.Flat(m)
}

// Told is what a person or group was shown, in order.
func (p *Phone) Told(id string) []string {
	var list []string
	for _, s := range p.All() {
		if s.To.ID == id {
			list = append(list, Words(s.Message))
		}
	}
	return list
}

// Office is a department in a real store with one or more phones.
type Office struct {
	testing.TB
	DB     *store.DB
	Post   *handlers.Post
	Phones map[string]chat.Platform // by name
	Phone  *Phone                   // the first
	Outbox *outbox.Outbox
	Rules  rulebook.Rules
	Seals  *store.Sealer
	// Files makes what files hold.
	Files func(ctx context.Context, recipe string) ([]byte, error)
	clock func() time.Time
	path  string
	n     int
}

// NewOffice opens with an administrator 王芳 (account wang) by the given clock.
func NewOffice(t testing.TB, clock func() time.Time) *Office {
	t.Helper()
	seals, err := store.NewSealer(store.NewSecretKey())
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := rulebook.NewCalendar()
	if err != nil {
		t.Fatal(err)
	}
	o := &Office{TB: t, clock: clock, Seals: seals, Files: content, path: filepath.Join(t.TempDir(), "test.db")}
	o.Rules = rulebook.Rules{
		Zone: handlerstest.Zone, Calendar: calendar, Report: rulebook.WeeklyReport(), Consolidated: rulebook.Consolidated(),
		Trip:  rulebook.TripSchedule{At: []rulebook.Clock{{Hour: 11, Minute: 23}, {Hour: 17, Minute: 23}, {Hour: 20, Minute: 11}}, Grace: 2 * time.Hour},
		Daily: rulebook.Clock{Hour: 9, Minute: 13}, Keep: rulebook.DefaultRetention(),
		Quiet: rulebook.Quiet{From: rulebook.Clock{Hour: 21}, To: rulebook.Clock{Hour: 8}},
	}
	o.Phone = NewPhone("phone", clock)
	o.Phones = map[string]chat.Platform{"phone": o.Phone}
	o.Post = &handlers.Post{Groups: []chat.Address{{Platform: "phone", Group: true, ID: "group"}}, Zone: handlerstest.Zone}
	o.Open()
	t.Cleanup(func() { o.Close() })
	o.Person("wang", "王芳", store.MarketingDirector, store.Administrator)
	return o
}

// Open opens what Close closed, as a start of the bot does.
func (o *Office) Open() {
	o.Helper()
	db, err := store.Open(context.Background(), store.Options{Source: o.path, Seals: o.Seals, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		o.Fatal(err)
	}
	o.DB = db
	o.Outbox = outbox.New(outbox.Options{
		DB: db, Platforms: o.Phones, Post: o.Post, Quiet: o.Rules.Quiet, Now: o.clock, Log: slog.New(slog.DiscardHandler),
		Files: o.Files,
	})
}

func content(_ context.Context, recipe string) ([]byte, error) {
	if recipe == "broken" {
		return nil, errors.New("no such file")
	}
	return []byte("content of " + recipe), nil
}

// Close closes the store, as a stop does.
func (o *Office) Close() {
	if err := o.DB.Close(); err != nil {
		o.Error(err)
	}
}

// Do is a transaction.
func (o *Office) Do(f func(ctx context.Context, tx *store.Tx) error) {
	o.Helper()
	ctx := context.Background()
	if err := o.DB.Update(ctx, func(tx *store.Tx) error { return f(ctx, tx) }); err != nil {
		o.Fatal(err)
	}
}

// Person registers somebody whose id is their account on the phone, and who has
// confirmed the rules.
func (o *Office) Person(id, name string, post store.Post, duties ...store.Duty) {
	o.Helper()
	o.Do(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.People().Add(ctx, store.Person{ID: id, Name: name, Post: post, Duties: duties, Since: o.clock()}); err != nil {
			return err
		}
		if err := tx.People().Acknowledge(ctx, id, rulebook.Version, o.clock()); err != nil {
			return err
		}
		return tx.Accounts().Bind(ctx, store.Account{Platform: "phone", ID: id, Person: id}, o.clock())
	})
}

func (o *Office) say(ctx context.Context, tx *store.Tx, to chat.Address, class store.Class, m chat.Message) error {
	if class == store.ClassAnswer {
		return o.Post.Answer(ctx, tx, to, to.ID, to.ID, m, o.clock(), func(store.Outgoing) {})
	}
	o.n++
	return o.Post.Message(ctx, tx, to, to.ID, "test/"+strconv.Itoa(o.n), m, class, o.clock())
}

// Owe puts messages for one account into the outbox.
func (o *Office) Owe(to string, class store.Class, messages ...chat.Message) {
	o.Helper()
	o.Do(func(ctx context.Context, tx *store.Tx) error {
		for _, m := range messages {
			if err := o.say(ctx, tx, chat.Address{Platform: "phone", ID: to}, class, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// Flush delivers what is due.
func (o *Office) Flush() {
	o.Helper()
	if err := o.Outbox.Flush(context.Background()); err != nil {
		o.Fatal(err)
	}
}

// Run delivers in the background until it is stopped.
func (o *Office) Run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- o.Outbox.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			o.Errorf("Run ended with %v", err)
		}
	}
}

// Queue is the outbox in figures.
func (o *Office) Queue() store.Queue {
	o.Helper()
	var q store.Queue
	err := o.DB.View(context.Background(), func(tx *store.Tx) (err error) {
		q, err = tx.Outbox().Counts(context.Background(), o.clock().Add(100*time.Hour), time.Time{})
		return err
	})
	if err != nil {
		o.Fatal(err)
	}
	return q
}

// Text is a message of words only.
func Text(s string) chat.Message { return chat.Message{Text: s} }

// Damage changes the store's file behind its back.
func (o *Office) Damage(statement string) {
	o.Helper()
	storetest.Damage(o, o.path, statement)
}
