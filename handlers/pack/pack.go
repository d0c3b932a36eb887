// Package pack is what the areas hand over for the monthly meeting (会-2, 会-4): each
// makes one [Section] of a month by a [Maker], and package bot puts the makers
// together, in the order in which the sections are shown. The meeting shows them,
// freezes them and makes its agenda of them without knowing any area.
//
// A section is the same for everybody who reads it: the pack is for who sees all of
// the department's figures. What is to be told to others, each their own, stands in
// the lines of an [Item].
//
// It is not for deciding who reads a pack, or when one is made.
package pack

import (
	"context"
	"fmt"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/sheet"
	"marketbot/store"
)

// Maker makes an area's section of a month. It only reads.
type Maker func(ctx context.Context, tx *store.Tx, ask Ask) (Section, error)

// Reader is who a section is made for: somebody to whom nothing is hidden.
var Reader = store.Person{ID: "-", Post: store.GeneralManager}

// Ask is what a section is asked for.
type Ask struct {
	Month store.Day // its first day
	At    time.Time // now, in the company's zone
}

// Last is the day as of which a section stands: today in the month, afterwards
// the month's last day.
func (a Ask) Last() store.Day { return min(a.Month.NextMonth().Add(-1), store.DayOf(a.At)) }

// Moment is the moment as of which a section stands: now, or the end of the month.
func (a Ask) Moment() time.Time {
	if end := a.Month.NextMonth().Start(a.At.Location()); !a.At.Before(end) {
		return end.Add(-time.Minute)
	}
	return a.At
}

// In reports whether a day is one of the month's that counts.
func (a Ask) In(day store.Day) bool { return day >= a.Month && day <= a.Last() }

// Earlier reports whether a day is one of the month's before.
func (a Ask) Earlier(day store.Day) bool { return day >= a.Before().Month() && day <= a.Before() }

// Before is the last day of the month before.
func (a Ask) Before() store.Day { return a.Month.Add(-1) }

// Section is what one area has to say of a month. All of it is confidential, and
// all of it can be kept as JSON and read back.
type Section struct {
	Name    string        // 应收账款
	Figures []Figure      // what the card says: at most six
	Table   *chat.Table   // on the card behind them, at most 20 rows; nil: the workbook has it all
	More    int           `json:",omitempty"` // how many rows of it only the workbook has
	Charts  []chat.Chart  // at most two
	Sheets  []sheet.Sheet // tabs of the workbook, also of a month in which there is nothing
	Items   []Item        // what is to be decided: only those with content
}

// Figure is a figure of the month beside the one of the month before.
type Figure struct {
	Label       string
	Now, Before int64 // in steps of the Unit, or chat.NoValue
	Unit        chat.Unit
}

// Words are the figure's: 120,000.00 元（上月 80,000.00 元）.
func (f Figure) Words() string {
	return fmt.Sprintf("%s（上月 %s）", f.Unit.Words(f.Now), f.Unit.Words(f.Before))
}

// Item is something for the agenda.
type Item struct {
	Rank   Rank
	Source string // what it comes of, in a few words: 应收逾期
	Title  string // for all members: what it is about and how many there are, no amount and no customer
	Lines  []Line // what there is in full, for heads; everybody else hears their own
}

// Line is one line of an item.
type Line struct {
	Person string // the id of whose it is; empty: nobody's, for heads only
	Text   string
}

// Rank is where an item stands on the agenda, behind what was shelved and what
// was decided before.
type Rank int

// The ranks, in the order of the agenda.
const (
	BelowTarget    Rank = iota + 1 // people who are below what is asked of them
	NoCause                        // customers without progress and without a cause, an item an owner
	Overdue                        // receivables of 30 days and more
	NoReview                       // activities that nobody summed up
	NextCustomers                  // next month's key customers
	NextActivities                 // next month's activities
)

// Make makes the sections of a month, in the order of their makers.
func Make(ctx context.Context, tx *store.Tx, ask Ask, makers []Maker) ([]Section, error) {
	list := make([]Section, 0, len(makers))
	for i, maker := range makers {
		s, err := maker(ctx, tx, ask)
		if err != nil {
			return nil, fmt.Errorf("section %d of the pack of %s: %w", i+1, ask.Month, err)
		}
		list = append(list, s)
	}
	return list, nil
}
