package customer

import (
	"context"
	"slices"
	"time"

	"marketbot/handlers/command"
	"marketbot/store/vault"
)

// addName lets a customer be found by one more name.
func addName(ctx context.Context, c *command.Call, id, name string, kind vault.Kind) error {
	return vault.Search(c.Tx).AddName(ctx, vault.Name{ID: c.Tx.NewID(c.Now), Customer: id, Name: name, Kind: kind, Since: c.Now})
}

// writer puts facts into one file, with their source and why.
type writer struct {
	c        *command.Call
	customer string
	person   string // id; empty: the company
	source   string
	why      string
	checked  time.Time // zero: not yet
	checker  string
	old      []vault.Fact // current ones, of the company or of the person
	ids      []string     // of the facts put
}

// writer puts what the caller enters. Heads collate the files themselves, so
// that what they enter counts as checked (档-4, 档-7).
func (h Handler) writer(c *command.Call, customer string) *writer {
	w := &writer{c: c, customer: customer}
	if checks(c.Person) {
		w.checked, w.checker = c.Now, c.Person.ID
	}
	return w
}

// putAll puts what is given, in an order.
func (w *writer) putAll(ctx context.Context, fields []string, values map[string]string) error {
	for _, field := range fields {
		if value, given := values[field]; given {
			if err := w.put(ctx, field, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// was is the current fact of a field.
func (w *writer) was(field string) vault.Fact {
	if i := slices.IndexFunc(w.old, func(f vault.Fact) bool { return f.Field == field }); i >= 0 {
		return w.old[i]
	}
	return vault.Fact{}
}

// put gives a field its value; nothing happens when it has it already.
func (w *writer) put(ctx context.Context, field, value string) error {
	old := w.was(field)
	if old.Value == value {
		return nil
	}
	if err := overtaken(ctx, w.c, w.customer, w.person, field); err != nil {
		return err
	}
	now := w.c.Now
	f := vault.Fact{
		ID: w.c.Tx.NewID(now), Customer: w.customer, Person: w.person, Field: field, Value: value,
		Source: w.source, Author: w.c.Person.ID, At: now, Why: w.why, Checked: w.checked, CheckedBy: w.checker,
	}
	if err := vault.In(w.c.Tx).PutFact(ctx, f); err != nil {
		return err
	}
	w.ids = append(w.ids, f.ID)
	return w.index(ctx, old, f)
}

// overtaken refuses a late call that would write over what a field was given
// since.
func overtaken(ctx context.Context, c *command.Call, customer, person, field string) error {
	if !c.Late() {
		return nil
	}
	changed, err := vault.In(c.Tx).Changed(ctx, customer, person, field)
	if err != nil {
		return err
	}
	return c.Overtaken(changed)
}

// restaged refuses a late call that would move a stage which was moved since.
func restaged(ctx context.Context, c *command.Call, customer, stage string) error {
	if stage == "" || !c.Late() {
		return nil
	}
	moved, err := vault.In(c.Tx).Staged(ctx, customer)
	if err != nil {
		return err
	}
	return c.Overtaken(moved)
}

// index keeps up by what else the customer is found.
func (w *writer) index(ctx context.Context, old, f vault.Fact) error {
	switch {
	case f.Field == fieldPhone:
		if old.ID != "" {
			if err := vault.Search(w.c.Tx).DropPhone(ctx, old.ID); err != nil {
				return err
			}
		}
		if f.Value == "" {
			return nil
		}
		return vault.Search(w.c.Tx).PutPhone(ctx, w.customer, f.ID, f.Value)
	case w.person != "":
		return nil
	case f.Field == fieldShort:
		return w.rename(ctx, vault.ShortName, namesIn(f.Value))
	case f.Field == fieldFormer:
		return w.rename(ctx, vault.FormerName, namesIn(f.Value))
	default:
		return nil
	}
}

// rename makes names of one kind the only ones of it.
func (w *writer) rename(ctx context.Context, kind vault.Kind, names []string) error {
	have, err := vault.Search(w.c.Tx).Names(ctx, w.customer)
	if err != nil {
		return err
	}
	for _, n := range have {
		switch {
		case n.Kind != kind || !n.Until.IsZero():
		case slices.Contains(names, n.Name):
			names = slices.DeleteFunc(names, func(s string) bool { return s == n.Name })
		default:
			if err := vault.Search(w.c.Tx).EndName(ctx, n.ID, w.c.Now); err != nil {
				return err
			}
		}
	}
	for _, n := range names {
		if err := addName(ctx, w.c, w.customer, n, kind); err != nil {
			return err
		}
	}
	return nil
}
