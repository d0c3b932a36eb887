package meeting

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// record are the minutes of a meeting as they were written: nothing in them is read
// anew afterwards, not even a name.
type record struct {
	Title   string
	Version int
	Opened  time.Time
	Closed  time.Time
	Place   string
	Chair   string
	Why     string // it was opened again
	People  []attendee
	Items   []recordItem
	Earlier []recordDecision // what was decided before and was not done when it began
}

type attendee struct {
	Name  string
	Kind  store.NoteKind // empty: nothing is known
	Late  int            // minutes
	Words string
}

type named struct{ ID, Name string }

type recordItem struct {
	Code, Title, Source string
	Lines               []store.ItemLine
	Talks               []talk
	State               store.ItemState
	Decision, Words     string // what was decided, or why it was shelved
	Owner               named
	Helpers             []named
	Due                 store.Day
	Shelved             int
}

type talk struct {
	By    named
	At    time.Time
	Words string
}

type recordDecision struct {
	Code, Words string
	Owner       named
	Helpers     []string // ids
	Due, First  store.Day
	Moved       int
	Done        time.Time
	State       store.DecisionState
}

// write writes the minutes of a meeting that was just closed.
func (h Handler) write(ctx context.Context, c *command.Call, v view, roll audience.Roll) (record, error) {
	m, n := v.meeting, audience.NewNames(c.Tx)
	r := record{Title: title(m), Version: m.Minutes, Opened: m.Opened, Closed: m.Closed, Chair: v.names[m.Opener], Why: m.Why}
	if m.Group {
		r.Place = "群聊"
	}
	there := v.attendance()
	for _, p := range v.belong(roll) {
		note := there[p.ID]
		r.People = append(r.People, attendee{Name: p.Name, Kind: note.Kind, Late: v.late(note), Words: note.Words})
		delete(there, p.ID)
	}
	for _, id := range slices.Sorted(maps.Keys(there)) { // who left before its end
		if note := there[id]; note.Kind == store.NotePresent {
			r.People = append(r.People, attendee{Name: v.names[id], Kind: note.Kind, Late: v.late(note), Words: note.Words})
		}
	}
	r.Items = slices.Clone(v.before.Items) // they stay as they were written
	for _, i := range v.items {
		if v.before.item(i.Code).Code != "" {
			continue
		}
		one, err := v.record(ctx, c.Tx, n, i)
		if err != nil {
			return r, err
		}
		r.Items = append(r.Items, one)
	}
	all, err := c.Tx.Decisions().All(ctx)
	if err != nil {
		return r, err
	}
	slices.Reverse(all)
	for _, d := range all {
		if d.Meeting == m.Code || !d.Made.Before(m.Opened) || !d.Done.IsZero() && d.Done.Before(m.Opened) {
			continue
		}
		owner, err := called(ctx, n, d.Owner)
		if err != nil {
			return r, err
		}
		r.Earlier = append(r.Earlier, recordDecision{Code: d.Code, Words: d.Words, Owner: owner, Helpers: d.Helpers, Due: d.Due, First: d.First, Moved: d.Moved, Done: d.Done, State: d.State})
	}
	content, err := json.Marshal(r)
	if err != nil {
		return r, fmt.Errorf("minutes of %s: %w", m.Code, err)
	}
	return r, c.Tx.Meetings().Write(ctx, m.Code, m.Minutes, m.Closed, string(content))
}

// item is what minutes say of an item; nothing where they do not hold it.
func (r record) item(code string) recordItem {
	for _, i := range r.Items {
		if i.Code == code {
			return i
		}
	}
	return recordItem{}
}

// record is an item as the minutes have it, with what was said and decided of it.
func (v view) record(ctx context.Context, tx *store.Tx, n *audience.Names, i store.AgendaItem) (one recordItem, err error) {
	one = recordItem{Code: i.Code, Title: i.Title, Source: i.Source, Lines: i.Lines, State: i.State, Words: i.Why, Due: i.Due, Shelved: i.Shelved}
	if one.Owner, err = called(ctx, n, i.Owner); err != nil {
		return one, err
	}
	for _, note := range v.notes {
		if note.Item == i.Code {
			one.Talks = append(one.Talks, talk{named{note.Person, v.names[note.Person]}, note.At, note.Words})
		}
	}
	if i.State != store.ItemDecided {
		return one, nil
	}
	d, found, err := tx.Decisions().Get(ctx, i.Decision)
	if err != nil && !tx.PassOver(err) || err == nil && !found {
		return one, fmt.Errorf("decision %s of item %s: found %v: %w", i.Decision, i.Code, found, err)
	}
	one.Decision, one.Words, one.Due = i.Decision, d.Words, d.Due
	if one.Owner, err = called(ctx, n, d.Owner); err != nil {
		return one, err
	}
	for _, id := range d.Helpers {
		helper, err := called(ctx, n, id)
		if err != nil {
			return one, err
		}
		one.Helpers = append(one.Helpers, helper)
	}
	return one, nil
}

