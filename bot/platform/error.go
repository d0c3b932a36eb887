package platform

import (
	"fmt"

	"marketbot/handlers/chat"
)

// APIError is a platform's refusal of a call. It never holds an address, where
// secrets stand, nor anything that we sent.
type APIError struct {
	Call   string // what we were doing
	Status int    // of HTTP
	Code   int    // the platform's
	Msg    string // the platform's words
}

// Error names the call and the refusal, the platform's words cut.
func (e *APIError) Error() string {
	return fmt.Sprintf("%s: HTTP %d, code %d: %.300s", e.Call, e.Status, e.Code, e.Msg)
}

// Failed is a finding of a check that failed; mend says what to do about it.
func Failed(name string, err error, mend string) chat.Finding {
	return chat.Finding{Name: name, Text: fmt.Sprintf("%v。%s", err, mend)}
}
