package vault

import (
	"context"
	"maps"
	"slices"

	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
)

// changes are all facts of a file, oldest first, without damaged ones and those of
// damaged people. What counts of them must be what the cards say.
func (q Files) changes(ctx context.Context, k keptFile) ([]Fact, error) {
	cards := k.cards()
	list, err := engine.Sound(ctx, q.tx, "changes", `SELECT id, customer, person, field, author, at, checked, checked_by, until, until_by, value, source, why
		FROM fact WHERE customer = $1 ORDER BY at, id`, []any{k.ID},
		func(scan engine.Scan) (Fact, error) {
			f, err := scanFact(scan, cards)
			if slices.Contains(k.lost, f.Person) { // told of as somebody who does not open
				err = nil
			}
			return f, err
		})
	list = slices.DeleteFunc(list, func(f Fact) bool { return slices.Contains(k.lost, f.Person) })
	return q.agreed(list, cards), err
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
		return f, engine.InRow("fact", f.ID, seal.ErrTampered)
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

// agreed is a history without what counts in it and is not what cards say: that is
// damaged, as is what they say and no history holds, and what no card says.
func (q Files) agreed(changes []Fact, cards map[string]card) []Fact {
	says := map[string]Fact{}
	for _, k := range cards {
		for _, f := range k.facts {
			says[f.ID] = f
		}
	}
	sound := slices.DeleteFunc(changes, func(f Fact) bool {
		if !f.Until.IsZero() || f.Erased {
			return false
		}
		f.Why = ""
		said, known := says[f.ID]
		switch {
		case said == f:
			delete(says, f.ID)
		case !known: // a value of the past made to count again
			q.tx.Note(engine.Damage{Table: "fact", Row: f.ID})
		}
		return said != f
	})
	for _, id := range slices.Sorted(maps.Keys(says)) {
		q.tx.Note(engine.Damage{Table: "fact", Row: id})
	}
	return sound
}
