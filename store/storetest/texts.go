package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marketbot/store"
)

// Hostile are the naughty strings and what no valid text holds: NUL and broken
// UTF-8, which PostgreSQL refuses in its own texts.
func Hostile(t testing.TB) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root(t), "handlers/command/testdata/blns/blns.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	return append(list, "\x00", "a\x00b", "\xff\xfe\xfd", "\xc0\x80", "\xed\xa0\x80", "半\xe5\x8d", strings.Repeat("长", 100_000))
}

// WriteTexts stores s as every text of a new person.
func WriteTexts(ctx context.Context, tx *store.Tx, i int, s string) error {
	at := time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)
	id := fmt.Sprint("p", i)
	day, week := store.Day("2026-11-26"), store.Week{Year: 1000 + i, Number: 48}
	writes := []error{
		tx.CheckIns().Add(ctx, store.CheckIn{ID: tx.NewID(at), Person: id, Day: day, At: at, Place: s, Progress: s}),
		tx.Trips().Add(ctx, store.Trip{ID: tx.NewID(at), Person: id, Place: s, Reason: s, First: day, Last: day, Planned: day, Declared: at}),
		tx.Leaves().Add(ctx, store.Leave{ID: tx.NewID(at), Person: id, First: day, Last: day, By: id, Entered: at, Reason: s}),
		tx.Weeks().Comment(ctx, store.ReportComment{ID: tx.NewID(at), Person: id, Week: week, At: at, Text: s}),
		tx.Dialogs().Ask(ctx, id, store.Dialog{Line: s, Expires: at.Add(time.Hour)}),
		tx.Dialogs().Offer(ctx, store.Confirmation{Code: fmt.Sprint("A", i), Person: id, Line: s, Version: "v", Expires: at.Add(time.Hour)}),
	}
	for _, err := range writes {
		if err != nil {
			return err
		}
	}
	report := store.Report{ID: tx.NewID(at), Person: id, Week: week, Sent: at, Text: store.ReportText{Review: s, Done: s, Plan: s, Payment: s, Problem: s}}
	if _, err := tx.Reports().Add(ctx, report); err != nil {
		return err
	}
	if _, err := tx.Weeks().SendUp(ctx, store.Consolidated{Week: week, Person: id, Sent: at, Opinion: s}); err != nil {
		return err
	}
	if _, err := tx.Inbox().Receive(ctx, store.Received{Platform: "x", ID: id, At: at, Body: s}, time.Second); err != nil {
		return err
	}
	_, err := tx.Outbox().Enqueue(ctx, &store.Outgoing{ID: id, Key: id, Platform: "x", Address: "a", Person: id, Class: store.ClassDue, Due: at, Created: at, Content: []byte(s)})
	if err != nil {
		return err
	}
	return tx.Outbox().Freeze(ctx, id, []byte(s), at)
}

// ReadTexts reads everything back that restAll stored.
func ReadTexts(ctx context.Context, tx *store.Tx, i int, got map[string]string) error {
	at := time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)
	id, day, week := fmt.Sprint("p", i), store.Day("2026-11-26"), store.Week{Year: 1000 + i, Number: 48}
	in, err := tx.CheckIns().Of(ctx, id, at, at.Add(time.Hour))
	if err != nil || len(in) != 1 {
		return fmt.Errorf("check-ins: %d, %w", len(in), err)
	}
	got["place"], got["progress"] = in[0].Place, in[0].Progress
	trips, err := tx.Trips().Of(ctx, id, day, day)
	if err != nil || len(trips) != 1 {
		return fmt.Errorf("trips: %d, %w", len(trips), err)
	}
	got["destination"], got["reason"] = trips[0].Place, trips[0].Reason
	leaves, err := tx.Leaves().Of(ctx, id, day)
	if err != nil || len(leaves) != 1 {
		return fmt.Errorf("leaves: %d, %w", len(leaves), err)
	}
	got["leave"] = leaves[0].Reason
	reports, err := tx.Reports().Of(ctx, id, week)
	if err != nil || len(reports) != 1 {
		return fmt.Errorf("reports: %d, %w", len(reports), err)
	}
	r := reports[0].Text
	got["review"], got["done"], got["plan"], got["payment"], got["problem"] = r.Review, r.Done, r.Plan, r.Payment, r.Problem
	comments, err := tx.Weeks().Comments(ctx, week)
	if err != nil || len(comments) != 1 {
		return fmt.Errorf("comments: %d, %w", len(comments), err)
	}
	up, _, err := tx.Weeks().SentUp(ctx, week)
	if err != nil {
		return err
	}
	got["comment"], got["opinion"] = comments[0].Text, up.Opinion
	dialog, _, err := tx.Dialogs().Take(ctx, id, at)
	if err != nil {
		return err
	}
	offer, _, err := tx.Dialogs().Confirm(ctx, fmt.Sprint("A", i), id, at)
	if err != nil {
		return err
	}
	owed, _, err := tx.Outbox().ByID(ctx, id)
	got["question"], got["preview"], got["content"], got["payload"] = dialog.Line, offer.Line, string(owed.Content), string(owed.Payload)
	return err
}

// root is the folder of the module.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, err = os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if up := filepath.Dir(dir); up != dir {
			dir, err = up, nil
		}
	}
	t.Fatal(err)
	return ""
}
