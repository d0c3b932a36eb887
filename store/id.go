package store

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"sync/atomic"
	"time"
)

// lastID keeps ids of one process in the order they were made.
type lastID struct{ n atomic.Uint64 }

// next is milliseconds and a counter within them.
func (l *lastID) next(now time.Time) uint64 {
	want := uint64(now.UnixMilli()) << 16
	for {
		last := l.n.Load()
		n := max(want, last+1)
		if l.n.CompareAndSwap(last, n) {
			return n
		}
	}
}

// raise makes all further ids greater than those of the millisecond counter n.
func (l *lastID) raise(n uint64) {
	for last := l.n.Load(); last < n && !l.n.CompareAndSwap(last, n); last = l.n.Load() {
	}
}

// NewID is a new row id: sorts by time, cannot be guessed.
func (tx *Tx) NewID(now time.Time) string {
	var b [14]byte
	binary.BigEndian.PutUint64(b[:], tx.db.ids.next(now))
	rand.Read(b[8:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}

// NextCode is a short code for people: A1, A2 … one series per letter.
func (tx *Tx) NextCode(ctx context.Context, letter string) (string, error) {
	var n int64
	_, err := tx.one(ctx, "next code", `INSERT INTO counter (name, value) VALUES ($1, 1)
		ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value`, []any{"code/" + letter}, &n)
	return fmt.Sprintf("%s%d", letter, n), err
}
