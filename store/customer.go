package store

import "time"

// Customer is what of a customer rests in plain words: what rights, reminders
// and the short answers need. Everything else is in the File.
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
