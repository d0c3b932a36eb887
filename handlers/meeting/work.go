package meeting

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/pack"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/sheet"
	"marketbot/store"
	"marketbot/store/vault"
)

// deeds are what one person did in a month (R54).
type deeds struct {
	onTime, late, missing int // weekly reports
	away, checkIns        int // days on trips; check-ins
	progress, customers   int
	leads, attended       int
	signed, received      int64 // 分
}

// work is the section of work done, this month beside the last: what areas know of
// people, gathered where they all meet.
func (h Handler) work(ctx context.Context, tx *store.Tx, ask pack.Ask) (pack.Section, error) {
	s := pack.Section{Name: "工作完成情况"}
	reached, reachedBefore, err := h.Reached(ctx, tx, ask)
	if err != nil {
		return s, err
	}
	now, err := h.deeds(ctx, tx, ask.Month, ask.Last(), ask.At, reached)
	if err != nil {
		return s, err
	}
	before, err := h.deeds(ctx, tx, ask.Before().Month(), ask.Before(), ask.At, reachedBefore)
	if err != nil {
		return s, err
	}
	people, err := h.workers(ctx, tx, now, before)
	if err != nil {
		return s, err
	}
	n := audience.NewNames(tx)
	table := sheet.Sheet{Tab: "工作完成情况表", Name: "工作完成情况表", Total: true, Sign: true, Columns: append(heads("姓名", "岗位"), workColumns("")...)}
	table.Columns = append(table.Columns, workColumns("上月")...)
	var rows [][]sheet.Value
	var sum, last deeds
	for _, p := range people {
		name, err := n.Of(ctx, p.ID)
		if err != nil {
			return s, err
		}
		row := append([]sheet.Value{sheet.Text(name), sheet.Text(string(p.Post))}, now[p.ID].row()...)
		rows = append(rows, append(row, before[p.ID].row()...))
		sum, last = sum.plus(now[p.ID]), last.plus(before[p.ID])
	}
	table.Groups = sheet.Rows(rows...)
	s.Sheets = []sheet.Sheet{table}
	s.Figures = []pack.Figure{
		{Label: "周报按时", Now: int64(sum.onTime), Before: int64(last.onTime), Unit: "份"}, {Label: "迟交和缺", Now: int64(sum.late + sum.missing), Before: int64(last.late + last.missing), Unit: "份"},
		{Label: "签到", Now: int64(sum.checkIns), Before: int64(last.checkIns), Unit: "次"}, {Label: "跟进", Now: int64(sum.progress), Before: int64(last.progress), Unit: "次"},
		{Label: "新客户", Now: int64(sum.customers), Before: int64(last.customers), Unit: "位"}, {Label: "签约", Now: sum.signed, Before: last.signed, Unit: chat.Yuan},
	}
	return s, nil
}

// workColumns are those of one month.
func workColumns(of string) []sheet.Column {
	list := heads(of+"周报(按时/迟/缺)", of+"出差天/签到")
	for _, head := range []string{"跟进", "新客户", "线索", "活动到场", "签约", "回款"} {
		list = append(list, sheet.Column{Head: of + head, Sum: true})
	}
	return list
}

func (d deeds) row() []sheet.Value {
	return []sheet.Value{
		sheet.Text(fmt.Sprintf("%d/%d/%d", d.onTime, d.late, d.missing)), sheet.Text(fmt.Sprintf("%d/%d", d.away, d.checkIns)),
		sheet.Count(d.progress), sheet.Count(d.customers), sheet.Count(d.leads), sheet.Count(d.attended), sheet.Money(d.signed), sheet.Money(d.received),
	}
}

func (d deeds) plus(o deeds) deeds {
	return deeds{
		d.onTime + o.onTime, d.late + o.late, d.missing + o.missing, d.away + o.away, d.checkIns + o.checkIns, d.progress + o.progress, d.customers + o.customers,
		d.leads + o.leads, d.attended + o.attended, d.signed + o.signed, d.received + o.received,
	}
}

