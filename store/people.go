package store

import (
	"context"
	"strings"
	"time"

	"marketbot/store/internal/engine"
)

const personColumns = `p.id, p.name, p.post, p.duties, p.since, p.until`

func scanPerson(scan engine.Scan) (Person, error) {
	var p Person
	var since, until int64
	var duties string
	err := scan(&p.ID, &p.Name, &p.Post, &duties, &since, &until)
	p.Since, p.Until, p.Duties = engine.Moment(since), engine.Moment(until), splitDuties(duties)
	return p, err
}

func splitDuties(s string) []Duty {
	var list []Duty
	for d := range strings.SplitSeq(s, ",") {
		if d != "" {
			list = append(list, Duty(d))
		}
	}
	return list
}

func joinDuties(list []Duty) string {
	var b strings.Builder
	for i, d := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(string(d))
	}
	return b.String()
}

// PersonBy is the active person of an account.
func (tx *Tx) PersonBy(ctx context.Context, platform, account string) (Person, bool, error) {
	list, err := engine.All(ctx, tx.e, "person by account", `SELECT `+personColumns+` FROM account a JOIN person p ON p.id = a.person
		WHERE a.platform = $1 AND a.id = $2 AND p.until = 0`, []any{platform, account}, scanPerson)
	return engine.First(list), len(list) > 0, err
}

// Person is a person by id, active or not.
func (tx *Tx) Person(ctx context.Context, id string) (Person, bool, error) {
	list, err := engine.All(ctx, tx.e, "person", `SELECT `+personColumns+` FROM person p WHERE p.id = $1`, []any{id}, scanPerson)
	return engine.First(list), len(list) > 0, err
}

// PersonNamed is the active person of a name.
func (tx *Tx) PersonNamed(ctx context.Context, name string) (Person, bool, error) {
	if engine.Nowhere(name) {
		return Person{}, false, nil
	}
	list, err := engine.All(ctx, tx.e, "person by name", `SELECT `+personColumns+` FROM person p WHERE p.name = $1 AND p.until = 0`, []any{name}, scanPerson)
	return engine.First(list), len(list) > 0, err
}

// StoppedNamed is who was stopped last of those who had a name and are not
// active.
func (tx *Tx) StoppedNamed(ctx context.Context, name string) (Person, bool, error) {
	if engine.Nowhere(name) {
		return Person{}, false, nil
	}
	list, err := engine.All(ctx, tx.e, "stopped person by name", `SELECT `+personColumns+` FROM person p WHERE p.name = $1 AND p.until <> 0
		ORDER BY p.until DESC, p.id DESC LIMIT 1`, []any{name}, scanPerson)
	return engine.First(list), len(list) > 0, err
}

// People lists the active persons, by registration.
func (tx *Tx) People(ctx context.Context) ([]Person, error) {
	return engine.All(ctx, tx.e, "people", `SELECT `+personColumns+` FROM person p WHERE p.until = 0 ORDER BY p.since, p.id`, nil, scanPerson)
}

// Holding lists the active persons of a post, or of a duty, by registration.
func (tx *Tx) Holding(ctx context.Context, post Post, duty Duty) ([]Person, error) {
	people, err := tx.People(ctx)
	var list []Person
	for _, p := range people {
		if post != "" && p.Post == post || duty != "" && p.Has(duty) {
			list = append(list, p)
		}
	}
	return list, err
}

// AddPerson registers a person with a post.
func (tx *Tx) AddPerson(ctx context.Context, p Person) error {
	if _, err := tx.e.Exec(ctx, "add person", `INSERT INTO person (id, name, post, duties, since, until) VALUES ($1, $2, $3, $4, $5, 0)`,
		p.ID, p.Name, string(p.Post), joinDuties(p.Duties), engine.Millis(p.Since)); err != nil {
		return err
	}
	if err := tx.hold(ctx, p.ID, "post", string(p.Post), p.Since); err != nil {
		return err
	}
	for _, d := range p.Duties {
		if err := tx.hold(ctx, p.ID, "duty", string(d), p.Since); err != nil {
			return err
		}
	}
	return nil
}

// ReinstatePerson makes a stopped person active again from at on, with the post
// and duties of before; the time in between stays a gap in their history. The
// name must be free.
func (tx *Tx) ReinstatePerson(ctx context.Context, p Person, at time.Time) error {
	if _, err := tx.e.Exec(ctx, "reinstate person", `UPDATE person SET until = 0 WHERE id = $1 AND until <> 0`, p.ID); err != nil {
		return err
	}
	if err := tx.hold(ctx, p.ID, "post", string(p.Post), at); err != nil {
		return err
	}
	for _, d := range p.Duties {
		if err := tx.hold(ctx, p.ID, "duty", string(d), at); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) hold(ctx context.Context, person, kind, name string, since time.Time) error {
	_, err := tx.e.Exec(ctx, "hold "+kind, `INSERT INTO tenure (id, person, kind, name, since, until) VALUES ($1, $2, $3, $4, $5, 0)`,
		tx.NewID(since), person, kind, name, engine.Millis(since))
	return err
}

// Account is one platform's account of a person.
type Account struct {
	Platform, ID, Person string
	Used                 time.Time
}

// Bind joins an account to a person, taking it from whoever had it.
func (tx *Tx) Bind(ctx context.Context, a Account, at time.Time) error {
	_, err := tx.e.Exec(ctx, "bind", `INSERT INTO account (platform, id, person, bound, used) VALUES ($1, $2, $3, $4, $4)
		ON CONFLICT (platform, id) DO UPDATE SET person = excluded.person, bound = excluded.bound, used = excluded.used`, a.Platform, a.ID, a.Person, engine.Millis(at))
	return err
}

// UseAccount notes that a person wrote from an account: pushes go to the one used last.
func (tx *Tx) UseAccount(ctx context.Context, platform, id string, at time.Time) error {
	_, err := tx.e.Exec(ctx, "use account", `UPDATE account SET used = $1 WHERE platform = $2 AND id = $3 AND used < $1`, engine.Millis(at), platform, id)
	return err
}

// Accounts lists the accounts of everyone active, the one used last first.
func (tx *Tx) Accounts(ctx context.Context) ([]Account, error) {
	return engine.All(ctx, tx.e, "accounts", `SELECT a.platform, a.id, a.person, a.used FROM account a JOIN person p ON p.id = a.person
		WHERE p.until = 0 ORDER BY a.used DESC, a.bound DESC, a.platform, a.id`, nil,
		func(scan engine.Scan) (Account, error) {
			var a Account
			var used int64
			err := scan(&a.Platform, &a.ID, &a.Person, &used)
			a.Used = engine.Moment(used)
			return a, err
		})
}
