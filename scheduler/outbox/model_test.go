package outbox

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
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
			a.others, a.reason = f.it.overtaken(m.passed), "no"
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
	f.aside, f.told, f.dead = f.aside || it.aside || it.stuck(), f.told || v.news != nil, f.dead || v.kind == deadLetter
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

// Whoever floods, as fast as they like and in as many groups: everybody else's
// answers take at most twice as long as alone, and notices come within ten
// seconds. Of the flood nothing is lost, and each chat has it in order.
func TestModelFloods(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(rapid.Uint64().Draw(t, "seed"), chat.Limits{PerSecond: 50, PerMinute: 1000, ChatPerSecond: 5, Window: time.Hour})
		m.latency = time.Duration(rapid.IntRange(10, 250).Draw(t, "latency")) * time.Millisecond
		length := time.Duration(rapid.IntRange(5, 40).Draw(t, "length")) * time.Second
		groups := rapid.IntRange(1, 8).Draw(t, "groups")
		var list []arrival
		var calm, notices []*fate
		text := 0
		owe := func(at time.Time, keep *[]*fate, to chat.Address, cause string, class store.Class) {
			text++
			say := chat.Message{Text: fmt.Sprintf("text %d.", text)}
			list = append(list, arrival{at, func() {
				f := m.owe(to, cause, "", class, say)
				if keep != nil {
					*keep = append(*keep, f)
				}
			}})
		}
		for f := range rapid.IntRange(1, 3).Draw(t, "flooders") {
			for i, n := 0, rapid.IntRange(5, 60).Draw(t, "rate"); i < int(length.Seconds())*n; i++ {
				owe(noon.Add(time.Duration(i)*time.Second/time.Duration(n)), nil, inGroup(i%groups), fmt.Sprint("flooder", f), store.ClassAnswer)
			}
		}
		for p := range rapid.IntRange(1, 4).Draw(t, "people") {
			who := fmt.Sprint("person", p)
			for at := m.rand.IntN(4000); at < int(length.Milliseconds()); at += 4000 + m.rand.IntN(4000) {
				to := private(who)
				if m.rand.IntN(3) == 0 {
					to = inGroup(m.rand.IntN(groups))
				}
				owe(noon.Add(time.Duration(at)*time.Millisecond), &calm, to, who, store.ClassAnswer)
			}
		}
		for range rapid.IntRange(0, 30).Draw(t, "notices") {
			to := inGroup(m.rand.IntN(groups))
			if m.rand.IntN(2) == 0 {
				to = private(fmt.Sprint("person", m.rand.IntN(9)))
			}
			owe(noon.Add(time.Duration(m.rand.Int64N(int64(length)))), &notices, to, "", store.ClassAlarm+store.Class(m.rand.IntN(2)))
		}
		m.run(t, list)
		for _, f := range calm {
			most := 2 * m.latency
			if f.it.Group { // what others write there counts in the chat's second
				most += time.Second
			}
			if f.wait() > most {
				t.Fatalf("%s took %v, alone %v", f.it.Cause, f.wait(), m.latency)
			}
		}
		for _, f := range notices {
			if f.wait() > 10*time.Second {
				t.Fatalf("a notice of class %d took %v", f.it.Class, f.wait())
			}
		}
		m.check(t)
	})
}

// troubles are messages that a platform has something against.
var troubles = []string{"fine", "fine", "fine", "poison", "card", "content", "unknown", "passing", "gone", "busy", "setup"}

// refusal is what a platform has against a message, by what it says.
func refusal(m chat.Message, it *item, try int) *chat.SendError {
	fails := func(f chat.Failure) *chat.SendError { return &chat.SendError{Failure: f, Err: errors.New("no")} }
	text := wordsOf(m)
	has := func(s string) bool { return strings.Contains(text, s) }
	switch {
	case has("poison"):
		return fails(chat.Uncertain)
	case has("card") && m.Card != nil:
		return fails([]chat.Failure{chat.Uncertain, chat.BadContent, chat.Unknown}[len(it.ID+text)%3])
	case has("content"):
		return fails(chat.BadContent)
	case has("unknown"):
		return fails(chat.Unknown)
	case has("passing") && try < 3:
		return fails(chat.Unknown)
	case has("gone"):
		return fails(chat.BadReceiver)
	case has("busy") && try < 3:
		return &chat.SendError{Failure: chat.Busy, After: 2 * time.Second, OneChat: try == 1, Err: errors.New("no")}
	case has("setup") && try < 2:
		return fails(chat.BadSetup)
	}
	return nil
}

