package rulebook

import (
	"slices"
	"time"

	"marketbot/store"
)

// ProgressState is how a customer did in a month, as people read it (会-4).
type ProgressState string

// The states. Of several that hold the first counts.
const (
	Won     ProgressState = "成交" // something was signed
	Lost    ProgressState = "流失" // the stage is one of LostStages at the end
	Moving  ProgressState = "推进" // there was progress
	Stalled ProgressState = "停滞" // there was none
)

// ProgressStates are all of them, as a table counts them.
var ProgressStates = []ProgressState{Moving, Won, Stalled, Lost}

// LostStages are the stages of customers with whom nothing is to be done.
var LostStages = []string{"暂停", "终止"}

// How many days a new customer needs no cause, and on which day of a month the
// causes that are missing are asked for.
const (
	newDays  = 7
	causeDay = 25
)

// StageAt is the stage of a customer at a moment, as far as what is kept tells;
// empty before there was a file. What entries told before moves were kept counts
// too, and before the first of those the stage that a file begins with: first.
func StageAt(c store.Course, at time.Time, first string) string {
	if c.Created.After(at) {
		return ""
	}
	known, told := first, time.Time{}
	for _, e := range c.Entries {
		if e.Stage == "" || slices.ContainsFunc(c.Moves, func(m store.StageMove) bool { return m.At.Equal(e.At) }) {
			continue
		}
		if e.At.After(at) {
			told = e.At
			break
		}
		known = e.Stage
	}
	for _, m := range c.Moves {
		switch {
		case m.Was == m.Stage:
		case !m.At.After(at):
			known = m.Stage
		case !told.IsZero() && told.Before(m.At):
			return known
		default:
			return m.Was
		}
	}
	if told.IsZero() {
		return c.Stage
	}
	return known
}

// OwnerAt is whose a customer was at a moment, the person id; empty: nobody's.
func OwnerAt(c store.Course, at time.Time) string {
	owner := ""
	for _, o := range c.Owners {
		if !o.From.After(at) && (o.Until.IsZero() || o.Until.After(at)) {
			owner = o.Person
		}
	}
	return owner
}

// Deals are what of contracts and money the progress of a customer is read off.
type Deals struct {
	Contracts []store.Contract
	Money     []store.MoneyEntry // of all contracts, contract by contract, oldest first
	Before    store.Day          // the last progress by contracts that are over, which are not among them; empty: none
	// Then are those to which something was done after the month, as they were at its
	// end: what was open is read off these.
	Then map[string]store.Contract
}

// CustomerMonth is how a customer did in a month, as of a day.
type CustomerMonth struct {
	store.Customer
	Owner    string // then, the person id; empty: nobody
	From, To string // stages; From is empty where there was no file yet
	Entries  int
	Last     time.Time // of the entries, also from before the month; zero: there is none
	Next     store.NextStep
	Amount   int64 // 分, as the last entry with one has it; 0: none
	Signed   int64 // in the month
	Received int64 // in the month, less what was paid back
	Open     int64 // as of the day
	Idle     int   // days since the last progress of any kind, or since the file was begun
	New      bool  // begun within the last days
	State    ProgressState
	Cause    *store.Stall // that is known on the day
	Damaged  bool         // some of its money does not open: the figures lack it
}

// Missing reports whether somebody has still to say why the customer stands still.
func (m CustomerMonth) Missing() bool { return m.State == Stalled && m.Cause == nil && !m.New }

// MonthEnd is when a month is over: the first moment of the next one.
func (r Rules) MonthEnd(month store.Day) time.Time { return month.NextMonth().Start(r.Zone) }

// CustomerMonth is how a customer did in the month of a first day, as it is known
// at a moment: of a month that is over all of it. first is the stage that a file
// begins with, terms are the days of the settings of receivables, causes those that
// were said of the customer, oldest first.
func (r Rules) CustomerMonth(c store.Course, d Deals, causes []store.Stall, month store.Day, now time.Time, first string, terms int) CustomerMonth {
	begin, end := month.Start(r.Zone), r.MonthEnd(month)
	until, day := now, r.Day(now)
	if !now.Before(end) {
		until, day = end.Add(-time.Millisecond), month.NextMonth().Add(-1)
	}
	m := CustomerMonth{Customer: c.Customer, Owner: OwnerAt(c, until), To: StageAt(c, until, first), From: StageAt(c, begin, first)}
	p := progressing{month: month, day: day, last: r.Day(c.Created)}
	for _, e := range c.Entries {
		if e.At.After(until) {
			break
		}
		if !e.At.Before(begin) {
			m.Entries++
		}
		m.Last, m.Next = e.At, e.Next
		if e.Amount != 0 {
			m.Amount = e.Amount
		}
		p.on(r.Day(e.At))
	}
	for _, move := range c.Moves {
		if move.Was != move.Stage {
			p.on(r.Day(move.At))
		}
	}
	m.deals(&p, d, terms)
	m.Idle, m.New = day.Since(p.last), day.Since(r.Day(c.Created)) < newDays
	m.Cause = CauseOn(causes, day, r.CausesBefore(month, now))
	switch {
	case p.signed:
		m.State = Won
	case slices.Contains(LostStages, m.To):
		m.State = Lost
	case p.moved:
		m.State = Moving
	default:
		m.State = Stalled
	}
	return m
}

