package engine

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Unfit is why a database must not be written to as it is.
type Unfit string

// The ways of being unfit.
const (
	OtherKey    Unfit = "secret_key is not that of the database"
	Newer       Unfit = "a newer program wrote the database"
	Edited      Unfit = "a migration is not the one that was applied"
	OtherTables Unfit = "the tables are not those of their version"
	TooOld      Unfit = "the tables are too old to go on from"
	Unfinished  Unfit = "a restore did not end"
	Unmoved     Unfit = "a move did not end"
	NotWritable Unfit = "the database cannot be written to"
	NoRoom      Unfit = "the disk is full"
	Gone        Unfit = "the file was removed or replaced"
	Lost        Unfit = "the file is gone, but not what lies beside it"
	NoFile      Unfit = "what is there is no file"
	Stuck       Unfit = "a migration does not go through"
	Denied      Unfit = "the server does not let us in"
	NoDatabase  Unfit = "the server has no such database"
	Unencrypted Unfit = "the server takes no encrypted connection"
	BadSource   Unfit = "the address cannot be used"
)

// UnfitError is a database that must not be written to as it is.
type UnfitError struct {
	Why    Unfit
	Detail string // names, versions and places for whoever mends it; never content
}

func (e *UnfitError) Error() string {
	if e.Detail == "" {
		return string(e.Why)
	}
	return string(e.Why) + ": " + e.Detail
}

// State is what Examine saw of a database that is fit.
type State struct {
	New     bool // it has no tables yet
	Pending bool // migrations are to be applied to it
}

// Examine looks at a database beside whoever serves it, and changes nothing: is
// the key its own, are the tables those that the present migrations make or can
// go on from, did a restore end, may it be written to, and is there room. It is
// an UnfitError where it must not be opened.
func Examine(ctx context.Context, o Options) (s State, err error) {
	if !OnPostgres(o.Source) {
		if err := besideFile(o.Source); err != nil {
			return s, err
		}
		info, err := os.Stat(o.Source)
		if gone := errors.Is(err, fs.ErrNotExist); gone || err == nil && info.Size() == 0 {
			return State{New: true}, leftAlone(o.Source, gone)
		}
	}
	db, err := Peek(ctx, o)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	s, err = db.Examine(ctx, o)
	return s, refused(err)
}

// Examine is the part of Examine that is about what the database holds.
func (db *DB) Examine(ctx context.Context, o Options) (State, error) {
	s, err := db.examine(ctx, o)
	if s.New && db.postgres { // or a restore ended meanwhile, later than what was read of its tables
		return db.examine(ctx, o)
	}
	return s, err
}

func (db *DB) examine(ctx context.Context, o Options) (s State, err error) {
	still := &sql.TxOptions{ReadOnly: true}
	if db.postgres { // others may be bringing it up to date
		still.Isolation = sql.LevelRepeatableRead
	}
	t, err := db.Pool().BeginTx(ctx, still)
	if err != nil {
		return s, err
	}
	defer t.Rollback() // it only read
	e := examination{o: o, t: t, postgres: db.postgres}
	return e.all(ctx)
}

// minRoom is how many bytes have to be free on the disk for anything to begin.
const minRoom = 4 << 20

// besideFile looks at where a file of SQLite lies.
func besideFile(source string) error {
	if mark, err := os.ReadFile(RestoreMark(source)); err == nil {
		return &UnfitError{Unfinished, strings.TrimSpace(string(mark))}
	}
	if info, err := os.Lstat(source); err == nil && !info.Mode().IsRegular() {
		return &UnfitError{NoFile, source}
	}
	folder := filepath.Dir(source)
	if f, err := os.Open(lockPath(source)); err == nil {
		f.Close() // it was only to be seen whether it opens
	} else if errors.Is(err, fs.ErrPermission) {
		return &UnfitError{NotWritable, lockPath(source)}
	}
	for _, path := range []string{folder, source, source + "-wal", source + "-shm"} {
		if err := MayWrite(path); err != nil && (path == folder || !errors.Is(err, fs.ErrNotExist)) {
			return &UnfitError{NotWritable, path}
		}
	}
	free, err := Room(source)
	if err == nil && free < minRoom {
		return &UnfitError{NoRoom, folder}
	}
	return nil
}

// leftAlone refuses to begin anew where a database has been: what lies beside a file
// is made later than the file and goes before it, so somebody took the file away or
// emptied it.
func leftAlone(source string, gone bool) error {
	for _, path := range []string{source + "-wal", source + "-shm", cleanMark(source)} {
		if info, err := os.Stat(path); err == nil && (gone || info.Size() > 0) {
			return &UnfitError{Lost, path}
		}
	}
	return nil
}

