package ledger

import (
	"context"
	"strings"
	"time"

	"marketbot/store/internal/engine"
)

// Damage is a way in which the audit is not what was written.
type Damage string

// The damages.
const (
	EntryEdited  Damage = "edited"  // an entry's fields are not those it was written with
	EntryDeleted Damage = "deleted" // a link's entry is gone
	LinkMissing  Damage = "missing" // links are gone from the middle
	LinkBroken   Damage = "broken"  // a link is not over what it follows and names
	TailCut      Damage = "cut"     // links are gone from the end
	HeadLost     Damage = "head"    // the head is gone, changed, or an old one
	Uncounted    Damage = "count"   // the entries are not those that were counted as they committed
)

// Find is one damage: at which link, of which entry.
type Find struct {
	Damage Damage
	Seq    int64  // 0: not linked
	Entry  string // id; empty where only links are known
}

// Report says what Verify saw.
type Report struct {
	Entries     int // that are there
	Unlinked    int // among them; those of the last minute or so are
	First, Last time.Time
	Head        Head
	Counts      map[Damage]int // entries, or links where those are gone
	Finds       []Find         // the first maxFinds of each damage
}

// Whole reports whether nothing is wrong.
func (r *Report) Whole() bool { return len(r.Counts) == 0 }

// maxFinds bounds how many finds of one damage are listed.
const maxFinds = 20

func (r *Report) found(d Damage, n int, seq int64, entry string) {
	if r.Counts[d] < maxFinds {
		r.Finds = append(r.Finds, Find{d, seq, entry})
	}
	r.Counts[d] += n
}

func (r *Report) saw(a Entry, seq int64) {
	r.Entries++
	if a.Changed {
		r.found(EntryEdited, 1, seq, a.ID)
		return // what it says of its time is not to be believed
	}
	if r.First.IsZero() || a.At.Before(r.First) {
		r.First = a.At
	}
	if a.At.After(r.Last) {
		r.Last = a.At
	}
}

// Verify goes over the audit and its chain: the last links and their
// entries, and what is not linked yet, or everything when last is 0.
func (q Ledger) Verify(ctx context.Context, last int64) (r *Report, err error) {
	for range seen {
		if r, err = q.look(ctx, last, r == nil); err != nil || r.Whole() {
			break
		}
	}
	return r, err
}

// seen is how often damage must be seen: others may link entries between two
// statements of one look. The first is not beyond the end that was asked for.
const seen = 3

func (q Ledger) look(ctx context.Context, last int64, short bool) (*Report, error) {
	r := &Report{Counts: map[Damage]int{}}
	w := walk{report: r}
	var err error
	if w.key, err = q.state(ctx, "key"); err != nil && !tampered(err) {
		return nil, err
	}
	r.Head, err = q.Head(ctx)
	if w.headless = tampered(err); err != nil && !w.headless {
		return nil, err
	}
	if from := r.Head.Seq - last; last > 0 && from > 0 {
		if w.before, err = q.linkAt(ctx, from); err != nil {
			return nil, err
		}
		w.before.seq = from
	}
	if err := q.walkLinks(ctx, &w); err != nil {
		return nil, err
	}
	w.end()
	after := ""
	if short && last > 0 && !r.Head.At.IsZero() {
		after = engine.IDBefore(r.Head.At.Add(-maxBehind))
	}
	return r, q.walkUnlinked(ctx, r, w.key, after)
}

// linkAt is a link by number; zero when there is none.
func (q Ledger) linkAt(ctx context.Context, seq int64) (l link, err error) {
	_, err = q.tx.One(ctx, "link", `SELECT seq, entry, sum FROM chain WHERE seq = $1`, []any{seq}, &l.seq, &l.entry, &l.sum)
	return l, err
}

