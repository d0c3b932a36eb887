package engine

import (
	"database/sql"
	"errors"
	"time"
)

// At scans a time that rests as Millis into t.
func At(t *time.Time) sql.Scanner { return (*moment)(t) }

// Lasting reads a time that rests as so many milliseconds into d.
func Lasting(d *time.Duration) sql.Scanner { return (*lasting)(d) }

type lasting time.Duration

func (d *lasting) Scan(src any) error {
	ms, err := scanned[int64](src)
	*d = lasting(time.Duration(ms) * time.Millisecond)
	return err
}

type moment time.Time

func (t *moment) Scan(src any) error {
	ms, err := scanned[int64](src)
	*t = moment(Moment(ms))
	return err
}

// Parsed scans a word that rests in writing of its own into what parse makes of
// it.
func Parsed[T any](into *T, parse func(string) (T, error)) sql.Scanner {
	return &parsed[T]{into, parse}
}

type parsed[T any] struct {
	into  *T
	parse func(string) (T, error)
}

func (p *parsed[T]) Scan(src any) error {
	word, err := scanned[string](src)
	if err == nil {
		*p.into, err = p.parse(word)
	}
	return err
}

// Sealed scans what SealText closed for a table, row and column into text; NULL
// is "". The row is looked at when its turn comes: it may be an id that was
// scanned before in the same row. Words that do not open are Unreadable, and
// the row is among Damaged.
func (tx *Tx) Sealed(text *string, table string, row *string, column string) sql.Scanner {
	return &sealed{tx, text, table, row, column}
}

type sealed struct {
	tx     *Tx
	text   *string
	table  string
	row    *string
	column string
}

func (s *sealed) Scan(src any) (err error) {
	var b []byte
	if src != nil {
		b, err = scanned[[]byte](src) // the driver's own bytes: opened here, and not kept
	}
	if err == nil {
		*s.text, err = s.tx.OpenText(b, s.table, *s.row, s.column)
	}
	if s.tx.PassOver(InRow(s.table, *s.row, err)) {
		*s.text, err = Unreadable, nil
	}
	return err
}

var errNull = errors.New("NULL where something must be")

// scanned is what a driver gave for a column, converted as database/sql does.
func scanned[T any](src any) (T, error) {
	if v, ok := src.(T); ok {
		return v, nil
	}
	var n sql.Null[T]
	err := n.Scan(src)
	if err == nil && !n.Valid {
		err = errNull
	}
	return n.V, err
}
