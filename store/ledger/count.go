package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"

	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
)

// tally is a set of entries: how many, and the sum of what each weighs under the
// chain's key, so that no set that somebody else puts together weighs the same.
type tally struct {
	N   int64
	Sum [4]uint64
}

const tallySize = 8 + 4*8

// weigh is the tally of some entries, by their ids.
func weigh(key []byte, ids ...string) (t tally) {
	for _, id := range ids {
		mac := seal.MAC(key, []string{"entry", id})
		one := tally{N: 1}
		for i := range one.Sum {
			one.Sum[i] = binary.BigEndian.Uint64(mac[8*i:])
		}
		t = t.and(one)
	}
	return t
}

func (t tally) and(u tally) tally {
	t.N += u.N
	for i := range t.Sum {
		t.Sum[i] += u.Sum[i]
	}
	return t
}

func (t tally) without(u tally) tally {
	t.N -= u.N
	for i := range t.Sum {
		t.Sum[i] -= u.Sum[i]
	}
	return t
}

func (t tally) rest() []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, tallySize), uint64(t.N))
	for _, s := range t.Sum {
		b = binary.BigEndian.AppendUint64(b, s)
	}
	return b
}

func tallyFrom(b []byte) (t tally, err error) {
	if len(b) != tallySize {
		return t, errors.New("not a tally")
	}
	t.N = int64(binary.BigEndian.Uint64(b))
	for i := range t.Sum {
		t.Sum[i] = binary.BigEndian.Uint64(b[8+8*i:])
	}
	return t, nil
}

// lanes is how many tallies there are: processes that share a database hardly
// wait for each other at one. None is ever made after the table was.
const lanes = 128

func laneName(i int) string { return lanePrefix + strconv.Itoa(i) }

const lanePrefix = "counted/"

// lane is one tally of all that was ever committed, as a process last knew it.
type lane struct {
	name   string
	sealed []byte // as it rests; nil: to be read
	tally
}

// Counter adds what commits to a tally, in the same commit. It goes by what it
// knows itself: a tally that somebody puts back gives nothing back. It is for one
// open database.
type Counter struct {
	mu   sync.Mutex
	key  []byte
	free []*lane // the last is taken first, so that every process keeps to its own
}

// NewCounter makes a Counter.
func NewCounter() *Counter {
	c := &Counter{}
	for _, i := range rand.Perm(lanes) {
		c.free = append(c.free, &lane{name: laneName(i)})
	}
	return c
}

// Count adds entries, by their ids. Where the tallies were taken away nothing is
// added, and Verify finds it.
func (c *Counter) Count(ctx context.Context, tx *engine.Tx, ids []string) (ended func(bool), err error) {
	nothing := func(bool) {}
	q := Ledger{tx}
	key, err := c.chainKey(ctx, q)
	if err != nil || key == nil {
		return nothing, err
	}
	more := weigh(key, ids...)
	for range lanes {
		l := c.take()
		fresh, alone, err := q.add(ctx, l, more)
		if err != nil || fresh == nil {
			c.give(l, false)
			if err != nil {
				return nothing, err
			}
			continue
		}
		return func(committed bool) {
			l.sealed = nil
			if committed {
				l.sealed, l.tally = fresh, l.and(more)
			}
			c.give(l, alone)
		}, nil
	}
	return nothing, nil
}

// chainKey is the key of the chain; nil when it is gone.
func (c *Counter) chainKey(ctx context.Context, q Ledger) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.key == nil {
		var err error
		if c.key, err = q.state(ctx, "key"); err != nil && !tampered(err) {
			return nil, err
		}
	}
	return c.key, nil
}

func (c *Counter) take() *lane {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.free)
	if n == 0 { // all are in commits that are under way: one more stands in line
		return &lane{name: laneName(rand.IntN(lanes))}
	}
	l := c.free[n-1]
	c.free = c.free[:n-1]
	return l
}

// give puts a lane back, to be taken next or last.
func (c *Counter) give(l *lane, next bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if next {
		c.free = append(c.free, l)
	} else {
		c.free = slices.Insert(c.free, 0, l)
	}
}

// add adds to a lane. fresh is how it rests then, nil where it is gone; alone
// tells that nobody else had added to it.
func (q Ledger) add(ctx context.Context, l *lane, more tally) (fresh []byte, alone bool, err error) {
	for alone = true; ; alone = false {
		if l.sealed == nil {
			if err := q.readLane(ctx, l); err != nil || l.sealed == nil {
				return nil, false, err
			}
		}
		fresh = q.tx.Keys().Seal(l.and(more).rest(), "chain_state", l.name, "value")
		n, err := q.tx.Exec(ctx, "count entries", `UPDATE chain_state SET value = $1 WHERE name = $2 AND value = $3`, fresh, l.name, l.sealed)
		if err != nil || n > 0 {
			return fresh, alone, err
		}
		l.sealed = nil
	}
}

// readLane reads how a lane rests. What was known of it holds where it says less.
func (q Ledger) readLane(ctx context.Context, l *lane) error {
	var sealed []byte
	found, err := q.tx.One(ctx, "lane", `SELECT value FROM chain_state WHERE name = $1`, []any{l.name}, &sealed)
	if err != nil || !found {
		return err
	}
	t, err := q.openLane(l.name, sealed)
	switch {
	case tampered(err):
		return nil
	case err != nil:
		return err
	case t.N > l.N:
		l.tally = t
	}
	l.sealed = sealed
	return nil
}

func (q Ledger) openLane(name string, sealed []byte) (tally, error) {
	plain, err := q.openState(name, sealed)
	if err != nil {
		return tally{}, err
	}
	return tallyFrom(plain)
}
