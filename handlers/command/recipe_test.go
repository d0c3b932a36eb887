package command_test

import (
	"context"
	"testing"
	"time"

	"marketbot/handlers/command"
	"marketbot/store"
	"marketbot/store/storetest"
)

// What a recipe holds is read back, however many words say which table; one that
// is not whole, or whose reader is not there, is made into nothing.
func TestRecipesAreReadBack(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	now := time.Date(2026, 11, 27, 10, 30, 0, 5e6, zone)
	db := storetest.Open(t, storetest.SQLite)
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		p := store.Person{ID: tx.NewID(now), Name: "张伟", Post: store.Salesperson, Since: now}
		if err := tx.People().Add(ctx, p); err != nil {
			return err
		}
		c := command.Call{Tx: tx, Person: p, Now: now}
		recipe := c.Recipe("targets", "ABC234", "2026-11-01", "")
		arg := recipe[len("targets:"):]
		asked, err := command.ReadRecipe(ctx, tx, arg, 2, zone)
		if err != nil || asked.Of[0] != "2026-11-01" || asked.Of[1] != "" || asked.Reader.Name != "张伟" || !asked.At.Equal(now) || asked.Trace != "ABC234" {
			t.Errorf("%+v, %v", asked, err)
		}
		if later := tx.NewID(now); asked.Last == "" || later <= asked.Last {
			t.Errorf("what comes later has the id %s, not behind %s", later, asked.Last)
		}
		for _, bad := range []string{"", "2026-11-01", arg + "/x", "2026-11-01//nobody/1/x/T", "2026-11-01//" + p.ID + "/soon/x/T"} {
			if _, err := command.ReadRecipe(ctx, tx, bad, 2, zone); err == nil {
				t.Errorf("%q is read", bad)
			}
		}
		return nil
	})
}
