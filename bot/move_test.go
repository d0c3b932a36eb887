package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marketbot/store/storetest"
)

// TestMigrateStore: a department at work moves to PostgreSQL and finds there
// what it left.
func TestMigrateStore(t *testing.T) {
	s := newSite(t)
	s.start()
	s.end()
	config, to := filepath.Join(t.TempDir(), "config.yaml"), storetest.Options(t, storetest.Postgres)
	if err := os.WriteFile(config, fmt.Appendf(nil, "store: %q\nsecret_key: %q\n", s.cfg.Store, storeKey), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from, to string
		code     int
		words    string
	}{
		{to.Source, s.cfg.Store, exitUsage, "只能从 SQLite 搬到 PostgreSQL"},
		{"no.db", to.Source, exitWrong, "没有这个数据文件"},
		{s.cfg.Store, to.Source, exitFine, "person：1 行"},
		{s.cfg.Store, to.Source, exitWrong, "目标库里已经有东西"},
	} {
		var said lines
		if code := run(t.Context(), time.Now, []string{"migrate-store", c.from, c.to, "--config", config}, &said, &said); code != c.code || !strings.Contains(said.String(), c.words) {
			t.Errorf("%s to %s: exit %d, %s", c.from, c.to, code, said.String())
		}
	}
	s.cfg.Store, s.cfg.Backup.Dir = to.Source, ""
	s.start()
	s.end()
}
