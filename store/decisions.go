package store

import (
	"context"
	"slices"

	"marketbot/store/internal/engine"
)

// DecisionAct is what was done to a decision.
type DecisionAct struct {
	MeetingAct
	Was Decision // zero of the act that made it
}

// NewCode is the code of a new decision.
func (q Decisions) NewCode(ctx context.Context) (string, error) { return nextCode(ctx, q.tx, "D") }

// Add enters a decision under its code, with the act that made it.
func (q Decisions) Add(ctx context.Context, is Decision, a MeetingAct) error {
	is.Version = 1
	_, err := q.tx.Exec(ctx, "add decision", `INSERT INTO decision (code, state, owner, due, version, card) VALUES ($1, $2, $3, $4, $5, $6)`,
		is.Code, string(is.State), is.Owner, string(is.Due), is.Version, q.tx.SealText(is.card(), "decision", is.place(), "card"))
	if err != nil {
		return err
	}
	return act(ctx, q.tx, is.Code, is.Version, "", a)
}

// Save changes a decision from what it was to what it is, with the act that does
// it; false when somebody else changed it meanwhile.
func (q Decisions) Save(ctx context.Context, was, is Decision, a MeetingAct) (bool, error) {
	is.Version = was.Version + 1
	n, err := q.tx.Exec(ctx, "save decision", `UPDATE decision SET state = $1, owner = $2, due = $3, version = $4, card = $5 WHERE code = $6 AND version = $7`,
		string(is.State), is.Owner, string(is.Due), is.Version, q.tx.SealText(is.card(), "decision", is.place(), "card"), was.Code, was.Version)
	if err != nil || n == 0 {
		return false, err
	}
	return true, act(ctx, q.tx, is.Code, is.Version, was.card(), a)
}

func (q Decisions) scan(scan engine.Scan) (Decision, error) {
	var d Decision
	var sealed []byte
	if err := scan(&d.Code, &d.State, &d.Owner, &d.Due, &d.Version, &sealed); err != nil {
		return d, err
	}
	card, err := opened(q.tx, "decision", d.Code, d.place(), sealed)
	if err != nil {
		return d, err
	}
	return decisionOf(card)
}

const decisionColumns = `SELECT code, state, owner, due, version, card FROM decision WHERE `

// Get is a decision by its code.
func (q Decisions) Get(ctx context.Context, code string) (Decision, bool, error) {
	if engine.Nowhere(code) {
		return Decision{}, false, nil
	}
	list, err := engine.All(ctx, q.tx, "decision", decisionColumns+`code = $1`, []any{code}, q.scan)
	return engine.First(list), len(list) > 0, err
}

// Open lists the decisions about which there is still something to be done, those
// due first first.
func (q Decisions) Open(ctx context.Context) ([]Decision, error) {
	list, err := engine.Sound(ctx, q.tx, "open decisions", decisionColumns+`state IN ($1, $2)`, []any{string(DecisionOpen), string(DecisionClaimed)}, q.scan)
	slices.SortFunc(list, func(a, b Decision) int {
		switch {
		case a.Due != b.Due && a.Due < b.Due, a.Due == b.Due && less(a.Code, b.Code):
			return -1
		}
		return 1
	})
	return list, err
}

// OfOwner lists the decisions of a person that count.
func (q Decisions) OfOwner(ctx context.Context, person string) ([]Decision, error) {
	return engine.Sound(ctx, q.tx, "decisions of a person", decisionColumns+`owner = $1 AND state <> $2 ORDER BY length(code), code`, []any{person, string(DecisionUndone)}, q.scan)
}

// All lists the decisions that count, the newest first.
func (q Decisions) All(ctx context.Context) ([]Decision, error) {
	list, err := engine.Sound(ctx, q.tx, "decisions", decisionColumns+`state <> $1`, []any{string(DecisionUndone)}, q.scan)
	slices.SortFunc(list, func(a, b Decision) int {
		if less(b.Code, a.Code) {
			return -1
		}
		return 1
	})
	return list, err
}

// Acts are what was done to a decision, oldest first.
func (q Decisions) Acts(ctx context.Context, code string) (list []DecisionAct, err error) {
	all, err := acts(ctx, q.tx, code)
	for _, a := range all {
		one := DecisionAct{MeetingAct: a}
		if a.was != "" {
			if one.Was, err = decisionOf(a.was); err != nil {
				return nil, err
			}
		}
		list = append(list, one)
	}
	return list, err
}
