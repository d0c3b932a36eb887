// Package reading reads what people write: dates, spans, weeks, months, amounts
// of money, lengths of time, labels and fields, cities, customers' codes. People
// write 下周一至周三, 12万5, 三天, 本周：…; what the bot keeps is a value.
//
// A reader is a pure function. It takes a text, and what its days are counted from
// where that counts ([Base]), and gives the value at its beginning and how many bytes of the
// text that took. It reads the text folded, but all that is kept of it stays as
// typed. When nothing of the kind stands there the error is [ErrNone], and the
// text may be read as something else; a [Refusal] says that it is of the kind,
// but impossible.
//
// It is not for who or which customer is meant: that is looked up in the store,
// by handlers/command and the areas. Nor is it for how the bot words a value
// (handlers/words), nor for what the rule book makes of it.
package reading

import (
	"errors"
	"time"

	"marketbot/store"
)

// ErrNone means that nothing of the wanted kind stands at the beginning of a
// text.
var ErrNone = errors.New("nothing of the kind")

// Refusal says to the person why what stands there cannot be (没有2月30日这一天).
type Refusal string

func (r Refusal) Error() string { return "refused: " + string(r) }

// Days is an inclusive range of days.
type Days struct {
	From, To store.Day
	Begins   time.Duration // on the first day, after midnight: 周五下午
	Open     bool          // it was said from when on, but not how long: To is From
}
