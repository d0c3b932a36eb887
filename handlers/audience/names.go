package audience

import (
	"context"
	"strings"
	"unicode"

	"marketbot/store"
)

// Left marks who is not with the company any more.
const Left = "（离职）"

// Named is who is called so, with the company or not any more; 张伟（离职） is not.
// 张　伟, as tables align names, is 张伟 where nobody is called so.
func Named(ctx context.Context, tx *store.Tx, name string) (store.Person, bool, error) {
	p, found, err := named(ctx, tx, name)
	if bare := strings.Map(dense, name); err == nil && !found && bare != name {
		return named(ctx, tx, bare)
	}
	return p, found, err
}

// dense drops what parts the characters of a name, seen or not.
func dense(r rune) rune {
	if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

func named(ctx context.Context, tx *store.Tx, name string) (store.Person, bool, error) {
	bare := Bare(name)
	if bare == name {
		if p, found, err := tx.People().Named(ctx, bare); err != nil || found {
			return p, found, err
		}
	}
	return tx.People().StoppedNamed(ctx, bare)
}

// Bare is a name without the mark of who left, however its brackets are typed.
func Bare(name string) string {
	bare := strings.TrimSuffix(strings.TrimSuffix(name, Left), "(离职)")
	return strings.TrimRightFunc(bare, unicode.IsSpace)
}

// Called is a person's name; of somebody who left 张伟（离职）.
func Called(p store.Person) string {
	if !p.Active() {
		return p.Name + Left
	}
	return p.Name
}

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
	default:
		n.known[id] = Called(p)
	}
	return n.known[id], nil
}
