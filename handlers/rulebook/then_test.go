package rulebook_test

import (
	"testing"
	"time"

	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// What was sent under another post, or before somebody was registered, is
// allowed only as far as it was allowed then and is allowed now.
func TestRightsOfThenAndNow(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	file := store.Customer{ID: "K1", Owner: "p"}
	stand := func(post store.Post) store.Person { return store.Person{ID: "p", Post: post} }
	rights := []rulebook.Right{rulebook.TakePart, rulebook.CheckIn, rulebook.SeeReports, rulebook.Consolidate, rulebook.DecideLooks, rulebook.TraceLooks}
	for _, policy := range []rulebook.FilePolicy{{}, {SupervisorIsSteward: true, SalespeopleSeeAll: true}} {
		for _, before := range store.Posts {
			for _, after := range store.Posts {
				then, p := stand(before), stand(after)
				p.Then = &then
				for _, r := range rights {
					if got, want := rulebook.Allows(r, p), rulebook.Allows(r, then) && rulebook.Allows(r, stand(after)); got != want {
						t.Errorf("%s: %s then, %s now: allowed %v, want %v", r, before, after, got, want)
					}
				}
				for _, g := range []store.Grant{{}, {ID: "A1", Person: "p", Customer: "K1", From: now.Add(-time.Hour), Until: now.Add(time.Hour)}} {
					was, is := policy.Access(then, file, g, now), policy.Access(stand(after), file, g, now)
					got := policy.Access(p, file, g, now)
					if got.Read() != (was.Read() && is.Read()) || got.Write != (was.Write && is.Write) {
						t.Errorf("%s then, %s now: %+v; alone they were %+v and are %+v", before, after, got, was, is)
					}
				}
				if got, want := policy.ReadsAll(p), policy.ReadsAll(then) && policy.ReadsAll(stand(after)); got != want {
					t.Errorf("%s then, %s now: reads all %v, want %v", before, after, got, want)
				}
			}
		}
	}
	stopped := stand(store.GeneralManager)
	p := stopped
	stopped.Until = now
	p.Then = &stopped
	if rulebook.Allows(rulebook.TakePart, p) || (rulebook.FilePolicy{}).Access(p, file, store.Grant{}, now).Read() {
		t.Error("who was nobody then is allowed something")
	}
}
