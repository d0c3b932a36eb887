package qyapi

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"marketbot/bot/platform"
	"marketbot/handlers/chat"
)

// NoCode stands for an answer that proves nothing.
const NoCode = -100

// Code is an errcode, which is a number that somebody may write as a text.
type Code int

// UnmarshalJSON is for encoding/json.
func (c *Code) UnmarshalJSON(data []byte) error {
	n, err := strconv.Atoi(strings.Trim(string(data), `"`))
	if err != nil {
		n = NoCode
	}
	*c = Code(n)
	return nil
}

// undialed is a call that never left this machine.
type undialed struct{ error }

// Unwrap gives what kept the call.
func (u undialed) Unwrap() error { return u.error }

// untokened is a call that was not made, for want of a token.
type untokened struct{ error }

// Unwrap gives why there is none.
func (u untokened) Unwrap() error { return u.error }

// Failure says what to do about a message whose call failed.
func Failure(err error) *chat.SendError {
	out := &chat.SendError{Failure: chat.Uncertain, Err: err}
	var refused *platform.APIError
	if errors.As(err, &refused) {
		out.Code = refused.Code
		out.Failure, out.After = verdict(refused)
	}
	switch {
	case errors.As(err, new(untokened)):
		out.Failure, out.After = unsent(refused)
	case errors.As(err, new(undialed)):
		out.Failure, out.After = chat.Busy, time.Second
	}
	return out
}

// unsent is the failure of getting a token: nothing was sent.
func unsent(refused *platform.APIError) (chat.Failure, time.Duration) {
	switch {
	case refused == nil || refused.Status != http.StatusOK || refused.Code <= 0:
		return chat.Busy, 2 * time.Second
	case refused.Code == 40001: // the secret itself
		return chat.BadSetup, 0
	}
	if what, after := verdict(refused); what == chat.BadSetup || what == chat.Busy {
		return what, after
	}
	if content(refused.Code) { // what was sent are the credentials
		return chat.BadSetup, 0
	}
	return chat.Busy, 2 * time.Second // a code that nobody listed may pass
}

// verdict reads a refusal. A code that nobody listed may pass, and says nothing
// about the content.
func verdict(e *platform.APIError) (chat.Failure, time.Duration) {
	if e.Status == http.StatusTooManyRequests { // whatever stands in it
		return chat.Busy, time.Minute
	}
	switch e.Code {
	case 45009: // too often: a block lasts a minute
		return chat.Busy, time.Minute
	case 45033: // too many at a time
		return chat.Busy, 2 * time.Second
	case 40001, 40014, 41001, 42001: // refused twice, the second time with a fresh token
		return chat.Busy, time.Second
	case -1, NoCode: // busy, perhaps after the effect
		return chat.Uncertain, 0
	case 40013, 40056, 48002, 48004, 50001, 60020, 301002:
		return chat.BadSetup, 0
	case 40003, 40031, 60011, 60111, 81013, 82001:
		return chat.BadReceiver, 0
	case 93000, 93004: // the webhook's key is wrong, or the robot was switched off
		return chat.BadSetup, 0
	}
	switch {
	case e.Status >= 500:
		return chat.Uncertain, 0
	case content(e.Code):
		return chat.BadContent, 0
	}
	return chat.Unknown, 0
}

// content reports whether a code is about what was sent: its kind, its media,
// its parts, its length, the fields of its card.
func content(code int) bool {
	switch {
	case code >= 40004 && code <= 40009, code == 40058, code >= 41004 && code <= 41010, code >= 42014 && code <= 42051,
		code >= 44001 && code <= 44004, code >= 45001 && code <= 45008, code == 47001, code == 93008:
		return true
	}
	return false
}
