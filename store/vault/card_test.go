package vault

import (
	"encoding/binary"
	"testing"
	"time"

	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
)

// A card says what was sealed, and nothing but a card is taken for one.
func TestCard(t *testing.T) {
	key, err := seal.NewDataKey()
	if err != nil {
		t.Fatal(err)
	}
	at := engine.Moment(time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC).UnixMilli())
	facts := []Fact{
		{ID: "1", Customer: "K1", Person: "p", Field: "a", Value: "\x00\xff", Source: "名片", Author: "li", At: at, Checked: at, CheckedBy: "wang"},
		{ID: "2", Customer: "K1", Person: "p", Field: "b", Value: "x", Author: "li", At: at},
	}
	sealed := card{"K1", "p", key, facts}.seal()
	got := card{customer: "K1", person: "p", key: key}
	if err := got.open(sealed); err != nil || len(got.facts) != 2 || got.facts[0] != facts[0] || got.facts[1] != facts[1] {
		t.Errorf("%+v, %v", got.facts, err)
	}
	for _, other := range []card{{customer: "K2", person: "p", key: key}, {customer: "K1", key: key}, {customer: "K1p", key: key}} {
		if err := other.open(sealed); err == nil || other.facts != nil {
			t.Errorf("the card of p opened for %q %q", other.customer, other.person)
		}
	}
	got.put(Fact{ID: "3", Field: "b", Value: "y"})
	got.put(Fact{ID: "4", Field: "a"})
	got.put(Fact{ID: "5", Field: "0", Value: "z", Why: "w"})
	if len(got.facts) != 2 || got.facts[0] != (Fact{ID: "5", Field: "0", Value: "z"}) || got.facts[1].ID != "3" {
		t.Errorf("%+v", got.facts)
	}
}

// Whatever was opened: it is read as a card or refused, never a panic, and
// never takes more memory than it has bytes.
func FuzzReadFacts(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0})
	f.Add(binary.AppendUvarint(nil, 1<<62))
	f.Add([]byte{1, 1, 'i', 1, 'f', 1, 'v', 0, 0, 0, 2, 2})
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		facts, err := readFacts(b, "K1", "")
		if err != nil && facts != nil || len(facts) > len(b) {
			t.Errorf("%d facts of %d bytes, %v", len(facts), len(b), err)
		}
	})
}
