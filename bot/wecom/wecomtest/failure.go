package wecomtest

import (
	"net/http"

	"marketbot/bot/platform/platformtest"
)

// Broken answers 500 with words that no machine reads.
func Broken(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	http.Error(w, "upstream timed out", http.StatusInternalServerError)
}

// Hollow answers 200 with nothing in it.
func Hollow(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	platformtest.Answer(w, http.StatusOK, map[string]any{})
}

// Refuse answers with a code of the API.
func Refuse(code int, msg string) platformtest.Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { refuse(w, code, msg) }
}
