package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"sync"

	_ "modernc.org/sqlite" // the driver
)

// sqlite is one writer that commits whatever waits, and readers beside it.
type sqlite struct {
	alone
	db       *DB
	path     string
	readers  *sql.DB
	viewing  chan struct{}
	write    *sql.DB
	conn     *sql.Conn // the writer's only connection
	prepared *prepared
	reads    *prepared
	queue    chan *job
	cache    cache // the writer's
	place    place // the writer's
	closing  chan struct{}
	stopped  chan struct{}
	unlock   func() error
}

func openSQLite(ctx context.Context, db *DB, o Options) (backend, error) {
	unlock, err := LockFile(o.Source)
	if err != nil {
		return nil, err
	}
	e := &sqlite{db: db, path: o.Source, queue: make(chan *job, maxBatch), cache: newCache(o.Cached), place: newPlace(o.Source), closing: make(chan struct{}), stopped: make(chan struct{}), unlock: unlock}
	if err := errors.Join(enter(o.Source), private(o.Source)); err != nil {
		return nil, errors.Join(err, unlock())
	}
	if err := e.open(ctx, o); err != nil {
		return nil, errors.Join(err, unlock())
	}
	go e.loop()
	return e, nil
}

func (e *sqlite) open(ctx context.Context, o Options) error {
	var err error
	path := o.Source
	if e.write, err = sql.Open("sqlite", DSN(path, "rwc")); err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	e.write.SetMaxOpenConns(1)
	if err := migrate(ctx, e.write, "sqlite3", o); err != nil {
		return errors.Join(fmt.Errorf("open %s: %w", path, err), e.write.Close())
	}
	if e.conn, err = e.write.Conn(ctx); err != nil {
		return errors.Join(fmt.Errorf("open %s: %w", path, err), e.write.Close())
	}
	if e.readers, err = sql.Open("sqlite", DSN(path, "ro")); err != nil {
		return errors.Join(fmt.Errorf("open %s: %w", path, err), e.conn.Close(), e.write.Close())
	}
	// One connection more than views: preparing a statement takes one, and
	// would wait for ever for views that wait for the statement.
	e.viewing = make(chan struct{}, max(4, runtime.NumCPU()))
	e.readers.SetMaxOpenConns(cap(e.viewing) + 1)
	e.readers.SetMaxIdleConns(cap(e.viewing) + 1)
	e.prepared = &prepared{prepare: e.conn.PrepareContext}
	e.reads = &prepared{prepare: e.readers.PrepareContext}
	return nil
}

// private keeps the files of a database from everybody but their owner: those
// that SQLite makes beside the first have its mode.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	for _, p := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(p)
		if err != nil || info.Mode().Perm()&0o077 == 0 {
			continue
		}
		if err := os.Chmod(p, 0o600); err != nil {
			return fmt.Errorf("keep %s from others: %w", p, err)
		}
	}
	return nil
}

// DSN is how the driver opens a SQLite file, in a mode of SQLite's (rwc, rw, ro):
// every acknowledged write is on the disk (FULL), readers never block, and what is
// erased leaves no bytes behind in its page. The file is not mapped: every write
// would have every reader unmap all of it, and map it again.
func DSN(path, mode string) string {
	q := url.Values{"mode": {mode}, "_txlock": {"immediate"}}
	for _, p := range []string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(4000)", "temp_store(MEMORY)", "secure_delete(FAST)"} {
		if mode == "ro" && (p == "journal_mode(WAL)" || p == "synchronous(FULL)") {
			continue
		}
		q.Add("_pragma", p)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func (e *sqlite) exec(ctx context.Context, q string) error {
	_, err := e.prepared.run(nil).ExecContext(ctx, q)
	return err
}

// rollback ends a failed batch; SQLite may have ended it itself.
func (e *sqlite) rollback(ctx context.Context) {
	if err := e.exec(ctx, "ROLLBACK"); err != nil {
		e.db.log.Debug("rollback after a failed commit", "error", err)
	}
}

func (e *sqlite) writer() runner { return e.prepared.run(nil) }

func (e *sqlite) view(ctx context.Context, f func(*Tx) error) error {
	select {
	case e.viewing <- struct{}{}:
		defer func() { <-e.viewing }()
	case <-ctx.Done():
		return fmt.Errorf("view: %w", ctx.Err())
	}
	t, err := e.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("view: %w", err)
	}
	tx := &Tx{db: e.db, run: e.reads.run(t)}
	err = guard(func() error { return f(tx) })
	return errors.Join(err, t.Rollback())
}

func (e *sqlite) close() error {
	close(e.closing)
	<-e.stopped
	e.prepared.close()
	e.reads.close()
	closed := errors.Join(e.conn.Close(), e.readers.Close(), e.write.Close())
	return errors.Join(e.leave(closed), e.unlock())
}

// prepared keeps statements: an unprepared read costs twice.
type prepared struct {
	prepare func(context.Context, string) (*sql.Stmt, error)
	mu      sync.Mutex
	stmts   map[string]*kept
}

type kept struct {
	*sql.Stmt
	ran int // times
}

func (p *prepared) get(ctx context.Context, q string) (*sql.Stmt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s, ok := p.stmts[q]; ok {
		s.ran++
		return s.Stmt, nil
	}
	s, err := p.prepare(context.WithoutCancel(ctx), q)
	if err != nil {
		return nil, err
	}
	if p.stmts == nil {
		p.stmts = map[string]*kept{}
	}
	p.stmts[q] = &kept{s, 1}
	return s, nil
}

// Statements are the texts of all that updates of a SQLite database ran, with
// how often: for a look at their plans and their number. None of another.
func (db *DB) Statements() map[string]int {
	e, ok := db.backend.(*sqlite)
	if !ok {
		return nil
	}
	e.prepared.mu.Lock()
	defer e.prepared.mu.Unlock()
	ran := make(map[string]int, len(e.prepared.stmts))
	for q, s := range e.prepared.stmts {
		ran[q] = s.ran
	}
	return ran
}

func (p *prepared) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.stmts {
		s.Close()
	}
}

// run gives the statements to a transaction; nil means the connection itself.
func (p *prepared) run(t *sql.Tx) runner { return preparedRun{p, t} }

type preparedRun struct {
	p *prepared
	t *sql.Tx
}

func (r preparedRun) stmt(ctx context.Context, q string) (*sql.Stmt, error) {
	s, err := r.p.get(ctx, q)
	if err != nil || r.t == nil {
		return s, err
	}
	return r.t.StmtContext(ctx, s), nil
}

// context is the caller's for readers. The writer heeds none: its driver would
// interrupt the transaction of the neighbours, too, and starts a goroutine for
// every statement to be able to.
func (r preparedRun) context(ctx context.Context) context.Context {
	if r.t == nil {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

func (r preparedRun) ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error) {
	ctx = r.context(ctx)
	s, err := r.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

func (r preparedRun) QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	ctx = r.context(ctx)
	s, err := r.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}
