package report

import (
	"context"
	"maps"
	"slices"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// state is how a person stands in a week, in the words that people read.
type state string

const (
	handedIn state = "已交"
	late     state = "迟交"
	missing  state = "未交"
	onLeave  state = "请假"
	freed    state = "不用交" // owed nothing at the due, and handed in all the same
)

// entry is one person's line of a sheet.
type entry struct {
	person  store.Person
	state   state
	late    int            // begun minutes, when late
	reports []store.Report // what counts, by version
}

// last is the newest version of an entry that has any.
func (e entry) last() store.Report { return e.reports[len(e.reports)-1] }

// standing is how what counts of a person's week is judged: by the first
// version that was not withdrawn, whatever was changed since.
func standing(reports []store.Report) (state, int) {
	switch {
	case len(reports) == 0:
		return missing, 0
	case first(reports).Late > 0:
		return late, first(reports).Late
	default:
		return handedIn, 0
	}
}

// first is the version that was sent first.
func first(reports []store.Report) store.Report {
	return slices.MinFunc(reports, func(a, b store.Report) int { return a.Sent.Compare(b.Sent) })
}

// effective is the version that says how things are: the last before the week
// was sent up, else the first that came.
func effective(reports []store.Report) store.Report {
	current := reports[0]
	for _, r := range reports {
		if !r.Supplement {
			current = r
		}
	}
	return current
}

// supplements are the versions that came on top of it.
func supplements(reports []store.Report) []store.Report {
	var list []store.Report
	for i, r := range reports {
		if r.Supplement && i > 0 {
			list = append(list, r)
		}
	}
	return list
}

// sheet is a week with everyone who owes its report or handed one in.
type sheet struct {
	week    store.Week
	due     time.Time
	roll    audience.Roll // of the day on which it was due
	entries []entry       // by registration
	rates   *chat.Chart   // of this week and those before; nil: not asked for
}

// load reads what counts of a week, with or without its text.
type load func(store.Reports, context.Context, store.Week) ([]store.Report, error)

// sheet makes the sheet of a week that has a report, in five queries. Who owes
// one is who held an owing post when it was due, and did not leave in it by notice.
func (h Handler) sheet(ctx context.Context, tx *store.Tx, w store.Week, read load) (sheet, error) {
	s := sheet{week: w}
	s.due, _ = h.Rules.ReportDue(w)
	people, err := tx.People().Active(ctx)
	if err != nil {
		return s, err
	}
	posts, err := tx.People().PostsAt(ctx, s.due)
	if err != nil {
		return s, err
	}
	spared, err := tx.Departures().Spares(ctx, w, s.due)
	if err != nil {
		return s, err
	}
	maps.DeleteFunc(posts, func(id string, post store.Post) bool { return spared[id] || !h.owing(post) })
	day := h.Rules.Day(s.due)
	leaves, err := tx.Leaves().Days(ctx, day, day)
	if err != nil {
		return s, err
	}
	s.roll = audience.NewRoll(day, people, leaves)
	reports, err := read(tx.Reports(), ctx, w)
	if err != nil {
		return s, err
	}
	by := map[string][]store.Report{}
	for _, r := range reports {
		by[r.Person] = append(by[r.Person], r)
	}
	away := h.excused(people, leaves, s.due)
	gone := map[string]bool{}
	for id := range by {
		gone[id] = true
	}
	for id := range posts {
		gone[id] = true
	}
	for _, p := range people {
		if owed := h.owing(posts[p.ID]); owed || len(by[p.ID]) > 0 {
			s.entries = append(s.entries, h.line(p, by[p.ID], owed, away[p.ID]))
		}
		delete(gone, p.ID)
	}
	for _, id := range slices.Sorted(maps.Keys(gone)) { // who was stopped since: what they owed stays owed
		p, found, err := tx.People().ByID(ctx, id)
		if err != nil {
			return s, err
		}
		if found {
			p.Name += audience.Left
			s.entries = append(s.entries, h.line(p, by[id], h.owing(posts[id]), away[id]))
		}
	}
	return s, nil
}

// line judges one person's week. What comes unasked, from leave or from who
// owed nothing, is neither owed nor late; only 补交, after the week, always is.
func (h Handler) line(p store.Person, reports []store.Report, owed, away bool) entry {
	e := entry{person: p, reports: reports}
	e.state, e.late = standing(reports)
	switch {
	case e.state == late && reports[0].Week.Before(h.Rules.Week(reports[0].Sent)):
	case away:
		e.state, e.late = onLeave, 0
	case !owed:
		e.state, e.late = freed, 0
	}
	return e
}

// entryOf is the line of one person, who owes a report or handed one in; false
// when nothing is owed and nothing came.
func (h Handler) entryOf(ctx context.Context, tx *store.Tx, p store.Person, w store.Week) (entry, bool, error) {
	due, has := h.Rules.ReportDue(w)
	reports, err := tx.Reports().Of(ctx, p.ID, w)
	if err != nil {
		return entry{}, false, err
	}
	if !has { // the calendar was changed since
		return h.line(p, reports, true, false), len(reports) > 0, nil
	}
	post, err := tx.People().PostAt(ctx, p.ID, due)
	if err != nil {
		return entry{}, false, err
	}
	spared, err := tx.Departures().Spares(ctx, w, due)
	if err != nil {
		return entry{}, false, err
	}
	leaves, err := tx.Leaves().Of(ctx, p.ID, h.Rules.Day(due))
	if err != nil {
		return entry{}, false, err
	}
	var enterers []store.Person // everyone is not needed for one line
	for _, l := range leaves {
		by, _, err := tx.People().ByID(ctx, l.By)
		if err != nil {
			return entry{}, false, err
		}
		enterers = append(enterers, by)
	}
	owed := h.owing(post) && !spared[p.ID]
	e := h.line(p, reports, owed, h.excused(enterers, leaves, due)[p.ID])
	return e, owed || len(reports) > 0, nil
}

// excused is whose leave excuses them.
func (h Handler) excused(people []store.Person, leaves []store.Leave, due time.Time) map[string]bool {
	heads := map[string]bool{}
	for _, p := range people {
		heads[p.ID] = rulebook.Allows(rulebook.EnterLeave, p)
	}
	away := map[string]bool{}
	for _, l := range leaves {
		if h.Rules.Excuses(l, due, heads[l.By]) {
			away[l.Person] = true
		}
	}
	return away
}

// in lists the entries of a state.
func (s sheet) in(want state) []entry {
	var list []entry
	for _, e := range s.entries {
		if e.state == want {
			list = append(list, e)
		}
	}
	return list
}

// expected is how many reports the week should have.
func (s sheet) expected() int { return s.came() + len(s.in(missing)) }

// came is how many of them it has.
func (s sheet) came() int { return len(s.in(handedIn)) + len(s.in(late)) }

// originals is how many reports the week has, also those that nobody owed.
func (s sheet) originals() int {
	n := 0
	for _, e := range s.entries {
		n += min(1, len(e.reports))
	}
	return n
}

// of is a person's line; false when the person neither owes nor handed in.
func (s sheet) of(id string) (entry, bool) {
	for _, e := range s.entries {
		if e.person.ID == id {
			return e, true
		}
	}
	return entry{}, false
}

// name is the name of an active person by id.
func (s sheet) name(id string) string {
	if p, active := s.roll.Active(id); active {
		return p.Name
	}
	return "（已停用）"
}

func names(list []entry) []string {
	var out []string
	for _, e := range list {
		out = append(out, e.person.Name)
	}
	return out
}
