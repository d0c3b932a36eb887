package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/upkeep"
)

var restoreKills = flag.Int("restore-kills", 3, "how often the test of restore kills it; long runs: 100")

// restoring is a store that has gone on since its backup.
type restoring struct {
	*testing.T
	o       store.Options
	file    string // the backup
	program *program
}

func newRestoring(t *testing.T, backend string) *restoring {
	r := &restoring{T: t, o: storetest.Options(t, backend), file: filepath.Join(t.TempDir(), "backup")}
	r.program = newProgram(t, "http://127.0.0.1:1", r.o, 1)
	db, stop := storetest.Serve(t, r.o)
	defer stop()
	for _, step := range []func() error{
		func() error { return storetest.Note(t.Context(), db, "before") },
		func() error { return upkeep.Backup(t.Context(), r.o, r.file) },
		func() error { return storetest.Note(t.Context(), db, "after") },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// command is the verb restore as a process of its own. Programs in a folder come
// before those of the machine.
func (r *restoring) command(folder string) *exec.Cmd {
	cmd := exec.CommandContext(r.Context(), r.program.binary, "restore", r.file, "--config", r.program.config)
	cmd.Env = append(os.Environ(), "PATH="+folder+":"+os.Getenv("PATH"))
	return cmd
}

// check holds what a kill left to what is promised: the old store whole, the new
// one whole, or a refusal that tells to restore again.
func (r *restoring) check(what string) {
	r.Helper()
	var unfit *store.UnfitError
	switch err := upkeep.Look(r.Context(), r.o); {
	case errors.As(err, &unfit) && unfit.Why == store.Unfinished:
		return
	case err != nil:
		r.Fatalf("%s: %v", what, err)
	}
	if missing := storetest.Noted(r.T, r.o, "before"); len(missing) > 0 {
		r.Fatalf("%s: the store is neither the old one nor the new", what)
	}
}

// TestRestoreKilled: whenever a restore is killed, nobody is served a half, and
// the next one ends.
func TestRestoreKilled(t *testing.T) {
	t.Run(storetest.SQLite, func(t *testing.T) {
		r := newRestoring(t, storetest.SQLite)
		began := time.Now()
		if out, err := r.command("").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		whole := time.Since(began)
		for i := range *restoreKills {
			cmd := r.command("")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			after := whole * time.Duration(i+1) / time.Duration(*restoreKills+1)
			time.Sleep(after)
			cmd.Process.Kill() // it may have ended already
			cmd.Wait()         // reports the signal
			r.check(fmt.Sprint("killed after ", after))
			time.Sleep(time.Until(began.Add(time.Duration(i+1) * time.Second))) // what is kept is named by the second
		}
	})
	t.Run(storetest.Postgres, func(t *testing.T) {
		r := newRestoring(t, storetest.Postgres)
		real, err := exec.LookPath("pg_restore")
		if err != nil {
			t.Fatal(err)
		}
		dump, err := exec.CommandContext(t.Context(), real, "--no-owner", "--no-privileges", "--file=-", r.file).Output()
		if err != nil {
			t.Fatal(err)
		}
		for i := range *restoreKills { // the last time all of it came, and no more
			n := len(dump) * (i + 1) / *restoreKills
			folder := t.TempDir()
			script := fmt.Sprintf("#!/bin/sh\ncase \"$*\" in *--no-owner*) %[1]s \"$@\" | head -c %[2]d; kill -9 $PPID; exit 1;; esac\nexec %[1]s \"$@\"\n", real, n)
			if err := os.WriteFile(filepath.Join(folder, "pg_restore"), []byte(script), 0o700); err != nil {
				t.Fatal(err)
			}
			if out, err := r.command(folder).CombinedOutput(); err == nil {
				t.Fatalf("it was not killed: %s", out)
			}
			r.check(fmt.Sprintf("killed after %d of %d bytes", n, len(dump)))
			if missing := storetest.Noted(t, r.o, "before", "after"); len(missing) > 0 {
				t.Errorf("killed after %d of %d bytes: the old store lacks %v", n, len(dump), missing)
			}
		}
		if out, err := r.command("").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if missing := storetest.Noted(t, r.o, "before", "after"); len(missing) != 1 {
			t.Errorf("restored in the end, it lacks %v", missing)
		}
	})
}
