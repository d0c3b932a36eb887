package main

import (
	"cmp"
	"fmt"
	"testing"

	"marketbot/store"
	"marketbot/store/storetest"
)

// rowKeys are the columns that name a row, where that is not id.
var rowKeys = map[string]string{
	"dialog": "person", "confirmation": "code", "request": "code", "lead": "code", "consolidated": "week", "chain_state": "name",
}

// flip flips one bit of a sealed value behind the store's back, in the row of an
// id or code or else in the newest, and gives what makes it whole again; nil
// where there is no such value.
func flip(t testing.TB, o store.Options, table, column, row string) (mend func()) {
	t.Helper()
	key := cmp.Or(rowKeys[table], "id")
	behind := storetest.Behind(t, o)
	if row == "" {
		if n := behind.Get(fmt.Sprintf(`SELECT COUNT(*) FROM %s WHERE %s IS NOT NULL`, table, column)); n == int64(0) {
			return nil
		}
		row = behind.Get(fmt.Sprintf(`SELECT MAX(%s) FROM %s WHERE %s IS NOT NULL`, key, table, column)).(string)
	}
	old := behind.Get(fmt.Sprintf(`SELECT %s FROM %s WHERE %s = $1`, column, table, key), row).([]byte)
	put := fmt.Sprintf(`UPDATE %s SET %s = $1 WHERE %s = $2`, table, column, key)
	bad := append([]byte{}, old...)
	bad[len(bad)/2] ^= 1
	behind.Do(put, bad, row)
	return func() { behind.Do(put, old, row) }
}
