// Package upkeep looks after a whole store: backup and restore, the move from
// SQLite to PostgreSQL, a change of secret_key. It knows every table and what
// none of them means, and stands above all other rooms of the store; nothing of
// the daily work needs it.
package upkeep
