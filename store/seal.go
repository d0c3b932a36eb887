package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// keyIDSize is how many bytes in front of a sealed value name its key.
const keyIDSize = 4

// Sealer seals what people wrote with AES-256-GCM: key id, nonce, ciphertext.
// The place (table, row, column) is authenticated, so that a value moved to
// another row does not open.
type Sealer struct {
	current   []byte // key id of what is sealed now
	keys      map[string]cipher.AEAD
	macKeys   [][]byte // the current one first
	phoneKeys [][]byte // likewise
}

// NewSealer takes secret_key and the old_secret_keys that may still open, each
// 32 bytes in base64.
func NewSealer(secret string, old ...string) (*Sealer, error) {
	s := &Sealer{keys: map[string]cipher.AEAD{}}
	for i, text := range append([]string{secret}, old...) {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(raw) != 32 {
			return nil, errors.New("secret_key must be 32 random bytes in base64")
		}
		id, aead, err := sealKey(raw)
		if err != nil {
			return nil, err
		}
		s.keys[string(id)] = aead
		if i == 0 {
			s.current = id
		}
		mac, err := hkdf.Key(sha256.New, raw, nil, "marketbot audit", 32)
		if err != nil {
			return nil, fmt.Errorf("derive audit key: %w", err)
		}
		s.macKeys = append(s.macKeys, mac)
		phone, err := hkdf.Key(sha256.New, raw, nil, "marketbot phone", 32)
		if err != nil {
			return nil, fmt.Errorf("derive phone key: %w", err)
		}
		s.phoneKeys = append(s.phoneKeys, phone)
	}
	return s, nil
}

// NewSecretKey makes a secret_key.
func NewSecretKey() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails (crypto/rand)
	return base64.StdEncoding.EncodeToString(b)
}

func sealKey(raw []byte) (id []byte, aead cipher.AEAD, err error) {
	k, err := hkdf.Key(sha256.New, raw, nil, "marketbot seal", 32)
	if err != nil {
		return nil, nil, fmt.Errorf("derive seal key: %w", err)
	}
	b, err := aes.NewCipher(k)
	if err != nil {
		return nil, nil, fmt.Errorf("seal key: %w", err)
	}
	if aead, err = cipher.NewGCMWithRandomNonce(b); err != nil {
		return nil, nil, fmt.Errorf("seal key: %w", err)
	}
	sum := sha256.Sum256(append([]byte("marketbot key id"), k...))
	return sum[:keyIDSize], aead, nil
}

// seal closes plain for one place.
func (s *Sealer) seal(plain []byte, table, row, column string) []byte {
	out := append(make([]byte, 0, keyIDSize+12+len(plain)+16), s.current...)
	return s.keys[string(s.current)].Seal(out, nil, plain, place(table, row, column))
}

// ErrNoKey is what rests under a key that is neither secret_key nor one of
// old_secret_keys: it is not lost, but for somebody who has the key.
var ErrNoKey = errors.New("sealed under a key that is not configured")

// open opens what seal closed for the same place.
func (s *Sealer) open(sealed []byte, table, row, column string) ([]byte, error) {
	if len(sealed) < keyIDSize {
		return nil, fmt.Errorf("open %s %s: too short", table, column)
	}
	aead := s.keys[string(sealed[:keyIDSize])]
	if aead == nil {
		return nil, fmt.Errorf("open %s %s: %w", table, column, ErrNoKey)
	}
	plain, err := aead.Open(nil, nil, sealed[keyIDSize:], place(table, row, column))
	if err != nil {
		return nil, fmt.Errorf("open %s %s: %w", table, column, err)
	}
	return plain, nil
}

func place(table, row, column string) []byte {
	return []byte(table + "\x00" + row + "\x00" + column)
}

// Seal closes what is kept outside the store, at a place that others may read.
func (s *Sealer) Seal(plain []byte, at string) []byte { return s.seal(plain, "outside", at, "value") }

// Open opens what Seal closed for the same place.
func (s *Sealer) Open(sealed []byte, at string) ([]byte, error) {
	return s.open(sealed, "outside", at, "value")
}

// mac authenticates the fields of an audit entry.
func (s *Sealer) mac(fields ...string) []byte { return macWith(s.macKeys[0], fields) }

// checkMAC also knows entries that were made under an old key.
func (s *Sealer) checkMAC(mac []byte, fields ...string) bool {
	return slices.ContainsFunc(s.macKeys, func(key []byte) bool { return hmac.Equal(mac, macWith(key, fields)) })
}

func macWith(key []byte, fields []string) []byte {
	h := hmac.New(sha256.New, key)
	n := 0
	for _, f := range fields {
		n += len(f) + len("1234567:")
	}
	b := make([]byte, 0, n)
	for _, f := range fields {
		b = append(append(strconv.AppendInt(b, int64(len(f)), 10), ':'), f...)
	}
	h.Write(b)
	return h.Sum(nil)
}

// sealText and openText are for the free text of people: byte for byte.
func (tx *Tx) sealText(text, table, row, column string) []byte {
	return tx.db.seals.seal([]byte(text), table, row, column)
}

func (tx *Tx) openText(sealed []byte, table, row, column string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	b, err := tx.db.seals.open(sealed, table, row, column)
	return string(b), err
}
