package store

import (
	"context"
	"fmt"
	"time"

	"marketbot/store/internal/engine"
)

// ActivityAct is something that was done to an activity.
type ActivityAct struct {
	ID       string
	Activity string // its code
	At       time.Time
	By       string // person id
	Act      string // as people call it: the command's name
	Version  int    // of the activity, that the act made
	Words    string // what was said about it
	Was, Is  Activity
}

// First reports whether the act made the activity: there was nothing before.
func (a ActivityAct) First() bool { return a.Was.Code == "" }

func (a ActivityAct) place() string {
	return engine.Joined(a.ID, a.Activity, fmt.Sprint(engine.Millis(a.At)), a.By, a.Act, fmt.Sprint(a.Version))
}

// NewCode is the code of a new activity.
func (q Activities) NewCode(ctx context.Context) (string, error) { return nextCode(ctx, q.tx, "H") }

// Add enters an activity under its code, with the act that made it.
func (q Activities) Add(ctx context.Context, is Activity, a ActivityAct) error {
	is.Version = 1
	_, err := q.tx.Exec(ctx, "add activity", `INSERT INTO activity (code, state, first_day, last_day, ends, version, asked, card) VALUES ($1, $2, $3, $4, $5, $6, 0, $7)`,
		is.Code, string(is.State), string(is.First), string(is.Last), engine.Millis(is.Ends), is.Version, q.tx.SealText(is.card(), "activity", is.place(), "card"))
	if err != nil {
		return err
	}
	return q.act(ctx, Activity{}, is, a)
}

// Save changes an activity from what it was to what it is, with the act that does
// it; false when somebody else changed it meanwhile. One that ends at another time
// is to be asked about anew.
func (q Activities) Save(ctx context.Context, was, is Activity, a ActivityAct) (bool, error) {
	is.Version = was.Version + 1
	n, err := q.tx.Exec(ctx, "save activity", `UPDATE activity SET state = $1, first_day = $2, last_day = $3, asked = CASE WHEN ends = $4 THEN asked ELSE 0 END,
		ends = $5, version = $6, card = $7 WHERE code = $8 AND version = $9`,
		string(is.State), string(is.First), string(is.Last), engine.Millis(is.Ends), engine.Millis(is.Ends), is.Version,
		q.tx.SealText(is.card(), "activity", is.place(), "card"), was.Code, was.Version)
	if err != nil || n == 0 {
		return false, err
	}
	return true, q.act(ctx, was, is, a)
}

