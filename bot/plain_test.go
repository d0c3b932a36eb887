package main

import (
	"regexp"
	"testing"
)

// internalID is what no person should have to read or type: an id of the store, or a
// mark that only keeps equal texts apart. Heads of the audit's chain are no ids: they
// are compared.
var internalID = regexp.MustCompile(`\b[0-9a-f]{12,}\b|(?m:^#[a-z2-7]{6}\b)`)

// readable fails where an internal id stands on somebody's screen.
func readable(t testing.TB, whose, words string) {
	t.Helper()
	if id := internalID.FindString(words); id != "" {
		t.Errorf("%s sees %s in:\n%s", whose, id, words)
	}
}

// readableAll looks at all that people see: the short codes of things alone stand
// there (K12, A3), never their ids.
func readableAll(t testing.TB, o *office, names []string) {
	t.Helper()
	for _, name := range append(names, "", stranger) {
		for _, m := range o.screens.messages(name) {
			if !isHead(m) {
				readable(t, name, m.words())
				readable(t, name, m.now)
			}
		}
	}
}
