package meeting

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marketbot/handlers/audience"
	"marketbot/handlers/command"
	"marketbot/handlers/handlerstest"
	"marketbot/store"
)

// year is a year of meetings of a department that people join and leave, as it went
// on so far, and what must hold of it.
type year struct {
	*board
	t       *rapid.T
	minutes map[string]string // by meeting and version, as they were written
	made    map[string]bool   // decisions that were made, and not taken back
	told    map[string]int    // how often somebody was reminded of a decision, by day, person and code
	joined  int
}

func newYear(t *testing.T, rt *rapid.T) *year {
	y := &year{board: newBoard(t, "2026-01-05 09:00"), t: rt, minutes: map[string]string{}, made: map[string]bool{}, told: map[string]int{}}
	for range 2 {
		y.join(store.Salesperson)
	}
	return y
}

func (y *year) join(post store.Post) {
	y.joined++
	y.Register(fmt.Sprint("新人", y.joined), post)
}

// try says a line; it may be refused, but by words.
func (y *year) try(as, line string, how ...handlerstest.How) *command.Answer {
	a, err := y.Try(as, line, how...)
	var refused *command.Refusal
	var asked *command.Question
	if err != nil && !errors.As(err, &refused) && !errors.As(err, &asked) {
		y.t.Fatalf("%s: %s: %v", as, line, err)
	}
	return a
}

// someone is an active person, one of some posts if they are given.
func (y *year) someone(posts ...store.Post) string {
	var names []string
	for _, p := range y.roll().People() {
		if len(posts) == 0 || slices.Contains(posts, p.Post) {
			names = append(names, p.Name)
		}
	}
	if len(names) == 0 {
		y.t.Skip("nobody is left")
	}
	return rapid.SampledFrom(names).Draw(y.t, "who")
}

func (y *year) head() string {
	return y.someone(store.GeneralManager, store.MarketingDirector, store.Supervisor)
}

func (y *year) roll() (roll audience.Roll) {
	y.Update(func(ctx context.Context, tx *store.Tx) (err error) {
		roll, err = audience.Read(ctx, tx, store.DayOf(y.Now))
		return err
	})
	return roll
}

// read reads the meeting that is open, its items, and all decisions.
func (y *year) read() (m store.Meeting, open bool, items []store.AgendaItem, all []store.Decision) {
	y.Update(func(ctx context.Context, tx *store.Tx) (err error) {
		if m, open, err = tx.Meetings().Now(ctx); err != nil {
			return err
		}
		if items, err = tx.Agenda().On(ctx, m.Code); err != nil {
			return err
		}
		all, err = tx.Decisions().All(ctx)
		return err
	})
	if !open {
		items = nil
	}
	return m, open, items, all
}

func (y *year) item() string {
	_, _, items, _ := y.read()
	if len(items) == 0 {
		return "Y1"
	}
	return items[rapid.IntRange(0, len(items)-1).Draw(y.t, "item")].Code
}

func (y *year) decision() string {
	_, _, _, all := y.read()
	if len(all) == 0 {
		return "D1"
	}
	return all[rapid.IntRange(0, len(all)-1).Draw(y.t, "decision")].Code
}

func (y *year) day() string {
	return string(store.DayOf(y.Now).Add(rapid.IntRange(-1, 40).Draw(y.t, "days")))
}

// actions are all that may happen.
func (y *year) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"morning": func(*rapid.T) { y.mornings(rapid.IntRange(1, 12).Draw(y.t, "mornings")) },
		"propose": func(*rapid.T) { y.try(y.someone(), "议题 一件事") },
		"open":    func(*rapid.T) { y.try(y.head(), "月会 开始") },
		"regular": func(*rapid.T) { y.try(y.head(), "例会 开始 一件事") },
		"attend":  func(*rapid.T) { y.try(y.someone(), "到会") },
		"talk":    func(*rapid.T) { y.try(y.someone(), "讨论 "+y.item()+" 说了几句") },
		"decide": func(*rapid.T) {
			line := fmt.Sprintf("决议 %s 就这样 负责=%s 期限=%s", y.item(), y.someone(), y.day())
			as := y.head()
			a := y.try(as, line)
			if a != nil && a.Undo != "" && rapid.Bool().Draw(y.t, "undone") {
				if _, err := y.Undo(as, line, a); err != nil {
					y.t.Fatal(err)
				}
			}
		},
		"shelve": func(*rapid.T) {
			y.try(y.head(), fmt.Sprintf("搁置 %s 期限=%s 负责=%s 原因=等等", y.item(), y.day(), y.someone()))
		},
		"note":   func(*rapid.T) { y.try(y.head(), "知悉 "+y.item()) },
		"close":  func(*rapid.T) { y.close() },
		"settle": func(*rapid.T) { y.settle() },
		"reopen": func(*rapid.T) {
			y.twice(y.head(), fmt.Sprintf("重开 %s 漏了", store.DayOf(y.Now).Month().Add(-1)[:7]))
		},
		"done":    func(*rapid.T) { y.try(y.someone(), "完成 "+y.decision()+" 好了") },
		"confirm": func(*rapid.T) { y.try(y.head(), "确认完成 "+y.decision()) },
		"reject":  func(*rapid.T) { y.try(y.head(), "退回 "+y.decision()+" 没好") },
		"put off": func(*rapid.T) { y.try(y.someone(), "延期 "+y.decision()+" "+y.day()+" 等等") },
		"hand on": func(*rapid.T) { y.try(y.head(), "改派 "+y.decision()+" "+y.someone()) },
		"join": func(*rapid.T) {
			y.join(rapid.SampledFrom([]store.Post{store.Salesperson, store.Supervisor}).Draw(y.t, "post"))
		},
		"leave": func(*rapid.T) { y.leave() },
		"":      func(*rapid.T) { y.check() },
	}
}

