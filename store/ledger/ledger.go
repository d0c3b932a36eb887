// Package ledger is the audit: who did what to what, and how it ended, such that
// nobody can change it unnoticed. It says nothing of who may do what, and holds
// no content: an entry names ids and periods only.
//
// # From an act to a link
//
// An entry is written ([Ledger.Record]) in the transaction of what it tells of:
// there is no act without its entry, and no entry without its act. It carries
// a MAC of its own, so that an edited one shows at once, by itself.
//
// The commit counts it ([Counter]): into one of a few tallies of all that was ever
// committed, once for all updates that share the commit. The head says what of
// that was linked; the rest must be there.
//
// Soon after it committed an entry is linked ([Ledger.Unlinked], [Ledger.Lay]):
// numbered without gaps, in the order of linking, under a sum over the link
// before and the entry. One process at a time lays links; nobody who writes an
// entry waits for another. The last link rests a second time, sealed: the head.
//
// So an entry is unlinked, for a minute or so, or linked, for ever. Nothing is
// ever taken away.
//
// # Who may fear whom
//
// Somebody who writes to the database without secret_key can neither make an
// entry nor change or delete one: [Ledger.Verify] finds it, and names it where it
// was linked. They can cut the end off together with the head and the tallies
// that were sealed at that time, that is put back a whole old state: the next
// entry of a process that runs tells, and so does a [Head.Code] that somebody
// wrote down outside ([Ledger.Holds]).
//
// Who has secret_key can write everything anew. That is what a code outside is
// for, too: its sum is under a key of the chain's own, and fits no other
// history.
//
// # Looks
//
// An entry with a [Look] says that somebody saw a customer's file, or asked and
// was not let in. It is the vault that writes them, before it opens anything.
package ledger

import "marketbot/store/internal/engine"

// Ledger is the audit as a transaction sees it.
type Ledger struct{ tx *engine.Tx }

// Of is the audit in a transaction.
func Of(tx *engine.Tx) Ledger { return Ledger{tx} }
