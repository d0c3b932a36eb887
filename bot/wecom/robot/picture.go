package robot

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"marketbot/bot/platform"
	"marketbot/bot/wecom/qyapi"
	"marketbot/handlers/chat"
)

// padBlock is what a picture is filled up to before it is sealed, in bytes.
const padBlock = 32

var errPicture = errors.New("a picture that does not open")

// picture fetches a picture from where the platform put it, and opens it.
func (r *Robot) picture(ctx context.Context, i image) ([]byte, error) {
	const what = "fetch picture"
	where, err := url.Parse(string(i.URL))
	if err != nil || where.Scheme != "https" && (where.Scheme != "http" || !strings.HasPrefix(r.cfg.URL, "ws:")) { // the stand-ins are not sealed
		return nil, fmt.Errorf("%s: %w", what, errPicture)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, where.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, errPicture)
	}
	resp, err := platform.Pictures(r.HTTP).Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, qyapi.Bare(err))
	}
	defer resp.Body.Close()
	data, _, err := platform.ReadPicture(resp, padBlock)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return opened(data, string(i.Key))
}

// opened is a picture as it was before it was sealed: AES-256-CBC under its own key,
// whose beginning is the initial vector, filled up to 32 bytes.
func opened(data []byte, key string) ([]byte, error) {
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(key, "="))
	if err != nil || len(raw) != padBlock || len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, errPicture
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, errPicture
	}
	cipher.NewCBCDecrypter(block, raw[:aes.BlockSize]).CryptBlocks(data, data)
	pad := int(data[len(data)-1])
	if pad < 1 || pad > padBlock || pad > len(data) {
		return nil, errPicture
	}
	if data = data[:len(data)-pad]; len(data) > chat.MaxPicture {
		return nil, chat.ErrLarge
	}
	return data, nil
}
