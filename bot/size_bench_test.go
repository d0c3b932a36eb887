package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"marketbot/scheduler/timetable"
	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

// BenchmarkStart is the program from its start until it is ready, for people
// and customers who are known already: after an orderly stop, and after a crash,
// when every page is read first. Goals: within a second; without mapped files 35
// MiB resident when empty, 100 MiB with 100,000 customers; a binary of at most
// 45 MB.
func BenchmarkStart(b *testing.B) {
	for _, c := range []struct {
		name      string
		people    int
		customers int
	}{{"empty", 1, 0}, {"10000-people", 10_000, 0}, {"10000-people-100000-customers", 10_000, 100_000}} {
		b.Run(c.name, func(b *testing.B) {
			platform := newCrowd(b, 1)
			o := storetest.Options(b, storetest.SQLite)
			addCustomers(b, o, c.customers)
			p := newProgram(b, platform.platform.URL, o, c.people)
			p.start()
			p.stop()
			var took, crashed time.Duration
			n := 0
			memory := 0.0
			for b.Loop() {
				took += p.start()
				n++
				memory = max(memory, p.resident())
				p.kill()
				crashed += p.start()
				p.stop()
			}
			size, err := os.Stat(p.binary)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(took.Milliseconds())/float64(n), "ms-ready")
			b.ReportMetric(float64(crashed.Milliseconds())/float64(n), "ms-ready-after-crash")
			b.ReportMetric(memory, "MiB")
			b.ReportMetric(float64(size.Size())/1e6, "MB-binary")
		})
	}
}

// addCustomers enters customers who are found by their names.
func addCustomers(b *testing.B, o store.Options, n int) {
	b.Helper()
	db, err := store.Open(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	add := func(ctx context.Context, tx *store.Tx, i int) error {
		c := store.Customer{ID: fmt.Sprint("K", i), Name: fmt.Sprintf("%c%c%d机电有限公司", 0x4e00+i%5000, 0x4e00+i%4999, i), Created: begun}
		if err := vault.In(tx).Add(ctx, c); err != nil {
			return err
		}
		return vault.Search(tx).AddName(ctx, vault.Name{ID: c.ID, Customer: c.ID, Name: c.Name, Kind: vault.FullName, Since: begun})
	}
	for i := 0; i < n && err == nil; {
		err = db.Update(b.Context(), func(tx *store.Tx) error {
			for end := i + 500; i < min(end, n); i++ {
				if err := add(b.Context(), tx, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := errors.Join(err, db.Close()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkDue is what each job of the timetable costs when 10,000 people owe
// what it is about, in multiples of one query that lists them: a query for
// each person would show as thousands. Goal: a job asks at most three.
func BenchmarkDue(b *testing.B) {
	db, r := storetest.Open(b, storetest.SQLite), rules(b)
	enrol(b, db, 10_000)
	travel(b, db)
	jobs, err := timetable.Jobs(r, newAreas(r, defaultAreas(), nil))
	if err != nil {
		b.Fatal(err)
	}
	base := best(b, db, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.People().Active(ctx)
		return err
	})
	for _, job := range jobs {
		if job.House || job.Due != nil {
			continue
		}
		b.Run(strings.ReplaceAll(job.Name, "/", "-"), func(b *testing.B) {
			slot := job.When.Next(time.Now())[0]
			told := 0
			var took time.Duration
			for b.Loop() {
				took = best(b, db, func(ctx context.Context, tx *store.Tx) error {
					notices, err := job.Do(ctx, tx, slot)
					told = len(notices)
					return err
				})
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(took.Microseconds())/1000, "ms")
			b.ReportMetric(float64(told), "notices")
			b.ReportMetric(float64(took)/float64(base), "x-list")
		})
	}
}

// travel sends everyone on a trip around today.
func travel(b *testing.B, db *store.DB) {
	today := store.DayOf(time.Now().In(shanghai))
	err := db.Update(b.Context(), func(tx *store.Tx) error {
		people, err := tx.People().Active(b.Context())
		for _, p := range people {
			t := store.Trip{ID: tx.NewID(time.Now()), Person: p.ID, Place: "广州", First: today.Add(-3), Last: today.Add(3), Planned: today.Add(3)}
			err = errors.Join(err, tx.Trips().Add(b.Context(), t))
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// errUndo takes back what a measured job wrote.
var errUndo = errors.New("measured")

// best is the shortest of three runs, none of which leaves anything behind.
func best(b *testing.B, db *store.DB, f func(context.Context, *store.Tx) error) time.Duration {
	b.Helper()
	shortest := time.Hour
	for range 3 {
		began := time.Now()
		err := db.Update(b.Context(), func(tx *store.Tx) error {
			if err := f(b.Context(), tx); err != nil {
				return err
			}
			shortest = min(shortest, time.Since(began))
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			b.Fatal(err)
		}
	}
	return shortest
}
