// Package closing freezes months (会-4): who ends the monthly meeting closes its
// month, the clock does at 24:00 of the 15th of the next. What areas keep of a month
// is kept then, with a hash over the values, and never changes; what becomes known
// later is 会后更正 of the month that is open by then, as [Open] says.
//
// An area that keeps tables of a month is an [Area]. [Of] finds them among all areas,
// for the timetable and for the meeting, which closes by [Months.Freeze].
//
// It is not for what a table holds, nor for showing one.
package closing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Area is an area that keeps something of a month; a command.Area is asked for it by
// type assertion.
type Area interface {
	// Keep is what is kept of a month that freezes at a moment, which may have
	// passed: what came later does not count. It only reads. The months before are
	// frozen, the month itself is not.
	Keep(ctx context.Context, tx *store.Tx, month store.Day, at time.Time) ([]store.KeptTable, error)
}

// Table is values as they are kept under a name.
func Table(month store.Day, name string, values any) (store.KeptTable, error) {
	data, err := json.Marshal(values)
	if err != nil {
		return store.KeptTable{}, fmt.Errorf("keep %s of %s: %w", name, string(month), err)
	}
	sum := sha256.Sum256(data)
	return store.KeptTable{Month: month, Name: name, Hash: hex.EncodeToString(sum[:]), Content: string(data)}, nil
}

// Months are what freezes, and how. They do not change once made.
type Months struct {
	Rules rulebook.Rules
	Areas []Area
}

// Of is the freezing of the areas among all.
func Of(rules rulebook.Rules, all []command.Area) Months {
	m := Months{Rules: rules}
	for _, one := range all {
		if a, ok := one.(Area); ok {
			m.Areas = append(m.Areas, a)
		}
	}
	return m
}

// Freeze freezes a month and those before it that are open, each with all its
// tables: at is the moment as of which they stand, by the person who closes it, empty
// for the clock. Nothing happens when it is frozen.
func (m Months) Freeze(ctx context.Context, tx *store.Tx, month store.Day, at time.Time, by string) error {
	for open, err := Open(ctx, tx, m.Rules, at); ; open = open.NextMonth() {
		if err != nil || open > month {
			return err
		}
		if err := m.freeze(ctx, tx, store.FrozenMonth{Month: open, At: at, By: by}); err != nil {
			return fmt.Errorf("freeze %s: %w", string(open), err)
		}
	}
}

func (m Months) freeze(ctx context.Context, tx *store.Tx, f store.FrozenMonth) error {
	at := f.At
	if f.By != "" { // what stands there of the very moment was entered before it was closed
		at = at.Add(time.Millisecond)
	}
	for _, a := range m.Areas {
		tables, err := a.Keep(ctx, tx, f.Month, at)
		if err != nil {
			return err
		}
		for _, t := range tables {
			if _, err := tx.Months().Keep(ctx, t); err != nil {
				return err
			}
		}
	}
	_, err := tx.Months().Freeze(ctx, f)
	return err
}

// Due reports whether the clock has a month to freeze.
func (m Months) Due(ctx context.Context, tx *store.Tx, now time.Time) (bool, error) {
	open, err := Open(ctx, tx, m.Rules, now)
	return !now.Before(m.Rules.FreezesAt(open)), err
}

// Run freezes the months whose time has come, as of that time. Nobody is told.
func (m Months) Run(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
	for {
		open, err := Open(ctx, tx, m.Rules, s.At)
		if at := m.Rules.FreezesAt(open); err != nil || s.At.Before(at) {
			return nil, err
		} else if err := m.Freeze(ctx, tx, open, at, ""); err != nil {
			return nil, err
		}
	}
}

// Open is the earliest month that is not frozen, in which corrections stand.
func Open(ctx context.Context, tx *store.Tx, rules rulebook.Rules, now time.Time) (store.Day, error) {
	last, _, err := tx.Months().Last(ctx)
	if err != nil {
		return "", err
	}
	created, err := tx.Marks().At(ctx, store.CreatedMark)
	return rules.OpenMonth(last.Month, created, now), err
}

// Into is where what becomes known of a month now stands: the open month, where it is
// frozen, or its time has come and the clock is about to freeze it.
func Into(ctx context.Context, tx *store.Tx, rules rulebook.Rules, month store.Day, now time.Time) (open store.Day, frozen bool, err error) {
	_, frozen, err = tx.Months().Frozen(ctx, month)
	if err != nil {
		return "", false, err
	}
	first, err := Open(ctx, tx, rules, now)
	if err != nil {
		return "", false, err
	}
	for open = first; !now.Before(rules.FreezesAt(open)); {
		open = open.NextMonth()
	}
	return open, frozen || month >= first && month < open, nil
}

// Note says of what happened on a day whose month is frozen where it counts: empty
// for a month that is not.
func Note(ctx context.Context, tx *store.Tx, rules rulebook.Rules, day store.Day, now time.Time) (string, error) {
	open, frozen, err := Into(ctx, tx, rules, day.Month(), now)
	if err != nil || !frozen {
		return "", err
	}
	return fmt.Sprintf("%s的业绩已定稿，这一笔记为会后更正，算在%s（会-4）。", month(day, now), month(open, now)), nil
}

// month is a month as people call it: 11月, with the year where that is another.
func month(day store.Day, now time.Time) string {
	t := day.Start(time.UTC)
	if t.Year() != now.Year() {
		return t.Format("2006年1月")
	}
	return t.Format("1月")
}
