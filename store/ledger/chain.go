package ledger

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
)

// The chain binds every entry of the audit to all before it, so that one that
// is edited, deleted, inserted or moved is found, and a cut tail by the head.
//
// Entries commit under their own MAC and are linked soon after, so that nobody
// who writes one waits for another. They are numbered as they are linked, not
// by id: one that comes late has an earlier id than some that are linked.
//
// A link's sum is keyed with the chain's own key, which rests sealed. It says
// nothing about what an entry says, and stays what it is when secret_key
// changes, so that a head that somebody wrote down is known for ever. The head
// rests sealed under secret_key: whoever learns an old key cannot cut the tail.

// Head is the chain's last link as it was laid.
type Head struct {
	Seq    int64 // how many links; 0: none yet
	At     time.Time
	sum    []byte
	linked *tally // of the entries that were counted; nil: laid by a program that did not count
}

// codeLetters are those of codes that people copy: none looks like another.
const codeLetters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// headLetters is how much of a sum a head's code shows.
const headLetters = 10

// Code is the head for people: 1823-K7QXM2PA9D. It gives nothing away and
// fits no other history.
func (h Head) Code() string {
	b := make([]byte, min(headLetters, len(h.sum)))
	for i := range b {
		b[i] = codeLetters[int(h.sum[i])%len(codeLetters)]
	}
	return strconv.FormatInt(h.Seq, 10) + "-" + string(b)
}

func (h Head) rest() []byte {
	return fmt.Appendf(nil, headMark+"%d %d %s%s", h.Seq, engine.Millis(h.At), h.linked.rest(), h.sum)
}

// headMark stands before heads that say what was linked. Programs that do not
// count cannot read those, and lay no links beside one that does.
const headMark = "counted "

func headFrom(b []byte) (Head, error) {
	b, counted := bytes.CutPrefix(b, []byte(headMark))
	part := bytes.SplitN(b, []byte(" "), 3)
	if len(part) != 3 {
		return Head{}, errors.New("not a head")
	}
	seq, err1 := strconv.ParseInt(string(part[0]), 10, 64)
	at, err2 := strconv.ParseInt(string(part[1]), 10, 64)
	h := Head{Seq: seq, At: engine.Moment(at), sum: part[2]}
	if err := errors.Join(err1, err2); err != nil || !counted {
		return h, err
	}
	n := min(tallySize, len(h.sum))
	linked, err := tallyFrom(h.sum[:n])
	h.linked, h.sum = &linked, h.sum[n:]
	return h, err
}

// chainState is a sealed value of the chain: nil when there is none. The error
// of one that does not open is ErrNoKey or ErrTampered.
func (q Ledger) state(ctx context.Context, name string) ([]byte, error) {
	var sealed []byte
	found, err := q.tx.One(ctx, "chain "+name, `SELECT value FROM chain_state WHERE name = $1`, []any{name}, &sealed)
	if err != nil || !found {
		return nil, err
	}
	return q.openState(name, sealed)
}

func (q Ledger) openState(name string, sealed []byte) ([]byte, error) {
	plain, err := q.tx.Keys().Open(sealed, "chain_state", name, "value")
	if err != nil && !errors.Is(err, seal.ErrNoKey) {
		err = fmt.Errorf("%w: %w", seal.ErrTampered, err)
	}
	return plain, err
}

