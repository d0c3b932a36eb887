// Package daily is the one message that the bot sends a person each morning
// (schedule.daily, 09:13). Areas give [Line]s; this package leaves out what was
// said before, ranks the rest into one message a person, and remembers what it
// said. Nothing due, no message.
//
// # What is owed
//
// A line is owed from its day on until somebody heard it: it is remembered
// under its key, whoever heard it, and never said again. Of a line with steps
// (7, 15, 30 days without progress) the highest unsaid one is told and the
// lower ones count as said. What nobody hears today, because the person is on
// leave or the message is full, is left to the next morning; so is all that an
// outage or a failing area kept back. An area therefore asks its tables for
// everything that is owed and not for what changed since yesterday, and for
// nothing older than [store.SaidKept].
//
// # A failing area
//
// keeps none of the others from being said. It is tried again every ten
// minutes; when all areas succeed, or the time for making up is over, what came
// late is told in one later message marked 补. See [Job].
//
// # Not for
//
// alarms, which go out at once in messages of their own (a [Line] of urgency
// [Alarm] does too), for reminders of a minute (reports, trips), and for
// deciding who hears, which package audience does.
package daily

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Area is an area that has something to say in the daily message; a
// command.Area is asked for it by type assertion.
type Area interface {
	// Daily is all that is owed at a slot: lines that were said already are
	// passed over, so it need not know. roll is who there is that day. It may
	// write (what it does is undone when it fails), and must not depend on the
	// other areas.
	Daily(ctx context.Context, tx *store.Tx, slot rulebook.Slot, roll audience.Roll) ([]Line, error)
}

// Urgency ranks lines.
type Urgency int

// The urgencies. A line that is owed for a week ranks as Urgent.
const (
	Calm   Urgency = iota // what lasts: lists that wait, files to look at
	Due                   // a step of somebody's own
	Urgent                // something ends or is lost today
	Alarm                 // to be known at once: a message of its own
)

// Line is one thing to be said.
type Line struct {
	For      audience.Audience // who hears; nobody: it stays owed
	Key      string            // names for ever what is said: customer/quiet/K12/…; its first two parts are its kind
	About    string            // what others are told of too, in lines of their own: who stands for several hears one; empty: nobody else is
	Step     int               // the highest step that is reached, in days; what is said anew every day has one for each; 0: no steps
	Since    store.Day         // from when on it is owed; empty: today
	Urgency  Urgency
	Text     string // empty: nobody hears, and it counts as said
	Harmless string // what a platform says that cannot keep a secret; empty: Text is none
	Command  string // what to do about it
	Label    string // of a button for Command; empty: it is to be typed
	Names    int    // how many customers it names

	waited int    // how many steps of a line without Since were not said
	spared []Line // about the same, for the same person: said with this one
}

// kind is what sort of line it is.
func (l Line) kind() string {
	parts := strings.SplitN(l.Key, "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/")
}

// What one message holds.
const (
	maxLines = 10
	maxKind  = 5 // keeps one kind from crowding out the others
	maxNames = 6 // keeps a message from being a list of customers to carry away (档-3)
	agesAt   = 7 // days after which a line ranks as Urgent
)

// Letter is what one person hears in a message.
type Letter struct {
	To    store.Person
	Lines []Line // in the order of their rank
	More  int    // lines that did not fit
	Alarm bool   // a single line that is to be known at once
}

// Letters makes of what areas want said the letters of a day, by the
// registration of who gets them, and says which keys are then said, with their
// steps. said are those said before.
func Letters(roll audience.Roll, lines []Line, said map[string]int) (letters []Letter, told map[string]int) {
	told = map[string]int{}
	mine := map[string][]Line{}
	for _, l := range unsaid(lines, said) {
		if l.Text == "" {
			told[l.Key] = l.Step
			continue
		}
		for _, p := range l.For.To {
			if l.Urgency == Alarm {
				letters = append(letters, Letter{To: p, Lines: []Line{l}, Alarm: true})
				told[l.Key] = l.Step
				continue
			}
			mine[p.ID] = put(mine[p.ID], l)
		}
	}
	spared := map[string]int{} // how many people, by key
	for _, p := range roll.People() {
		if len(mine[p.ID]) == 0 {
			continue
		}
		letter := fill(p, rank(mine[p.ID], roll.Day))
		for _, l := range letter.Lines {
			told[l.Key] = l.Step
			for _, other := range l.spared { // for whomever else it is must hear it still
				if spared[other.Key]++; spared[other.Key] == len(other.For.To) {
					told[other.Key] = other.Step
				}
			}
		}
		letters = append(letters, letter)
	}
	return letters, told
}

// put adds a line to those of a person. Of several about the same they hear one: the
// first that is theirs to hear, rather than that of somebody whom they stand for.
func put(lines []Line, l Line) []Line {
	i := slices.IndexFunc(lines, func(other Line) bool { return l.About != "" && other.About == l.About })
	if i < 0 {
		return append(lines, l)
	}
	said := lines[i]
	if l.For.Why() == "" && said.For.Why() != "" {
		l.spared, said.spared = said.spared, nil
		said, l = l, said
	}
	said.spared = append(said.spared, l)
	lines[i] = said
	return lines
}

// unsaid leaves out what was said before, and of one key all but the highest step.
func unsaid(lines []Line, said map[string]int) []Line {
	highest := map[string]int{}
	for _, l := range lines {
		highest[l.Key] = max(highest[l.Key], l.Step)
	}
	list := slices.DeleteFunc(slices.Clone(lines), func(l Line) bool {
		step, known := said[l.Key]
		return known && step >= l.Step || l.Step < highest[l.Key]
	})
	for i, l := range list {
		if l.Since == "" {
			list[i].waited = l.Step - said[l.Key]
		}
	}
	return list
}

// rank puts the most urgent first, of alike ones the longest owed, else as the
// areas gave them.
func rank(lines []Line, today store.Day) []Line {
	old := today.Add(-agesAt)
	urgency := func(l Line) Urgency {
		if l.Since != "" && l.Since <= old {
			return max(l.Urgency, Urgent)
		}
		return l.Urgency
	}
	since := func(l Line) store.Day { return cmp.Or(l.Since, today) }
	slices.SortStableFunc(lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(urgency(b), urgency(a)), cmp.Compare(since(a), since(b)))
	})
	takeTurns(lines)
	return lines
}

// takeTurns puts those first, in the places that their kind has, that were not said for
// the longest: of what is said anew every day the same few would stand in the message
// every day, and the others never.
func takeTurns(lines []Line) {
	places := map[string][]int{}
	for i, l := range lines {
		if l.waited > 0 {
			places[l.kind()] = append(places[l.kind()], i)
		}
	}
	for _, at := range places {
		some := make([]Line, len(at))
		for n, i := range at {
			some[n] = lines[i]
		}
		slices.SortStableFunc(some, func(a, b Line) int { return cmp.Compare(b.waited, a.waited) })
		for n, i := range at {
			lines[i] = some[n]
		}
	}
}

// fill takes what one message holds.
func fill(to store.Person, ranked []Line) Letter {
	letter := Letter{To: to}
	kinds, names := map[string]int{}, 0
	for _, l := range ranked {
		if len(letter.Lines) == maxLines || kinds[l.kind()] == maxKind || names > 0 && names+l.Names > maxNames {
			letter.More++
			continue
		}
		kinds[l.kind()]++
		names += l.Names
		letter.Lines = append(letter.Lines, l)
	}
	return letter
}
