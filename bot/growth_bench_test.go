package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/bot/feishu"
	"marketbot/handlers/chat"
	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

const (
	growthPeople    = 1000
	growthCustomers = 5000
	growthYoung     = 45 // days: what is listed of the last 30 is as much
	growthYears     = 5
)

// growthLines are what people say all day, and how a day in the life of a
// department asks for its past.
var growthLines = []struct{ name, who, line string }{
	{"check-in", "", "签到 广州 拜访客户三家，谈妥中秋团购 200 份"},
	{"mine", "", "我的"},
	{"ledger", "", "签到记录"},
	{"report", "", "周报 本周：拜访客户三家 下周：去佛山签约"},
	{"look-at-report", "director", "看周报 业务ou_p7 上周"},
	{"missing", "director", "谁没交"},
	{"customer", "director", "客户 华东机电7号"},
	{"looks", "manager", "查阅记录"},
}

// BenchmarkGrowth is what a command costs a company of 1,000 people after five
// years, in multiples of what it cost when the bot was new. The two take turns,
// each command's middle counts. Goal: at most 1.2 times.
func BenchmarkGrowth(b *testing.B) {
	young, old := newGrowth(b, growthYoung), newGrowth(b, growthYears*365)
	for _, l := range growthLines {
		b.Run(l.name, func(b *testing.B) {
			var before, after []time.Duration
			for b.Loop() {
				for range 50 {
					before = append(before, young.say(b, l.who, l.line))
					after = append(after, old.say(b, l.who, l.line))
				}
			}
			slices.Sort(before)
			slices.Sort(after)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(after[len(after)/2].Microseconds()), "us-5-years")
			b.ReportMetric(float64(after[len(after)/2])/float64(before[len(before)/2]), "x-growth")
		})
	}
}

// growth is a bot with a past. Its clock stands still.
type growth struct {
	*bot
	now    time.Time
	people []store.Person
	said   int
}

func newGrowth(b *testing.B, days int) *growth {
	b.Helper()
	g := &growth{now: time.Date(2026, 11, 24, 10, 0, 0, 0, shanghai)}
	log := slog.New(slog.DiscardHandler)
	entries := []staff.Entry{
		{Name: "王芳", Post: store.MarketingDirector, Accounts: map[string]string{feishu.Name: "director"}},
		{Name: "陈总", Post: store.GeneralManager, Accounts: map[string]string{feishu.Name: "manager"}},
	}
	for p := range growthPeople {
		entries = append(entries, staff.Entry{Name: "业务" + crowdID(p), Post: store.Salesperson, Accounts: map[string]string{feishu.Name: crowdID(p)}})
	}
	db := storetest.Open(b, storetest.SQLite)
	founded := g.now.AddDate(0, 0, -days)
	if err := db.Update(b.Context(), func(tx *store.Tx) error { return staff.Seed(b.Context(), tx, entries, founded) }); err != nil {
		b.Fatal(err)
	}
	g.must(b, db, func(ctx context.Context, tx *store.Tx) (err error) {
		g.people, err = tx.People().Holding(ctx, store.Salesperson, "")
		return err
	})
	g.customers(b, db, founded)
	for day := founded; day.Before(g.now.AddDate(0, 0, -1)); day = day.AddDate(0, 0, 1) {
		g.day(b, db, day)
	}
	var err error
	g.bot, err = newBot(b.Context(), parts{
		DB: db, Rules: rules(b), AreaSettings: defaultAreas(), People: entries, Log: log, Now: func() time.Time { return g.now },
		Platforms: func(chat.Receive) ([]chat.Platform, error) { return nil, nil },
	})
	if err != nil {
		b.Fatal(err)
	}
	return g
}

func (g *growth) must(b *testing.B, db *store.DB, f func(context.Context, *store.Tx) error) {
	b.Helper()
	if err := db.Update(b.Context(), func(tx *store.Tx) error { return f(b.Context(), tx) }); err != nil {
		b.Fatal(err)
	}
}

