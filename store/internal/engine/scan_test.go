package engine

import (
	"database/sql"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marketbot/store/internal/seal"
)

// row asks a database for one row of values.
func row(t *testing.T, values ...any) *sql.Row {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db.QueryRow("SELECT "+Marks(len(values)), values...)
}

// sealing is a transaction that seals under the first of some keys, each named
// by a letter.
func sealing(t *testing.T, letters ...string) *Tx {
	t.Helper()
	keys := make([]string, len(letters))
	for i, l := range letters {
		keys[i] = base64.StdEncoding.EncodeToString([]byte(strings.Repeat(l, 32)))
	}
	k, err := seal.NewKeys(keys[0], keys[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return &Tx{db: &DB{keys: k}}
}

func TestAt(t *testing.T) {
	for _, c := range []struct {
		rests any
		want  time.Time
		fails bool
	}{
		{rests: 0},
		{rests: 1_795_000_000_123, want: time.UnixMilli(1_795_000_000_123)},
		{rests: -1, want: time.UnixMilli(-1)},
		{rests: "1795000000123", want: time.UnixMilli(1_795_000_000_123)}, // as database/sql reads a number
		{rests: "soon", fails: true},
		{rests: []byte{0xff}, fails: true},
		{rests: nil, fails: true},
	} {
		got := time.UnixMilli(1)
		err := row(t, c.rests).Scan(At(&got))
		if fails := err != nil; fails != c.fails || !fails && !got.Equal(c.want) || c.want.IsZero() && !fails && !got.IsZero() {
			t.Errorf("%v: %v, %v", c.rests, got, err)
		}
	}
}

// Every time comes back to the millisecond.
func TestAtIsWhatMillisWrote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := time.UnixMilli(rapid.Int64Range(-1<<50, 1<<50).Draw(t, "ms"))
		if Millis(want) == 0 {
			want = time.Time{}
		}
		var got time.Time
		if err := At(&got).Scan(Millis(want)); err != nil || !got.Equal(want) {
			t.Fatal(got, err)
		}
	})
}

func TestParsed(t *testing.T) {
	for _, c := range []struct {
		rests any
		want  int
		err   error
	}{
		{rests: "7", want: 7},
		{rests: []byte("7"), want: 7},
		{rests: "seven", err: strconv.ErrSyntax},
		{rests: nil, err: errNull},
	} {
		var got int
		if err := row(t, c.rests).Scan(Parsed(&got, strconv.Atoi)); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%v: %v, %v", c.rests, got, err)
		}
	}
}

func TestSealed(t *testing.T) {
	tx, stranger := sealing(t, "a", "b"), sealing(t, "c")
	good := tx.SealText("广州", "trip", "t1", "place")
	damaged := append([]byte{}, good...)
	damaged[len(damaged)-1] ^= 1
	for name, c := range map[string]struct {
		rests any
		want  string
	}{
		"sealed":           {rests: good, want: "广州"},
		"as a text":        {rests: string(good), want: "广州"},
		"sealed and empty": {rests: tx.SealText("", "trip", "t1", "place")},
		"NULL":             {rests: nil},
		"empty":            {rests: []byte{}},
		"of an old key":    {rests: sealing(t, "b").SealText("上海", "trip", "t1", "place"), want: "上海"},
		"without its key":  {rests: stranger.SealText("上海", "trip", "t1", "place"), want: Unreadable},
		"damaged":          {rests: damaged, want: Unreadable},
		"cut":              {rests: good[:2], want: Unreadable},
		"of another row":   {rests: tx.SealText("上海", "trip", "t2", "place"), want: Unreadable},
		"of another place": {rests: tx.SealText("上海", "trip", "t1", "reason"), want: Unreadable},
		"a number":         {rests: 7, want: Unreadable},
	} {
		var id string
		got := "as it was"
		tx.damaged = nil
		err := row(t, "t1", c.rests).Scan(&id, tx.Sealed(&got, "trip", &id, "place"))
		noted := slices.Equal(tx.Damaged(), []Damage{{"trip", "t1"}})
		if err != nil || got != c.want || noted != (c.want == Unreadable) {
			t.Errorf("%s: %q, noted %v, %v", name, got, tx.Damaged(), err)
		}
	}
}

// Whatever was sealed opens in its row and in no other, and nothing is kept of
// bytes that the driver uses again.
func TestSealedOpensInItsRow(t *testing.T) {
	tx := sealing(t, "a")
	rapid.Check(t, func(rt *rapid.T) {
		text, id, other := rapid.String().Draw(rt, "text"), rapid.String().Draw(rt, "id"), rapid.String().Draw(rt, "other")
		b := tx.SealText(text, "trip", id, "place")
		var got, no string
		if err := tx.Sealed(&no, "trip", &other, "place").Scan(b); err != nil || (no == Unreadable) != (id != other || text == Unreadable) {
			rt.Fatal(no, err)
		}
		if err := tx.Sealed(&got, "trip", &id, "place").Scan(b); err != nil {
			rt.Fatal(err)
		}
		clear(b)
		if got != text {
			rt.Fatalf("%q", got)
		}
	})
}
