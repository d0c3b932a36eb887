package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// ContractsUnsureMark is since when nobody knows which contract numbers were given
// out after the backup that was restored; cleared when somebody has looked.
const ContractsUnsureMark = "contracts/unsure"

// Ended is what gave access before a restore and gives none any more.
type Ended struct{ Grants, Delegations, Codes, Previews, Changes int }

// EndAccess ends what gives access in a store that took the place of a later one:
// it may have been taken back since. Grants and delegations end now; codes, what
// waits for a word of who typed it, and what waits for somebody's word about
// people are void. A change that is in effect already goes on waiting: so it can
// still be refused. No code is given out again that may have been since the backup: the
// buttons of cards that show one would do it to something else.
func (tx *Tx) EndAccess(ctx context.Context, now time.Time) (n Ended, err error) {
	if n.Grants, err = tx.Grants().endAll(ctx, now); err != nil {
		return n, err
	}
	delegations, err := tx.Delegations().From(ctx, DayOf(now).Add(-1)) // a day of whatever zone
	if err != nil {
		return n, err
	}
	for _, d := range delegations {
		if _, err := tx.Delegations().End(ctx, d, now); err != nil {
			return n, err
		}
		n.Delegations++
	}
	changes, err := tx.Changes().Open(ctx)
	if err != nil {
		return n, err
	}
	for _, c := range changes {
		if c.State != ChangeWaiting {
			continue
		}
		if _, err := tx.Changes().Decide(ctx, c, ChangeWithdrawn, "", now); err != nil {
			return n, err
		}
		n.Changes++
	}
	if err := tx.Marks().Set(ctx, ContractsUnsureMark, now); err != nil {
		return n, err
	}
	if n.Codes, err = tx.empty(ctx, `DELETE FROM binding WHERE used = 0`); err != nil {
		return n, err
	}
	if n.Previews, err = tx.empty(ctx, `DELETE FROM confirmation WHERE used = 0`); err != nil {
		return n, err
	}
	if _, err = tx.empty(ctx, `DELETE FROM dialog`); err != nil {
		return n, err
	}
	return n, tx.skipCodes(ctx)
}

// skipCodes lets every series of codes go on at a round number at least ten thousand
// above: so many are not given out between a backup and its restore, even where a table
// of customers was imported.
func (tx *Tx) skipCodes(ctx context.Context) error {
	if _, err := tx.e.Exec(ctx, "begin codes", `INSERT INTO counter (name, value) VALUES ('`+codeSeries+`', 0) ON CONFLICT (name) DO NOTHING`); err != nil {
		return err
	}
	_, err := tx.e.Exec(ctx, "skip codes", `UPDATE counter SET value = (value + 10999) / 1000 * 1000 WHERE name LIKE '`+codeSeries+`%'`)
	return err
}

func (tx *Tx) empty(ctx context.Context, query string) (int, error) {
	n, err := tx.e.Exec(ctx, "end access", query)
	return int(n), err
}

// endAll ends every running grant. A forged one opens nothing and stays as it is,
// to be found.
func (q Grants) endAll(ctx context.Context, at time.Time) (n int, err error) {
	list, err := engine.Sound(ctx, q.tx, "running grants", `SELECT `+grantColumns+` FROM access_grant WHERE until_time > $1`, []any{engine.Millis(at)}, q.scan)
	for _, g := range list {
		ended, err := q.End(ctx, g, at)
		if err != nil {
			return n, err
		}
		if ended {
			n++
		}
	}
	return n, err
}
