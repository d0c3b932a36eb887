package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ours marks what only reads what the program wrote or was built with.
const ours = "ours"

// foreignReaders are the files that take bytes apart, with the test that gives them
// hostile ones: too deep, too long, packed a thousandfold, cut, with members
// without number or numbers without end, or of another shape. What the program
// wrote rests under its key and has its reason instead.
var foreignReaders = map[string]struct{ where, test string }{
	"bot/feishu/json.go":            {"bot/feishu/event_test.go", "TestHostileEvents"}, // reads by itself
	"bot/feishu/event.go":           {"bot/feishu/event_test.go", "TestHostileEvents"},
	"bot/feishu/webhook.go":         {"bot/feishu/webhook_test.go", "FuzzWebhook"},
	"bot/feishu/api.go":             {"bot/feishu/api_test.go", "TestEndlessAnswers"},
	"bot/feishu/send.go":            {"bot/feishu/api_test.go", "TestEndlessAnswers"},
	"bot/feishu/check.go":           {"bot/feishu/api_test.go", "TestEndlessAnswers"},
	"bot/feishu/websocket.go":       {"bot/platform/bounded_test.go", "TestBounded"},
	"bot/platform/receive.go":       {"bot/feishu/webhook_test.go", "TestTenThousandForgeries"},
	"bot/wecom/app/xml.go":          {"bot/wecom/app/crypt_test.go", "TestHostileXML"}, // reads by itself
	"bot/wecom/app/send.go":         {ours, "a message that it made"},
	"bot/wecom/message/parcel.go":   {ours, "a message that it made"},
	"bot/wecom/robot/frame.go":      {"bot/wecom/robot/event_test.go", "TestHostileFrames"},
	"bot/wecom/robot/wire.go":       {"bot/wecom/robot/event_test.go", "TestHostileFrames"},
	"bot/wecom/robot/send.go":       {ours, "a message that it made"},
	"bot/wecom/qyapi/client.go":     {"bot/platform/bounded_test.go", "TestBounded"},
	"bot/wecom/chats/chats.go":      {ours, "notes of its own in the store"},
	"bot/webchat/http.go":           {"bot/webchat/http_test.go", "TestHostileBodies"},
	"bot/webchat/send.go":           {ours, "a message that it made"},
	"bot/wecom/robot/scan.go":       {"bot/wecom/robot/scan_test.go", "TestScan"},
	"bot/doctor.go":                 {ours, "the readiness of the program beside it"},
	"handlers/meeting/minutes.go":   {ours, "minutes that it keeps in the store"},
	"handlers/meeting/pack.go":      {ours, "a pack that it keeps in the store"},
	"handlers/target/figures.go":    {ours, "a table that it froze in the store"},
	"handlers/target/pending.go":    {ours, "a table that it froze in the store"},
	"handlers/progress/keep.go":     {ours, "a table that it froze in the store"},
	"handlers/sheet/value.go":       {ours, "cells of a table that it froze in the store"},
	"bot/check.go":                  {ours, "the readiness of the program beside it"},
	"bot/settings.go":               {ours, "the settings of the last start, which it keeps in the store"},
	"bot/config.go":                 {"bot/main_test.go", "TestPipesAreNotWaitedFor"},
	"bot/document.go":               {"bot/config_test.go", "FuzzConfig"},
	"bot/platform/picture.go":       {"bot/platform/picture_test.go", "TestReadPicture"},
	"handlers/photo/photo.go":       {"handlers/photo/photo_test.go", "FuzzClean"},
	"handlers/sheet/open.go":        {"handlers/sheet/rows_test.go", "TestOpenWeighsFirst"},
	"handlers/sheet/csv.go":         {"handlers/sheet/rows_test.go", "FuzzOpen"},
	"handlers/rulebook/calendar.go": {"handlers/rulebook/calendar_test.go", "FuzzNewCalendar"},
	"handlers/staff/enter.go":       {ours, "what the settings said before, in the store"},
	"handlers/still.go":             {ours, "a message that it owes"},
	"handlers/picture/picture.go":   {ours, "the font that it was built with"},
	"scheduler/outbox/rewrite.go":   {ours, "a message that it owes"},
	"scheduler/outbox/deliverer.go": {ours, "a message that it owes"},
	"scheduler/outbox/verdict.go":   {ours, "a message that it owes"},
	"store/upkeep/order.go":         {ours, "an order that it gave the serving program"},
}

// takesApart are the packages whose functions take bytes apart, with the
// beginnings of the names of those that do.
var takesApart = map[string][]string{
	"json": {"Unmarshal", "NewDecoder"}, "xml": {"Unmarshal", "NewDecoder"}, "yaml": {"Unmarshal", "NewDecoder", "NodeToValue"},
	"zip": {"NewReader", "OpenReader"}, "gzip": {"NewReader"}, "zlib": {"NewReader"}, "flate": {"NewReader"}, "tar": {"NewReader"},
	"csv": {"NewReader"}, "excelize": {"Open"}, "image": {"Decode"}, "png": {"Decode"}, "jpeg": {"Decode"}, "gob": {"NewDecoder"}, "io": {"ReadAll"}, "ioutil": {"ReadAll"},
}

// Every file of the program that takes foreign bytes apart is tried with
// hostile ones.
func TestReadersAreTried(t *testing.T) {
	found := map[string]bool{"bot/feishu/json.go": true, "bot/wecom/app/xml.go": true, "bot/feishu/event.go": true, "bot/feishu/webhook.go": true, "bot/platform/receive.go": true}
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && strings.HasSuffix(e.Name(), "test"): // stand-ins for the tests
			return fs.SkipDir
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && readsIn(t, path):
			found[strings.TrimPrefix(filepath.ToSlash(path), "../")] = true
		}
		return nil
	})
	if err != nil || len(found) < 20 {
		t.Fatalf("%d readers, %v", len(found), err)
	}
	for path := range found {
		r, listed := foreignReaders[path]
		switch {
		case !listed:
			t.Errorf("%s takes bytes apart: say in foreignReaders whose they are, and which test gives it hostile ones", path)
		case r.where != ours && !hasTest(t, filepath.Join("..", r.where), r.test):
			t.Errorf("%s is tried by no %s in %s", path, r.test, r.where)
		}
	}
	for path := range foreignReaders {
		if !found[path] {
			t.Errorf("%s takes nothing apart", path)
		}
	}
}

// readsIn reports whether a file of the program takes bytes apart.
func readsIn(t *testing.T, path string) (reads bool) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if pkg, ok := sel.X.(*ast.Ident); ok {
				reads = reads || slices.ContainsFunc(takesApart[pkg.Name], func(name string) bool { return strings.HasPrefix(sel.Sel.Name, name) })
			}
		}
		return true
	})
	return reads
}