func (q Activities) act(ctx context.Context, was, is Activity, a ActivityAct) error {
	a.Activity, a.Version = is.Code, is.Version
	var before, words []byte
	if was.Code != "" {
		before = q.tx.SealText(was.card(), "activity_act", a.place(), "was")
	}
	if a.Words != "" {
		words = q.tx.SealText(a.Words, "activity_act", a.place(), "words")
	}
	_, err := q.tx.Exec(ctx, "add activity act", `INSERT INTO activity_act (id, activity, at, by_person, act, version, was, words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		a.ID, a.Activity, engine.Millis(a.At), a.By, a.Act, a.Version, before, words)
	return err
}

const activityColumns = `code, state, first_day, last_day, ends, version, card`

// scan reads an activity whose row is what was sealed; it is damaged otherwise.
func (q Activities) scan(scan engine.Scan) (Activity, error) {
	var a Activity
	var sealed []byte
	if err := scan(&a.Code, &a.State, &a.First, &a.Last, engine.At(&a.Ends), &a.Version, &sealed); err != nil {
		return a, err
	}
	card, err := q.tx.OpenText(sealed, "activity", a.place(), "card")
	if err == nil && card == "" {
		err = ErrTampered
	}
	if err != nil {
		return a, engine.InRow("activity", a.Code, err)
	}
	return activityOf(card)
}

// list reads the activities that a condition finds; damaged ones are passed over.
func (q Activities) list(ctx context.Context, what, where string, args ...any) ([]Activity, error) {
	return engine.Sound(ctx, q.tx, what, `SELECT `+activityColumns+` FROM activity WHERE `+where, args, q.scan)
}

// Get is an activity by its code.
func (q Activities) Get(ctx context.Context, code string) (Activity, bool, error) {
	if engine.Nowhere(code) {
		return Activity{}, false, nil
	}
	list, err := engine.All(ctx, q.tx, "activity", `SELECT `+activityColumns+` FROM activity WHERE code = $1`, []any{code}, q.scan)
	return engine.First(list), len(list) > 0, err
}

// Between lists the activities that touch from … to, by their first day.
func (q Activities) Between(ctx context.Context, from, to Day) ([]Activity, error) {
	return q.list(ctx, "activities of a time", `first_day <> '' AND first_day <= $1 AND last_day >= $2 AND state <> $3 ORDER BY first_day, ends, length(code), code`,
		string(to), string(from), string(ActivityUndone))
}

// Open lists the activities about which somebody has still to do something, by
// their first day: those without one come first.
func (q Activities) Open(ctx context.Context) ([]Activity, error) {
	return q.list(ctx, "open activities", `state IN ($1, $2) ORDER BY first_day, ends, length(code), code`, string(ActivityDraft), string(ActivityPlanned))
}

// Any reports whether an activity was ever entered.
func (q Activities) Any(ctx context.Context) (bool, error) {
	return q.tx.One(ctx, "any activity", `SELECT 1 FROM activity LIMIT 1`, nil, new(int))
}

// AnyEnded reports whether a planned activity ended by now and nobody was asked
// who came.
func (q Activities) AnyEnded(ctx context.Context, now time.Time) (bool, error) {
	return q.tx.One(ctx, "any activity ended", `SELECT 1 FROM activity WHERE asked = 0 AND ends > 0 AND ends <= $1 AND state = $2 LIMIT 1`,
		[]any{engine.Millis(now), string(ActivityPlanned)}, new(int))
}

// Ended lists those of AnyEnded, which gives each to one caller, once.
func (q Activities) Ended(ctx context.Context, now time.Time) ([]Activity, error) {
	list, err := q.list(ctx, "ended activities", `asked = 0 AND ends > 0 AND ends <= $1 AND state = $2 ORDER BY ends, length(code), code`, engine.Millis(now), string(ActivityPlanned))
	if err != nil {
		return nil, err
	}
	// Damaged ones too: nobody can be asked about them, and they are told of elsewhere.
	_, err = q.tx.Exec(ctx, "ask after activities", `UPDATE activity SET asked = 1 WHERE asked = 0 AND ends > 0 AND ends <= $1 AND state = $2`,
		engine.Millis(now), string(ActivityPlanned))
	return list, err
}

// Acts are what was done to an activity as it is, oldest first.
func (q Activities) Acts(ctx context.Context, a Activity) ([]ActivityAct, error) {
	list, err := engine.All(ctx, q.tx, "acts of an activity", `SELECT id, activity, at, by_person, act, version, was, words FROM activity_act WHERE activity = $1 ORDER BY version, id`,
		[]any{a.Code}, q.scanAct)
	for i := range list {
		if list[i].Is = a; i+1 < len(list) {
			list[i].Is = list[i+1].Was
		}
	}
	return list, err
}

func (q Activities) scanAct(scan engine.Scan) (ActivityAct, error) {
	var a ActivityAct
	var was, words []byte
	err := scan(&a.ID, &a.Activity, engine.At(&a.At), &a.By, &a.Act, &a.Version, &was, &words)
	if err != nil {
		return a, err
	}
	if a.Words, err = q.tx.OpenText(words, "activity_act", a.place(), "words"); q.tx.PassOver(engine.InRow("activity_act", a.ID, err)) {
		a.Words, err = Unreadable, nil
	}
	if err != nil || len(was) == 0 {
		return a, err
	}
	card, err := q.tx.OpenText(was, "activity_act", a.place(), "was")
	if err != nil {
		return a, engine.InRow("activity_act", a.ID, err)
	}
	a.Was, err = activityOf(card)
	return a, err
}

// ChangedBy is when what some commands do was last done to an activity; of one
// person's only where it is given.
func (q Activities) ChangedBy(ctx context.Context, code, person string, acts ...string) (at time.Time, err error) {
	list, err := engine.All(ctx, q.tx, "changes of an activity", `SELECT act, at FROM activity_act WHERE activity = $1 AND ($2 = '' OR by_person = $3) ORDER BY version DESC`,
		[]any{code, person, person}, func(scan engine.Scan) (done changed, err error) { return done, scan(&done.act, engine.At(&done.at)) })
	for _, done := range list {
		for _, act := range acts {
			if done.act == act {
				return done.at, err
			}
		}
	}
	return at, err
}

// changed is what was done when.
type changed struct {
	act string
	at  time.Time
}
