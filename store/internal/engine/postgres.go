package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgres runs every update in a transaction of its own; the server groups
// the commits. Several processes may serve the same database.
type postgres struct {
	db      *DB
	conns   *sql.DB
	closing chan struct{}
}

// Pool bounds what one process asks of PostgreSQL.
type Pool struct {
	Connections int           `yaml:"connections"` // at a time, at most; 0: as DefaultPool
	Idle        time.Duration `yaml:"idle"`        // one that is not used for so long is closed; 0: as DefaultPool
}

// DefaultPool lets three processes share a server of 100 connections.
func DefaultPool() Pool { return Pool{Connections: 20, Idle: 5 * time.Minute} }

// Problem is the first setting that cannot be, and what is wrong with it; key is
// empty when all are well. The text is for people.
func (p Pool) Problem() (key, text string) {
	switch {
	case p.Connections < 2:
		return "connections", "connections 至少是 2"
	case p.Idle <= 0:
		return "idle", "idle 要大于 0，如 5m"
	}
	return "", ""
}

const (
	servedKey = 0x6d61726b6574         // of the advisory lock that every connection shares; "market"
	stalled   = 10 * time.Second       // a transaction of a process that was stopped is undone then
	beginTime = 2 * time.Second        // a server that starts again is waited for
	beginLook = 100 * time.Millisecond // and asked so often
)

func openPostgres(ctx context.Context, db *DB, o Options) (backend, error) {
	pool, err := connect(o.Source, o.Pool)
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	if err := migrate(ctx, pool, "postgres", o); err != nil {
		return nil, errors.Join(fmt.Errorf("open postgres: %w", refused(err)), pool.Close())
	}
	return &postgres{db: db, conns: pool, closing: make(chan struct{})}, nil
}

// connect makes the pool. Each of its connections tells by a lock that a
// process serves the database, for Served.
func connect(url string, p Pool) (*sql.DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	// Else a process that is stopped within a transaction would hold what it
	// locked, and with it everybody else.
	if _, set := config.RuntimeParams["idle_in_transaction_session_timeout"]; !set {
		config.RuntimeParams["idle_in_transaction_session_timeout"] = fmt.Sprint(stalled.Milliseconds())
	}
	pool := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, `SELECT pg_advisory_lock_shared($1)`, servedKey)
		return err
	}))
	usual := DefaultPool()
	if p.Connections <= 0 {
		p.Connections = usual.Connections
	}
	if p.Idle <= 0 {
		p.Idle = usual.Idle
	}
	pool.SetMaxOpenConns(p.Connections)
	pool.SetMaxIdleConns(p.Connections)
	pool.SetConnMaxIdleTime(p.Idle)
	return pool, nil
}

// refused is an UnfitError where a server refuses what the settings ask of it, so that
// asking again is of no use.
func refused(err error) error {
	var post *pgconn.PgError
	var wrong *pgconn.ParseConfigError
	switch {
	case errors.As(err, &wrong):
		return &UnfitError{Why: BadSource} // its own words would show the address
	case errors.As(err, &post):
		switch post.Code {
		case "28P01", "28000":
			return &UnfitError{Why: Denied}
		case "3D000":
			return &UnfitError{Why: NoDatabase}
		case "42501":
			return &UnfitError{Why: NotWritable}
		case "42704": // of what stands behind the question mark
			return &UnfitError{Why: BadSource}
		}
	case err != nil && strings.Contains(err.Error(), "server refused TLS connection"):
		return &UnfitError{Why: Unencrypted}
	}
	return err
}

func (e *postgres) update(ctx context.Context, f func(*Tx) error) error {
	err := e.transact(ctx, nil, f)
	switch {
	case err == nil:
		e.db.health.set(nil)
	case Broken(err) && ctx.Err() == nil && !collided(err):
		e.db.health.set(err)
	}
	return err
}

func (e *postgres) view(ctx context.Context, f func(*Tx) error) error {
	return e.transact(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, f)
}

func (e *postgres) transact(ctx context.Context, o *sql.TxOptions, f func(*Tx) error) error {
	t, err := e.begin(ctx, o)
	if err != nil {
		return &brokenError{err, false}
	}
	tx := &Tx{db: e.db, run: t}
	var ended func(bool)
	err = guard(func() (err error) {
		if err = f(tx); err == nil {
			ended, err = tx.count(ctx)
		}
		return err
	})
	if err != nil {
		if e := t.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) {
			return errors.Join(&brokenError{e, true}, err)
		}
		return err
	}
	err = t.Commit()
	ended(err == nil)
	if err != nil {
		return &brokenError{err, true}
	}
	return nil
}

// begin begins a transaction, after a while where the server was started again:
// every connection of the pool may be found dead, one by one.
func (e *postgres) begin(ctx context.Context, o *sql.TxOptions) (*sql.Tx, error) {
	end := time.NewTimer(beginTime)
	defer end.Stop()
	for {
		t, err := e.conns.BeginTx(ctx, o)
		if err == nil || ctx.Err() != nil || !passing(err) {
			return t, err
		}
		select {
		case <-end.C:
			return nil, err
		case <-e.closing:
			return nil, err
		case <-time.After(beginLook):
		}
	}
}

// passing reports whether a server that does not let a transaction begin may soon
// do so: it is unreachable, starts or stops, or has too many connections.
func passing(err error) bool {
	var p *pgconn.PgError
	if !errors.As(err, &p) {
		return true
	}
	return strings.HasPrefix(p.Code, "57") || strings.HasPrefix(p.Code, "53")
}

// undone marks an error after which the whole transaction has to be done anew:
// it and another waited for each other, or the server stops.
func undone(err error) error {
	var p *pgconn.PgError
	if errors.As(err, &p) && (strings.HasPrefix(p.Code, "40") || strings.HasPrefix(p.Code, "57")) {
		return &brokenError{err, true}
	}
	return err
}

// collided reports whether a transaction only waited for another in vain.
func collided(err error) bool {
	var p *pgconn.PgError
	return errors.As(err, &p) && strings.HasPrefix(p.Code, "40")
}

func (e *postgres) close() error {
	close(e.closing)
	return e.conns.Close()
}
