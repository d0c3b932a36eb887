package engine

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Before is a series of migrations that the present one took the place of: what
// it made of a database is what the present one makes up to Same.
type Before struct {
	Last   int64  // its last version; the present series begins above
	Same   int64  // up to this version the present series makes nothing else
	Sealed string // a query of values that rest under secret_key, for databases without a fingerprint of it
}

// whole reports whether a database was made to its end, in that series or since.
// Nothing rests yet in one whose first start did not end.
func (b Before) whole(applied []int64) bool {
	return slices.Contains(applied, b.Last) || slices.Max(applied) >= b.Same
}

// Step is a migration that is code. It runs in the transaction that notes it as
// applied, and makes no other tables.
type Step struct {
	Version int64
	Name    string
	Do      func(ctx context.Context, tx *Tx) error
}

func (s Step) goose(db *DB) *goose.Migration {
	return goose.NewGoMigration(s.Version, &goose.GoFunc{RunTx: func(ctx context.Context, t *sql.Tx) error { return s.Do(ctx, db.On(t)) }}, nil)
}

// migrate brings the tables up to date; on PostgreSQL replicas that start
// together wait for each other.
func migrate(ctx context.Context, db *sql.DB, dialect string, o Options) error {
	files, err := fs.Sub(o.Migrations, "migrations")
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	options := []goose.ProviderOption{goose.WithAllowOutofOrder(true)} // each stands for itself
	if dialect == "postgres" {
		l, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return fmt.Errorf("migrations: %w", err)
		}
		options = append(options, goose.WithSessionLocker(l))
	}
	for _, s := range o.Steps {
		options = append(options, goose.WithGoMigrations(s.goose(o.db())))
	}
	p, err := goose.NewProvider(goose.Dialect(dialect), db, files, options...)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if err := carryOver(ctx, db, dialect, o.Before, p.ListSources()); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrations: %w", stuck(err))
	}
	if err := note(ctx, db, o, *o.Examined); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}

// stuck is an UnfitError where a migration fails for what the tables are or hold, and
// will fail for it again.
func stuck(err error) error {
	var part *goose.PartialError
	var lite *driver.Error
	var post *pgconn.PgError
	if !errors.As(err, &part) {
		return err
	}
	switch {
	case errors.As(err, &lite) && (lite.Code()&0xff == sqlite3.SQLITE_ERROR || lite.Code()&0xff == sqlite3.SQLITE_CONSTRAINT),
		errors.As(err, &post) && (post.Code == "42P07" || post.Code == "42701" || strings.HasPrefix(post.Code, "22") || strings.HasPrefix(post.Code, "23")):
		return &UnfitError{Stuck, cmp.Or(part.Failed.Source.Path, strconv.FormatInt(part.Failed.Source.Version, 10))} // code has no path
	}
	return err
}

// carryOver notes of a database at the end of the series before that the present
// one was applied to it, but for what is new. One in the midst of that series is
// unfit.
func carryOver(ctx context.Context, db *sql.DB, dialect string, before Before, present []*goose.Source) error {
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback() // of no effect after the commit
	version, err := versionOf(ctx, t, dialect)
	if err != nil || version != before.Last {
		return err
	}
	for _, s := range present {
		if s.Version > before.Same {
			continue
		}
		if _, err := t.ExecContext(ctx, `INSERT INTO goose_db_version (version_id, is_applied) VALUES ($1, $2)`, s.Version, true); err != nil {
			return err
		}
	}
	return t.Commit()
}

// versionOf is the version of a database's tables; 0 when it has none. It holds
// off others who would carry the database over.
func versionOf(ctx context.Context, t *sql.Tx, dialect string) (version int64, err error) {
	exists := `SELECT COUNT(*) FROM sqlite_master WHERE name = 'goose_db_version'`
	if dialect == "postgres" {
		if _, err := t.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, carryKey); err != nil {
			return 0, err
		}
		exists = `SELECT COUNT(to_regclass('goose_db_version'))`
	}
	var there int
	if err := t.QueryRowContext(ctx, exists).Scan(&there); err != nil || there == 0 {
		return 0, err
	}
	err = t.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&version)
	return version, err
}

// carryKey is of the lock that carrying over holds.
const carryKey = servedKey + 1
