package seal

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// What is sealed opens as it was, in its own place and beside its own words
// only; a changed bit is found, and another secret_key opens nothing.
func TestSealed(t *testing.T) {
	keys, err := NewKeys(NewSecretKey())
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewKeys(NewSecretKey())
	if err != nil {
		t.Fatal(err)
	}
	word := rapid.StringN(0, 3, -1)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		row, beside := word.Draw(t, "row"), rapid.SliceOfN(word, 0, 3).Draw(t, "beside")
		key, err := NewDataKey()
		if err != nil {
			t.Fatal(err)
		}
		wrapped := keys.Wrap(key, "table", row, "key")
		again, err := keys.Unwrap(wrapped, "table", row, "key")
		if err != nil {
			t.Fatal(err)
		}
		sealed := key.Seal(plain, beside...)
		if got, err := again.Open(sealed, beside...); err != nil || !slices.Equal(got, plain) {
			t.Errorf("%x came back as %x, %v", plain, got, err)
		}
		if elsewhere := rapid.SliceOfN(word, 0, 3).Draw(t, "elsewhere"); !slices.Equal(beside, elsewhere) {
			if _, err := key.Open(sealed, elsewhere...); !errors.Is(err, ErrTampered) {
				t.Errorf("opened beside %q: %v", elsewhere, err)
			}
		}
		if _, err := keys.Unwrap(wrapped, "table", row+"x", "key"); !errors.Is(err, ErrTampered) {
			t.Errorf("opened in another row: %v", err)
		}
		if _, err := other.Unwrap(wrapped, "table", row, "key"); !errors.Is(err, ErrNoKey) {
			t.Errorf("opened under another key: %v", err)
		}
		i := rapid.IntRange(0, 8*len(sealed)-1).Draw(t, "bit")
		sealed[i/8] ^= 1 << (i % 8)
		if _, err := key.Open(sealed, beside...); !errors.Is(err, ErrTampered) {
			t.Errorf("opened with a changed bit: %v", err)
		}
	})
}
