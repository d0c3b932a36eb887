package scheduler

import (
	"context"
	"fmt"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Job is something that the clock starts.
type Job struct {
	Name     string // for ever the same: what fired is remembered under it
	Title    string // for people
	Clause   string // the clause it serves; empty for the bot's own
	When     Schedule
	Grace    time.Duration // how late it is made up; later it is recorded as missed
	Reminder bool          // held back by quiet hours, and the last to be sent
	House    bool          // the bot's own order: that it was missed is recorded, but nobody is told
	// Series joins jobs that ask for the same thing: of several slots about the
	// same week, or day where there is none, that are made up at once, only the
	// last is said; what the earlier would say is no longer true. Empty: alone.
	Series string
	// Due takes the place of When and Grace where only the store knows the
	// moment: asked at every tick, it reports whether there is anything to do by
	// now. What Do then does must leave nothing of it to do, for exactly one
	// caller.
	Due func(ctx context.Context, tx *store.Tx, now time.Time) (bool, error)
	// Do runs in the transaction that claims the slot and says what to tell. An
	// error undoes what it did, but for a Partial one.
	Do Do
	// Ahead reads what takes long before that transaction, which those wait for who
	// write, and gives what is to be done in it in the place of Do. It goes with When.
	// Nil: Do reads for itself.
	Ahead func(ctx context.Context, tx *store.Tx, slot rulebook.Slot) (Do, error)
}

// Do is what a job does with a slot.
type Do = func(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error)

// Partial is an error of Job.Do for which what it did, and what it wants told,
// stands: the rest could not be done, and the job itself sees to it.
type Partial interface {
	error
	Partly()
}

// check is an error that names what a job lacks, so that a start fails and not
// the job's first moment.
func (j Job) check() error {
	clocked := j.When != nil
	switch {
	case j.Name == "", j.Title == "":
		return fmt.Errorf("job %q (%s) lacks a name or a title", j.Name, j.Title)
	case j.Do == nil:
		return fmt.Errorf("job %s does nothing", j.Name)
	case clocked == (j.Due != nil):
		return fmt.Errorf("job %s needs either When or Due", j.Name)
	case clocked != (j.Grace > 0):
		return fmt.Errorf("job %s: Grace goes with When", j.Name)
	case !clocked && j.Ahead != nil:
		return fmt.Errorf("job %s: Ahead goes with When", j.Name)
	}
	if _, known := rulebook.ByNumber(j.Clause); j.Clause != "" && !known {
		return fmt.Errorf("job %s serves clause %s, which is not in the rule book", j.Name, j.Clause)
	}
	return nil
}

// checkAll is the first error of the jobs, or that two have one name.
func checkAll(jobs []Job) error {
	names := map[string]bool{}
	for _, j := range jobs {
		if err := j.check(); err != nil {
			return err
		}
		if names[j.Name] {
			return fmt.Errorf("two jobs are named %s", j.Name)
		}
		names[j.Name] = true
	}
	return nil
}

// next gives the slots of the job's first moment after a time; none where the
// store knows when.
func (j *Job) next(after time.Time) []rulebook.Slot {
	if j.When == nil {
		return nil
	}
	return j.When.Next(after)
}
