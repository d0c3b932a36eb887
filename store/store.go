// Package store remembers: it is the only package that speaks SQL, on SQLite
// (one file, the default) and on PostgreSQL with the same text. Facts live
// here; what they mean is decided by the handlers.
package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"marketbot/store/internal/engine"
	"marketbot/store/ledger"
)

// DB is an open store.
type DB struct {
	e      *engine.DB
	claims *replica // nil: the store is this process's alone
	beside func()   // stops what Options.Beside began
}

// Options say how to open a store.
type Options struct {
	Source string // a SQLite file, or postgres://…
	Pool   Pool   // of connections to PostgreSQL; zero: DefaultPool
	Seals  *Sealer
	Log    *slog.Logger
	// Program is its version, for whoever opens the store with an older one.
	Program string
	// Examined is what upkeep.Examine has just said of it; nil: Open asks.
	Examined *State
	// Beside begins what goes on beside an open store until it is closed, which
	// stop ends; nil for nothing. It is vault.Index for every store that is
	// searched: without it nothing is found by the parts of a name.
	Beside func(ctx context.Context, db *DB) (stop func(), err error)
}

// Lend lets the other rooms of the store have how it is opened.
func (o Options) Lend(to *engine.Loan) { to.Options(o.engine()) }

// Pool bounds what one process asks of PostgreSQL.
type Pool = engine.Pool

// DefaultPool lets three processes share a server of 100 connections.
func DefaultPool() Pool { return engine.DefaultPool() }

//go:embed migrations/*.sql
var migrations embed.FS

// before is the series that ended with version 16, before the first release. It
// made of a database what the present one makes up to 28.
var before = engine.Before{Last: 16, Same: 28, Sealed: `SELECT value FROM chain_state UNION ALL SELECT content FROM outbox LIMIT 100`}

func (o Options) engine() engine.Options {
	to := engine.Options{Source: o.Source, Pool: o.Pool, Keys: o.Seals.all(), Log: o.Log, Migrations: migrations, Steps: steps, Before: before, Cached: callerTables, Counter: ledger.NewCounter(), Program: o.Program}
	if o.Examined != nil {
		to.Examined = &o.Examined.State
	}
	return to
}

// State is how a store was found that is fit to be opened.
type State struct {
	engine.State
	Whole bool // all of its file was read
}

// Unfit is why a store cannot be written to.
type Unfit = engine.Unfit

// UnfitError is a store that must not be written to as it is.
type UnfitError = engine.UnfitError

// The ways of being unfit.
const (
	OtherKey    = engine.OtherKey
	Newer       = engine.Newer
	Edited      = engine.Edited
	OtherTables = engine.OtherTables
	TooOld      = engine.TooOld
	Unfinished  = engine.Unfinished
	Unmoved     = engine.Unmoved
	NotWritable = engine.NotWritable
	NoRoom      = engine.NoRoom
	Gone        = engine.Gone
	Lost        = engine.Lost
	NoFile      = engine.NoFile
	Stuck       = engine.Stuck
	Denied      = engine.Denied
	NoDatabase  = engine.NoDatabase
	Unencrypted = engine.Unencrypted
	BadSource   = engine.BadSource
)

