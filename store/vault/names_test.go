package vault_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

// A customer is found by a name from the moment it is added, in the same
// transaction already, until it is ended; a name that was undone never was.
func TestNamesComeAndGo(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		undone := errors.New("undone")
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			if err := storetest.AddCustomer(ctx, tx, "K1", "华东机电"); err != nil {
				return err
			}
			err := tx.Nested(ctx, func() error { return errors.Join(storetest.AddCustomer(ctx, tx, "K2", "华东机床"), undone) })
			if !errors.Is(err, undone) {
				return err
			}
			got, err := storetest.FindNames(ctx, tx, "东机", 5)
			if d := cmp.Diff([]string{"K1 华东机电 名称"}, got); d != "" {
				t.Error(d)
			}
			return err
		})
		later := now.Add(time.Hour)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(
				vault.In(tx).Rename(ctx, "K1", "华西重工", later), vault.Search(tx).EndName(ctx, "nK1", later),
				vault.Search(tx).AddName(ctx, vault.Name{ID: "new", Customer: "K1", Name: "华西重工", Kind: vault.FullName, Since: later}),
				vault.Search(tx).AddName(ctx, vault.Name{ID: "old", Customer: "K1", Name: "华东机电", Kind: vault.FormerName, Since: later}),
				vault.Search(tx).EndName(ctx, "nobody's", later))
		})
		for text, want := range map[string]string{"东机": "K1 华东机电 曾用名", "华": "K1 华西重工 名称", "hxzg": "K1 华西重工 名称"} {
			if d := cmp.Diff([]string{want}, found(t, db, text)); d != "" {
				t.Errorf("%s: %s", text, d)
			}
		}
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error { return vault.Search(tx).EndName(ctx, "old", later) })
		if got := found(t, db, "东机"); len(got) > 0 {
			t.Errorf("found by a name that was ended: %v", got)
		}
		want := []string{"华东机电 名称 ended", "华西重工 名称", "华东机电 曾用名 ended"}
		if d := cmp.Diff(want, namesOf(t, db, "K1")); d != "" {
			t.Error(d)
		}
	})
}

func namesOf(t *testing.T, db *store.DB, customer string) (list []string) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) error {
		names, err := vault.Search(tx).Names(t.Context(), customer)
		for _, n := range names {
			s := fmt.Sprintf("%s %s", n.Name, n.Kind)
			if !n.Until.IsZero() {
				s += " ended"
			}
			list = append(list, s)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A name that no text column holds is refused as such, and spoils nothing else.
func TestNamesThatCannotRest(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			for _, name := range []string{"a\x00b", "\xff"} {
				err := vault.Search(tx).AddName(ctx, vault.Name{ID: name, Customer: "K1", Name: name, Kind: vault.FullName, Since: now})
				if !errors.Is(err, store.ErrNotPlain) {
					t.Errorf("%q: %v", name, err)
				}
			}
			return storetest.AddCustomer(ctx, tx, "K1", strings.Repeat("很长的名字", 400))
		})
		if got := found(t, db, strings.Repeat("很长的名字", 400)); len(got) != 1 {
			t.Errorf("a long name finds %d", len(got))
		}
	})
}

// Names that may be one company's are similar; a branch, and a name that only
// has a part in common, are not.
func TestSimilarCustomers(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, storetest.AddSamples)
		cases := map[string]string{
			"京西重工": "K1", "京西重工有限公司": "K1", "京西 重工（集团）公司": "K1", "石景山农机厂": "K1", "tcl": "K4", "ＴＣＬ集团": "K4",
			"MICROSOFT (CHINA)": "K5", "重庆长安商贸有限责任公司": "K2", "京西": "", "京西重工集团有限公司北京分公司": "", "有限公司": "", "": "", "★☆": "K8",
		}
		for name, want := range cases {
			err := db.View(t.Context(), func(tx *store.Tx) error {
				list, err := vault.Search(tx).Similar(t.Context(), vault.FoldName(name))
				got := ""
				for _, c := range list {
					got += c.ID
				}
				if got != want {
					t.Errorf("%s: like %q, want %q", name, got, want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A number is found until its fact is dropped or holds another, and after a
// change of secret_key as well. What rests tells nothing without the key.
func TestPhones(t *testing.T) {
	storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
		k1, k2 := []string{"K1 甲 电话"}, []string{"K2 乙 电话"}
		expect := func(db *store.DB, text string, want []string) {
			t.Helper()
			if d := cmp.Diff(append([]string{}, want...), found(t, db, text)); d != "" {
				t.Errorf("%s: %s", text, d)
			}
		}
		put := func(customer, fact, number string) {
			t.Helper()
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				return vault.Search(tx).PutPhone(ctx, customer, fact, number)
			})
		}
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(storetest.AddCustomer(ctx, tx, "K1", "甲"), storetest.AddCustomer(ctx, tx, "K2", "乙"))
		})
		put("K1", "f1", "13800001111")
		put("K2", "f2", "13800002222")
		put("K2", "f3", "010-62552222；转分机 8888")
		expect(db, "1111", k1)
		expect(db, "2222", k2)
		expect(db, "62552222", k2)
		put("K1", "f1", "13800003333")
		expect(db, "1111", nil)
		expect(db, "3333", k1)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error { return vault.Search(tx).DropPhone(ctx, "f1") })
		expect(db, "3333", nil)

		put("K1", "f1", "13800003333")
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		secret := func(c string) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte(c), 32)) }
		seals, err := store.NewSealer(secret("n"), base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("marketbo"), 4)))
		if err != nil {
			t.Fatal(err)
		}
		o.Seals = seals
		db = storetest.Reopen(t, o)
		t.Cleanup(func() { db.Close() })
		expect(db, "3333", k1)
	})
}
