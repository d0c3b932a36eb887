package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the name that our own imports begin with.
const module = "marketbot"

// imports is which of our packages each folder may import; "x/..." stands for
// x and everything below it. The order is bot, scheduler, handlers, store;
// areas meet in the store only.
var imports = map[string][]string{
	"bot":                       {"bot/...", "scheduler/...", "handlers/...", "store/..."},
	adapter:                     {"bot/platform", "handlers/chat", "handlers/text"},
	"bot/feishu":                {"bot/platform", "handlers/chat", "handlers/text"},
	"bot/feishu/feishutest":     {"bot/platform/platformtest"},
	"bot/wecom":                 {"bot/platform", "bot/wecom/app", "bot/wecom/chats", "bot/wecom/hook", "bot/wecom/message", "bot/wecom/qyapi", "bot/wecom/robot", "handlers/chat"},
	"bot/wecom/app":             {"bot/platform", "bot/wecom/chats", "bot/wecom/message", "bot/wecom/qyapi", "handlers/chat", "handlers/pace", "handlers/text"},
	"bot/wecom/chats":           {"handlers/chat"},
	"bot/wecom/hook":            {"bot/platform", "bot/wecom/message", "bot/wecom/qyapi", "handlers/chat", "handlers/pace"},
	"bot/wecom/message":         {"bot/platform", "handlers/chat", "handlers/text"},
	"bot/wecom/qyapi":           {"bot/platform", "handlers/chat"},
	"bot/wecom/robot":           {"bot/platform", "bot/wecom/chats", "bot/wecom/message", "bot/wecom/qyapi", "handlers/chat", "handlers/pace", "handlers/text"},
	"bot/wecom/wecomtest":       {"bot/platform/platformtest"},
	"bot/platform":              {"handlers/chat"},
	"bot/platform/platformtest": {},
	"bot/webchat":               {"handlers/chat", "handlers/text", "store"},
	"bot/webchat/pagetest":      {},
	"scheduler":                 {"handlers", "handlers/chat", "handlers/rulebook", "store", "store/ledger", "store/upkeep"},
	"scheduler/outbox":          {"handlers", "handlers/chat", "handlers/pace", "handlers/rulebook", "store"},
	"scheduler/schedulertest":   {"handlers", "handlers/chat", "handlers/handlerstest", "handlers/rulebook", "scheduler", "scheduler/outbox", "store", "store/storetest"},
	"scheduler/timetable":       {"handlers/...", "scheduler", "store"},
	"handlers":                  {"handlers/audience", "handlers/chat", "handlers/command", "handlers/photo", "handlers/reading", "handlers/rulebook", "handlers/staff", "handlers/text", "handlers/words", "store", "store/ledger"},
	area:                        {"handlers/audience", "handlers/chat", "handlers/closing", "handlers/command", "handlers/daily", "handlers/intake", "handlers/leaving", "handlers/pack", "handlers/pdf", "handlers/reading", "handlers/rulebook", "handlers/sheet", "handlers/text", "handlers/words", "store", "store/ledger", "store/vault"},
	"handlers/audience":         {"handlers/chat", "handlers/rulebook", "store"},
	"handlers/chat":             {"handlers/text"},
	"handlers/chat/chattest":    {"handlers/chat"},
	"handlers/command":          {"handlers/audience", "handlers/chat", "handlers/reading", "handlers/rulebook", "handlers/text", "handlers/words", "store", "store/ledger", "store/vault"},
	"handlers/daily":            {"handlers/audience", "handlers/chat", "handlers/rulebook", "handlers/words", "store"},
	"handlers/handlerstest":     {"handlers/chat", "handlers/command", "handlers/daily", "handlers/rulebook", "store", "store/storetest", "store/vault"},
	"handlers/leaving":          {"handlers/audience", "handlers/chat", "handlers/command", "handlers/rulebook", "handlers/words", "store"},
	"handlers/intake":           {"handlers/reading", "handlers/sheet", "handlers/text", "store"},
	"handlers/rulebook":         {"handlers/text", "store"},
	"handlers/picture":          {"handlers/chat", "handlers/text"},
	"handlers/photo":            {},
	"handlers/photo/phototest":  {},
	"handlers/pace":             {},
	"handlers/closing":          {"handlers/chat", "handlers/command", "handlers/rulebook", "store"},
	"handlers/pack":             {"handlers/chat", "handlers/sheet", "store"},
	"handlers/pdf":              {"handlers/picture", "handlers/sheet"},
	"handlers/sheet":            {},
	"handlers/text":             {},
	"handlers/reading":          {"handlers/text", "store"},
	"handlers/words":            {"store"},
	"store":                     {"store/internal/...", "store/ledger"},
	"store/internal/engine":     {"store/internal/seal"},
	"store/ledger":              {"store/internal/engine", "store/internal/seal"},
	"store/vault":               {"store", "store/internal/...", "store/ledger"},
	"store/upkeep":              {"store", "store/internal/engine", "store/internal/seal", "store/ledger", "store/vault"},
	"store/internal/seal":       {},
	"store/internal/spelling":   {},
	"store/cluster":             {},
	"store/cluster/clustertest": {},
	"store/storetest":           {"store", "store/internal/...", "store/ledger", "store/vault"},
}

