package vault_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"marketbot/store/internal/spelling"

	"github.com/google/go-cmp/cmp"

	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

// While the index is made anew, everything is found, and names come and go as
// ever. So it is after another start, and after one that was cut short.
func TestIndexIsMadeBesideEverything(t *testing.T) {
	const customers = 250
	for name, damage := range map[string][]string{
		"of another making": {"UPDATE search_state SET version = 0"},
		"lost":              {"DROP TABLE customer_search"},
		"never made":        {"DELETE FROM search_state"},
		"cut short":         {fmt.Sprintf("UPDATE search_state SET next_doc = 1, last_doc = %d", customers), "DELETE FROM customer_search"},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
				storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
					for i := range customers {
						if err := storetest.AddCustomer(ctx, tx, fmt.Sprint("K", i), numberedName(i)); err != nil {
							return err
						}
					}
					for _, d := range damage {
						if err := raw(ctx, tx, d); err != nil {
							return err
						}
					}
					return nil
				})
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
				o, await, _ := vault.Awaited(o)
				db = storetest.Reopen(t, o)
				findMeanwhile(t, db, await, customers)
			})
		})
	}
}

func numberedName(i int) string { return fmt.Sprintf("华东%c机电%03d", 0x4e00+i, i) }

// findMeanwhile ends a name and adds one, and searches until the index is
// complete and a little longer.
func findMeanwhile(t *testing.T, db *store.DB, await func(), customers int) {
	t.Helper()
	built := make(chan struct{})
	go func() { await(); close(built) }()
	ended := customers - 1
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(vault.Search(tx).EndName(ctx, fmt.Sprint("nK", ended), now), storetest.AddCustomer(ctx, tx, "K999", "江南造船"))
	})
	for i, complete := 0, false; !complete || i < 20; i++ {
		select {
		case <-built:
			complete = true
		default:
		}
		k := i * 7 % ended
		for text, want := range map[string]string{
			fmt.Sprintf("电%03d", k): fmt.Sprintf("K%d %s 名称", k, numberedName(k)), "南造": "K999 江南造船 名称", "jnzc": "K999 江南造船 名称",
		} {
			if d := cmp.Diff([]string{want}, found(t, db, text)); d != "" {
				t.Fatalf("%s: %s", text, d)
			}
		}
		if got := found(t, db, fmt.Sprintf("机电%03d", ended)); len(got) > 0 {
			t.Fatalf("found a name that was ended: %v", got)
		}
	}
}

// queryTokens are what a name must have to be found by a text, for each way to
// read it.
func queryTokens(text string) [][]string {
	q := spelling.Read(text)
	return slices.Concat([][]string{q.Parts(), q.Initials()}, q.Spelled(), q.Begun())
}

// FuzzFindCustomers types anything for a customer with any name: nothing
// fails, and whoever is named by a part is found by it.
func FuzzFindCustomers(f *testing.F) {
	for _, s := range [][2]string{
		{"京西重工", "西重"}, {"重庆", "cq"}, {"TCL（惠州）", "tcl"}, {"", ""}, {"a\x00b", "\xff"}, {"\"'*", "NEAR(a b)"}, {"単氏１２３", "0411-8888 转 12"},
		{"ﷺ", "ﷺ"}, {"İstanbul", "i̇s"}, {"西安", "xi'an"}, {"嗯嗯嗯嗯", "nnnnnggg"}, {"些嗯些嗯些嗯", "xienxienxien"},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		tokens := vault.IndexTokens(name)
		for _, list := range append(queryTokens(text), tokens) {
			for _, token := range list {
				if strings.ContainsFunc(token, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
					t.Fatalf("%q: token %q", text, token)
				}
			}
		}
		folded := []rune(vault.FoldName(name))
		for i := range folded {
			for _, part := range []string{string(folded[i:]), string(folded[i:min(len(folded), i+3)])} {
				for _, token := range spelling.Read(part).Parts() {
					if !slices.Contains(tokens, token) {
						t.Fatalf("%q would not be found by its part %q for %q", name, part, token)
					}
				}
			}
		}
	})
}
