package store_test

import (
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

// Codes drawn by many people through several processes are as if drawn one
// after the other: none twice, none out of order, whatever overlaps.
func TestCodesAreLinearizable(t *testing.T) {
	const clients, draws = 50, 20
	r := replicas(t, 3)
	var mu sync.Mutex
	var seen []porcupine.Operation
	var all sync.WaitGroup
	began := time.Now()
	for c := range clients {
		all.Go(func() {
			for range draws {
				call, code := time.Since(began), ""
				err := r[c%len(r)].Update(t.Context(), func(tx *store.Tx) (err error) {
					code, err = tx.NextCode(t.Context(), "H")
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
				n, err := strconv.Atoi(strings.TrimPrefix(code, "H"))
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				seen = append(seen, porcupine.Operation{ClientId: c, Call: int64(call), Output: n, Return: int64(time.Since(began))})
				mu.Unlock()
			}
		})
	}
	all.Wait()
	model := porcupine.Model{
		Init: func() any { return 0 },
		Step: func(state, _, output any) (bool, any) { return output == state.(int)+1, output },
	}
	if len(seen) != clients*draws || !porcupine.CheckOperations(model, seen) {
		t.Errorf("%d codes are no series", len(seen))
	}
}