// The rows of folders that have none: a new one below handlers is an area, and
// may import what all areas share, but no other area; a new one below bot is a
// platform.
const (
	area    = "handlers/*"
	adapter = "bot/*"
)

// testsToo is what the tests of any package may import beside.
var testsToo = []string{"store", "bot/platform/platformtest", "bot/wecom/wecomtest", "bot/webchat/pagetest", "store/storetest", "store/cluster/clustertest", "handlers/chat/chattest", "handlers/handlerstest", "scheduler/schedulertest"}

// source is one Go file.
type source struct {
	folder string // slash-separated, from the module's root
	name   string
	file   *ast.File
	set    *token.FileSet
}

func (s source) test() bool { return strings.HasSuffix(s.name, "_test.go") }

// sources are all Go files of the module.
func sources(t *testing.T) []source {
	t.Helper()
	root := ".."
	var list []source
	err := filepath.WalkDir(root, func(at string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && at != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(at) != ".go":
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, at, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, at)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		list = append(list, source{path.Dir(rel), path.Base(rel), file, set})
		return nil
	})
	if err != nil || len(list) == 0 {
		t.Fatalf("no source: %v", err)
	}
	return list
}

// imported are the paths that a file imports.
func (s source) imported(t *testing.T) []string {
	var list []string
	for _, i := range s.file.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

func allowed(rules []string, folder string) bool {
	return slices.ContainsFunc(rules, func(r string) bool {
		base, tree := strings.CutSuffix(r, "/...")
		return folder == base || tree && strings.HasPrefix(folder, base+"/")
	})
}

// Imports run one way only, as the table says.
func TestImports(t *testing.T) {
	for _, s := range sources(t) {
		rules, known := imports[s.folder]
		if !known {
			rules, known = imports[path.Dir(s.folder)+"/*"]
		}
		if !known {
			t.Errorf("%s is not in the table of imports", s.folder)
			continue
		}
		if s.test() {
			rules = append(append([]string{s.folder, s.folder + "/..."}, testsToo...), rules...)
		}
		for _, p := range s.imported(t) {
			folder, ours := strings.CutPrefix(p, module+"/")
			if ours && !allowed(rules, folder) {
				t.Errorf("%s/%s imports %s", s.folder, s.name, folder)
			}
		}
	}
}

// Only the store speaks SQL. (A benchmark may, to measure what it takes without.)
func TestOnlyStoreSpeaksSQL(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		for _, p := range s.imported(t) {
			sql := p == "database/sql" || strings.HasPrefix(p, "github.com/jackc/pgx") || strings.HasPrefix(p, "modernc.org/sqlite")
			if sql && !allowed([]string{"store/..."}, s.folder) {
				t.Errorf("%s/%s imports %s", s.folder, s.name, p)
			}
		}
	}
}

// Which customer is meant is found out in handlers/command and nowhere else, so
// that no area tells of a customer whom the caller may not know (档-3). Only
// whoever enters one compares names.
func TestOnlyCommandFindsCustomers(t *testing.T) {
	calls := map[string][]string{} // by method: the files that call it
	for _, s := range sources(t) {
		if s.test() || strings.HasPrefix(s.folder, "store") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			method, ok := n.(*ast.SelectorExpr) // vault.Search(tx).Find
			if !ok {
				return true
			}
			if of, ok := method.X.(*ast.CallExpr); ok {
				if f, ok := of.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Search" {
					calls[method.Sel.Name] = append(calls[method.Sel.Name], s.folder+"/"+s.name)
				}
			}
			return true
		})
	}
	may := map[string][]string{
		"Find":      {"handlers/command/customer.go", "handlers/command/meant.go"},
		"FindAmong": {"handlers/command/resolve.go"},
		"Sharing":   {"handlers/command/meant.go"},
		"Similar":   {"handlers/command/meant.go", "handlers/customer/alike.go"},
		"With":      {"handlers/customer/alike.go"},
	}
	for method, files := range may {
		for _, f := range calls[method] {
			if !slices.Contains(files, f) {
				t.Errorf("%s calls %s: use Call.Customer", f, method)
			}
		}
		if len(calls[method]) == 0 {
			t.Errorf("nobody calls %s: it has another name now, put it here", method)
		}
	}
}

// The Feishu SDK is used in part: its Client knows every service of the
// platform, and a program with it is a third larger.
func TestSDKInPart(t *testing.T) {
	const sdk = "github.com/larksuite/oapi-sdk-go/v3"
	for _, s := range sources(t) {
		for _, p := range s.imported(t) {
			if !s.test() && (p == sdk || strings.HasPrefix(p, sdk+"/service/")) {
				t.Errorf("%s/%s imports %s", s.folder, s.name, p)
			}
		}
	}
}

// Only the program itself reads the machine's clock: everywhere else the time
// is an argument. Nothing is set up behind anybody's back either.
func TestClockAndInit(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() || strings.HasSuffix(s.folder, "test") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv == nil && n.Name.Name == "init" {
					t.Errorf("%s: init", s.set.Position(n.Pos()))
				}
			case *ast.SelectorExpr:
				x, ok := n.X.(*ast.Ident)
				now := ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until"}, n.Sel.Name)
				if now && s.folder != "bot" {
					t.Errorf("%s: time.%s", s.set.Position(n.Pos()), n.Sel.Name)
				}
			}
			return true
		})
	}
}
