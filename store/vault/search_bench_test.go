package vault_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mozillazg/go-pinyin"

	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

// asked is what people type for a customer, by its number and name.
var asked = []struct {
	name string
	text func(i int, name []rune) string
}{
	{"2-characters", func(_ int, n []rune) string { return string(n[2:4]) }},
	{"3-characters", func(_ int, n []rune) string { return string(n[2:5]) }},
	{"4-characters", func(_ int, n []rune) string { return string(n[2:6]) }},
	{"whole-name", func(_ int, n []rune) string { return string(n) }},
	{"pinyin", func(_ int, n []rune) string { return said(n[2:4], 6) }},
	{"long-pinyin", func(_ int, n []rune) string { return said(n[2:6], 6) }},
	{"initials", func(_ int, n []rune) string { return said(n[:5], 1) }},
	{"last-digits", func(i int, _ []rune) string { return fmt.Sprintf("%04d", i%10000) }},
}

// BenchmarkFindCustomers is a search by what people type, in multiples of
// reading one customer by its key, measured beside. Goal: in the middle at
// most 10, the slowest of a hundred at most 60.
func BenchmarkFindCustomers(b *testing.B) {
	for _, c := range []struct {
		backend   string
		customers int
	}{{storetest.SQLite, 100_000}, {storetest.Postgres, 100_000}, {storetest.SQLite, 1_000_000}} {
		b.Run(fmt.Sprintf("%s/%d", c.backend, c.customers), func(b *testing.B) {
			o := storetest.Prepared(b, c.backend)
			fill(b, o, c.customers)
			db := built(b, o)
			for _, a := range asked {
				b.Run(a.name, func(b *testing.B) { search(b, db, c.customers, a.text) })
			}
			if err := db.Close(); err != nil {
				b.Error(err)
			}
		})
	}
}

