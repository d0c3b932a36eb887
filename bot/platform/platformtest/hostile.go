package platformtest

import (
	"encoding/json"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// hostileValues stand where a document has another: too deep, too many, too
// long, too large, or of another kind.
func hostileValues() []string {
	const deep, many = 200_000, 50_000
	return []string{
		strings.Repeat("[", deep) + strings.Repeat("]", deep), strings.Repeat(`{"a":`, deep) + "1" + strings.Repeat("}", deep), strings.Repeat("[", deep),
		"[" + strings.Repeat("{},", many) + "{}]", "{" + strings.Repeat(`"a":1,`, many) + `"a":1}`, `"` + strings.Repeat("a", 1<<20) + `"`,
		"1" + strings.Repeat("0", 100_000), "-1e999999999", "1e-999999999", "0.1e1", `"99999999999999999999"`, `"-9223372036854775808"`,
		`"\u0000"`, `"\ud800"`, "\"\xff\xfe\"", `"\u202e<at id=all></at>"`, "null", "true", `""`, "[]", "{}", "[[]]", `[null]`,
	}
}

// HostileJSON are documents made of a good one: each of its values in turn is
// replaced by each that a reader could choke on, and it ends early at any place.
func HostileJSON(t testing.TB, good string) (list []string) {
	t.Helper()
	var root any
	if err := json.Unmarshal([]byte(good), &root); err != nil {
		t.Fatal(err)
	}
	const here = "HERE"
	var walk func(v any, put func(any))
	walk = func(v any, put func(any)) {
		put(here)
		text, err := json.Marshal(root)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range hostileValues() {
			list = append(list, strings.Replace(string(text), `"`+here+`"`, bad, 1))
		}
		put(v)
		switch v := v.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				walk(v[name], func(other any) { v[name] = other })
			}
		case []any:
			for i := range v {
				walk(v[i], func(other any) { v[i] = other })
			}
		}
	}
	walk(root, func(other any) { root = other })
	for i := range good {
		list = append(list, good[:i])
	}
	return append(list, "\ufeff"+good, good+good, good+"\x00", strings.Repeat(" ", 1<<20)+good)
}

// Spares fails when reading a document takes much memory, for the size that it
// has; a reader that panics or never ends fails by itself.
func Spares(t testing.TB, doc string, read func(string)) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	read(doc)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
		t.Errorf("%d MB to read %d bytes: %.80q", used>>20, len(doc), doc)
	}
}
