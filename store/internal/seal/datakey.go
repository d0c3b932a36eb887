package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrTampered is what was changed behind the store's back: it is not what the
// store wrote, so it is not shown.
var ErrTampered = errors.New("changed behind the store's back")

// dataKeySize is of AES-256.
const dataKeySize = 32

// DataKey seals what belongs to one customer, or to one person at a customer's.
type DataKey struct {
	raw  []byte
	aead cipher.AEAD
}

// NewDataKey makes a key that nobody has had.
func NewDataKey() (DataKey, error) {
	raw := make([]byte, dataKeySize)
	rand.Read(raw) // never fails (crypto/rand)
	return asDataKey(raw)
}

func asDataKey(raw []byte) (DataKey, error) {
	b, err := aes.NewCipher(raw)
	if err != nil {
		return DataKey{}, fmt.Errorf("data key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(b)
	if err != nil {
		return DataKey{}, fmt.Errorf("data key: %w", err)
	}
	return DataKey{raw, aead}, nil
}

// Seal closes plain and binds it to what it belongs to: it opens only beside
// the same words.
func (k DataKey) Seal(plain []byte, beside ...string) []byte {
	return k.aead.Seal(nil, nil, plain, bound(beside))
}

// Open opens what Seal closed beside the same words, or says ErrTampered.
func (k DataKey) Open(sealed []byte, beside ...string) ([]byte, error) {
	plain, err := k.aead.Open(nil, nil, sealed, bound(beside))
	if err != nil {
		return nil, ErrTampered // the reason is always the same
	}
	return plain, nil
}

// MAC vouches for words that rest in plain.
func (k DataKey) MAC(words ...string) []byte { return k.Seal(nil, words...) }

// Check says ErrTampered when mac did not vouch for the words.
func (k DataKey) Check(mac []byte, words ...string) error {
	_, err := k.Open(mac, words...)
	return err
}

// Wrap closes another data key, which Unwrap opens beside the same words.
func (k DataKey) Wrap(key DataKey, beside ...string) []byte { return k.Seal(key.raw, beside...) }

// Unwrap opens a data key that Wrap closed; ErrTampered otherwise.
func (k DataKey) Unwrap(wrapped []byte, beside ...string) (DataKey, error) {
	raw, err := k.Open(wrapped, beside...)
	if err != nil {
		return DataKey{}, err
	}
	return asDataKey(raw)
}

// Wrap closes a data key under secret_key, for one place.
func (s *Keys) Wrap(k DataKey, table, row, column string) []byte {
	return s.Seal(k.raw, table, row, column)
}

// Unwrap opens a data key that Wrap closed for the same place. It says ErrNoKey
// when the key it is closed under is missing and ErrTampered when it was changed.
func (s *Keys) Unwrap(wrapped []byte, table, row, column string) (DataKey, error) {
	raw, err := s.Open(wrapped, table, row, column)
	switch {
	case errors.Is(err, ErrNoKey):
		return DataKey{}, err
	case err != nil:
		return DataKey{}, fmt.Errorf("%s of %s %s: %w", column, table, row, ErrTampered)
	}
	return asDataKey(raw)
}

// bound is one text for a list of words, another for every other list.
func bound(words []string) []byte {
	var b []byte
	for _, w := range words {
		b = AppendWord(b, w)
	}
	return b
}

// AppendWord puts a word behind its length.
func AppendWord(b []byte, w string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(w))), w...)
}
