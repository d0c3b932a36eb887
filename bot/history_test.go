package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marketbot/handlers/chat"
	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
)

var rightsHistories = flag.Int("histories", 30, "how many random histories the rights are held against; long runs: 10000")

// maxSeeded is within how many histories a seeded defect is found.
const maxSeeded = 1000

// defect is something that the harness does around the bot, so that all looks
// as if the bot had that defect; the bot itself has no switch.
type defect string

const (
	sound           defect = ""
	lateEvent       defect = "late event"                // looks reach the bot as sent just now
	undone          defect = "undo"                      // 撤销 says it did, and does nothing
	stoppedReceiver defect = "stopped receiver"          // what waits is delivered without another look
	outlived        defect = "delegation after the post" // a delegation is given again as its giver's post ends
	flippedBit      defect = "flipped bit"               // what is changed behind the store's back looks genuine
)

// Over any history nobody reads without a right, nothing is read unrecorded,
// and nobody concerned is left unheard. The reference knows posts, grants and
// times only.
func TestRightsHold(t *testing.T) {
	t.Parallel()
	reads := 0
	for range max(1, *rightsHistories/100) {
		rapid.Check(t, func(rt *rapid.T) {
			steps := histories().Draw(rt, "history")
			t.Run("", func(t *testing.T) {
				h := playHistory(t, steps, sound)
				reads += h.reads
				for _, w := range h.wrong {
					rt.Errorf("%s", w)
				}
			})
		})
	}
	if reads < *rightsHistories/4 {
		t.Errorf("%d histories show only %d files: they show nothing", *rightsHistories, reads)
	}
}

// The harness notices what it is there for: in a history in which all is well
// without the defect.
func TestRightsDefectsAreFound(t *testing.T) {
	for _, d := range []defect{lateEvent, undone, stoppedReceiver, outlived, flippedBit} {
		t.Run(string(d), func(t *testing.T) {
			t.Parallel()
			for i := range maxSeeded {
				steps, wrong, well := histories().Example(i), false, false
				t.Run("", func(t *testing.T) { wrong = len(playHistory(t, steps, d).wrong) > 0 })
				if wrong {
					t.Run("", func(t *testing.T) { well = len(playHistory(t, steps, sound).wrong) == 0 })
				}
				if well {
					t.Logf("found in history %d", i+1)
					return
				}
			}
			t.Errorf("not found in %d histories", maxSeeded)
		})
	}
}

// act is what happens in a step.
type act string

// acts are all of them, the likelier ones more than once.
var acts = []act{
	"look", "look", "look", "look", "ask", "ask", "ask", "decide", "decide", "decide", "end", "depute", "depute", "recall",
	"post", "post", "stop", "restore", "handover", "code", "undo", "undo", "again", "tamper", "outage", "outage",
}

type step struct {
	Act  act
	Who  int // of the members
	What int
	Wait time.Duration // before it
	Late time.Duration // sent so long ago
}

func histories() *rapid.Generator[[]step] {
	minutes := func(m ...int) []time.Duration {
		var list []time.Duration
		for _, n := range m {
			list = append(list, time.Duration(n)*time.Minute)
		}
		return list
	}
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{
			Act: rapid.SampledFrom(acts).Draw(t, "act"), Who: rapid.IntRange(0, len(members)-1).Draw(t, "who"), What: rapid.IntRange(0, 5).Draw(t, "what"),
			Wait: rapid.SampledFrom(minutes(1, 1, 2, 3, 4, 20, 70, 300)).Draw(t, "wait"), Late: rapid.SampledFrom(minutes(0, 0, 0, 0, 2, 6, 61, 361, 420)).Draw(t, "late"),
		}
	}), 25, 45)
}

// members are who may gain and lose rights; two may be the general manager.
var (
	members  = []string{"小林", "小何", "张伟"}
	managers = []string{"陈总", "吴总"}
)

const deputy = "周敏"

// history is a department whose days are played.
type history struct {
	*reference
	o       *office
	gm      int // which of the managers
	defect  defect
	phone   *gadget // of the members; the tablet is of who manages them
	tablet  *gadget
	events  []chat.Event
	tries   int
	open    []lent // requests that were not decided
	owed    []debt
	wrong   []string
	reads   int
	markets map[string]string // what a file holds, by customer
}

// debt is that somebody must hear words.
type debt struct {
	who, words string
	at         time.Time
}

// gadget is a platform that can be out of order. An accepting one says that it
// has sent what it has not.
type gadget struct {
	name  string
	h     *history
	mu    sync.Mutex
	down  bool
	up    time.Time // since when it is in order again
	hoard []shown
	seen  []shown
}

type shown struct {
	to chat.Address
	m  chat.Message
	at time.Time
}

func (g *gadget) Name() string        { return g.name }
func (g *gadget) Limits() chat.Limits { return chat.Limits{Window: 8 * time.Hour} }
func (g *gadget) Render(_ context.Context, _ chat.Address, m chat.Message, _ []byte) ([]byte, error) {
	return json.Marshal(m)
}

func (g *gadget) Send(_ context.Context, to chat.Address, payload []byte, _ string) error {
	var m chat.Message
	if err := json.Unmarshal(payload, &m); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.down && g.h.defect == stoppedReceiver:
		g.hoard = append(g.hoard, shown{to: to, m: m})
	case g.down:
		return &chat.SendError{Failure: chat.Busy, OneChat: true, After: time.Minute, Err: errors.New("out of order")}
	default:
		g.seen = append(g.seen, shown{to, m, g.h.o.now()})
	}
	return nil
}

