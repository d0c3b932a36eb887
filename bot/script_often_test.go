package main

import (
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// number reads how many.
func number(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		ts.Fatalf("no number: %s", text)
	}
	return n
}

func (p *conversation) often(ts *testscript.TestScript, args []string) {
	for i := range number(ts, args[0]) {
		for _, text := range args[2:] {
			p.say(ts, []string{args[1], strings.ReplaceAll(text, "#", strconv.Itoa(i+1))})
		}
	}
}

func (p *conversation) few(ts *testscript.TestScript, args []string) {
	all := p.messages(args[0])
	unread := all[min(p.seen[args[0]], len(all)):]
	p.seen[args[0]] = len(all)
	var words []string
	for _, m := range unread {
		words = append(words, m.words())
	}
	if most := number(ts, args[1]); len(unread) > most {
		ts.Fatalf("%s: %d messages, more than %d", args[0], len(unread), most)
	}
	for _, want := range args[2:] {
		if !strings.Contains(strings.Join(words, "\n"), want) {
			ts.Fatalf("%s: want %q in %d messages:\n%s", args[0], want, len(unread), strings.Join(words, "\n"))
		}
	}
}
