package engine

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// errGone is a file that is no longer where it was opened: what is written to it
// is lost when it is closed.
var errGone = errors.New("the file of the database was removed or replaced")

// health is whether updates are stored, as the last of them found.
type health struct {
	mu  sync.Mutex
	err error
}

func (h *health) set(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.err = err
}

// Failing is why nothing is stored at the moment; nil while updates are, as far
// as anybody tried.
func (db *DB) Failing() error {
	db.health.mu.Lock()
	defer db.health.mu.Unlock()
	return db.health.err
}

// Want says what a database lacks that cannot be written: NoRoom or NotWritable,
// or nothing that has a name.
func Want(err error) Unfit {
	var lite *driver.Error
	var post *pgconn.PgError
	switch {
	case errors.Is(err, errGone):
		return Gone
	case errors.As(err, &lite):
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			return NoRoom
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH:
			return NotWritable
		}
	case errors.As(err, &post):
		switch {
		case post.Code == "53100":
			return NoRoom
		case post.Code == "25006", post.Code == "42501":
			return NotWritable
		}
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return NoRoom
	}
	return ""
}

// ill reports whether a statement failed because of the store, not because of
// what it asked.
func ill(err error) bool {
	var lite *driver.Error
	if errors.As(err, &lite) {
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH,
			sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return true
		}
	}
	var post *pgconn.PgError
	if errors.As(err, &post) {
		return strings.HasPrefix(post.Code, "53") || strings.HasPrefix(post.Code, "58") || post.Code == "25006" || post.Code == "42501"
	}
	return false
}

// place is where the files of an open database lie.
type place struct {
	paths []string
	files map[string]os.FileInfo
}

func newPlace(path string) place {
	return place{[]string{path, path + "-wal"}, map[string]os.FileInfo{}}
}

// check fails when one of the files is no longer the one that was seen first.
func (p place) check() error {
	for _, path := range p.paths {
		info, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("%w: %w", errGone, err)
		}
		if p.files[path] == nil {
			p.files[path] = info
		}
		if !os.SameFile(info, p.files[path]) {
			return fmt.Errorf("%w: %s", errGone, path)
		}
	}
	return nil
}
