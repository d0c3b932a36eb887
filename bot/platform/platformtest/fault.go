package platformtest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// Fault is something that goes wrong with a call of the API.
type Fault func(w http.ResponseWriter, r *http.Request, next http.Handler)

// Faults are those that are still to happen. The zero value is none.
type Faults struct {
	mu   sync.Mutex
	list []*due
}

type due struct {
	path  string
	times int
	fault Fault
}

// Fail makes the next calls of a path (or of all that begin with it) go wrong.
func (f *Faults) Fail(path string, times int, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, &due{path, times, fault})
}

// Spoil is an API whose calls go wrong as told.
func (f *Faults) Spoil(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fault := f.take(r.URL.Path); fault != nil {
			fault(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (f *Faults) take(path string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, d := range f.list {
		if d.times > 0 && strings.HasPrefix(path, d.path) {
			d.times--
			return d.fault
		}
	}
	return nil
}

// LostAnswer does the work and cuts the connection instead of answering.
func LostAnswer(_ http.ResponseWriter, r *http.Request, next http.Handler) {
	next.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// Answer answers a call with JSON.
func Answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}
