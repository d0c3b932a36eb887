package platform

import lru "github.com/hashicorp/golang-lru/v2"

// Memory remembers at most max things and forgets those that were not asked for
// longest. It is safe for concurrent use; it does not age, so whatever can turn
// stale carries its own time.
func Memory[K comparable, V any](max int) *lru.Cache[K, V] {
	c, err := lru.New[K, V](max)
	if err != nil {
		panic(err) // max is not positive: a slip of the pen
	}
	return c
}
