package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"
)

// Served reports whether a process serves the store now. Its error says that
// there is no such store.
func Served(ctx context.Context, source string) (bool, error) {
	if OnPostgres(source) {
		return servedPostgres(ctx, source)
	}
	if _, err := os.Stat(source); err != nil {
		if _, locked := os.Stat(lockPath(source)); locked != nil { // else its file may have been removed under a process
			return false, fmt.Errorf("look for the store: %w", err)
		}
	}
	unlock, err := LockFile(source)
	if errors.Is(err, ErrInUse) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return false, unlock()
}

// Unserved fails while a process serves a PostgreSQL database, but not at once:
// the server lets the connections of one that has just ended go a moment later.
func Unserved(ctx context.Context, url string) error {
	for tries := 1; ; tries++ {
		served, err := servedPostgres(ctx, url)
		if err != nil || !served {
			return err
		}
		if tries == 10 || !Rest(ctx, 100*time.Millisecond) {
			return fmt.Errorf("the database is %w; stop that one first", ErrInUse)
		}
	}
}

func servedPostgres(ctx context.Context, url string) (bool, error) {
	pool, err := sql.Open("pgx", url)
	if err != nil {
		return false, refused(fmt.Errorf("open postgres: %w", err))
	}
	pool.SetMaxOpenConns(1) // what is locked ends with its connection
	var free bool
	err = pool.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, servedKey).Scan(&free)
	if err = errors.Join(err, pool.Close()); err != nil {
		return false, refused(fmt.Errorf("ask postgres: %w", err))
	}
	return !free, nil
}
