package upkeep

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"marketbot/store"
	"marketbot/store/internal/engine"

	"github.com/jackc/pgx/v5"
)

// ErrNoTool is a program of PostgreSQL that is not installed.
var ErrNoTool = errors.New("not installed; it comes with the client programs of PostgreSQL")

// BackupTools looks for the programs that make backups of a store, read them and
// restore them; SQLite needs none. Its error is ErrNoTool.
func BackupTools(o store.Options) (err error) {
	if !engine.OnPostgres(o.Source) {
		return nil
	}
	for _, name := range []string{"pg_dump", "pg_restore", "psql"} {
		_, one := tool(name)
		err = errors.Join(err, one)
	}
	return err
}

func tool(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, ErrNoTool)
	}
	return path, nil
}

// dumpPostgres lets pg_dump write to a file that is open already: whoever takes
// its name meanwhile is spared.
func dumpPostgres(ctx context.Context, source, part string) error {
	cmd, err := toolOn(ctx, source, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--exclude-schema="+engine.AsidePrefix+"*")
	if err != nil {
		return err
	}
	f, err := os.OpenFile(part, os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = f, &said
	return errors.Join(toolError("pg_dump", cmd.Run(), &said), f.Close())
}

// readDump unpacks all of a dump.
func readDump(ctx context.Context, file string) error {
	if err := runTool(ctx, "", "pg_restore", "--file="+os.DevNull, file); err != nil {
		if errors.Is(err, ErrNoTool) || ctx.Err() != nil {
			return err
		}
		return errors.Join(ErrDamaged, err)
	}
	return nil
}

// fitDump looks at what a dump says of how its database was made. Its error is a
// store.UnfitError where it does not fit the program or the key.
func fitDump(ctx context.Context, o store.Options, file string) error {
	versions, err := dumpRows(ctx, file, "goose_db_version")
	if err != nil {
		return err
	}
	meta, err := dumpRows(ctx, file, "meta")
	if err != nil {
		return err
	}
	var applied []int64
	for _, row := range versions { // id, version_id, is_applied, tstamp
		if n, err := strconv.ParseInt(row[min(1, len(row)-1)], 10, 64); err == nil && n > 0 {
			applied = append(applied, n)
		}
	}
	notes := map[string]string{}
	for _, row := range meta {
		notes[row[0]] = row[len(row)-1]
	}
	return engine.BorrowOptions(o).Fit(applied, notes)
}

// dumpRows are the rows of a table in a dump, as COPY writes them.
func dumpRows(ctx context.Context, file, table string) (rows [][]string, err error) {
	path, err := tool("pg_restore")
	if err != nil {
		return nil, err
	}
	text, err := exec.CommandContext(ctx, path, "--data-only", "--table="+table, "--file=-", file).Output()
	if err != nil {
		return nil, fmt.Errorf("read %s of the dump: %w", table, errors.Join(ErrDamaged, err))
	}
	_, copied, _ := strings.Cut(string(text), "FROM stdin;\n")
	copied, _, _ = strings.Cut(copied, "\n\\.\n")
	for line := range strings.SplitSeq(copied, "\n") {
		rows = append(rows, strings.Split(line, "\t"))
	}
	return rows, nil
}

// maxSaid is how much of what a program said is told, in bytes.
const maxSaid = 1024

// runTool runs a program of PostgreSQL on a database, or on none.
func runTool(ctx context.Context, source, name string, args ...string) error {
	cmd, err := toolOn(ctx, source, name, args...)
	if err != nil {
		return err
	}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	return toolError(name, cmd.Run(), &said)
}

// toolOn is a program of PostgreSQL on a database, or on none. The password goes
// where other users of the machine do not see it.
func toolOn(ctx context.Context, source, name string, args ...string) (*exec.Cmd, error) {
	path, err := tool(name)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	if source == "" {
		return cmd, nil
	}
	where, password, err := toolSource(source)
	if err != nil {
		return nil, err
	}
	cmd.Args = append(cmd.Args, "--dbname="+where)
	if password != "" {
		cmd.Env = append(cmd.Env, "PGPASSWORD="+password)
	}
	return cmd, nil
}

// toolError is how a program failed, with what it said.
func toolError(name string, err error, said *bytes.Buffer) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(said.String()[:min(maxSaid, said.Len())]))
}

