//go:build unix

package engine

import (
	"path/filepath"
	"syscall"
)

const writable = 2 // W_OK of access(2)

// MayWrite fails where this process may not write to a file or a folder.
func MayWrite(path string) error { return syscall.Access(path, writable) }

// Room is how many bytes are free where a file of SQLite lies.
func Room(source string) (free uint64, err error) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(source), &disk); err != nil {
		return 0, err
	}
	return disk.Bavail * uint64(disk.Bsize), nil
}
