package store

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"marketbot/store/internal/engine"
)

// ActivityState is how far an activity has come, as people read it.
type ActivityState string

// The states of an activity. That its end has come makes a planned one due for
// its summary; the clock says so, nobody writes it.
const (
	ActivityDraft     ActivityState = "草稿" // something of what a plan needs is missing
	ActivityPlanned   ActivityState = "计划"
	ActivityEnded     ActivityState = "待总结" // what rulebook makes of a planned one after its end
	ActivityReviewed  ActivityState = "已总结"
	ActivityCancelled ActivityState = "取消"
	ActivityUndone    ActivityState = "已撤销" // its entry was taken back
)

// ActivityKind is what an activity is for.
type ActivityKind string

// The kinds of activity. Only a promotion needs all that 会-4 asks of a plan.
const (
	Promotion   ActivityKind = "推广"
	OnSite      ActivityKind = "现场"
	Negotiation ActivityKind = "洽谈"
)

// ActivityKinds are all of them.
var ActivityKinds = []ActivityKind{Promotion, OnSite, Negotiation}

// Attendance is whether a participant came, and how that is known.
type Attendance string

// The attendances. Nobody is absent for having said nothing.
const (
	Unchecked Attendance = ""   // 未核
	Attended  Attendance = "到场" // said themselves
	Recorded  Attendance = "补记" // a head says so
	Absent    Attendance = "未到" // likewise
)

// Came reports whether the participant was there.
func (a Attendance) Came() bool { return a == Attended || a == Recorded }

// Participant is somebody who is to take part in an activity.
type Participant struct {
	Person string
	Task   string // of the 分工; empty: none of their own
	Answer Answer
	Why    string // they cannot
	Came   Attendance
	At     time.Time // when they came; zero: not told
	Excuse string    // of who did not come
}

// Answer is what somebody says who was asked to take part.
type Answer string

// The answers.
const (
	Unanswered Answer = ""
	Can        Answer = "能去"
	Cannot     Answer = "不能去"
)

// Activity is something that the department does with or for customers, from the
// plan to what was learnt. Amounts are 分.
type Activity struct {
	Code    string // H3
	State   ActivityState
	First   Day // empty while it is not known, likewise Last
	Last    Day
	Ends    time.Time // zero while it is not known
	Version int       // how often it was changed

	Kind      ActivityKind
	Name      string
	Timed     bool          // From and To are told
	From, To  time.Duration // after midnight of First and Last; To 24 hours: not told
	Place     string
	Content   string
	Effect    string // expected
	Budgeted  bool   // Budget was told; it may be nothing
	Budget    int64
	Customers []string // ids
	Contract  string   // its number
	People    []Participant
	Maker     string // person id
	Made      time.Time
	Moved     int // how often it was put off or forward
	Was       Day // its first day before the last of these

	Outcome  string // what came of it, once it was reviewed
	Spent    bool   // Cost was told
	Cost     int64
	Lesson   string
	Lack     string
	Over     string // why it cost more than planned
	Reviewer string // person id
	Heir     string // who took over from who was responsible once it had ended; person id
}

// Participant is somebody's part in the activity; nil where they have none.
func (a *Activity) Participant(person string) *Participant {
	for i := range a.People {
		if a.People[i].Person == person {
			return &a.People[i]
		}
	}
	return nil
}

// Responsible is who is first in the 分工, or who took that over from them once the
// activity had ended; the person id, empty where there is none.
func (a Activity) Responsible() string {
	if a.Heir != "" {
		return a.Heir
	}
	for _, p := range a.People {
		if p.Task != "" {
			return p.Person
		}
	}
	return ""
}

// place is what the sealed card is bound to.
func (a Activity) place() string {
	return engine.Joined(a.Code, string(a.State), string(a.First), string(a.Last), millis(a.Ends), strconv.Itoa(a.Version))
}

func millis(t time.Time) string { return strconv.FormatInt(engine.Millis(t), 10) }

// card is all of an activity as one text. What is added comes last: a card from
// before has it empty.
func (a Activity) card() string {
	return engine.Joined(a.Code, string(a.State), string(a.First), string(a.Last), millis(a.Ends), strconv.Itoa(a.Version),
		string(a.Kind), a.Name, yes(a.Timed), amount(int64(a.From)), amount(int64(a.To)), a.Place, a.Content, a.Effect,
		yes(a.Budgeted), amount(a.Budget), engine.Joined(a.Customers...), a.Contract, participants(a.People), a.Maker, strconv.Itoa(a.Moved), string(a.Was),
		a.Outcome, yes(a.Spent), amount(a.Cost), a.Lesson, a.Lack, a.Over, a.Reviewer, millis(a.Made), a.Heir)
}

// How many words the card of an activity has, and that of a participant.
const (
	activityFields    = 31
	participantFields = 7
)

var errActivity = errors.New("an activity's card that cannot be read")

// activityOf reads a card.
func activityOf(card string) (Activity, error) {
	w, err := parted(card, activityFields)
	if err != nil {
		return Activity{}, err
	}
	n := numbers{}
	a := Activity{
		Code: w[0], State: ActivityState(w[1]), First: Day(w[2]), Last: Day(w[3]), Ends: n.moment(w[4]), Version: int(n.read(w[5])),
		Kind: ActivityKind(w[6]), Name: w[7], Timed: w[8] != "", From: time.Duration(n.read(w[9])), To: time.Duration(n.read(w[10])), Place: w[11], Content: w[12], Effect: w[13],
		Budgeted: w[14] != "", Budget: n.read(w[15]), Contract: w[17], Maker: w[19], Moved: int(n.read(w[20])), Was: Day(w[21]),
		Outcome: w[22], Spent: w[23] != "", Cost: n.read(w[24]), Lesson: w[25], Lack: w[26], Over: w[27], Reviewer: w[28], Made: n.moment(w[29]), Heir: w[30],
	}
	customers, err1 := engine.Parted(w[16])
	people, err2 := participantsOf(w[18], &n)
	a.Customers, a.People = customers, people
	if err := errors.Join(n.err, err1, err2); err != nil {
		return Activity{}, errors.Join(errActivity, err)
	}
	return a, nil
}

// parted are the words that were joined, and empty ones for those that are missing.
func parted(text string, most int) ([]string, error) {
	w, err := engine.Parted(text)
	for len(w) < most {
		w = append(w, "")
	}
	return w, err
}

func participants(list []Participant) string {
	var b strings.Builder
	for _, p := range list {
		b.WriteString(engine.Joined(engine.Joined(p.Person, p.Task, string(p.Answer), p.Why, string(p.Came), millis(p.At), p.Excuse)))
	}
	return b.String()
}

func participantsOf(text string, n *numbers) (list []Participant, err error) {
	all, err := engine.Parted(text)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		w, err := parted(one, participantFields)
		if err != nil {
			return nil, err
		}
		list = append(list, Participant{Person: w[0], Task: w[1], Answer: Answer(w[2]), Why: w[3], Came: Attendance(w[4]), At: n.moment(w[5]), Excuse: w[6]})
	}
	return list, nil
}

// moment reads what was written by millis.
func (n *numbers) moment(s string) time.Time { return engine.Moment(n.read(s)) }
