package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"marketbot/store/internal/engine"
	"marketbot/store/internal/spelling"
)

const personColumns = `p.id, p.name, p.post, p.duties, p.since, p.until, p.awaits, p.notice, p.notice_ends, p.proof`

// scan reads a person. Whoever is not what was sealed beside them is Forged, and
// has no post and no duty.
func (q People) scan(scan engine.Scan) (Person, error) {
	p, proof, err := scanPersonRow(scan)
	if err == nil && Grants(q).proven(p.proof(), proof, "person", p.ID) != nil {
		p.Post, p.Duties, p.Awaits, p.Notice, p.Ends, p.Forged = "", nil, "", "", time.Time{}, true
	}
	return p, err
}

func scanPersonRow(scan engine.Scan) (p Person, proof []byte, err error) {
	var duties string
	err = scan(&p.ID, &p.Name, &p.Post, &duties, engine.At(&p.Since), engine.At(&p.Until), &p.Awaits, &p.Notice, engine.At(&p.Ends), &proof)
	p.Duties = splitDuties(duties)
	return p, proof, err
}

// proof is all that a person's row says, to rest sealed beside it. A notice stands
// in it only where there is one, as rows were sealed before there were any.
func (p Person) proof() string {
	words := []string{p.Name, string(p.Post), joinDuties(p.Duties), millis(p.Since), millis(p.Until), string(p.Awaits)}
	if p.InNotice() {
		words = append(words, string(p.Notice), millis(p.Ends))
	}
	return proofOf(words...)
}

// vouch seals a person's row as it is. Only what the store itself has just
// written is vouched for.
func (q People) vouch(ctx context.Context, id string) error {
	list, err := engine.Sound(ctx, q.tx, "person", `SELECT `+personColumns+` FROM person p WHERE p.id = $1`, []any{id}, func(scan engine.Scan) (Person, error) {
		p, _, err := scanPersonRow(scan)
		return p, err
	})
	if err != nil || len(list) == 0 {
		return err
	}
	_, err = q.tx.Exec(ctx, "vouch for a person", `UPDATE person SET proof = $1 WHERE id = $2`, q.tx.SealText(list[0].proof(), "person", id, "proof"), id)
	return err
}

