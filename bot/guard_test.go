package main

import (
	"context"
	"strings"
	"testing"

	"marketbot/store"
	"marketbot/store/storetest"
)

// Who changed their own post in the database has no rights, and the general
// manager and the administrators hear of it, once.
func TestForgedPostIsTold(t *testing.T) {
	o := storetest.Prepared(t, storetest.SQLite)
	b := openOffice(t, o, onPage, department(), thursday()).bot.Load()
	storetest.Damage(t, o.Source, `UPDATE person SET post = '总经理' WHERE post = '业务员'`)
	for range 2 {
		if err := b.tellForged(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	told := map[string]int{}
	err := b.DB.View(t.Context(), func(tx *store.Tx) error {
		list, err := tx.Outbox().Waiting(context.Background(), b.Now(), 1000)
		for _, w := range list {
			if strings.Contains(w.Key, "forged/person/") {
				told[w.Person]++
			}
		}
		for person, n := range told {
			p, _, err := tx.People().ByID(context.Background(), person)
			if err != nil || p.Post != store.GeneralManager && !p.Has(store.Administrator) {
				t.Errorf("%+v was told %d times, %v", p, n, err)
			}
		}
		heads, err1 := tx.People().Holding(context.Background(), store.GeneralManager, store.Administrator)
		if len(heads) == 0 || len(heads) > 2 || err1 != nil {
			t.Errorf("heads %+v, %v", heads, err1)
		}
		return err
	})
	if err != nil || len(told) < 2 {
		t.Errorf("told %v, %v", told, err)
	}
}

// So is what somebody wrote into the history of who held what, or among the grants,
// once for ever.
func TestForgedRightsOfATimeAreTold(t *testing.T) {
	o := storetest.Options(t, storetest.SQLite)
	b := openOffice(t, o, onPage, department(), thursday()).bot.Load()
	storetest.Damage(t, o.Source, `UPDATE tenure SET since = 1 WHERE name = '业务员'`)
	storetest.Damage(t, o.Source, `INSERT INTO access_grant (id, person, customer, by_person, from_time, until_time, closed, proof) VALUES ('A9', 'p', 'K1', 'p', 1, 2, 0, '')`)
	for range 2 {
		if err := b.tellForged(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	told := 0
	err := b.DB.View(t.Context(), func(tx *store.Tx) error {
		list, err := tx.Outbox().Waiting(context.Background(), b.Now(), 1000)
		for _, w := range list {
			if !strings.Contains(w.Key, "damaged/") {
				continue
			}
			told++
			one, _, err := tx.Outbox().ByID(context.Background(), w.ID)
			if words := string(one.Content); err != nil || !strings.Contains(words, "任职记录") || !strings.Contains(words, "查阅授权 A9") {
				t.Errorf("%s, %v", words, err)
			}
		}
		return err
	})
	if err != nil || told != 2 {
		t.Errorf("told %d, %v", told, err)
	}
}
