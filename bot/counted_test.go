package main

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marketbot/bot/feishu"
	"marketbot/bot/webchat"
	"marketbot/bot/wecom"
	"marketbot/handlers/chat"
)

// able is a platform that can do everything that is optional, and says so in
// ways no other does.
type able struct{ chat.Platform }

func (able) Window([]byte) time.Duration { return 7 * time.Hour }
func (able) Here() bool                  { return false }
func (able) Show(_ context.Context, _ chat.Address, _ []byte, _, old string) (string, error) {
	return "after " + old, nil
}

// plainPlatform can do nothing beside.
type plainPlatform struct{ chat.Platform }

func (plainPlatform) Limits() chat.Limits { return chat.Limits{Window: time.Minute} }

// optional are the abilities of package chat, by name: whether a platform has
// it, and whether it is asked of the platform itself, never of what counts its
// sends.
func optional() map[string]struct {
	has  func(any) bool
	bare bool
} {
	return map[string]struct {
		has  func(any) bool
		bare bool
	}{
		"Namer":     {has[chat.Namer], true},
		"Lister":    {has[chat.Lister], true},
		"Checker":   {has[chat.Checker], true},
		"Editor":    {has[chat.Editor], false},
		"Protector": {has[chat.Protector], false},
		"Resident":  {has[chat.Resident], false},
	}
}

func has[A any](p any) bool { _, ok := p.(A); return ok }

// What an adapter can do beside sending is not lost where its sends are
// counted: every optional ability of package chat that an adapter has is there,
// unless the bot asks it of the adapter itself; and whatever the outbox asks for
// is there in any case.
func TestCountingLosesNoAbility(t *testing.T) {
	adapters := []any{(*feishu.Adapter)(nil), (*wecom.Adapter)(nil), (*webchat.Chat)(nil)}
	declared, asked := abilities(t, "../handlers/chat"), askedFor(t, "../scheduler")
	if len(declared) < 4 || len(asked) < 2 {
		t.Fatalf("declared %v, asked for %v", declared, asked)
	}
	all := optional()
	for name := range declared {
		o, ok := all[name]
		if !ok {
			t.Errorf("chat.%s is optional: say in this test whether what counts has to have it", name)
			continue
		}
		somebody := false
		for _, a := range adapters {
			somebody = somebody || o.has(a)
		}
		if counts := o.has(&counted{}); counts == o.bare && (somebody || asked[name]) {
			t.Errorf("chat.%s is had by an adapter: %t, by what counts its sends: %t", name, somebody, counts)
		}
		if o.bare && asked[name] {
			t.Errorf("scheduler asks what counts the sends for chat.%s", name)
		}
	}
	for name := range all {
		if !declared[name] {
			t.Errorf("there is no chat.%s", name)
		}
	}
}

// What counts the sends answers as the platform does.
func TestCountedAnswersAsItsPlatform(t *testing.T) {
	if c := (&counted{Platform: able{}}); c.Window(nil) != 7*time.Hour || c.Here() {
		t.Errorf("window %v, here %t", c.Window(nil), c.Here())
	}
	if c := (&counted{Platform: plainPlatform{}}); c.Window(nil) != time.Minute || !c.Here() {
		t.Errorf("window %v, here %t", c.Window(nil), c.Here())
	}
}

// abilities are the one-method interfaces that a folder declares.
func abilities(t *testing.T, dir string) map[string]bool {
	t.Helper()
	list := map[string]bool{}
	eachNode(t, dir, func(n ast.Node) {
		if s, ok := n.(*ast.TypeSpec); ok && s.Name.IsExported() {
			if i, ok := s.Type.(*ast.InterfaceType); ok && i.Methods.NumFields() == 1 {
				list[s.Name.Name] = true
			}
		}
	})
	return list
}

// askedFor are the types of package chat that a folder asserts something to be.
func askedFor(t *testing.T, dir string) map[string]bool {
	t.Helper()
	list := map[string]bool{}
	eachNode(t, dir, func(n ast.Node) {
		if a, ok := n.(*ast.TypeAssertExpr); ok {
			if s, ok := a.Type.(*ast.SelectorExpr); ok && s.X.(*ast.Ident).Name == "chat" {
				list[s.Sel.Name] = true
			}
		}
	})
	return list
}

// eachNode visits the source of a folder and those below it, without tests.
func eachNode(t *testing.T, dir string, visit func(ast.Node)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(at, ".go") || strings.HasSuffix(at, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), at, nil, parser.SkipObjectResolution)
		if err == nil {
			ast.Inspect(f, func(n ast.Node) bool { visit(n); return true })
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