func (q Ledger) setState(ctx context.Context, name string, value []byte) error {
	_, err := q.tx.Exec(ctx, "set chain "+name, `INSERT INTO chain_state (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		name, q.tx.Keys().Seal(value, "chain_state", name, "value"))
	return err
}

// Head is the chain's head; its Seq is 0 when nothing was linked yet. A head that
// was changed or is gone is ErrTampered.
func (q Ledger) Head(ctx context.Context) (Head, error) {
	b, err := q.state(ctx, "head")
	if err == nil && b == nil {
		err = fmt.Errorf("%w: the head is gone", seal.ErrTampered)
	}
	if err != nil {
		return Head{}, err
	}
	return headFrom(b)
}

func tampered(err error) bool { return errors.Is(err, seal.ErrTampered) }

// link is one link of the chain.
type link struct {
	seq   int64
	entry string
	sum   []byte
}

// lastLink is the link with the greatest number; zero when there is none.
func (q Ledger) lastLink(ctx context.Context) (l link, err error) {
	_, err = q.tx.One(ctx, "last link", `SELECT seq, entry, sum FROM chain ORDER BY seq DESC LIMIT 1`, nil, &l.seq, &l.entry, &l.sum)
	return l, err
}

// linkSum is the sum of a link after one with the sum before.
func linkSum(key, before []byte, seq int64, a Entry) []byte {
	return seal.MAC(key, append([]string{string(before), strconv.FormatInt(seq, 10)}, a.fields()...))
}

// maxBehind is how far an entry's id may lie behind the clock when it commits:
// platforms deliver again for some hours.
const maxBehind = 25 * time.Hour

// Unlinked lists ids of entries that are not linked, at most so many, after
// one of them: those of the last day, or all when now is zero.
func (q Ledger) Unlinked(ctx context.Context, now time.Time, after string, most int) ([]string, error) {
	if !now.IsZero() {
		after = max(after, engine.IDBefore(now.Add(-maxBehind)))
	}
	return engine.All(ctx, q.tx, "unlinked entries", `SELECT id FROM audit a WHERE id > $1
		AND NOT EXISTS (SELECT 1 FROM chain c WHERE c.entry = a.id) ORDER BY id LIMIT $2`, []any{after, most}, engine.Word)
}

// Lay links entries, in this order; those that are linked stay as they are.
func (q Ledger) Lay(ctx context.Context, ids []string, at time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	// Whoever else lays waits here, where several processes share a database.
	if err := q.tx.Lock(ctx, "chain"); err != nil {
		return err
	}
	key, head, err := q.resume(ctx)
	if err != nil {
		return err
	}
	for len(ids) > 0 {
		n := laySome
		if len(ids) < n {
			n = 1 // two statements, whatever the number
		}
		if head, err = q.layLinks(ctx, key, head, ids[:n]); err != nil {
			return err
		}
		ids = ids[n:]
	}
	head.At = at
	return q.setState(ctx, "head", head.rest())
}

// laySome is how many entries are linked by one statement.
const laySome = 50

func (q Ledger) layLinks(ctx context.Context, key []byte, head Head, ids []string) (Head, error) {
	list, err := engine.All(ctx, q.tx, "entries", `SELECT `+auditColumns+` FROM audit a WHERE id IN (`+engine.Marks(len(ids))+`)
		AND NOT EXISTS (SELECT 1 FROM chain c WHERE c.entry = a.id) ORDER BY id`, engine.Args(ids), q.scanLoose)
	if err != nil || len(list) == 0 {
		return head, err
	}
	args, rows, linked := make([]any, 0, 3*len(list)), make([]string, len(list)), *head.linked
	for i, a := range list {
		head.Seq++
		head.sum = linkSum(key, head.sum, head.Seq, a)
		if a.counted {
			linked = linked.and(weigh(key, a.ID))
		}
		args = append(args, head.Seq, a.ID, head.sum)
		rows[i] = fmt.Sprintf("($%d, $%d, $%d)", 3*i+1, 3*i+2, 3*i+3)
	}
	head.linked = &linked
	_, err = q.tx.Exec(ctx, "link", `INSERT INTO chain (seq, entry, sum) VALUES `+strings.Join(rows, ", "), args...)
	return head, err
}

// resume gives the chain's key and the head to go on from. Where links or the
// head were taken away, the numbers go on after a gap that nobody can fill, so
// that it is found for ever.
func (q Ledger) resume(ctx context.Context) (key []byte, head Head, err error) {
	last, err := q.lastLink(ctx)
	if err != nil {
		return nil, head, err
	}
	key, err1 := q.state(ctx, "key")
	head, err2 := q.Head(ctx)
	for _, err := range []error{err1, err2} {
		if err != nil && !tampered(err) {
			return nil, head, err
		}
	}
	whole := key != nil && head.linked != nil && last.seq <= head.Seq // a cut tail leaves a gap by itself
	if key == nil {
		if key, err = q.newKey(ctx); err != nil {
			return nil, head, err
		}
	}
	if !whole {
		head = Head{Seq: max(last.seq, head.Seq) + 1, sum: last.sum, linked: &tally{}}
	}
	return key, head, nil
}

func (q Ledger) newKey(ctx context.Context) ([]byte, error) {
	key := make([]byte, 32)
	rand.Read(key) // never fails (crypto/rand)
	return key, q.setState(ctx, "key", key)
}

// scanLoose reads an entry even where a value was replaced by one of another
// kind. It is Changed when it is not as it was written.
func (q Ledger) scanLoose(scan engine.Scan) (Entry, error) {
	a, genuine, err := q.scan(scan)
	if err == nil {
		a.Changed = !genuine
		return a, nil
	}
	raw := make([]any, strings.Count(auditColumns, ",")+1)
	into := make([]any, len(raw))
	for i := range raw {
		into[i] = &raw[i]
	}
	if scan(into...) != nil {
		return Entry{}, err
	}
	if raw[0] == nil { // an outer join found none
		return Entry{}, nil
	}
	return Entry{ID: fmt.Sprint(raw[0]), Changed: true}, nil
}

// ParseHead takes a head's code apart, as people copy it.
func ParseHead(code string) (Head, error) {
	seq, letters, ok := strings.Cut(strings.ToUpper(strings.TrimSpace(code)), "-")
	n, err := strconv.ParseInt(seq, 10, 64)
	wrong := func(r rune) bool { return !strings.ContainsRune(codeLetters, r) }
	if !ok || err != nil || n < 1 || len(letters) != headLetters || strings.ContainsFunc(letters, wrong) {
		return Head{}, errors.New("not a head's code")
	}
	// Any sum of these letters will do: only its code is compared.
	sum := make([]byte, headLetters)
	for i := range sum {
		sum[i] = byte(strings.IndexByte(codeLetters, letters[i]))
	}
	return Head{Seq: n, sum: slices.Clip(sum)}, nil
}
