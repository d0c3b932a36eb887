package store

import (
	"context"
	"fmt"
	"strconv"

	"marketbot/store/internal/engine"
)

// NewCode is the code of a new item.
func (q Agenda) NewCode(ctx context.Context) (string, error) { return nextCode(ctx, q.tx, "Y") }

// Add enters an item under its code, with the act that made it.
func (q Agenda) Add(ctx context.Context, is AgendaItem, a MeetingAct) error {
	is.Version = 1
	_, err := q.tx.Exec(ctx, "add agenda item", `INSERT INTO agenda_item (code, meeting, state, version, card) VALUES ($1, $2, $3, $4, $5)`,
		is.Code, is.Meeting, string(is.State), is.Version, q.tx.SealText(is.card(), "agenda_item", is.place(), "card"))
	if err != nil {
		return err
	}
	return act(ctx, q.tx, is.Code, is.Version, "", a)
}

// Save changes an item from what it was to what it is, with the act that does it;
// false when somebody else changed it meanwhile.
func (q Agenda) Save(ctx context.Context, was, is AgendaItem, a MeetingAct) (bool, error) {
	is.Version = was.Version + 1
	n, err := q.tx.Exec(ctx, "save agenda item", `UPDATE agenda_item SET meeting = $1, state = $2, version = $3, card = $4 WHERE code = $5 AND version = $6`,
		is.Meeting, string(is.State), is.Version, q.tx.SealText(is.card(), "agenda_item", is.place(), "card"), was.Code, was.Version)
	if err != nil || n == 0 {
		return false, err
	}
	return true, act(ctx, q.tx, is.Code, is.Version, was.card(), a)
}

func (q Agenda) scan(scan engine.Scan) (AgendaItem, error) {
	var i AgendaItem
	var sealed []byte
	if err := scan(&i.Code, &i.Meeting, &i.State, &i.Version, &sealed); err != nil {
		return i, err
	}
	card, err := opened(q.tx, "agenda_item", i.Code, i.place(), sealed)
	if err != nil {
		return i, err
	}
	return itemOf(card)
}

const itemColumns = `SELECT code, meeting, state, version, card FROM agenda_item WHERE `

// Get is an item by its code.
func (q Agenda) Get(ctx context.Context, code string) (AgendaItem, bool, error) {
	if engine.Nowhere(code) {
		return AgendaItem{}, false, nil
	}
	list, err := engine.All(ctx, q.tx, "agenda item", itemColumns+`code = $1`, []any{code}, q.scan)
	return engine.First(list), len(list) > 0, err
}

// On lists the items of a meeting that count, in no order.
func (q Agenda) On(ctx context.Context, meeting string) ([]AgendaItem, error) {
	return engine.Sound(ctx, q.tx, "agenda", itemColumns+`meeting = $1 AND state <> $2`, []any{meeting, string(ItemUndone)}, q.scan)
}

// Waiting lists the items that are for the next meeting: new ones, and those that
// were shelved.
func (q Agenda) Waiting(ctx context.Context) ([]AgendaItem, error) {
	return engine.Sound(ctx, q.tx, "waiting items", itemColumns+`state IN ($1, $2)`, []any{string(ItemWaiting), string(ItemShelved)}, q.scan)
}

// CountOpen is how many items of a meeting have no outcome, damaged ones among
// them.
func (q Agenda) CountOpen(ctx context.Context, meeting string) (n int, err error) {
	_, err = q.tx.One(ctx, "count open items", `SELECT COUNT(*) FROM agenda_item WHERE meeting = $1 AND state = $2`, []any{meeting, string(ItemOpen)}, &n)
	return n, err
}

// Was is what an item was before the act that made a version of it.
func (q Agenda) Was(ctx context.Context, code string, version int) (AgendaItem, error) {
	list, err := acts(ctx, q.tx, code)
	if err != nil {
		return AgendaItem{}, err
	}
	for _, a := range list {
		if a.Version == version && a.was != "" {
			return itemOf(a.was)
		}
	}
	return AgendaItem{}, fmt.Errorf("no version %d of item %s to go back from", version, code)
}

// Note notes what was said, or who was there.
func (q Agenda) Note(ctx context.Context, n MeetingNote) error {
	_, err := q.tx.Exec(ctx, "add meeting note", `INSERT INTO meeting_note (id, meeting, item, kind, person, by_person, at, gone, words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		n.ID, n.Meeting, n.Item, string(n.Kind), n.Person, n.By, engine.Millis(n.At), engine.Flag(n.Gone), q.tx.SealText(n.Words, "meeting_note", n.place(), "words"))
	return err
}

// TakeBack makes a note count no more; false where it does not already.
func (q Agenda) TakeBack(ctx context.Context, n MeetingNote) (bool, error) {
	n.Gone = true
	rows, err := q.tx.Exec(ctx, "take meeting note back", `UPDATE meeting_note SET gone = 1, words = $1 WHERE id = $2 AND gone = 0`,
		q.tx.SealText(n.Words, "meeting_note", n.place(), "words"), n.ID)
	return rows == 1, err
}

// Notes are the notes of a meeting that count, in the order in which they were
// made; words that do not open are Unreadable.
func (q Agenda) Notes(ctx context.Context, meeting string) ([]MeetingNote, error) {
	return engine.All(ctx, q.tx, "meeting notes", `SELECT id, meeting, item, kind, person, by_person, at, gone, words FROM meeting_note WHERE meeting = $1 AND gone = 0 ORDER BY id`,
		[]any{meeting}, func(scan engine.Scan) (MeetingNote, error) {
			var n MeetingNote
			var gone int
			var words []byte
			err := scan(&n.ID, &n.Meeting, &n.Item, &n.Kind, &n.Person, &n.By, engine.At(&n.At), &gone, &words)
			if err != nil {
				return n, err
			}
			if n.Words, err = q.tx.OpenText(words, "meeting_note", n.place(), "words"); q.tx.PassOver(engine.InRow("meeting_note", n.ID, err)) {
				n.Words, err = Unreadable, nil
			}
			return n, err
		})
}

// less orders codes of one letter by their numbers.
func less(a, b string) bool {
	x, errX := strconv.Atoi(a[min(1, len(a)):])
	y, errY := strconv.Atoi(b[min(1, len(b)):])
	if errX != nil || errY != nil {
		return a < b
	}
	return x < y
}
