package vault_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

// However many change one file at a time, every field has one value, the
// customer one owner, and no change looks like tampering.
func TestFileChangesAtOnce(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, storetest.AddFile)
		var all sync.WaitGroup
		for i := range 24 {
			all.Go(func() {
				ctx, at, who := context.Background(), now.Add(time.Duration(i)*time.Minute), fmt.Sprint("q", i)
				err := db.Update(ctx, func(tx *store.Tx) error {
					return errors.Join(
						vault.In(tx).PutFact(ctx, vault.Fact{ID: fmt.Sprint("x", i), Customer: "K1", Field: "地址", Value: who, Author: who, At: at}),
						vault.In(tx).SetStage(ctx, "K1", fmt.Sprint("阶段", i), at),
						vault.In(tx).Move(ctx, "K1", who, "li", at),
					)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			h, err := storetest.OpenHistory(ctx, tx)
			current, owners := 0, 0
			for _, c := range h.Changes {
				if c.Field == "地址" && c.Until.IsZero() {
					current++
				}
			}
			for _, o := range h.Owners {
				if o.Until.IsZero() {
					owners++
					if o.Person != h.Owner {
						t.Errorf("owner %s, interval of %s", h.Owner, o.Person)
					}
				}
			}
			if current != 1 || owners != 1 || len(h.Owners) != 25 {
				t.Errorf("%d addresses, %d of %d owners at once", current, owners, len(h.Owners))
			}
			return err
		})
	})
}

// Codes of looks read well, do not repeat, and one in use is refused without
// harm to the transaction.
func TestTraceCodes(t *testing.T) {
	seen := map[string]bool{}
	for range 5000 {
		code := ledger.NewTrace()
		if len(code) != 6 || strings.ContainsAny(code, "0O1ILil") || strings.ToUpper(code) != code {
			t.Fatalf("code %q", code)
		}
		seen[code] = true
	}
	if len(seen) < 4990 {
		t.Errorf("%d different of 5000", len(seen))
	}
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			a := ledger.Entry{ID: "a1", At: now, Person: "p", Outcome: ledger.Done, Look: ledger.Look{Customer: "K1", Trace: "AAAAAA"}}
			if err := tx.Audit().Record(ctx, a); err != nil {
				return err
			}
			a.ID = "a2"
			if err := tx.Audit().Record(ctx, a); err == nil {
				t.Error("a trace code was given twice")
			}
			a.Trace = ""
			return tx.Audit().Record(ctx, a)
		})
	})
}

// What a database holds in plain it holds byte for byte, or says that it cannot;
// all else it holds byte for byte whatever it is.
func TestFilesRestByteForByte(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		for i, s := range storetest.Hostile(t) {
			if err := hostileFile(db, fmt.Sprint("K", i+1), s); err != nil {
				t.Errorf("%.60q: %v", s, err)
			}
		}
	})
}

// hostileFile enters a customer with s everywhere and tells what came back
// otherwise.
func hostileFile(db *store.DB, id, s string) error {
	ctx := context.Background()
	name := s
	if !store.Plain(s) {
		err := db.Update(ctx, func(tx *store.Tx) error {
			return vault.In(tx).Add(ctx, store.Customer{ID: id, Name: s, Created: now, Author: "li"})
		})
		if !errors.Is(err, store.ErrNotPlain) {
			return fmt.Errorf("as a name: %w", err)
		}
		name = "name"
	}
	said := s
	if said == "" {
		said = "-" // a name or value of nothing is none
	}
	write := func(tx *store.Tx) error {
		if err := vault.In(tx).Add(ctx, store.Customer{ID: id, Name: name, Owner: "wang", Stage: name, Created: now, Author: "li"}); err != nil {
			return err
		}
		return errors.Join(
			vault.In(tx).PutFact(ctx, vault.Fact{ID: id + "f", Customer: id, Field: "地址", Value: said, Source: s, Why: s, Author: "li", At: now}),
			vault.In(tx).AddPerson(ctx, vault.Person{ID: id + "p", Customer: id, Name: said, Source: s, Created: now, Author: "li"}),
			vault.In(tx).AddProgress(ctx, vault.Progress{ID: id + "g", Customer: id, Author: "li", At: now, Words: s}),
		)
	}
	read := func(tx *store.Tx) error {
		a := storetest.Access("zhao")
		a.Customer = id
		f, err := vault.In(tx).Open(ctx, a, storetest.Look("zhao"))
		if err != nil {
			return err
		}
		h, err := vault.In(tx).History(ctx, a, storetest.Look("zhao"))
		if err != nil {
			return err
		}
		i := slices.IndexFunc(h.Changes, func(c vault.Fact) bool { return c.Field == "地址" })
		got := []string{f.Name, f.Stage, f.Facts[0].Value, f.Facts[0].Source, f.People[0].Name, f.People[0].Source, h.Changes[i].Why, h.Progress[0].Words}
		if want := []string{name, name, said, s, said, s, s, s}; !cmp.Equal(got, want) {
			return fmt.Errorf("came back otherwise: %s", cmp.Diff(want, got))
		}
		return nil
	}
	if err := db.Update(ctx, write); err != nil {
		return err
	}
	return db.Update(ctx, read)
}
