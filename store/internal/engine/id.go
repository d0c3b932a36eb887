package engine

import (
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

// RaiseIDs makes all further ids greater than those of the millisecond counter
// n, with which an id begins.
func (tx *Tx) RaiseIDs(n uint64) { tx.db.ids.raise(n) }

// IDBefore is before every id of NewID from a time on.
func IDBefore(t time.Time) string { return fmt.Sprintf("%016x", uint64(max(0, t.UnixMilli()))<<16) }
