package store

import "marketbot/store/internal/seal"

// Sealer seals what people wrote, under secret_key. Whoever has one can make
// the store seal and open; what a customer's file holds it does not open.
type Sealer struct{ keys *seal.Keys }

// NewSealer takes secret_key and the old_secret_keys that may still open, each
// 32 bytes in base64.
func NewSealer(secret string, old ...string) (*Sealer, error) {
	keys, err := seal.NewKeys(secret, old...)
	if err != nil {
		return nil, err
	}
	return &Sealer{keys}, nil
}

// NewSecretKey makes a secret_key.
func NewSecretKey() string { return seal.NewSecretKey() }

// outside is the table of all places outside the store.
const outside = "outside"

// Seal closes what is kept outside the store, at a place that others may read.
func (s *Sealer) Seal(plain []byte, at string) []byte {
	return s.keys.Seal(plain, outside, at, "value")
}

// Open opens what Seal closed for the same place.
func (s *Sealer) Open(sealed []byte, at string) ([]byte, error) {
	return s.keys.Open(sealed, outside, at, "value")
}

// What a sealed value may be found to be.
var (
	ErrNoKey    = seal.ErrNoKey    // under a key that is not configured
	ErrTampered = seal.ErrTampered // changed behind the store's back: it is not shown
)

// all are the keys; none without a Sealer, for what opens nothing.
func (s *Sealer) all() *seal.Keys {
	if s == nil {
		return nil
	}
	return s.keys
}
