package upkeep

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"marketbot/store"
	"marketbot/store/internal/engine"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dumpSQLite writes a consistent copy without what was erased.
func dumpSQLite(ctx context.Context, source, part string) error {
	if _, err := os.Stat(source); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", engine.DSN(source, "ro"))
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, `VACUUM INTO ?`, part); err != nil {
		return damaged(err)
	}
	return nil
}

// verifySQLite reads every page, and opens all that is sealed in a file without a
// sum.
func verifySQLite(ctx context.Context, o store.Options, file string, summed bool) error {
	eo := engine.BorrowOptions(o)
	eo.Source = file
	db, err := engine.Still(eo)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := examine(ctx, db.Pool()); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	state, err := db.Examine(ctx, eo)
	switch {
	case err != nil || summed:
		return damaged(err)
	case !state.Pending:
		return db.View(ctx, func(tx *engine.Tx) error { return openAll(ctx, tx) })
	}
	o.Source = file
	return damaged(onCopy(ctx, o, func(of *store.DB) error {
		return engine.BorrowDB(of).View(ctx, func(tx *engine.Tx) error { return openAll(ctx, tx) })
	}))
}

// onCopy lends a copy of a SQLite store, brought up to date.
func onCopy(ctx context.Context, o store.Options, f func(of *store.DB) error) (err error) {
	folder, err := os.MkdirTemp("", "marketbot-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	whole := o.Source
	o.Source, o.Beside = filepath.Join(folder, "copy.db"), nil
	if err := dumpSQLite(ctx, whole, o.Source); err != nil {
		return err
	}
	of, err := store.Open(ctx, o)
	if err != nil {
		return err
	}
	return errors.Join(f(of), of.Close())
}

// examine reads every page of a database.
func examine(ctx context.Context, db *sql.DB) error {
	var verdict string
	if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&verdict); err != nil {
		return damaged(err)
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, verdict)
	}
	return nil
}

// ExamineOpen reads the whole of an open store, beside whoever uses it; its
// error is ErrDamaged where the file is not as it was written.
func ExamineOpen(ctx context.Context, of *store.DB) error {
	db := engine.BorrowDB(of)
	if err := examine(ctx, db.Pool()); err != nil {
		return err
	}
	db.Examined()
	return nil
}

// damaged marks what SQLite says of a file that is not as it was written. It
// has no code of its own for a header that asks for what no version knows.
func damaged(err error) error {
	var e *driver.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_ERROR:
		return errors.Join(ErrDamaged, err)
	}
	return err
}

// Corrupt reports whether SQLite could not read a file that is not as it was written.
func Corrupt(err error) bool {
	var e *driver.Error
	return errors.As(err, &e) && (e.Code()&0xff == sqlite3.SQLITE_CORRUPT || e.Code()&0xff == sqlite3.SQLITE_NOTADB)
}

// restoreSQLite keeps the old files under another name before it puts the new
// one in their place, so that a stop at any moment loses neither. A mark beside
// them keeps everybody from a half of either meanwhile.
func restoreSQLite(ctx context.Context, source, file, aside string, at time.Time) (kept string, err error) {
	unlock, err := engine.LockFile(source)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	part, mark, folder := source+partSuffix, engine.RestoreMark(source), filepath.Dir(source)
	defer func() { err = errors.Join(err, forget(part, part+"-journal")) }()
	if err := duplicate(file, part); err != nil {
		return "", err
	}
	if err := noteRestored(ctx, part, at); err != nil {
		return "", err
	}
	if kept, err = keepAside(source, source+"."+aside); err != nil {
		return "", err
	}
	if err := errors.Join(os.WriteFile(mark, []byte(file+"\n"), 0o600), flush(mark), flush(folder)); err != nil {
		return "", errors.Join(err, forget(mark))
	}
	// From here on the store is refused until a restore ends.
	if err := errors.Join(forget(source+"-wal", source+"-shm"), settle(part, source)); err != nil {
		return "", err
	}
	files := []string{source, source + ".lock"}
	if kept != "" {
		files = append(files, kept, kept+"-wal", kept+"-shm")
	}
	if err := own(folder, files...); err != nil {
		return "", err
	}
	return kept, errors.Join(os.Remove(mark), flush(folder))
}

// noteRestored leaves word in a file that it was restored.
func noteRestored(ctx context.Context, file string, at time.Time) error {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+"?mode=rw&_pragma=synchronous(FULL)")
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, RestoredMark, restoredAt(at))
	return errors.Join(err, db.Close())
}

// duplicate copies a file to the disk.
func duplicate(from, to string) error {
	if err := blank(to); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// keepAside gives the files of a database a second name; empty where there are
// none.
func keepAside(source, aside string) (string, error) {
	if _, err := os.Stat(source); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Link(source+suffix, aside+suffix); err != nil && (suffix == "" || !errors.Is(err, fs.ErrNotExist)) {
			return "", err
		}
	}
	return aside, nil
}