// Whatever a platform answers: nothing is lost unheard of, nothing is seen twice
// unless it is marked, what is confidential never, and each chat reads in its
// order but for what stepped aside.
func TestModelTroubles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(rapid.Uint64().Draw(t, "seed"), chat.Limits{PerSecond: 50, PerMinute: 1000, ChatPerSecond: 5, Window: time.Hour})
		m.refuse = refusal
		m.flaky = rapid.SampledFrom([]float64{0, 0, 0.1, 0.4}).Draw(t, "flaky")
		from := noon.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "from")) * time.Second)
		to := from.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 30, 600, 5000}).Draw(t, "outage")) * time.Second)
		m.down = func(now time.Time) bool { return !now.Before(from) && now.Before(to) }
		var list []arrival
		for i := range rapid.IntRange(1, 60).Draw(t, "messages") {
			p := m.rand.IntN(5)
			at, cause := noon.Add(time.Duration(m.rand.IntN(300_000))*time.Millisecond), fmt.Sprint("person", p)
			where := private(cause)
			if m.rand.IntN(3) == 0 {
				where = inGroup(p % 2)
			}
			class := store.Class(m.rand.IntN(4))
			if class != store.ClassAnswer && m.rand.IntN(2) == 0 {
				cause = ""
			}
			text := fmt.Sprintf("%s %d.", troubles[m.rand.IntN(len(troubles))], i)
			say := chat.Message{Text: text, Secrecy: chat.Secrecy{Confidential: m.rand.IntN(4) == 0}}
			if m.rand.IntN(2) == 0 {
				say.Text, say.Card = "", &chat.Card{Title: text, Blocks: []chat.Block{{Text: "段"}}}
			}
			list = append(list, arrival{at, func() { m.owe(where, cause, "", class, say) }})
		}
		m.run(t, list)
		m.check(t)
	})
}

// check holds what became of everything to what is promised.
func (m *model) check(t *rapid.T) {
	var all []*fate
	for _, f := range m.fates {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *fate) int { return cmp.Compare(a.it.ID, b.it.ID) })
	for _, f := range all {
		if m.fates[f.it.Key] == nil || f.it.Key == f.it.ID { // it was not told with another
			f.once(t)
		}
	}
	m.inOrder(t, all)
}

// once: it was seen once, or marked once more, or somebody heard that it was not.
func (f *fate) once(t *rapid.T) {
	said, marked, instead := 0, 0, 0
	for _, s := range f.seen {
		whole := true
		for line := range strings.Lines(f.text) {
			whole = whole && strings.Count(s.text, strings.TrimSpace(line)) == 1
		}
		switch {
		case strings.TrimPrefix(s.text, againMark) == harmlessText:
			instead++
		case !whole:
			t.Fatalf("%q is seen as %q", f.text, s.text)
		case strings.HasPrefix(s.text, againMark):
			marked++
		default:
			said++
		}
	}
	ours := strings.HasPrefix(f.it.Key, wordKey) || strings.HasPrefix(f.it.Key, handlers.AdminKey)
	switch {
	case said > 1 || marked > 1 || instead > 2:
		t.Fatalf("%q is seen %d times, marked %d times: %v", f.text, said, marked, f.seen)
	case f.it.Secret && marked > 0:
		t.Fatalf("%q is confidential and said again", f.text)
	case len(f.seen) == 0 && !f.dead: // not even given up
		t.Fatalf("%q is lost", f.text)
	case said+marked == 0 && !f.told && !ours:
		t.Fatalf("%q is given up and nobody hears", f.text)
	}
}

// inOrder: of what one person caused in a chat nothing is seen before what is
// older, but for what stepped aside; so of the clock's.
func (m *model) inOrder(t *rapid.T, all []*fate) {
	last := map[string]*fate{}
	for _, f := range all {
		strand := fmt.Sprint(address(f.it), f.it.Class, f.it.Cause)
		if f.aside || len(f.seen) == 0 || m.fates[f.it.Key] != nil && f.it.Key != f.it.ID || strings.Contains(f.it.Key, "/") {
			continue
		}
		if before := last[strand]; before != nil && f.seen[0].at.Before(before.seen[0].at) {
			t.Fatalf("%q is seen at %v, before the older %q at %v", f.text, f.seen[0].at.Sub(noon), before.text, before.seen[0].at.Sub(noon))
		}
		last[strand] = f
	}
}
