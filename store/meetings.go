package store

import (
	"context"
	"strings"
	"time"

	"marketbot/store/internal/engine"
)

// NewCode is the code of a new meeting.
func (q Meetings) NewCode(ctx context.Context) (string, error) { return nextCode(ctx, q.tx, "M") }

// Lock lets meetings be opened and closed one after the other, also by several
// processes. It holds until the transaction ends.
func (q Meetings) Lock(ctx context.Context) error {
	_, err := q.tx.Exec(ctx, "lock meetings", `INSERT INTO counter (name, value) VALUES ($1, 0) ON CONFLICT (name) DO UPDATE SET value = counter.value`, "meetings")
	return err
}

// Add enters a meeting under its code, with the act that made it.
func (q Meetings) Add(ctx context.Context, is Meeting, a MeetingAct) error {
	is.Version = 1
	_, err := q.tx.Exec(ctx, "add meeting", `INSERT INTO meeting (code, kind, month, state, opened, version, card) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		is.Code, string(is.Kind), string(is.Month), string(is.State), engine.Millis(is.Opened), is.Version, q.tx.SealText(is.card(), "meeting", is.place(), "card"))
	if err != nil {
		return err
	}
	return act(ctx, q.tx, is.Code, is.Version, "", a)
}

// Save changes a meeting from what it was to what it is, with the act that does
// it; false when somebody else changed it meanwhile.
func (q Meetings) Save(ctx context.Context, was, is Meeting, a MeetingAct) (bool, error) {
	is.Version = was.Version + 1
	n, err := q.tx.Exec(ctx, "save meeting", `UPDATE meeting SET month = $1, state = $2, opened = $3, version = $4, card = $5 WHERE code = $6 AND version = $7`,
		string(is.Month), string(is.State), engine.Millis(is.Opened), is.Version, q.tx.SealText(is.card(), "meeting", is.place(), "card"), was.Code, was.Version)
	if err != nil || n == 0 {
		return false, err
	}
	return true, act(ctx, q.tx, is.Code, is.Version, was.card(), a)
}

func (q Meetings) scan(scan engine.Scan) (Meeting, error) {
	var m Meeting
	var sealed []byte
	if err := scan(&m.Code, &m.Kind, &m.Month, &m.State, engine.At(&m.Opened), &m.Version, &sealed); err != nil {
		return m, err
	}
	card, err := opened(q.tx, "meeting", m.Code, m.place(), sealed)
	if err != nil {
		return m, err
	}
	return meetingOf(card)
}

func (q Meetings) list(ctx context.Context, what, where string, args ...any) ([]Meeting, error) {
	return engine.Sound(ctx, q.tx, what, `SELECT code, kind, month, state, opened, version, card FROM meeting WHERE `+where, args, q.scan)
}

// Now is the meeting that is open; false where none is.
func (q Meetings) Now(ctx context.Context) (Meeting, bool, error) {
	list, err := q.list(ctx, "open meeting", `state = $1`, string(MeetingOpen))
	return engine.First(list), len(list) > 0, err
}

// Taken reports whether there is a meeting in a state, or where there is one of a
// month, be it one that cannot be read.
func (q Meetings) Taken(ctx context.Context, state MeetingState, month Day) (bool, error) {
	return q.tx.One(ctx, "is a meeting there", `SELECT 1 FROM meeting WHERE state = $1 OR month <> '' AND month = $2 LIMIT 1`, []any{string(state), string(month)}, new(int))
}

// Get is a meeting by its code.
func (q Meetings) Get(ctx context.Context, code string) (Meeting, bool, error) {
	if engine.Nowhere(code) {
		return Meeting{}, false, nil
	}
	list, err := q.list(ctx, "meeting", `code = $1`, code)
	return engine.First(list), len(list) > 0, err
}

// Of is the meeting of a month; false where none was opened, and nobody said that
// there is none.
func (q Meetings) Of(ctx context.Context, month Day) (Meeting, bool, error) {
	list, err := q.list(ctx, "meeting of a month", `month = $1`, string(month))
	return engine.First(list), len(list) > 0, err
}

// Closed lists the meetings that were closed, the one opened last first; at most so
// many.
func (q Meetings) Closed(ctx context.Context, most int) ([]Meeting, error) {
	return q.list(ctx, "closed meetings", `state = $1 ORDER BY opened DESC, code DESC LIMIT $2`, string(MeetingClosed), most)
}

// Changed is when a meeting, an item or a decision was changed last.
func (q Meetings) Changed(ctx context.Context, code string) (at time.Time, err error) {
	if engine.Nowhere(code) {
		return at, nil
	}
	_, err = q.tx.One(ctx, "change of a meeting's thing", `SELECT at FROM meeting_act WHERE thing = $1 ORDER BY version DESC, id DESC LIMIT 1`, []any{code}, engine.At(&at))
	return at, err
}

// opened is the card of a row that is what was sealed; it is damaged otherwise.
func opened(tx *engine.Tx, table, row, place string, sealed []byte) (string, error) {
	card, err := tx.OpenText(sealed, table, place, "card")
	if err == nil && card == "" {
		err = ErrTampered
	}
	return card, engine.InRow(table, row, err)
}

// act notes what was done to something of a meeting, with its card before.
func act(ctx context.Context, tx *engine.Tx, thing string, version int, was string, a MeetingAct) error {
	a.Thing, a.Version = thing, version
	var before, words []byte
	if was != "" {
		before = tx.SealText(was, "meeting_act", a.place(), "was")
	}
	if a.Words != "" {
		words = tx.SealText(a.Words, "meeting_act", a.place(), "words")
	}
	_, err := tx.Exec(ctx, "add act of a meeting", `INSERT INTO meeting_act (id, thing, at, by_person, act, version, was, words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		a.ID, a.Thing, engine.Millis(a.At), a.By, a.Act, a.Version, before, words)
	return err
}

// acts are what was done to something of a meeting, oldest first.
func acts(ctx context.Context, tx *engine.Tx, thing string) ([]MeetingAct, error) {
	return engine.All(ctx, tx, "acts of a meeting", `SELECT id, thing, at, by_person, act, version, was, words FROM meeting_act WHERE thing = $1 ORDER BY version, id`,
		[]any{thing}, func(scan engine.Scan) (MeetingAct, error) {
			var a MeetingAct
			var was, words []byte
			err := scan(&a.ID, &a.Thing, engine.At(&a.At), &a.By, &a.Act, &a.Version, &was, &words)
			if err != nil {
				return a, err
			}
			if a.Words, err = tx.OpenText(words, "meeting_act", a.place(), "words"); tx.PassOver(engine.InRow("meeting_act", a.ID, err)) {
				a.Words, err = Unreadable, nil
			}
			if err != nil {
				return a, err
			}
			a.was, err = tx.OpenText(was, "meeting_act", a.place(), "was")
			return a, engine.InRow("meeting_act", a.ID, err)
		})
}

// Write writes the minutes of a version of a meeting, which nobody changes any
// more.
func (q Meetings) Write(ctx context.Context, meeting string, version int, at time.Time, content string) error {
	id := minutesID(meeting, version)
	_, err := q.tx.Exec(ctx, "write minutes", `INSERT INTO minutes (id, at, content) VALUES ($1, $2, $3)`,
		id, engine.Millis(at), q.tx.SealText(content, "minutes", minutesPlace(id, at), "content"))
	return err
}

// Read reads the minutes of a version of a meeting; false where it was not closed.
func (q Meetings) Read(ctx context.Context, meeting string, version int) (content string, found bool, err error) {
	var id string
	var at time.Time
	var sealed []byte
	found, err = q.tx.One(ctx, "read minutes", `SELECT id, at, content FROM minutes WHERE id = $1`, []any{minutesID(meeting, version)}, &id, engine.At(&at), &sealed)
	if err != nil || !found {
		return "", false, err
	}
	content, err = q.tx.OpenText(sealed, "minutes", minutesPlace(id, at), "content")
	return content, true, engine.InRow("minutes", id, err)
}

func minutesPlace(id string, at time.Time) string { return engine.Joined(id, millis(at)) }

func minutesID(meeting string, version int) string {
	return strings.Join([]string{meeting, amount(int64(version))}, "/")
}
