package trip

import (
	"context"
	"fmt"
	"slices"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// longestLedger is how many days one look covers.
const longestLedger = 92

// ledger is 签到记录 [姓名] [时段]: one person's days, or for a head who names
// nobody the whole department.
func (h Handler) ledger(ctx context.Context, c *command.Call) (*command.Answer, error) {
	days, err := h.ledgerDays(c)
	if err != nil {
		return nil, err
	}
	may := rulebook.Allows(rulebook.SeeCheckIns, c.Person)
	switch {
	case !c.Has("姓名") && may:
		return h.department(ctx, c, days)
	case !c.Has("姓名"):
		return h.personal(ctx, c, c.Person, days)
	case may || c.Who("姓名").ID == c.Person.ID:
		return h.personal(ctx, c, c.Who("姓名"), days)
	default:
		return nil, &command.Refusal{
			Text:   "别人的签到记录，只有" + rulebook.Holders(rulebook.SeeCheckIns) + "可以看。",
			Hint:   "签到记录（看自己的）",
			Clause: rulebook.ClauseOf(rulebook.SeeCheckIns),
			Denied: true,
		}
	}
}

// ledgerDays is the period looked at, up to today; this week unless told.
func (h Handler) ledgerDays(c *command.Call) (reading.Days, error) {
	today := h.Rules.Day(c.Now)
	monday := store.DayOf(h.Rules.Week(c.Now).Monday(h.Rules.Zone))
	if !c.Has("时段") {
		return reading.Days{From: monday, To: today}, nil
	}
	d := c.Days("时段")
	if d.From == today && d.To > today { // 3天 means the last three, for a record
		d.From = today.Add(1 - store.Trip{First: d.From, Last: d.To}.Days())
	}
	d.To = min(d.To, today)
	text := ""
	switch n := (store.Trip{First: d.From, Last: d.To}).Days(); {
	case n == 0:
		text = d.From.String() + " 还没到，没有记录。"
	case n > longestLedger:
		text = fmt.Sprintf("一次最多看 %d 天，这里有 %d 天。", longestLedger, n)
	default:
		return d, nil
	}
	return d, &command.Refusal{Text: text, Hint: "签到记录 上周", Clause: clause}
}

// entry is one day of one person in the ledger.
type entry struct {
	day   store.Day
	place string // of the trip; empty: on none
	times int
	leave bool
	open  bool // today: may still come
}

// asked reports whether 2-4 asked for contact on that day.
func (e entry) asked() bool { return e.place != "" && (!e.leave || e.times > 0) }

// entries are the days of a period on which there is anything to say.
func entries(d reading.Days, today store.Day, trips []store.Trip, times map[store.Day]int, leaves []store.Leave) []entry {
	var list []entry
	for day := d.From; day <= d.To; day = day.Add(1) {
		e := entry{day: day, times: times[day], open: day == today}
		if i := slices.IndexFunc(trips, func(t store.Trip) bool { return t.On(day) }); i >= 0 {
			e.place = trips[i].Place
		}
		e.leave = slices.ContainsFunc(leaves, func(l store.Leave) bool { return l.Covers(day) })
		if e.place != "" || e.times > 0 || e.leave {
			list = append(list, e)
		}
	}
	return list
}

// tally counts the days on which contact was asked for by how often there was.
type tally struct {
	days, none, once, more, leave, open int
	missed                              []store.Day
}

func tallied(list []entry) tally {
	var t tally
	for _, e := range list {
		if e.leave {
			t.leave++
		}
		if !e.asked() {
			continue
		}
		t.days++
		switch {
		case e.times > 1:
			t.more++
		case e.times == 1:
			t.once++
		case e.open:
			t.open++
		default:
			t.none++
			t.missed = append(t.missed, e.day)
		}
	}
	return t
}

func (h Handler) personal(ctx context.Context, c *command.Call, p store.Person, d reading.Days) (*command.Answer, error) {
	trips, err := c.Tx.Trips().Of(ctx, p.ID, d.From, d.To)
	if err != nil {
		return nil, err
	}
	ins, err := c.Tx.CheckIns().Of(ctx, p.ID, d.From.Start(h.Rules.Zone), d.To.Add(1).Start(h.Rules.Zone))
	if err != nil {
		return nil, err
	}
	leaves, err := c.Tx.Leaves().Of(ctx, p.ID, d.From)
	if err != nil {
		return nil, err
	}
	times := map[store.Day]int{}
	for _, in := range ins {
		times[in.Day]++
	}
	list := entries(d, h.Rules.Day(c.Now), trips, times, leaves)
	name, err := audience.NewNames(c.Tx).Of(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	a := command.Card(h.personalCard(name, d, list, ins))
	a.Subject = "check-ins/" + p.ID + "/" + string(d.From) + "/" + string(d.To)
	return a, nil
}

// department is everyone's tally. Four queries, however many people.
func (h Handler) department(ctx context.Context, c *command.Call, d reading.Days) (*command.Answer, error) {
	people, err := c.Tx.People().Active(ctx)
	if err != nil {
		return nil, err
	}
	trips, err := c.Tx.Trips().Between(ctx, d.From, d.To)
	if err != nil {
		return nil, err
	}
	counts, err := c.Tx.CheckIns().Counts(ctx, d.From, d.To)
	if err != nil {
		return nil, err
	}
	leaves, err := c.Tx.Leaves().Days(ctx, d.From, d.To)
	if err != nil {
		return nil, err
	}
	times := byPerson(counts)
	var rows []row
	for _, p := range people {
		own := pick(trips, func(t store.Trip) bool { return t.Person == p.ID })
		if len(own) == 0 && len(times[p.ID]) == 0 {
			continue
		}
		off := pick(leaves, func(l store.Leave) bool { return l.Person == p.ID })
		rows = append(rows, row{p, tallied(entries(d, h.Rules.Day(c.Now), own, times[p.ID], off))})
	}
	a := command.Card(h.departmentCard(d, rows))
	a.Subject = "check-ins/all/" + string(d.From) + "/" + string(d.To)
	return a, nil
}

func byPerson(counts []store.DayCount) map[string]map[store.Day]int {
	times := map[string]map[store.Day]int{}
	for _, n := range counts {
		if times[n.Person] == nil {
			times[n.Person] = map[store.Day]int{}
		}
		times[n.Person][n.Day] = n.Times
	}
	return times
}

// pick is what of a list fits.
func pick[T any](list []T, fits func(T) bool) []T {
	var picked []T
	for _, v := range list {
		if fits(v) {
			picked = append(picked, v)
		}
	}
	return picked
}

// row is a person's line in the department's ledger.
type row struct {
	person store.Person
	tally  tally
}

// dayMark is what is special about a calendar day; 2-4 holds on it all the same.
func (h Handler) dayMark(d store.Day) string {
	if name, ok := h.Rules.Calendar.Holiday(d); ok {
		return name
	}
	if name, ok := h.Rules.Calendar.MakeUp(d); ok {
		return name + "补班"
	}
	if w := d.Start(time.UTC).Weekday(); w == time.Saturday || w == time.Sunday {
		return "周末"
	}
	return ""
}