// Open opens the store and brings its tables up to date. Its error is an
// UnfitError where it must not be written to.
func Open(ctx context.Context, o Options) (*DB, error) {
	e, err := engine.Open(ctx, o.engine())
	if err != nil {
		return nil, err
	}
	if o.Examined != nil && o.Examined.Whole {
		e.Examined()
	}
	db := &DB{e: e}
	if e.Shared() {
		db.claims = newReplica()
	}
	if o.Beside == nil {
		return db, nil
	}
	if db.beside, err = o.Beside(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Peek opens an existing store for View only, beside whoever serves it: it
// takes no lock and changes no table, and begins nothing beside. What it reads
// fails where the tables are older than this program. Its error says that there
// is no such store, or none that can be read.
func Peek(ctx context.Context, o Options) (*DB, error) {
	e, err := engine.Peek(ctx, o.engine())
	if err != nil {
		return nil, err
	}
	return &DB{e: e}, nil
}

// Close waits for what is being written and closes the store.
func (db *DB) Close() error {
	if db.beside != nil {
		db.beside()
	}
	return db.e.Close()
}

// Update runs f in a transaction that is durable when Update returns nil. f
// must not wait for anything but the store; an error or panic of f undoes
// what it wrote. On SQLite waiting updates share one commit, and f may run
// twice: what counts is the second time, so f tells its caller by setting, not
// by adding.
func (db *DB) Update(ctx context.Context, f func(*Tx) error) error {
	return db.e.Update(ctx, func(e *engine.Tx) error { return f(&Tx{e, db.claims}) })
}

// View runs f on a consistent state, beside the writers.
func (db *DB) View(ctx context.Context, f func(*Tx) error) error {
	return db.e.View(ctx, func(e *engine.Tx) error { return f(&Tx{e, db.claims}) })
}

// Lend lets the other rooms of the store have its database.
func (db *DB) Lend(to *engine.Loan) { to.DB(db.e) }

// Failing is why nothing is stored at the moment, and what is wanted, where that
// has a name; nil while updates are stored, as far as anybody tried.
func (db *DB) Failing() (why Unfit, err error) {
	err = db.e.Failing()
	return engine.Want(err), err
}

// Want says what a store lacks that an error comes from; empty where it is nothing
// that has a name.
func Want(err error) Unfit { return engine.Want(err) }

// Served reports whether a process serves the store now. Its error says that
// there is no such store.
func Served(ctx context.Context, o Options) (bool, error) { return engine.Served(ctx, o.Source) }

// Shared reports whether other processes may serve the store at the same time.
func (db *DB) Shared() bool { return db.e.Shared() }

// Hold holds a name until it is released or this process ends; held is false
// when another process has it. It is for work that must not be done twice at
// the same time and takes longer than a transaction.
func (db *DB) Hold(ctx context.Context, name string) (release func() error, held bool, err error) {
	return db.e.Hold(ctx, name)
}

// Turn lets one process at a time, of all that serve the store, work on what
// name names: it waits for its turn, calls work, and ends work's context when
// the turn is lost. Whoever stops without a word loses it after 5 s, and knows
// before another gets it. A store that is not shared has nobody to wait for.
func (db *DB) Turn(ctx context.Context, name string, work func(ctx context.Context) error) error {
	return db.e.Turn(ctx, name, work)
}

// Tx is a transaction. It is for one goroutine. What it knows of a family of
// tables it gives as a small value: tx.Trips().On(ctx, day, noon).
type Tx struct {
	e      *engine.Tx
	claims *replica
}

// Lend lets the other rooms of the store have the transaction.
func (tx *Tx) Lend(to *engine.Loan) { to.Tx(tx.e) }

// Nested runs f behind a savepoint: an error or panic of f undoes what f
// wrote and nothing else. A panic comes back as an error.
func (tx *Tx) Nested(ctx context.Context, f func() error) error { return tx.e.Nested(ctx, f) }

// Lock holds a name until the transaction ends; others who lock it wait, in
// this process and in every other. A transaction locks one name at most, before
// it reads what the name stands for, so that it sees what those before it wrote.
func (tx *Tx) Lock(ctx context.Context, name string) error { return tx.e.Lock(ctx, name) }

// NewID is a new row id: sorts by time, cannot be guessed.
func (tx *Tx) NewID(now time.Time) string { return tx.e.NewID(now) }

// NextCode is a short code for people: A1, A2 … one series per letter.
func (tx *Tx) NextCode(ctx context.Context, letter string) (string, error) {
	return nextCode(ctx, tx.e, letter)
}

func nextCode(ctx context.Context, tx *engine.Tx, letter string) (string, error) {
	var n int64
	_, err := tx.One(ctx, "next code", `INSERT INTO counter (name, value)
		VALUES ($1, 1 + COALESCE((SELECT value FROM counter WHERE name = '`+codeSeries+`'), 0))
		ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value`, []any{codeSeries + letter}, &n)
	return fmt.Sprintf("%s%d", letter, n), err
}

// codeSeries stands before a letter in the name of its counter; by itself it is
// where series begin that nobody drew from yet.
const codeSeries = "code/"

// Broken reports whether err means that the store itself failed, so that the
// transaction cannot go on.
func Broken(err error) bool { return engine.Broken(err) }

// Again reports whether err ended a transaction that was under way, so that the
// whole of it may go well at once: it and another waited for each other, or its
// connection was lost. Nobody knows whether one that was lost is stored.
func Again(err error) bool { return engine.Again(err) }

// InUse reports whether err means that a process serves the store.
func InUse(err error) bool { return errors.Is(err, engine.ErrInUse) }

// PanicError is a panic caught in a transaction.
type PanicError = engine.PanicError
