package vault

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"marketbot/store"
	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
)

// Progress is an entry of how things go with a customer.
type Progress struct {
	ID       string
	Customer string
	Author   string // person id
	At       time.Time
	Words    string
	Stage    string    // empty: not told
	Amount   int64     // 分; 0: not told
	Undone   time.Time // zero while it counts
	Next     store.NextStep
}

// told is the column of words with their amount in front, as it is sealed: what a
// customer is worth is for whoever opens the file.
const told = "told"

// words are what a sealed column is bound to: the stage cannot be changed in
// silence, nor the day of the next step, nor an amount that rests in plain, as
// older programs left it beside their "words".
func (p Progress) words(column string) []string {
	list := []string{"progress", p.ID, column, p.Customer, p.Author, ms(p.At), p.Stage, strconv.FormatInt(p.Amount, 10)}
	if p.Next.Day != "" {
		list = append(list, string(p.Next.Day))
	}
	return list
}

// seal closes words and amount.
func (p Progress) seal(key seal.DataKey) []byte {
	plain := fmt.Appendf(nil, "%d %s", p.Amount, p.Words)
	p.Amount = 0 // none rests beside them
	return key.Seal(plain, p.words(told)...)
}

// sealStep closes what is to be done next; nothing where there is none.
func (p Progress) sealStep(key seal.DataKey) []byte {
	if p.Next.Day == "" {
		return nil
	}
	p.Amount = 0
	return key.Seal([]byte(p.Next.What), p.words("step")...)
}

// AddProgress keeps an entry under p.ID. It does not move the customer's stage.
func (q Files) AddProgress(ctx context.Context, p Progress) error {
	if !store.Plain(p.Stage) {
		return fmt.Errorf("add progress: %w", store.ErrNotPlain)
	}
	c, err := q.kept(ctx, p.Customer)
	if err != nil {
		return err
	}
	if _, err := q.tx.Exec(ctx, "add progress", `INSERT INTO progress (id, customer, author, at, words, stage, amount, undone, next_day, step, priced)
		VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, $8, $9)`, p.ID, p.Customer, p.Author, engine.Millis(p.At), p.seal(c.key), p.Stage, string(p.Next.Day), p.sealStep(c.key), engine.Flag(p.Amount != 0)); err != nil {
		return err
	}
	if p.Stage != "" && p.Stage == c.Stage { // that it was told is not to be taken for a move of which nothing is kept
		if err := q.addMove(ctx, c, store.StageMove{At: p.At, Was: p.Stage, Stage: p.Stage}); err != nil {
			return err
		}
	}
	_, err = q.tx.Exec(ctx, "note progress", `UPDATE customer SET progressed = $1 WHERE id = $2 AND progressed < $1`, engine.Millis(p.At), p.Customer)
	return err
}

// UndoProgress takes an entry back; false when it did not count. It stays in
// the history. The customer's stage is not moved.
func (q Files) UndoProgress(ctx context.Context, id string, at time.Time) (bool, error) {
	n, err := q.tx.Exec(ctx, "undo progress", `UPDATE progress SET undone = $1 WHERE id = $2 AND undone = 0`, engine.Millis(at), id)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = q.tx.Exec(ctx, "forget progress", `UPDATE customer SET progressed =
			COALESCE((SELECT MAX(p.at) FROM progress p WHERE p.customer = customer.id AND p.undone = 0), created)
		WHERE id = (SELECT p.customer FROM progress p WHERE p.id = $1)`, id)
	return err == nil, err
}

const progressColumns = `p.id, p.customer, p.author, p.at, p.words, p.stage, p.amount, p.undone, p.next_day, p.step`

// sealedProgress is an entry whose words and next step are still sealed.
type sealedProgress struct {
	Progress
	words, step []byte
}

// scanProgress reads an entry, and what follows it into more.
func scanProgress(scan engine.Scan, more ...any) (p sealedProgress, err error) {
	into := []any{&p.ID, &p.Customer, &p.Author, engine.At(&p.At), &p.words, &p.Stage, &p.Amount, engine.At(&p.Undone), &p.Next.Day, &p.step}
	err = scan(append(into, more...)...)
	return p, err
}

// unseal opens words, amount and next step with the customer's key.
func (s sealedProgress) unseal(key seal.DataKey) (Progress, error) {
	p := s.Progress
	if p.Next.Day != "" || len(s.step) > 0 {
		what, err := key.Open(s.step, p.words("step")...)
		if err != nil {
			return Progress{}, engine.InRow("progress", p.ID, err)
		}
		p.Next.What = string(what)
	}
	if plain, err := key.Open(s.words, p.words(told)...); err == nil {
		amount, words, _ := strings.Cut(string(plain), " ")
		p.Words = words
		p.Amount, err = strconv.ParseInt(amount, 10, 64)
		return p, err
	}
	words, err := key.Open(s.words, p.words("words")...)
	if err != nil {
		return Progress{}, engine.InRow("progress", p.ID, err)
	}
	p.Words = string(words)
	return p, nil
}

