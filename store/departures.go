package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"marketbot/store/internal/engine"
)

// DepartureAct is something that was done to a departure.
type DepartureAct struct {
	ID        string
	Departure string // id
	At        time.Time
	By        string // person id; empty: the clock
	Act       string // as people call it: the command's name
	Version   int    // of the departure, that the act made
	Was       Departure
}

func (a DepartureAct) place() string {
	return engine.Joined(a.ID, a.Departure, fmt.Sprint(engine.Millis(a.At)), a.By, a.Act, fmt.Sprint(a.Version))
}

// Add enters a departure under its id, with the act that made it.
func (q Departures) Add(ctx context.Context, d Departure, a DepartureAct) error {
	d.Version = 1
	_, err := q.tx.Exec(ctx, "add departure", `INSERT INTO departure (id, person, kind, state, last_day, ends, version, card) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		d.ID, d.Person, string(d.Kind), string(d.State), string(d.Last), engine.Millis(d.Ends), d.Version, q.tx.SealText(d.card(), "departure", d.place(), "card"))
	if err != nil {
		return err
	}
	if err := q.act(ctx, Departure{}, d, a); err != nil {
		return err
	}
	return q.mark(ctx, d)
}

// Save changes a departure from what it was to what it is, with the act that does it;
// false when somebody else changed it meanwhile.
func (q Departures) Save(ctx context.Context, was, is Departure, a DepartureAct) (bool, error) {
	is.Version = was.Version + 1
	n, err := q.tx.Exec(ctx, "save departure", `UPDATE departure SET state = $1, last_day = $2, ends = $3, version = $4, card = $5 WHERE id = $6 AND version = $7`,
		string(is.State), string(is.Last), engine.Millis(is.Ends), is.Version, q.tx.SealText(is.card(), "departure", is.place(), "card"), was.ID, was.Version)
	if err != nil || n == 0 {
		return false, err
	}
	if err := q.act(ctx, was, is, a); err != nil {
		return false, err
	}
	return true, q.mark(ctx, is)
}

// mark notes with the person whether they are in notice.
func (q Departures) mark(ctx context.Context, d Departure) error {
	kind, ends := d.Kind, d.Ends
	if !d.InNotice() {
		kind, ends = "", time.Time{}
	}
	return People(q).set(ctx, "mark notice", `UPDATE person SET notice = $2, notice_ends = $3 WHERE id = $1`, d.Person, string(kind), engine.Millis(ends))
}

// Unmark takes from a person the mark of a notice that does not open.
func (q Departures) Unmark(ctx context.Context, person string) error {
	return q.mark(ctx, Departure{Person: person})
}

func (q Departures) act(ctx context.Context, was, is Departure, a DepartureAct) error {
	a.Departure, a.Version = is.ID, is.Version
	var before []byte
	if was.ID != "" {
		before = q.tx.SealText(was.card(), "departure_act", a.place(), "was")
	}
	_, err := q.tx.Exec(ctx, "add departure act", `INSERT INTO departure_act (id, departure, at, by_person, act, version, was) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		a.ID, a.Departure, engine.Millis(a.At), a.By, a.Act, a.Version, before)
	return err
}

const departureColumns = `id, person, kind, state, last_day, ends, version, card`

// scan reads a departure whose row is what was sealed; it is damaged otherwise.
func (q Departures) scan(scan engine.Scan) (Departure, error) {
	var d Departure
	var sealed []byte
	if err := scan(&d.ID, &d.Person, &d.Kind, &d.State, &d.Last, engine.At(&d.Ends), &d.Version, &sealed); err != nil {
		return d, err
	}
	card, err := q.tx.OpenText(sealed, "departure", d.place(), "card")
	if err == nil && card == "" {
		err = ErrTampered
	}
	if err != nil {
		return d, engine.InRow("departure", d.ID, err)
	}
	return departureOf(card)
}

// list reads the departures that a condition finds; damaged ones are passed over.
func (q Departures) list(ctx context.Context, what, where string, args ...any) ([]Departure, error) {
	return engine.Sound(ctx, q.tx, what, `SELECT `+departureColumns+` FROM departure WHERE `+where, args, q.scan)
}

// Get is a departure by its id.
func (q Departures) Get(ctx context.Context, id string) (Departure, bool, error) {
	list, err := q.list(ctx, "departure", `id = $1`, id)
	return engine.First(list), len(list) > 0, err
}

// open are the states in which something may still be to be done.
const open = `state IN ('` + string(DepartureGiven) + `', '` + string(DepartureReleased) + `', '` + string(DepartureOver) + `')`

// Open lists the departures of which something may still be to be done, those that end
// first in front.
func (q Departures) Open(ctx context.Context) ([]Departure, error) {
	return q.list(ctx, "open departures", open+` ORDER BY ends, id`)
}

// Of is the departure of a person of which something may still be to be done; false
// where there is none.
func (q Departures) Of(ctx context.Context, person string) (Departure, bool, error) {
	list, err := q.list(ctx, "departure of a person", `person = $1 AND `+open+` ORDER BY id DESC`, person)
	return engine.First(list), len(list) > 0, err
}

// Latest is the last departure of a person, however it ended; false where there was
// none.
func (q Departures) Latest(ctx context.Context, person string) (Departure, bool, error) {
	list, err := q.list(ctx, "last departure of a person", `person = $1 ORDER BY id DESC`, person)
	return engine.First(list), len(list) > 0, err
}

