package vault_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

func found(t *testing.T, db *store.DB, text string) []string {
	t.Helper()
	var list []string
	err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		list, err = storetest.FindNames(t.Context(), tx, text, 5)
		return err
	})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return list
}

// A search among few customers finds what a search of all finds of them.
func TestFindCustomersAmong(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, storetest.AddSamples)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return vault.In(tx).Move(ctx, "K3", "wang", "chen", now)
		})
		among := vault.Among{Owner: "wang", IDs: []string{"K1", "K6", "K77"}}
		for _, text := range []string{"京西", "京西重工", "jingxi", "jx", "农机 石景山", "8000", "1234", "13800138000", "京", "有限公司", "长安", "k", "★☆", ""} {
			err := db.View(t.Context(), func(tx *store.Tx) error {
				all, err := vault.Search(tx).Find(t.Context(), text, 100)
				if err != nil {
					return err
				}
				want := slices.DeleteFunc(all, func(h vault.Hit) bool { return !slices.Contains([]string{"K1", "K3", "K6"}, h.Customer.ID) })
				got, err := vault.Search(tx).FindAmong(t.Context(), text, among, 100)
				if d := cmp.Diff(len(want), len(got)); d != "" {
					t.Errorf("%q: %d instead of %d", text, len(got), len(want))
					return err
				}
				for i := range want {
					if want[i].Customer.ID != got[i].Customer.ID || want[i].Name != got[i].Name || want[i].Kind != got[i].Kind {
						t.Errorf("%q: %v instead of %v", text, got[i], want[i])
					}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Customers are found by whatever of their names, sounds and numbers people
// type, the best first.
func TestFindCustomers(t *testing.T) {
	const k1, k2, k3 = "K1 京西重工集团有限公司 名称", "K2 重庆长安商贸有限公司 名称", "K3 北京京西商贸有限责任公司 名称"
	const k6, k7, k9 = "K6 单氏绿洲行 名称", "K7 3M中国 名称", "K9 西安先安电器 名称"
	cases := []struct {
		text string
		want []string
	}{
		{"京西重工集团有限公司", []string{k1}},
		{"京西重工", []string{"K1 京西重工 简称"}},
		{"石景山农机厂", []string{"K1 石景山农机厂 曾用名"}},
		{"景山", []string{"K1 石景山农机厂 曾用名"}},
		{"京西", []string{"K1 京西重工 简称", k3}}, // the beginning before a part
		{"西商", []string{k3}},
		{"商贸", []string{k2, k3}},
		{"京 西 商", []string{k3}},
		{"商贸 北京", []string{k3}},
		{"重", []string{k2, "K1 京西重工 简称"}},
		{"有限公司", []string{k1, k2, "K4 ＴＣＬ科技（惠州）股份有限公司 名称"}},
		{"京西西京", nil},

		{"tcl", []string{"K4 TCL 简称"}},
		{"ｔｃＬ科技", []string{"K4 ＴＣＬ科技（惠州）股份有限公司 名称"}},
		{"(惠州)", []string{"K4 ＴＣＬ科技（惠州）股份有限公司 名称"}},
		{"MICROSOFT", []string{"K5 Microsoft (China) Co., Ltd. 名称"}},
		{"soft", []string{"K5 Microsoft (China) Co., Ltd. 名称"}},
		{"china ltd", []string{"K5 Microsoft (China) Co., Ltd. 名称"}},
		{"3m", []string{k7}},
		{"★☆", []string{"K8 ★☆ 名称"}},

		{"jingxi", []string{"K1 京西重工 简称", k3}},
		{"jing xi", []string{"K1 京西重工 简称", k3}},
		{"Chongqing", []string{k2}},
		{"zhongqing", []string{k2}}, // as it looks
		{"chongq", []string{k2}},
		{"beij", []string{k3}},
		{"beijin", []string{k3}},
		{"shanshi", []string{k6}},
		{"danshi", []string{k6}},
		{"lvzhou", []string{k6}},
		{"lüzhou", []string{k6}},
		{"xi'an", []string{k9, k1, k2, k3, "K4 ＴＣＬ科技（惠州）股份有限公司 名称"}}, // 限, too
		{"xianxian", []string{k9}},
		{"dianqi", []string{k9}},
		{"xinanchuaihuan", []string{"K10 西南踹环 名称"}}, // cut in many ways
		{"nanchuaihua", []string{"K10 西南踹环 名称"}},

		{"jx", []string{"K1 京西重工 简称", k3}},
		{"BJJX", []string{k3}},
		{"cqca", []string{k2}},
		{"zqca", []string{k2}},
		{"jxsmyxzrgs", []string{k3}},
		{"tclkj", []string{"K4 ＴＣＬ科技（惠州）股份有限公司 名称"}},

		{"8000", []string{"K2 重庆长安商贸有限公司 电话", "K3 北京京西商贸有限责任公司 电话"}},
		{"１３８００１３８０００", []string{"K2 重庆长安商贸有限公司 电话"}},
		{"+86 138 0013 8000", []string{"K2 重庆长安商贸有限公司 电话"}},
		{"13912348000", []string{"K3 北京京西商贸有限责任公司 电话"}},
		{"84708888", []string{"K3 北京京西商贸有限责任公司 电话"}},
		{"8001", nil}, // an extension
		{"1234", []string{"K6 单氏绿洲行 电话"}},
		{"0062551234", nil},
		{"800", nil},
		{"38000", nil}, // neither four nor all

		{"", nil}, {"  \t", nil}, {"%", nil}, {"_", nil}, {"\"", nil}, {"' OR 1=1 --", nil}, {"京西*", []string{"K1 京西重工 简称", k3}},
		{"NEAR(京西 重工)", nil}, {"\x00京\x00西\xff", []string{"K1 京西重工 简称", k3}}, {strings.Repeat("京西", 1<<19), nil},
		{strings.Repeat("a", 1<<20), nil}, {strings.Repeat("8", 1<<20), nil}, {"😀", nil}, {"\u202e京西", []string{"K1 京西重工 简称", k3}},
	}
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, storetest.AddSamples)
		for _, c := range cases {
			if d := cmp.Diff(append([]string{}, c.want...), found(t, db, c.text)); d != "" {
				t.Errorf("%.40q (-want +got):\n%s", c.text, d)
			}
		}
	})
}

// Whatever a customer is called, it is found by its name; whatever is typed,
// nothing fails.
func TestHostileNames(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		for i, s := range storetest.Hostile(t) {
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				id := fmt.Sprint("K", i)
				if store.Plain(s) {
					if err := storetest.AddCustomer(ctx, tx, id, s); err != nil {
						return err
					}
				}
				hits, err := vault.Search(tx).Find(ctx, s, 1000)
				if store.Plain(s) && vault.FoldName(s) != "" && !slices.ContainsFunc(hits, func(h vault.Hit) bool { return h.Customer.ID == id }) {
					t.Errorf("%.60q is not found by its name", s)
				}
				return err
			})
		}
	})
}
