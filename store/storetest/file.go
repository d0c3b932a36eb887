package storetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/vault"
)

// Now is when most tests take place.
var Now = time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)

// AddFile is customer K1 of wang with some facts, somebody at it and progress.
func AddFile(ctx context.Context, tx *store.Tx) error {
	return errors.Join(
		vault.In(tx).Add(ctx, store.Customer{ID: "K1", Name: "广州明华贸易有限公司", Owner: "wang", Stage: "接触", Created: Now, Author: "li"}),
		vault.In(tx).PutFact(ctx, vault.Fact{ID: "f1", Customer: "K1", Field: "电话", Value: "020-88886666", Source: "名片", Author: "wang", At: Now}),
		vault.In(tx).PutFact(ctx, vault.Fact{ID: "f2", Customer: "K1", Field: "行业", Value: "食品", Source: "拜访", Author: "wang", At: Now}),
		vault.In(tx).AddPerson(ctx, vault.Person{ID: "p1", Customer: "K1", Name: "陈国强", Source: "名片", Created: Now, Author: "wang"}),
		vault.In(tx).PutFact(ctx, vault.Fact{ID: "f4", Customer: "K1", Person: "p1", Field: "家庭", Value: "二女", Source: "闲谈", Author: "wang", At: Now}),
		vault.In(tx).AddProgress(ctx, vault.Progress{ID: "g1", Customer: "K1", Author: "wang", At: Now.Add(time.Hour), Words: "谈价格", Stage: "报价", Amount: 1234500, Next: store.NextStep{Day: "2026-12-05", What: "送样"}}),
	)
}

// Access is of somebody who may read K1 by post.
func Access(person string) store.Access {
	return store.Access{Person: person, Customer: "K1", Basis: store.ByPost, Clause: "档-4"}
}

// Look is an entry of somebody; its id is made when it is recorded.
func Look(person string) ledger.Entry {
	return ledger.Entry{At: Now, Person: person, Act: "客户", Clause: "档-4", Look: ledger.Look{Why: "拜访前"}}
}

// OpenFile is K1 as zhao sees it.
func OpenFile(ctx context.Context, tx *store.Tx) (vault.File, error) {
	return vault.In(tx).Open(ctx, Access("zhao"), Look("zhao"))
}

// OpenHistory is the past of K1 as zhao sees it.
func OpenHistory(ctx context.Context, tx *store.Tx) (vault.History, error) {
	return vault.In(tx).History(ctx, Access("zhao"), Look("zhao"))
}

// Shown are a file's fields with their values.
func Shown(f vault.File) []string {
	var list []string
	for _, x := range f.Facts {
		list = append(list, fmt.Sprintf("%s=%s（%s，%s）", x.Field, x.Value, x.Source, x.Author))
	}
	for _, p := range f.People {
		for _, x := range p.Facts {
			list = append(list, fmt.Sprintf("%s %s=%s（%s）", p.Name, x.Field, x.Value, x.Source))
		}
	}
	return list
}

// AddCustomer adds a customer that is found by a name.
func AddCustomer(ctx context.Context, tx *store.Tx, id, name string) error {
	if err := vault.In(tx).Add(ctx, store.Customer{ID: id, Name: name, Stage: "接触", Created: Now}); err != nil {
		return err
	}
	return vault.Search(tx).AddName(ctx, vault.Name{ID: "n" + id, Customer: id, Name: name, Kind: vault.FullName, Since: Now})
}

// AddSamples adds the customers of SampleNames, K1 on.
func AddSamples(ctx context.Context, tx *store.Tx) error {
	for i := range len(SampleNames) {
		id := fmt.Sprintf("K%d", i+1)
		names := SampleNames[id]
		if err := vault.In(tx).Add(ctx, store.Customer{ID: id, Name: names[1], Stage: "接触", Created: Now}); err != nil {
			return err
		}
		for ; len(names) > 1; names = names[2:] {
			n := vault.Name{ID: fmt.Sprint(id, len(names)), Customer: id, Name: names[1], Kind: vault.Kind(names[0]), Since: Now}
			if err := vault.Search(tx).AddName(ctx, n); err != nil {
				return err
			}
		}
		if samplePhones[id] != "" {
			if err := vault.Search(tx).PutPhone(ctx, id, "fact"+id, samplePhones[id]); err != nil {
				return err
			}
		}
	}
	return nil
}

// FindNames tells hits as "K1 京西重工 简称".
func FindNames(ctx context.Context, tx *store.Tx, text string, most int) ([]string, error) {
	hits, err := vault.Search(tx).Find(ctx, text, most)
	list := []string{}
	for _, h := range hits {
		list = append(list, fmt.Sprintf("%s %s %s", h.Customer.ID, h.Name, h.Kind))
	}
	return list, err
}

// ARequest is open for a week.
func ARequest(code, words string) store.Request {
	return store.Request{Code: code, Kind: store.LookRequest, Asker: "lin", Customer: "K1", Words: words, Why: "w" + words,
		At: Now, Lapses: Now.AddDate(0, 0, 7), State: store.RequestOpen}
}

// SampleNames are the sample customers by code, their names in pairs of kind
// and name.
var SampleNames = map[string][]string{
	"K1":  {"名称", "京西重工集团有限公司", "简称", "京西重工", "曾用名", "石景山农机厂"},
	"K2":  {"名称", "重庆长安商贸有限公司"},
	"K3":  {"名称", "北京京西商贸有限责任公司"},
	"K4":  {"名称", "ＴＣＬ科技（惠州）股份有限公司", "简称", "TCL"},
	"K5":  {"名称", "Microsoft (China) Co., Ltd."},
	"K6":  {"名称", "单氏绿洲行"},
	"K7":  {"名称", "3M中国"},
	"K8":  {"名称", "★☆"},
	"K9":  {"名称", "西安先安电器"},
	"K10": {"名称", "西南踹环"},
}

var samplePhones = map[string]string{"K2": "138 0013-8000", "K3": "＋86 139 1234 8000、0411-84708888转8001", "K6": "(010) 6255.1234"}
