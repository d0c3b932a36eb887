package outbox

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/store"
)

// Whoever floods, as fast as they like and in as many groups: everybody else's
// answers take at most twice as long as alone, and notices come within ten
// seconds. Of the flood nothing is lost, and each chat has it in order.
func TestModelFloods(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limits := chat.Limits{PerSecond: 50, PerMinute: 1000, ChatPerSecond: 5, Window: time.Hour}
		seed := rapid.Uint64().Draw(t, "seed")
		m, calmly := newModel(seed, limits), newModel(seed, limits) // with the floods, and without
		m.latency = time.Duration(rapid.IntRange(10, 250).Draw(t, "latency")) * time.Millisecond
		calmly.latency = m.latency
		length := time.Duration(rapid.IntRange(5, 40).Draw(t, "length")) * time.Second
		groups := rapid.IntRange(1, 8).Draw(t, "groups")
		var list, alone []arrival
		calm, notices := map[string][2]*fate{}, []*fate{}
		text := 0
		owe := func(at time.Time, flood bool, to chat.Address, cause string, class store.Class) {
			text++
			say := chat.Message{Text: fmt.Sprintf("text %d.", text)}
			list = append(list, arrival{at, func() {
				f := m.owe(to, cause, "", class, say)
				switch {
				case class != store.ClassAnswer:
					notices = append(notices, f)
				case !flood:
					calm[say.Text] = [2]*fate{f, calm[say.Text][1]}
				}
			}})
			if !flood {
				alone = append(alone, arrival{at, func() {
					if f := calmly.owe(to, cause, "", class, say); class == store.ClassAnswer {
						calm[say.Text] = [2]*fate{calm[say.Text][0], f}
					}
				}})
			}
		}
		for f := range rapid.IntRange(1, 3).Draw(t, "flooders") {
			for i, n := 0, rapid.IntRange(5, 60).Draw(t, "rate"); i < int(length.Seconds())*n; i++ {
				owe(noon.Add(time.Duration(i)*time.Second/time.Duration(n)), true, inGroup(i%groups), fmt.Sprint("flooder", f), store.ClassAnswer)
			}
		}
		for p := range rapid.IntRange(1, 4).Draw(t, "people") {
			who := fmt.Sprint("person", p)
			for at := m.rand.IntN(4000); at < int(length.Milliseconds()); at += 4000 + m.rand.IntN(4000) {
				to := private(who)
				if m.rand.IntN(3) == 0 {
					to = inGroup(m.rand.IntN(groups))
				}
				owe(noon.Add(time.Duration(at)*time.Millisecond), false, to, who, store.ClassAnswer)
			}
		}
		for range rapid.IntRange(0, 30).Draw(t, "notices") {
			to := inGroup(m.rand.IntN(groups))
			if m.rand.IntN(2) == 0 {
				to = private(fmt.Sprint("person", m.rand.IntN(9)))
			}
			owe(noon.Add(time.Duration(m.rand.Int64N(int64(length)))), false, to, "", store.ClassAlarm+store.Class(m.rand.IntN(2)))
		}
		m.run(t, list)
		calmly.run(t, alone)
		for _, f := range calm {
			most := 2 * f[1].wait()
			if m.crowded(f[0]) {
				most += time.Second
			}
			if f[0].wait() > most {
				t.Fatalf("%s took %v, alone %v", f[0].it.Cause, f[0].wait(), f[1].wait())
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

// crowded reports whether so many wrote to a group, or had to be told something
// there, beside who floods and who waits, that the chat's own second
// may be short for one message of each.
func (m *model) crowded(f *fate) bool {
	who := map[string]bool{}
	for _, o := range m.fates {
		if ago := f.owed.Sub(o.owed); address(o.it) == address(f.it) && ago > -time.Second && ago < 2*time.Second {
			who[cmp.Or(o.it.Cause, o.it.ID)] = true
		}
	}
	return f.it.Group && len(who) > 2
}

// troubles are messages that a platform has something against.
var troubles = []string{"fine", "fine", "fine", "poison", "card", "content", "unknown", "passing", "gone", "busy", "setup", "lacking"}

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
	case has("setup") && try < 2, has("lacking") && (m.Card != nil || try < 9):
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
