package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Millis is how a time rests: milliseconds since 1970 in UTC, 0 for none.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Moment is the time that rests as so many milliseconds.
func Moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// Flag is how a yes or no rests.
func Flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Nowhere reports that a word of people cannot stand in a TEXT column, so that no
// row has it: PostgreSQL would refuse to look.
func Nowhere(word string) bool { return !utf8.ValidString(word) || strings.ContainsRune(word, 0) }

// Exec runs a statement and says how many rows it touched.
func (tx *Tx) Exec(ctx context.Context, what, query string, args ...any) (int64, error) {
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
	if tx.group != nil {
		tx.group.cache.heed(query)
	}
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
	if ill(err) {
		tx.db.health.set(err)
	}
	return fmt.Errorf("%s: %w", what, undone(err))
}

// One reads the first row; found is false when there is none.
func (tx *Tx) One(ctx context.Context, what, query string, args []any, into ...any) (found bool, err error) {
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

// All reads every row with scan.
func All[T any](ctx context.Context, tx *Tx, what, query string, args []any, scan func(Scan) (T, error)) ([]T, error) {
	rows, err := tx.query(ctx, query, args)
	if err != nil {
		return nil, tx.failed(what, err)
	}
	defer rows.Close()
	var list []T
	read := func(into ...any) error { return misread(query, into, rows.Scan(into...)) }
	for rows.Next() {
		v, err := scan(read)
		if err != nil {
			return nil, tx.failed(what, err)
		}
		list = appended(list, v)
	}
	if err := rows.Err(); err != nil {
		return nil, tx.failed(what, err)
	}
	return list, nil
}

// appended is append that doubles what it grows: of ten thousand large values append
// alone would copy each four times.
func appended[T any](list []T, v T) []T {
	if len(list) == cap(list) {
		list = slices.Grow(list, len(list)+1)
	}
	return append(list, v)
}

// Each reads every row with f and keeps none.
func Each(ctx context.Context, tx *Tx, what, query string, args []any, f func(Scan) error) error {
	_, err := All(ctx, tx, what, query, args, func(scan Scan) (struct{}, error) { return struct{}{}, f(scan) })
	return err
}

// SealText and OpenText are for the free text of people: byte for byte.
func (tx *Tx) SealText(text, table, row, column string) []byte {
	return tx.db.keys.Seal([]byte(text), table, row, column)
}

// OpenText opens what SealText closed for the same place; nothing for nothing.
func (tx *Tx) OpenText(sealed []byte, table, row, column string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	b, err := tx.db.keys.Open(sealed, table, row, column)
	return string(b), err
}

// Joined is one text for a list of words, another for every other list.
func Joined(list ...string) string {
	size := 0
	for _, w := range list {
		size += len(w) + len("1000:")
	}
	var b strings.Builder
	b.Grow(size)
	for _, w := range list {
		b.WriteString(strconv.Itoa(len(w)))
		b.WriteByte(':')
		b.WriteString(w)
	}
	return b.String()
}

// Parted is the list of words that Joined made a text of.
func Parted(text string) (list []string, err error) {
	list = slices.Grow(list, strings.Count(text, ":"))
	for text != "" {
		size, rest, _ := strings.Cut(text, ":")
		n, err := strconv.Atoi(size)
		if err != nil || n < 0 || n > len(rest) {
			return nil, errors.New("not a text that was joined")
		}
		list, text = append(list, rest[:n]), rest[n:]
	}
	return list, nil
}

// Scan reads the columns of a row.
type Scan = func(into ...any) error

// Word reads a row of one word.
func Word(scan Scan) (s string, err error) { return s, scan(&s) }

// First is the first of a list; zero of an empty one.
func First[T any](list []T) (one T) {
	if len(list) > 0 {
		one = list[0]
	}
	return one
}

// Marks are $1, $2 … $n.
func Marks(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", i+1)
	}
	return b.String()
}

// Args are words as arguments.
func Args(words []string) []any {
	list := make([]any, len(words))
	for i, w := range words {
		list[i] = w
	}
	return list
}

// Rows runs a query whose rows the caller closes.
func (tx *Tx) Rows(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return tx.query(ctx, query, args)
}
