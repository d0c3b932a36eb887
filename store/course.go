package store

import "time"

// Course is how things went with a customer, without a word of their file: what
// the monthly table of progress is read off (会-4). What was taken back is not in
// it.
type Course struct {
	Customer
	Owners  []Owning    // oldest first
	Moves   []StageMove // oldest first
	Entries []Entry     // oldest first
}

// Owning is whose a customer was, from and until when.
type Owning struct {
	Person string // id
	From   time.Time
	Until  time.Time // zero while it lasts
}

// StageMove is a customer's way from one stage to another, or that somebody told
// the stage in which they were: both are the same then.
type StageMove struct {
	At         time.Time
	Was, Stage string
}

// Entry is a 跟进 without its words.
type Entry struct {
	ID     string
	At     time.Time
	Stage  string // empty: not told
	Amount int64  // 分; 0: not told
	Next   NextStep
}

// NextStep is what is to be done next with a customer. It ends with the next
// entry.
type NextStep struct {
	Day  Day // empty: there is none
	What string
}
