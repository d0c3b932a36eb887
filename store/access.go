package store

// Basis is why somebody may look into a customer's file.
type Basis string

// The bases, by clause.
const (
	NoBasis   Basis = ""
	ByPost    Basis = "post"    // 档-4
	BySteward Basis = "steward" // 档-4: who organises the files
	ByOwner   Basis = "owner"   // the customer is theirs
	ByGrant   Basis = "grant"   // 档-6: the general manager approved
)

// Access is what one person may do with one customer's file. rulebook makes
// it; the door of package vault demands it.
type Access struct {
	Person   string // id
	Post     Post   // of the person now
	Customer string // id
	Basis    Basis
	Grant    string // id, when Basis is ByGrant
	Write    bool
	Clause   string // that gives or withholds it
}

// Read reports whether the file may be read at all.
func (a Access) Read() bool { return a.Basis != NoBasis }
