package main

import (
	"context"
	_ "embed"
	"fmt"
	"maps"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"marketbot/handlers/staff"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
)

// How people write, one sentence a line: who (with @群 in the group), what, and
// behind ⇒ what is meant, one of several where | parts them: a command line, help
// of a command, ask (a question back or an offer; nothing is done) or talk (no
// command is in it). Every
// third sentence was set aside as they were written, to tell how well the others
// were learnt rather than learnt by heart.
//
//go:embed testdata/sentences/corpus.txt
var learnt string

//go:embed testdata/sentences/held-out.txt
var heldOut string

// sentence is a line of the corpus.
type sentence struct {
	kind, who, said string
	in              room
	meant           []string
}

func readSentences(t *testing.T, corpus string) (list []sentence) {
	kind := ""
	for line := range strings.Lines(corpus) {
		line = strings.TrimSpace(line)
		if head, ok := strings.CutPrefix(line, "# "); ok {
			kind = head
			continue
		}
		said, meant, ok := strings.Cut(line, " ⇒ ")
		who, said, named := strings.Cut(said, " ")
		if !ok || !named {
			t.Fatalf("no sentence: %q", line)
		}
		who, in, group := strings.Cut(who, "@")
		s := sentence{kind: kind, who: who, said: strings.ReplaceAll(said, `\n`, "\n"), meant: strings.Split(meant, " | ")}
		if group && in == "群" {
			s.in = mentioned
		}
		list = append(list, s)
	}
	return list
}

// What the sentences reach at least, in percent: the learnt ones, the others.
const (
	rightOfLearnt  = 95
	rightOfHeldOut = 95
)

// Whatever people write, the bot does what they mean, or offers it at one tap;
// what they do not mean it never does.
func TestSentences(t *testing.T) {
	t.Parallel()
	w := newSpokenWorld(t)
	for _, c := range []struct {
		name, corpus string
		least        int
	}{{"learnt", learnt, rightOfLearnt}, {"held out", heldOut, rightOfHeldOut}} {
		t.Run(c.name, func(t *testing.T) {
			list := readSentences(t, c.corpus)
			right, all, wrong := map[string]int{}, map[string]int{}, 0
			for i, v := range w.judge(t, list) {
				s := list[i]
				all[s.kind]++
				switch {
				case v.right:
					right[s.kind]++
				default:
					t.Logf("%s: %s ⇒ %s, but %s", s.who, s.said, strings.Join(s.meant, " | "), v.came)
				}
				if v.wrongly {
					wrong++
					t.Errorf("%s: %s ⇒ %s, but it did: %s", s.who, s.said, strings.Join(s.meant, " | "), v.came)
				}
			}
			sum := 0
			for _, kind := range slices.Sorted(maps.Keys(all)) {
				t.Logf("%-24s %3d of %3d", kind, right[kind], all[kind])
				sum += right[kind]
			}
			t.Logf("%s: %d of %d right (%.1f %%), %d wrong acts", c.name, sum, len(list), 100*float64(sum)/float64(len(list)), wrong)
			if 100*sum < c.least*len(list) {
				t.Errorf("less than %d %%", c.least)
			}
		})
	}
}

// spokenWorld is a department in the middle of a week, to be copied.
type spokenWorld struct {
	source store.Options
	rest   []byte // of the store
	facts  string // the query of all that people did
	people []staff.Entry
}

func newSpokenWorld(t *testing.T) *spokenWorld {
	w := &spokenWorld{source: storetest.Prepared(t, storetest.SQLite), people: append(department(),
		staff.Entry{Name: "周敏", Post: store.GMAssistant}, staff.Entry{Name: "赵强", Post: store.Salesperson},
		staff.Entry{Name: "小钱", Post: store.OtherEmployee, Duties: []store.Duty{store.Accountant}})}
	o := openOffice(t, w.source, onPage, w.people, spoken())
	o.update(func(ctx context.Context, tx *store.Tx) error {
		return sampleHistory(ctx, tx, rules(t), spoken())
	})
	for _, line := range []string{
		"张伟 出差 广州 周一到周五 拜访客户", "刘洋 周报 本周：走访建材市场 下周：回访老客户 回款：3万",
		"小林 提供线索 东江宾馆 下半年要装修 来源=朋友", "小林 申请查阅 华东机电 周五去布展，需要联系人",
		"刘洋 人员", "李娜 人员", "陈总 人员",
	} {
		who, said, _ := strings.Cut(line, " ")
		o.hear(who, said)
	}
	o.clock.Store(spoken().Add(10 * time.Minute).UnixMilli()) // nothing can be taken back any more
	o.tick()
	o.stop()
	behind := storetest.Behind(t, w.source)
	defer behind.DB.Close()
	var all []string
	for _, table := range facts {
		row := behind.Get("SELECT group_concat('quote(' || name || ')', '||') FROM pragma_table_info('" + table + "')")
		all = append(all, fmt.Sprintf("(SELECT COALESCE(group_concat(%s), '') FROM %s)", row, table))
	}
	w.facts = "SELECT " + strings.Join(all, "||")
	var err error
	if w.rest, err = os.ReadFile(w.source.Source); err != nil {
		t.Fatal(err)
	}
	return w
}

// spoken is when the sentences are said: an ordinary Tuesday.
func spoken() time.Time { return time.Date(2026, 11, 24, 9, 30, 0, 0, shanghai) }

// open is a fresh copy of the world.
func (w *spokenWorld) open(t *testing.T) *office {
	source := storetest.Prepared(t, storetest.SQLite)
	source.Seals = w.source.Seals
	if err := os.WriteFile(source.Source, w.rest, 0o600); err != nil {
		t.Fatal(err)
	}
	return openOffice(t, source, onPage, slices.Clone(w.people), spoken().Add(11*time.Minute))
}

