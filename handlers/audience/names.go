package audience

import (
	"context"

	"marketbot/store"
)

// Names are what people are called, by id, each looked up once: also who left the
// company, so that their rows stay theirs.
type Names struct {
	tx    *store.Tx
	known map[string]string
}

// NewNames looks names up in a transaction.
func NewNames(tx *store.Tx) *Names { return &Names{tx, map[string]string{}} }

// Of is a person's name; of somebody who left 张伟（离职）.
func (n *Names) Of(ctx context.Context, id string) (string, error) {
	if known, ok := n.known[id]; ok {
		return known, nil
	}
	p, found, err := n.tx.People().ByID(ctx, id)
	switch {
	case err != nil:
		return "", err
	case !found:
		n.known[id] = "（未知）"
	case !p.Active():
		n.known[id] = p.Name + "（离职）"
	default:
		n.known[id] = p.Name
	}
	return n.known[id], nil
}
