package rulebook

import (
	"slices"

	"marketbot/store"
)

// Part is how much one line of a plan is, as people say it: an amount, a share
// of the contract, or what the others leave.
type Part struct {
	Fen   int64
	Share int64 // in ten-thousandths: store.WholeShare is all
	Rest  bool
}

// Apportion makes amounts of the parts of a price: shares are rounded half up,
// 余款 takes what the others leave, and so does the last one where all are shares
// that come to 100 %, so that nothing is lost. over is by how much the parts
// exceed the price; where that is more than nothing, or a part comes to nothing,
// there is no such plan.
func Apportion(price int64, parts []Part) (amounts []int64, over int64) {
	amounts = make([]int64, len(parts))
	rest, shares, sum := -1, int64(0), int64(0)
	for i, p := range parts {
		if p.Rest {
			rest = i
			continue
		}
		if p.Share > 0 {
			amounts[i] = (price*p.Share + store.WholeShare/2) / store.WholeShare
			shares += p.Share
		} else {
			amounts[i] = p.Fen
			shares = -store.WholeShare * int64(len(parts)+1) // no sum of shares any more
		}
		sum += amounts[i]
	}
	if rest < 0 && shares == store.WholeShare {
		rest = len(parts) - 1
		sum -= amounts[rest]
	}
	if rest >= 0 {
		amounts[rest] = price - sum
		sum = max(price, sum)
	}
	return amounts, sum - price
}

// Replan is a plan in place of what an account's lines were: the n-th open line
// keeps the first date of the n-th that was open, and counts that it was moved.
// What only the terms said (没有计划) binds nobody before it is overdue. planned
// are days and amounts, by day.
func Replan(was Standing, planned []store.PlanLine, day store.Day) []store.PlanLine {
	open := slices.DeleteFunc(slices.Clone(was.Lines), func(l LineStanding) bool {
		return l.Open == 0 || l.Unplanned && l.First >= day
	})
	list := make([]LineStanding, len(planned))
	for i, p := range planned {
		p.First = p.Due
		list[i] = LineStanding{PlanLine: p}
	}
	cover(list, was.Allocated+was.Surplus, was.Waived)
	n := 0
	for i := range list {
		l := &list[i]
		switch {
		case l.Open > 0 && n < len(open):
			l.keep(open[n])
			n++
		case l.Open == 0:
			if same := slices.IndexFunc(was.Lines, func(o LineStanding) bool { return o.Due == l.Due }); same >= 0 {
				l.First, l.Moved = was.Lines[same].First, was.Lines[same].Moved
			}
		}
	}
	lines := make([]store.PlanLine, len(list))
	for i, l := range list {
		lines[i] = l.PlanLine
	}
	return lines
}

// keep lets a line be known by the first date of the one that it takes the place of.
func (l *LineStanding) keep(old LineStanding) {
	if l.Due < old.First { // brought forward: a first date of its own
		return
	}
	l.First, l.Moved = old.First, old.Moved
	if l.Due != old.Due {
		l.Moved++
	}
}

// dueSteps are the days after the due date on which its owner is reminded, and
// headsFrom the one from which the heads are, too (会-2).
var dueSteps = []int{-3, 0, 1, 7, 30, 60, 90}

const headsFrom = 30

// DueStep is the highest step of reminding of a line that is reached so many days
// after its due date: a number that grows with every step, and since how many
// days after the due it is owed. 0: none is reached.
func DueStep(after int) (step, since int) {
	for i, s := range dueSteps {
		if after >= s {
			step, since = i+1, s
		}
	}
	return step, since
}

// HeadsHear reports whether the heads hear of a line so many days after its due date.
func HeadsHear(after int) bool { return after >= headsFrom }
