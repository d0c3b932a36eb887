package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// fence is a code block of CONTRIBUTING.md that names its file: a new file, or,
// as diff, lines for one that is there.
var fence = regexp.MustCompile("(?ms)^```(\\w+) (\\S+)\n(.*?)^```$")

// maxTouched is how many files that are there an area with a command, a table, a
// job and a setting may touch.
const maxTouched = 4

// TestContributing does in a copy what CONTRIBUTING.md says, block by block: the
// copy builds, its tests pass, the new command is spoken and the new job fires.
func TestContributing(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	copied := t.TempDir()
	copyModule(t, "..", copied)
	touched := map[string]bool{}
	for _, block := range fence.FindAllStringSubmatch(string(text), -1) {
		kind, name, content := block[1], block[2], block[3]
		at := filepath.Join(copied, filepath.FromSlash(name))
		before, err := os.ReadFile(at)
		switch {
		case kind == "diff" && err == nil:
			touched[name] = true
			after, err := insert(string(before), content)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			content = after
			fmt.Fprintf(t.Output(), "--- %s\n%s", name, block[3])
		case kind == "diff":
			t.Fatalf("%s: %v", name, err)
		case err == nil:
			t.Fatalf("%s is there already", name)
		default:
			fmt.Fprintf(t.Output(), "+++ %s, %d lines\n", name, strings.Count(content, "\n"))
		}
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if len(touched) > maxTouched {
		t.Errorf("%d files are touched that were there: %v", len(touched), touched)
	}
	for _, args := range [][]string{
		{"test", "./handlers/note", "./bot/pager"},
		{"test", "./store", "-run", "^(TestMigrationsStay|TestEveryTextIsTriedWithHostileWords)$|^TestTextsRestByteForByte$/^sqlite$"},
		{"test", "./bot", "-run", "^(TestImports|TestTheExampleNamesEverySetting)$|^TestScript$/^sqlite-webchat$/^note$"},
	} {
		run := exec.Command("go", append(args, "-count=1", "-pgo=off", "-vet=off", "-ldflags=-s -w")...)
		run.Dir = copied
		if out, err := run.CombinedOutput(); err != nil || bytes.Contains(out, []byte("no tests to run")) {
			t.Fatalf("go %v: %v\n%s", args, err, out)
		}
	}
}

// copyModule copies what is needed to build and test.
func copyModule(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, at)
		if err != nil {
			return err
		}
		switch {
		case rel == ".":
			return nil
		case strings.HasPrefix(d.Name(), ".") && d.IsDir():
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		case !d.Type().IsRegular() || slices.Contains([]string{".log", ".pgo"}, filepath.Ext(at)):
			return nil
		}
		data, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// insert puts the added lines of a block behind the lines that it shows of a
// file, which must stand there once.
func insert(file, block string) (string, error) {
	var context string
	for line := range strings.Lines(block) {
		added, isNew := strings.CutPrefix(line, "+")
		if !isNew {
			context = strings.TrimPrefix(line, " ")
			if strings.Count(file, context) != 1 {
				return "", fmt.Errorf("%q stands there %d times", context, strings.Count(file, context))
			}
			continue
		}
		if context == "" {
			return "", fmt.Errorf("nothing says where %q goes", added)
		}
		file = strings.Replace(file, context, context+added, 1)
		context += added
	}
	return file, nil
}
