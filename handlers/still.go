package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Standing is what a look at a waiting confidential message found.
type Standing int

// The standings.
const (
	Stands    Standing = iota
	LostHere           // the reader is not with the company, or the account not theirs
	LostRight          // the reader is here, but may not read it any more
)

// Still looks at a confidential message again at the moment it is sent: its
// reader must be here, the account theirs, and what they read by still hold.
func (p *Post) Still(ctx context.Context, tx *store.Tx, o store.Outgoing, now time.Time) (Standing, error) {
	var m chat.Message
	if err := json.Unmarshal(o.Content, &m); err != nil || !m.Confidential {
		return Stands, nil // unreadable: who renders it says so
	}
	caller, err := tx.Accounts().Caller(ctx, o.Platform, o.Address)
	switch who := caller.Person; {
	case err != nil:
		return Stands, fmt.Errorf("look again: %w", err)
	case o.Group || who.ID == "" || who.ID != o.Person || !who.Active():
		return LostHere, nil
	case m.Right != "" && !rulebook.Allows(rulebook.Right(m.Right), who):
		return LostRight, nil
	}
	for _, id := range m.Customers {
		if reads, err := command.Reads(ctx, tx, p.Policy, caller.Person, id, now); err != nil || !reads {
			return LostRight, err
		}
	}
	return Stands, nil
}

// NotSent is said in place of a confidential message whose reader may not read
// it any more.
const NotSent = "有一条保密内容没有发给你：发出之前，你查看它的权限已经没有了。需要时请按现在的权限再查。"
