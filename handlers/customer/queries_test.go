package customer

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"marketbot/handlers/audience"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

// maxAsked is how many queries the area's part of a morning may take.
const maxAsked = 6

// A morning asks as many queries of a thousand people, customers and leads as of
// ten, and writes nothing.
func TestMorningAsksAsOften(t *testing.T) {
	for _, many := range []int{10, 1000} {
		o := newOffice(t)
		o.Update(func(ctx context.Context, tx *store.Tx) error { return o.many(ctx, tx, many) })
		o.Clock("2027-03-01 09:13")
		var roll audience.Roll
		o.Update(func(ctx context.Context, tx *store.Tx) (err error) {
			roll, err = audience.Read(ctx, tx, o.h.Rules.Day(o.Now))
			return err
		})
		kinds := map[string]int{}
		asked := storetest.Asked(t, o.DB, func(ctx context.Context, tx *store.Tx) error {
			lines, err := o.h.Daily(ctx, tx, rulebook.Slot{At: o.Now}, roll)
			for _, l := range lines {
				kinds[strings.Split(l.Key, "/")[1]]++
			}
			return err
		})
		if fmt.Sprint(kinds) != fmt.Sprintf("map[file:%d leads:1 quiet:%d stale:1 unchecked:1]", many, many) {
			t.Errorf("lines of %v", kinds)
		}
		n := 0
		for _, times := range asked {
			n += times
		}
		if n != maxAsked {
			t.Errorf("%d asked %d: %v", many, n, asked)
		}
	}
}

// many enters so many salespeople, each with a lead and a customer that lacks
// facts, one in ten none; nobody has checked the facts.
func (o *office) many(ctx context.Context, tx *store.Tx, n int) error {
	for i := range n {
		owner := store.Person{ID: fmt.Sprint("p", i), Name: fmt.Sprint("业务员", i), Post: store.Salesperson, Since: o.Now}
		if err := tx.People().Add(ctx, owner); err != nil {
			return err
		}
		if err := tx.Leads().Add(ctx, store.Lead{Code: fmt.Sprint("L", i), Giver: owner.ID, At: o.Now, Words: "某公司", Text: "要搬家"}); err != nil {
			return err
		}
		c := store.Customer{ID: fmt.Sprint("K", i), Name: fmt.Sprint("公司", i), Owner: owner.ID, Stage: "初步接触", Created: o.Now, Author: owner.ID}
		if err := vault.In(tx).Add(ctx, c); err != nil {
			return err
		}
		for j, field := range wanted {
			if j > 0 && i%10 > 0 {
				break
			}
			f := vault.Fact{ID: tx.NewID(o.Now), Customer: c.ID, Field: field, Value: "有", Author: owner.ID, At: o.Now}
			if err := vault.In(tx).PutFact(ctx, f); err != nil {
				return err
			}
		}
	}
	return nil
}
