package store

import (
	"strconv"
	"time"

	"marketbot/store/internal/engine"
)

// DepartureKind is how somebody leaves, as people read it.
type DepartureKind string

// The kinds of departure.
const (
	Resignation DepartureKind = "离职"
	Transfer    DepartureKind = "调走" // to another post
	Stopped     DepartureKind = "停用" // without a notice
)

// DepartureState is how far a departure has come.
type DepartureState string

// The states of a departure.
const (
	DepartureGiven     DepartureState = "已提出"
	DepartureReleased  DepartureState = "已签字" // the last signature is there
	DepartureOver      DepartureState = "已离开" // something may be left behind
	DepartureClosed    DepartureState = "已办完" // nothing is left behind
	DepartureWithdrawn DepartureState = "已撤回"
	DepartureReturned  DepartureState = "已恢复" // they were taken on again
)

// Departure is that somebody leaves the company or their post (2-7).
type Departure struct {
	ID      string
	Person  string // id
	Kind    DepartureKind
	State   DepartureState
	Last    Day       // of work
	Ends    time.Time // when the post ends, or the registration
	Version int       // how often it was changed

	Given    time.Time
	Post     Post   // that they leave
	To       Post   // of a transfer
	Words    string // the written notice
	Earliest Day    // that a full notice would have allowed
	Counted  string // how that was counted, in words
	Insisted bool   // on a day before it

	Cleared   time.Time // the accounts; zero: not yet
	ClearedBy string    // person id
	Cleaning  string    // what was said with it, and what was open then, line by line
	Owes      string    // why they are not clear

	Released   time.Time // the last signature; zero: not yet
	ReleasedBy string    // person id
	Alone      bool      // nobody was above: 无人复核
	Undone     string    // what was missing when it ended, line by line; empty: nothing
}

// InNotice reports whether the notice runs.
func (d Departure) InNotice() bool { return d.State == DepartureGiven || d.State == DepartureReleased }

// place is what the sealed card is bound to.
func (d Departure) place() string {
	return engine.Joined(d.ID, d.Person, string(d.Kind), string(d.State), string(d.Last), millis(d.Ends), strconv.Itoa(d.Version))
}

// card is all of a departure as one text. What is added comes last: a card from
// before has it empty.
func (d Departure) card() string {
	return engine.Joined(d.ID, d.Person, string(d.Kind), string(d.State), string(d.Last), millis(d.Ends), strconv.Itoa(d.Version),
		millis(d.Given), string(d.Post), string(d.To), d.Words, string(d.Earliest), d.Counted, yes(d.Insisted),
		millis(d.Cleared), d.ClearedBy, d.Cleaning, d.Owes, millis(d.Released), d.ReleasedBy, yes(d.Alone), d.Undone)
}

// departureFields is how many words a card has.
const departureFields = 22

// departureOf reads a card.
func departureOf(card string) (Departure, error) {
	w, err := parted(card, departureFields)
	if err != nil {
		return Departure{}, err
	}
	n := numbers{}
	d := Departure{
		ID: w[0], Person: w[1], Kind: DepartureKind(w[2]), State: DepartureState(w[3]), Last: Day(w[4]), Ends: n.moment(w[5]), Version: int(n.read(w[6])),
		Given: n.moment(w[7]), Post: Post(w[8]), To: Post(w[9]), Words: w[10], Earliest: Day(w[11]), Counted: w[12], Insisted: w[13] != "",
		Cleared: n.moment(w[14]), ClearedBy: w[15], Cleaning: w[16], Owes: w[17], Released: n.moment(w[18]), ReleasedBy: w[19], Alone: w[20] != "", Undone: w[21],
	}
	return d, n.err
}

// HandedState is what becomes of a thing that is left behind.
type HandedState string

// The states of what is left behind. What was offered to nobody has none.
const (
	HandedOffered HandedState = "待接收"
	HandedTaken   HandedState = "已接收"
	HandedRefused HandedState = "不接收"
)

// Handed is what became of one thing that somebody leaves behind.
type Handed struct {
	Departure string // id
	Kind, Ref string // what it is called by, see leaving.Held
	State     HandedState
	Taker     string // person id
	By        string // person id of who offered it
	At        time.Time
	Name      string // what it is
	Why       string // it was not taken over
}

func (h Handed) place() string {
	return engine.Joined(h.Departure, h.Kind, h.Ref, string(h.State), h.Taker, h.By, millis(h.At))
}