// toolWords are what the programs understand of a connection; the others are
// for our driver, or settings of the session.
var toolWords = []string{"host", "port", "user", "dbname", "sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslsni",
	"passfile", "service", "servicefile", "connect_timeout", "target_session_attrs", "channel_binding", "krbsrvname", "gssencmode", "require_auth"}

// toolSource is a source as the programs understand it, and its password.
func toolSource(source string) (where, password string, err error) {
	config, err := pgx.ParseConfig(source)
	if err != nil {
		return "", "", err
	}
	u, err := url.Parse(source)
	if err != nil {
		return "", "", errors.New("the address of the database cannot be read") // url's error would repeat the password
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	given, kept := u.Query(), url.Values{}
	for _, word := range toolWords {
		if given.Has(word) {
			kept[word] = given[word]
		}
	}
	u.RawQuery = kept.Encode()
	return u.String(), config.Password, nil
}

// restorePostgres moves the tables that are there to a schema of their own and
// puts those of the dump in their place, in one transaction: who is stopped midway
// has changed nothing.
func restorePostgres(ctx context.Context, source, file, aside string, at time.Time) (kept string, err error) {
	if err := engine.Unserved(ctx, source); err != nil {
		return "", err
	}
	db, err := sql.Open("pgx", source)
	if err != nil {
		return "", err
	}
	defer db.Close()
	t, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return "", err
	}
	defer t.Rollback() // it only read
	var home string
	if err := t.QueryRowContext(ctx, `SELECT current_schema()`).Scan(&home); err != nil {
		return "", err
	}
	tables, err := tablesOf(ctx, t, home)
	if err != nil {
		return "", err
	}
	if err := t.Rollback(); err != nil {
		return "", err
	}
	var before strings.Builder
	if len(tables) > 0 {
		kept = engine.AsidePrefix + aside
		fmt.Fprintf(&before, "CREATE SCHEMA %s;\n", quoted(kept))
	}
	for _, table := range tables {
		fmt.Fprintf(&before, "ALTER TABLE %s.%s SET SCHEMA %s;\n", quoted(home), quoted(table), quoted(kept))
	}
	after := fmt.Sprintf("DELETE FROM %[1]s.meta WHERE name = '%[2]s';\nINSERT INTO %[1]s.meta (name, value) VALUES ('%[2]s', '%[3]s');\n",
		quoted(home), RestoredMark, restoredAt(at))
	return kept, pour(ctx, source, file, before.String(), after)
}

// pour runs statements, a dump and statements again as one transaction. Only
// when the whole dump was handed over it is committed.
func pour(ctx context.Context, source, file, before, after string) error {
	dump, err1 := toolOn(ctx, "", "pg_restore", "--no-owner", "--no-privileges", "--file=-", file)
	psql, err2 := toolOn(ctx, source, "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	var said, dumpSaid bytes.Buffer
	psql.Stderr, dump.Stderr = &said, &dumpSaid
	in, err := psql.StdinPipe()
	if err != nil {
		return err
	}
	if err := psql.Start(); err != nil {
		return err
	}
	dump.Stdout = in
	_, err = io.WriteString(in, "BEGIN;\n"+before)
	if err == nil {
		err = toolError("pg_restore", dump.Run(), &dumpSaid)
	}
	if err == nil {
		_, err = io.WriteString(in, after+"COMMIT;\n")
	}
	err = errors.Join(err, in.Close())
	return errors.Join(toolError("psql", psql.Wait(), &said), err)
}

func tablesOf(ctx context.Context, t *sql.Tx, schema string) (list []string, err error) {
	rows, err := t.QueryContext(ctx, `SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY tablename`, schema)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		list = append(list, name)
	}
	return list, rows.Err()
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }
