package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marketbot/store"
)

// aFile is customer K1 of wang with some facts, somebody at it and progress.
func aFile(ctx context.Context, tx *store.Tx) error {
	steps := []func() error{
		func() error {
			return tx.AddCustomer(ctx, store.Customer{ID: "K1", Name: "广州明华贸易有限公司", Owner: "wang", Stage: "接触", Created: now, Author: "li"})
		},
		func() error {
			return tx.PutFact(ctx, store.Fact{ID: "f1", Customer: "K1", Field: "电话", Value: "020-88886666", Source: "名片", Author: "wang", At: now})
		},
		func() error {
			return tx.PutFact(ctx, store.Fact{ID: "f2", Customer: "K1", Field: "行业", Value: "食品", Source: "拜访", Author: "wang", At: now})
		},
		func() error {
			return tx.AddFilePerson(ctx, store.FilePerson{ID: "p1", Customer: "K1", Name: "陈国强", Source: "名片", Created: now, Author: "wang"})
		},
		func() error {
			return tx.PutFact(ctx, store.Fact{ID: "f4", Customer: "K1", Person: "p1", Field: "家庭", Value: "二女", Source: "闲谈", Author: "wang", At: now})
		},
		func() error {
			return tx.AddProgress(ctx, store.Progress{ID: "g1", Customer: "K1", Author: "wang", At: now.Add(time.Hour), Words: "谈价格", Stage: "报价", Amount: 1234500})
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// access is of somebody who may read K1 by post.
func access(person string) store.Access {
	return store.Access{Person: person, Customer: "K1", Basis: store.ByPost, Clause: "档-4"}
}

// look is an entry of somebody.
func look(id, person string) store.Audit {
	return store.Audit{ID: id, At: now, Person: person, Act: "客户", Clause: "档-4", Look: store.Look{Why: "拜访前"}}
}

// values are fields with their values, as a file shows them.
func values(f store.File) []string {
	var list []string
	for _, x := range f.Facts {
		list = append(list, x.Field+"="+x.Value+"（"+x.Source+"）")
	}
	for _, p := range f.People {
		for _, x := range p.Facts {
			list = append(list, p.Name+" "+x.Field+"="+x.Value)
		}
	}
	return list
}

// What was entered is shown to whoever opens the file, and the look is recorded.
func TestOpenCustomer(t *testing.T) {
	both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		update(t, db, aFile)
		update(t, db, func(ctx context.Context, tx *store.Tx) error {
			f, err := tx.OpenCustomer(ctx, access("zhao"), look("a1", "zhao"))
			if err != nil {
				return err
			}
			want := []string{"电话=020-88886666（名片）", "行业=食品（拜访）", "陈国强 姓名=陈国强", "陈国强 家庭=二女"}
			if got := values(f); !cmp.Equal(got, want) {
				t.Error(cmp.Diff(want, got))
			}
			tail, forged, err := tx.AuditTail(ctx, 1)
			if err != nil || len(forged) > 0 {
				return fmt.Errorf("forged %v: %w", forged, err)
			}
			wantLook := store.Look{Customer: "K1", Trace: f.Trace, Why: "拜访前"}
			if len(f.Trace) != 6 || tail[0].Look != wantLook || tail[0].Outcome != store.Done {
				t.Errorf("recorded %+v, trace %q", tail[0], f.Trace)
			}
			return nil
		})
	})
}
