package activity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Holdings are the activities that somebody is to take part in, to sum up, or has
// begun to plan (2-7).
func (h Handler) Holdings(ctx context.Context, tx *store.Tx, of store.Person, at time.Time) ([]leaving.Held, error) {
	open, err := tx.Activities().Open(ctx)
	if err != nil {
		return nil, err
	}
	var list []leaving.Held
	for _, a := range open {
		mine, ended := a.Participant(of.ID), rulebook.ActivityState(a, at) == store.ActivityEnded
		what := ""
		switch {
		case ended && a.Responsible() == of.ID:
			what = "总结"
		case a.State == store.ActivityDraft && a.Maker == of.ID:
			what = "草稿"
		case ended || mine == nil || mine.Answer == store.Cannot:
			continue
		case mine.Task != "":
			what = mine.Task
		default:
			what = "参加"
		}
		list = append(list, leaving.Held{
			Kind: "活动", Ref: a.Code, Name: fmt.Sprintf("%s，%s，%s", a.Name, when(a), what),
			Move: func(ctx context.Context, c *command.Call, to store.Person) ([]chat.Notice, error) {
				return nil, h.replace(ctx, c, a.Code, of.ID, to.ID)
			},
		})
	}
	return list, nil
}

// replace puts another into the place of who left: as participant with the task, and
// as who planned it. Who took part in what is over did so: of that the other only sums
// it up.
func (h Handler) replace(ctx context.Context, c *command.Call, code, of, by string) error {
	was, found, err := c.Tx.Activities().Get(ctx, code)
	if err == nil && !found {
		err = fmt.Errorf("activity %s is gone", code)
	}
	if err != nil {
		return err
	}
	is := was
	if is.Maker == of {
		is.Maker = by
	}
	if rulebook.ActivityState(was, c.Now) == store.ActivityEnded {
		is.Heir = by
	} else {
		is.People = inPlace(was, of, by)
	}
	return h.save(ctx, c, was, &is, "")
}

// inPlace are the participants with one of them in another's place, which tells who is
// responsible; what either has to do is theirs then.
func inPlace(a store.Activity, of, by string) (list []store.Participant) {
	left, own := a.Participant(of), a.Participant(by)
	for _, p := range a.People {
		switch {
		case left != nil && p.Person == by:
			continue
		case p.Person == of && own != nil:
			tasks := slices.DeleteFunc([]string{own.Task, p.Task}, func(task string) bool { return task == "" })
			p = *own
			p.Task, p.Answer, p.Why = strings.Join(tasks, "；"), store.Can, ""
		case p.Person == of:
			p = store.Participant{Person: by, Task: p.Task, Answer: store.Can}
		}
		list = append(list, p)
	}
	return list
}
