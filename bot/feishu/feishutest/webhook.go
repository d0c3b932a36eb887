package feishutest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

func (s *Server) overWebhook(url string, payload []byte) ([]byte, error) {
	body := Seal(s.App.EncryptKey, payload)
	req, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	Sign(req.Header, s.App.EncryptKey, s.now(), body)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("200671: HTTP %d", resp.StatusCode)
	}
	return reply, err
}

// Seal encrypts a callback as the platform does.
func Seal(key string, plain []byte) []byte {
	sum := sha256.Sum256([]byte(key))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		panic(err)
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	text := append(slices.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	out := make([]byte, aes.BlockSize+len(text))
	rand.Read(out[:aes.BlockSize])
	cipher.NewCBCEncrypter(block, out[:aes.BlockSize]).CryptBlocks(out[aes.BlockSize:], text)
	body, _ := json.Marshal(map[string]string{"encrypt": base64.StdEncoding.EncodeToString(out)})
	return body
}

// Sign puts the platform's signature of a callback into its head.
func Sign(head http.Header, key string, at time.Time, body []byte) {
	stamp, nonce := strconv.FormatInt(at.Unix(), 10), rand.Text()
	sum := sha256.Sum256(append([]byte(stamp+nonce+key), body...))
	head.Set("Content-Type", "application/json; charset=utf-8")
	head.Set("X-Lark-Request-Timestamp", stamp)
	head.Set("X-Lark-Request-Nonce", nonce)
	head.Set("X-Lark-Signature", hex.EncodeToString(sum[:]))
}
