package platform

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"marketbot/handlers/chat"
)

// PictureTime is how long a picture may take to be fetched. Platforms do not wait so
// long for their event to be acknowledged: what they deliver again is known.
const PictureTime = 20 * time.Second

// Pictures is a client like another, for pictures: its answers may be as large as
// those, and it goes nowhere else than it was sent.
func Pictures(c *http.Client) *http.Client {
	wide := *c
	if b, ok := c.Transport.(bounded); ok {
		wide.Transport = b.RoundTripper // ReadPicture is bounded
	}
	wide.Timeout = PictureTime
	wide.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &wide
}

// ErrNoPicture is an answer that holds no picture.
var ErrNoPicture = errors.New("no picture in the answer")

// ReadPicture reads the picture of an answer, which may be so many bytes longer than
// a picture. Where it is refused, that is told as JSON: refused is what was said.
func ReadPicture(resp *http.Response, longer int64) (data, refused []byte, err error) {
	most := chat.MaxPicture + longer
	isJSON := strings.Contains(resp.Header.Get("Content-Type"), "json")
	if isJSON || resp.StatusCode != http.StatusOK {
		most = maxAnswer
	}
	if !isJSON && resp.ContentLength > most {
		return nil, nil, chat.ErrLarge
	}
	data, err = io.ReadAll(io.LimitReader(resp.Body, most+1))
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("read picture: %w", err)
	case isJSON || resp.StatusCode != http.StatusOK:
		return nil, data, fmt.Errorf("HTTP %d: %w", resp.StatusCode, ErrNoPicture)
	case int64(len(data)) > most:
		return nil, nil, chat.ErrLarge
	}
	return data, nil, nil
}