// workers are who has a row: those whose work it is, and whoever did any of it, those
// who left among them.
func (h Handler) workers(ctx context.Context, tx *store.Tx, months ...map[string]deeds) ([]store.Person, error) {
	active, err := tx.People().Active(ctx)
	if err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(slices.Clone(active), func(p store.Person) bool { return !rulebook.Allows(rulebook.CheckIn, p) })
	for _, m := range months {
		for id := range m {
			if id == "" || slices.ContainsFunc(list, func(p store.Person) bool { return p.ID == id }) {
				continue
			}
			p, found, err := tx.People().ByID(ctx, id)
			if err != nil {
				return nil, err
			}
			if found {
				list = append(list, p)
			}
		}
	}
	slices.SortFunc(list, func(a, b store.Person) int {
		return cmp.Or(cmp.Compare(slices.Index(store.Posts, a.Post), slices.Index(store.Posts, b.Post)), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

// deeds are what everybody did in a month, up to its last day that counts; reached is
// what was signed and received.
func (h Handler) deeds(ctx context.Context, tx *store.Tx, month, last store.Day, now time.Time, reached map[string]rulebook.Sums) (map[string]deeds, error) {
	all := map[string]deeds{}
	add := func(person string, change func(*deeds)) {
		d := all[person]
		change(&d)
		all[person] = d
	}
	for _, gather := range []func(context.Context, *store.Tx, store.Day, store.Day, func(string, func(*deeds))) error{h.roads, h.entries} {
		if err := gather(ctx, tx, month, last, add); err != nil {
			return nil, err
		}
	}
	for person, sums := range reached {
		add(person, func(d *deeds) { d.signed, d.received = sums.Signed, sums.Received })
	}
	return all, h.handedIn(ctx, tx, month, last, now, add)
}

// roads are trips, check-ins and activities.
func (h Handler) roads(ctx context.Context, tx *store.Tx, month, last store.Day, add func(string, func(*deeds))) error {
	trips, err := tx.Trips().Between(ctx, month, last)
	if err != nil {
		return err
	}
	for _, t := range trips {
		days := min(t.Last, last).Since(max(t.First, month)) + 1
		add(t.Person, func(d *deeds) { d.away += days })
	}
	counts, err := tx.CheckIns().Counts(ctx, month, last)
	if err != nil {
		return err
	}
	for _, c := range counts {
		add(c.Person, func(d *deeds) { d.checkIns += c.Times })
	}
	activities, err := tx.Activities().Between(ctx, month, last)
	if err != nil {
		return err
	}
	for _, a := range activities {
		for _, p := range a.People {
			if p.Came.Came() && a.Last.Month() == month {
				add(p.Person, func(d *deeds) { d.attended++ })
			}
		}
	}
	return nil
}

// entries are what people wrote of customers.
func (h Handler) entries(ctx context.Context, tx *store.Tx, month, last store.Day, add func(string, func(*deeds))) error {
	from, before := month.Start(h.Rules.Zone), last.Add(1).Start(h.Rules.Zone)
	for _, c := range []struct {
		count func(context.Context, time.Time, time.Time) (map[string]int, error)
		into  func(*deeds) *int
	}{
		{vault.In(tx).CountProgress, func(d *deeds) *int { return &d.progress }},
		{vault.In(tx).CountNew, func(d *deeds) *int { return &d.customers }},
		{tx.Leads().CountGiven, func(d *deeds) *int { return &d.leads }},
	} {
		n, err := c.count(ctx, from, before)
		if err != nil {
			return err
		}
		for person, k := range n {
			add(person, func(d *deeds) { *c.into(d) += k })
		}
	}
	return nil
}

// handedIn are the weekly reports that were due in a month, of who owed one then:
// whoever left since, or has another post, among them.
func (h Handler) handedIn(ctx context.Context, tx *store.Tx, month, last store.Day, now time.Time, add func(string, func(*deeds))) error {
	leaves, err := tx.Leaves().Days(ctx, month, last)
	if err != nil {
		return err
	}
	for w := h.Rules.Week(month.Start(h.Rules.Zone)).Add(-1); w.Monday(h.Rules.Zone).Before(last.Add(1).Start(h.Rules.Zone)); w = w.Add(1) {
		due, owed := h.Rules.ReportDue(w)
		if day := h.Rules.Day(due); !owed || day < month || day > last || due.After(now) {
			continue
		}
		list, err := tx.Reports().Heads(ctx, w)
		if err != nil {
			return err
		}
		posts, err := tx.People().PostsAt(ctx, due)
		if err != nil {
			return err
		}
		spared, err := tx.Departures().Spares(ctx, w, due)
		if err != nil {
			return err
		}
		maps.DeleteFunc(posts, func(id string, _ store.Post) bool { return spared[id] })
		came := map[string]store.Report{} // the first version that counts
		for _, r := range list {
			if _, known := came[r.Person]; !known && !r.Supplement {
				came[r.Person] = r
			}
		}
		for person, r := range came {
			switch {
			case r.Week.Before(h.Rules.Week(r.Sent)): // 补交
				add(person, func(d *deeds) { d.late++ })
			case !h.owes(person, posts, leaves, due):
			case r.Late == 0:
				add(person, func(d *deeds) { d.onTime++ })
			default:
				add(person, func(d *deeds) { d.late++ })
			}
		}
		for person := range posts {
			if _, in := came[person]; !in && h.owes(person, posts, leaves, due) {
				add(person, func(d *deeds) { d.missing++ })
			}
		}
	}
	return nil
}

// owes reports whether somebody owed the report of a due: by the post of then, and by
// no leave that excuses it.
func (h Handler) owes(person string, posts map[string]store.Post, leaves []store.Leave, due time.Time) bool {
	return slices.Contains(h.OwedBy, posts[person]) && !slices.ContainsFunc(leaves, func(l store.Leave) bool {
		return l.Person == person && h.Rules.Excuses(l, due, false)
	})
}
