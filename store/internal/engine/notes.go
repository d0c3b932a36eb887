package engine

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The rows of meta that tell how a database was made.
const (
	keyMark       = "secret_key" // fingerprints of the keys that values may rest under
	migrationMark = "migration/" // of each migration: digest and program
)

// Fit compares what a database says of how it was made, its migrations and the
// rows of meta, with the program and its keys. Its error is an UnfitError.
func (o Options) Fit(applied []int64, notes map[string]string) error {
	list, err := o.migrations()
	if err != nil {
		return err
	}
	if last := slices.Max(append(applied, 0)); last > 0 && last < o.Before.Last {
		return &UnfitError{TooOld, fmt.Sprintf("%d < %d", last, o.Before.Last)}
	}
	for _, version := range applied {
		digest, program, noted := strings.Cut(notes[migrationMark+strconv.FormatInt(version, 10)], " ")
		at := slices.IndexFunc(list, func(m migration) bool { return m.version == version })
		switch {
		case at < 0 && version > o.Before.Last:
			return &UnfitError{Newer, program}
		case at >= 0 && noted && digest != list[at].digest():
			return &UnfitError{Edited, fmt.Sprintf("%d, %s", version, program)}
		}
	}
	for print := range strings.FieldsSeq(notes[keyMark]) {
		if o.Keys != nil && !slices.Contains(o.Keys.Fingerprints(), print) {
			return &UnfitError{Why: OtherKey}
		}
	}
	return nil
}

func (m migration) digest() string {
	sum := sha256.Sum256([]byte(m.text))
	return hex.EncodeToString(sum[:])
}

// OwnNotes is the condition of these rows in meta.
const OwnNotes = `name = '` + keyMark + `' OR name LIKE '` + migrationMark + `%'`

// notes are the rows of meta that tell how the database was made.
func (e examination) notes(ctx context.Context) (map[string]string, error) {
	there, err := e.has(ctx, "meta")
	if err != nil || !there {
		return nil, err
	}
	return readNotes(ctx, e.t)
}

func readNotes(ctx context.Context, t *sql.Tx) (map[string]string, error) {
	rows, err := t.QueryContext(ctx, `SELECT name, value FROM meta WHERE `+OwnNotes)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	notes := map[string]string{}
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return nil, err
		}
		notes[name] = value
	}
	return notes, rows.Err()
}

// note keeps how the database was made: by which migrations of which program,
// and under which keys. Of one from before there were fingerprints it is not known
// under which of the keys its values rest, so that all are noted.
func note(ctx context.Context, db *sql.DB, o Options, s State) error {
	list, err := o.migrations()
	if err != nil {
		return err
	}
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback() // of no effect after the commit
	notes, err := readNotes(ctx, t)
	if err != nil {
		return err
	}
	set := func(name, value string) error {
		if notes[name] == value {
			return nil
		}
		_, err := t.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
		return err
	}
	for _, m := range list {
		name := migrationMark + strconv.FormatInt(m.version, 10)
		if notes[name] != "" {
			continue
		}
		if err := set(name, m.digest()+" "+o.Program); err != nil {
			return err
		}
	}
	if o.Keys != nil {
		prints, before := o.Keys.Fingerprints(), strings.Fields(notes[keyMark])
		if len(before) == 0 && !s.New {
			before = prints
		}
		if err := set(keyMark, strings.Join(withFirst(prints[0], before), " ")); err != nil {
			return err
		}
	}
	return t.Commit()
}

// withFirst puts a word in front of others, where it may be already.
func withFirst(word string, list []string) []string {
	return append([]string{word}, slices.DeleteFunc(list, func(w string) bool { return w == word })...)
}

// OnlyKey notes that nothing rests under any key but secret_key any more.
func (tx *Tx) OnlyKey(ctx context.Context) error {
	_, err := tx.Exec(ctx, "note the key", `UPDATE meta SET value = $1 WHERE name = $2`, tx.Keys().Fingerprints()[0], keyMark)
	return err
}