// Spares reports for each person whether the report of a week, that is due at a moment,
// is not asked of them: it is the last of their work, or of their post, by a notice from
// before (2-7).
func (q Departures) Spares(ctx context.Context, w Week, due time.Time) (map[string]bool, error) {
	monday := w.Monday(time.UTC)
	list, err := q.list(ctx, "departures in a week", `last_day BETWEEN $1 AND $2 AND kind IN ($3, $4) AND state <> $5 ORDER BY id`,
		string(DayOf(monday)), string(DayOf(monday).Add(6)), string(Resignation), string(Transfer), string(DepartureWithdrawn))
	spared := map[string]bool{}
	for _, d := range list {
		if d.Given.Before(due) {
			spared[d.Person] = true
		}
	}
	return spared, err
}

// Due lists the departures in notice that end by a moment.
func (q Departures) Due(ctx context.Context, now time.Time) ([]Departure, error) {
	return q.list(ctx, "departures that end", `ends <= $1 AND state IN ($2, $3) ORDER BY ends, id`, engine.Millis(now), string(DepartureGiven), string(DepartureReleased))
}

// Unread are the persons of those among the departures in notice that end by a moment
// which do not open.
func (q Departures) Unread(ctx context.Context, now time.Time) ([]string, error) {
	due, err := q.Due(ctx, now)
	if err != nil {
		return nil, err
	}
	persons, err := engine.All(ctx, q.tx, "whose departures end", `SELECT person FROM departure WHERE ends <= $1 AND state IN ($2, $3) ORDER BY ends, id`,
		[]any{engine.Millis(now), string(DepartureGiven), string(DepartureReleased)}, func(scan engine.Scan) (id string, err error) {
			return id, scan(&id)
		})
	return slices.DeleteFunc(persons, func(id string) bool {
		return slices.ContainsFunc(due, func(d Departure) bool { return d.Person == id })
	}), err
}

// Acts are what was done to a departure, oldest first.
func (q Departures) Acts(ctx context.Context, d Departure) ([]DepartureAct, error) {
	return engine.All(ctx, q.tx, "acts of a departure", `SELECT id, departure, at, by_person, act, version, was FROM departure_act WHERE departure = $1 ORDER BY version, id`,
		[]any{d.ID}, func(scan engine.Scan) (DepartureAct, error) {
			var a DepartureAct
			var was []byte
			err := scan(&a.ID, &a.Departure, engine.At(&a.At), &a.By, &a.Act, &a.Version, &was)
			if err != nil || len(was) == 0 {
				return a, err
			}
			card, err := q.tx.OpenText(was, "departure_act", a.place(), "was")
			if err != nil {
				return a, engine.InRow("departure_act", a.ID, err)
			}
			a.Was, err = departureOf(card)
			return a, err
		})
}

// Put says what becomes of a thing that is left behind, in place of what was said
// before.
func (q Departures) Put(ctx context.Context, h Handed) error {
	_, err := q.tx.Exec(ctx, "hand over", `INSERT INTO handed (departure, kind, ref, state, taker, by_person, at, words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (departure, kind, ref) DO UPDATE SET state = excluded.state, taker = excluded.taker, by_person = excluded.by_person, at = excluded.at, words = excluded.words`,
		h.Departure, h.Kind, h.Ref, string(h.State), h.Taker, h.By, engine.Millis(h.At), q.tx.SealText(engine.Joined(h.Name, h.Why), "handed", h.place(), "words"))
	return err
}

// Drop forgets that a thing was offered.
func (q Departures) Drop(ctx context.Context, h Handed) error {
	_, err := q.tx.Exec(ctx, "offer to nobody", `DELETE FROM handed WHERE departure = $1 AND kind = $2 AND ref = $3`, h.Departure, h.Kind, h.Ref)
	return err
}

// Handed lists what became of the things of a departure, in the order in which that
// was said.
func (q Departures) Handed(ctx context.Context, departure string) ([]Handed, error) {
	return q.handed(ctx, "what was handed over", `departure = $1 ORDER BY at, kind, ref`, departure)
}

// Offered lists what waits for a person's word.
func (q Departures) Offered(ctx context.Context, taker string) ([]Handed, error) {
	return q.handed(ctx, "what is offered", `taker = $1 AND state = $2 ORDER BY at, kind, ref`, taker, string(HandedOffered))
}

// Taken lists what a person has taken over.
func (q Departures) Taken(ctx context.Context, taker string) ([]Handed, error) {
	return q.handed(ctx, "what was taken over", `taker = $1 AND state = $2 ORDER BY at, kind, ref`, taker, string(HandedTaken))
}

func (q Departures) handed(ctx context.Context, what, where string, args ...any) ([]Handed, error) {
	return engine.Sound(ctx, q.tx, what, `SELECT departure, kind, ref, state, taker, by_person, at, words FROM handed WHERE `+where, args, func(scan engine.Scan) (Handed, error) {
		var h Handed
		var sealed []byte
		if err := scan(&h.Departure, &h.Kind, &h.Ref, &h.State, &h.Taker, &h.By, engine.At(&h.At), &sealed); err != nil {
			return h, err
		}
		words, err := q.tx.OpenText(sealed, "handed", h.place(), "words")
		if err == nil && words == "" {
			err = ErrTampered
		}
		if err != nil {
			return h, engine.InRow("handed", Short(h.Departure)+"/"+h.Kind+"/"+h.Ref, err)
		}
		w, err := parted(words, 2)
		h.Name, h.Why = w[0], w[1]
		return h, err
	})
}
