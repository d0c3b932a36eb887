package store

import (
	"errors"
	"time"

	"marketbot/store/internal/engine"
)

// Customer is what of a customer rests in plain words: what rights, reminders
// and the short answers need. Everything else is in their file, behind the door of package vault.
type Customer struct {
	ID         string // K12: a code that readers may type
	Name       string // in full
	Owner      string // person id; empty: nobody's
	Stage      string
	Created    time.Time
	Author     string    // person id of whoever entered it
	Checked    time.Time // when the file was last changed or found right (档-8)
	Progressed time.Time // when progress was last noted; Created when never
}

// Plain reports whether words can rest in plain: no database holds NUL or broken
// UTF-8 in a text.
func Plain(words string) bool { return !engine.Nowhere(words) }

// ErrNotPlain is a name, stage or field that is not Plain.
var ErrNotPlain = errors.New("words that no text column holds")
