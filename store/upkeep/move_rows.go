package upkeep

import (
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
)

// tellEvery is after how many rows of a table tell is called.
const tellEvery = 5000

// rowSource reads rows for COPY and sums them up, whatever their order.
type rowSource struct {
	rows  *sql.Rows
	kinds []column
	tell  func(rows int)
	count int
	sum   [4]uint64
	row   []any
	err   error
}

// Next reads a row.
func (r *rowSource) Next() bool {
	if r.err != nil || !r.rows.Next() {
		return false
	}
	r.row = make([]any, len(r.kinds))
	into := make([]any, len(r.kinds))
	for i := range into {
		into[i] = &r.row[i]
	}
	if r.err = r.rows.Scan(into...); r.err != nil {
		return false
	}
	r.add()
	return true
}

// add makes the values of both databases alike and sums them up.
func (r *rowSource) add() {
	h := sha256.New()
	for i, k := range r.kinds {
		switch v := r.row[i].(type) {
		case string:
			if k.bytes {
				r.row[i] = []byte(v)
			}
		case []byte:
			if k.text {
				r.row[i] = string(v)
			}
		}
		one := fmt.Sprintf("%T:%v", r.row[i], r.row[i])
		fmt.Fprintf(h, "%d:%s", len(one), one)
	}
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	for i := range r.sum {
		r.sum[i] += binary.LittleEndian.Uint64(sum[8*i:])
	}
	if r.count++; r.count%tellEvery == 0 {
		r.tell(r.count)
	}
}

// Values is the row that was read.
func (r *rowSource) Values() ([]any, error) { return r.row, nil }

// Err is what ended the reading.
func (r *rowSource) Err() error { return errors.Join(r.err, r.rows.Err()) }