// judgement is what came of a sentence.
type judgement struct {
	right   bool
	wrongly bool // something was done that was not meant
	came    string
}

// judge plays the sentences, on as many copies of the world as there are
// processors.
func (w *spokenWorld) judge(t *testing.T, list []sentence) []judgement {
	judgements := make([]judgement, len(list))
	var all sync.WaitGroup
	hands := runtime.GOMAXPROCS(0)
	for hand := range hands {
		all.Go(func() {
			j := judge{t: t, world: w}
			for i := hand; i < len(list); i += hands {
				judgements[i] = j.of(list[i])
			}
		})
	}
	all.Wait()
	return judgements
}

// judge judges sentences one after the other.
type judge struct {
	t     *testing.T
	world *spokenWorld
	at    *office // clean; nil: none
	rest  storetest.Rest
	done  string // all that people did at it
}

// heard is what somebody gets for what they wrote.
type heard struct {
	said  string // in words, without what differs each time
	lines []string
	last  ledger.Entry
	acted bool   // more is stored than that somebody wrote
	after string // in words, once it was confirmed; empty: there was nothing to confirm
}

func (j *judge) say(s sentence, said string) heard {
	if j.at == nil {
		j.at = j.world.open(j.t)
		j.rest = storetest.Behind(j.t, j.at.source)
		j.done = j.state()
	}
	o := j.at
	page := o.screens.(*page)
	page.read()
	before := len(page.lines)
	o.screens.say(s.who, s.in, said)
	o.deliver()
	page.read()
	h := heard{last: o.lastAudit()}
	var words []string
	for _, l := range page.lines[before:] {
		if l.From != "" || l.Room != s.who && l.Room != "#group" {
			continue
		}
		words = append(words, page.message(l).words())
		if c := l.Message.Card; c != nil {
			for _, b := range c.Buttons {
				h.lines = append(h.lines, b.Line())
			}
		}
	}
	h.said = changing.ReplaceAllString(strings.Join(words, "\n"), "…")
	h.acted = j.state() != j.done || h.last.Look.Customer != "" && h.last.Outcome == ledger.Done
	if i := slices.IndexFunc(h.lines, confirms); i >= 0 && !h.acted {
		h.after = changing.ReplaceAllString(o.hear(s.who, h.lines[i]), "…")
	}
	if h.acted || h.last.Outcome == ledger.Refused && h.last.Subject == "question" || slices.ContainsFunc(h.lines, confirms) {
		j.rest.DB.Close()
		o.stop()
		j.at = nil
	}
	return h
}

// asks reports whether somebody was asked back, or offered what they may have
// meant, or told why not: more than that nothing was understood.
func (h heard) asks() bool {
	offers := func(line string) bool { return line != "帮助" }
	return h.last.Subject == "question" || h.last.Outcome == ledger.Denied || h.last.Outcome == ledger.Refused && h.said != "" || slices.ContainsFunc(h.lines, offers)
}

func confirms(line string) bool { return strings.HasPrefix(line, "确认 ") }

// changing is what differs between two answers to the same.
var changing = regexp.MustCompile(`追踪码[:： ]*\w+|\d\d:\d\d|编号\S*|[A-Z0-9]{4}-[A-Z0-9]{4}|[0-9a-f]{12,}`)

// facts are the tables of what people do by what they write.
var facts = []string{"trip", "trip_change", "check_in", "report", "consolidated", "report_comment", "report_reading", "report_chase", "leave", "person",
	"tenure", "binding", "person_change", "customer", "customer_owner", "customer_person", "fact", "progress", "contract", "contract_act", "lead", "request", "access_grant", "delegation", "acknowledgement",
	"money", "activity", "activity_act", "target", "stall", "promise", "meeting", "meeting_note", "agenda_item", "decision", "departure", "departure_act", "incident"}

// state is what is stored of what people did.
func (j *judge) state() string { return j.rest.Get(j.world.facts).(string) }

func (j *judge) of(s sentence) judgement {
	got := j.say(s, s.said)
	v := judgement{came: fmt.Sprintf("%s %s: %q %q", got.last.Act, got.last.Outcome, text.Cut(got.said, 160), got.lines)}
	for _, meant := range s.meant {
		if v.right = j.meets(s, got, meant); v.right {
			return v
		}
	}
	v.wrongly = got.acted
	return v
}

func (j *judge) meets(s sentence, got heard, meant string) bool {
	what, of, _ := strings.Cut(meant, " ")
	switch {
	case what == "ask":
		return !got.acted && got.asks()
	case what == "talk":
		return !got.acted && (got.last.Act == "寒暄" || !got.asks())
	case what == "help":
		meant = strings.TrimSpace("帮助 " + of)
	}
	if !got.acted && slices.ContainsFunc(got.lines, func(line string) bool { return bare(line) == bare(meant) }) {
		return true
	}
	if got.acted && strings.HasPrefix(meant, got.last.Act) && bare(s.said) == bare(meant) {
		return true // the same words
	}
	for _, line := range got.lines {
		if !got.acted && strings.HasPrefix(line, strings.Fields(meant)[0]) && j.same(s, j.say(s, line), meant) {
			return true
		}
	}
	return j.same(s, got, meant)
}

// same reports whether what came is what comes of the line that is meant.
func (j *judge) same(s sentence, came heard, meant string) bool {
	if came.last.Act == "" || !strings.HasPrefix(meant, came.last.Act) {
		return false
	}
	want := j.say(s, meant)
	return want.acted == came.acted && want.said == came.said || want.acted && want.said == came.after
}

// bare is a line without what parts its words.
func bare(line string) string {
	return strings.Map(func(c rune) rune {
		if text.Wordy(c) {
			return c
		}
		return -1
	}, line)
}
