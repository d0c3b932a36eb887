package store

import "marketbot/store/internal/engine"

// Damage is a row of which something does not open: it was changed behind the
// store's back, or its key is missing. Lists and searches pass over it, words
// of people read as [Unreadable], what gives a right gives none; Tx.Damaged
// tells. Where nothing can be done without it, the error is one that
// Tx.PassOver knows.
type Damage = engine.Damage

// Unreadable stands for words that do not open.
const Unreadable = engine.Unreadable

// Damaged are the damaged rows that the transaction has come upon, each once.
func (tx *Tx) Damaged() []Damage { return tx.e.Damaged() }

// Note counts a damaged row among Damaged that another transaction came upon.
func (tx *Tx) Note(d Damage) { tx.e.Note(d) }

// PassOver reports whether a damaged row is the reason for an error, and counts
// it among Damaged.
func (tx *Tx) PassOver(err error) bool { return tx.e.PassOver(err) }
