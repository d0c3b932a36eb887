package platformtest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Serial makes ids that are not twice the same.
type Serial struct{ last atomic.Int64 }

// Next is the next id.
func (s *Serial) Next(prefix string) string { return fmt.Sprintf("%s%06d", prefix, s.last.Add(1)) }

// Tokens are the access tokens of one app: one is valid at a time.
type Tokens struct {
	mu      sync.Mutex
	serial  Serial
	token   string
	expires time.Time
	asked   int
}

const tokenLife = 2 * time.Hour

// Ask counts a call that asked for a token.
func (k *Tokens) Ask() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked++
}

// Issue gives the valid token and how many seconds it lasts, a new one where
// less than spare is left.
func (k *Tokens) Issue(now time.Time, spare time.Duration) (token string, seconds int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.token == "" || k.expires.Sub(now) <= spare {
		k.token, k.expires = k.serial.Next("token-"), now.Add(tokenLife)
	}
	return k.token, int(k.expires.Sub(now).Seconds())
}

// Knows reports whether a token is the one in use, and whether it still lasts.
func (k *Tokens) Knows(token string, now time.Time) (known, lasts bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return token != "" && token == k.token, now.Before(k.expires)
}

// Revoke makes the token in use invalid before its time.
func (k *Tokens) Revoke() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.token = ""
}

// TokensFetched counts the calls that asked for a token.
func (k *Tokens) TokensFetched() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.asked
}
