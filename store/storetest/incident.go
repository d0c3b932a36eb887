package storetest

import (
	"context"
	"fmt"
	"time"

	"marketbot/store"
)

// WriteIncident stores s as every text of an incident, and closes it.
func WriteIncident(ctx context.Context, tx *store.Tx, n int, s string) error {
	now := time.Date(2026, 11, 26, 9, 30, 0, n, time.UTC)
	i, err := tx.Incidents().Add(ctx, store.Incident{At: now, Giver: fmt.Sprint("giver", n), Words: s, Trace: "ABC234", Contract: "ZYX-001"})
	if err != nil {
		return err
	}
	i.State, i.Outcome, i.By, i.Closed = store.IncidentClosed, s, "li", now
	ok, err := tx.Incidents().Save(ctx, i)
	if err == nil && !ok {
		err = fmt.Errorf("incident %s: not saved", i.Code)
	}
	return err
}

// ReadIncident reads back what WriteIncident stored.
func ReadIncident(ctx context.Context, tx *store.Tx, n int, got map[string]string) error {
	list, err := tx.Incidents().All(ctx)
	for _, i := range list {
		if i.Giver == fmt.Sprint("giver", n) && i.State == store.IncidentClosed && i.Trace == "ABC234" && i.Contract == "ZYX-001" && i.By == "li" {
			got["incident"], got["outcome"] = i.Words, i.Outcome
			return err
		}
	}
	return fmt.Errorf("incident of giver%d is not there: %w", n, err)
}
