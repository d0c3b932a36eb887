package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Times rest as milliseconds since 1970 in UTC; zero time is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// nowhere tells that a word of people cannot stand in a TEXT column, so that no
// row has it: PostgreSQL would refuse to look.
func nowhere(word string) bool { return !utf8.ValidString(word) || strings.ContainsRune(word, 0) }

// exec runs a statement and tells how many rows it touched.
func (tx *Tx) exec(ctx context.Context, what, query string, args ...any) (int64, error) {
	tx.writes(query)
	r, err := tx.run.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, tx.failed(what, err)
	}
	n, err := r.RowsAffected()
	if err != nil {
		return 0, tx.failed(what, err)
	}
	return n, nil
}

// writes notes that a statement writes.
func (tx *Tx) writes(query string) {
	tx.wrote = true
	tx.callers().heed(query)
}

// query runs a statement that gives rows: what it reads, or what it wrote.
func (tx *Tx) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	if !strings.HasPrefix(query, "SELECT ") {
		tx.writes(query)
	}
	return tx.run.QueryContext(ctx, query, args...)
}

// failed is an error of a statement. Whatever that left behind, be it the end
// of the transaction, is to be undone, also where the error is let pass.
func (tx *Tx) failed(what string, err error) error {
	if tx.group != nil {
		tx.group.spoilt = true
	}
	return fmt.Errorf("%s: %w", what, undone(err))
}

// one reads the first row; found is false when there is none.
func (tx *Tx) one(ctx context.Context, what, query string, args []any, into ...any) (found bool, err error) {
	rows, err := tx.query(ctx, query, args)
	if err != nil {
		return false, tx.failed(what, err)
	}
	defer rows.Close()
	if found = rows.Next(); found {
		if err := rows.Scan(into...); err != nil {
			return false, tx.failed(what, err)
		}
	}
	if err := rows.Err(); err != nil {
		return false, tx.failed(what, err)
	}
	return found, nil
}

// all reads every row with scan.
func all[T any](ctx context.Context, tx *Tx, what, query string, args []any, scan func(func(...any) error) (T, error)) ([]T, error) {
	rows, err := tx.query(ctx, query, args)
	if err != nil {
		return nil, tx.failed(what, err)
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		v, err := scan(rows.Scan)
		if err != nil {
			return nil, tx.failed(what, err)
		}
		list = append(list, v)
	}
	if err := rows.Err(); err != nil {
		return nil, tx.failed(what, err)
	}
	return list, nil
}

// each reads every row with f and keeps none.
func each(ctx context.Context, tx *Tx, what, query string, args []any, f func(scan func(...any) error) error) error {
	_, err := all(ctx, tx, what, query, args, func(scan func(...any) error) (struct{}, error) { return struct{}{}, f(scan) })
	return err
}

// sealText and openText are for the free text of people: byte for byte.
func (tx *Tx) sealText(text, table, row, column string) []byte {
	return tx.db.seals.Seal([]byte(text), table, row, column)
}

func (tx *Tx) openText(sealed []byte, table, row, column string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	b, err := tx.db.seals.Open(sealed, table, row, column)
	return string(b), err
}
