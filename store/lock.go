package store

import (
	"errors"
	"fmt"

	"github.com/gofrs/flock"
)

// errInUse is a store that another process serves.
var errInUse = errors.New("in use by another process")

// lockFile keeps a second serving process off the same SQLite file: two
// writers' memories of what is waiting would part.
func lockFile(path string) (unlock func() error, err error) {
	l := flock.New(path + ".lock")
	ok, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if !ok {
		return nil, fmt.Errorf("%s is %w; stop that one first, or use PostgreSQL for several", path, errInUse)
	}
	return l.Unlock, nil
}

// InUse tells whether err means that a process serves the store.
func InUse(err error) bool { return errors.Is(err, errInUse) }
