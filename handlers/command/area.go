package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// Area is one part of the department's work.
type Area interface {
	// Commands are the area's commands.
	Commands() []Spec
	// Owes is what the caller owes or waits for in this area.
	Owes(ctx context.Context, c *Call) ([]Item, error)
}

// Overseen is an area of whose work heads see at a glance what there is today
// (工作台).
type Overseen interface {
	// Today is what there is, in counts that a group may hear: nothing where
	// there is nothing. A button that the caller may not use is left out.
	Today(ctx context.Context, c *Call) ([]Item, error)
}

// Watcher is an area that watches over what is told of customers.
type Watcher interface {
	// Watch is told whom an answer to the call lists, before that is recorded,
	// and gives the alarms that it raises.
	Watch(ctx context.Context, c *Call, listed Listed) ([]chat.Notice, error)
}

// Filer is an area that makes files.
type Filer interface {
	// Files are the makers of the area's files, by the name that a recipe
	// begins with: a chat.File of the recipe consolidated:2026-W48 is made by
	// the maker consolidated.
	Files() map[string]Maker
}

// Maker makes the content of a file from what stands in its recipe behind the
// name and the colon. It runs when the file is delivered, outside the
// transaction of the message that promised it.
type Maker func(ctx context.Context, tx *store.Tx, arg string) ([]byte, error)

// Makers are the makers of all areas that are a [Filer]. It refuses a name that
// no recipe can have, or that two areas use.
func Makers(areas []Area) (map[string]Maker, error) {
	all := map[string]Maker{}
	var errs []error
	for _, a := range areas {
		f, ok := a.(Filer)
		if !ok {
			continue
		}
		for name, maker := range f.Files() {
			switch {
			case name == "" || strings.Contains(name, ":") || maker == nil:
				errs = append(errs, fmt.Errorf("recipe %q of %T cannot be made", name, a))
			case all[name] != nil:
				errs = append(errs, fmt.Errorf("recipe %q is made by two areas, one is %T", name, a))
			}
			all[name] = maker
		}
	}
	return all, errors.Join(errs...)
}

// AreaOf is the area of type A among all; an error where there is none.
func AreaOf[A interface {
	comparable
	Area
}](areas []Area) (A, error) {
	var none A
	for _, one := range areas {
		if a, ok := one.(A); ok && a != none {
			return a, nil
		}
	}
	return none, fmt.Errorf("no area %T", none)
}
