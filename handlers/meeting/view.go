package meeting

import (
	"context"
	"fmt"
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

// view is a meeting with all that is to be shown of it.
type view struct {
	h       Handler
	meeting store.Meeting
	items   []store.AgendaItem // as they stand on the agenda
	before  record             // what the minutes said when the meeting was closed, of one that was opened again
	notes   []store.MeetingNote
	talks   map[string]int    // by item
	names   map[string]string // of people, by id
	page    int               // of the items that a card shows
}

func (h Handler) view(ctx context.Context, tx *store.Tx, m store.Meeting) (v view, err error) {
	v = view{h: h, meeting: m, talks: map[string]int{}, names: map[string]string{}}
	if v.items, err = tx.Agenda().On(ctx, m.Code); err != nil {
		return v, err
	}
	inOrder(v.items)
	if err = v.recall(ctx, tx); err != nil {
		return v, err
	}
	if v.notes, err = tx.Agenda().Notes(ctx, m.Code); err != nil {
		return v, err
	}
	n := audience.NewNames(tx)
	name := func(ids ...string) error {
		for _, id := range ids {
			if id == "" {
				continue
			}
			if v.names[id], err = n.Of(ctx, id); err != nil {
				return err
			}
		}
		return nil
	}
	for _, note := range v.notes {
		if note.Item != "" {
			v.talks[note.Item]++
		}
		if err := name(note.Person); err != nil {
			return v, err
		}
	}
	for _, i := range v.items {
		if err := name(i.Maker, i.Owner, i.By); err != nil {
			return v, err
		}
	}
	return v, name(m.Opener, m.Closer)
}

// recall puts what the minutes of a meeting that was opened again hold already on its
// agenda: another meeting may have taken it up since.
func (v *view) recall(ctx context.Context, tx *store.Tx) (err error) {
	if v.meeting.Minutes < 2 {
		return nil
	}
	if v.before, _, err = readMinutes(ctx, tx, v.meeting.Code, v.meeting.Minutes-1); tx.PassOver(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, r := range slices.Backward(v.before.Items) {
		if !slices.ContainsFunc(v.items, func(i store.AgendaItem) bool { return i.Code == r.Code }) {
			v.items = slices.Insert(v.items, 0, store.AgendaItem{
				Code: r.Code, Meeting: v.meeting.Code, State: r.State, Source: r.Source, Title: r.Title, Lines: r.Lines,
				Decision: r.Decision, Owner: r.Owner.ID, Due: r.Due, Why: r.Words, Shelved: r.Shelved,
			})
		}
	}
	return nil
}

// open are the items without an outcome.
func (v view) open() (list []store.AgendaItem) {
	for _, i := range v.items {
		if i.State == store.ItemOpen {
			list = append(list, i)
		}
	}
	return list
}

// counts are how many items there are, and of what outcome: nothing of what they
// say.
func (v view) counts() string {
	n := map[store.ItemState]int{}
	for _, i := range v.items {
		n[i.State]++
	}
	said := fmt.Sprintf("议题 %d 项", len(v.items))
	for _, s := range []store.ItemState{store.ItemDecided, store.ItemShelved, store.ItemNoted, store.ItemOpen} {
		if n[s] > 0 && n[s] < len(v.items) || n[s] > 0 && s != store.ItemOpen {
			said += fmt.Sprintf("，%s %d", s, n[s])
		}
	}
	return said
}

// outline is what may be said of the meeting anywhere but in a group.
func (v view) outline() string { return outline(v.meeting) + "：" + v.counts() + "。" + elsewhere }

// shown is which of the items a card shows.
func (v view) shown() command.Page {
	return command.PageOf(v.page, len(v.items), command.MaxRows, "议题")
}

// card is the agenda as a reader may see it.
func (v view) card(heading string, reader store.Person) chat.Card {
	card := chat.Card{Title: heading, Blocks: []chat.Block{{Text: v.counts() + "。" + v.presence()}}}
	items := v.items
	if v.meeting.State == store.MeetingOpen && len(items) > command.MaxRows { // those without an outcome are to be seen
		items = slices.Clone(items)
		slices.SortStableFunc(items, func(a, b store.AgendaItem) int { return rank(a.State) - rank(b.State) })
	}
	page := v.shown()
	for _, i := range command.Rows(page, items) {
		card.Blocks = append(card.Blocks, chat.Block{Text: v.row(i, reader)})
	}
	if rest := page.Rest(); rest != "" {
		card.Blocks = append(card.Blocks, chat.Block{Text: rest + "，看一项：议题 Y…"})
	}
	if len(v.items) == 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: "没有议题。提一个：议题 内容…"})
	}
	if v.meeting.State != store.MeetingOpen {
		return card
	}
	if v.attendance()[reader.ID].Kind != store.NotePresent {
		card.Buttons = append(card.Buttons, chat.Button{Label: "到会", Command: "到会", Primary: true})
	}
	if v.closes(reader) {
		card.Buttons = append(card.Buttons, chat.Button{Label: "散会", Command: "散会"})
	}
	card.Buttons = append(card.Buttons, page.Turn("下一页")...)
	if next := v.next(reader); next != "" {
		card.Blocks = append(card.Blocks, chat.Block{Note: next})
	}
	return card
}

// rank puts what has no outcome first.
func rank(s store.ItemState) int {
	if s == store.ItemOpen {
		return 0
	}
	return 1
}

