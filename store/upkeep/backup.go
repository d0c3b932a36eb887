package upkeep

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"marketbot/store"
	"marketbot/store/internal/engine"
)

// ErrDamaged is a database file that is not as it was written.
var ErrDamaged = errors.New("the database file is damaged")

// ErrNoSum is a dump of PostgreSQL without its sum: nobody can tell whether a bit of
// it flipped.
var ErrNoSum = errors.New("there is no " + SumSuffix + " beside it")

// ErrOtherKind is a backup of the other kind of database.
var ErrOtherKind = errors.New("a backup of the other kind of database")

// Backup writes what is stored at this moment to a new file, beside whoever
// serves the store. The file has its name only when all of it was read again
// and is on the disk; its owner alone may read it. On SQLite it is a database,
// on PostgreSQL what pg_dump makes.
func Backup(ctx context.Context, o store.Options, file string) (err error) {
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("backup: %s: %w", file, errors.Join(fs.ErrExist, err))
	}
	if engine.OnPostgres(o.Source) { // what its programs say of a connection is for nobody
		there, err := engine.Peek(ctx, engine.BorrowOptions(o))
		if err == nil {
			err = there.Close()
		}
		if err != nil {
			return fmt.Errorf("backup: %w", err)
		}
	}
	part := file + partSuffix
	if err := blank(part); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("backup: %w", err), forget(part, part+"-journal", file+SumSuffix))
		}
	}()
	if engine.OnPostgres(o.Source) {
		err = dumpPostgres(ctx, o.Source, part)
	} else {
		err = dumpSQLite(ctx, o.Source, part)
	}
	if err != nil {
		return err
	}
	if err := verify(ctx, o, part, true); err != nil { // what was damaged in the store before keeps nobody from a backup
		return err
	}
	if err := writeSum(part, file); err != nil {
		return err
	}
	if err := settle(part, file); err != nil {
		return err
	}
	return own(filepath.Dir(file), file, file+SumSuffix)
}

// partSuffix is of files that are not whole yet.
const partSuffix = ".part"

// forget deletes files that may be there.
func forget(files ...string) (err error) {
	for _, f := range files {
		if one := os.Remove(f); !errors.Is(one, fs.ErrNotExist) {
			err = errors.Join(err, one)
		}
	}
	return err
}

// blank makes an empty file that nobody else may read, and nobody writes to who
// did to one of that name: a pg_dump may outlive the process that began it.
func blank(path string) error {
	if err := forget(path); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// settle gives a file its name when it is on the disk.
func settle(part, file string) error {
	if err := flush(part); err != nil {
		return err
	}
	if err := os.Rename(part, file); err != nil {
		return err
	}
	return flush(filepath.Dir(file))
}

// Writable fails where a backup could not be written to a folder, or the folder could
// not be made.
func Writable(folder string) error {
	for {
		err := engine.MayWrite(folder)
		if above := filepath.Dir(folder); errors.Is(err, fs.ErrNotExist) && above != folder {
			folder = above
			continue
		}
		return err
	}
}

// flush brings a file or a folder to the disk.
func flush(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// VerifyBackup reads the whole of a backup and tells what is wrong with it:
// ErrDamaged, ErrOtherKind, ErrNoSum, or a store.UnfitError where it was made under
// another secret_key or by a newer program.
func VerifyBackup(ctx context.Context, o store.Options, file string) error {
	summed, err := checkSum(file)
	if err != nil {
		return err
	}
	return verify(ctx, o, file, summed)
}

// verify is VerifyBackup without the sum. What is not summed is opened, all of it;
// a dump cannot be.
func verify(ctx context.Context, o store.Options, file string, summed bool) error {
	dump, err := isDump(file)
	switch {
	case err != nil:
		return err
	case dump != engine.OnPostgres(o.Source):
		return ErrOtherKind
	case dump:
		if err := readDump(ctx, file); err != nil {
			return err
		}
		if !summed {
			return fmt.Errorf("%s: %w", file, ErrNoSum)
		}
		return fitDump(ctx, o, file)
	}
	return verifySQLite(ctx, o, file, summed)
}

// dumpMagic is how a file of pg_dump begins.
const dumpMagic = "PGDMP"

func isDump(file string) (bool, error) {
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() { // or it may never end
		return false, fmt.Errorf("%s: %w", file, ErrDamaged)
	}
	f, err := os.Open(file)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head := make([]byte, len(dumpMagic))
	if _, err := io.ReadFull(f, head); err != nil {
		return false, fmt.Errorf("%s: %w", file, ErrDamaged)
	}
	return string(head) == dumpMagic, nil
}

// Restore puts a backup in the place of the store, which nobody may serve
// meanwhile. What was there stays aside, and kept says where: in a file beside
// it, or in a schema of the database. Whoever is stopped midway has either store
// whole, or one that is refused until it is restored again. The next start ends
// what gives access and tells (see RestoredMark).
func Restore(ctx context.Context, o store.Options, file string, at time.Time) (kept string, err error) {
	if err := VerifyBackup(ctx, o, file); err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	aside := at.UTC().Format("20060102-150405.000") // who was stopped may begin again at once
	if engine.OnPostgres(o.Source) {
		kept, err = restorePostgres(ctx, o.Source, file, aside, at)
	} else {
		kept, err = restoreSQLite(ctx, o.Source, file, aside, at)
	}
	if err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	return kept, nil
}
