package feishutest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
)

// Fault is something that goes wrong with a call of the API.
type Fault func(w http.ResponseWriter, r *http.Request, next http.Handler)

type fault struct {
	path  string
	times int
	do    Fault
}

// Fail makes the next calls of a path (or of all that begin with it) go wrong.
func (s *Server) Fail(path string, times int, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault{path, times, f})
}

func (s *Server) faulty(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := s.due(r.URL.Path); f != nil {
			f(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) due(path string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
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

// TooMany refuses for so many seconds.
func TooMany(seconds int) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("x-ogw-ratelimit-limit", "50")
		w.Header().Set("x-ogw-ratelimit-reset", strconv.Itoa(seconds))
		answer(w, http.StatusTooManyRequests, map[string]any{"code": 99991400, "msg": "request trigger frequency limit"})
	}
}

// Broken answers 500 with a code.
func Broken(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	answer(w, http.StatusInternalServerError, map[string]any{"code": 2200, "msg": "internal error"})
}

// Codeless answers 500 with a body that has no code, which the SDK takes for a
// success.
func Codeless(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	answer(w, http.StatusInternalServerError, map[string]any{"message": "upstream timed out"})
}

// Hollow answers 200 with nothing in it.
func Hollow(w http.ResponseWriter, _ *http.Request, _ http.Handler) { succeed(w, map[string]any{}) }

// Page answers 200 with a page, as a proxy on the way does.
func Page(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	w.Header().Set("Content-Type", "text/html")
	io.WriteString(w, "<html>please log in</html>")
}

// Refuse answers with a code of the API.
func Refuse(code int, msg string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { refuse(w, code, msg) }
}
