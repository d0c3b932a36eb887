package platform

import (
	"io"
	"net/http"
)

// maxAnswer is how much of an answer of a platform is read, in bytes.
const maxAnswer = 1 << 20

// Bounded is a transport whose answers end after a mebibyte, however long they
// are and whoever reads them, packed or not: what is cut is no JSON any more.
func Bounded(t http.RoundTripper) http.RoundTripper { return bounded{t} }

type bounded struct{ http.RoundTripper }

// RoundTrip is part of http.RoundTripper.
func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(req)
	if err == nil {
		resp.Body = boundedBody{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	}
	return resp, err
}

// CloseIdleConnections is what http.Client looks for.
func (b bounded) CloseIdleConnections() {
	if t, ok := b.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

type boundedBody struct {
	io.Reader
	io.Closer
}