// called is somebody by their name; nobody for no id.
func called(ctx context.Context, n *audience.Names, id string) (named, error) {
	if id == "" {
		return named{}, nil
	}
	of, err := n.Of(ctx, id)
	return named{id, of}, err
}

// whole reports whether a reader sees minutes in full.
func whole(reader store.Person) bool { return rulebook.Allows(rulebook.SeeMeetings, reader) }

// unread stands behind the code of a decision that does not open.
const unread = "（内容损坏，打不开）"

// unread reports whether the decision of an item did not open when the minutes were
// written.
func (i recordItem) unread() bool { return i.State == store.ItemDecided && i.Owner.ID == "" }

// concerns reports whether what became of an item is a reader's.
func (i recordItem) concerns(reader store.Person) bool {
	return whole(reader) || i.Owner.ID == reader.ID || slices.ContainsFunc(i.Helpers, func(n named) bool { return n.ID == reader.ID })
}

// outcome is what became of an item, as a reader may see it.
func (i recordItem) outcome(reader store.Person) string {
	said := string(i.State)
	switch i.State {
	case store.ItemDecided:
		said = "决议 " + i.Decision
		if i.unread() {
			return said + unread
		}
		if i.concerns(reader) {
			said += " " + text.Line(i.Words)
		}
		said += "（负责 " + i.Owner.Name
		if len(i.Helpers) > 0 {
			var helpers []string
			for _, n := range i.Helpers {
				helpers = append(helpers, n.Name)
			}
			said += "，协办 " + strings.Join(helpers, "、")
		}
		said += "，期限 " + i.Due.String() + "）"
	case store.ItemShelved:
		said = fmt.Sprintf("搁置到 %s（负责 %s，第 %d 次）", i.Due.String(), i.Owner.Name, i.Shelved)
		if i.concerns(reader) {
			said += "：" + text.Line(i.Words)
		}
	case store.ItemWaiting, store.ItemOpen, store.ItemNoted, store.ItemUndone:
	}
	return said
}

// heading is what minutes are called: 2026年11月月会纪要，第 2 版.
func (r record) heading() string {
	if r.Version < 2 {
		return r.Title + "纪要"
	}
	return fmt.Sprintf("%s纪要，第 %d 版", r.Title, r.Version)
}

// came are how many should have come, came and were on leave, with who was late or
// missing.
func (r record) came() (counts string, who []string) {
	n := map[store.NoteKind]int{}
	for _, p := range r.People {
		n[p.Kind]++
		switch {
		case p.Late > 0:
			who = append(who, p.Name+"迟到 "+words.Minutes(p.Late))
		case p.Kind == store.NoteLeave:
			who = append(who, p.Name+"请假")
		case p.Kind == store.NoteAbsent:
			who = append(who, p.Name+"缺席："+text.Line(p.Words))
		case p.Kind == "":
			who = append(who, p.Name+"未报到")
		}
	}
	return fmt.Sprintf("应到 %d，实到 %d，请假 %d", len(r.People), n[store.NotePresent], n[store.NoteLeave]), who
}

func (r record) when(zone *time.Location) string {
	closed := r.Closed.In(zone)
	said := words.Moment(r.Opened.In(zone)) + "–"
	if store.DayOf(closed) == store.DayOf(r.Opened.In(zone)) {
		return said + closed.Format("15:04")
	}
	return said + words.Moment(closed)
}

// card are the minutes as a reader may see them: titles, counts and names for all,
// what was said and decided for heads, and everybody's own.
func (r record) card(reader store.Person, h Handler) chat.Card {
	counts, who := r.came()
	facts := []chat.Fact{{Label: "时间", Value: r.when(h.Rules.Zone)}, {Label: "主持", Value: r.Chair}, {Label: "到会", Value: counts}}
	if r.Place != "" {
		facts = append(facts, chat.Fact{Label: "地点", Value: r.Place})
	}
	if r.Why != "" {
		facts = append(facts, chat.Fact{Label: "重开", Value: r.Why})
	}
	card := chat.Card{Title: r.heading(), Blocks: []chat.Block{{Facts: facts}}}
	if len(who) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: strings.Join(who, "；")})
	}
	for _, i := range r.Items[:min(len(r.Items), command.MaxRows)] {
		said := fmt.Sprintf("%s %s：%s（讨论 %d 条）\n　→ %s", i.Code, i.Source, text.Line(i.Title), len(i.Talks), i.outcome(reader))
		card.Blocks = append(card.Blocks, chat.Block{Text: said})
	}
	if rest := len(r.Items) - command.MaxRows; rest > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: words.More(rest) + "，都在表格文件里"})
	}
	if len(r.Items) == 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: "没有议题。"})
	}
	if len(r.Earlier) > 0 {
		open := 0
		for _, d := range r.Earlier {
			if d.Done.IsZero() {
				open++
			}
		}
		card.Blocks = append(card.Blocks, chat.Block{Text: fmt.Sprintf("上次决议 %d 项，没完成 %d 项。", len(r.Earlier), open)})
	}
	return card
}

