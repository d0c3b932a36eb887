package feishu

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"marketbot/bot/platform"
)

const (
	maxBody = 1 << 20

	// Large bodies are rare and take many times their size while they are read,
	// so only a few are at a time; others wait unread.
	largeBody = 64 << 10
	maxLarge  = 2
	largeWait = 2 * time.Second // the platform gives up after 3 and delivers again
)

var errSealed = errors.New("not sealed with our key")

// sealKey opens callbacks sealed with the app's Encrypt Key and checks their
// signatures.
type sealKey struct {
	secret string
	block  cipher.Block
}

func newSealKey(secret string) *sealKey {
	sum := sha256.Sum256([]byte(secret))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		panic(err) // a 32-byte key is always right
	}
	return &sealKey{secret, block}
}

// open decrypts base64(iv ‖ AES-256-CBC) and takes the padding off, every byte
// of which must be right.
func (k *sealKey) open(sealed string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(raw) < 2*aes.BlockSize || len(raw)%aes.BlockSize != 0 {
		return nil, errSealed
	}
	plain := raw[aes.BlockSize:]
	cipher.NewCBCDecrypter(k.block, raw[:aes.BlockSize]).CryptBlocks(plain, plain)
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > aes.BlockSize {
		return nil, errSealed
	}
	for _, b := range plain[len(plain)-pad:] {
		if int(b) != pad {
			return nil, errSealed
		}
	}
	return plain[:len(plain)-pad], nil
}

// signed checks the platform's signature over the raw body.
func (k *sealKey) signed(timestamp, nonce, signature string, body []byte) bool {
	all := make([]byte, 0, len(timestamp)+len(nonce)+len(k.secret)+len(body))
	all = append(append(append(append(all, timestamp...), nonce...), k.secret...), body...)
	sum := sha256.Sum256(all)
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], sum[:])
	return subtle.ConstantTimeCompare(text[:], []byte(signature)) == 1
}

// Handler takes the platform's calls at Path. Without an Encrypt Key it
// refuses everything, as nothing else proves where a call comes from. It
// answers 5xx only when an authentic event could not be stored.
func (a *Adapter) Handler() http.Handler { return http.HandlerFunc(a.serveEvent) }

func (a *Adapter) serveEvent(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		respond(w, http.StatusMethodNotAllowed, nil)
		return
	}
	done, status := a.admit(r)
	if status != 0 {
		respond(w, status, nil)
		return
	}
	defer done()
	body, status := platform.ReadBody(w, r, maxBody)
	if status != 0 {
		respond(w, status, nil)
		return
	}
	v, status := a.authentic(r.Header, body)
	if status != 0 {
		respond(w, status, nil)
		return
	}
	if v.check == "url_verification" {
		respond(w, http.StatusOK, map[string]string{"challenge": v.challenge})
		return
	}
	reply, err := a.take(r.Context(), &v)
	switch {
	case errors.Is(err, errForeign):
		respond(w, http.StatusForbidden, nil)
	case err != nil:
		a.log.Error("an event was not stored", "event_id", v.id, "event_type", v.kind, "error", err)
		respond(w, http.StatusInternalServerError, nil)
	case reply != nil:
		respond(w, http.StatusOK, reply)
	default:
		respond(w, http.StatusOK, nil)
	}
}

// admit lets a call in, a large one when its turn comes; done ends it.
func (a *Adapter) admit(r *http.Request) (done func(), status int) {
	switch {
	case r.ContentLength > maxBody:
		return nil, http.StatusRequestEntityTooLarge
	case r.ContentLength >= 0 && r.ContentLength <= largeBody:
		return func() {}, 0
	}
	timer := time.NewTimer(largeWait)
	defer timer.Stop()
	select {
	case a.large <- struct{}{}:
		return func() { <-a.large }, 0
	case <-timer.C:
	case <-r.Context().Done():
	}
	return nil, http.StatusServiceUnavailable
}

// authentic proves a call and opens it; a status other than 0 refuses it. The
// signature is checked before anything is decrypted or read. Only the check of
// the URL comes unsigned, and it has no effect but its own echo.
func (a *Adapter) authentic(head http.Header, body []byte) (envelope, int) {
	var none envelope
	if a.key == nil {
		return none, http.StatusUnauthorized
	}
	signature := head.Get("X-Lark-Signature")
	stamp := head.Get("X-Lark-Request-Timestamp")
	if signature != "" && (!a.key.signed(stamp, head.Get("X-Lark-Request-Nonce"), signature, body) || !platform.Fresh(stamp, a.now())) {
		return none, http.StatusUnauthorized
	}
	c := &cursor{data: string(body)}
	sealed := field(c, "encrypt")
	if c.end() != nil || sealed == "" {
		return none, http.StatusBadRequest
	}
	plain, err := a.key.open(sealed)
	if err != nil {
		return none, http.StatusUnauthorized
	}
	v, err := parse(plain)
	switch {
	case err != nil:
		return none, http.StatusBadRequest
	case !a.knows(v.token), signature == "" && v.check != "url_verification":
		return none, http.StatusUnauthorized
	}
	return v, 0
}

func (a *Adapter) knows(token string) bool {
	want := a.cfg.VerificationToken
	return want == "" || subtle.ConstantTimeCompare([]byte(want), []byte(token)) == 1
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if body == nil {
		io.WriteString(w, "{}")
		return
	}
	json.NewEncoder(w).Encode(body)
}
