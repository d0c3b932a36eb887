package upkeep

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"marketbot/store"
	"marketbot/store/internal/engine"
)

// Look looks at a store beside whoever serves it, and changes nothing: is the
// key its own, are its tables those that the program makes or can go on from,
// did a restore end, may it be written to, is there room. Its error is a
// store.UnfitError where the store must not be opened.
func Look(ctx context.Context, o store.Options) (store.State, error) {
	s, err := engine.Examine(ctx, engine.BorrowOptions(o))
	return store.State{State: s}, damaged(err)
}

// Examine is Look at a store that nobody serves, before it is opened to be
// served; its error is ErrDamaged where the file is not as it was written. It
// reads the whole of it, unless the store was stopped in order and nobody
// touched it since: then Whole is false, and [ExamineOpen] is to read it beside
// the first answers. One that is not there yet is well, and PostgreSQL looks
// after its own.
func Examine(ctx context.Context, o store.Options) (store.State, error) {
	s, err := Look(ctx, o)
	s.Whole = s.New || engine.OnPostgres(o.Source)
	if s.Whole || err != nil && !doubtful(err) {
		return s, err
	}
	unlock, locked := engine.LockFile(o.Source)
	if locked != nil {
		return s, locked
	}
	if err == nil && engine.Clean(o.Source) {
		return s, unlock()
	}
	s.Whole = true
	return s, errors.Join(cmp.Or(readPages(ctx, o.Source), err), unlock())
}

// doubtful reports whether what was found may be damage.
func doubtful(err error) bool {
	var unfit *store.UnfitError
	return !errors.As(err, &unfit) || unfit.Why == store.OtherTables
}

// readPages reads every page of a file.
func readPages(ctx context.Context, file string) error {
	if err := readVersions(file); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", engine.DSN(file, "ro"))
	if err != nil {
		return err
	}
	return errors.Join(examine(ctx, db), db.Close())
}

// readVersions reads the versions of the format for writing and for reading,
// which SQLite writes alike and does not compare: of a file in which they differ
// it says only that it is locked.
func readVersions(file string) (err error) {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var v [2]byte
	if _, err := f.ReadAt(v[:], 18); err != nil {
		return errors.Join(ErrDamaged, err)
	}
	if v[0] != v[1] {
		return fmt.Errorf("%w: version %d for writing, %d for reading", ErrDamaged, v[0], v[1])
	}
	return nil
}
