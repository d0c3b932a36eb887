package store

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"marketbot/store/internal/engine"
)

// ContractState is how far a contract has come, as people read it.
type ContractState string

// The states of a contract. Every number has one, for ever.
const (
	ContractClaimed    ContractState = "已领用"
	ContractReported   ContractState = "已汇报"
	ContractSigned     ContractState = "已签"
	ContractArchived   ContractState = "已归档"
	ContractReturned   ContractState = "已退回"
	ContractSpoiled    ContractState = "已作废"
	ContractTerminated ContractState = "终止"
	ContractLost       ContractState = "遗失"
	ContractUndone     ContractState = "已撤销" // the claim was taken back
	ContractBurnt      ContractState = "烧号"  // never reissued, and nobody knows who had it
)

// ContractStates are all of them, in the order of a life.
var ContractStates = []ContractState{ContractClaimed, ContractReported, ContractSigned, ContractArchived,
	ContractReturned, ContractSpoiled, ContractTerminated, ContractLost, ContractUndone, ContractBurnt}

// Share is a person's part of what a contract counts for, in ten-thousandths.
type Share struct {
	Person string
	Parts  int
}

// WholeShare is what all shares of a contract come to.
const WholeShare = 10_000

// Contract is a numbered form and what became of it. Days that are not come yet
// are empty, and amounts are 分, 0 where none was told.
type Contract struct {
	Number     string // as it stands on the form: ZYX-202611-001
	Folded     string // its letters and digits alone, by which it is found
	Series     string // within one every Seq is given once
	Seq        int
	Customer   string // id
	Holder     string // person id; who chases and is chased
	State      ContractState
	Claimed    Day
	Signed     Day
	Due        Day // when the original is owed
	Ended      Day // of a terminated one
	Version    int // how often it was changed
	Electronic bool
	Opening    bool   // entered from what was kept before
	Claimant   string // person id of whoever took the form first
	Project    string

	Reported   Day // the first report before signing
	LastReport Day
	Event      Day // as the last report has it, likewise the next two
	Prepare    int // working days; 0: not told
	Expected   int64

	Amount   int64
	Shares   []Share // of whom the signing counts for; none: the holder's alone
	Early    bool    // signed before the first report
	Archived Day
	Place    string // where the original lies

	Borrower string // person id of who has the original on loan; empty: nobody
	Back     Day    // when it is to be back

	Lost      Day           // when it was last lost
	LostFrom  ContractState // what it was before
	Explained bool          // somebody said what became of the number

	Earned int64  // of a terminated one: what is due to us
	Rest   string // likewise: what becomes of money beyond that
}

// InHand reports whether the form is with its holder, unused.
func (c Contract) InHand() bool {
	return c.State == ContractClaimed || c.State == ContractReported
}

// Binding reports whether the contract was signed and stands.
func (c Contract) Binding() bool {
	return c.State == ContractSigned || c.State == ContractArchived ||
		c.State == ContractLost && (c.LostFrom == ContractSigned || c.LostFrom == ContractArchived)
}

// OwesOriginal reports whether the signed original is still to be handed in.
func (c Contract) OwesOriginal() bool { return c.State == ContractSigned && !c.Electronic }

// Waits reports whether somebody has still to do something about the contract.
func (c Contract) Waits() bool {
	return c.InHand() || c.OwesOriginal() || c.State == ContractLost && !c.Explained || c.Borrower != ""
}

// Won is what the contract counts for: its amount, of a terminated one what was
// earned.
func (c Contract) Won() int64 {
	if c.State == ContractTerminated {
		return c.Earned
	}
	return c.Amount
}

// place is what the sealed card is bound to.
func (c Contract) place() string {
	return engine.Joined(c.Number, c.Folded, c.Series, strconv.Itoa(c.Seq), c.Customer, c.Holder, string(c.State),
		string(c.Claimed), string(c.Signed), string(c.Due), string(c.Ended), strconv.Itoa(c.Version))
}

// card is all of a contract as one text. What is added comes last: a card from
// before has it empty.
func (c Contract) card() string {
	return engine.Joined(c.Number, c.Folded, c.Series, strconv.Itoa(c.Seq), c.Customer, c.Holder, string(c.State),
		string(c.Claimed), string(c.Signed), string(c.Due), string(c.Ended), strconv.Itoa(c.Version),
		yes(c.Electronic), yes(c.Opening), c.Claimant, c.Project,
		string(c.Reported), string(c.Event), strconv.Itoa(c.Prepare), amount(c.Expected),
		amount(c.Amount), shares(c.Shares), yes(c.Early), string(c.Archived), c.Place,
		c.Borrower, string(c.Back), string(c.Lost), string(c.LostFrom), yes(c.Explained), amount(c.Earned), c.Rest, string(c.LastReport))
}

// cardFields is how many words a card has.
const cardFields = 33

var errCard = errors.New("a contract's card that cannot be read")

// contractOf reads a card.
func contractOf(card string) (Contract, error) {
	w, err := engine.Parted(card)
	if err != nil {
		return Contract{}, err
	}
	for len(w) < cardFields {
		w = append(w, "")
	}
	n := numbers{}
	c := Contract{
		Number: w[0], Folded: w[1], Series: w[2], Seq: int(n.read(w[3])), Customer: w[4], Holder: w[5], State: ContractState(w[6]),
		Claimed: Day(w[7]), Signed: Day(w[8]), Due: Day(w[9]), Ended: Day(w[10]), Version: int(n.read(w[11])),
		Electronic: w[12] != "", Opening: w[13] != "", Claimant: w[14], Project: w[15],
		Reported: Day(w[16]), Event: Day(w[17]), Prepare: int(n.read(w[18])), Expected: n.read(w[19]),
		Amount: n.read(w[20]), Shares: n.shares(w[21]), Early: w[22] != "", Archived: Day(w[23]), Place: w[24],
		Borrower: w[25], Back: Day(w[26]), Lost: Day(w[27]), LostFrom: ContractState(w[28]), Explained: w[29] != "", Earned: n.read(w[30]), Rest: w[31], LastReport: Day(w[32]),
	}
	return c, n.err
}

func yes(b bool) string {
	if b {
		return "1"
	}
	return ""
}

func amount(n int64) string { return strconv.FormatInt(n, 10) }

func shares(list []Share) string {
	var b strings.Builder
	for _, s := range list {
		fmt.Fprintf(&b, "%s=%d;", s.Person, s.Parts)
	}
	return b.String()
}

// numbers reads what was written by amount and shares, and remembers what could
// not be read.
type numbers struct{ err error }

func (n *numbers) read(s string) int64 {
	if s == "" {
		return 0
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		n.err = errCard
	}
	return v
}

func (n *numbers) shares(s string) (list []Share) {
	for one := range strings.SplitSeq(s, ";") {
		if person, parts, ok := strings.Cut(one, "="); ok {
			list = append(list, Share{person, int(n.read(parts))})
		}
	}
	return list
}
