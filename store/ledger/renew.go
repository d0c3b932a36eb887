package ledger

import (
	"bytes"
	"context"

	"marketbot/store/internal/engine"
)

// entryMAC is an entry's MAC and what is to take its place; nil when nothing is.
type entryMAC struct {
	id         string
	mac, fresh []byte
}

// Renew brings the MACs of entries under secret_key: of the next n after one.
// last is the last that it looked at, empty when there are no more. Entries
// that were changed stay as they are: they are found under whatever key.
func (q Ledger) Renew(ctx context.Context, after string, n int) (last string, renewed int, err error) {
	list, err := engine.All(ctx, q.tx, "entries", `SELECT `+auditColumns+` FROM audit WHERE id > $1 ORDER BY id LIMIT $2`, []any{after, n}, q.scanMAC)
	if err != nil || len(list) == 0 {
		return "", 0, err
	}
	for _, m := range list {
		if m.fresh == nil {
			continue
		}
		changed, err := q.tx.Exec(ctx, "vouch anew", `UPDATE audit SET mac = $1 WHERE id = $2 AND mac = $3`, m.fresh, m.id, m.mac)
		if err != nil {
			return "", 0, err
		}
		renewed += int(changed)
	}
	return list[len(list)-1].id, renewed, nil
}

func (q Ledger) scanMAC(scan engine.Scan) (entryMAC, error) {
	var mac []byte
	a, err := q.scanLoose(func(into ...any) error {
		err := scan(into...)
		if b, ok := into[macColumn].(*[]byte); ok && err == nil {
			mac = *b
		}
		return err
	})
	m := entryMAC{id: a.ID, mac: mac}
	fields := a.fields()
	if a.counted {
		fields = append(fields, counts)
	}
	if fresh := q.tx.Keys().MAC(fields...); !a.Changed && !bytes.Equal(fresh, mac) {
		m.fresh = fresh
	}
	return m, err
}
