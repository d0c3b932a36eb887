package rulebook

import (
	"strings"
	"time"

	"marketbot/store"
)

// FilePolicy is what the settings say about customer files.
type FilePolicy struct {
	SupervisorIsSteward bool // C1
	SalespeopleSeeAll   bool // C2; otherwise their own only
}

// ReadsFiles reports whether a person may read files at all without asking
// anybody (档-4); of which customers, Access says.
func (f FilePolicy) ReadsFiles(p store.Person) bool {
	if p.Then != nil && !f.ReadsFiles(*p.Then) {
		return false
	}
	return f.basis(p) != store.NoBasis || p.Active() && f.ofOwn(p.Post)
}

// ReadsAll reports whether a person reads every customer's file by post.
func (f FilePolicy) ReadsAll(p store.Person) bool { return f.basis(p) != store.NoBasis }

// Readers are the words for who reads files by post (档-4).
func (f FilePolicy) Readers() string {
	var posts []string
	for _, post := range store.Posts {
		switch p := (store.Person{ID: "-", Post: post}); {
		case f.ReadsAll(p):
			posts = append(posts, string(post))
		case f.ReadsFiles(p):
			posts = append(posts, string(post)+"（自己负责的客户）")
		}
	}
	return strings.Join(posts, "、")
}

// Access is what a person may do with the file of a customer at a moment, and
// might when they asked. grant is the person's grant for that customer, if there
// is one.
func (f FilePolicy) Access(p store.Person, c store.Customer, grant store.Grant, now time.Time) store.Access {
	asked := p.Then
	p.Then = nil
	a := f.access(p, c, grant, now)
	if asked == nil {
		return a
	}
	then := f.access(*asked, c, grant, now)
	if !then.Read() {
		return then
	}
	a.Write = a.Write && then.Write
	return a
}

func (f FilePolicy) access(p store.Person, c store.Customer, grant store.Grant, now time.Time) store.Access {
	a := store.Access{Person: p.ID, Post: p.Post, Customer: c.ID, Basis: f.basis(p), Clause: "档-4"}
	switch {
	case !p.Active():
		a.Basis = store.NoBasis
	case a.Basis != store.NoBasis:
		a.Write = writesFiles(p.Post)
	case c.Owner == p.ID && f.ofOwn(p.Post):
		a.Basis, a.Write = store.ByOwner, true
	case grant.Covers(p.ID, c.ID, now):
		a.Basis, a.Grant, a.Clause = store.ByGrant, grant.ID, "档-6"
	default:
		a.Clause = "档-6"
	}
	if a.Basis == store.ByPost && p.Post == store.Salesperson {
		a.Write = c.Owner == p.ID // they change their own
	}
	return a
}

// basis is what somebody has for every customer. Whoever is in notice has the looks
// of 档-4 no more; to organise the files is a duty of the post, which lasts to its end
// (2-7).
func (f FilePolicy) basis(p store.Person) store.Basis {
	if !p.Active() || p.Then != nil && f.basis(*p.Then) == store.NoBasis {
		return store.NoBasis
	}
	b := f.ofPost(p.Post)
	if b == store.ByPost && p.InNotice() {
		return store.NoBasis
	}
	return b
}

// ofPost is what a post gives for every customer.
func (f FilePolicy) ofPost(p store.Post) store.Basis {
	switch p {
	case store.ExecutiveDirector, store.GeneralManager, store.GMAssistant, store.MarketingDirector:
		return store.ByPost
	case store.Supervisor:
		if f.SupervisorIsSteward {
			return store.BySteward
		}
	case store.Salesperson:
		if f.SalespeopleSeeAll {
			return store.ByPost
		}
	}
	return store.NoBasis
}

// ofOwn reports whether a post reads at least the files of the customers that are its
// holder's own.
func (f FilePolicy) ofOwn(p store.Post) bool {
	return p == store.Salesperson || f.ofPost(p) == store.ByPost
}

// writesFiles reports whether a post changes files of every customer.
func writesFiles(p store.Post) bool {
	return p == store.MarketingDirector || p == store.Supervisor
}
