package main

import (
	"os"
	"path/filepath"
	"strings"

	"marketbot/store/upkeep"

	"github.com/rogpeppe/go-internal/testscript"
)

func (p *conversation) damage(ts *testscript.TestScript, args []string) {
	table, column, ok := strings.Cut(args[0], ".")
	if !ok {
		ts.Fatalf("damage: no table and column: %s", args[0])
	}
	row := ""
	if len(args) > 1 {
		row = args[1]
	}
	flip(p.t, p.office.source, table, column, row)
}

func (p *conversation) down(*testscript.TestScript, []string) { p.office.stop() }

func (p *conversation) up(ts *testscript.TestScript, args []string) {
	p.office.restart(readMoment(ts, args[0]))
}

func (p *conversation) backUp(ts *testscript.TestScript, _ []string) {
	p.backup = filepath.Join(p.t.TempDir(), "backup")
	ts.Check(upkeep.Backup(p.t.Context(), p.office.source, p.backup))
	data, err := os.ReadFile(p.backup)
	ts.Check(err)
	p.vault.backups = append(p.vault.backups, data)
}

// restore stops the bot, and starts it again on what was backed up.
func (p *conversation) restore(ts *testscript.TestScript, args []string) {
	at := readMoment(ts, args[0])
	p.office.stop()
	_, err := upkeep.Restore(p.t.Context(), p.office.source, p.backup, at)
	ts.Check(err)
	p.office.restart(at)
}
