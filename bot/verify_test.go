package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
)

// book is an audit that somebody changes behind the bot's back, while a bot
// serves it.
type book struct {
	*testing.T
	config string
	db     *store.DB
	raw    *sql.DB
}

func newBook(t *testing.T, backend string) *book {
	t.Helper()
	o := storetest.Prepared(t, backend)
	l := &book{T: t, config: filepath.Join(t.TempDir(), "config.yaml")}
	l.settings(o.Source, storeKey)
	var err error
	if l.db, err = store.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.db.Close() })
	driver, source := "sqlite", "file:"+o.Source+"?_pragma=busy_timeout(5000)"
	if backend == storetest.Postgres {
		driver, source = "pgx", o.Source
	}
	if l.raw, err = sql.Open(driver, source); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.raw.Close() })
	return l
}

func (l *book) settings(source, key string) {
	l.Helper()
	if err := os.WriteFile(l.config, fmt.Appendf(nil, "store: %q\nsecret_key: %q\n", source, key), 0o600); err != nil {
		l.Fatal(err)
	}
}

// enter records n entries and links them all but the last.
func (l *book) enter(n int) {
	l.Helper()
	ctx := context.Background()
	err := l.db.Update(ctx, func(tx *store.Tx) error {
		var ids []string
		for range n {
			ids = append(ids, tx.NewID(tuesday()))
			if err := tx.Audit().Record(ctx, ledger.Entry{ID: ids[len(ids)-1], At: tuesday(), Person: "p", Act: "签到", Outcome: ledger.Done}); err != nil {
				return err
			}
		}
		return tx.Audit().Lay(ctx, ids[:n-1], tuesday())
	})
	if err != nil {
		l.Fatal(err)
	}
}

// verify runs audit verify and checks its exit code and what it says.
func (l *book) verify(code int, args []string, words ...string) {
	l.Helper()
	var said lines
	if got := run(l.Context(), tuesday, append([]string{"audit", "verify", "--config", l.config}, args...), &said, &said); got != code {
		l.Errorf("exit %d, want %d", got, code)
	}
	for _, w := range words {
		if !strings.Contains(said.String(), w) {
			l.Errorf("lacks %q:\n%s", w, said.String())
		}
	}
}

func (l *book) do(query string) {
	l.Helper()
	if _, err := l.raw.Exec(query); err != nil {
		l.Fatalf("%s: %v", query, err)
	}
}

// head is the code of the chain's head.
func (l *book) head() (code string) {
	l.Helper()
	err := l.db.View(context.Background(), func(tx *store.Tx) error {
		h, err := tx.Audit().Head(context.Background())
		code = h.Code()
		return err
	})
	if err != nil {
		l.Fatal(err)
	}
	return code
}

func TestAuditVerify(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			l := newBook(t, backend)
			l.enter(30)
			kept := l.head()
			l.verify(exitFine, nil, "审计记录 30 条，2026-11-24 10:00:00", "1 条还没入链", "✓ 没有发现改动", kept)
			l.verify(exitFine, []string{"--head", strings.ToLower(kept)}, "还在")
			l.verify(exitWrong, []string{"--head", "7-AAAAAAAAAA"}, "链头 7-AAAAAAAAAA 不在了", "请保留现场")
			l.verify(exitUsage, []string{"--head", "0-1"}, "不是链头")

			l.do(`UPDATE audit SET person = 'q' WHERE id = (SELECT entry FROM chain WHERE seq = 3)`)
			l.do(`DELETE FROM audit WHERE id = (SELECT entry FROM chain WHERE seq = 5)`)
			l.verify(exitWrong, nil, "✗ 内容被改，或不是机器人写的：1 条（第 3 条 ", "✗ 被删 1 条（第 5 条 ", "请保留现场")
			l.do(`DELETE FROM audit WHERE id IN (SELECT entry FROM chain WHERE seq > 20)`)
			l.do(`DELETE FROM chain WHERE seq > 20`)
			l.verify(exitWrong, []string{"--head", kept}, "✗ 末尾被截掉 9 条", "不在了")
			l.json()
		})
	}
}

// json checks what scripts read.
func (l *book) json() {
	l.Helper()
	var said lines
	code := run(l.Context(), tuesday, []string{"audit", "verify", "--json", "--config", l.config}, &said, &said)
	var answer struct {
		OK      bool
		Entries int
		First   time.Time
		Counts  map[string]int
		Finds   []struct {
			Damage string
			Seq    int
		}
	}
	if err := json.Unmarshal([]byte(said.String()), &answer); err != nil {
		l.Fatalf("%v: %s", err, said.String())
	}
	if code != exitWrong || answer.OK || answer.Entries != 20 || !answer.First.Equal(tuesday()) || answer.Counts["edited"] != 1 ||
		answer.Counts["deleted"] != 1 || answer.Counts["cut"] != 9 || len(answer.Finds) != 3 {
		l.Errorf("exit %d: %s", code, said.String())
	}
}

// A key that is not the store's is said to be so; it is no damage.
func TestAuditVerifyKnowsAForeignKey(t *testing.T) {
	l := newBook(t, storetest.SQLite)
	l.enter(3)
	text, err := os.ReadFile(l.config)
	if err != nil {
		t.Fatal(err)
	}
	foreign := strings.Replace(string(text), storeKey, store.NewSecretKey(), 1)
	if err := os.WriteFile(l.config, []byte(foreign), 0o600); err != nil {
		t.Fatal(err)
	}
	l.verify(exitUsage, nil, "secret_key 不是这个数据库的")
	var said lines
	if code := run(t.Context(), tuesday, []string{"rekey", "--config", l.config}, &said, &said); code != exitUsage || !strings.Contains(said.String(), "没有 old_secret_keys") {
		t.Errorf("exit %d: %s", code, said.String())
	}
}
