package reading

import (
	"strings"
	"testing"
)

func TestReaderLooksAtTheBeginningOnly(t *testing.T) {
	var r reader
	r.load(strings.Repeat("\u200b", 1000) + strings.Repeat("天", 100))
	if r.n != maxRead || r.ends[0] != 3003 {
		t.Errorf("read %d runes, the first ends at %d", r.n, r.ends[0])
	}
}
