package store_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/vault"
)

// hostileTime is when hostile texts come in.
var hostileTime = time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)

// writeFile stores s as every text of a customer's file of its own, of a
// request to read it, and of a lead.
func writeFile(ctx context.Context, tx *store.Tx, i int, s string) error {
	at, k := hostileTime, fmt.Sprint("K", i)
	fact := vault.Fact{ID: k + "f", Customer: k, Field: "特征", Value: s, Source: s, Why: s, Author: "p", At: at}
	person := vault.Person{ID: k + "p", Customer: k, Name: named(s), Source: s, Created: at, Author: "p"}
	request := store.Request{Code: fmt.Sprint("A", i), Kind: store.LookRequest, Asker: k, Words: s, Why: s, At: at, Lapses: at.Add(time.Hour), State: store.RequestOpen}
	lead := store.Lead{Code: fmt.Sprint("L", i), Giver: "p", At: at, State: store.LeadOpen, Words: s, Text: s, Source: s}
	if err := errors.Join(
		vault.In(tx).Add(ctx, store.Customer{ID: k, Name: k, Stage: "接触", Created: at, Author: "p"}),
		vault.In(tx).PutFact(ctx, fact), vault.In(tx).AddPerson(ctx, person),
		vault.In(tx).AddProgress(ctx, vault.Progress{ID: k + "g", Customer: k, Author: "p", At: at, Words: s, Next: store.NextStep{Day: "2026-12-05", What: s}}),
		tx.Requests().Add(ctx, request), tx.Leads().Add(ctx, lead),
	); err != nil {
		return err
	}
	request.State, request.By, request.Decided, request.Reason = store.RequestRejected, "p", at, s
	lead.State, lead.By, lead.Decided, lead.Reason = store.LeadRejected, "p", at, s
	_, err := tx.Requests().Decide(ctx, request)
	_, err2 := tx.Leads().Decide(ctx, lead)
	return errors.Join(err, err2)
}

// named is s as a name, which somebody in a file always has.
func named(s string) string {
	if s == "" {
		return "无"
	}
	return s
}

// readFile reads everything back that writeFile stored, and looks for s.
func readFile(ctx context.Context, tx *store.Tx, i int, s string, got map[string]string) error {
	k := fmt.Sprint("K", i)
	access := store.Access{Person: "p", Customer: k, Basis: store.ByPost}
	h, err := vault.In(tx).History(ctx, access, ledger.Entry{At: hostileTime, Person: "p", Act: "客户历史", Look: ledger.Look{Why: s}})
	if err != nil || len(h.Changes) != 2 || len(h.Progress) != 1 {
		return fmt.Errorf("history %d, %d: %w", len(h.Changes), len(h.Progress), err)
	}
	for _, f := range h.Changes {
		if got[f.Field+"'s source"] = f.Source; f.Field == vault.NameField {
			if f.Value != named(s) {
				got["name"] = f.Value
			}
			continue
		}
		got["value"], got["why"] = f.Value, f.Why
	}
	got["words of progress"], got["next step"] = h.Progress[0].Words, h.Progress[0].Next.What
	look, _, err := tx.Audit().ByTrace(ctx, h.Trace)
	if err != nil {
		return err
	}
	file, err := vault.In(tx).Open(ctx, access, ledger.Entry{At: hostileTime, Person: "p", Act: "客户"})
	if err != nil {
		return err
	}
	for _, f := range file.Facts {
		got["card"] = f.Value
	}
	requests, err := tx.Requests().Of(ctx, k, hostileTime)
	if err != nil || len(requests) != 1 {
		return fmt.Errorf("requests %d: %w", len(requests), err)
	}
	lead, _, err := tx.Leads().ByCode(ctx, fmt.Sprint("L", i))
	r := requests[0]
	got["looked why"], got["request"], got["request's why"], got["request's reason"] = look.Why, r.Words, r.Why, r.Reason
	got["lead"], got["lead's text"], got["lead's source"], got["lead's reason"] = lead.Words, lead.Text, lead.Source, lead.Reason
	return err
}
