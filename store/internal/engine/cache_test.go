package engine

import "testing"

func TestWritesTo(t *testing.T) {
	tables := []string{"account", "person"}
	for query, want := range map[string]bool{
		"INSERT INTO account (platform) VALUES ($1)": true,
		"UPDATE person SET until = 0":                true,
		"DELETE FROM account WHERE id = $1":          true,
		"INSERT INTO accounts (id) VALUES ($1)":      false,
		"UPDATE trip SET ended = 0":                  false,
		"SELECT id FROM person":                      false,
	} {
		if got := WritesTo(query, tables); got != want {
			t.Errorf("%s: %v", query, got)
		}
	}
}
