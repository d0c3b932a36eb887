package vault

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"marketbot/store"
	"marketbot/store/internal/engine"
	"marketbot/store/internal/spelling"
)

// Hit is a customer that was found, and by what.
type Hit struct {
	Customer store.Customer
	Name     string // the name that was found; the customer's own for ByPhone
	Kind     Kind   // of it
}

// Find are at most most customers for what a person typed, the best
// first: a whole name, a short or former one, the beginning of a name, a part
// (several words: all of them), its sound (jingxi), the first letters of that
// (jx), the last four digits of a phone or all of it. It finds what was added
// in the same transaction.
func (q Names) Find(ctx context.Context, text string, most int) ([]Hit, error) {
	f := finder{names: q, query: spelling.Read(text), most: most}
	return f.find(ctx)
}

// find takes the steps, the better ones first, until there are enough.
func (f *finder) find(ctx context.Context) ([]Hit, error) {
	if f.query.Plain == "" || f.most < 1 {
		return nil, nil
	}
	for _, step := range []func(context.Context) error{f.beginnings, f.parts, f.spelled, f.begun, f.initials, f.phones} {
		if err := step(ctx); err != nil {
			return nil, err
		}
		if len(f.hits) >= f.most {
			break
		}
	}
	return f.customers(ctx)
}

// nameRow is a name as it is compared.
type nameRow struct {
	doc      int64
	customer string
	name     string
	plain    string
	kind     Kind
}

const nameColumns = `n.doc, n.customer, n.name, n.plain, n.kind`

func scanName(scan engine.Scan) (n nameRow, err error) {
	err = scan(&n.doc, &n.customer, &n.name, &n.plain, &n.kind)
	return n, err
}

// finder gathers hits, the better steps first.
type finder struct {
	query spelling.Query
	names Names
	most  int
	hits  []Hit     // of their customers only the id is known yet
	late  []nameRow // not in the index yet
	read  bool      // late

	limited bool // to the customers of these names
	among   []nameRow
}

// match is a name that fits, and where in it.
type match struct {
	nameRow
	at int
}

// keep adds the customers of names that fit: what fits at the beginning
// before the others, short before long, today's names before former ones.
func (f *finder) keep(names []match) {
	slices.SortFunc(names, func(a, b match) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(len(a.plain), len(b.plain)),
			cmp.Compare(a.kind.order(), b.kind.order()), cmp.Compare(a.plain, b.plain), cmp.Compare(a.doc, b.doc))
	})
	for _, n := range names {
		f.hit(n.customer, n.name, n.kind)
	}
}

// hit adds a customer, once.
func (f *finder) hit(id, name string, kind Kind) {
	if len(f.hits) < f.most && !slices.ContainsFunc(f.hits, func(h Hit) bool { return h.Customer.ID == id }) {
		f.hits = append(f.hits, Hit{store.Customer{ID: id}, name, kind})
	}
}

// customers reads the customers of the hits.
func (f *finder) customers(ctx context.Context) ([]Hit, error) {
	ids := make([]string, len(f.hits))
	for i, h := range f.hits {
		ids[i] = h.Customer.ID
	}
	read, err := customers(ctx, f.names.tx, ids)
	if err != nil {
		return nil, err
	}
	var list []Hit
	for _, c := range read {
		h := f.hits[slices.Index(ids, c.ID)]
		if h.Customer = c; h.Kind == ByPhone {
			h.Name = c.Name
		}
		list = append(list, h)
	}
	return list, nil
}

func (k Kind) order() int { return slices.Index([]Kind{FullName, ShortName, FormerName}, k) }

// beginnings are names that begin with the text; the first of them in the
// order of the index are those that are the text.
func (f *finder) beginnings(ctx context.Context) error {
	if f.limited {
		f.keep(fitting(f.among, func(name string) int {
			if strings.HasPrefix(name, f.query.Plain) {
				return 0
			}
			return -1
		}))
		return nil
	}
	names, err := engine.All(ctx, f.names.tx, "names by beginning", `SELECT `+nameColumns+` FROM customer_name n
		WHERE n.plain >= $1 AND n.plain < $2 AND n.until = 0 ORDER BY n.plain LIMIT $3`,
		[]any{[]byte(f.query.Plain), append([]byte(f.query.Plain), 0xff), 4 * f.most}, scanName)
	if err != nil {
		return err
	}
	f.keep(fitting(names, func(string) int { return 0 }))
	return nil
}

// parts are names with the text in them, or with all its words.
func (f *finder) parts(ctx context.Context) error {
	return f.try(ctx, [][]string{f.query.Parts()}, f.query.PartAt)
}

// spelled are names that sound like the text.
func (f *finder) spelled(ctx context.Context) error {
	return f.try(ctx, f.query.Spelled(), f.query.SoundsAt)
}

// begun are names that sound like the text, when its last syllable is only
// begun and nothing better was found.
func (f *finder) begun(ctx context.Context) error {
	if len(f.hits) > 0 {
		return nil
	}
	return f.try(ctx, f.query.Begun(), f.query.SoundsAt)
}

// initials are names whose sounds begin with the letters. So many letters that
// sound like a name are not meant so.
func (f *finder) initials(ctx context.Context) error {
	if len(f.hits) > 0 && f.query.Long() {
		return nil
	}
	return f.try(ctx, [][]string{f.query.Initials()}, f.query.InitialsAt)
}

func (f *finder) phones(ctx context.Context) error {
	if f.query.Digits == "" {
		return nil
	}
	most := 2 * f.most
	if f.limited {
		most = phonesRead
	}
	ids, err := f.names.phones(ctx, f.query.Digits, most)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !f.limited || slices.ContainsFunc(f.among, func(n nameRow) bool { return n.customer == id }) {
			f.hit(id, "", ByPhone)
		}
	}
	return nil
}

// few and many are how many names the index is asked for, at least: at first,
// and when too many of those did not fit.
const (
	few  = 12
	many = 512
)

// try keeps the names that have all tokens of one of the ways and fit; fit
// tells where, or -1.
func (f *finder) try(ctx context.Context, ways [][]string, fit func(plain string) int) error {
	ways = slices.DeleteFunc(ways, func(tokens []string) bool { return len(tokens) == 0 })
	if len(ways) == 0 {
		return nil
	}
	if f.limited {
		f.keep(fitting(f.among, fit))
		return nil
	}
	late, err := f.unindexed(ctx)
	if err != nil {
		return err
	}
	var fits []match
	for _, limit := range []int{max(few, 2*f.most), max(many, 4*f.most)} {
		names, err := indexOf(f.names.tx).names(ctx, f.names.tx, ways, limit)
		if err != nil {
			return err
		}
		if fits = fitting(names, fit); len(names) < limit || len(fits) >= f.most {
			break
		}
	}
	f.keep(append(fits, fitting(late, fit)...))
	return nil
}

func fitting(names []nameRow, fit func(plain string) int) []match {
	var list []match
	for _, n := range names {
		if at := fit(n.plain); at >= 0 {
			list = append(list, match{n, at})
		}
	}
	return list
}
