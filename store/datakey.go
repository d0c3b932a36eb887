package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// ErrTampered is what was changed behind the store's back: it is not what the
// store wrote, so it is not shown.
var ErrTampered = errors.New("changed behind the store's back")

// dataKeySize is of AES-256.
const dataKeySize = 32

// dataKey seals what belongs to one customer, or to one person at a customer's.
// Whoever destroys it destroys all of that.
type dataKey struct {
	raw  []byte
	aead cipher.AEAD
}

func newDataKey() (dataKey, error) {
	raw := make([]byte, dataKeySize)
	rand.Read(raw) // never fails (crypto/rand)
	return asDataKey(raw)
}

func asDataKey(raw []byte) (dataKey, error) {
	b, err := aes.NewCipher(raw)
	if err != nil {
		return dataKey{}, fmt.Errorf("data key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(b)
	if err != nil {
		return dataKey{}, fmt.Errorf("data key: %w", err)
	}
	return dataKey{raw, aead}, nil
}

// seal closes plain and binds it to what it belongs to: it opens only beside
// the same words.
func (k dataKey) seal(plain []byte, beside ...string) []byte {
	return k.aead.Seal(nil, nil, plain, bound(beside))
}

// open opens what seal closed beside the same words, or says ErrTampered.
func (k dataKey) open(sealed []byte, beside ...string) ([]byte, error) {
	plain, err := k.aead.Open(nil, nil, sealed, bound(beside))
	if err != nil {
		return nil, ErrTampered // the reason is always the same
	}
	return plain, nil
}

// mac vouches for words that rest in plain.
func (k dataKey) mac(words ...string) []byte { return k.seal(nil, words...) }

// check says ErrTampered when mac did not vouch for the words.
func (k dataKey) check(mac []byte, words ...string) error {
	_, err := k.open(mac, words...)
	return err
}

// bound is one text for a list of words, another for every other list.
func bound(words []string) []byte {
	var b []byte
	for _, w := range words {
		b = appendWord(b, w)
	}
	return b
}

// appendWord puts a word behind its length.
func appendWord(b []byte, w string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(w))), w...)
}

// ms is a time among the words that are vouched for.
func ms(t time.Time) string { return strconv.FormatInt(millis(t), 10) }

// wrapCustomerKey closes a customer's data key under secret_key.
func (s *Sealer) wrapCustomerKey(k dataKey, customer string) []byte {
	return s.seal(k.raw, "customer", customer, "data_key")
}

// customerKey opens a customer's data key. It says ErrNoKey when secret_key is
// missing and ErrTampered when the wrap was changed.
func (s *Sealer) customerKey(wrapped []byte, customer string) (dataKey, error) {
	raw, err := s.open(wrapped, "customer", customer, "data_key")
	switch {
	case errors.Is(err, ErrNoKey):
		return dataKey{}, err
	case err != nil:
		return dataKey{}, fmt.Errorf("data key of %s: %w", customer, ErrTampered)
	}
	return asDataKey(raw)
}
