package main

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"testing"

	"marketbot/store"
	"marketbot/store/storetest"
)

// few are the tables of which all rows may be read, with why they stay few.
var few = map[string]string{
	"meta": "marks and settings", "search_state": "one row", "chain_state": "three rows", "seed": "the entries of the settings",
	"person": "a department's people", "account": "one or two a person", "tenure": "a change of somebody's post or name", "acknowledgement": "one a person and edition",
	"report_chase": "one a person", "binding": "one a person that joins", "wrong_code": "an hour", "meeting": "a dozen a year", "incident": "what must not happen", "departure": "one a person who leaves", "counter": "one a series of numbers, a week, a month, and a customer with money", "frozen_month": "one a month", "setting": "a change of a setting", "inbox": "a month is kept", "outbox": "a month is kept",
}

// waiting are the indexes that hold only what waits for something.
var waiting = []string{"lead_open", "person_change_open", "fact_unchecked", "progress_unpriced", "contract_waits", "confirmation_open"}

// readWhole are the queries, by a part of them, that read all of a table that grows,
// with the reason.
var readWhole = map[string]string{
	"FROM customer c CROSS JOIN progress p":  "客户进度 of all customers, what was entered of each since",
	"FROM customer c WHERE c.id <> ''":       "客户进度 of all customers, the last amount of each before",
	"WHERE since < $2 AND (until = 0":        "客户进度 of all customers, each owner then",
	"FROM stall WHERE undone = 0":            "客户进度 of all customers, each cause",
	"FROM contract WHERE customer <> ''":     "客户进度 of all customers, their contracts",
	"FROM contract c WHERE c.customer <> ''": "客户进度 of all customers, their money",
	"SELECT k.customer FROM contract k":      "the names that a contract is asked for by",
	"FROM decision WHERE state <> $1":        "决议 全部, and what the minutes tell of earlier ones",
}

var scanStep = regexp.MustCompile(`^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?$`)

// readsFew fails for every query that reads all rows of a table that grows.
func (w *witness) readsFew(t *testing.T, o store.Options) {
	t.Helper()
	tables := storetest.Behind(t, o).Get(`SELECT string_agg(name, ' ') FROM sqlite_master WHERE type = 'table'`).(string)
	used := map[string]bool{}
	for query, plan := range w.plans {
		for step := range strings.Lines(plan) {
			m := scanStep.FindStringSubmatch(strings.TrimSpace(step))
			if m == nil {
				continue
			}
			table := m[1]
			if named := regexp.MustCompile(`(?:FROM|JOIN|UPDATE) (\w+) (?:AS )?` + m[1] + `\b`).FindStringSubmatch(query); named != nil {
				table = named[1]
			}
			first := strings.Contains(query, " LIMIT ") && !strings.Contains(query, "WHERE")
			if !slices.Contains(strings.Fields(tables), table) || few[table] != "" || slices.Contains(waiting, cmp.Or(m[2], "-")) || first {
				continue
			}
			known := false
			for part := range readWhole {
				if strings.Contains(query, part) {
					known, used[part] = true, true
				}
			}
			if !known {
				t.Errorf("reads all of %s: %s\n%s", table, query, plan)
			}
		}
	}
	for part, why := range readWhole {
		if !used[part] {
			t.Errorf("no query with %q reads a whole table (%s)", part, why)
		}
	}
}