// RestoreMark is a file that lies beside a database of SQLite while another is
// put in its place.
func RestoreMark(source string) string { return source + ".restoring" }

// MoveMark is a table in a PostgreSQL database that lasts while a store is moved
// there: what there is beside it is not all.
const MoveMark = "move_unfinished"

// AsidePrefix begins the names of schemas that a restore leaves.
const AsidePrefix = "before_"

// examination is a look at one database.
type examination struct {
	o        Options
	t        *sql.Tx
	postgres bool
}

func (e examination) all(ctx context.Context) (s State, err error) {
	moving, err := e.has(ctx, MoveMark)
	if err != nil {
		return s, err
	}
	if moving {
		return s, &UnfitError{Why: Unmoved}
	}
	applied, err := e.applied(ctx)
	if err != nil {
		return s, err
	}
	if len(applied) == 0 {
		return State{New: true}, e.vacated(ctx)
	}
	notes, err := e.notes(ctx)
	if err != nil {
		return s, err
	}
	if err := e.o.Fit(applied, notes); err != nil {
		return s, err
	}
	list, err := e.o.migrations()
	if err != nil {
		return s, err
	}
	s.Pending = slices.ContainsFunc(list, func(m migration) bool { return !slices.Contains(applied, m.version) })
	if slices.Max(applied) > e.o.Before.Last {
		if err := e.tables(ctx, list, applied); err != nil {
			return s, err
		}
	}
	if notes[keyMark] == "" && e.o.Before.Sealed != "" && e.o.Keys != nil && e.o.Before.whole(applied) {
		return s, e.oldKey(ctx)
	}
	return s, nil
}

// applied are the migrations that the database went through; none of one without
// tables.
func (e examination) applied(ctx context.Context) (list []int64, err error) {
	there, err := e.has(ctx, "goose_db_version")
	if err != nil || !there {
		return nil, err
	}
	found, err := words(ctx, e.t, `SELECT version_id FROM goose_db_version WHERE is_applied AND version_id > 0 ORDER BY version_id`)
	for _, w := range found {
		n, err := strconv.ParseInt(w, 10, 64)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, err
}

func (e examination) has(ctx context.Context, table string) (bool, error) {
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name = $1`
	if e.postgres {
		query = `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1`
	}
	found, err := words(ctx, e.t, query, table)
	return len(found) > 0, err
}

// vacated is a database without tables of ours: one in which none may be made, of
// which a restore took them away and put none in their place, or a file of another
// program.
func (e examination) vacated(ctx context.Context) error {
	if !e.postgres {
		others, err := words(ctx, e.t, `SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name <> 'goose_db_version' ORDER BY name LIMIT 5`)
		if err == nil && len(others) > 0 {
			return &UnfitError{OtherTables, strings.Join(others, "; ")}
		}
		return err
	}
	allowed, err := words(ctx, e.t, `SELECT current_schema() WHERE has_schema_privilege(current_schema(), 'CREATE')`)
	if err != nil {
		return err
	}
	if len(allowed) == 0 {
		return &UnfitError{Why: NotWritable}
	}
	aside, err := words(ctx, e.t, `SELECT DISTINCT schemaname FROM pg_tables WHERE starts_with(schemaname, $1) AND tablename = 'goose_db_version'`, AsidePrefix)
	if err == nil && len(aside) > 0 {
		return &UnfitError{Unfinished, strings.Join(aside, " ")}
	}
	return err
}

// tables compares the tables with what the applied migrations make.
func (e examination) tables(ctx context.Context, list []migration, applied []int64) error {
	want, err := shapeOf(ctx, list, applied)
	if err != nil {
		return err
	}
	got, err := readShape(ctx, e.t, e.postgres)
	if err != nil {
		return err
	}
	if lacks := want.lacks(got); len(lacks) > 0 {
		return &UnfitError{OtherTables, strings.Join(lacks[:min(5, len(lacks))], "; ")}
	}
	return nil
}

// oldKey compares the keys with what rests sealed in a database that was made
// before there were fingerprints.
func (e examination) oldKey(ctx context.Context) error {
	rows, err := e.t.QueryContext(ctx, e.o.Before.Sealed)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var sealed []byte
		if err := rows.Scan(&sealed); err != nil {
			return err
		}
		if !e.o.Keys.Knows(sealed) {
			return &UnfitError{Why: OtherKey}
		}
	}
	return rows.Err()
}
