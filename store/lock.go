package store

import (
	"fmt"

	"github.com/gofrs/flock"
)

// lockFile keeps a second serving process off the same SQLite file: two
// writers' memories of what is waiting would part.
func lockFile(path string) (unlock func() error, err error) {
	l := flock.New(path + ".lock")
	ok, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if !ok {
		return nil, fmt.Errorf("%s is in use by another process; stop that one first, or use PostgreSQL for several", path)
	}
	return l.Unlock, nil
}
