package main

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"marketbot/bot/feishu"
	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

var claimed = flag.Int("claimed", 300, "how many contract forms fifty clients claim from replicas that are killed; long runs: 3000")

const claimants = 50

// TestReplicasClaim: contract numbers that fifty clients claim from three processes,
// paused and killed at random, are as if drawn one after the other; no claim that was
// acknowledged is lost, none counts twice, and every number has one fate (2-3).
func TestReplicasClaim(t *testing.T) {
	o := storetest.Prepared(t, storetest.Postgres)
	c := newChaos(t, o, 0)
	inStore(t, o, c.findCustomers)
	calls, acks := make([]time.Duration, *claimed), make([]time.Duration, *claimed)
	ended := make(chan struct{})
	go func() { defer close(ended); c.claim(calls, acks) }()
	c.trouble(ended)
	for _, p := range c.replicas {
		p.kill()
	}
	inStore(t, o, func(ctx context.Context, tx *store.Tx) error { return c.numbered(ctx, tx, calls, acks) })
}

// inStore runs f in the store of processes.
func inStore(t *testing.T, o store.Options, f func(context.Context, *store.Tx) error) {
	t.Helper()
	db, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	storetest.Update(t, db, f)
}

// findCustomers gives everybody a customer.
func (c *chaos) findCustomers(ctx context.Context, tx *store.Tx) error {
	for p := range crashPeople {
		who, _, err := tx.Accounts().Person(ctx, feishu.Name, crowdID(p))
		if err != nil {
			return err
		}
		k := store.Customer{ID: fmt.Sprint("K", p+1), Name: fmt.Sprintf("东莞市%d号机械有限公司", p), Owner: who.ID, Stage: "初步接触", Created: c.began, Author: who.ID}
		if err := vault.In(tx).Add(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

// claim lets every client claim one form after the other, each from any process until
// one has acknowledged it, and take every fifth back; it notes when that was.
func (c *chaos) claim(calls, acks []time.Duration) {
	until := func(i int, what, text string) {
		at := time.Now()
		for try := i; c.ctx.Err() == nil; try++ {
			if n := try % replicaCount; !c.down[n].Load() && c.replicas[n].deliver(c.ctx, said(c.events.Add(1), what, i%crashPeople, text, at)) {
				return
			}
		}
	}
	var all sync.WaitGroup
	for client := range claimants {
		all.Go(func() {
			for i := client; i < len(calls); i += claimants {
				calls[i] = time.Since(c.began)
				until(i, fmt.Sprint("om_claim_", i), fmt.Sprintf("领合同 K%d %s", i%crashPeople+1, mark(i)))
				acks[i] = time.Since(c.began)
				if i%5 == 4 {
					until(i, fmt.Sprint("om_undo_", i), "撤销")
				}
			}
		})
	}
	all.Wait()
}

// numbered looks at the numbers that there are, month by month.
func (c *chaos) numbered(ctx context.Context, tx *store.Tx, calls, acks []time.Duration) error {
	list, err := tx.Contracts().ClaimedIn(ctx, "2000-01-01", "2999-01-01")
	if err != nil {
		return err
	}
	times, series, undone := map[string]int{}, map[string][]porcupine.Operation{}, 0
	for _, k := range list {
		times[k.Project]++
		var i int
		if _, err := fmt.Sscanf(strings.TrimSuffix(k.Project, "号"), "拜访客户第%d", &i); err != nil {
			c.t.Fatalf("%s: %v", k.Project, err)
		}
		switch k.State {
		case store.ContractClaimed:
		case store.ContractUndone:
			undone++
		default:
			c.t.Errorf("%s is %s", k.Number, k.State)
		}
		series[k.Series] = append(series[k.Series], porcupine.Operation{ClientId: i % claimants, Call: int64(calls[i]), Output: k.Seq, Return: int64(acks[i])})
	}
	for i := range calls {
		if n := times[mark(i)]; n != 1 {
			c.t.Errorf("claim %d has %d numbers", i, n)
		}
	}
	for name, drawn := range series {
		last, err := tx.Contracts().Drawn(ctx, name)
		if err != nil {
			return err
		}
		if last != len(drawn) || !porcupine.CheckOperations(drawnInTurn, drawn) {
			c.t.Errorf("%s: %d numbers, the last is %d; they are no series", name, len(drawn), last)
		}
	}
	c.t.Logf("%d numbers, %d taken back", len(list), undone)
	return nil
}

// drawnInTurn draws 1, 2, 3 ….
var drawnInTurn = porcupine.Model{
	Init: func() any { return 0 },
	Step: func(state, _, output any) (bool, any) { return output == state.(int)+1, output },
}
