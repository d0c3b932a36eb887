package engine

import (
	"errors"
	"fmt"

	"github.com/gofrs/flock"
)

// ErrInUse is a store that another process serves.
var ErrInUse = errors.New("in use by another process")

// LockFile keeps a second serving process off the same SQLite file: two
// writers' memories of what is waiting would part.
func LockFile(path string) (unlock func() error, err error) {
	l := flock.New(lockPath(path))
	ok, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if !ok {
		return nil, fmt.Errorf("%s is %w; stop that one first, or use PostgreSQL for several", path, ErrInUse)
	}
	return l.Unlock, nil
}

// lockPath is the file that is locked in the place of another.
func lockPath(path string) string { return path + ".lock" }
