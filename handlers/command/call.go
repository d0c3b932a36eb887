package command

import (
	"context"
	"fmt"
	"slices"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// Call is one run of a command. Its arguments are had by the names that the
// Spec declares: a name that it does not, or one of another kind, panics,
// because the step is then wrong for everybody and at all times.
type Call struct {
	Tx        *store.Tx
	Person    store.Person           // who asks
	Now       time.Time              // when it was sent, in the company's zone: judges deadlines, and what it is about was there then
	Taken     time.Time              // when it arrived, which may be hours later; see Clock
	Event     chat.Event             // as it came
	Spec      *Spec                  // what was called
	Line      string                 // the command line as typed, without mention
	Rest      string                 // of it, behind the command's name
	Answered  bool                   // a question waited for what was written
	Form      map[string]string      // values of a submitted form, by field name; nil when typed
	Photo     []byte                 // that came with the line, fit to be kept; nil: none, or Spec takes none
	Confirmed string                 // the version that was confirmed; empty when not (yet)
	Offers    func(name string) bool // reports whether a command is of use to the caller; nil: none is
	Serving   rulebook.Serving       // which commands serve which clause
	Policy    rulebook.FilePolicy    // who reads customers' files
	MayList   MayList                // refuses who may be shown no list of customers yet; nil: nobody is
	Calendar  *rulebook.Calendar     // what holidays are called; nil: none is known
	ReadAhead ReadAhead              // what was read for it before; nil: it reads all itself
	Met       *Listed                // others' customers that it was found to be about, see Meets; nil: nobody counts them
	args      map[string]any
}

// MayList refuses a caller who may be shown no list of customers yet.
type MayList func(ctx context.Context, c *Call) error

// ListsCustomers refuses a list of customers to whoever may be shown none yet.
func (c *Call) ListsCustomers(ctx context.Context) error {
	if c.MayList == nil {
		return nil
	}
	return c.MayList(ctx, c)
}

// NewCall is c with its arguments, as Parse gave them.
func NewCall(c Call, args map[string]any) *Call {
	c.args = args
	return &c
}

// Clock is when the call is run: what gives a right must hold then, too.
func (c *Call) Clock() time.Time {
	if c.Taken.After(c.Now) {
		return c.Taken
	}
	return c.Now
}

// Late reports whether time went by between the sending of the call and now.
func (c *Call) Late() bool { return c.Taken.After(c.Now) }

// Overtaken refuses a call that was sent before what it changes was changed last.
func (c *Call) Overtaken(changed time.Time) error {
	if !changed.After(c.Now) {
		return nil
	}
	zone := c.Now.Location()
	return &Refusal{
		Text: fmt.Sprintf("这条消息是 %s 发的，到得晚了：之后（%s）已经另有改动，以后发的为准，这一条没有照办。", words.Moment(c.Now), words.Moment(changed.In(zone))),
		Hint: "还要这样改的话，重新发一次",
	}
}

// Env is what reading the call's arguments needs.
func (c *Call) Env() Env {
	return Env{Tx: c.Tx, Now: c.Now, Mentions: c.Event.Mentions, Person: c.Person, Policy: c.Policy, Calendar: c.Calendar}
}

// Has reports whether an argument was given.
func (c *Call) Has(name string) bool {
	c.declared(name)
	_, ok := c.args[name]
	return ok
}

// Text is a Word, Number, Free, Customer, Contract or Passage argument as typed, or "".
func (c *Call) Text(name string) string {
	return value[string](c, name, Word, Number, Free, Customer, Contract, Passage)
}

// Day is a Date or Month argument.
func (c *Call) Day(name string) store.Day { return value[store.Day](c, name, Date, Month) }

// Days is a Span argument.
func (c *Call) Days(name string) reading.Days { return value[reading.Days](c, name, Span) }

// Week is a Week argument.
func (c *Call) Week(name string) store.Week { return value[store.Week](c, name, Week) }

// Money is a Money argument in 分.
func (c *Call) Money(name string) int64 { return value[int64](c, name, Money) }

// Length is a Length argument.
func (c *Call) Length(name string) time.Duration { return value[time.Duration](c, name, Length) }

// Who is a Person argument.
func (c *Call) Who(name string) store.Person { return value[store.Person](c, name, Person) }

// Post is a Post argument.
func (c *Call) Post(name string) store.Post { return value[store.Post](c, name, Post) }

// Duty is a Duty argument.
func (c *Call) Duty(name string) store.Duty { return value[store.Duty](c, name, Duty) }

// Mentions is a Mentions argument: names as typed, each with its @.
func (c *Call) Mentions(name string) []string { return value[[]string](c, name, Mentions) }

// Labels is a Labels argument: text by label.
func (c *Call) Labels(name string) map[string]string {
	return value[reading.Labelled](c, name, Labels).Values
}

// Guessed reports whether which text belongs to which label of a Labels argument
// does not stand there plainly.
func (c *Call) Guessed(name string) bool { return value[reading.Labelled](c, name, Labels).Guessed }

// Fields is a Fields argument: text by key; an empty text empties the field.
func (c *Call) Fields(name string) map[string]string {
	return value[map[string]string](c, name, Fields)
}

// value is an argument that the Spec declares as one of the kinds.
func value[T any](c *Call, name string, kinds ...Kind) T {
	if a := c.declared(name); !slices.Contains(kinds, a.Kind) {
		panic(misuse(fmt.Sprintf("command %q: argument %q is of another kind (%d)", c.Spec.Name, name, a.Kind)))
	}
	v, _ := c.args[name].(T)
	return v
}

// declared is the argument of a name, as the Spec declares it.
func (c *Call) declared(name string) *Arg {
	if c.Spec == nil {
		panic(misuse(fmt.Sprintf("argument %q of a call without a command", name)))
	}
	for i := range c.Spec.Args {
		if c.Spec.Args[i].Name == name {
			return &c.Spec.Args[i]
		}
	}
	panic(misuse(fmt.Sprintf("command %q has no argument %q", c.Spec.Name, name)))
}

// misuse is what a wrong step panics with. It says that it is the runtime's, so
// that the log may repeat it: unlike what others panic with, it never holds a
// word of people.
type misuse string

func (m misuse) Error() string { return string(m) }

// RuntimeError makes it a [runtime.Error].
func (misuse) RuntimeError() {}
