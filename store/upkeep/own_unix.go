//go:build unix

package upkeep

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// own gives files to the owner of their folder, where root made them: the service
// that runs there has to open them.
func own(folder string, files ...string) error {
	info, err := os.Stat(folder)
	if err != nil || os.Geteuid() != 0 {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	for _, f := range files {
		if err := os.Chown(f, int(owner.Uid), int(owner.Gid)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
