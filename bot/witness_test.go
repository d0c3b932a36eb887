package main

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/scheduler"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
)

// witness sees what the conversations of a stage show: which commands went
// through, which jobs of the timetable had something to say, and what was asked
// of the store. It looks at what the bot did, because a name in a script would
// prove nothing. What no conversation shows fails.
//
// A nil one sees nothing.
type witness struct {
	mu     sync.Mutex
	played int
	done   map[string]bool   // commands, by name
	spoke  map[string]bool   // jobs, by name
	plans  map[string]string // how SQLite runs what it was asked, by the query
}

func newWitness() *witness {
	return &witness{done: map[string]bool{}, spoke: map[string]bool{}, plans: map[string]string{}}
}

// attend listens to a bot's jobs.
func (w *witness) attend(b *bot) {
	for i := range b.jobs {
		j := &b.jobs[i]
		heard := func(do scheduler.Do) scheduler.Do {
			return func(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
				notices, err := do(ctx, tx, slot)
				if err == nil && len(notices) > 0 {
					w.saw(w.spoke, j.Name)
				}
				return notices, err
			}
		}
		j.Do = heard(j.Do)
		if ahead := j.Ahead; ahead != nil {
			j.Ahead = func(ctx context.Context, tx *store.Tx, slot rulebook.Slot) (scheduler.Do, error) {
				do, err := ahead(ctx, tx, slot)
				return heard(do), err
			}
		}
	}
}

func (w *witness) saw(where map[string]bool, name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	where[name] = true
}

// handOver are the commands that only lead to another, whose audit entry it is.
func handOver() []string {
	return []string{"确认", "照这句办", "改金额", "记到别的合同", "改到", chat.TemplateWord, chat.QuestionsWord, "接着填"}
}

// hears counts what went well of the commands that leave no entry of their own.
func (w *witness) hears(e chat.Event, r chat.Receipt) {
	words := strings.Fields(e.Command + e.Text)
	if r.OK && !r.Duplicate && len(words) > 0 && slices.Contains(handOver(), words[0]) {
		w.saw(w.done, words[0])
	}
}

// reads counts the commands that a conversation leaves in the audit.
func (w *witness) reads(o *office) {
	if w == nil {
		return
	}
	if o.bot.Load() == nil { // it ends while the bot is down
		o.start()
	}
	o.update(func(ctx context.Context, tx *store.Tx) error {
		tail, _, err := tx.Audit().Tail(ctx, 1_000_000)
		for _, a := range tail {
			if a.Outcome == ledger.Done {
				w.saw(w.done, a.Act)
			}
		}
		return err
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.played++
	storetest.Explain(o.t, o.bot.Load().DB, w.plans)
}

// shownElsewhere are the jobs that never say anything, or only where something
// is broken, with the test that shows what they do.
func shownElsewhere() map[string]struct{ file, test string } {
	return map[string]struct{ file, test string }{
		"trip/forget":     {"../handlers/trip/reminders_test.go", "TestOldPlacesAreForgottenButNotTheDays"},
		"staff/forget":    {"../handlers/staff/retention_test.go", "TestOldReasonsOfLeaveAreForgotten"},
		"activity/forget": {"../handlers/activity/photo_test.go", "TestOldPhotosAreForgotten"},
		"daily/again":     {"../handlers/daily/again_test.go", "TestWhatFailedIsMadeUp"},
		"store/trim":      {"trim_test.go", "TestOldMessagesAreForgotten"},
		"month/freeze":    {"../handlers/closing/closing_test.go", "TestMonthsFreezeInOrder"},
	}
}

// check fails for every command and job that was not seen, once the whole of a
// stage was played.
func (w *witness) check(t *testing.T) {
	if w == nil {
		return
	}
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || w.played < len(scripts) {
		t.Logf("%d of %d conversations ended: what they show is not looked at (%v)", w.played, len(scripts), err)
		return
	}
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, department(), thursday())
	b := o.bot.Load()
	w.readsFew(t, o.source)
	for _, spec := range b.desk.Specs() {
		if !w.done[spec.Name] {
			t.Errorf("in no conversation anybody does %s: add lines to one of testdata/script", spec.Name)
		}
	}
	elsewhere := shownElsewhere()
	for _, j := range b.jobs {
		if shown, ok := elsewhere[j.Name]; ok {
			if w.spoke[j.Name] || !hasTest(t, shown.file, shown.test) {
				t.Errorf("job %s speaks, or there is no %s in %s", j.Name, shown.test, shown.file)
			}
			delete(elsewhere, j.Name)
		} else if !w.spoke[j.Name] {
			t.Errorf("in no conversation job %s says anything: add lines to one of testdata/script", j.Name)
		}
	}
	if len(elsewhere) > 0 {
		t.Errorf("no such jobs: %v", elsewhere)
	}
}

// hasTest reports whether a file has a test of that name.
func hasTest(t *testing.T, file, test string) bool {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Error(err)
		return false
	}
	return slices.ContainsFunc(f.Decls, func(d ast.Decl) bool {
		fn, ok := d.(*ast.FuncDecl)
		return ok && fn.Recv == nil && fn.Name.Name == test
	})
}