// search measures floor and search by turns.
func search(b *testing.B, db *store.DB, n int, text func(int, []rune) string) {
	texts, ids := typed(b, db, n, text)
	view := func(f func(tx *store.Tx) error) time.Duration {
		begin := time.Now()
		if err := db.View(b.Context(), f); err != nil {
			b.Fatal(err)
		}
		return time.Since(begin)
	}
	var floor, took []time.Duration
	for i := 0; b.Loop(); i++ {
		floor = append(floor, view(func(tx *store.Tx) error {
			_, _, err := vault.In(tx).Customer(b.Context(), ids[i%len(ids)])
			return err
		}))
		took = append(took, view(func(tx *store.Tx) error {
			hits, err := vault.Search(tx).Find(b.Context(), texts[i%len(texts)], 5)
			if len(hits) == 0 {
				b.Error("nothing for", texts[i%len(texts)])
			}
			return err
		}))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(micros(took, 50), "µs-p50")
	b.ReportMetric(micros(floor, 50), "µs-floor")
	b.ReportMetric(micros(took, 50)/micros(floor, 50), "x-p50")
	b.ReportMetric(micros(took, 99)/micros(floor, 50), "x-p99")
}

// micros is a percentile in microseconds.
func micros(list []time.Duration, percent int) float64 {
	slices.Sort(list)
	return float64(list[(len(list)-1)*percent/100].Nanoseconds()) / 1e3
}

// typed are texts for customers spread over all n.
func typed(b *testing.B, db *store.DB, n int, text func(int, []rune) string) (texts, ids []string) {
	b.Helper()
	for k := range 997 {
		i := k * 7919 % n
		err := db.View(b.Context(), func(tx *store.Tx) error {
			c, _, err := vault.In(tx).Customer(b.Context(), customerID(i))
			texts, ids = append(texts, text(i, []rune(c.Name))), append(ids, c.ID)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return texts, ids
}

// BenchmarkAddName is a customer entered with a name, durable, in multiples of
// one without, by turns, with 10,000 there. Most of it is the disk's.
func BenchmarkAddName(b *testing.B) {
	for _, backend := range storetest.Backends() {
		b.Run(backend, func(b *testing.B) {
			o := storetest.Prepared(b, backend)
			fill(b, o, 10_000)
			db := built(b, o)
			v := invented{rand.New(rand.NewPCG(3, 4))}
			var floor, took []time.Duration
			n := 10_000
			add := func(named bool) time.Duration {
				n++
				begin := time.Now()
				err := db.Update(b.Context(), func(tx *store.Tx) error {
					c := store.Customer{ID: customerID(n), Name: v.name(), Stage: "接触", Created: now}
					if err := vault.In(tx).Add(b.Context(), c); err != nil || !named {
						return err
					}
					return vault.Search(tx).AddName(b.Context(), vault.Name{ID: c.ID, Customer: c.ID, Name: c.Name, Kind: vault.FullName, Since: now})
				})
				if err != nil {
					b.Fatal(err)
				}
				return time.Since(begin)
			}
			for b.Loop() {
				floor, took = append(floor, add(false)), append(took, add(true))
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(micros(took, 50), "µs-p50")
			b.ReportMetric(micros(took, 50)/micros(floor, 50), "x-p50")
			b.ReportMetric(micros(took, 99)/micros(floor, 99), "x-p99")
			if err := db.Close(); err != nil {
				b.Error(err)
			}
		})
	}
}

// built opens a store and reports how long its index takes, and how long
// somebody had to wait who wrote meanwhile. Goal: about 50 ms.
func built(b *testing.B, o store.Options) *store.DB {
	b.Helper()
	begin := time.Now()
	o, await, tidy := vault.Awaited(o)
	db := storetest.Reopen(b, o)
	ready := time.Since(begin)
	done := make(chan struct{})
	go func() {
		await()
		tidy(b.Context())
		close(done)
	}()
	var waits []time.Duration
	for working := true; working; {
		select {
		case <-done:
			working = false
		case <-time.After(20 * time.Millisecond):
		}
		wrote := time.Now()
		if err := db.Update(b.Context(), func(tx *store.Tx) error { return tx.Marks().Set(b.Context(), "mark", now) }); err != nil {
			b.Fatal(err)
		}
		waits = append(waits, time.Since(wrote))
	}
	b.Logf("opened in %v, index built in %v; writers waited p50 %.0f µs, p99 %.0f µs, at most %.0f µs",
		ready, time.Since(begin), micros(waits, 50), micros(waits, 99), micros(waits, 100))
	return db
}

func customerID(i int) string { return "K" + strconv.Itoa(i) }

// fill enters n customers with a phone each, and then their names beside the
// store, to be indexed when it opens again.
func fill(b *testing.B, o store.Options, n int) {
	b.Helper()
	db := storetest.Reopen(b, o)
	v := invented{rand.New(rand.NewPCG(1, 2))}
	names := make([]string, n)
	for i := range names {
		names[i] = v.name()
	}
	const batch = 500
	for from := 0; from < n; from += batch {
		storetest.Update(b, db, func(ctx context.Context, tx *store.Tx) error {
			for i := from; i < min(from+batch, n); i++ {
				if err := vault.In(tx).Add(ctx, store.Customer{ID: customerID(i), Name: names[i], Stage: "接触", Created: now}); err != nil {
					return err
				}
				if err := vault.Search(tx).PutPhone(ctx, customerID(i), customerID(i), fmt.Sprintf("138%08d", i)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	if err := fillNames(b.Context(), o.Source, names); err != nil {
		b.Fatal(err)
	}
}

func fillNames(ctx context.Context, source string, names []string) error {
	driver := "sqlite"
	if strings.HasPrefix(source, "postgres") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	add, err := tx.PrepareContext(ctx, `INSERT INTO customer_name (doc, id, customer, name, folded, plain, kind, since, until)
		VALUES ($1, $2, $2, $3, $4, $5, '名称', 1, 0)`)
	if err != nil {
		return err
	}
	defer add.Close()
	for i, name := range names {
		if _, err := add.ExecContext(ctx, i+1, customerID(i), name, vault.FoldName(name), []byte(name)); err != nil {
			return err
		}
	}
	for _, q := range []string{`DELETE FROM search_state`, fmt.Sprintf(`INSERT INTO counter (name, value) VALUES ('doc/customer_name', %d)`, len(names))} {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// invented makes names of companies as they are spread in truth: few places,
// trades and forms, many brands.
type invented struct{ r *rand.Rand }

func (v invented) one(of string) string {
	list := strings.Fields(of)
	return list[v.r.IntN(len(list))]
}

// brand is two or three ideographs, every other one of the usual.
func (v invented) brand() string {
	usual := []rune("华鑫瑞恒泰盛德隆兴嘉诚信达通联宏远博雅美亚天地人和金银铜铁山水云海东西南北春夏秋冬龙凤虎马重长单行乐都绿洲")
	var b strings.Builder
	for n := 2 + v.r.IntN(2); n > 0; {
		r := usual[v.r.IntN(len(usual))]
		if v.r.IntN(2) == 0 {
			r = rune(0x4e00 + v.r.IntN(6000))
		}
		if strings.ContainsAny(said([]rune{r}, 6), "aeiou") { // a few have no sound
			b.WriteRune(r)
			n--
		}
	}
	return b.String()
}

func (v invented) name() string {
	return v.one("北京 上海 广州 深圳 成都 重庆 大连 沈阳 天津 武汉 杭州 南京 苏州 青岛 长沙 西安 哈尔滨 厦门 宁波 佛山 内蒙古") + v.brand() +
		v.one("科技 商贸 贸易 重工 食品 机械 电子 建材 装饰 物流 化工 医药 服装 农业 能源 环保 传媒 咨询 汽车配件 生物技术") +
		v.one("有限公司 有限公司 有限公司 有限责任公司 股份有限公司 集团 集团有限公司 厂 中心")
}

// said is a text in pinyin, at most so many letters of each syllable.
func said(text []rune, letters int) string {
	var b strings.Builder
	for _, one := range pinyin.LazyPinyin(string(text), pinyin.Args{}) {
		b.WriteString(one[:min(letters, len(one))])
	}
	return b.String()
}
