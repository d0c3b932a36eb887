package vault

import (
	"context"
	"fmt"
	"slices"
	"time"

	"marketbot/store"
	"marketbot/store/internal/engine"
	"marketbot/store/internal/spelling"
)

// Kind is what a name is to its customer, as people read it.
type Kind string

// The kinds of names, and how a customer is found without one.
const (
	FullName   Kind = "名称"
	ShortName  Kind = "简称"
	FormerName Kind = "曾用名"
	ByPhone    Kind = "电话" // of a Hit only
)

// Name is a name by which a customer is found. Names rest plain.
type Name struct {
	ID       string
	Customer string // id
	Name     string // as written
	Folded   string // FoldName of it; AddName sets it
	Kind     Kind
	Since    time.Time
	Until    time.Time // zero while it counts
}

// FoldName is alike for names that may well be one company's: without blanks,
// punctuation, width and case, and without the form of the company behind
// (有限公司, 集团). A branch (分公司) is another company.
func FoldName(name string) string { return spelling.Fold(name) }

// SameName reports whether two names are one company's beyond doubt: they fold to
// the same, and no mark parts them (A&B, AB).
func SameName(a, b string) bool {
	return FoldName(a) == FoldName(b) && spelling.Signs(a) == spelling.Signs(b)
}

// AddName lets a customer be found by another name, from within the same
// transaction on. A name that is not Plain is ErrNotPlain.
func (q Names) AddName(ctx context.Context, n Name) error {
	if engine.Nowhere(n.Name) {
		return fmt.Errorf("add name: %w", store.ErrNotPlain)
	}
	var doc int64
	if _, err := q.tx.One(ctx, "number of a name", `INSERT INTO counter (name, value) VALUES ('doc/customer_name', 1)
		ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value`, nil, &doc); err != nil {
		return err
	}
	p := spelling.Plain(n.Name)
	if _, err := q.tx.Exec(ctx, "add name", `INSERT INTO customer_name (doc, id, customer, name, folded, plain, kind, since, until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)`,
		doc, n.ID, n.Customer, n.Name, FoldName(n.Name), []byte(p), string(n.Kind), engine.Millis(n.Since)); err != nil {
		return err
	}
	return indexOf(q.tx).add(ctx, q.tx, doc, spelling.Tokens(p))
}

// EndName takes a name out of what customers are found by; it stays in NamesOf.
// A name that a customer bore and gave up is to be added again as FormerName.
func (q Names) EndName(ctx context.Context, id string, at time.Time) error {
	var doc int64
	found, err := q.tx.One(ctx, "end name", `UPDATE customer_name SET until = $1 WHERE id = $2 AND until = 0 RETURNING doc`, []any{engine.Millis(at), id}, &doc)
	if err != nil || !found {
		return err
	}
	return indexOf(q.tx).drop(ctx, q.tx, doc)
}

// Names is every name that a customer has or had, oldest first.
func (q Names) Names(ctx context.Context, customer string) ([]Name, error) {
	return engine.All(ctx, q.tx, "names", `SELECT id, customer, name, folded, kind, since, until FROM customer_name WHERE customer = $1 ORDER BY doc`,
		[]any{customer}, func(scan engine.Scan) (n Name, err error) {
			err = scan(&n.ID, &n.Customer, &n.Name, &n.Folded, &n.Kind, engine.At(&n.Since), engine.At(&n.Until))
			return n, err
		})
}

// maxSimilar bounds how many similar customers are told.
const maxSimilar = 20

// Similar are those with a name, short name or former name that
// FoldName folds to the same, oldest first. It takes a name or what FoldName
// made of it.
func (q Names) Similar(ctx context.Context, folded string) ([]store.Customer, error) {
	if folded = FoldName(folded); folded == "" {
		return nil, nil
	}
	ids, err := engine.All(ctx, q.tx, "similar customers", `SELECT customer FROM customer_name WHERE folded = $1 AND until = 0
		GROUP BY customer ORDER BY MIN(doc) LIMIT $2`, []any{folded, maxSimilar}, engine.Word)
	if err != nil {
		return nil, err
	}
	return customers(ctx, q.tx, ids)
}

// With are those with a name that holds the words of a text and is wanted; it is
// asked for some hundreds of them, by letters and digits only.
func (q Names) With(ctx context.Context, text string, wanted func(name string) bool) ([]store.Customer, error) {
	f := finder{names: q, query: spelling.Read(text), most: maxSimilar}
	err := f.try(ctx, [][]string{f.query.Parts()}, func(name string) int {
		if f.query.PartAt(name) >= 0 && wanted(name) {
			return 0
		}
		return -1
	})
	if err != nil {
		return nil, err
	}
	hits, err := f.customers(ctx)
	list := make([]store.Customer, len(hits))
	for i, h := range hits {
		list[i] = h.Customer
	}
	return list, err
}

// customers are those that are there, in the order of their ids.
func customers(ctx context.Context, tx *engine.Tx, ids []string) ([]store.Customer, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := engine.Sound(ctx, tx, "customers", `SELECT `+customerColumns+` FROM customer WHERE id IN (`+engine.Marks(len(ids))+`)`, engine.Args(ids), Files{tx: tx}.scanCustomer)
	slices.SortFunc(list, func(a, b store.Customer) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return list, err
}

// WithContracts are the names of all customers that have a contract, by id;
// those whose row is damaged are left out.
func (q Files) WithContracts(ctx context.Context) (map[string]string, error) {
	list, err := engine.Sound(ctx, q.tx, "customers with contracts", `SELECT `+customerColumns+` FROM customer
		WHERE id IN (SELECT k.customer FROM contract k)`, nil, q.scanCustomer)
	names := make(map[string]string, len(list))
	for _, c := range list {
		names[c.ID] = c.Name
	}
	return names, err
}
