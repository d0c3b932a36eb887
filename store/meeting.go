package store

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"marketbot/store/internal/engine"
)

// MeetingKind is what a meeting is, as people call it.
type MeetingKind string

// The kinds of meeting.
const (
	MonthlyMeeting MeetingKind = "月会" // with the pack of a month
	RegularMeeting MeetingKind = "例会" // without one
)

// MeetingState is how far a meeting has come, as people read it.
type MeetingState string

// The states of a meeting.
const (
	MeetingOpen   MeetingState = "进行中" // one at most is
	MeetingClosed MeetingState = "已散会"
	MeetingOff    MeetingState = "不开" // said so by the director; it may be opened after all
)

// Meeting is a meeting of the department.
type Meeting struct {
	Code    string // M3
	Kind    MeetingKind
	Month   Day // its first day; empty: of no month
	State   MeetingState
	Opened  time.Time // zero: it was not
	Version int       // how often it was changed

	Topic   string    // what a meeting without a month is about
	Opener  string    // person id, likewise the next ones
	Group   bool      // it was opened in a group
	Minutes int       // the version of its minutes that is being made, or was made last
	First   time.Time // when it was closed first
	Closed  time.Time // when it was closed last; zero: it was not
	Closer  string
	Why     string // it is not held, or was opened again
}

func (m Meeting) place() string {
	return engine.Joined(m.Code, string(m.Kind), string(m.Month), string(m.State), millis(m.Opened), strconv.Itoa(m.Version))
}

// card is all of a meeting as one text. What is added comes last: a card from
// before has it empty.
func (m Meeting) card() string {
	return engine.Joined(m.Code, string(m.Kind), string(m.Month), string(m.State), millis(m.Opened), strconv.Itoa(m.Version),
		m.Topic, m.Opener, yes(m.Group), strconv.Itoa(m.Minutes), millis(m.First), millis(m.Closed), m.Closer, m.Why)
}

const meetingFields = 14

var errMeeting = errors.New("a card of a meeting that cannot be read")

func meetingOf(card string) (Meeting, error) {
	w, err := parted(card, meetingFields)
	if err != nil {
		return Meeting{}, errors.Join(errMeeting, err)
	}
	n := numbers{}
	m := Meeting{
		Code: w[0], Kind: MeetingKind(w[1]), Month: Day(w[2]), State: MeetingState(w[3]), Opened: n.moment(w[4]), Version: int(n.read(w[5])),
		Topic: w[6], Opener: w[7], Group: w[8] != "", Minutes: int(n.read(w[9])), First: n.moment(w[10]), Closed: n.moment(w[11]), Closer: w[12], Why: w[13],
	}
	return m, n.err
}

// ItemState is what became of an item of the agenda, as people read it.
type ItemState string

// The states of an item.
const (
	ItemWaiting ItemState = "待上会" // for the next meeting
	ItemOpen    ItemState = "待决"
	ItemDecided ItemState = "决议"
	ItemShelved ItemState = "搁置" // it returns in the next meeting
	ItemNoted   ItemState = "知悉"
	ItemUndone  ItemState = "已撤销"
)

// AgendaItem is something to be decided.
type AgendaItem struct {
	Code    string // Y4
	Meeting string // the code of the meeting that it is, or was, on last; empty: the next one
	State   ItemState
	Version int // how often it was changed

	Rank     int    // where it stands on the agenda
	Source   string // what it comes of
	Title    string // for all members
	Lines    []ItemLine
	Maker    string // person id; empty: the agenda made it
	Made     time.Time
	Decision string // the code of what it is about, or became
	Owner    string // of a shelved one: who brings it back; person id
	Due      Day
	Why      string
	Shelved  int    // how often it was
	By       string // whose word the outcome was; person id
	At       time.Time
}

// ItemLine is what of an item is whose: heads read all, others their own.
type ItemLine struct {
	Person string // id; empty: nobody's
	Text   string
}

// Report reports whether the item is one that only tells something: the agenda made
// it, and it is neither a decision nor was it shelved.
func (i AgendaItem) Report() bool { return i.Maker == "" && i.Decision == "" && i.Shelved == 0 }

func (i AgendaItem) place() string {
	return engine.Joined(i.Code, i.Meeting, string(i.State), strconv.Itoa(i.Version))
}

func (i AgendaItem) card() string {
	var lines strings.Builder
	for _, l := range i.Lines {
		lines.WriteString(engine.Joined(l.Person, l.Text))
	}
	return engine.Joined(i.Code, i.Meeting, string(i.State), strconv.Itoa(i.Version),
		strconv.Itoa(i.Rank), i.Source, i.Title, lines.String(), i.Maker, millis(i.Made), i.Decision, i.Owner, string(i.Due), i.Why,
		strconv.Itoa(i.Shelved), i.By, millis(i.At))
}

const itemFields = 17

func itemOf(card string) (AgendaItem, error) {
	w, err := parted(card, itemFields)
	if err != nil {
		return AgendaItem{}, errors.Join(errMeeting, err)
	}
	n := numbers{}
	i := AgendaItem{
		Code: w[0], Meeting: w[1], State: ItemState(w[2]), Version: int(n.read(w[3])),
		Rank: int(n.read(w[4])), Source: w[5], Title: w[6], Maker: w[8], Made: n.moment(w[9]), Decision: w[10], Owner: w[11], Due: Day(w[12]), Why: w[13],
		Shelved: int(n.read(w[14])), By: w[15], At: n.moment(w[16]),
	}
	lines, err := engine.Parted(w[7])
	for at := 0; at+1 < len(lines); at += 2 {
		i.Lines = append(i.Lines, ItemLine{lines[at], lines[at+1]})
	}
	return i, errors.Join(n.err, err)
}

// NoteKind is what a note of a meeting says.
type NoteKind string

// The kinds of note.
const (
	NoteTalk    NoteKind = "讨论"
	NotePresent NoteKind = "到会"
	NoteLeave   NoteKind = "请假"
	NoteAbsent  NoteKind = "缺席"
)

// MeetingNote is what was said of an item, or who was there.
type MeetingNote struct {
	ID      string
	Meeting string // its code
	Item    string // likewise; empty: it is about the person
	Kind    NoteKind
	Person  string // who spoke, or whom it is about
	By      string // who noted it
	At      time.Time
	Gone    bool // taken back
	Words   string
}

func (n MeetingNote) place() string {
	return engine.Joined(n.ID, n.Meeting, n.Item, string(n.Kind), n.Person, n.By, millis(n.At), strconv.Itoa(engine.Flag(n.Gone)))
}

// MeetingAct is what was done to a meeting, an item or a decision.
type MeetingAct struct {
	ID      string
	Thing   string // its code
	At      time.Time
	By      string // person id
	Act     string // as people call it: the command's name
	Version int    // of the thing, that the act made
	Words   string // what was said about it
	was     string // its card before
}

func (a MeetingAct) place() string {
	return engine.Joined(a.ID, a.Thing, millis(a.At), a.By, a.Act, strconv.Itoa(a.Version))
}
