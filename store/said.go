package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"marketbot/store/internal/engine"
)

// SaidKept is how long what was said is remembered. Who asks what is still to
// be said must ask for nothing older, or it is said again.
const SaidKept = 400 * 24 * time.Hour

// saidAtOnce is how many keys one statement takes: a few sizes only, because
// every statement stays prepared, and none too long, because SQLite looks
// through the names of all parameters for each that it binds.
var saidAtOnce = [...]int{512, 64, 8, 1}

// Of is which of some keys were said, each with the highest step that was (0
// for one without steps).
func (q Said) Of(ctx context.Context, keys []string) (map[string]int, error) {
	said := map[string]int{}
	for some := range slices.Chunk(keys, saidAtOnce[0]) {
		some = filledUp(some)
		err := engine.Each(ctx, q.tx, "said", `SELECT key, step FROM said WHERE key IN (`+engine.Marks(len(some))+`)`, engine.Args(some),
			func(scan engine.Scan) error {
				var key string
				var step int
				err := scan(&key, &step)
				said[key] = step
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	return said, nil
}

// filledUp repeats the last key up to the next of the sizes.
func filledUp(keys []string) []string {
	size := saidAtOnce[0]
	for _, n := range saidAtOnce {
		if n >= len(keys) {
			size = n
		}
	}
	last := keys[len(keys)-1:]
	return append(slices.Clip(keys), slices.Repeat(last, size-len(keys))...)
}

// Say remembers that keys were said, each with its step; a lower step than was
// said before is passed over.
func (q Said) Say(ctx context.Context, steps map[string]int, at time.Time) error {
	keys := slices.Sorted(maps.Keys(steps))
	for _, n := range saidAtOnce {
		for ; len(keys) >= n; keys = keys[n:] {
			if err := q.say(ctx, keys[:n], steps, at); err != nil {
				return err
			}
		}
	}
	return nil
}

func (q Said) say(ctx context.Context, keys []string, steps map[string]int, at time.Time) error {
	rows, args := make([]string, len(keys)), make([]any, 0, 3*len(keys))
	for i, key := range keys {
		rows[i] = fmt.Sprintf("($%d, $%d, $%d)", 3*i+1, 3*i+2, 3*i+3)
		args = append(args, key, steps[key], engine.Millis(at))
	}
	_, err := q.tx.Exec(ctx, "say", `INSERT INTO said (key, step, at) VALUES `+strings.Join(rows, ", ")+`
		ON CONFLICT (key) DO UPDATE SET step = excluded.step, at = excluded.at WHERE said.step < excluded.step`, args...)
	return err
}

// Once remembers that a key without steps was said: true for exactly one caller.
func (q Said) Once(ctx context.Context, key string, at time.Time) (bool, error) {
	n, err := q.tx.Exec(ctx, "say once", `INSERT INTO said (key, step, at) VALUES ($1, 0, $2) ON CONFLICT (key) DO NOTHING`, key, engine.Millis(at))
	return n == 1, err
}

// damagedPrefix is what the keys of damaged rows begin with.
const damagedPrefix = "damaged/"

// Damaged remembers that it was said that a row is damaged: true the first time.
func (q Said) Damaged(ctx context.Context, d Damage, at time.Time) (bool, error) {
	return q.Once(ctx, damagedPrefix+d.Table+"/"+d.Row, at)
}

// DamagedSince are the rows that were said to be damaged since a moment, the oldest
// first, and when the last one was.
func (q Said) DamagedSince(ctx context.Context, since time.Time) (list []Damage, last time.Time, err error) {
	err = engine.Each(ctx, q.tx, "damaged", `SELECT key, at FROM said WHERE at >= $1 AND key LIKE '`+damagedPrefix+`%' ORDER BY at, key`, []any{engine.Millis(since)},
		func(scan engine.Scan) error {
			var key string
			var at int64
			err := scan(&key, &at)
			table, row, _ := strings.Cut(strings.TrimPrefix(key, damagedPrefix), "/")
			list, last = append(list, Damage{Table: table, Row: row}), engine.Moment(at)
			return err
		})
	return list, last, err
}

// Forget forgets what was said before a moment.
func (q Said) Forget(ctx context.Context, before time.Time) error {
	_, err := q.tx.Exec(ctx, "trim said", `DELETE FROM said WHERE at < $1`, engine.Millis(before))
	return err
}
