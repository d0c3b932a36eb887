package customer

import (
	"testing"

	"pgregory.net/rapid"

	"marketbot/handlers/reading"
	"marketbot/handlers/words"
)

// An amount that the bot says is read as what it was.
func TestMoneyIsReadAsItIsSaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Int64Range(0, 1000*1e8*100-1).Draw(t, "fen")
		said := words.Money(fen)
		if got, n, err := reading.Money(said); got != fen || n != len(said) || err != nil {
			t.Fatalf("%s is read as %d, %d bytes, %v", said, got, n, err)
		}
	})
}
