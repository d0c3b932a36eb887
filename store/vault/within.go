package vault

import (
	"context"

	"marketbot/store/internal/spelling"
)

// most of the names that share something with a text are looked at.
const mostSharing = 256

// Sharing are names of customers that share characters in a row with a text, at least
// as many as size: what may be named within it. It asks once, however long the text.
func (q Names) Sharing(ctx context.Context, text string, size int) (names []string, err error) {
	f := finder{names: q}
	late, err := f.unindexed(ctx)
	if err != nil {
		return nil, err
	}
	said := []rune(spelling.Plain(text))
	var ways [][]string
	for i := 0; i+size <= len(said); i++ {
		if tokens := spelling.Read(string(said[i : i+size])).Parts(); len(tokens) > 0 {
			ways = append(ways, tokens)
		}
	}
	if len(ways) == 0 {
		return nil, nil
	}
	found, err := indexOf(q.tx).names(ctx, q.tx, ways, mostSharing)
	for _, n := range append(found, late...) {
		names = append(names, n.name)
	}
	return names, err
}
