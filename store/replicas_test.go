package store_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"marketbot/store"
	"marketbot/store/storetest"
)

// Processes that start together on a new database all open it.
func TestOpenTogether(t *testing.T) {
	o := storetest.Prepared(t, storetest.Postgres)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			db, err := store.Open(t.Context(), o)
			if err != nil {
				t.Error(err)
				return
			}
			db.Close()
		})
	}
	all.Wait()
}

// claims is how many contract numbers each of fifty clients draws.
var claims = flag.Int("claims", 20, "how many contract numbers each of fifty clients draws; long runs: 500")

// errNothing ends a transaction that is to come to nothing.
var errNothing = errors.New("comes to nothing")

// Codes drawn by many people through several processes are as if drawn one
// after the other: none twice, none out of order, whatever overlaps.
func TestCodesAreLinearizable(t *testing.T) {
	linearizable(t, replicas(t, 3), 20, func(ctx context.Context, tx *store.Tx, _ int) (int, error) {
		code, err := tx.NextCode(ctx, "H")
		n, err2 := strconv.Atoi(strings.TrimPrefix(code, "H"))
		return n, errors.Join(err, err2)
	})
}

// So are contract numbers, each in the transaction of its claim. One that comes to
// nothing uses none, whoever waited for it; in the end every number is there once.
func TestContractNumbersAreLinearizable(t *testing.T) {
	r := replicas(t, 3)
	done := linearizable(t, r, *claims, func(ctx context.Context, tx *store.Tx, i int) (int, error) {
		seq, err := tx.Contracts().Draw(ctx, "ZYX#")
		if err != nil {
			return 0, err
		}
		number := fmt.Sprintf("ZYX%05d", seq)
		c := store.Contract{Number: number, Folded: number, Series: "ZYX#", Seq: seq, Holder: "p", State: store.ContractClaimed, Claimed: "2026-11-26"}
		fresh, err := tx.Contracts().Add(ctx, c, store.ContractAct{ID: tx.NewID(now), At: now, By: "p", Act: "领合同"})
		switch {
		case err == nil && !fresh:
			err = errors.New("given out twice: " + number)
		case err == nil && i%7 == 3:
			err = errNothing
		}
		return seq, err
	})
	err := r[0].View(t.Context(), func(tx *store.Tx) error {
		list, err := tx.Contracts().InSeries(t.Context(), "ZYX#")
		last, err2 := tx.Contracts().Drawn(t.Context(), "ZYX#")
		if len(list) != done || last != done {
			t.Errorf("%d claims, %d contracts, the last number is %d", done, len(list), last)
		}
		for i, c := range list {
			if c.Seq != i+1 {
				t.Fatalf("number %d is not there", i+1)
			}
		}
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Error(err)
	}
}

// linearizable lets fifty clients draw so many numbers each through some processes,
// and wants them to be as if drawn one after the other. It counts those whose
// transaction did not come to nothing.
func linearizable(t *testing.T, r []*store.DB, draws int, draw func(ctx context.Context, tx *store.Tx, i int) (int, error)) int {
	t.Helper()
	const clients = 50
	var mu sync.Mutex
	var seen []porcupine.Operation
	nothing := 0
	var all sync.WaitGroup
	began := time.Now()
	for c := range clients {
		all.Go(func() {
			for i := range draws {
				call, n := time.Since(began), 0
				err := r[c%len(r)].Update(t.Context(), func(tx *store.Tx) (err error) {
					n, err = draw(t.Context(), tx, c+i)
					return err
				})
				mu.Lock()
				switch {
				case err == nil:
					seen = append(seen, porcupine.Operation{ClientId: c, Call: int64(call), Output: n, Return: int64(time.Since(began))})
				case errors.Is(err, errNothing):
					nothing++
				default:
					t.Error(err)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	model := porcupine.Model{
		Init: func() any { return 0 },
		Step: func(state, _, output any) (bool, any) { return output == state.(int)+1, output },
	}
	if len(seen)+nothing != clients*draws || !porcupine.CheckOperations(model, seen) {
		t.Errorf("%d drawn and %d for nothing, of %d, are no series", len(seen), nothing, clients*draws)
	}
	return len(seen)
}
