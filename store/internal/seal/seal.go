// Package seal closes what people wrote, and vouches for what rests in plain.
// It knows keys and bytes only: not where they rest, no table and no database.
//
// # Keys
//
// [Keys] holds secret_key and the old keys that may still open. What is sealed
// under them begins with the id of its key, so that a change of key finds what
// is left under the one before. Beside it are keys derived for MACs and for
// phone tokens: who has only one of these can do nothing with the others.
//
// A [DataKey] belongs to one customer, or to one person at a customer's, and
// rests sealed itself. Whoever destroys it destroys all that rests under it,
// backups included.
//
// # What whoever writes to the database behind our back can do
//
// Everything sealed is bound to its place: a value that is moved to another
// row or column does not open. A value that is changed does not open. One that
// is put back as it was before does: that the audit's chain has to find.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// IDSize is how many bytes in front of a sealed value name its key.
const IDSize = 4

// Keys seals what people wrote with AES-256-GCM: key id, nonce, ciphertext.
// The place (table, row, column) is authenticated.
type Keys struct {
	current   []byte // key id of what is sealed now
	keys      map[string]cipher.AEAD
	macKeys   [][]byte // the current one first
	phoneKeys [][]byte // likewise
	prints    []string // likewise
}

// NewKeys takes secret_key and the old_secret_keys that may still open, each
// 32 bytes in base64.
func NewKeys(secret string, old ...string) (*Keys, error) {
	s := &Keys{keys: map[string]cipher.AEAD{}}
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
		print, err := hkdf.Key(sha256.New, raw, nil, "marketbot fingerprint", 8)
		if err != nil {
			return nil, fmt.Errorf("derive fingerprint: %w", err)
		}
		s.prints = append(s.prints, hex.EncodeToString(print))
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
	return sum[:IDSize], aead, nil
}

// ID is the id of secret_key, in front of all that is sealed under it.
func (s *Keys) ID() []byte { return slices.Clone(s.current) }

// Fingerprints are names of the keys, secret_key first: whoever reads one learns
// nothing of its key.
func (s *Keys) Fingerprints() []string { return slices.Clone(s.prints) }

// Knows reports whether a sealed value rests under one of the keys, or under none
// at all.
func (s *Keys) Knows(sealed []byte) bool {
	return len(sealed) < IDSize || s.keys[string(sealed[:IDSize])] != nil
}

// Seal closes plain for one place.
func (s *Keys) Seal(plain []byte, table, row, column string) []byte {
	out := append(make([]byte, 0, IDSize+12+len(plain)+16), s.current...)
	return s.keys[string(s.current)].Seal(out, nil, plain, place(table, row, column))
}

// ErrNoKey is what rests under a key that is neither secret_key nor one of
// old_secret_keys: it is not lost, but for somebody who has the key.
var ErrNoKey = errors.New("sealed under a key that is not configured")

// Open opens what Seal closed for the same place. Its error is ErrNoKey where
// the key is missing.
func (s *Keys) Open(sealed []byte, table, row, column string) ([]byte, error) {
	if len(sealed) < IDSize {
		return nil, fmt.Errorf("open %s %s: too short: %w", table, column, ErrTampered)
	}
	aead := s.keys[string(sealed[:IDSize])]
	if aead == nil {
		return nil, fmt.Errorf("open %s %s: %w", table, column, ErrNoKey)
	}
	plain, err := aead.Open(nil, nil, sealed[IDSize:], place(table, row, column))
	if err != nil {
		return nil, fmt.Errorf("open %s %s: %w", table, column, ErrTampered) // the reason is always the same
	}
	return plain, nil
}

func place(table, row, column string) []byte {
	return []byte(table + "\x00" + row + "\x00" + column)
}

// MAC authenticates fields under secret_key.
func (s *Keys) MAC(fields ...string) []byte { return MAC(s.macKeys[0], fields) }

// CheckMAC reports whether mac is that of the fields, under secret_key or an
// old key.
func (s *Keys) CheckMAC(mac []byte, fields ...string) bool {
	return slices.ContainsFunc(s.macKeys, func(key []byte) bool { return hmac.Equal(mac, MAC(key, fields)) })
}

// MAC authenticates fields under a key of somebody's own. No two lists of
// fields are the same to it.
func MAC(key []byte, fields []string) []byte {
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

// tokenSize is of a Token, in bytes.
const tokenSize = 16

// Tokens are what rests of some digits, under secret_key first and then under
// every old key. Four digits are guessed at once, so that without the key
// nothing can be told.
func (s *Keys) Tokens(digits string) [][]byte {
	list := make([][]byte, len(s.phoneKeys))
	for i, key := range s.phoneKeys {
		list[i] = token(key, digits)
	}
	return list
}

// Token is the first of Tokens: the one to be kept.
func (s *Keys) Token(digits string) []byte { return token(s.phoneKeys[0], digits) }

func token(key []byte, digits string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(digits))
	return h.Sum(nil)[:tokenSize]
}
