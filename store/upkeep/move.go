package upkeep

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"marketbot/store"
	"marketbot/store/internal/engine"
	"marketbot/store/ledger"
	"marketbot/store/vault"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// What keeps a store from being moved.
var (
	ErrNotEmpty = errors.New("the target holds something already")
	ErrNotSame  = errors.New("what arrived is not what was sent; nothing was kept")
)

// Moved is what Move came to.
type Moved struct {
	Tables, Rows int
	Audit        *ledger.Report // of the target, the same as that of the source
}

// Move copies all that a SQLite store holds to an empty PostgreSQL database:
// every row as it is, sealed values unchanged, all or nothing. It compares every
// table and the audit's chain on both sides before it lets the copy stand; then
// it makes the index of names anew. Nobody may serve either store meanwhile, and
// the target is refused until all has arrived. The source stays as it is: what is
// moved is a copy, brought up to date where its tables are older. tell is called
// now and then with a table and how many of its rows were copied.
func Move(ctx context.Context, from, to store.Options, tell func(table string, rows int)) (m Moved, err error) {
	if engine.OnPostgres(from.Source) || !engine.OnPostgres(to.Source) {
		return m, errors.New("move: only from SQLite to PostgreSQL")
	}
	if _, err := os.Stat(from.Source); err != nil {
		return m, fmt.Errorf("move: %w", err)
	}
	if _, err := Look(ctx, from); err != nil {
		return m, fmt.Errorf("move: source: %w", err)
	}
	unlock, err := engine.LockFile(from.Source)
	if err != nil {
		return m, fmt.Errorf("move: source: %w", err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := vacant(ctx, to); err != nil {
		return m, fmt.Errorf("move: target: %w", err)
	}
	err = onCopy(ctx, from, func(source *store.DB) error {
		m, err = moveTo(ctx, source, to, tell)
		return err
	})
	if err != nil {
		return m, fmt.Errorf("move: %w", err)
	}
	return m, nil
}

// moveTo moves an open store to a database that is vacant.
func moveTo(ctx context.Context, source *store.DB, to store.Options, tell func(table string, rows int)) (m Moved, err error) {
	to.Beside = nil // the index is made last, and waited for
	to.Examined = &store.State{State: engine.State{New: true}}
	target, err := store.Open(ctx, to)
	if err != nil {
		return m, fmt.Errorf("target: %w", err)
	}
	into := engine.BorrowDB(target)
	err = engine.BorrowDB(source).View(ctx, func(tx *engine.Tx) error {
		m, err = mover{source: tx, target: into, tell: tell}.all(ctx)
		return err
	})
	if err == nil { // else the first questions would be answered slowly
		_, err = into.Pool().ExecContext(ctx, `ANALYZE`)
	}
	if err == nil {
		err = vault.Fill(ctx, target)
	}
	return m, errors.Join(err, target.Close())
}

// vacant refuses a database that is served, or holds more than our tables
// without rows, which a move leaves that did not end. It marks one that is taken.
func vacant(ctx context.Context, o store.Options) error {
	if err := engine.Unserved(ctx, o.Source); err != nil {
		return err
	}
	db, err := sql.Open("pgx", o.Source)
	if err != nil {
		return err
	}
	defer db.Close()
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback() // of no effect after the commit
	var home string
	if err := t.QueryRowContext(ctx, `SELECT current_schema()`).Scan(&home); err != nil {
		return err
	}
	tables, err := tablesOf(ctx, t, home)
	if err != nil {
		return err
	}
	ours := func(table string) bool { return table == "goose_db_version" || table == engine.MoveMark }
	if len(tables) > 0 && !slices.ContainsFunc(tables, ours) {
		return fmt.Errorf("%w: tables of others", ErrNotEmpty)
	}
	for _, table := range tables {
		var rows int64
		query := `SELECT COUNT(*) FROM ` + quoted(table)
		switch table {
		case "meta": // how it was made rests there
			query += ` WHERE NOT (` + engine.OwnNotes + `)`
		case "chain_state": // and the beginning of a chain
			continue
		}
		if err := t.QueryRowContext(ctx, query).Scan(&rows); err != nil {
			return err
		}
		if rows > 0 && !remade(table) {
			return fmt.Errorf("%w: %s", ErrNotEmpty, table)
		}
	}
	if _, err := t.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS `+engine.MoveMark+` ()`); err != nil {
		return err
	}
	return t.Commit()
}

// remade tells that a table is not moved: its database makes it by itself.
func remade(table string) bool {
	return table == "goose_db_version" || table == "search_state" || table == "replica" || strings.HasPrefix(table, "customer_search") ||
		strings.HasPrefix(table, "sqlite_")
}

// mover copies in one transaction of the target, from a state of the source.
type mover struct {
	source *engine.Tx
	target *engine.DB
	tell   func(string, int)
}

func (m mover) all(ctx context.Context) (Moved, error) {
	var done Moved
	tables, err := engine.All(ctx, m.source, "tables", `SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`, nil, engine.Word)
	if err != nil {
		return done, err
	}
	before, err := ledger.Of(m.source).Verify(ctx, 0)
	if err != nil {
		return done, err
	}
	conn, err := m.target.Pool().Conn(ctx)
	if err != nil {
		return done, err
	}
	defer conn.Close()
	t, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return done, err
	}
	defer t.Rollback()                                      // of no effect after the commit
	for _, table := range []string{"meta", "chain_state"} { // they come with the rest
		if _, err := t.ExecContext(ctx, `DELETE FROM `+table); err != nil {
			return done, err
		}
	}
	for _, table := range tables {
		if remade(table) {
			continue
		}
		rows, err := m.table(ctx, conn, t, table)
		if err != nil {
			return done, fmt.Errorf("%s: %w", table, err)
		}
		done.Tables, done.Rows = done.Tables+1, done.Rows+rows
	}
	into := m.target.On(t)
	if done.Audit, err = ledger.Of(into).Verify(ctx, 0); err != nil {
		return done, err
	}
	if done.Audit.Head.Code() != before.Head.Code() || done.Audit.Entries != before.Entries || len(done.Audit.Counts) != len(before.Counts) {
		return done, fmt.Errorf("audit: %w", ErrNotSame)
	}
	if _, err := into.Exec(ctx, "leave the index to be made", `DELETE FROM search_state`); err != nil {
		return done, err
	}
	if _, err := into.Exec(ctx, "all has arrived", `DROP TABLE `+engine.MoveMark); err != nil {
		return done, err
	}
	return done, t.Commit()
}

// table copies one table and compares it.
func (m mover) table(ctx context.Context, conn *sql.Conn, t *sql.Tx, table string) (int, error) {
	kinds, err := columnsOf(ctx, t, table)
	if err != nil {
		return 0, err
	}
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = quoted(k.name)
	}
	query := `SELECT ` + strings.Join(names, ", ") + ` FROM ` + quoted(table)
	rows, err := m.source.Rows(ctx, query)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	sent := &rowSource{rows: rows, kinds: kinds, tell: func(n int) { m.tell(table, n) }}
	err = conn.Raw(func(c any) error {
		_, err := c.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{table}, columnNames(kinds), sent)
		return err
	})
	if err != nil {
		return 0, err
	}
	arrived, err := t.QueryContext(ctx, query)
	if err != nil {
		return 0, err
	}
	defer arrived.Close()
	got := &rowSource{rows: arrived, kinds: kinds, tell: func(int) {}}
	for got.Next() {
	}
	if err := got.Err(); err != nil {
		return 0, err
	}
	if got.count != sent.count || got.sum != sent.sum {
		return 0, fmt.Errorf("%d rows of %d: %w", got.count, sent.count, ErrNotSame)
	}
	m.tell(table, sent.count)
	return sent.count, nil
}

// column is one of the target's, and whether it holds bytes, or text.
type column struct {
	name        string
	bytes, text bool
}

func columnNames(list []column) []string {
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = c.name
	}
	return names
}

func columnsOf(ctx context.Context, t *sql.Tx, table string) (list []column, err error) {
	rows, err := t.QueryContext(ctx, `SELECT column_name, data_type FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position`, table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c column
		var kind string
		if err := rows.Scan(&c.name, &kind); err != nil {
			return nil, err
		}
		c.bytes, c.text = kind == "bytea", kind == "text"
		list = append(list, c)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s is unknown to the target: %w", table, fs.ErrNotExist)
	}
	return list, nil
}
