package target

import (
	"time"

	"marketbot/handlers/command"
	"marketbot/store"
)

// call is a call that sets something at a moment.
func call(tx *store.Tx, now time.Time) *command.Call {
	return &command.Call{Tx: tx, Person: store.Person{ID: "boss", Post: store.GeneralManager}, Now: now}
}
