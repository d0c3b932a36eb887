package store

import (
	"context"
	"strconv"
	"time"

	"marketbot/store/internal/engine"
)

// IncidentState is how far an incident has come, as people read it.
type IncidentState string

// The states of an incident.
const (
	IncidentOpen      IncidentState = "未结案"
	IncidentClosed    IncidentState = "已结案"
	IncidentWithdrawn IncidentState = "已撤销" // by its giver
)

// Incident is something that must not happen and that somebody reported.
type Incident struct {
	Code    string // S3
	State   IncidentState
	At      time.Time
	Version int // how often it was changed

	Giver    string // person id
	Words    string
	Trace    string // the code of a look that it is about; empty: none
	Contract string // the number of a form that it is about; empty: none
	Outcome  string // what came of it
	By       string // person id of who closed it
	Closed   time.Time
}

// place is what the sealed card is bound to.
func (i Incident) place() string {
	return engine.Joined(i.Code, string(i.State), millis(i.At), strconv.Itoa(i.Version))
}

func (i Incident) card() string {
	return engine.Joined(i.Giver, i.Words, i.Trace, i.Contract, i.Outcome, i.By, millis(i.Closed))
}

// incidentFields is how many words a card has.
const incidentFields = 7

// fill reads what card made.
func (i *Incident) fill(card string) error {
	w, err := parted(card, incidentFields)
	if err != nil {
		return err
	}
	n := numbers{}
	i.Giver, i.Words, i.Trace, i.Contract, i.Outcome, i.By, i.Closed = w[0], w[1], w[2], w[3], w[4], w[5], n.moment(w[6])
	return n.err
}

// Add keeps a new incident, and gives it with its code.
func (q Incidents) Add(ctx context.Context, i Incident) (Incident, error) {
	var err error
	if i.Code, err = nextCode(ctx, q.tx, "S"); err != nil {
		return i, err
	}
	i.State, i.Version = IncidentOpen, 1
	_, err = q.tx.Exec(ctx, "add incident", `INSERT INTO incident (code, state, at, version, card) VALUES ($1, $2, $3, $4, $5)`,
		i.Code, string(i.State), engine.Millis(i.At), i.Version, q.tx.SealText(i.card(), "incident", i.place(), "card"))
	return i, err
}

// Save changes an incident; false when somebody else changed it meanwhile.
func (q Incidents) Save(ctx context.Context, i Incident) (bool, error) {
	was := i.Version
	i.Version++
	n, err := q.tx.Exec(ctx, "save incident", `UPDATE incident SET state = $1, version = $2, card = $3 WHERE code = $4 AND version = $5`,
		string(i.State), i.Version, q.tx.SealText(i.card(), "incident", i.place(), "card"), i.Code, was)
	return n == 1, err
}

// All lists the incidents, the newest first, without those that were taken back.
func (q Incidents) All(ctx context.Context) ([]Incident, error) {
	return q.list(ctx, "incidents", `state <> $1 ORDER BY at DESC, length(code) DESC, code DESC`, string(IncidentWithdrawn))
}

// ByCode is an incident by its code.
func (q Incidents) ByCode(ctx context.Context, code string) (Incident, bool, error) {
	if engine.Nowhere(code) {
		return Incident{}, false, nil
	}
	list, err := q.list(ctx, "incident", `code = $1`, code)
	return engine.First(list), len(list) > 0, err
}

func (q Incidents) list(ctx context.Context, what, where string, args ...any) ([]Incident, error) {
	return engine.Sound(ctx, q.tx, what, `SELECT code, state, at, version, card FROM incident WHERE `+where, args, func(scan engine.Scan) (Incident, error) {
		var i Incident
		var sealed []byte
		if err := scan(&i.Code, &i.State, engine.At(&i.At), &i.Version, &sealed); err != nil {
			return i, err
		}
		card, err := q.tx.OpenText(sealed, "incident", i.place(), "card")
		if err == nil && card == "" {
			err = ErrTampered
		}
		if err != nil {
			return i, engine.InRow("incident", i.Code, err)
		}
		return i, i.fill(card)
	})
}
