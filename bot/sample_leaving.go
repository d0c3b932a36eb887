package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketbot/handlers/handover"
	"marketbot/handlers/leaving"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/vault"
)

// sampleLeaver gave notice sampleNotice before the start.
const (
	sampleLeaver = "李娜"
	sampleNotice = -10 * 24 * time.Hour
)

// sampleDeparture is a departure under way, as if its person had given a full notice
// and the supervisor begun to hand over: one customer waits for who is to take it, one
// was refused, the others were offered to nobody.
func sampleDeparture(ctx context.Context, tx *store.Tx, rules rulebook.Rules, start time.Time) error {
	people, err := tx.People().Active(ctx)
	if err != nil {
		return err
	}
	ids := map[string]string{}
	for _, p := range people {
		ids[p.Name] = p.ID
	}
	at := start.Add(sampleNotice)
	n, err := rulebook.ParseLeavingNotice(handover.Defaults().Notice)
	if err != nil {
		return err
	}
	last := n.Earliest(rules.Day(at))
	d := store.Departure{
		ID: tx.NewID(at), Person: ids[sampleLeaver], Kind: store.Resignation, State: store.DepartureGiven, Last: last, Ends: rules.LeavingEnds(last),
		Given: at, Post: store.Salesperson, Words: "因家人搬迁，申请月底离职。", Earliest: last, Counted: n.String(),
	}
	if err := tx.Departures().Add(ctx, d, store.DepartureAct{ID: tx.NewID(at), At: at, By: d.Person, Act: string(d.Kind)}); err != nil {
		return fmt.Errorf("sample departure: %w", err)
	}
	own, err := vault.In(tx).Of(ctx, d.Person)
	if err != nil || len(own) < 2 {
		return errors.Join(err, fmt.Errorf("%s has %d customers", sampleLeaver, len(own)))
	}
	at = at.Add(2 * time.Hour)
	for i, h := range []store.Handed{
		{State: store.HandedOffered, Taker: ids["张伟"]},
		{State: store.HandedRefused, Taker: ids["刘洋"], Why: "手上客户太多，跟不过来"},
	} {
		h.Departure, h.Kind, h.Ref, h.Name, h.By, h.At = d.ID, leaving.Customer, own[i].ID, own[i].Name+"，"+own[i].Stage, ids["赵强"], at
		if err := tx.Departures().Put(ctx, h); err != nil {
			return fmt.Errorf("sample departure: %w", err)
		}
	}
	return nil
}