func (g *growth) customers(b *testing.B, db *store.DB, founded time.Time) {
	g.must(b, db, func(ctx context.Context, tx *store.Tx) error {
		for i := range growthCustomers {
			c := store.Customer{ID: fmt.Sprint("K", i+1), Name: fmt.Sprintf("华东机电%d号有限公司", i), Owner: g.people[i%growthPeople].ID, Stage: "初步接触", Created: founded, Author: g.people[0].ID}
			if err := vault.In(tx).Add(ctx, c); err != nil {
				return err
			}
			n := vault.Name{ID: c.ID, Customer: c.ID, Name: c.Name, Kind: vault.FullName, Since: founded}
			if err := vault.Search(tx).AddName(ctx, n); err != nil {
				return err
			}
		}
		return nil
	})
}

// day is what a day leaves behind: a fifth of the people check in on a trip,
// everyone says two other things, and on a Friday each hands a report in.
func (g *growth) day(b *testing.B, db *store.DB, day time.Time) {
	g.must(b, db, func(ctx context.Context, tx *store.Tx) error {
		for i, p := range g.people {
			if err := g.acts(ctx, tx, p, day, 2); err != nil {
				return err
			}
			if day.Weekday() == time.Friday {
				r := store.Report{ID: tx.NewID(day), Person: p.ID, Week: store.WeekOf(day), Sent: day, Text: store.ReportText{Done: "拜访客户三家", Plan: "去佛山签约"}}
				if _, err := tx.Reports().Add(ctx, r); err != nil {
					return err
				}
			}
			if (i+day.YearDay())%5 != 0 {
				continue
			}
			if (i+day.YearDay())%20 == 0 {
				t := store.Trip{ID: tx.NewID(day), Person: p.ID, Place: "广州", First: store.DayOf(day), Last: store.DayOf(day), Planned: store.DayOf(day), Declared: day}
				if err := tx.Trips().Add(ctx, t); err != nil {
					return err
				}
			}
			for range 2 {
				c := store.CheckIn{ID: tx.NewID(day), Person: p.ID, Day: store.DayOf(day), At: day, Place: "广州", Progress: "拜访客户三家，谈妥中秋团购 200 份"}
				if err := tx.CheckIns().Add(ctx, c); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// acts are entries of the audit with what can be taken back, one in fifty of
// them a look into a customer's file.
func (g *growth) acts(ctx context.Context, tx *store.Tx, p store.Person, day time.Time, n int) error {
	for range n {
		id := tx.NewID(day)
		a := ledger.Entry{ID: id, At: day, Person: p.ID, Act: "签到", Subject: "K1", Outcome: ledger.Done, Clause: "2-4"}
		if g.said++; g.said%50 == 0 {
			a.Act, a.Look = "客户", ledger.Look{Customer: fmt.Sprint("K", g.said%growthCustomers+1), Trace: fmt.Sprintf("T%08d", g.said)}
		}
		if err := tx.Audit().Record(ctx, a); err != nil {
			return err
		}
		if err := tx.Writes().Add(ctx, store.Write{ID: id, Person: p.ID, Command: "签到", Ref: id, At: day}); err != nil {
			return err
		}
	}
	return nil
}

// say is how long it takes to take in one line, a second after the last; empty
// is one salesperson after the other.
func (g *growth) say(b *testing.B, who, line string) time.Duration {
	g.said++
	g.now = g.now.Add(time.Second)
	if who == "" {
		who = crowdID(g.said % growthPeople)
	}
	e := chat.Event{ID: fmt.Sprint("om_", g.said), Kind: chat.Text, Text: line, Sent: g.now,
		From: chat.Account{Platform: feishu.Name, ID: who}, Chat: chat.Address{Platform: feishu.Name, ID: who}, ToBot: true}
	began := time.Now()
	r, err := g.receive(b.Context(), e)
	took := time.Since(began)
	if err != nil || !r.OK && !strings.HasPrefix(line, "周报") {
		b.Fatalf("%s %s: %+v, %v", who, line, r, err)
	}
	return took
}
