package engine

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
)

// cleanMark is the file that the last orderly Close of a file that was read
// whole leaves beside it, for as long as nobody opens it.
func cleanMark(path string) string { return path + ".clean" }

// Clean reports whether a SQLite file is as an orderly Close left it, and was
// read whole before: what can be wrong with it then is what its disk did since,
// so that reading all of it may wait until the first answers are given.
func Clean(path string) bool {
	mark, err := os.ReadFile(cleanMark(path))
	if err != nil {
		return false
	}
	now, err := fileState(path)
	return err == nil && string(mark) == now
}

// Examined says that the whole of the file was read and found well, so that
// Close may say so.
func (db *DB) Examined() { db.whole.Store(true) }

// errLogWaits says that a log waits beside a file to be written back: who looked into
// it when it was closed has not let go of it yet.
var errLogWaits = errors.New("a log waits to be written back")

// leave writes the mark of a file that was closed well. Without it nothing is lost: the
// next start reads the file whole.
func (e *sqlite) leave(closed error) error {
	if closed != nil || !e.db.whole.Load() {
		return closed
	}
	state, err := fileState(e.path)
	if errors.Is(err, errLogWaits) {
		return nil
	}
	if err == nil {
		err = os.WriteFile(cleanMark(e.path), []byte(state), 0o600)
	}
	if err != nil {
		return fmt.Errorf("mark the store as closed: %w", err)
	}
	return nil
}

// enter takes the mark away before anything is written: after a crash there is
// none.
func enter(path string) error {
	if err := os.Remove(cleanMark(path)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("open %s: %w", path, err)
	}
	return nil
}

// fileState is a digest of what changes when somebody writes to a file that
// SQLite has closed: its size, its time and its header, and that no log waits
// beside it.
func fileState(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
		return "", errLogWaits
	}
	header := make([]byte, 100)
	if _, err := io.ReadFull(f, header); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d %d %x\n", info.Size(), info.ModTime().UnixNano(), sha256.Sum256(header)), nil
}
