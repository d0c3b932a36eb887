package wecomtest

import (
	"net/http"
	"net/http/httptest"
	"strings"
)

// Fault is something that goes wrong with a call of the API.
type Fault func(w http.ResponseWriter, r *http.Request, next http.Handler)

type apiFault struct {
	path  string
	times int
	do    Fault
}

// Fail makes the next calls of a path (or of all that begin with it) go wrong.
func (a *API) Fail(path string, times int, f Fault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults = append(a.faults, &apiFault{path, times, f})
}

func (a *API) faulty(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := a.due(r.URL.Path); f != nil {
			f(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (a *API) due(path string) Fault {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, f := range a.faults {
		if f.times > 0 && strings.HasPrefix(path, f.path) {
			f.times--
			return f.do
		}
	}
	return nil
}

// LostAnswer does the work and cuts the connection instead of answering.
func LostAnswer(_ http.ResponseWriter, r *http.Request, next http.Handler) {
	next.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// Broken answers 500 with words that no machine reads.
func Broken(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	http.Error(w, "upstream timed out", http.StatusInternalServerError)
}

// Hollow answers 200 with nothing in it.
func Hollow(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	answer(w, http.StatusOK, map[string]any{})
}

// Refuse answers with a code of the API.
func Refuse(code int, msg string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { refuse(w, code, msg) }
}
