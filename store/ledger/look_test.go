package ledger_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
)

// looked records looks into files: one a minute from now on.
func looked(t *testing.T, db *store.DB, looks ...ledger.Entry) {
	t.Helper()
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		for i, a := range looks {
			a.At = now.Add(time.Duration(i) * time.Minute)
			a.ID = fmt.Sprintf("%s%02d", tx.NewID(a.At), i)
			if err := tx.Audit().Record(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
}

// ids are the two last signs of ids: which of looked it is.
func ids(list []ledger.Entry) []string {
	var ids []string
	for _, a := range list {
		ids = append(ids, a.ID[len(a.ID)-2:])
	}
	return ids
}

// Who looked when into what, and who was not let in, is found by person,
// customer, time, grant and trace code.
func TestLooks(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		open := func(person, act, customer, trace, grant string) ledger.Entry {
			return ledger.Entry{Person: person, Act: act, Outcome: ledger.Done, Look: ledger.Look{Customer: customer, Trace: trace, Grant: grant, Why: "谈合同"}}
		}
		looked(t, db,
			open("a", "客户", "k1", "ABC234", ""),
			open("a", "看电话", "k1", "ABC235", "S1"),
			open("b", "客户", "k2", "ABC236", ""),
			ledger.Entry{Person: "a", Act: "客户", Outcome: ledger.Denied, Clause: "档-4", Look: ledger.Look{Customer: "k2"}},
			ledger.Entry{Person: "a", Act: "客户", Outcome: ledger.Denied, Clause: "档-4"},
			ledger.Entry{Person: "a", Act: "签到", Outcome: ledger.Done},
			ledger.Entry{Person: "c", Act: "客户", Outcome: ledger.Done, Subject: ledger.Listing([]string{"k3", "k22"}), Look: ledger.Look{Customer: "k3", Why: "东"}},
		)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			for _, c := range []struct {
				filter ledger.Filter
				want   []string
			}{
				{ledger.Filter{}, []string{"06", "03", "02", "01", "00"}},
				{ledger.Filter{Customer: "k22"}, []string{"06"}},
				{ledger.Filter{Seen: true}, []string{"06", "02", "01", "00"}},
				{ledger.Filter{Posts: []string{"业务员"}}, nil},
				{ledger.Filter{Most: 2, Skip: 1}, []string{"03", "02"}},
				{ledger.Filter{Person: "a"}, []string{"03", "01", "00"}},
				{ledger.Filter{Person: "a", Acts: []string{"客户", "看电话"}}, []string{"04", "03", "01", "00"}},
				{ledger.Filter{Customer: "k2", Acts: []string{"客户"}}, []string{"03", "02"}},
				{ledger.Filter{From: now.Add(time.Minute), To: now.Add(3 * time.Minute)}, []string{"02", "01"}},
				{ledger.Filter{Most: 1}, []string{"06"}},
				{ledger.Filter{Person: "nobody"}, nil},
			} {
				list, err := tx.Audit().Looks(ctx, c.filter)
				if err != nil {
					return err
				}
				if diff := cmp.Diff(c.want, ids(list)); diff != "" {
					t.Errorf("%+v (-want +got):\n%s", c.filter, diff)
				}
				if n, err := tx.Audit().Count(ctx, c.filter); c.filter.Most == 0 && (err != nil || n != len(c.want)) {
					t.Errorf("%+v counts %d: %v", c.filter, n, err)
				}
			}
			return counted(ctx, t, tx)
		})
	})
}

// counted checks the questions of one answer.
func counted(ctx context.Context, t *testing.T, tx *store.Tx) error {
	t.Helper()
	uses, err := tx.Audit().UsesOf(ctx, "S1")
	if err != nil {
		return err
	}
	if diff := cmp.Diff([]string{"01"}, ids(uses)); diff != "" {
		t.Errorf("uses of the grant (-want +got):\n%s", diff)
	}
	for trace, want := range map[string]string{"ABC236": "02", "ABC999": "", "": "", "a\x00b": "", "\xff": ""} {
		a, found, err := tx.Audit().ByTrace(ctx, trace)
		if err != nil {
			return err
		}
		if found != (want != "") || !strings.HasSuffix(a.ID, want) || a.Changed {
			t.Errorf("trace %q: %+v, %v", trace, a, found)
		}
	}
	for _, c := range []struct {
		act   string
		since time.Time
		want  int
	}{{"", now, 2}, {"看电话", now, 1}, {"客户", now.Add(time.Minute), 0}} {
		if n, err := tx.Audit().CountLooks(ctx, "a", c.act, c.since); err != nil || n != c.want {
			t.Errorf("looks by %q since %v: %d, want %d, %v", c.act, c.since, n, c.want, err)
		}
	}
	told, err := tx.Audit().ToldOf(ctx, "a", now)
	if len(told.Opened) != 1 || len(told.Named) != 1 {
		t.Errorf("told of %+v", told)
	}
	return err
}
