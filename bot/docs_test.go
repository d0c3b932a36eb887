package main

import (
	"os"
	"strings"
	"testing"
)

func TestTheReadmeAgreesWithTheCode(t *testing.T) {
	data, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	sections, err := docSections()
	if err != nil {
		t.Fatal(err)
	}
	want, err := fill(string(data), sections)
	if err != nil {
		t.Fatal(err)
	}
	if want != string(data) {
		t.Error("README.md is older than the code: run go run ./bot docs")
	}
}

func TestFill(t *testing.T) {
	sections := []section{{"a", "one\n"}, {"b", "two\n"}}
	before := "x\n<!-- a -->old<!-- /a -->\n<!-- b --><!-- /b -->\ny\n"
	want := "x\n<!-- a -->\n\none\n\n<!-- /a -->\n<!-- b -->\n\ntwo\n\n<!-- /b -->\ny\n"
	got, err := fill(before, sections)
	if err != nil || got != want {
		t.Errorf("%q, %v", got, err)
	}
	if again, err := fill(got, sections); err != nil || again != want {
		t.Errorf("a second time %q, %v", again, err)
	}
	for _, bad := range []string{"", "<!-- a -->", "<!-- a --><!-- /a -->", "<!-- /a --><!-- a -->"} {
		if _, err := fill(bad, sections); err == nil || !strings.Contains(err.Error(), "marker") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestTablesEscapeBars(t *testing.T) {
	if got := table([]string{"a", "b"}, []string{"x|y", "z"}); got != "| a | b |\n| --- | --- |\n| x\\|y | z |\n" {
		t.Errorf("%q", got)
	}
}
