package engine

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// MayWrite fails where this process may not write to a file. Of a folder Windows
// tells only when something is written there.
func MayWrite(path string) error {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return f.Close()
}

// Room is how many bytes are free where a file of SQLite lies.
func Room(source string) (free uint64, err error) {
	folder, err := windows.UTF16PtrFromString(filepath.Dir(source))
	if err == nil {
		err = windows.GetDiskFreeSpaceEx(folder, &free, nil, nil)
	}
	return free, err
}
