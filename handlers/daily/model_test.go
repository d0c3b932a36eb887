package daily

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"marketbot/handlers/audience"
	"marketbot/store"
)

// The model: a department over six weeks in which people go on leave, are
// stopped and come anew, the bot is down and areas fail; things of several
// areas reach their steps meanwhile. What is said is held to a small model that
// knows nothing of rolls and letters.

// steps are those of every thing in the model, in days.
var steps = []int{7, 15, 30}

// thing is something that is owed to somebody: a customer of an owner, or a
// file that a post looks after.
type thing struct {
	key   string
	area  int
	owner string     // person; empty: of post
	post  store.Post // that it is for, or that hears of what is nobody's
	begun int        // day
}

// member is somebody with the days from which and until which they are active,
// and the days on leave.
type member struct {
	store.Person
	from, until int
	leaves      [][2]int
}

func (m member) active(day int) bool { return m.from <= day && day < m.until }

func (m member) away(day int) bool {
	return slices.ContainsFunc(m.leaves, func(l [2]int) bool { return l[0] <= day && day <= l[1] })
}

type history struct {
	people []member
	things []thing
	down   map[int]bool    // days without a daily message
	fails  map[[2]int]bool // day and area; made up later that day
	lost   map[int]bool    // days on which what failed was not made up
}

const (
	modelDays  = 40 // of trouble
	calmDays   = 42 // in which everybody is there and nothing fails
	modelAreas = 3
)

// dates are the days of the model, from 100 before its first; to reckon with
// dates is what takes the time.
var dates = func() (list [400]store.Day) {
	for i := range list {
		list[i] = store.Day("2026-11-01").Add(i - 100)
	}
	return list
}()

func date(day int) store.Day { return dates[day+100] }

// someHistory draws a history.
func someHistory(t *rapid.T) history {
	day := rapid.IntRange(0, modelDays-1)
	h := history{down: map[int]bool{}, fails: map[[2]int]bool{}, lost: map[int]bool{}}
	for i, post := range []store.Post{store.GeneralManager, store.MarketingDirector, store.Supervisor, store.Salesperson, store.Salesperson} {
		m := member{Person: store.Person{ID: fmt.Sprint("p", i), Name: fmt.Sprint("p", i), Post: post}, until: 1000}
		for range rapid.IntRange(0, 2).Draw(t, "leaves") {
			first := day.Draw(t, "leave")
			m.leaves = append(m.leaves, [2]int{first, min(modelDays-1, first+rapid.IntRange(0, 20).Draw(t, "long"))})
		}
		if rapid.IntRange(0, 3).Draw(t, "stopped") == 0 {
			m.until = day.Draw(t, "stop")
			heir := member{Person: m.Person, from: min(modelDays, m.until+rapid.IntRange(0, 20).Draw(t, "vacant")), until: 1000}
			heir.ID, heir.Name = m.ID+"'", m.Name+"'"
			h.people = append(h.people, heir)
		}
		h.people = append(h.people, m)
	}
	owners := []string{"p3", "p4", "p2", ""}
	for i := range rapid.IntRange(1, 12).Draw(t, "things") {
		begun := rapid.IntRange(-20, modelDays-1).Draw(t, "begun")
		h.things = append(h.things, thing{
			key: fmt.Sprint("area", i%modelAreas, "/thing/", i), area: i % modelAreas, begun: begun, post: store.Supervisor,
			owner: owners[rapid.IntRange(0, 3).Draw(t, "owner")],
		})
	}
	for range rapid.IntRange(0, 12).Draw(t, "down") {
		h.down[day.Draw(t, "down on")] = true
	}
	for range rapid.IntRange(0, 8).Draw(t, "failures") {
		at := day.Draw(t, "fails on")
		h.fails[[2]int{at, rapid.IntRange(0, modelAreas-1).Draw(t, "area")}] = true
		h.lost[at] = rapid.Bool().Draw(t, "for all day")
	}
	return h
}

func (h history) roll(day int) audience.Roll {
	var people []store.Person
	var leaves []store.Leave
	for _, m := range h.people {
		if m.active(day) {
			people = append(people, m.Person)
		}
		for _, l := range m.leaves {
			if l[0] <= day+audience.Patience && day <= l[1] {
				leaves = append(leaves, store.Leave{Person: m.ID, First: date(l[0]), Last: date(l[1])})
			}
		}
	}
	return audience.NewRoll(date(day), people, leaves)
}

// reached is the highest step of a thing by a day, 0 before the first.
func (x thing) reached(day int) (step int) {
	for _, s := range steps {
		if day-x.begun >= s {
			step = s
		}
	}
	return step
}

// lines are what the areas say that are asked: all that is owed, as they would.
func (h history) lines(day int, roll audience.Roll, asked func(area int) bool) (list []Line) {
	for _, x := range h.things {
		step := x.reached(day)
		if step == 0 || !asked(x.area) {
			continue
		}
		l := Line{For: roll.Hearing(x.post), Key: x.key, Step: step, Since: date(x.begun + step), Urgency: Due, Text: x.key}
		if owner, active := roll.Active(x.owner); active {
			l.For = roll.Person(owner)
		}
		list = append(list, l)
	}
	return list
}

// model is what the small model remembers.
type model struct {
	h     history
	heard map[string]map[int]int // by key and step: the day on which it was said
}