func (q Ledger) walkLinks(ctx context.Context, w *walk) error {
	return engine.Each(ctx, q.tx, "chain", `SELECT c.seq, c.entry, c.sum, a.id, a.at, a.person, a.act, a.subject, a.outcome, a.clause, a.ref, a.mac,
		a.customer, a.trace, a.grant_id, a.why, a.post, a.basis FROM chain c LEFT JOIN audit a ON a.id = c.entry WHERE c.seq > $1 ORDER BY c.seq`,
		[]any{w.before.seq}, func(scan engine.Scan) error {
			var l link
			a, err := q.scanLoose(func(into ...any) error { return scan(append([]any{&l.seq, &l.entry, &l.sum}, into...)...) })
			if err == nil {
				w.step(l, a)
			}
			return err
		})
}

// walkUnlinked looks at the entries without a link, after one of them, and
// compares what there is with what was counted. One statement reads all of it:
// others commit before it or after it.
func (q Ledger) walkUnlinked(ctx context.Context, r *Report, key []byte, after string) error {
	var head Head
	counted, there, lanesLeft := weigh(key, q.tx.Counting()...), tally{}, lanes
	err := engine.Each(ctx, q.tx, "unlinked entries", `SELECT s.name, s.value, `+auditColumns+` FROM (SELECT name, value FROM chain_state UNION ALL SELECT '', NULL) s
		LEFT JOIN audit a ON s.name = '' AND a.id > $1 AND NOT EXISTS (SELECT 1 FROM chain c WHERE c.entry = a.id) ORDER BY a.id`, []any{after}, func(scan engine.Scan) error {
		var name string
		var sealed []byte
		a, err := q.scanLoose(func(into ...any) error { return scan(append([]any{&name, &sealed}, into...)...) })
		switch {
		case err != nil:
			return err
		case a.ID != "":
			r.Unlinked++
			r.saw(a, 0)
			if a.counted {
				there = there.and(weigh(key, a.ID))
			}
		case name == "head":
			if plain, err := q.openState(name, sealed); err == nil {
				head, _ = headFrom(plain) // its zero value is none
			}
		case strings.HasPrefix(name, lanePrefix):
			if t, err := q.openLane(name, sealed); err == nil {
				counted, lanesLeft = counted.and(t), lanesLeft-1
			}
		}
		return nil
	})
	if err != nil || head.linked == nil { // gone, or of a store that a program which counts has not opened yet
		return err
	}
	if lack := counted.without(*head.linked).without(there); lack != (tally{}) || lanesLeft > 0 {
		r.found(Uncounted, int(max(lack.N, -lack.N, 1)), 0, "")
	}
	return nil
}

// walk goes along the chain.
type walk struct {
	report *Report
	key    []byte
	before link

	headless bool
}

// step compares a link with the one before it and with its entry, whose id is
// empty when it is gone.
func (w *walk) step(l link, a Entry) {
	follows := l.seq == w.before.seq+1
	if !follows {
		w.report.found(LinkMissing, int(l.seq-w.before.seq-1), w.before.seq+1, "")
	}
	switch {
	case a.ID == "":
		w.report.found(EntryDeleted, 1, l.seq, l.entry)
	default:
		w.report.saw(a, l.seq)
		if follows && !a.Changed && string(l.sum) != string(linkSum(w.key, w.before.sum, l.seq, a)) {
			w.report.found(LinkBroken, 1, l.seq, l.entry)
		}
	}
	w.before = l
}

// end compares the last link with the head.
func (w *walk) end() {
	last, head := w.before, w.report.Head
	switch {
	case w.headless:
		w.report.found(HeadLost, 1, last.seq, "")
	case last.seq < head.Seq:
		w.report.found(TailCut, int(head.Seq-last.seq), last.seq+1, "")
	case last.seq > head.Seq, string(last.sum) != string(head.sum):
		w.report.found(HeadLost, 1, last.seq, "")
	}
}

// Holds reports whether the chain still goes through a head that somebody
// kept. It is worth what Verify says of the links up to there.
func (q Ledger) Holds(ctx context.Context, head Head) (bool, error) {
	l, err := q.linkAt(ctx, head.Seq)
	return l.seq == head.Seq && (Head{Seq: l.seq, sum: l.sum}).Code() == head.Code(), err
}