// The rest of screens is not used.
func (g *gadget) platform() chat.Platform                   { return g }
func (g *gadget) account(name string) chat.Account          { return g.h.account(name) }
func (g *gadget) group() chat.Address                       { return chat.Address{Platform: g.name, Group: true, ID: "g"} }
func (g *gadget) messages(string) []message                 { return nil }
func (g *gadget) say(string, room, string)                  {}
func (g *gadget) place(string, string)                      {}
func (g *gadget) picture(string, room, []byte, string)      {}
func (g *gadget) press(string, message, int)                {}
func (g *gadget) submit(string, message, map[string]string) {}
func (g *gadget) again()                                    {}

func (h *history) account(name string) chat.Account {
	if slices.Contains(members, name) {
		return chat.Account{Platform: "phone", ID: name}
	}
	return chat.Account{Platform: "tablet", ID: name}
}

// second is another account of a member, on the platform that always works.
func second(name string) chat.Account { return chat.Account{Platform: "tablet", ID: name + "2"} }

// playHistory plays the steps and gives what was wrong.
func playHistory(t *testing.T, steps []step, d defect) *history {
	h := &history{defect: d, markets: map[string]string{"K1": "甲处预算砍半", "K2": "乙处准备搬家"}}
	h.phone, h.tablet = &gadget{name: "phone", h: h}, &gadget{name: "tablet", h: h}
	posts := map[string]string{"陈总": "总经理", "吴总": "其他员工", deputy: "总经理助理", "王芳": "市场总监", "小林": "其他员工", "小何": "其他员工", "张伟": "业务员"}
	var people []staff.Entry
	for _, name := range []string{"陈总", "吴总", deputy, "王芳", "小林", "小何", "张伟"} {
		e := staff.Entry{Name: name, Post: store.Post(posts[name])}
		if slices.Contains(managers, name) {
			e.Duties = []store.Duty{store.Administrator}
		}
		people = append(people, e)
	}
	h.reference = newReference(posts, h.account)
	source := storetest.Prepared(t, storetest.SQLite)
	h.o = openOffice(t, source, func(o *office) screens { h.o = o; o.also = []chat.Platform{h.tablet}; return h.phone }, people, thursday())
	for _, name := range []string{"陈总", "王芳"} {
		h.says(h.account(name), "帮助", 0)
	}
	h.says(h.account("王芳"), "新客户 东莞甲机电厂 业务状况="+h.markets["K1"], 0)
	h.says(h.account("王芳"), "新客户 东莞乙机电厂 业务状况="+h.markets["K2"], 0)
	for _, s := range steps {
		h.o.clock.Add(s.Wait.Milliseconds())
		h.settle() // what waited is shown before
		h.o.clock.Add(time.Second.Milliseconds())
		h.do(s)
		h.settle()
	}
	h.phone.restore()
	for range 3 {
		h.o.clock.Add((16 * time.Minute).Milliseconds())
		h.settle()
	}
	h.heard()
	return h
}

// settle lets what is due happen and looks at what is shown.
func (h *history) settle() {
	h.o.tick()
	for _, g := range []*gadget{h.phone, h.tablet} {
		g.mu.Lock()
		seen := g.seen
		g.mu.Unlock()
		for i := range seen {
			h.look(g, i)
		}
	}
}

// restore ends an outage; what was accepted meanwhile is shown now.
func (g *gadget) restore() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range g.hoard {
		g.seen = append(g.seen, shown{s.to, s.m, g.h.o.now()})
	}
	g.down, g.hoard, g.up = false, nil, g.h.o.now()
}

var traceCode = regexp.MustCompile(`追踪码 ([A-Z0-9]{6})`)

// look holds one message against the reference, once.
func (h *history) look(g *gadget, i int) {
	s := g.seen[i]
	if s.m.Summary == "looked at" {
		return
	}
	g.seen[i].m.Summary = "looked at"
	said := flatCard(s.m)
	for k, secret := range h.markets {
		if !strings.Contains(said, secret) || s.to.ID == "王芳" {
			continue
		}
		h.reads++
		var entry ledger.Entry
		found := false
		if code := traceCode.FindStringSubmatch(said); code != nil {
			h.o.update(func(ctx context.Context, tx *store.Tx) (err error) {
				entry, found, err = tx.Audit().ByTrace(ctx, code[1])
				return err
			})
		}
		if !found || entry.Customer != k {
			h.wrongs("%v is shown %s, which no record tells", s.to, k)
			continue
		}
		if w := h.reference.wrong(chat.Account{Platform: s.to.Platform, ID: s.to.ID}, k, h.nameOf(entry.Person), h.sent(entry.Ref), s.at); w != "" {
			h.wrongs("%s", w)
		}
	}
}

// sent is when an event was sent, whatever the bot was told.
func (h *history) sent(id string) time.Time {
	i := slices.IndexFunc(h.events, func(e chat.Event) bool { return e.ID == id })
	if i < 0 {
		h.wrongs("a look names %q as its event", id)
		return time.Time{}
	}
	return h.events[i].Sent
}

func flatCard(m chat.Message) string {
	if m.Card == nil {
		return m.Text
	}
	return m.Text + cardText(m.Card)
}

func (h *history) nameOf(id string) (name string) {
	h.o.update(func(ctx context.Context, tx *store.Tx) error {
		p, _, err := tx.People().ByID(ctx, id)
		name = p.Name
		return err
	})
	return name
}

func (h *history) wrongs(format string, args ...any) {
	h.wrong = append(h.wrong, h.o.now().Format("01-02 15:04 ")+fmt.Sprintf(format, args...))
}
