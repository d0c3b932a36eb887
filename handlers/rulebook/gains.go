package rulebook

import "marketbot/store"

// Gains reports whether somebody may do more after a change of their post or
// duties than before: read files that they could not, or anything else that
// not everybody may, but for what is open to whoever waits to be confirmed.
func (f FilePolicy) Gains(before, after store.Person) bool {
	if f.reach(after) > f.reach(before) {
		return true
	}
	for right, rule := range rights {
		if !rule.Everyone && !rule.Meanwhile && Allows(right, after) && !Allows(right, before) {
			return true
		}
	}
	return false
}

// reach is how many files somebody reads by post: none, their own, all.
func (f FilePolicy) reach(p store.Person) int {
	switch {
	case f.ReadsAll(p):
		return 2
	case f.ReadsFiles(p):
		return 1
	}
	return 0
}

// Guarded reports whether somebody has any right that is not everybody's, so
// that who writes in their name is more than one of many.
func (f FilePolicy) Guarded(p store.Person) bool {
	return f.Gains(store.Person{ID: p.ID, Post: store.OtherEmployee}, p)
}

// Decides reports whether a person's word is what a change waits for: the
// general manager's; where it is about the general manager the executive
// director's too; of one more account the person's own. What arrives late is the
// word of whoever they were then, too.
func Decides(p store.Person, c store.Change) bool {
	if p.Then != nil && !Decides(*p.Then, c) {
		return false
	}
	switch c.Asks {
	case store.AsksManager:
		return Allows(ConfirmPeople, p) && p.Post == store.GeneralManager
	case store.AsksLine:
		return Allows(ConfirmPeople, p)
	case store.AsksSelf:
		return p.Active() && p.ID == c.Person
	}
	return false
}
