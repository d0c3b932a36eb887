package engine

import "context"

// Counter writes down, once before a commit, what the updates that share it gave
// to Tx.Count. ended is told whether that was committed; where it was not, it may
// have been all the same.
type Counter interface {
	Count(ctx context.Context, tx *Tx, words []string) (ended func(committed bool), err error)
}

// Count gives a word to the Counter, unless what tx wrote is undone.
func (tx *Tx) Count(word string) { tx.counted = append(tx.counted, word) }

// Counting are the words that will be written down at the commit, of all whose
// writes tx sees.
func (tx *Tx) Counting() []string { return tx.counted }

// count has the Counter write down what is to be counted.
func (tx *Tx) count(ctx context.Context) (ended func(committed bool), err error) {
	if len(tx.counted) == 0 || tx.db.counter == nil {
		return func(bool) {}, nil
	}
	return tx.db.counter.Count(ctx, tx, tx.counted)
}
