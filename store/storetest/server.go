package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

// account is the server's only user.
const account = "marketbot"

// startTime is how long a server may take to start on a busy machine.
const startTime = time.Minute

// missing says what to do without a server.
const missing = "PostgreSQL is not installed; on Debian: apt-get install postgresql"

// cluster is a running server. It ends when its leash does.
type cluster struct {
	dir   string   // of its socket, data and log
	leash *os.File // open as long as this process lives
}

// server is the one that the tests of a binary share. It ends with the binary,
// however that ends.
var server = sync.OnceValues(startServer)

// database is a new one until the test ends, a copy of another.
func database(t testing.TB, template string) string {
	t.Helper()
	c, err := server()
	if err != nil {
		t.Fatal(err)
	}
	name := "t" + strings.ToLower(rand.Text())
	if err := run(c.dir, "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := run(c.dir, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return source(c.dir, name)
}

// source is how store.Open finds a database.
func source(dir, name string) string {
	q := url.Values{"host": {dir}, "user": {account}}
	return "postgres:///" + name + "?" + q.Encode()
}

// run executes one statement as the server's administrator.
func run(dir, statement string) error {
	db, err := sql.Open("pgx", source(dir, "postgres"))
	if err != nil {
		return fmt.Errorf("open server: %w", err)
	}
	_, err = db.ExecContext(context.Background(), statement)
	if err := errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

// startServer makes a cluster in a new directory and serves it on a socket
// there, with durability off: nothing survives the tests.
func startServer() (*cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(shelf(), "marketbot-pg-")
	if err != nil {
		return nil, fmt.Errorf("directory of the server: %w", err)
	}
	owner, err := unprivileged(dir)
	if err != nil {
		return nil, err
	}
	if err := initialize(bin, dir, owner); err != nil {
		return nil, err
	}
	leash, _, err := serve(bin, dir, owner, script+`; rm -rf "$dir"`, "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
	if err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	return &cluster{dir, leash}, awaitServer(dir)
}

// initialize makes the files of a server.
func initialize(bin, dir string, owner *syscall.SysProcAttr) error {
	cmd := exec.Command(filepath.Join(bin, "initdb"), "--pgdata", filepath.Join(dir, "data"), "--username", account,
		"--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
	cmd.Dir, cmd.SysProcAttr = dir, owner
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

// script keeps the server until the end of its input, which comes when this
// process ends, even by a signal.
const script = `bin=$1; dir=$2; shift; shift; "$bin/postgres" -D "$dir/data" -c listen_addresses= -c "unix_socket_directories=$dir" \
-c fsync=off -c max_connections=300 "$@" <&- & read -r end; kill -INT $!; wait $!`

// serve starts the server by a script, with options.
func serve(bin, dir string, owner *syscall.SysProcAttr, script string, options ...string) (leash *os.File, sh *exec.Cmd, err error) {
	log, err := os.OpenFile(filepath.Join(dir, "log"), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, err
	}
	defer log.Close()
	in, leash, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	defer in.Close()
	sh = exec.Command("sh", append([]string{"-c", script, "sh", bin, dir}, options...)...)
	sh.Dir, sh.SysProcAttr, sh.Stdin, sh.Stdout, sh.Stderr = "/", owner, in, log, log
	return leash, sh, sh.Start()
}

// awaitServer returns when the server answers.
func awaitServer(dir string) error {
	for end := time.After(startTime); ; {
		err := run(dir, "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-end:
			log, e := os.ReadFile(filepath.Join(dir, "log"))
			return errors.Join(fmt.Errorf("postgres does not answer: %w\n%s", err, log), e)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// binaries is where PostgreSQL's programs are, of the newest version.
func binaries() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New(missing)
	}
	version := func(path string) int {
		n, err := strconv.Atoi(strings.Split(path, "/")[4])
		if err != nil {
			return 0
		}
		return n
	}
	best := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(best), nil
}

// unprivileged is who runs the server: PostgreSQL refuses to run as root, so
// root hands the directory to the user postgres.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Setpgid: true} // an interrupt of the tests is not for the server
	if os.Getuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", missing, err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err1, err2, os.Chown(dir, int(uid), int(gid))); err != nil {
		return nil, fmt.Errorf("give %s to postgres: %w", dir, err)
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, nil
}