// minutes is 纪要.
func (h Handler) minutes(ctx context.Context, c *command.Call) (*command.Answer, error) {
	m, r, err := h.record(ctx, c)
	if err != nil {
		return nil, err
	}
	roll, err := h.roll(ctx, c)
	if err != nil {
		return nil, err
	}
	v, err := h.view(ctx, c.Tx, m)
	if err != nil {
		return nil, err
	}
	if !whole(c.Person) && !slices.ContainsFunc(v.belong(roll), func(p store.Person) bool { return p.ID == c.Person.ID }) {
		return nil, &command.Refusal{Text: "纪要给参加会议的人看：" + rulebook.Holders(rulebook.AttendMeetings) + "和到会的人。", Hint: "我的", Clause: deciding, Denied: true, Private: true}
	}
	card := r.card(c.Person, h)
	trace, err := c.LookedAt(ctx, subject(m), deciding)
	if err != nil {
		return nil, err
	}
	if r.Version > 1 {
		card.Blocks = append(card.Blocks, chat.Block{Note: fmt.Sprintf("以前的版本：第 %d 版留在记录里。", r.Version-1)})
	}
	card.Blocks = append(card.Blocks, chat.Block{Note: c.Person.Name + " 查看 · 追踪码 " + trace})
	a := secret(card, subject(m), fmt.Sprintf("%s：议题 %d 项。", outline(m), len(r.Items))+elsewhere)
	a.Recorded = true
	name := fmt.Sprintf("%s_v%d", r.Title+"纪要", r.Version)
	a.Files = []chat.File{
		{Name: name + ".xlsx", Recipe: c.Recipe(minutesRecipe, trace, m.Code, fmt.Sprint(r.Version))}, {Name: name + ".pdf", Recipe: c.Recipe(printedRecipe, trace, m.Code, fmt.Sprint(r.Version))},
	}
	return a, nil
}

// record are the minutes that the caller means: of a month, of a meeting by its
// number, else of the last one that was closed.
func (h Handler) record(ctx context.Context, c *command.Call) (m store.Meeting, r record, err error) {
	found := false
	switch {
	case c.Has("会议号"):
		m, found, err = c.Tx.Meetings().Get(ctx, command.CodeIn("M", c.Text("会议号")))
	case c.Has(monthArg):
		m, found, err = c.Tx.Meetings().Of(ctx, c.Day(monthArg).Month())
	default:
		m, found, err = h.lastHeld(ctx, c.Tx)
	}
	if err != nil {
		return m, r, err
	}
	version := m.Minutes
	if found && m.State == store.MeetingOpen {
		version-- // the one before, while another is made
	}
	written := false
	if found && version > 0 {
		if r, written, err = readMinutes(ctx, c.Tx, m.Code, version); c.Tx.PassOver(err) {
			return m, r, &command.Refusal{Text: "这份纪要的记录损坏，打不开；管理员已经知道。", Hint: "决议 全部", Private: true}
		}
	}
	switch {
	case err != nil:
		return m, r, err
	case found && m.State == store.MeetingOff:
		return m, r, &command.Refusal{Text: title(m) + "没有开：" + text.CutLine(m.Why, shown) + "。", Hint: "纪要", Clause: deciding, Private: true}
	case !written:
		return m, r, &command.Refusal{Text: "还没有纪要：散会时才写。", Hint: "议题", Clause: deciding, Private: true}
	}
	return m, r, nil
}

// readMinutes are a version of a meeting's minutes.
func readMinutes(ctx context.Context, tx *store.Tx, meeting string, version int) (r record, found bool, err error) {
	content, found, err := tx.Meetings().Read(ctx, meeting, version)
	if err != nil || !found {
		return r, false, err
	}
	if err := json.Unmarshal([]byte(content), &r); err != nil {
		return r, false, fmt.Errorf("minutes of %s: %w", meeting, err)
	}
	return r, true, nil
}

// lastHeld is the meeting of which there were minutes last: one that was opened again,
// else the one that was closed last.
func (h Handler) lastHeld(ctx context.Context, tx *store.Tx) (store.Meeting, bool, error) {
	m, open, err := tx.Meetings().Now(ctx)
	if err != nil || open && m.Minutes > 1 {
		return m, open, err
	}
	list, err := tx.Meetings().Closed(ctx, 1)
	if err != nil || len(list) == 0 {
		return store.Meeting{}, false, err
	}
	return list[0], true, nil
}