// set changes a person's row, by a statement that has the id first. What somebody
// else wrote there goes: it must not be vouched for.
func (q People) set(ctx context.Context, what, query, id string, args ...any) error {
	p, found, err := q.ByID(ctx, id)
	if err == nil && found && p.Forged {
		_, err = q.tx.Exec(ctx, "take away what was forged", `UPDATE person SET post = '', duties = '', awaits = '' WHERE id = $1`, id)
	}
	if err != nil {
		return err
	}
	if _, err := q.tx.Exec(ctx, what, query, append([]any{id}, args...)...); err != nil {
		return err
	}
	return q.vouch(ctx, id)
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

// ByID is a person by id, active or not.
func (q People) ByID(ctx context.Context, id string) (Person, bool, error) {
	list, err := engine.Sound(ctx, q.tx, "person", `SELECT `+personColumns+` FROM person p WHERE p.id = $1`, []any{id}, q.scan)
	return engine.First(list), len(list) > 0, err
}

// Named is the active person of a name.
func (q People) Named(ctx context.Context, name string) (Person, bool, error) {
	if engine.Nowhere(name) {
		return Person{}, false, nil
	}
	list, err := engine.Sound(ctx, q.tx, "person by name", `SELECT `+personColumns+` FROM person p WHERE p.name = $1 AND p.until = 0`, []any{name}, q.scan)
	return engine.First(list), len(list) > 0, err
}

// Alike is an active person whose name is this one, or reads like it: capitals, width,
// marks, traditional characters and letters that look alike make no other.
func (q People) Alike(ctx context.Context, name string) (Person, bool, error) {
	if p, found, err := q.Named(ctx, name); err != nil || found {
		return p, found, err
	}
	all, err := q.Active(ctx)
	i := slices.IndexFunc(all, func(p Person) bool { return ReadsAs(p.Name) == ReadsAs(name) })
	if err != nil || i < 0 {
		return Person{}, false, err
	}
	return all[i], true, nil
}

// ReadsAs is the same for names that nobody can tell apart, see [People.Alike].
func ReadsAs(name string) string { return spelling.Plain(name) }

// StoppedNamed is who was stopped last of those who had a name and are not
// active.
func (q People) StoppedNamed(ctx context.Context, name string) (Person, bool, error) {
	if engine.Nowhere(name) {
		return Person{}, false, nil
	}
	list, err := engine.All(ctx, q.tx, "stopped person by name", `SELECT `+personColumns+` FROM person p WHERE p.name = $1 AND p.until <> 0
		ORDER BY p.until DESC, p.id DESC LIMIT 1`, []any{name}, q.scan)
	return engine.First(list), len(list) > 0, err
}

// Active lists the active persons, by registration, without those whose row was
// changed behind the store's back.
func (q People) Active(ctx context.Context) ([]Person, error) {
	list, err := engine.Sound(ctx, q.tx, "people", `SELECT `+personColumns+` FROM person p WHERE p.until = 0 ORDER BY p.since, p.id`, nil, q.scan)
	return slices.DeleteFunc(list, func(p Person) bool { return p.Forged }), err
}

// Forged lists whoever's row was made or changed behind the store's back.
func (q People) Forged(ctx context.Context) ([]Person, error) {
	list, err := engine.Sound(ctx, q.tx, "forged people", `SELECT `+personColumns+` FROM person p ORDER BY p.id`, nil, q.scan)
	return slices.DeleteFunc(list, func(p Person) bool { return !p.Forged }), err
}

// Check comes upon every person and account whose row was made or changed behind
// the store's back.
func (q People) Check(ctx context.Context) error {
	people, err := q.Forged(ctx)
	for _, p := range people {
		q.tx.Note(p.damage())
	}
	if err != nil {
		return err
	}
	accounts, err := Accounts(q).Forged(ctx)
	for _, a := range accounts {
		q.tx.Note(a.damage())
	}
	return err
}

// damage is a person's row that was changed behind the store's back.
func (p Person) damage() Damage { return Damage{Table: "person", Row: p.ID} }

// Holding lists the active persons of a post, or of a duty, by registration.
func (q People) Holding(ctx context.Context, post Post, duty Duty) ([]Person, error) {
	list, err := engine.Sound(ctx, q.tx, "people holding", `SELECT `+personColumns+` FROM person p
		WHERE p.until = 0 AND ($1 <> '' AND p.post = $1 OR $2 <> '' AND ',' || p.duties || ',' LIKE '%,' || $2 || ',%') ORDER BY p.since, p.id`, []any{string(post), string(duty)}, q.scan)
	return slices.DeleteFunc(list, func(p Person) bool { // forged ones among them
		return (post == "" || p.Post != post) && (duty == "" || !p.Has(duty))
	}), err
}

// Add registers a person with a post.
func (q People) Add(ctx context.Context, p Person) error {
	fresh := p
	fresh.Until = time.Time{}
	if _, err := q.tx.Exec(ctx, "add person", `INSERT INTO person (id, name, post, duties, since, until, awaits, proof) VALUES ($1, $2, $3, $4, $5, 0, $6, $7)`,
		p.ID, p.Name, string(p.Post), joinDuties(p.Duties), engine.Millis(p.Since), string(p.Awaits), q.tx.SealText(fresh.proof(), "person", p.ID, "proof")); err != nil {
		return err
	}
	if err := q.hold(ctx, p.ID, "post", string(p.Post), p.Since); err != nil {
		return err
	}
	for _, d := range p.Duties {
		if err := q.hold(ctx, p.ID, "duty", string(d), p.Since); err != nil {
			return err
		}
	}
	return nil
}

// Reinstate makes a stopped person active again from at on, with the post,
// duties and awaited post of p; the time in between stays a gap in their
// history. The name must be free.
func (q People) Reinstate(ctx context.Context, p Person, at time.Time) error {
	if err := q.set(ctx, "reinstate person", `UPDATE person SET until = 0, post = $2, duties = $3, awaits = $4 WHERE id = $1 AND until <> 0`,
		p.ID, string(p.Post), joinDuties(p.Duties), string(p.Awaits)); err != nil {
		return err
	}
	if err := q.hold(ctx, p.ID, "post", string(p.Post), at); err != nil {
		return err
	}
	for _, d := range p.Duties {
		if err := q.hold(ctx, p.ID, "duty", string(d), at); err != nil {
			return err
		}
	}
	return nil
}
