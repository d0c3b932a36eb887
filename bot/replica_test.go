package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"marketbot/bot/feishu"
	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/scheduler"
	"marketbot/store"
)

// replicaSettings tell a process of the test binary, by a variable of its
// environment, to be a bot: the whole program but for the platform's limits,
// which would be all that is measured, and with slots in its timetable.
type replicaSettings struct {
	Listen, Source, Platform string
	Connections              int
	People                   int
	Slots                    slotList
}

const replicaVariable = "MARKETBOT_REPLICA"

// slotList is a schedule of so many slots, one every so often.
type slotList struct {
	From  time.Time
	Every time.Duration
	N     int
}

// Next is the first slot after a time.
func (l slotList) Next(after time.Time) []rulebook.Slot {
	if l.N == 0 {
		return nil
	}
	i := 0
	if d := after.Sub(l.From); d >= 0 {
		i = int(d/l.Every) + 1
	}
	if i >= l.N {
		return nil
	}
	return []rulebook.Slot{{At: l.From.Add(time.Duration(i) * l.Every)}}
}

func slotMark(i int) string { return fmt.Sprintf("到点第%d号", i) }

// job says at slot i its mark to person i, i + people, ….
func (r replicaSettings) job() scheduler.Job {
	return scheduler.Job{Name: "test/slot", Title: "到点", When: r.Slots, Grace: time.Hour,
		Do: func(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
			i := int(slot.At.Sub(r.Slots.From) / r.Slots.Every)
			who, _, err := tx.Accounts().Person(ctx, feishu.Name, crowdID(i%r.People))
			return []chat.Notice{{Key: fmt.Sprint("slot/", i), To: who.ID, Message: chat.Message{Text: slotMark(i)}}}, err
		}}
}

// serveReplica is the life of such a process.
func serveReplica(ctx context.Context, settings string) error {
	var r replicaSettings
	if err := json.Unmarshal([]byte(settings), &r); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	seals, err := store.NewSealer(storeKey)
	if err != nil {
		return err
	}
	rules, err := defaults().rules()
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, store.Options{Source: r.Source, Pool: store.Pool{Connections: r.Connections}, Seals: seals, Log: log})
	if err != nil {
		return err
	}
	b, list, err := r.bot(ctx, db, rules, log)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	l, err := listen(ctx, r.Listen)
	if err != nil {
		return err
	}
	return errors.Join(runAll(ctx, b.running(list, l), log), db.Close())
}

// bot puts the parts together.
func (r replicaSettings) bot(ctx context.Context, db *store.DB, rules rulebook.Rules, log *slog.Logger) (b *bot, list []connection, err error) {
	var people []staff.Entry
	for i := range r.People {
		people = append(people, staff.Entry{Name: fmt.Sprint("业务", i), Post: store.Salesperson, Accounts: map[string]string{feishu.Name: crowdID(i)}})
	}
	areas := defaultAreas()
	areas.Contracts.OpenPerPerson = 0
	b, err = newBot(ctx, parts{DB: db, Rules: rules, AreaSettings: areas, People: people, Now: time.Now, Log: log,
		Platforms: func(receive chat.Receive) ([]chat.Platform, error) {
			a, err := feishu.New(feishu.Config{AppID: crowdApp, AppSecret: crowdSecret, BaseURL: r.Platform, Receive: feishu.Webhook,
				EncryptKey: crowdKey, VerificationToken: "verify"}, receive, time.Now, log)
			list = append(list, unlimited{a})
			return []chat.Platform{unlimited{a}}, err
		}})
	if err != nil {
		return nil, nil, err
	}
	b.timetable, err = scheduler.New(scheduler.Timing{DB: db, Jobs: append(b.jobs, r.job()), Rules: rules, Post: &handlers.Post{}, Wake: b.outbox.Wake, Log: log})
	return b, list, err
}

// startReplica starts such a process at p's address.
func (p *program) startReplica(r replicaSettings) {
	p.tb.Helper()
	r.Listen = p.addr
	settings, err := json.Marshal(r)
	if err != nil {
		p.tb.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), replicaVariable+"="+string(settings))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.begin(cmd)
}

// newReplica is the place of such a process; it does not run yet.
func newReplica(tb testing.TB) *program {
	p := &program{tb: tb, addr: freeAddress(tb), client: &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	tb.Cleanup(func() {
		p.kill()
		p.client.CloseIdleConnections()
		if tb.Failed() {
			tb.Log(tail(p.log.String(), 4000))
		}
	})
	return p
}

// awaitReady returns when the process takes events.
func (p *program) awaitReady(ctx context.Context) {
	p.tb.Helper()
	for ctx.Err() == nil {
		if resp, err := p.client.Get("http://" + p.addr + "/healthz"); err == nil {
			resp.Body.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.tb.Fatalf("not ready: %s", tail(p.log.String(), 2000))
}

// signal sends a signal to the process.
func (p *program) signal(s syscall.Signal) {
	if err := p.process.Process.Signal(s); err != nil {
		p.tb.Error(err)
	}
}
