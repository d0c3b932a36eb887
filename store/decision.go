package store

import (
	"errors"
	"strconv"
	"time"

	"marketbot/store/internal/engine"
)

// DecisionState is how far what was decided has come, as people read it.
type DecisionState string

// The states of a decision.
const (
	DecisionOpen    DecisionState = "待办"
	DecisionClaimed DecisionState = "待确认" // its owner says that it is done
	DecisionDone    DecisionState = "已完成"
	DecisionUndone  DecisionState = "已撤销" // it was taken back in the meeting
)

// Decision is what was decided in a meeting: who does what until when.
type Decision struct {
	Code    string // D7
	State   DecisionState
	Owner   string // person id
	Due     Day    // as it is now
	Version int    // how often it was changed

	Words   string
	Helpers []string // person ids
	First   Day      // as it was due at first
	Moved   int      // how often it was put off
	Meeting string   // the code of the meeting
	Item    string   // the code of the item
	Maker   string   // person id
	Made    time.Time
	Report  string // what its owner says of how it was done
	Claimed time.Time
	Judge   string // who confirmed it; person id
	Done    time.Time
	Alone   bool   // nobody was there for the second pair of eyes: 无人复核
	Before  string // who owned it before they left; person id
}

// Open reports whether there is still something to be done about it.
func (d Decision) Open() bool { return d.State == DecisionOpen || d.State == DecisionClaimed }

// Concerns reports whether it is somebody's to do, or to help with.
func (d Decision) Concerns(person string) bool {
	if d.Owner == person {
		return true
	}
	for _, h := range d.Helpers {
		if h == person {
			return true
		}
	}
	return false
}

// With is the decision as another's: it stays as it stands.
func (d Decision) With(owner string) Decision {
	var helpers []string
	for _, h := range d.Helpers {
		if h != owner {
			helpers = append(helpers, h)
		}
	}
	d.Before, d.Owner, d.Helpers = d.Owner, owner, helpers
	return d
}

func (d Decision) place() string {
	return engine.Joined(d.Code, string(d.State), d.Owner, string(d.Due), strconv.Itoa(d.Version))
}

// card is all of a decision as one text. What is added comes last: a card from
// before has it empty.
func (d Decision) card() string {
	return engine.Joined(d.Code, string(d.State), d.Owner, string(d.Due), strconv.Itoa(d.Version),
		d.Words, engine.Joined(d.Helpers...), string(d.First), strconv.Itoa(d.Moved), d.Meeting, d.Item, d.Maker, millis(d.Made),
		d.Report, millis(d.Claimed), d.Judge, millis(d.Done), yes(d.Alone), d.Before)
}

const decisionFields = 19

var errDecision = errors.New("a decision's card that cannot be read")

func decisionOf(card string) (Decision, error) {
	w, err := parted(card, decisionFields)
	if err != nil {
		return Decision{}, errors.Join(errDecision, err)
	}
	n := numbers{}
	d := Decision{
		Code: w[0], State: DecisionState(w[1]), Owner: w[2], Due: Day(w[3]), Version: int(n.read(w[4])),
		Words: w[5], First: Day(w[7]), Moved: int(n.read(w[8])), Meeting: w[9], Item: w[10], Maker: w[11], Made: n.moment(w[12]),
		Report: w[13], Claimed: n.moment(w[14]), Judge: w[15], Done: n.moment(w[16]), Alone: w[17] != "", Before: w[18],
	}
	d.Helpers, err = engine.Parted(w[6])
	return d, errors.Join(n.err, err)
}
