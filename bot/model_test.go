package main

import (
	"fmt"
	"slices"
	"time"

	"marketbot/handlers/chat"
)

// reference is what the rule book says about who reads customers' files, told
// a second time: it knows posts, accounts, grants, delegations and times, and
// nothing of the program.
type reference struct {
	posts       map[string][]tenure        // by name; an empty post while stopped
	accounts    map[chat.Account]ownership // since when whose
	grants      []*lent
	delegations []*deputed
	last        map[string]*written // by who wrote it, for 撤销
	damaged     map[string]bool
}

type tenure struct {
	from time.Time
	post string
}

type ownership struct {
	person string
	from   time.Time
}

// lent is a grant, by the number of its request.
type lent struct {
	code, person, customer string
	from, until            time.Time
}

// deputed is that somebody may decide requests, while who lets them is the
// general manager.
type deputed struct {
	by, to      string
	from, until time.Time
}

// written is something that the general manager can take back.
type written struct {
	at   time.Time
	undo func(at time.Time) // nil: cannot be
}

// readers are the posts that read every file (档-4, C1, C2).
var readers = []string{"执行董事", "总经理", "总经理助理", "市场总监", "市场主管", "业务员"}

func newReference(posts map[string]string, account func(name string) chat.Account) *reference {
	r := &reference{posts: map[string][]tenure{}, accounts: map[chat.Account]ownership{}, last: map[string]*written{}, damaged: map[string]bool{}}
	for name, post := range posts {
		r.posts[name] = []tenure{{time.Time{}, post}}
		r.accounts[account(name)] = ownership{name, time.Time{}}
	}
	return r
}

// post is somebody's at a moment; empty: none.
func (r *reference) post(name string, at time.Time) string {
	post := ""
	for _, h := range r.posts[name] {
		if !h.from.After(at) {
			post = h.post
		}
	}
	return post
}

// owner is whose an account was at a moment.
func (r *reference) owner(a chat.Account, at time.Time) string {
	if o := r.accounts[a]; !o.from.After(at) {
		return o.person
	}
	return ""
}

// reads reports whether somebody may read a customer's file at a moment.
func (r *reference) reads(name, customer string, at time.Time) bool {
	post := r.post(name, at)
	return post != "" && (slices.Contains(readers, post) || slices.ContainsFunc(r.grants, func(g *lent) bool {
		return g.person == name && g.customer == customer && !at.Before(g.from) && at.Before(g.until)
	}))
}

// decides reports whether somebody may decide requests at a moment (档-6, C5).
func (r *reference) decides(name string, at time.Time) bool {
	switch r.post(name, at) {
	case "总经理":
		return true
	case "执行董事", "总经理助理":
		return slices.ContainsFunc(r.delegations, func(d *deputed) bool {
			return d.to == name && !at.Before(d.from) && at.Before(d.until) && r.post(d.by, at) == "总经理"
		})
	}
	return false
}

// becomes gives somebody a post, or with none stops them, which ends what they
// were lent for ever.
func (r *reference) becomes(name, post string, at time.Time) {
	r.posts[name] = append(r.posts[name], tenure{at, post})
	for _, g := range r.grants {
		if post == "" && g.person == name && at.Before(g.until) {
			g.until = at
		}
	}
}

// wrong is what is wrong with a file's content in somebody's chat: it was asked
// for at one moment, by the record, and is shown at another.
func (r *reference) wrong(to chat.Account, customer, looker string, asked, shown time.Time) string {
	owner := r.owner(to, shown)
	switch {
	case owner == "" || owner != looker:
		return fmt.Sprintf("%v, who is %q, is shown %s in the name of %q", to, owner, customer, looker)
	case !r.reads(owner, customer, asked):
		return fmt.Sprintf("%s is shown %s, which they might not read at %v, when they asked", owner, customer, asked)
	case !r.reads(owner, customer, shown):
		return fmt.Sprintf("%s is shown %s, which they may not read at %v", owner, customer, shown)
	}
	return ""
}