// progressOf lists every entry of a customer, undone ones too, oldest first.
func (q Files) progress(ctx context.Context, c keptCustomer) ([]Progress, error) {
	return engine.All(ctx, q.tx, "progress of", `SELECT `+progressColumns+` FROM progress p WHERE p.customer = $1 ORDER BY p.at, p.id`, []any{c.ID},
		func(scan engine.Scan) (Progress, error) {
			p, err := scanProgress(scan)
			if err != nil {
				return Progress{}, err
			}
			return p.unseal(c.key)
		})
}

// OwnProgress lists what a person entered in [from, to) and did not take back,
// oldest first: their own words, which need no look into a file.
func (q Files) OwnProgress(ctx context.Context, person string, from, to time.Time) ([]Progress, error) {
	return engine.Sound(ctx, q.tx, "own progress", `SELECT `+progressColumns+`, c.data_key FROM progress p JOIN customer c ON c.id = p.customer
		WHERE p.author = $1 AND p.at >= $2 AND p.at < $3 AND p.undone = 0 ORDER BY p.at, p.id`, []any{person, engine.Millis(from), engine.Millis(to)},
		func(scan engine.Scan) (Progress, error) {
			p, _, err := q.unlockProgress(scan)
			return p, err
		})
}

// CountProgress is how many entries everybody made in [from, to) and did not take
// back.
func (q Files) CountProgress(ctx context.Context, from, to time.Time) (map[string]int, error) {
	return q.counted(ctx, "count progress", `SELECT g.author, COUNT(*) FROM person p CROSS JOIN progress g
		WHERE g.author = p.id AND g.at >= $1 AND g.at < $2 AND g.undone = 0 GROUP BY g.author`, from, to)
}

// CountNew is how many files everybody made in [from, to).
func (q Files) CountNew(ctx context.Context, from, to time.Time) (map[string]int, error) {
	return q.counted(ctx, "count new customers", `SELECT author, COUNT(*) FROM customer WHERE created >= $1 AND created < $2 GROUP BY author`, from, to)
}

func (q Files) counted(ctx context.Context, what, query string, from, to time.Time) (map[string]int, error) {
	n := map[string]int{}
	return n, engine.Each(ctx, q.tx, what, query, []any{engine.Millis(from), engine.Millis(to)}, func(scan engine.Scan) error {
		var person string
		var k int
		err := scan(&person, &k)
		n[person] = k
		return err
	})
}

// unlockProgress reads an entry that the wrap of its customer's key follows.
func (q Files) unlockProgress(scan engine.Scan) (p Progress, key seal.DataKey, err error) {
	var wrapped []byte
	sealed, err := scanProgress(scan, &wrapped)
	if err != nil {
		return p, key, err
	}
	if key, err = q.customerKey(wrapped, sealed.Customer); err != nil {
		return p, key, engine.InRow("customer", sealed.Customer, err)
	}
	p, err = sealed.unseal(key)
	return p, key, err
}

// plainAmount is what finds the entries whose amount rests in plain, or of which it is
// not known whether they have one.
const plainAmount = `(amount <> 0 OR priced = 2)`

// plainAmounts lists those entries, by their ids.
func (q Files) plainAmounts(ctx context.Context) ([]string, error) {
	return engine.All(ctx, q.tx, "plain amounts", `SELECT id FROM progress WHERE `+plainAmount, nil, engine.Word)
}

// sealAmounts is how many amounts are sealed in one transaction: others write
// between.
const sealAmounts = 100

// sealPlain seals the amounts that older programs left in plain in some entries, and
// notes which of these have one. What does not open stays.
func (q Files) sealPlain(ctx context.Context, ids []string) error {
	type plain struct {
		Progress
		key seal.DataKey
	}
	list, err := engine.Sound(ctx, q.tx, "plain amounts", `SELECT `+progressColumns+`, c.data_key FROM progress p JOIN customer c ON c.id = p.customer
		WHERE p.id IN (`+engine.Marks(len(ids))+`) AND `+plainAmount, engine.Args(ids), func(scan engine.Scan) (one plain, err error) {
		one.Progress, one.key, err = q.unlockProgress(scan)
		return one, err
	})
	for i := 0; err == nil && i < len(list); i++ {
		_, err = q.tx.Exec(ctx, "seal an amount", `UPDATE progress SET words = $1, amount = 0, priced = $2 WHERE id = $3 AND `+plainAmount,
			list[i].seal(list[i].key), engine.Flag(list[i].Amount != 0), list[i].ID)
	}
	return err
}
