// Package engine runs transactions on SQLite and on PostgreSQL: connections,
// commits, locks, migrations, and the helpers that every query is written with.
// It knows no table of the areas and nothing of what is remembered; it is for
// the packages of store alone.
//
// # Two databases, one text
//
// Statements take $1 parameters and run unchanged on both. What differs is a
// backend, and seen by nobody else:
//
//   - On SQLite one process has the file to itself ([LockFile]). One goroutine
//     writes; updates that wait share a transaction and its commit, and readers
//     run beside it.
//   - On PostgreSQL every update is a transaction of its own, and several
//     processes may serve the database ([DB.Shared]).
//
// # An update runs once, or again
//
// Updates that share a commit have no savepoints, for these cost as much as
// what they guard. When one of them fails after it wrote, the whole group is
// undone and all of it runs again, each behind a savepoint of its own. So an
// update may run twice, and what counts is the second time: f of [DB.Update]
// tells its caller by setting, not by adding, and does nothing that the
// transaction does not undo. [Tx.Nested] takes part in this.
//
// # Who may wait for whom
//
// An update waits for nothing but the store: it holds up every other. Processes
// that share a database wait for each other at [Tx.Lock], to the end of a
// transaction; at [DB.Turn], for as long as the other one lives and says so; at
// [DB.Hold] nobody waits. A process that was stopped within a transaction loses
// it after ten seconds, its turns after five, a lock with its transaction.
//
// # Errors
//
// [Broken] says that the store itself failed; [Again] that the whole transaction
// may go well at once when it is done anew. Every other error is of whoever
// wrote the statement, and undoes what they wrote and nothing else.
package engine

import (
	"context"
	"database/sql"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"

	"marketbot/store/internal/seal"
)

// DB is an open database.
type DB struct {
	backend backend
	keys    *seal.Keys
	log     *slog.Logger
	ids     lastID
	counter Counter

	postgres bool        // or else SQLite
	whole    atomic.Bool // the file was read whole since it was opened, or just before
	health   health
	closed   sync.Once
}

// backend is what differs between the two databases.
type backend interface {
	update(ctx context.Context, f func(*Tx) error) error
	view(ctx context.Context, f func(*Tx) error) error
	shared() bool
	lock(ctx context.Context, tx *Tx, name string) error
	hold(ctx context.Context, name string) (release func() error, held bool, err error)
	turn(ctx context.Context, name string, work func(ctx context.Context) error) error
	pool() *sql.DB
	close() error
}

// Options say how to open a database.
type Options struct {
	Source     string // a SQLite file, or postgres://…
	Pool       Pool   // of connections to PostgreSQL; zero: DefaultPool
	Keys       *seal.Keys
	Log        *slog.Logger
	Migrations fs.FS    // migrations/*.sql, in the order of their numbers
	Steps      []Step   // migrations that are code, numbered among the others
	Before     Before   // the series of migrations before
	Cached     []string // tables that Tx.Cache is made of
	Counter    Counter  // of one open database; nil: nothing is counted
	Program    string   // its version, for whoever meets the database with an older one
	Examined   *State   // what Examine has just said of it; nil: it is asked
}

func (o Options) db() *DB {
	return &DB{keys: o.Keys, log: o.Log, counter: o.Counter, postgres: OnPostgres(o.Source)}
}

// Open opens a database that is fit to be opened, as [Examine] says, and brings
// its tables up to date.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Examined == nil {
		s, err := Examine(ctx, o)
		if err != nil {
			return nil, err
		}
		o.Examined = &s
	}
	db, open := o.db(), openSQLite
	if OnPostgres(o.Source) {
		open = openPostgres
	}
	var err error
	if db.backend, err = open(ctx, db, o); err != nil {
		return nil, err
	}
	return db, nil
}

// OnPostgres reports whether a source is a PostgreSQL database.
func OnPostgres(source string) bool {
	return strings.HasPrefix(source, "postgres://") || strings.HasPrefix(source, "postgresql://")
}

// Close waits for what is being written and closes the database.
func (db *DB) Close() error {
	var err error
	db.closed.Do(func() { err = db.backend.close() })
	return err
}

// Update runs f in a transaction that is durable when Update returns nil. f
// must not wait for anything but the store; an error or panic of f undoes what
// it wrote. On SQLite waiting updates share one commit, and f may run twice.
func (db *DB) Update(ctx context.Context, f func(*Tx) error) error { return db.backend.update(ctx, f) }

// View runs f on a consistent state, beside the writers.
func (db *DB) View(ctx context.Context, f func(*Tx) error) error { return db.backend.view(ctx, f) }

// Keys are what the database's values are sealed under.
func (db *DB) Keys() *seal.Keys { return db.keys }

// Log is for what no caller hears of.
func (db *DB) Log() *slog.Logger { return db.log }

// Pool are the connections, beside all transactions: those of the readers on
// SQLite.
func (db *DB) Pool() *sql.DB { return db.backend.pool() }

// On is a transaction that somebody began on a connection of the Pool.
func (db *DB) On(t *sql.Tx) *Tx { return &Tx{db: db, run: t} }

// OnPostgres reports whether the database is PostgreSQL, for the few statements
// that cannot be the same.
func (tx *Tx) OnPostgres() bool { return tx.db.postgres }
