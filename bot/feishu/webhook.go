package feishu

import (
	"context"
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
	maxBody         = 1 << 20
	signatureHeader = "X-Lark-Signature"

	// Large bodies are rare and take many times their size while they are worked
	// on, so only a few are at a time; others wait. Nobody holds a turn for
	// nothing: the rest of a large body has to come in time.
	largeBody  = 64 << 10
	maxLarge   = 2
	maxReading = 16
	largeWait  = 2 * time.Second // the platform gives up after 3 and delivers again
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
	body, status := a.read(w, r)
	switch {
	case status == http.StatusServiceUnavailable:
	case status != 0 && r.Header.Get(signatureHeader) == "": // one answer, however it comes
		a.refused.Note(platform.BadSignature, 0)
		status = http.StatusUnauthorized
	case status != 0:
		a.refused.Note(platform.BadBody, 0)
	}
	if status != 0 {
		respond(w, status, nil)
		return
	}
	if len(body) > largeBody {
		if !await(r.Context(), a.large) {
			respond(w, http.StatusServiceUnavailable, nil)
			return
		}
		defer func() { <-a.large }()
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
		a.refused.Note(platform.BadApp, 0)
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

// read reads the body of a call; a status other than 0 refuses it. What is not
// large needs no turn, however slowly it comes.
func (a *Adapter) read(w http.ResponseWriter, r *http.Request) (body []byte, status int) {
	if r.ContentLength > maxBody {
		return nil, http.StatusRequestEntityTooLarge
	}
	all := r.Body
	r.Body = io.NopCloser(io.LimitReader(all, largeBody+1))
	if body, status = platform.ReadBody(w, r, maxBody); status != 0 || len(body) <= largeBody {
		return body, status
	}
	if !await(r.Context(), a.reading) {
		return nil, http.StatusServiceUnavailable
	}
	defer func() { <-a.reading }()
	late := time.AfterFunc(largeWait, func() {
		if err := http.NewResponseController(w).SetReadDeadline(longAgo); err != nil {
			a.log.Debug("the reading of a body could not be ended", "error", err)
		}
	})
	defer late.Stop()
	r.Body = all
	rest, status := platform.ReadBody(w, r, maxBody-largeBody-1)
	return append(body, rest...), status
}

// longAgo is a deadline that is over.
var longAgo = time.Unix(1, 0)

// await waits a while for a turn and reports whether it came.
func await(ctx context.Context, turn chan struct{}) bool {
	timer := time.NewTimer(largeWait)
	defer timer.Stop()
	select {
	case turn <- struct{}{}:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

// authentic proves a call and opens it; a status other than 0 refuses it. The
// signature is checked before anything is decrypted or read. Only the check of
// the URL comes unsigned, and it has no effect but its own echo; all else that is
// not proven gets one answer, whatever is wrong with it.
func (a *Adapter) authentic(head http.Header, body []byte) (envelope, int) {
	signature := head.Get(signatureHeader)
	stamp := head.Get("X-Lark-Request-Timestamp")
	switch {
	case a.key == nil:
		return envelope{}, http.StatusUnauthorized
	case signature == "":
		return a.urlCheck(body)
	case !a.key.signed(stamp, head.Get("X-Lark-Request-Nonce"), signature, body):
		a.refused.Note(platform.BadSignature, 0)
		return envelope{}, http.StatusUnauthorized
	case !platform.Fresh(stamp, a.now()):
		a.refused.Note(platform.BadClock, platform.Ahead(stamp, a.now()))
		return envelope{}, http.StatusUnauthorized
	}
	v, status := a.opened(body)
	switch {
	case status == http.StatusUnauthorized:
		a.refused.Note(platform.BadSeal, 0)
	case status != 0:
		a.refused.Note(platform.BadBody, 0)
	case !a.knows(v.token):
		a.refused.Note(platform.BadToken, 0)
		return envelope{}, http.StatusUnauthorized
	}
	return v, status
}

// urlCheck takes the check of the URL, which comes unsigned.
func (a *Adapter) urlCheck(body []byte) (envelope, int) {
	if v, status := a.opened(body); status == 0 && v.check == "url_verification" && a.knows(v.token) {
		return v, 0
	}
	a.refused.Note(platform.BadSignature, 0)
	return envelope{}, http.StatusUnauthorized
}

// opened opens and reads a body.
func (a *Adapter) opened(body []byte) (envelope, int) {
	c := &cursor{data: string(body)}
	sealed := field(c, "encrypt")
	if c.end() != nil || sealed == "" {
		return envelope{}, http.StatusBadRequest
	}
	plain, err := a.key.open(sealed)
	if err != nil {
		return envelope{}, http.StatusUnauthorized
	}
	v, err := parse(plain)
	if err != nil {
		return envelope{}, http.StatusBadRequest
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
