package staff

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"marketbot/store"
)

// Entry is one person under people: in the config file.
type Entry struct {
	Name     string            `json:"name"`
	Post     store.Post        `json:"post"`
	Duties   []store.Duty      `json:"duties,omitempty"`
	Accounts map[string]string `json:"accounts,omitempty"` // account id by platform
}

// Seed applies the entries that are new or changed since they were last
// applied, and of a changed one only what changed, so that a restart undoes no
// command. Somebody who was stopped stays stopped. An error about an entry
// names it.
func Seed(ctx context.Context, tx *store.Tx, entries []Entry, now time.Time) error {
	if err := Check(entries); err != nil {
		return err
	}
	applied, err := tx.Seeds().All(ctx) // of thousands, hardly one is new
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := e.seed(ctx, tx, applied[e.Name], now); err != nil {
			return fmt.Errorf("people: %s: %w", e.Name, err)
		}
	}
	return nil
}

// Check finds what is wrong with entries, without a store.
func Check(entries []Entry) error {
	names := map[string]bool{}
	owners := map[[2]string]string{}
	for i, e := range entries {
		switch {
		case !validName(e.Name):
			return fmt.Errorf("people: entry %d: name %q cannot be registered", i+1, e.Name)
		case names[e.Name]:
			return fmt.Errorf("people: %s stands there twice", e.Name)
		case !slices.Contains(store.Posts, e.Post):
			return fmt.Errorf("people: %s: unknown post %q", e.Name, e.Post)
		}
		names[e.Name] = true
		for _, d := range e.Duties {
			if !slices.Contains(store.Duties, d) {
				return fmt.Errorf("people: %s: unknown duty %q", e.Name, d)
			}
		}
		for platform, id := range e.Accounts {
			account := [2]string{platform, strings.ToLower(id)}
			if other, taken := owners[account]; taken && id != "" {
				return fmt.Errorf("people: %s has the %s account of %s", e.Name, platform, other)
			}
			owners[account] = e.Name
		}
	}
	return nil
}

func (e Entry) seed(ctx context.Context, tx *store.Tx, before string, now time.Time) error {
	content, err := json.Marshal(e)
	if err != nil || before == string(content) {
		return err
	}
	var old Entry
	if before != "" {
		if err := json.Unmarshal([]byte(before), &old); err != nil {
			return fmt.Errorf("read what was applied: %w", err)
		}
	}
	if err := e.apply(ctx, tx, old, now); err != nil {
		return err
	}
	return tx.Seeds().Set(ctx, e.Name, string(content), now)
}

// apply brings the store from the old entry to this one.
func (e Entry) apply(ctx context.Context, tx *store.Tx, old Entry, now time.Time) error {
	p, found, err := tx.People().Named(ctx, e.Name)
	switch {
	case err != nil:
		return err
	case !found && old.Name != "":
		return nil // stopped by a command since
	case !found:
		p = store.Person{ID: tx.NewID(now), Name: e.Name, Post: e.Post, Duties: e.Duties, Since: now}
		if err := tx.People().Add(ctx, p); err != nil {
			return err
		}
	}
	if p.Post != e.Post && old.Post != e.Post {
		if err := tx.People().SetPost(ctx, p.ID, e.Post, now); err != nil {
			return err
		}
	}
	if err := e.duties(ctx, tx, old, p, now); err != nil {
		return err
	}
	return e.accounts(ctx, tx, old, p, now)
}

func (e Entry) duties(ctx context.Context, tx *store.Tx, old Entry, p store.Person, now time.Time) error {
	for _, d := range store.Duties {
		had, has := slices.Contains(old.Duties, d), slices.Contains(e.Duties, d)
		var err error
		switch {
		case has && !had:
			err = tx.People().GiveDuty(ctx, p.ID, d, now)
		case had && !has:
			err = tx.People().TakeDuty(ctx, p.ID, d, now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (e Entry) accounts(ctx context.Context, tx *store.Tx, old Entry, p store.Person, now time.Time) error {
	for _, platform := range slices.Sorted(maps.Keys(old.Accounts)) {
		id := old.Accounts[platform]
		owner, found, err := tx.Accounts().Person(ctx, platform, id)
		if err != nil {
			return err
		}
		if found && owner.ID == p.ID && !strings.EqualFold(e.Accounts[platform], id) {
			if err := tx.Accounts().Unbind(ctx, platform, id); err != nil {
				return err
			}
		}
	}
	for _, platform := range slices.Sorted(maps.Keys(e.Accounts)) {
		id := e.Accounts[platform]
		if id == "" || strings.EqualFold(old.Accounts[platform], id) {
			continue
		}
		if err := tx.Accounts().Bind(ctx, store.Account{Platform: platform, ID: id, Person: p.ID}, now); err != nil {
			return err
		}
	}
	return nil
}
