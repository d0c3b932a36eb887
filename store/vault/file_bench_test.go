package vault_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

// fileOf30 is K1 with 22 fields about the company and 8 about somebody there.
func fileOf30(ctx context.Context, tx *store.Tx) error {
	list := []error{
		vault.In(tx).Add(ctx, store.Customer{ID: "K1", Name: "广州明华贸易有限公司", Owner: "wang", Created: now, Author: "li"}),
		vault.In(tx).AddPerson(ctx, vault.Person{ID: "p1", Customer: "K1", Name: "陈国强", Source: "名片", Created: now, Author: "wang"}),
	}
	for i := range 29 {
		f := vault.Fact{ID: fmt.Sprint("f", i), Customer: "K1", Field: fmt.Sprint("字段", i), Value: "广州市天河区体育东路 118 号", Source: "拜访", Author: "wang", At: now}
		if i >= 22 {
			f.Person = "p1"
		}
		list = append(list, vault.In(tx).PutFact(ctx, f))
	}
	return errors.Join(list...)
}

// BenchmarkOpenFile is one look into a file of 30 fields, recorded and durable,
// beside one durable insert of the same run, in turns (goal: 1.3 times). It is of
// SQLite: on the PostgreSQL of tests nothing is durable.
func BenchmarkOpenFile(b *testing.B) {
	ctx, db := b.Context(), storetest.Open(b, storetest.SQLite)
	if err := db.Update(ctx, func(tx *store.Tx) error { return fileOf30(ctx, tx) }); err != nil {
		b.Fatal(err)
	}
	var inserts, looks []time.Duration
	for b.Loop() {
		inserts = append(inserts, timed(b, func() error {
			return db.Update(ctx, func(tx *store.Tx) error {
				_, err := tx.Outbox().Enqueue(ctx, &store.Outgoing{ID: tx.NewID(now), Key: tx.NewID(now), Due: now, Created: now})
				return err
			})
		}))
		looks = append(looks, timed(b, func() error {
			return db.Update(ctx, func(tx *store.Tx) error { return lookOnce(ctx, tx) })
		}))
	}
	floor, got := median(inserts), median(looks)
	b.ReportMetric(float64(floor.Nanoseconds())/1e3, "us-insert")
	b.ReportMetric(float64(got.Nanoseconds())/1e3, "us-look")
	b.ReportMetric(float64(got)/float64(floor), "x-insert")
}

// lookOnce is what a look takes of the store: who the customer is, for the
// rights, and the file.
func lookOnce(ctx context.Context, tx *store.Tx) error {
	c, found, err := vault.In(tx).Customer(ctx, "K1")
	if err != nil || !found {
		return errors.Join(err, errors.New("no customer"))
	}
	a := store.Access{Person: c.Owner, Customer: c.ID, Basis: store.ByOwner, Clause: "档-4"}
	f, err := vault.In(tx).Open(ctx, a, storetest.Look(c.Owner))
	if err == nil && len(f.Facts)+len(f.People[0].Facts) != 30 {
		err = fmt.Errorf("%d and %d fields", len(f.Facts), len(f.People[0].Facts))
	}
	return err
}

func timed(b *testing.B, f func() error) time.Duration {
	b.Helper()
	begin := time.Now()
	if err := f(); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin)
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}
