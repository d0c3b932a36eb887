package upkeep

import "time"

// RestoredMark is the mark (see store.Marks) of when a store was last put in the
// place of another.
const RestoredMark = "restored"

// restoredAt is how the mark rests.
func restoredAt(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }
