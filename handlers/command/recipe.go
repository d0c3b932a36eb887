package command

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"marketbot/store"
)

// Asked is what the recipe of a workbook holds: the table that an answer showed,
// for whom, and as of when.
type Asked struct {
	Of     []string // which table: words without a slash
	Reader store.Person
	At     time.Time // to the millisecond, in the company's zone
	Last   string    // an id: what was entered behind it came later
	Trace  string    // the code of the look record
}

// Recipe is the recipe of a workbook of what the answer to the call shows; of says
// which table. [ReadRecipe] reads it.
func (c *Call) Recipe(name, trace string, of ...string) string {
	parts := append(of[:len(of):len(of)], c.Person.ID, strconv.FormatInt(c.Now.UnixMilli(), 10), c.Tx.NewID(c.Clock()), trace)
	return name + ":" + strings.Join(parts, "/")
}

// askedParts are those of a recipe that do not say which table.
const askedParts = 4

// ReadRecipe reads what stands in a recipe behind its name, where of words say
// which table, and who the reader is by now. The error is a fault of ours.
func ReadRecipe(ctx context.Context, tx *store.Tx, arg string, of int, zone *time.Location) (Asked, error) {
	parts := strings.Split(arg, "/")
	if len(parts) != of+askedParts {
		return Asked{}, fmt.Errorf("recipe %q: %d parts", arg, len(parts))
	}
	tail := parts[of:]
	ms, err := strconv.ParseInt(tail[1], 10, 64)
	if err != nil {
		return Asked{}, fmt.Errorf("recipe %q: moment: %w", arg, err)
	}
	reader, found, err := tx.People().ByID(ctx, tail[0])
	if err == nil && !found {
		err = fmt.Errorf("recipe %q: no such reader", arg)
	}
	return Asked{Of: parts[:of], Reader: reader, At: time.UnixMilli(ms).In(zone), Last: tail[2], Trace: tail[3]}, err
}
