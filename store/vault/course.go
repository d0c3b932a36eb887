package vault

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"marketbot/store"
	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
)

// Courses are how things went from a moment on with the customers that there were
// before another: with those that are or were a person's since, or with all for "". Of
// what was before the first they hold what still tells then: the last entry, the last
// with an amount, and what told the stage. It reads no word of their files and needs no
// look. They come by their code; of what does not open nothing is in them (see
// store.Tx.Damaged).
func (q Files) Courses(ctx context.Context, owner string, since, before time.Time) ([]store.Course, error) {
	r := courses{Files: q, owner: owner, since: engine.Millis(since), before: engine.Millis(before), keys: map[string]seal.DataKey{}, at: map[string]int{}}
	for _, read := range []func(context.Context) error{r.customers, r.owners, r.entries, r.moves} {
		if err := read(ctx); err != nil {
			return nil, err
		}
	}
	for _, c := range r.list {
		slices.SortFunc(c.Entries, func(a, b store.Entry) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	}
	return r.list, nil
}

// courses are read one table after the other.
type courses struct {
	Files
	owner         string // person id; empty: all
	since, before int64  // milliseconds
	list          []store.Course
	at            map[string]int // of a customer in list
	keys          map[string]seal.DataKey
	alone         bool // some entry since tells a stage of which no move is kept, as in older programs
}

// quiet are the customers of whom no entry since is known to count: what was before
// tells of them how long ago the last progress was.
const quiet = `(c.progressed < $1 OR c.progressed >= $2)`

// theirs limits a query of some arguments to the customers that are or were the
// owner's since, if there is one.
func (r *courses) theirs(column string, args ...any) (string, []any) {
	if r.owner == "" {
		return "", args
	}
	args = append(args, r.owner, r.since)
	return fmt.Sprintf(" AND %s IN (SELECT o.customer FROM customer_owner o WHERE o.person = $%d AND (o.until = 0 OR o.until > $%d))", column, len(args)-1, len(args)), args
}

func (r *courses) customers(ctx context.Context) error {
	where, args := r.theirs("id", r.before)
	list, err := engine.Sound(ctx, r.tx, "courses", `SELECT `+customerColumns+` FROM customer WHERE created < $1`+where+` ORDER BY created, id`, args, r.scanRow)
	r.list = make([]store.Course, len(list))
	for i, k := range list {
		r.list[i].Customer, r.at[k.ID], r.keys[k.ID] = k.Customer, i, k.key
	}
	return err
}

func (r *courses) owners(ctx context.Context) error {
	where, args := r.theirs("customer", r.since, r.before)
	_, err := engine.Sound(ctx, r.tx, "owners of all", `SELECT id, customer, person, since, until, by_person, mac FROM customer_owner
		WHERE since < $2 AND (until = 0 OR until > $1)`+where+` ORDER BY customer, id`, args,
		func(scan engine.Scan) (none struct{}, err error) {
			var o Ownership
			var customer string
			var mac []byte
			if err := scan(&o.ID, &customer, &o.Person, engine.At(&o.From), engine.At(&o.Until), &o.By, &mac); err != nil {
				return none, err
			}
			i, known := r.at[customer]
			if !known {
				return none, nil
			}
			key := r.keys[customer]
			if err := key.Check(mac, o.words(customer)...); err != nil {
				return none, engine.InRow("customer_owner", o.ID, err)
			}
			r.list[i].Owners = append(r.list[i].Owners, store.Owning{Person: o.Person, From: o.From, Until: o.Until})
			return none, nil
		})
	return err
}

// moves are all that count, also those of later: where a customer was is told by the
// next one, else by where they are. Of those before it is the last one, where it may
// have been the last progress, or tell a stage beside an entry.
func (r *courses) moves(ctx context.Context) error {
	where, args := r.theirs("c.id", r.since, r.before)
	since, _ := r.theirs("m.customer", r.since, r.before)
	whose := quiet
	if r.alone {
		whose = "c.created < $2"
	}
	_, err := engine.Sound(ctx, r.tx, "moves of all", `SELECT id, customer, was, stage, at, mac FROM customer_stage WHERE id IN (
			SELECT m.id FROM customer_stage m WHERE m.undone = 0 AND m.at >= $1`+since+`
			UNION ALL SELECT (SELECT m.id FROM customer_stage m WHERE m.customer = c.id AND m.undone = 0 AND m.was <> m.stage AND m.at < $1 ORDER BY m.at DESC, m.id DESC LIMIT 1)
				FROM customer c WHERE `+whose+where+`)
		ORDER BY customer, at, id`, args,
		func(scan engine.Scan) (none struct{}, err error) {
			m, known, err := scanMove(scan, r.keys)
			if err != nil || !known {
				return none, err
			}
			i := r.at[m.customer]
			r.list[i].Moves = append(r.list[i].Moves, m.StageMove)
			return none, nil
		})
	return err
}

// entries are those since the first moment, and of those before what still tells: where
// there is none since the last one, where none has an amount the last with one, and
// those of which nobody knows whether they have an amount; where stages are told by
// entries alone, also the last with a stage.
func (r *courses) entries(ctx context.Context) error {
	where, args := r.theirs("c.id", r.since, r.before)
	if err := r.read(ctx, "progress since", `customer c CROSS JOIN progress p WHERE p.customer = c.id AND p.undone = 0 AND p.at >= $1 AND p.at < $2`+where, args); err != nil {
		return err
	}
	last := func(condition string) string {
		return `(SELECT CASE WHEN l.at < $1 THEN l.id END FROM progress l WHERE l.customer = c.id AND l.undone = 0` + condition + ` ORDER BY l.at DESC, l.id DESC LIMIT 1)`
	}
	ids := `SELECT ` + last(" AND l.at < $2") + ` FROM customer c WHERE ` + quiet + where + `
		UNION ALL SELECT ` + last(" AND l.at < $2 AND l.priced = 1") + ` FROM customer c WHERE c.id <> ''` + where + `
		UNION ALL SELECT l.id FROM progress l WHERE l.priced = 2 AND l.undone = 0 AND l.at < $1`
	if r.alone {
		ids += ` UNION ALL SELECT ` + last(` AND l.at < $1 AND l.stage <> '' AND NOT EXISTS (SELECT 1 FROM customer_stage m WHERE m.customer = l.customer AND m.at = l.at AND m.undone = 0)`) + `
			FROM customer c WHERE NOT EXISTS (SELECT 1 FROM customer_stage m WHERE m.customer = c.id AND m.undone = 0 AND m.was <> m.stage AND m.at < $1)` + where
	}
	return r.read(ctx, "progress before", `progress p WHERE p.id IN (`+ids+`)`, args)
}

// read adds the entries that a query finds to the courses of their customers. A stage
// that a move tells, too, is left to the move.
func (r *courses) read(ctx context.Context, what, from string, args []any) error {
	const moved = `p.stage <> '' AND EXISTS (SELECT 1 FROM customer_stage m WHERE m.customer = p.customer AND m.at = p.at AND m.undone = 0)`
	_, err := engine.Sound(ctx, r.tx, what, `SELECT `+progressColumns+`, `+moved+` FROM `+from, args,
		func(scan engine.Scan) (none struct{}, err error) {
			var moved bool
			sealed, err := scanProgress(scan, &moved)
			if err != nil {
				return none, err
			}
			i, known := r.at[sealed.Customer]
			if !known {
				return none, nil
			}
			p, err := sealed.unseal(r.keys[sealed.Customer])
			if err != nil {
				return none, err
			}
			if moved {
				p.Stage = ""
			}
			r.alone = r.alone || p.Stage != "" && engine.Millis(p.At) >= r.since
			r.list[i].Entries = append(r.list[i].Entries, store.Entry{ID: p.ID, At: p.At, Stage: p.Stage, Amount: p.Amount, Next: p.Next})
			return none, nil
		})
	return err
}

// DueStep is what is to be done with a customer on a day that has come.
type DueStep struct {
	store.Customer
	store.Entry
}

// StepsDue lists the next steps of a day and of those before it which no later
// entry ended, the longest due first; of a person's customers, of all for "".
func (q Files) StepsDue(ctx context.Context, day store.Day, owner string) ([]DueStep, error) {
	return engine.Sound(ctx, q.tx, "steps due", `SELECT `+customerColumns+`, `+progressColumns+` FROM progress p JOIN customer ON customer.id = p.customer
		WHERE p.next_day <> '' AND p.next_day <= $1 AND p.undone = 0 AND ($2 = '' OR customer.owner = $3)
		AND NOT EXISTS (SELECT 1 FROM progress later WHERE later.customer = p.customer AND later.undone = 0 AND (later.at > p.at OR later.at = p.at AND later.id > p.id))
		ORDER BY p.next_day, p.id`, []any{string(day), owner, owner}, q.scanStep)
}

func (q Files) scanStep(scan engine.Scan) (DueStep, error) {
	var k keptCustomer
	sealed, err := scanProgress(func(into ...any) (err error) {
		k, err = scanKept(scan, into...)
		return err
	})
	if err == nil {
		err = q.unlock(&k)
	}
	if err != nil {
		return DueStep{}, err
	}
	p, err := sealed.unseal(k.key)
	return DueStep{k.Customer, store.Entry{ID: p.ID, At: p.At, Stage: p.Stage, Amount: p.Amount, Next: p.Next}}, err
}
