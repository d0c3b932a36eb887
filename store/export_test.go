package store

import "marketbot/store/internal/engine"

// HeededByCallers reports whether a statement makes the writer forget callers.
func HeededByCallers(query string) bool { return engine.WritesTo(query, callerTables) }
