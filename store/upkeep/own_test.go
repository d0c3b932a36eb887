package upkeep_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"marketbot/store/storetest"
	"marketbot/store/upkeep"
)

// Whoever restores or backs up, as root too: the files are of the owner of their
// folder, whose service has to open them.
func TestFilesAreOfTheOwnerOfTheFolder(t *testing.T) {
	o := storetest.Prepared(t, storetest.SQLite)
	db, stop := storetest.Serve(t, o)
	if err := storetest.Note(t.Context(), db, "a"); err != nil {
		t.Fatal(err)
	}
	owner, folders := os.Getuid(), []string{filepath.Dir(o.Source), t.TempDir()}
	if owner == 0 {
		owner = 10001
		for _, f := range folders {
			if err := os.Chown(f, owner, owner); err != nil {
				t.Fatal(err)
			}
		}
	}
	backup := filepath.Join(folders[1], "backup")
	if err := upkeep.Backup(t.Context(), o, backup); err != nil {
		t.Fatal(err)
	}
	stop()
	kept, err := upkeep.Restore(t.Context(), o, backup, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{backup, backup + upkeep.SumSuffix, o.Source, o.Source + ".lock", kept} {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if uid := info.Sys().(*syscall.Stat_t).Uid; int(uid) != owner || info.Mode().Perm()&^0o600 != 0 && file != o.Source+".lock" {
			t.Errorf("%s is of %d, %v", file, uid, info.Mode())
		}
	}
}