// progressing gathers on which days there was progress.
type progressing struct {
	month, day store.Day // what is behind day is not known yet
	last       store.Day
	moved      bool // in the month
	signed     bool
}

// on notes progress of a day; an empty one is none.
func (p *progressing) on(day store.Day) {
	if day == "" || day > p.day {
		return
	}
	p.last = max(p.last, day)
	p.moved = p.moved || day >= p.month
}

// deals adds what contracts and money say.
func (m *CustomerMonth) deals(p *progressing, d Deals, terms int) {
	p.on(d.Before)
	money := map[string][]store.MoneyEntry{}
	for _, e := range d.Money {
		money[e.Contract] = append(money[e.Contract], e)
	}
	for _, k := range d.Contracts {
		if k.State == store.ContractUndone {
			continue
		}
		p.on(k.Reported)
		p.on(k.LastReport)
		p.on(k.Signed)
		if k.Signed == "" || k.Signed > p.day {
			continue
		}
		p.signed = p.signed || k.Signed >= p.month
		for _, c := range ContractCredits(k) {
			if c.Day >= p.month && c.Day <= p.day {
				m.Signed += c.Fen
			}
		}
		entries := money[k.Number]
		for _, e := range live(entries) {
			if e.Day > p.day || e.Damaged {
				continue
			}
			switch e.Kind {
			case store.MoneyReceipt:
				p.on(e.Day)
				if e.Day >= p.month {
					m.Received += e.Amount
				}
			case store.MoneyRefund:
				if e.Day >= p.month {
					m.Received -= e.Amount
				}
			}
		}
		if was, changed := d.Then[k.Number]; changed {
			k = was
		}
		s := AccountOf(k, terms, entries).Until(p.day).Standing(p.day, nil)
		m.Open += s.Open
		m.Damaged = m.Damaged || s.Damaged
	}
}

// Moved is the last day on which a contract or its money was progress; empty: none.
func Moved(k store.Contract, entries []store.MoneyEntry) store.Day {
	last := max(k.Reported, k.LastReport, k.Signed)
	for _, e := range live(entries) {
		if e.Kind == store.MoneyReceipt {
			last = max(last, e.Day)
		}
	}
	return last
}

// CausesBefore is before which moment a cause was said that counts for a month as it is
// known at a moment: until the month's tables freeze.
func (r Rules) CausesBefore(month store.Day, now time.Time) time.Time {
	if at := r.FreezesAt(month); !now.Before(at) {
		return at
	}
	return now.Add(time.Millisecond)
}

// CauseOn is the cause that is known of a customer on a day: the last that was
// said before a moment, while its date is not over; nil where there is none. Causes
// come oldest first.
func CauseOn(causes []store.Stall, day store.Day, before time.Time) *store.Stall {
	for _, s := range slices.Backward(causes) {
		if s.At.Before(before) {
			if s.Until < day {
				return nil
			}
			return &s
		}
	}
	return nil
}

// CausesAsked is the day of a month on which causes that are missing are asked for:
// the 25th, or the working day before it.
func (r Rules) CausesAsked(month store.Day) store.Day {
	day := month.Add(causeDay - 1)
	for !r.Calendar.Working(day) && day > month {
		day = day.Add(-1)
	}
	return day
}

// Promise is what was promised of a customer for a month, with what was said of it.
type Promise struct {
	store.PromiseEntry
	Answer *store.PromiseEntry // whether it was kept; nil: nobody has said
}

// Promises are the promises that count among entries, which come month by month,
// customer by customer, oldest first.
func Promises(entries []store.PromiseEntry) (list []Promise) {
	for i, e := range entries {
		same := len(list) > 0 && list[len(list)-1].Customer == e.Customer && list[len(list)-1].Month == e.Month
		switch {
		case e.Kept != store.Promised && same:
			list[len(list)-1].Answer = &entries[i]
		case e.Kept == store.Promised && same:
			list[len(list)-1] = Promise{PromiseEntry: e}
		case e.Kept == store.Promised:
			list = append(list, Promise{PromiseEntry: e})
		}
	}
	return list
}

// SeesProgress reports whether a person sees the progress of a customer who is or
// was an owner's: heads that of all, salespeople that of their own.
func SeesProgress(p store.Person, owner string) bool {
	return Allows(SeeProgress, p) && (headsAll(p) || owner == p.ID)
}

// headsAll reports whether a person is no salesperson, and was none when they
// asked.
func headsAll(p store.Person) bool {
	return p.Post != store.Salesperson && (p.Then == nil || headsAll(*p.Then))
}
