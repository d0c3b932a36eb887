package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"marketbot/bot/webchat"
	"marketbot/handlers/contract"
	"marketbot/handlers/customer"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/store"
)

// sampleSince is how long before its start the sample department has existed.
const sampleSince = -14 * 7 * 24 * time.Hour

// sampleEntries are the sample people as the settings would name them.
func sampleEntries() []staff.Entry {
	var list []staff.Entry
	for _, p := range webchat.Sample() {
		list = append(list, staff.Entry{Name: p.Name, Post: p.Post, Duties: p.Duties, Accounts: map[string]string{webchat.Platform: p.Account}})
	}
	return list
}

// sampleReports are what the salespeople handed in for the week before.
func sampleReports() map[string]store.ReportText {
	return map[string]store.ReportText{
		"张伟": {Done: "拜访华东机电，送去展位方案", Plan: "去广州见华东机电采购部\n整理展位报价", Payment: "5万"},
		"刘洋": {Done: "电话回访 12 家", Plan: "走访建材市场"},
		"李娜": {Done: "签回执 3 份", Plan: "回访老客户\n确定推介会场地", Payment: "6万", Problem: "推介会需要一名同事支援"},
	}
}

// sampleHistory gives the sample department its customers, contracts, activities, somebody who leaves and a last week,
// handed in, sent up and read, so that plans are carried over on the first day.
func sampleHistory(ctx context.Context, tx *store.Tx, rules rulebook.Rules, start time.Time) error {
	if err := sampleCustomers(ctx, tx, customer.Defaults(), start); err != nil {
		return err
	}
	if err := sampleContracts(ctx, tx, rules, contract.Defaults(), start); err != nil {
		return err
	}
	if err := sampleReceivables(ctx, tx, rules, start); err != nil {
		return err
	}
	if err := sampleTargets(ctx, tx, rules, start); err != nil {
		return err
	}
	if err := sampleProgress(ctx, tx, rules, start); err != nil {
		return err
	}
	if err := sampleActivities(ctx, tx, rules, start); err != nil {
		return err
	}
	if err := sampleDeparture(ctx, tx, rules, start); err != nil {
		return err
	}
	people, err := tx.People().Active(ctx)
	if err != nil {
		return err
	}
	for _, p := range people {
		if err := tx.People().Acknowledge(ctx, p.ID, rulebook.Version, p.Since); err != nil {
			return err
		}
	}
	week, due, ok := lastReported(rules, start)
	if !ok {
		return nil
	}
	for _, p := range people {
		text, owes := sampleReports()[p.Name]
		if !owes {
			continue
		}
		sent := due.Add(-2 * time.Hour)
		if _, err := tx.Reports().Add(ctx, store.Report{ID: tx.NewID(sent), Person: p.ID, Week: week, Sent: sent, Text: text}); err != nil {
			return err
		}
	}
	return sampleSentUp(ctx, tx, rules, week, start, people)
}

// ordinary is a moment in the first week from now on in which no holiday moves
// a deadline, so that the tour's Friday and Monday are what it says.
func ordinary(rules rulebook.Rules, now time.Time) time.Time {
	for range 8 {
		week := rules.Week(now)
		friday := store.DayOf(week.Monday(rules.Zone).AddDate(0, 0, 4))
		due, ok := rules.ReportDue(week)
		up, _ := rules.ConsolidatedDue(week)
		if ok && rules.Day(due) == friday && rules.Day(up) == friday.Add(3) {
			return now
		}
		now = now.AddDate(0, 0, 7)
	}
	return now
}

// lastReported is the last week before start that had a report, and its due.
func lastReported(rules rulebook.Rules, start time.Time) (week store.Week, due time.Time, ok bool) {
	week = rules.Week(start)
	for range 4 {
		week = week.Add(-1)
		if due, ok = rules.ReportDue(week); ok {
			return week, due, true
		}
	}
	return week, due, false
}

func sampleSentUp(ctx context.Context, tx *store.Tx, rules rulebook.Rules, week store.Week, start time.Time, people []store.Person) error {
	due, ok := rules.ConsolidatedDue(week)
	director := slices.IndexFunc(people, func(p store.Person) bool { return p.Post == store.MarketingDirector })
	manager := slices.IndexFunc(people, func(p store.Person) bool { return p.Post == store.GeneralManager })
	if !ok || director < 0 || manager < 0 {
		return errors.New("the sample department cannot send its reports up")
	}
	if due.After(start) { // after a long holiday
		due = start
	}
	sent := due.Add(-time.Hour)
	if _, err := tx.Weeks().SendUp(ctx, store.Consolidated{Week: week, Person: people[director].ID, Sent: sent, Opinion: "进度正常。"}); err != nil {
		return err
	}
	_, err := tx.Weeks().Read(ctx, week, store.Reading{Person: people[manager].ID, At: sent.Add(time.Minute)})
	return err
}
