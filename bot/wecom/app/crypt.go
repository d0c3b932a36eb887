package app

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
)

// errSealed is all that is told about a callback that does not open.
var errSealed = errors.New("not sealed with our key")

// What surrounds a message before it is encrypted.
const (
	saltSize   = 16 // random bytes in front
	headSize   = saltSize + 4
	padBlock   = 32 // the padding fills up to this, not to the cipher's block
	keyLetters = 43 // of an EncodingAESKey
)

// sealKey opens the callbacks of a self-built app and checks their signatures
// (the platform's WXBizMsgCrypt).
type sealKey struct {
	token    string
	receiver string // the company's id, which ends every message
	block    cipher.Block
	iv       [aes.BlockSize]byte
}

// newSealKey takes the app's Token and EncodingAESKey as the console shows
// them. The last of the 43 letters carries two bits that belong to no byte and
// are not always zero, so the key is not read strictly.
func newSealKey(token, aesKey, receiver string) (*sealKey, error) {
	raw, err := base64.RawStdEncoding.DecodeString(aesKey)
	if err != nil || len(aesKey) != keyLetters {
		return nil, errors.New("the EncodingAESKey is not 43 letters of base64")
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, errors.New("the EncodingAESKey does not hold 32 bytes")
	}
	k := &sealKey{token: token, receiver: receiver, block: block}
	copy(k.iv[:], raw)
	return k, nil
}

// unseal checks the signature over what is sealed, before anything of it is
// read, and opens it. signed tells a wrong signature from what does not open.
func (k *sealKey) unseal(signature, timestamp, nonce string, sealed []byte) (plain []byte, signed bool, err error) {
	scratch := make([]byte, 0, len(k.token)+len(timestamp)+len(nonce)+len(sealed)) // for the signed text, then for the plain one
	want := k.sign(scratch, timestamp, nonce, sealed)
	if subtle.ConstantTimeCompare(want[:], []byte(signature)) != 1 {
		return nil, false, errSealed
	}
	plain, err = k.open(scratch, sealed)
	return plain, true, err
}

// sign is the platform's signature; what is sealed takes its place among the
// other three as sorted.
func (k *sealKey) sign(scratch []byte, timestamp, nonce string, sealed []byte) (out [2 * sha1.Size]byte) {
	parts := [...]string{k.token, timestamp, nonce}
	slices.Sort(parts[:])
	all, placed := scratch[:0], false
	for _, p := range parts {
		if !placed && string(sealed) < p {
			all, placed = append(all, sealed...), true
		}
		all = append(all, p...)
	}
	if !placed {
		all = append(all, sealed...)
	}
	sum := sha1.Sum(all)
	hex.Encode(out[:], sum[:])
	return out
}

// open decrypts what is sealed: base64 of AES-256-CBC over 16 random bytes, the
// message's length, the message and the receiver, filled up to 32 bytes. Every
// byte of the padding, the length and the receiver must be right. It works in
// scratch where that is large enough.
func (k *sealKey) open(scratch, sealed []byte) ([]byte, error) {
	plain := slices.Grow(scratch[:0], base64.StdEncoding.DecodedLen(len(sealed)))
	plain = plain[:cap(plain)]
	n, err := base64.StdEncoding.Decode(plain, sealed)
	if err != nil || n < padBlock || n%aes.BlockSize != 0 {
		return nil, errSealed
	}
	plain = plain[:n]
	cipher.NewCBCDecrypter(k.block, k.iv[:]).CryptBlocks(plain, plain)
	pad := int(plain[n-1])
	if pad < 1 || pad > padBlock || n-pad < headSize {
		return nil, errSealed
	}
	bad := 0
	for _, b := range plain[n-pad:] {
		bad |= int(b) ^ pad
	}
	body := plain[headSize : n-pad]
	size := uint64(binary.BigEndian.Uint32(plain[saltSize:headSize]))
	if bad != 0 || size > uint64(len(body)) {
		return nil, errSealed
	}
	if subtle.ConstantTimeCompare(body[size:], []byte(k.receiver)) != 1 {
		return nil, errSealed
	}
	return body[:size], nil
}
