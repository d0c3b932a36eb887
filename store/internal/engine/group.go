package engine

import (
	"context"
	"errors"
)

// group is updates that share a commit. Savepoints cost as much as what they
// guard, and hardly an update fails once it has written: so they have none, and
// only when one fails so, all run again, each behind savepoints of its own.
type group struct {
	*sqlite
	jobs    []*job
	spoilt  bool     // something was to be undone
	wrote   bool     // something, that will be committed
	counted []string // by the jobs so far
}

// job is one waiting update.
type job struct {
	f    func(*Tx) error
	err  error
	done chan struct{}
}

// maxBatch bounds how many updates share a commit, so that the first does
// not wait for the last of a long queue.
const maxBatch = 256

func (e *sqlite) update(ctx context.Context, f func(*Tx) error) error {
	j := &job{f: f, done: make(chan struct{})}
	select {
	case <-e.closing:
		return errClosed
	default:
	}
	select {
	case e.queue <- j:
	case <-e.closing:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select { // once queued it may commit, so the answer is worth waiting for
	case <-j.done:
		return j.err
	case <-e.stopped:
		select {
		case <-j.done:
			return j.err
		default:
			return errClosed
		}
	}
}

var errClosed = errors.New("store is closed")

func (e *sqlite) loop() {
	defer close(e.stopped)
	for {
		select {
		case j := <-e.queue:
			e.batch(j)
		case <-e.closing:
			select {
			case j := <-e.queue:
				e.batch(j)
			default:
				return
			}
		}
	}
}

// batch runs the waiting updates and commits them together.
func (e *sqlite) batch(first *job) {
	ctx := context.Background() // a caller that gives up must not undo its neighbours
	g := &group{sqlite: e, jobs: []*job{first}}
	err := g.run(ctx, true)
	if g.spoilt {
		g.wrote = false
		err = g.run(ctx, false)
	}
	if err == nil && g.wrote {
		err = e.place.check()
	}
	if err != nil || g.wrote {
		e.db.health.set(err)
	}
	for _, j := range g.jobs {
		if err != nil {
			j.err = &brokenError{err, false}
		}
		close(j.done)
	}
}

// run runs the jobs, and what waits by then, in one transaction; bare is without
// savepoints.
func (g *group) run(ctx context.Context, bare bool) error {
	g.counted = nil
	err := g.exec(ctx, "BEGIN IMMEDIATE")
	for i := 0; err == nil && (i < len(g.jobs) || g.more()); i++ {
		j := g.jobs[i]
		tx := &Tx{db: g.db, run: g.writer(), counted: g.counted}
		if bare {
			tx.group = g
		}
		if j.err = tx.Nested(ctx, func() error { return j.f(tx) }); Broken(j.err) {
			err = j.err
		}
		g.wrote = g.wrote || j.err == nil && tx.wrote
		g.counted = tx.counted
	}
	if err == nil {
		err = g.commit(ctx)
	}
	if err != nil {
		g.rollback(ctx)
		g.cache.forget()
	}
	return err
}

func (g *group) commit(ctx context.Context) error {
	tx := &Tx{db: g.db, run: g.writer(), group: g, counted: g.counted}
	ended, err := tx.count(ctx)
	if err != nil {
		return err
	}
	err = g.exec(ctx, "COMMIT")
	ended(err == nil)
	return err
}

// more adds a job that waits.
func (g *group) more() bool {
	if len(g.jobs) == maxBatch {
		return false
	}
	select {
	case j := <-g.queue:
		g.jobs = append(g.jobs, j)
		return true
	default:
		return false
	}
}

// errSpoilt is something to be undone in a group: all of it will be.
var errSpoilt = &brokenError{errors.New("nothing can be undone alone"), false}

// unguarded is Nested in a group. What only read needs no savepoint.
func (tx *Tx) unguarded(f func() error) error {
	before := tx.wrote
	tx.wrote = false
	err := guard(f)
	if err != nil && tx.wrote {
		tx.group.spoilt = true
	}
	if tx.group.spoilt {
		return errSpoilt
	}
	tx.wrote = tx.wrote || before
	return err
}
