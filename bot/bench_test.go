package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"marketbot/bot/feishu"
	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/report"
	"marketbot/handlers/staff"
	"marketbot/handlers/trip"
	"marketbot/scheduler/outbox"
	"marketbot/store"
	"marketbot/store/storetest"
)

// unlimited is Feishu without the limits of its real platform, which would
// otherwise be all that is measured.
type unlimited struct{ *feishu.Adapter }

func (unlimited) Limits() chat.Limits { return chat.Limits{Window: time.Hour, Repeats: true} }

// openBench starts the whole bot but its listener's other pages, for as many
// people as the crowd has, and tells where its webhook is.
func openBench(b *testing.B, c *crowd) (addr string) {
	log := slog.New(slog.DiscardHandler)
	db := storetest.Open(b, storetest.SQLite)
	r := rules(b)
	post := &handlers.Post{}
	var box *outbox.Outbox
	desk, err := handlers.NewDesk(handlers.Options{
		DB: db, Areas: []command.Area{staff.Handler{Rules: r, Health: healthy, Members: untold}, trip.Handler{Rules: r}, report.Handler{Rules: r, Config: report.Defaults()}},
		Left: staff.Handler{Rules: r}.Left, Post: post, Zone: shanghai, Now: time.Now, Owed: func(a []store.Outgoing, more bool) { box.Owed(a, more) }, Log: log,
	})
	if err != nil {
		b.Fatal(err)
	}
	a, err := feishu.New(feishu.Config{AppID: crowdApp, AppSecret: crowdSecret, BaseURL: c.platform.URL, Receive: feishu.Webhook,
		EncryptKey: crowdKey, VerificationToken: "verify"}, desk.Receive, time.Now, log)
	if err != nil {
		b.Fatal(err)
	}
	box = outbox.New(outbox.Options{DB: db, Platforms: map[string]chat.Platform{feishu.Name: unlimited{a}}, Post: post, Now: time.Now, Log: log})
	post.Freeze = box.Freeze
	enrol(b, db, c.people())
	mux := http.NewServeMux()
	mux.Handle(feishu.Path, a.Handler())
	server := httptest.NewServer(mux)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- box.Run(ctx) }()
	b.Cleanup(func() {
		server.Close()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			b.Error(err)
		}
	})
	return strings.TrimPrefix(server.URL, "http://")
}

// enrol registers salespeople p0, p1 … of a crowd.
func enrol(tb testing.TB, db *store.DB, people int) {
	var entries []staff.Entry
	for p := range people {
		entries = append(entries, staff.Entry{Name: "业务" + crowdID(p), Post: store.Salesperson, Accounts: map[string]string{feishu.Name: crowdID(p)}})
	}
	err := db.Update(context.Background(), func(tx *store.Tx) error { return staff.Seed(context.Background(), tx, entries, time.Now()) })
	if err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkCheckIn is a check-in through everything: the webhook's event,
// signed, sealed and over HTTP; its effect, audit, inbox and outbox rows on the
// disk; acknowledged; its answer posted and accepted; 32 people at once.
// The floor takes turns with it and the best turn of each counts. Goal: at
// least 0.8 times the floor's speed (0.6 at first), p99 at most twice its own.
func BenchmarkCheckIn(b *testing.B) {
	c := newCrowd(b, 32)
	floor, bot := openFloor(b, c.platform.URL), openBench(b, c)
	c.run(b, floor, 5)
	c.run(b, bot, 5)
	var low, ours round
	for b.Loop() {
		for range 3 {
			low, ours = low.or(c.run(b, floor, 60)), ours.or(c.run(b, bot, 60))
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ours.perSecond, "/s")
	b.ReportMetric(low.perSecond, "floor/s")
	b.ReportMetric(ours.perSecond/low.perSecond, "x-speed")
	b.ReportMetric(float64(ours.p99.Microseconds())/1000, "ms-p99")
	b.ReportMetric(float64(ours.p99)/float64(low.p99), "x-p99")
	b.ReportMetric(float64(ours.cpu.Microseconds()), "us-cpu")
	b.ReportMetric(float64(ours.cpu)/float64(low.cpu), "x-cpu")
}

// or is the better of two rounds, figure by figure.
func (r round) or(s round) round {
	if r.perSecond == 0 {
		return s
	}
	return round{max(r.perSecond, s.perSecond), min(r.p50, s.p50), min(r.p99, s.p99), min(r.cpu, s.cpu)}
}

// BenchmarkCheckInAlone is the same for one person alone, against a bare
// fdatasync of the moment. Goal: at most 5 times at the middle, 10 at p99.
func BenchmarkCheckInAlone(b *testing.B) {
	c := newCrowd(b, 1)
	bot := openBench(b, c)
	c.run(b, bot, 20)
	var low, ours round
	for b.Loop() {
		for range 3 {
			low, ours = low.or(syncs(b, 300)), ours.or(c.run(b, bot, 300))
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(ours.p50.Microseconds()), "us-p50")
	b.ReportMetric(float64(ours.p99.Microseconds()), "us-p99")
	b.ReportMetric(float64(low.p50.Microseconds()), "us-sync-p50")
	b.ReportMetric(float64(ours.p50)/float64(low.p50), "x-p50")
	b.ReportMetric(float64(ours.p99)/float64(low.p99), "x-p99")
}

// syncs measures bare appends that reach the disk.
func syncs(tb testing.TB, n int) round {
	f, err := os.Create(filepath.Join(tb.TempDir(), "sync"))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	took, page := make([]time.Duration, n), make([]byte, 4096)
	for i := range took {
		began := time.Now()
		if _, err := f.Write(page); err != nil {
			tb.Fatal(err)
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			tb.Fatal(err)
		}
		took[i] = time.Since(began)
	}
	slices.Sort(took)
	return round{perSecond: 1, p50: took[n/2], p99: took[n*99/100]}
}
