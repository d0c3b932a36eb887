package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
)

// BenchmarkReplicas is check-ins through everything, as BenchmarkCheckIn, at 1,
// 2 and 3 processes on one PostgreSQL that syncs to the disk: 32 people at
// once, each of whose messages meets another process. The database's floor is
// as many clients that write the same rows in a transaction each, and nothing
// else; it takes turns with the bots and the best turn of each counts. All share
// the machine's processors, the crowd too.
func BenchmarkReplicas(b *testing.B) {
	c := newCrowd(b, 32)
	o := storetest.NewServer(b).Options()
	floor := openPostgresFloor(b, storetest.NewServer(b).Options(), 32)
	var bots []string
	for b.Loop() {
		for n := 1; n <= replicaCount; n++ {
			if len(bots) < n {
				bots = append(bots, startBench(b, o.Source, c))
				c.runAt(b, bots, 10)
			}
			var low, ours round
			for range 3 {
				low, ours = low.or(floor.run(b, 60)), ours.or(c.runAt(b, bots[:n], 60))
			}
			b.ReportMetric(ours.perSecond, fmt.Sprintf("/s-%d", n))
			b.ReportMetric(ours.perSecond/low.perSecond, fmt.Sprintf("x-floor-%d", n))
			b.ReportMetric(float64(ours.p99.Microseconds())/1000, fmt.Sprintf("ms-p99-%d", n))
			if n == 1 {
				b.ReportMetric(low.perSecond, "floor/s")
			}
		}
	}
	b.ReportMetric(0, "ns/op")
}

// startBench starts a replica for a crowd and tells where its webhook is.
func startBench(b *testing.B, source string, c *crowd) (addr string) {
	p := newReplica(b)
	p.startReplica(replicaSettings{Source: source, Platform: c.platform.URL, Connections: 20, People: c.people()})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	p.awaitReady(ctx)
	return p.addr
}

// postgresFloor is clients of a database that only write, in tables like the
// bots' own.
type postgresFloor struct {
	floorPlan
	clients int
	n       int
}

func openPostgresFloor(b *testing.B, o store.Options, clients int) *postgresFloor {
	made, err := store.Open(b.Context(), o)
	if err == nil {
		err = made.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	db, err := sql.Open("pgx", o.Source)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(clients)
	db.SetMaxIdleConns(clients)
	plan, err := planFloor(db)
	if err != nil {
		b.Fatal(err)
	}
	return &postgresFloor{floorPlan: plan, clients: clients}
}

// run inserts the rows of so many check-ins for each client.
func (f *postgresFloor) run(b *testing.B, times int) round {
	f.n++
	took := make([][]time.Duration, f.clients)
	var all sync.WaitGroup
	began := time.Now()
	for c := range f.clients {
		all.Go(func() {
			for i := range times {
				at, id := time.Now(), fmt.Sprintf("%d/%d/%d", f.n, c, i)
				err := f.commit([]*floorRows{{id: id, message: id, person: "p", text: "签到 广州 拜访客户三家，谈妥中秋团购 200 份，明天去佛山"}, {id: id, sent: true}})
				if err != nil {
					b.Error(err)
					return
				}
				took[c] = append(took[c], time.Since(at))
			}
		})
	}
	all.Wait()
	elapsed := time.Since(began)
	sorted := slices.Sorted(slices.Values(slices.Concat(took...)))
	n := len(sorted)
	return round{perSecond: float64(n) / elapsed.Seconds(), p50: sorted[n/2], p99: sorted[n*99/100]}
}
