package reading

import "testing"

func TestPageNumber(t *testing.T) {
	for word, want := range map[string]int{
		"第2页": 2, "第２页": 2, "第 12 页": 12, "第999页": 999,
		"": 0, "2": 0, "第2": 0, "2页": 0, "第页": 0, "第0页": 0, "第-1页": 0, "第二": 0, "第99999999999999999999页": 0, "\xff": 0,
	} {
		if no, ok := PageNumber(word); ok != (want > 0) || ok && no != want {
			t.Errorf("PageNumber(%q) = %d, %v; want %d", word, no, ok, want)
		}
	}
}
