package engine

import (
	"slices"
	"strings"
)

// cache keeps what was read until a statement may change it: some things are
// asked by every message, and hardly one changes them. It is the writer's of a
// store that is not shared.
type cache struct {
	kept   map[any]any
	tables []string // what is kept was read from
}

// newCache is of what is read from some tables.
func newCache(tables []string) cache { return cache{map[any]any{}, tables} }

// heed forgets everything where a statement may change some of it.
func (c cache) heed(query string) {
	if len(c.kept) > 0 && WritesTo(query, c.tables) {
		c.forget()
	}
}

// WritesTo reports whether a statement writes to one of some tables. It looks
// at how the statement begins, as ours are written.
func WritesTo(query string, tables []string) bool {
	for _, verb := range []string{"INSERT INTO ", "UPDATE ", "DELETE FROM "} {
		if rest, ok := strings.CutPrefix(query, verb); ok {
			table, _, _ := strings.Cut(rest, " ")
			return slices.Contains(tables, table)
		}
	}
	return false
}

func (c cache) forget() { clear(c.kept) }

// Cache holds what was read from Options.Cached, under keys of whoever read it,
// until one of these tables is written to. It is nil where nothing may be kept:
// what is undone alone would stay.
func (tx *Tx) Cache() map[any]any {
	if tx.group == nil {
		return nil
	}
	return tx.group.cache.kept
}
