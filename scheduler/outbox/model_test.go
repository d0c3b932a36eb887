package outbox

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"pgregory.net/rapid"

	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/store"
)

// Delivery as a model: the turns and the verdicts as they are, between people
// who write as they like and a platform that answers as it likes, in a time that
// takes none.

// sight is a message as it stands in a chat.
type sight struct {
	at   time.Time
	text string
}

// fate is what became of a message.
type fate struct {
	it    *item
	text  string // that no other has
	owed  time.Time
	seen  []sight // of what says it
	aside bool    // it stepped aside, or failed so often that it may be poison
	told  bool    // it was given up, which the administrators hear of
	dead  bool
}

// flight is a try under way.
type flight struct {
	lane *lane
	it   *item
	ends time.Time
}

// model is a platform and what it is owed.
type model struct {
	rand    *rand.Rand
	now     time.Time
	line    *line
	latency time.Duration
	window  time.Duration
	flaky   float64                                                 // how many answers are lost, where the message is shown or not
	down    func(time.Time) bool                                    // it takes nothing
	refuse  func(m chat.Message, it *item, try int) *chat.SendError // nil: it is shown
	passed  uint64
	serial  int
	fates   map[string]*fate // by id
	keys    map[string]bool  // that were shown
	tries   map[string]int   // by key
	flights []flight
	steps   int
}

func newModel(seed uint64, limits chat.Limits) *model {
	return &model{rand: rand.New(rand.NewPCG(seed, 1)), now: noon, line: newLine(limits, &flows{}), latency: 50 * time.Millisecond, window: limits.Window,
		down: func(time.Time) bool { return false }, refuse: func(chat.Message, *item, int) *chat.SendError { return nil },
		fates: map[string]*fate{}, keys: map[string]bool{}, tries: map[string]int{}}
}

// owe owes a message; its text is what it is known by.
func (m *model) owe(to chat.Address, cause, key string, class store.Class, say chat.Message) *fate {
	m.serial++
	content, err := json.Marshal(say)
	if err != nil {
		panic(err)
	}
	id := fmt.Sprintf("%06d", m.serial)
	it := &item{Outgoing: store.Outgoing{ID: id, Key: cmp.Or(key, id), Platform: to.Platform, Group: to.Group, Address: to.ID, Cause: cause,
		Class: class, Secret: say.Confidential, Due: m.now, Created: m.now, Content: content}}
	f := &fate{it: it, text: textOf(say), owed: m.now}
	m.fates[id] = f
	m.line.add(it, m.now)
	return f
}

func textOf(m chat.Message) string {
	if m.Card != nil {
		return m.Card.Title
	}
	return m.Text
}

// step begins what may begin and gives when something happens next; zero: never.
func (m *model) step() (next time.Time) {
	for m.line.flying < maxSenders {
		l, at := m.line.next(m.now)
		if l == nil {
			next = at
			break
		}
		m.begin(l, m.line.begin(l, m.now))
	}
	for _, f := range m.flights {
		next = earlier(next, f.ends)
	}
	return next
}

// begin is what the deliverer does before a try.
func (m *model) begin(l *lane, it *item) {
	with := it.with
	v := beforeTry(it, m.now, m.now, true, m.rand.Float64())
	if v.kind == try {
		v = beforeRepeat(it, m.now, true, m.window)
	}
	if v.kind == try && len(with) > 0 {
		merge(it).apply(it, m.now)
		for _, w := range with {
			m.fates[it.ID].text += "\n" + m.fates[w.ID].text
			w.Key = it.ID // told with
		}
		it.with, it.merged, with = nil, false, nil
	}
	for _, w := range with {
		m.line.add(w, m.now)
	}
	it.with = nil
	if v.kind != try {
		m.settle(l, it, v, false)
		return
	}
	if it.Payload == nil {
		verdict{kind: freeze, payload: it.Content}.apply(it, m.now)
	}
	m.flights = append(m.flights, flight{l, it, m.now.Add(m.latency)})
}

// land ends the tries whose time has come.
func (m *model) land() {
	for i := 0; i < len(m.flights); {
		f := m.flights[i]
		if f.ends.After(m.now) {
			i++
			continue
		}
		m.flights = slices.Delete(m.flights, i, i+1)
		a := answer{tried: true}
		if a.failure = m.answer(f.it); a.failure != nil {
			a.others, a.reason = f.it.others(m.passed), "no"
		} else {
			m.passed++
		}
		m.settle(f.lane, f.it, judge(f.it, a, m.now, m.rand.Float64()), true)
	}
}

// answer is the platform's.
func (m *model) answer(it *item) *chat.SendError {
	var say chat.Message
	if err := json.Unmarshal(it.Content, &say); err != nil {
		panic(err)
	}
	key := sendKey(it)
	m.tries[key]++
	if m.down(m.now) {
		return &chat.SendError{Failure: chat.Uncertain, Err: errors.New("no")}
	}
	if s := m.refuse(say, it, m.tries[key]); s != nil {
		return s
	}
	lost := m.rand.Float64() < m.flaky
	if lost && m.rand.IntN(2) == 0 {
		return &chat.SendError{Failure: chat.Uncertain, Err: errors.New("no")}
	}
	if !m.keys[key] {
		m.keys[key] = true
		f := m.fates[it.ID]
		f.seen = append(f.seen, sight{m.now, wordsOf(say)})
	}
	if lost {
		return &chat.SendError{Failure: chat.Uncertain, Err: errors.New("no")}
	}
	return nil
}

// wordsOf is all that is read of a message.
func wordsOf(m chat.Message) string {
	p, _ := plain(m)
	return p.Text
}

// settle does what the writer and the pump do.
func (m *model) settle(l *lane, it *item, v verdict, tried bool) {
	f := m.fates[it.ID]
	v.apply(it, m.now)
	f.aside, f.told, f.dead = f.aside || it.aside || it.holds(), f.told || v.news != nil, f.dead || v.kind == deadLetter
	m.line.lands(l, it, v, tried, m.now)
	if v.word {
		m.owe(address(it), "", wordKey+it.ID, store.ClassAlarm, chat.Message{Text: delayedText})
	}
	if v.news != nil {
		m.owe(chat.Address{Platform: "phone", ID: "wang"}, "", handlers.AdminKey+it.ID, store.ClassAlarm, chat.Message{Text: "news of " + it.ID})
	}
}

// arrival is what happens at a time.
type arrival struct {
	at time.Time
	do func()
}

// run lets everything arrive and be delivered.
func (m *model) run(t *rapid.T, list []arrival) {
	slices.SortStableFunc(list, func(a, b arrival) int { return a.at.Compare(b.at) })
	for {
		for len(list) > 0 && !list[0].at.After(m.now) {
			list[0].do()
			list = list[1:]
		}
		m.land()
		next := m.step()
		if len(list) > 0 {
			next = earlier(next, list[0].at)
		}
		if next.IsZero() {
			return
		}
		if m.steps++; m.steps > 200_000 {
			t.Fatalf("no end by %v: %d under way", m.now.Sub(noon), len(m.flights))
		}
		if next.After(m.now) {
			m.now = next
		}
	}
}

// wait is how long a message took until it was seen.
func (f *fate) wait() time.Duration {
	if len(f.seen) == 0 {
		return 1000 * time.Hour
	}
	return f.seen[0].at.Sub(f.owed)
}

func private(id string) chat.Address { return chat.Address{Platform: "phone", ID: id} }
func inGroup(i int) chat.Address {
	return chat.Address{Platform: "phone", Group: true, ID: fmt.Sprint("g", i)}
}
