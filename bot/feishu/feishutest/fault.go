package feishutest

import (
	"io"
	"net/http"
	"strconv"

	"marketbot/bot/platform/platformtest"
)

// TooMany refuses for so many seconds.
func TooMany(seconds int) platformtest.Fault {
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

// Answer answers with a code and HTTP 200, as the gateway before the API does.
func Answer(code int, msg string) platformtest.Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		answer(w, http.StatusOK, map[string]any{"code": code, "msg": msg})
	}
}

// Refuse answers with a code of the API.
func Refuse(code int, msg string) platformtest.Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { refuse(w, code, msg) }
}
