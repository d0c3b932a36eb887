package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every test and conversation that the threat table names is there, and so is
// everybody who might attack.
func TestThreatTableNamesTests(t *testing.T) {
	text, err := os.ReadFile("../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	err = filepath.WalkDir("..", func(at string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.HasSuffix(at, "_test.go") {
			data, failed := os.ReadFile(at)
			tests.Write(data)
			err = failed
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(string(text), -1)
	for _, m := range named {
		if !strings.Contains(tests.String(), "func "+m[1]+"(t *testing.T") {
			t.Errorf("SECURITY.md names %s, which there is not", m[1])
		}
	}
	talks := regexp.MustCompile(`[a-z-]+\.txtar`).FindAllString(string(text), -1)
	for _, name := range talks {
		if _, err := os.Stat(filepath.Join("testdata/script", name)); err != nil {
			t.Errorf("SECURITY.md names a conversation that there is not: %v", err)
		}
	}
	for _, who := range []string{
		"a member without", "a member with", "a member who was stopped", "a member who floods", "a stranger", "an administrator", "another user of the machine",
		"the holder of a backup", "whoever has file and key", "the platform", "the network",
	} {
		if !strings.Contains(string(text), "\n| "+who) {
			t.Errorf("SECURITY.md says nothing of %s", who)
		}
	}
	if len(named) < 20 || len(talks) < 8 {
		t.Errorf("only %d tests and %d conversations are named", len(named), len(talks))
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if cells := strings.Split(line, "|"); len(cells) == 6 && !strings.Contains(cells[4], "`Test") && !strings.Contains(cells[4], ".txtar") &&
			!strings.Contains(line, "---") && !strings.Contains(line, "shown by") {
			t.Errorf("nothing shows %q", cells[1])
		}
	}
}
