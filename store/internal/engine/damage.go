package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"marketbot/store/internal/seal"
)

// Damage is a row of which something does not open: it was changed behind the
// store's back, or its key is missing.
type Damage struct {
	Table string
	Row   string // its id or code
}

// DamagedError is what a damaged row keeps from being done.
type DamagedError struct {
	Damage
	err error
}

func (e *DamagedError) Error() string { return fmt.Sprintf("%s %s: %v", e.Table, e.Row, e.err) }

// Unwrap is how it does not open.
func (e *DamagedError) Unwrap() error { return e.err }

// InRow makes of a value's error which row is damaged; others stay as they are.
func InRow(table, row string, err error) error {
	if unopened(err) {
		return &DamagedError{Damage{table, row}, err}
	}
	return err
}

// misread makes of a row that could not be read into what its columns hold, as after a
// bit flipped in one of them, a damaged row: the first column says which.
func misread(query string, into []any, err error) error {
	var known *DamagedError
	if err == nil || errors.As(err, &known) || !strings.HasPrefix(err.Error(), "sql: Scan error") {
		return err
	}
	_, from, _ := strings.Cut(query, " FROM ")
	table, _, _ := strings.Cut(from, " ")
	row := ""
	if id, ok := into[0].(*string); ok {
		row = *id
	}
	return &DamagedError{Damage{table, row}, err}
}

func unopened(err error) bool {
	return errors.Is(err, seal.ErrTampered) || errors.Is(err, seal.ErrNoKey)
}

// Unreadable stands for words that do not open: the rest of their row counts.
const Unreadable = "（内容损坏，打不开）"

// Damaged are the damaged rows that the transaction has come upon and passed
// over, each once.
func (tx *Tx) Damaged() []Damage { return tx.damaged }

// Note notes a damaged row that is passed over.
func (tx *Tx) Note(d Damage) {
	if !slices.Contains(tx.damaged, d) {
		tx.damaged = append(tx.damaged, d)
	}
}

// PassOver reports whether an error is a damaged row's, and notes that.
func (tx *Tx) PassOver(err error) bool {
	var d *DamagedError
	if !errors.As(err, &d) {
		return false
	}
	tx.Note(d.Damage)
	return true
}

// Sound is All that passes over damaged rows: one of them keeps no other from
// being read.
func Sound[T any](ctx context.Context, tx *Tx, what, query string, args []any, scan func(Scan) (T, error)) ([]T, error) {
	var list []T
	err := Each(ctx, tx, what, query, args, func(row Scan) error {
		v, err := scan(row)
		switch {
		case err == nil:
			list = appended(list, v)
		case tx.PassOver(err):
			return nil
		}
		return err
	})
	return list, err
}
