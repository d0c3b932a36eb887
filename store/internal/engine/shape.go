package engine

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

// shape are the columns, keys and triggers of the tables, one a line, in words that are
// the same for both databases.
type shape []string

// The queries of a shape. What the program makes by itself, beside all
// migrations, is no part of it: extras of others do no harm.
const (
	shapeSQLite = `SELECT m.name || '.' || c.name || ' ' || lower(c.type) || CASE WHEN c."notnull" OR c.pk > 0 THEN ' not null' ELSE '' END
			FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'
		UNION ALL SELECT m.name || ' key ' || group_concat(c.name, ',' ORDER BY c.pk)
			FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.pk > 0 GROUP BY m.name
		UNION ALL SELECT m.name || CASE i.origin WHEN 'c' THEN ' index ' || i.name || ' ' ELSE ' ' END || CASE WHEN i."unique" THEN 'unique ' ELSE '' END ||
				(SELECT group_concat(k.name, ',' ORDER BY k.seqno) FROM pragma_index_info(i.name) k)
			FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' AND i.origin <> 'pk'
		UNION ALL SELECT tbl_name || '.trigger ' || name FROM sqlite_master WHERE type = 'trigger'`
	shapePostgres = `SELECT table_name || '.' || column_name || ' ' || data_type || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
			FROM information_schema.columns WHERE table_schema = current_schema()
		UNION ALL SELECT t.relname || CASE WHEN x.indisprimary THEN ' key '
				ELSE CASE WHEN EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = x.indexrelid) THEN ' ' ELSE ' index ' || i.relname || ' ' END ||
					CASE WHEN x.indisunique THEN 'unique ' ELSE '' END END ||
				(SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(x.indkey::int[]) WITH ORDINALITY k(col, n)
					JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.col)
			FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
			JOIN pg_namespace s ON s.oid = t.relnamespace WHERE s.nspname = current_schema() AND x.indisvalid
		UNION ALL SELECT t.relname || '.trigger ' || g.tgname FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid
			JOIN pg_namespace s ON s.oid = t.relnamespace WHERE s.nspname = current_schema() AND NOT g.tgisinternal`
)

func readShape(ctx context.Context, db rower, postgres bool) (shape, error) {
	query := shapeSQLite
	if postgres {
		query = shapePostgres
	}
	return words(ctx, db, query)
}

// rower is what a query of rows is asked of.
type rower interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// words reads rows of one word.
func words(ctx context.Context, db rower, query string, args ...any) (list []string, err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var w sql.NullString
		if err := rows.Scan(&w); err != nil {
			return nil, err
		}
		if w.Valid {
			list = append(list, w.String)
		}
	}
	return list, rows.Err()
}

// shapes are the shapes that were made, by what was run: a program that opens
// many stores makes each once.
var shapes sync.Map

// shapeOf is what some migrations make: they are run in memory.
func shapeOf(ctx context.Context, list []migration, applied []int64) (s shape, err error) {
	list = slices.DeleteFunc(slices.Clone(list), func(m migration) bool { return !slices.Contains(applied, m.version) })
	key := sha256.Sum256(fmt.Append(nil, list))
	if made, ok := shapes.Load(key); ok {
		return made.(shape), nil
	}
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	for _, m := range list {
		up, _, _ := strings.Cut(m.text, "-- +goose Down")
		if _, err := db.ExecContext(ctx, up); err != nil {
			return nil, fmt.Errorf("migration %d: %w", m.version, err)
		}
	}
	if s, err = readShape(ctx, db, false); err == nil {
		shapes.Store(key, s)
	}
	return s, err
}

// lacks are the lines that are in one shape and not in the other, of tables that
// the first one has. A column that others added counts: what is written without
// it may be refused. So does a trigger: what is written may be undone at once.
func (want shape) lacks(got shape) (list []string) {
	for _, line := range want {
		if !slices.Contains(got, line) {
			list = append(list, "- "+line)
		}
	}
	for _, line := range got {
		table, _, column := strings.Cut(line, ".")
		has := func(w string) bool { return strings.HasPrefix(w, table+".") }
		if column && !slices.Contains(want, line) && slices.ContainsFunc(want, has) {
			list = append(list, "+ "+line)
		}
	}
	return list
}

// migration is a file of migrations, or a step.
type migration struct {
	version int64
	text    string
}

func (o Options) migrations() ([]migration, error) {
	names, err := fs.Glob(o.Migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var list []migration
	for _, name := range names {
		text, err := fs.ReadFile(o.Migrations, name)
		if err != nil {
			return nil, err
		}
		m := migration{text: string(text)}
		if _, err := fmt.Sscanf(path.Base(name), "%d_", &m.version); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		list = append(list, m)
	}
	for _, s := range o.Steps {
		list = append(list, migration{s.Version, "-- " + s.Name})
	}
	slices.SortFunc(list, func(a, b migration) int { return cmp.Compare(a.version, b.version) })
	return list, nil
}
