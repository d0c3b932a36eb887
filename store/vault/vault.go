// Package vault is the customers' files: what a file holds, the door to it, and
// how a customer is found. It decides nothing about who may look: package
// rulebook makes the [store.Access] that the door demands.
//
// # The wall
//
// What a file holds is a card for the company and one for each person there,
// with everything that counts now; the facts, which are every value that any
// field ever had; and progress. All of it rests sealed under the customer's data
// key. These are types of this package that nobody else can name, and the keys
// are in a package that nobody outside store can import. So there is one way to
// what a file holds: [Files.Open], and [Files.History] for the past. Whoever
// goes another way does not compile; a test tries it.
//
// The door writes who looks, how and why into the ledger, in the same
// transaction, before anything is unsealed. No entry, no look.
//
// # Without the door
//
// What rights, reminders and short answers need rests in plain and is read
// without a look: [Files.Customer] and its like, with a MAC under the customer's
// key over it; which fields have a value ([Files.Wanting]), not which; the
// names a customer is found by ([Search]). People read their own words back
// ([Files.OwnProgress]). Writing needs no look: it shows nothing.
//
// # A person's end
//
// Each person of a file has a key of their own, under the customer's.
// [Files.ErasePerson] destroys it, and with it what every backup still holds of
// them. That there was somebody stays.
//
// # Who may fear whom
//
// Who writes to the database without secret_key can show a file nothing that
// the store did not write for this place: [seal.ErrTampered] comes instead. Rows
// of a file and its cards must agree, so that one alone cannot be put back to
// what it was; all together can. The ledger knows what was shown meanwhile.
package vault

import (
	"marketbot/store"
	"marketbot/store/internal/engine"
)

// Files are the customers and their files in a transaction.
type Files struct {
	tx    *engine.Tx
	codes *store.Tx
}

// In are the customers and their files in a transaction.
func In(tx *store.Tx) Files { return Files{engine.Borrow(tx), tx} }

// Names are what customers are found by.
type Names struct{ tx *engine.Tx }

// Search is how customers are found, in a transaction.
func Search(tx *store.Tx) Names { return Names{engine.Borrow(tx)} }
