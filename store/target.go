package store

import (
	"strconv"
	"time"

	"marketbot/store/internal/engine"
)

// Measure is what a target is measured by, as people read it.
type Measure string

// The measures.
const (
	Signing Measure = "签约"
	Receipt Measure = "回款"
)

// Measures are both of them.
var Measures = []Measure{Signing, Receipt}

// Target is a version of what somebody, or the department, is to reach in a month.
// None is ever changed: what is to hold no more is followed by another version.
type Target struct {
	ID       string
	Person   string // id; empty: the department
	Month    Day    // its first day
	Measure  Measure
	Version  int // from 1 on
	At       time.Time
	By       string // person id
	Corrects Day    // the open month whose 会后更正 it is, its own being frozen; empty: it is its own month's

	Fen     int64  // 分
	Was     int64  // what was to be reached before it was set; 0 also where nothing was
	None    bool   // there is no target any more: the first one was taken back
	Opening bool   // 期初: it was set before the bot was
	Reason  string // why it was set when its month had begun
}

// place is what the sealed part of a target is bound to.
func (t Target) place() string {
	return engine.Joined(t.ID, t.Person, string(t.Month), string(t.Measure), strconv.Itoa(t.Version), millis(t.At), t.By, string(t.Corrects))
}

// content is the sealed part as one text. What is added comes last: a text from
// before has it empty.
func (t Target) content() string {
	return engine.Joined(amount(t.Fen), yes(t.None), yes(t.Opening), t.Reason, amount(t.Was))
}

// targetFields is how many words a content has.
const targetFields = 5

// fill reads what content made.
func (t *Target) fill(content string) error {
	w, err := parted(content, targetFields)
	if err != nil {
		return err
	}
	n := numbers{}
	t.Fen, t.None, t.Opening, t.Reason, t.Was = n.read(w[0]), w[1] != "", w[2] != "", w[3], n.read(w[4])
	return n.err
}
