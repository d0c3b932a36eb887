package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
)

// The history of the settings is the difference from start to start, also of those that
// come and go and of those whose value is not shown.
func TestSettingsAreNotedWhenTheyChange(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	begin := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	said := ""
	for day, list := range [][]store.Setting{
		{{Name: "a", Value: "1"}, {Name: "b", Value: "set", Digest: "x"}},
		{{Name: "a", Value: "1"}, {Name: "b", Value: "set", Digest: "x"}},
		{{Name: "a", Value: "2"}, {Name: "b", Value: "set", Digest: "y"}, {Name: "c", Value: "new"}},
		{{Name: "a", Value: "2"}, {Name: "c", Value: "new"}},
		{{Name: "a", Value: "1"}, {Name: "c", Value: "new"}},
		{{Name: "a", Value: "1"}, {Name: "b", Value: "set", Digest: "y"}, {Name: "c", Value: "new"}},
	} {
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			changes, err := tx.Settings().Note(t.Context(), list, begin.AddDate(0, 0, day))
			for _, c := range changes {
				said += fmt.Sprintf("%d %s %s>%s;", day, c.Is.Name, c.Was.Value, c.Is.Value)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	got := ""
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		all, err := tx.Settings().All(context.Background())
		for _, s := range all {
			got += fmt.Sprintf("%s %d %s%s;", s.Name, int(s.At.Sub(begin).Hours()/24), s.Value, s.Digest)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if want := "a 0 1;a 2 2;a 4 1;b 0 setx;b 2 sety;b 3 ;b 5 sety;c 2 new;"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if want := "2 a 1>2;2 b set>set;4 a 2>1;5 b >set;"; said != want {
		t.Errorf("was told %s, want %s", said, want)
	}
}
