package store

import (
	"context"
	"errors"
	"time"
)

// share is how processes divide a store among them. It differs between a file,
// which one process has to itself, and a database that several serve.
type share interface {
	// lock holds a name until the transaction ends.
	lock(ctx context.Context, tx *Tx, name string) error
	// name is under which this process claims; empty when it is alone.
	name() string
	// place looks where a message will stand in its chat: behind what waits
	// there, and claimed if nobody else has anything to say before it.
	place(ctx context.Context, tx *Tx, o *Outgoing) error
	// keep keeps this process's claims.
	keep(ctx context.Context, db *DB, lease time.Duration) (kept bool, err error)
	// claim claims chats for this process, but for those on the platforms of
	// elsewhere.
	claim(ctx context.Context, tx *Tx, now time.Time, chats int, elsewhere []string) (Claimed, error)
	// yield gives up the claims on some messages.
	yield(ctx context.Context, db *DB, ids []string) error
	// backlog lists what waits for this process to deliver it.
	backlog(ctx context.Context, tx *Tx) ([]string, error)
	// hold holds a name beyond transactions, until released or until the process
	// ends; held is false when another has it.
	hold(ctx context.Context, db *DB, name string) (release func() error, held bool, err error)
	// retire gives all claims up.
	retire(ctx context.Context, db *DB) error
	// turn is Turn.
	turn(ctx context.Context, db *DB, name string, work func(ctx context.Context) error) error
}

// ErrNotClaimed is a message that another process has taken over: whoever had
// it has to leave it.
var ErrNotClaimed = errors.New("claimed by another process")

// Shared tells whether other processes may serve the store at the same time.
func (db *DB) Shared() bool { return db.share.name() != "" }

// Replica is the name under which this process claims messages now; empty for
// a store that is not shared.
func (db *DB) Replica() string { return db.share.name() }

// Keep keeps what this process claimed from others for so long. kept is false
// when its claims had ended before: it goes on under another name, and owns
// nothing.
func (db *DB) Keep(ctx context.Context, lease time.Duration) (kept bool, err error) {
	return db.share.keep(ctx, db, lease)
}

// Retire gives up everything that this process claimed, so that others go on
// with it at once.
func (db *DB) Retire(ctx context.Context) error { return db.share.retire(ctx, db) }

// Yield gives up the claims of this process on messages that it has not begun to
// send, so that others can take them.
func (db *DB) Yield(ctx context.Context, ids []string) error { return db.share.yield(ctx, db, ids) }

// Claimed is what Claim came to.
type Claimed struct {
	Messages  int64
	Left      bool // something due is nobody's: there was no room, or its chat is another's for now
	Elsewhere bool // something due is nobody's and for another process to send
}

// Claim claims everything that waits in so many chats: those of which nothing
// waits at another living process, the most urgent first, whatever number of
// messages each has. Only what Keep kept can be claimed: it is ErrNotClaimed
// otherwise. What is for the platforms of elsewhere is left to others.
func (db *DB) Claim(ctx context.Context, now time.Time, chats int, elsewhere ...string) (c Claimed, err error) {
	err = db.Update(ctx, func(tx *Tx) (err error) {
		c, err = db.share.claim(ctx, tx, now, chats, elsewhere)
		return err
	})
	return c, err
}

// Lock holds a name until the transaction ends; others who lock it wait, in
// this process and in every other. A transaction locks one name at most, before
// it reads what the name stands for, so that it sees what those before it wrote.
func (tx *Tx) Lock(ctx context.Context, name string) error { return tx.db.share.lock(ctx, tx, name) }

// Hold holds a name until it is released or this process ends; held is false
// when another process has it. It is for work that must not be done twice at
// the same time and takes longer than a transaction.
func (db *DB) Hold(ctx context.Context, name string) (release func() error, held bool, err error) {
	return db.share.hold(ctx, db, name)
}

// ids reads a column of ids.
func (tx *Tx) ids(ctx context.Context, what, query string, args ...any) ([]string, error) {
	return all(ctx, tx, what, query, args, func(scan func(...any) error) (id string, err error) { return id, scan(&id) })
}
