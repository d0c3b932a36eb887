package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/scheduler/outbox"
	"marketbot/scheduler/schedulertest"
	"marketbot/store"
	"marketbot/store/storetest"
)

// branch is one of several processes with an outbox on one database.
type branch struct {
	testing.TB
	db      *store.DB
	options outbox.Options
	outbox  *outbox.Outbox
	cancel  context.CancelFunc
	done    chan error
}

// openBranches has so many processes send to the same phone.
func openBranches(t testing.TB, n int) (*schedulertest.Phone, []*branch) {
	t.Helper()
	o := storetest.Prepared(t, storetest.Postgres)
	p := schedulertest.NewPhone("phone", time.Now)
	list := make([]*branch, n)
	for i := range list {
		db, err := store.Open(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		list[i] = &branch{TB: t, db: db, options: outbox.Options{
			DB: db, Platforms: map[string]chat.Platform{"phone": p}, Post: &handlers.Post{}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		}}
		list[i].outbox = outbox.New(list[i].options)
		list[i].start()
	}
	return p, list
}

func (b *branch) start() {
	ctx, cancel := context.WithCancel(context.Background())
	b.cancel, b.done = cancel, make(chan error, 1)
	go func() { b.done <- b.outbox.Run(ctx) }()
	b.Cleanup(cancel)
}

func (b *branch) stop() {
	b.cancel()
	<-b.done
}

// answer owes an answer as the Desk does, for a chat that no other process
// answers meanwhile.
func (b *branch) answer(to, words string) {
	ctx := context.Background()
	o := store.Outgoing{Key: to + "/" + words, Platform: "phone", Address: to, Person: to, Class: store.ClassAnswer, Due: time.Now(), Created: time.Now(),
		Content: []byte(fmt.Sprintf(`{"Text":%q}`, words))}
	err := b.db.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Lock(ctx, to); err != nil {
			return err
		}
		o.ID = tx.NewID(time.Now())
		_, err := tx.Outbox().Enqueue(ctx, &o)
		return err
	})
	if err != nil {
		b.Error(err)
	}
	b.outbox.Owed([]store.Outgoing{o}, false)
}

// Whichever of several processes answers, and while one of them stops and
// starts again, everything is said once and in order within its chat.
func TestSeveralProcesses(t *testing.T) {
	const chats, words = 12, 25
	p, list := openBranches(t, 3)
	want := make([]string, words)
	for i := range want {
		want[i] = strconv.Itoa(i)
	}
	var all sync.WaitGroup
	for c := range chats {
		all.Go(func() {
			for i, w := range want {
				list[(c+i)%len(list)].answer(fmt.Sprint("p", c), w)
			}
		})
	}
	list[2].stop()
	list[2].start()
	all.Wait()
	told := func(c int) []string { return p.Told(fmt.Sprint("p", c)) }
	delivered(p, chats*words, 30*time.Second)
	for c := range chats {
		if got := told(c); !slices.Equal(got, want) {
			t.Errorf("p%d was told %v", c, got)
		}
	}
	for _, b := range list {
		b.stop()
	}
}

// What a process has not sent when it stops, another sends at once; a process
// without an outbox that runs leaves everything to the others.
func TestLeftToOthers(t *testing.T) {
	p, list := openBranches(t, 2)
	time.Sleep(100 * time.Millisecond)
	list[0].stop()
	list[0].answer("li", "1")
	list[1].answer("li", "2")
	delivered(p, 2, 20*time.Second)
	if got := p.Told("li"); !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("told %v", got)
	}
	list[1].stop()
}

// oweMany owes a message each to so many chats.
func (b *branch) oweMany(n int) {
	b.Helper()
	ctx := context.Background()
	err := b.db.Update(ctx, func(tx *store.Tx) error {
		for i := range n {
			at, id := time.Now(), strconv.Itoa(i)
			o := store.Outgoing{ID: tx.NewID(at), Key: id, Platform: "phone", Address: id, Class: store.ClassDue, Due: at, Created: at, Content: []byte(`{"Text":"x"}`)}
			if _, err := tx.Outbox().Enqueue(ctx, &o); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// delivered waits until so many messages are shown, and no longer than a while.
func delivered(p *schedulertest.Phone, n int, most time.Duration) int {
	for end := time.Now().Add(most); time.Now().Before(end) && len(p.All()) < n; {
		time.Sleep(10 * time.Millisecond)
	}
	return len(p.All())
}

// Messages that nobody has are shared out, however many there are, and Flush
// returns when they are delivered.
func TestManyChats(t *testing.T) {
	p, list := openBranches(t, 2)
	const n = 3 * outbox.MaxChats
	list[0].oweMany(n)
	for _, b := range list {
		if err := b.outbox.Flush(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if got := delivered(p, n, 10*time.Second); got != n {
		t.Errorf("%d of %d delivered", got, n)
	}
	for _, b := range list {
		b.stop()
	}
}

// BenchmarkFanOut is 10,000 reminders, one to each chat, that three processes
// share out and deliver, against the ten minutes that Feishu's 1,000 a minute
// allow. Goal: a tenth of that.
func BenchmarkFanOut(b *testing.B) {
	const n = 10_000
	for b.Loop() {
		p, list := openBranches(b, 3)
		list[0].oweMany(n)
		began := time.Now()
		if got := delivered(p, n, 5*time.Minute); got != n {
			b.Fatalf("%d of %d delivered", got, n)
		}
		took := time.Since(began)
		b.ReportMetric(took.Seconds(), "s")
		b.ReportMetric(took.Seconds()/(10*60), "x-allowed")
		for _, o := range list {
			o.stop()
		}
	}
	b.ReportMetric(0, "ns/op")
}

// roaming is a phone that one of several processes can send by.
type roaming struct {
	*schedulertest.Phone
	here *atomic.Bool
}

func (r roaming) Here() bool { return r.here.Load() }

func (r roaming) Send(ctx context.Context, to chat.Address, payload []byte, key string) error {
	if !r.Here() {
		return &chat.SendError{Failure: chat.Busy, After: 100 * time.Millisecond, OneChat: true, Err: errors.New("not here")}
	}
	return r.Phone.Send(ctx, to, payload, key)
}

// What a process cannot send now, another does: what it has claimed already,
// what it answers itself, and what is owed later.
func TestAnotherProcessSends(t *testing.T) {
	p, list := openBranches(t, 2)
	here := []*atomic.Bool{new(atomic.Bool), new(atomic.Bool)}
	var told atomic.Int32
	for i, b := range list {
		b.stop()
		b.options.Platforms = map[string]chat.Platform{"phone": roaming{p, here[i]}}
		b.options.Tell = func() {
			told.Add(1)
			for _, other := range list {
				other.outbox.Wake()
			}
		}
	}
	here[0].Store(true)
	for _, b := range list {
		b.outbox = outbox.New(b.options)
	}
	for _, b := range list {
		b.start()
	}
	for round := range 3 { // the platform moves between them
		for i := range 4 {
			list[i%2].answer("wang", strconv.Itoa(4*round+i))
		}
		for end := time.Now().Add(20 * time.Second); len(p.Told("wang")) < 4*(round+1) && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond)
		}
		for _, h := range here {
			h.Store(!h.Load())
		}
	}
	if got := p.Told("wang"); len(got) != 12 {
		t.Errorf("said %v", got)
	}
	if told.Load() == 0 {
		t.Error("nobody was told")
	}
}