// may is who may hear of a thing on a day, by the rules in one breath: who has
// it if they are there; else who is there of the nearest post above with
// anybody there; else, with the whole line on leave, the nearest that has anybody.
func (m model) may(x thing, day int) []string {
	var owner *member
	for i, p := range m.h.people {
		if p.ID == x.owner && p.active(day) {
			owner = &m.h.people[i]
		}
	}
	if owner != nil && !owner.away(day) {
		return []string{owner.ID}
	}
	line := []store.Post{store.Supervisor, store.MarketingDirector, store.GeneralManager, store.ExecutiveDirector}
	if owner != nil {
		line = line[slices.Index(line, owner.Post)+1:]
	}
	for _, must := range []bool{true, false} { // be there, or be registered
		for _, post := range line {
			var ids []string
			for _, p := range m.h.people {
				if p.Post == post && p.active(day) && (!must || !p.away(day)) {
					ids = append(ids, p.ID)
				}
			}
			if len(ids) > 0 {
				return ids
			}
		}
	}
	return nil
}

// waits reports whether what is for an owner on leave may wait: they are there
// on one of the days that things are kept for, or nobody above is.
func (m model) waits(x thing, day int) bool {
	for _, p := range m.h.people {
		if p.ID != x.owner || !p.active(day) || !p.away(day) {
			continue
		}
		for n := range audience.Patience + 1 {
			if !p.away(day + n) {
				return true
			}
		}
		above := m.may(x, day)
		return !slices.ContainsFunc(m.h.people, func(q member) bool { return slices.Contains(above, q.ID) && !q.away(day) })
	}
	return false
}

// take holds what is said in one run to the rules.
func (m model) take(t *rapid.T, day int, letters []Letter, told map[string]int, asked func(int) bool, said map[string]int) {
	got := map[string]int{}
	full := map[string]bool{}
	for _, l := range letters {
		if got[l.To.ID]++; got[l.To.ID] > 1 || len(l.Lines) == 0 || len(l.Lines) > maxLines {
			t.Fatalf("day %d: %s gets %d letters of %d lines", day, l.To.ID, got[l.To.ID], len(l.Lines))
		}
		full[l.To.ID] = l.More > 0
		kinds := map[string]int{}
		for _, line := range l.Lines {
			kinds[line.kind()]++
		}
		if room := !slices.Contains(slices.Collect(maps.Values(kinds)), maxKind); full[l.To.ID] && room && len(l.Lines) < maxLines {
			t.Fatalf("day %d: %d more for %s, who had room: %v", day, l.More, l.To.ID, kinds)
		}
		for _, line := range l.Lines {
			x := m.h.things[slices.IndexFunc(m.h.things, func(x thing) bool { return x.key == line.Key })]
			if !slices.Contains(m.may(x, day), l.To.ID) {
				t.Fatalf("day %d: %s hears of %s, which is for %v", day, l.To.ID, x.key, m.may(x, day))
			}
			if line.Step != x.reached(day) || told[x.key] != line.Step {
				t.Fatalf("day %d: %s is told at step %d and remembered at %d, it is at %d", day, x.key, line.Step, told[x.key], x.reached(day))
			}
			if on, twice := m.heard[x.key][line.Step]; twice && on != day {
				t.Fatalf("day %d: step %d of %s was told on day %d already", day, line.Step, x.key, on)
			}
			if m.heard[x.key] == nil {
				m.heard[x.key] = map[int]int{}
			}
			m.heard[x.key][line.Step] = day
		}
	}
	for key, step := range told {
		if on, heard := m.heard[key][step]; !heard || on != day {
			t.Fatalf("day %d: step %d of %s counts as said, and nobody heard it", day, step, key)
		}
	}
	for _, x := range m.h.things {
		step, who := x.reached(day), m.may(x, day)
		if step == 0 || said[x.key] >= step || !asked(x.area) || told[x.key] != 0 || len(who) == 0 || m.waits(x, day) {
			continue
		}
		if slices.ContainsFunc(who, func(id string) bool { return !full[id] }) {
			t.Fatalf("day %d: step %d of %s is kept from %v, who had room", day, step, x.key, who)
		}
	}
}

// run lets a history happen.
func (h history) run(t *rapid.T) {
	m, said := model{h, map[string]map[int]int{}}, map[string]int{}
	turn := func(day int, asked func(int) bool) {
		roll := h.roll(day)
		letters, told := Letters(roll, h.lines(day, roll, asked), said)
		m.take(t, day, letters, told, asked, said)
		for k, step := range told {
			said[k] = step
		}
	}
	for day := range modelDays + calmDays {
		if h.down[day] {
			continue
		}
		failed := false
		fails := func(area int) bool { return h.fails[[2]int{day, area}] }
		for area := range modelAreas {
			failed = failed || fails(area)
		}
		turn(day, func(area int) bool { return !fails(area) })
		if failed && !h.lost[day] {
			turn(day, fails) // is made up
		}
	}
	for _, x := range h.things {
		end := steps[len(steps)-1]
		if _, heard := m.heard[x.key][end]; x.reached(modelDays+calmDays-10) == end && !heard {
			t.Fatalf("step %d of %s is skipped for good; heard %v", end, x.key, m.heard[x.key])
		}
	}
}

// 10,000 histories: nobody is skipped for good, nothing is said twice, one
// letter a person and run, ten lines at most, and only to who may hear.
func TestModel(t *testing.T) {
	for range 100 { // a Check is 100 histories
		rapid.Check(t, func(t *rapid.T) { someHistory(t).run(t) })
	}
}