// leave lets somebody leave who is not the last of the line.
func (y *year) leave() {
	name := y.someone(store.Supervisor, store.Salesperson, store.MarketingDirector)
	y.Update(func(ctx context.Context, tx *store.Tx) error { return tx.People().Stop(ctx, y.People[name].ID, y.Now) })
	if name == "王芳" {
		y.join(store.MarketingDirector)
	}
}

// mornings goes on, day by day, with the daily message of each.
func (y *year) mornings(days int) {
	for range days {
		y.Now = y.Now.AddDate(0, 0, 1)
		for range 2 { // as after a restart
			for _, n := range y.Daily() {
				said := handlerstest.Flat(n.Message)
				for code := range y.made {
					if k := strings.Count(said+" ", "决议 "+code+" "); k > 0 {
						key := strings.Join([]string{y.Now.Format(time.DateOnly), n.To, code}, " ")
						if y.told[key] += k; y.told[key] > 1 {
							y.t.Fatalf("%s is reminded %d times: %s", key, y.told[key], said)
						}
					}
				}
			}
		}
	}
}

// twice says a line, and confirms what it asks.
func (y *year) twice(as, line string) *command.Answer {
	a := y.try(as, line)
	if a == nil || a.Confirm == "" {
		return nil
	}
	return y.try(as, line, handlerstest.Confirmed(a.Confirm))
}

// close tries to end the meeting, which succeeds only when all is decided.
func (y *year) close() {
	m, open, items, _ := y.read()
	undecided := slices.ContainsFunc(items, func(i store.AgendaItem) bool { return i.State == store.ItemOpen })
	closed := y.twice(y.someone(store.GeneralManager, store.MarketingDirector), "散会")
	switch {
	case closed == nil:
		return
	case !open || undecided:
		y.t.Fatalf("%s ended with %+v", m.Code, items)
	}
	y.keep(m)
}

// keep keeps the minutes that were just written.
func (y *year) keep(m store.Meeting) {
	key := fmt.Sprintf("%s/%d", m.Code, m.Minutes)
	y.minutes[key] = y.written(key)
}

func (y *year) written(key string) (content string) {
	code, version, _ := strings.Cut(key, "/")
	y.Update(func(ctx context.Context, tx *store.Tx) (err error) {
		var n int
		if _, err := fmt.Sscan(version, &n); err != nil {
			return err
		}
		found := false
		if content, found, err = tx.Meetings().Read(ctx, code, n); err == nil && !found {
			err = fmt.Errorf("no minutes %s", key)
		}
		return err
	})
	return content
}

// settle gives everything an outcome, so that meetings end now and then.
func (y *year) settle() {
	_, _, items, _ := y.read()
	for _, i := range items {
		if i.State == store.ItemOpen {
			as := y.head()
			y.try(as, "讨论 "+i.Code+" 说了几句")
			y.try(as, fmt.Sprintf("决议 %s 就这样 负责=%s 期限=%s", i.Code, y.someone(), store.DayOf(y.Now).Add(9)))
		}
	}
	y.close()
}

// check is what must hold at any time.
func (y *year) check() {
	_, _, items, all := y.read()
	there := map[string]bool{}
	roll := y.roll()
	y.Update(func(ctx context.Context, tx *store.Tx) error {
		for _, d := range all {
			there[d.Code] = true
			owner, err := answers(ctx, tx, roll, d)
			if err != nil {
				return err
			}
			if _, active := roll.Active(owner.ID); !active && d.Open() {
				y.t.Fatalf("%s is with nobody: %s", d.Code, owner.Name)
			}
			if d.Due > d.First && d.Moved == 0 {
				y.t.Fatalf("%s is later than it was meant to be, and nobody counted that: %+v", d.Code, d)
			}
		}
		return nil
	})
	for _, i := range items {
		if i.State == store.ItemDecided && !there[i.Decision] {
			y.t.Fatalf("%s became %s, which is lost", i.Code, i.Decision)
		}
	}
	for code := range y.made {
		if !there[code] && !y.undone(code) {
			y.t.Fatalf("%s is lost", code)
		}
	}
	maps.Copy(y.made, there)
	for key, was := range y.minutes {
		if is := y.written(key); is != was {
			y.t.Fatalf("the minutes %s have changed: %s, were %s", key, is, was)
		}
	}
}

// undone reports whether a decision was taken back.
func (y *year) undone(code string) (undone bool) {
	y.Update(func(ctx context.Context, tx *store.Tx) error {
		d, found, err := tx.Decisions().Get(ctx, code)
		undone = found && d.State == store.DecisionUndone
		return err
	})
	return undone
}

// A year of meetings with people leaving: no decision is lost or with nobody, nobody
// is reminded twice a day of one, no meeting ends undecided, and minutes never change.
func TestAYear(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		y := newYear(t, rt)
		rt.Repeat(y.actions())
	})
}
