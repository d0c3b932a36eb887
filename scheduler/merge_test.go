package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"marketbot/handlers/chat"
)

func TestMergeFitsIntoCards(t *testing.T) {
	var due []chat.Notice
	for i := range 20 {
		due = append(due, chat.Notice{Key: fmt.Sprint("k", i), To: "li", Message: chat.Message{
			Secrecy: chat.Secrecy{Confidential: i == 19},
			Card: &chat.Card{
				Title: fmt.Sprint("t", i), Tone: chat.Warn, Blocks: []chat.Block{{Table: &chat.Table{Heads: []string{"甲"}}}},
				Buttons: []chat.Button{{Label: "a", Command: "a"}, {Label: "b", Command: "b"}},
			}}})
	}
	list := merge(due, []chat.Notice{{Key: "g", Message: chat.Message{Text: "group"}}})
	tables, keys := 0, map[string]bool{}
	for _, m := range list {
		if keys[m.Key] {
			t.Errorf("key %q twice", m.Key)
		}
		keys[m.Key] = true
		if m.To == "" {
			continue
		}
		n := 0
		for _, b := range m.Message.Card.Blocks {
			if b.Table != nil {
				n++
			}
		}
		if n > maxTables || len(m.Message.Card.Buttons) > maxButtons || m.Message.Card.Tone != chat.Warn {
			t.Errorf("card with %d tables, %d buttons, tone %q", n, len(m.Message.Card.Buttons), m.Message.Card.Tone)
		}
		tables += n
	}
	if tables != 20 || len(list) != 7 {
		t.Errorf("%d tables in %d messages", tables, len(list))
	}
	for i, m := range list {
		if m.Message.Confidential != (i == 5) {
			t.Errorf("message %d: confidentiality is lost or spread", i)
		}
	}
}

// A merged card stays within what platforms take; what alone is longer stands alone.
func TestMergeKeepsCardsShort(t *testing.T) {
	var due []chat.Notice
	for i, n := range []int{5000, 5000, 5000, 20000, 10} {
		due = append(due, chat.Notice{Key: fmt.Sprint("k", i), To: "li", Message: chat.Message{Text: strings.Repeat("a", n)}})
	}
	var got []string
	for _, m := range merge(due, nil) {
		got = append(got, m.Key)
	}
	if want := []string{"k0+k1", "k2", "k3", "k4"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// One message of several that are confidential says in its summary what all of
// theirs say, or nothing.
func TestMergedSummaries(t *testing.T) {
	notice := func(summary string) chat.Notice {
		return chat.Notice{Key: summary, To: "p", Message: chat.Message{Text: "内容", Secrecy: chat.Secrecy{Confidential: true, Summary: summary}}}
	}
	for want, summaries := range map[string][]string{"一\n二": {"一", "二"}, "": {"一", ""}, "一": {"一"}} {
		var due []chat.Notice
		for _, s := range summaries {
			due = append(due, notice(s))
		}
		list := merge(due, nil)
		if len(list) != 1 || !list[0].Message.Confidential || list[0].Message.Summary != want {
			t.Errorf("%q: %+v", summaries, list)
		}
	}
}
