package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Speech is of commands that there are, each on one line.
func TestSpeechIsOfCommands(t *testing.T) {
	data, err := os.ReadFile("../handlers/speech.txt")
	if err != nil {
		t.Fatal(err)
	}
	o := openOffice(t, newSpokenWorld(t).source, onPage, nil, spoken())
	names := []string{"闲话"}
	for _, s := range o.bot.Load().desk.Specs() {
		names = append(names, s.Name)
	}
	for line := range strings.Lines(string(data)) {
		name, _, _ := strings.Cut(line, "：")
		i := slices.Index(names, name)
		if i < 0 {
			t.Errorf("speech of %q, which is none or has a line already", name)
			continue
		}
		names = slices.Delete(names, i, i+1)
	}
}