// next is what a reader may type about the first item without an outcome.
func (v view) next(reader store.Person) string {
	open := v.open()
	if len(open) == 0 || !v.speaks(reader) {
		return ""
	}
	code := open[0].Code
	said := "先讨论再决议（会-1）：讨论 " + code + " 内容…"
	if !rulebook.Allows(rulebook.HeadMeetings, reader) {
		return said
	}
	said += "；决议 " + code + " 结论… 负责=姓名 期限=日期；搁置 " + code + " 期限=日期 负责=姓名 原因=…"
	if i := slices.IndexFunc(open, store.AgendaItem.Report); i >= 0 {
		said += "；只要看过的：知悉 " + open[i].Code
	}
	return said
}

// most is how many lines of an item an agenda shows.
const mostLines = 5

// row is an item in a list as a reader may see it: the title and counts for all, of
// the lines one's own, all of them for who reads what heads read.
func (v view) row(i store.AgendaItem, reader store.Person) string {
	said := i.Code + " " + i.Source + "：" + text.Line(i.Title) + "（" + v.state(i) + "）"
	lines := v.lines(i, reader)
	for _, l := range lines[:min(len(lines), mostLines)] {
		said += "\n　" + text.CutLine(l, maxTitle)
	}
	if len(lines) > mostLines {
		said += "\n　" + words.More(len(lines)-mostLines)
	}
	return said
}

// lines are those of an item that a reader may see.
func (v view) lines(i store.AgendaItem, reader store.Person) (list []string) {
	for _, l := range i.Lines {
		if seesLine(reader, l) && !slices.Contains(list, l.Text) {
			list = append(list, l.Text)
		}
	}
	return list
}

func seesLine(reader store.Person, l store.ItemLine) bool {
	return rulebook.Allows(rulebook.SeeMeetings, reader) || l.Person == reader.ID
}

// state is how far an item has come, in words.
func (v view) state(i store.AgendaItem) string {
	var parts []string
	if n := v.talks[i.Code]; n > 0 {
		parts = append(parts, fmt.Sprintf("讨论 %d 条", n))
	}
	if i.State == store.ItemOpen && i.Shelved > 0 {
		parts = append(parts, fmt.Sprintf("搁置过 %d 次", i.Shelved))
	}
	switch i.State {
	case store.ItemDecided:
		parts = append(parts, "决议 "+i.Decision)
	case store.ItemShelved:
		parts = append(parts, fmt.Sprintf("搁置到 %s，%s", i.Due.String(), v.names[i.Owner]))
	default:
		parts = append(parts, string(i.State))
	}
	return strings.Join(parts, "，")
}

// closes reports whether somebody may close the meeting.
func (v view) closes(p store.Person) bool { return closes(v.meeting, p) }

// closes reports whether somebody may close a meeting, or open it again: its opener,
// the director and the general manager.
func closes(m store.Meeting, p store.Person) bool {
	return rulebook.Allows(rulebook.HeadMeetings, p) && (p.ID == m.Opener || p.Post != store.Supervisor)
}

// tell tells everybody who belongs to the meeting, each what they may see of it.
func (v view) tell(roll audience.Roll, what, said string, but ...string) []chat.Notice {
	key := fmt.Sprintf("meeting/%s/%d/%s", v.meeting.Code, v.meeting.Minutes, what)
	return audience.Notices(key, audience.But(v.belong(roll), but...), func(p store.Person) chat.Message {
		card := v.card(title(v.meeting)+said, p)
		return chat.Message{Card: &card, Secrecy: chat.Secrecy{Confidential: true, Summary: v.outline()}}
	})
}

// belong are who belongs to the meeting: those of its posts, and whoever was there.
func (v view) belong(roll audience.Roll) (list []store.Person) {
	there := v.attendance()
	for _, p := range roll.People() {
		if note, noted := there[p.ID]; rulebook.Member(p) || noted && note.Kind == store.NotePresent {
			list = append(list, p)
		}
	}
	return list
}

// group tells the department's group: only how many of what there are.
func (v view) group(what, said string) chat.Notice {
	return chat.Notice{Key: fmt.Sprintf("meeting/%s/%d/%s/group", v.meeting.Code, v.meeting.Minutes, what), Message: chat.Message{Text: said}}
}

// attendance is who was there and who was not, by person: what was noted last
// counts, and who said something was there, be it an outcome.
func (v view) attendance() map[string]store.MeetingNote {
	all := map[string]store.MeetingNote{}
	for _, n := range v.notes {
		switch {
		case n.Item == "":
			all[n.Person] = n
		case all[n.Person].Kind != store.NotePresent:
			all[n.Person] = store.MeetingNote{Kind: store.NotePresent, Person: n.Person} // when they came is not told
		}
	}
	for _, i := range v.items {
		if i.By == "" || i.State == store.ItemOpen || i.State == store.ItemNoted && i.Why == settled {
			continue
		}
		if note := all[i.By]; note.Kind != store.NotePresent && !note.At.After(i.At) {
			all[i.By] = store.MeetingNote{Kind: store.NotePresent, Person: i.By}
		}
	}
	return all
}

// late is by how many minutes somebody came late; 0: they were not, or nobody knows.
func (v view) late(n store.MeetingNote) int {
	if n.Kind != store.NotePresent || n.At.IsZero() || v.meeting.Minutes > 1 && n.At.After(v.meeting.First) {
		return 0
	}
	return rulebook.LateBy(v.meeting.Opened, n.At)
}

// presence is how many are there.
func (v view) presence() string {
	n := map[store.NoteKind]int{}
	for _, note := range v.attendance() {
		n[note.Kind]++
	}
	said := fmt.Sprintf("到会 %d 人", n[store.NotePresent])
	for _, k := range []store.NoteKind{store.NoteLeave, store.NoteAbsent} {
		if n[k] > 0 {
			said += fmt.Sprintf("，%s %d 人", k, n[k])
		}
	}
	return said + "。"
}

// clock is a time of the day in the company's zone.
func (h Handler) clock(t time.Time) string { return t.In(h.Rules.Zone).Format("15:04") }
