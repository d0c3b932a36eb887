package vault

import (
	"context"

	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
)

// changes are all facts of a file, oldest first. What counts of them must be
// what the cards say.
func (q Files) changes(ctx context.Context, k keptFile) ([]Fact, error) {
	cards := k.cards()
	list, err := engine.All(ctx, q.tx, "changes", `SELECT id, customer, person, field, author, at, checked, checked_by, until, until_by, value, source, why
		FROM fact WHERE customer = $1 ORDER BY at, id`, []any{k.ID},
		func(scan engine.Scan) (Fact, error) { return scanFact(scan, cards) })
	if err != nil {
		return nil, err
	}
	return list, agree(list, cards)
}

// scanFact reads a fact and unseals it with the key of its card. A person
// without a card was erased.
func scanFact(scan engine.Scan, cards map[string]card) (Fact, error) {
	var f Fact
	var sealed [3][]byte
	err := scan(&f.ID, &f.Customer, &f.Person, &f.Field, &f.Author, engine.At(&f.At), engine.At(&f.Checked), &f.CheckedBy, engine.At(&f.Until), &f.UntilBy,
		&sealed[0], &sealed[1], &sealed[2])
	if err != nil {
		return f, err
	}
	k, known := cards[f.Person]
	if f.Erased = !known && sealed[0] == nil; f.Erased {
		return f, nil
	}
	if !known {
		return Fact{}, engine.InRow("fact", f.ID, seal.ErrTampered)
	}
	for i, into := range []*string{&f.Value, &f.Source, &f.Why} {
		text, err := k.key.Open(sealed[i], f.words([]string{"value", "source", "why"}[i])...)
		if err != nil {
			return Fact{}, engine.InRow("fact", f.ID, err)
		}
		*into = string(text)
	}
	return f, nil
}

// agree says ErrTampered unless what counts in a history is what cards say.
func agree(changes []Fact, cards map[string]card) error {
	says := map[string]Fact{}
	for _, k := range cards {
		for _, f := range k.facts {
			says[f.ID] = f
		}
	}
	for _, f := range changes {
		if !f.Until.IsZero() || f.Erased {
			continue
		}
		f.Why = ""
		if says[f.ID] != f {
			return engine.InRow("fact", f.ID, seal.ErrTampered)
		}
		delete(says, f.ID)
	}
	for id := range says {
		return engine.InRow("fact", id, seal.ErrTampered)
	}
	return nil
}
