package leaving

import (
	"fmt"
	"strings"
)

// Counts says how many things of each kind there are, in the order in which the kinds
// come: 客户 2、合同 1、收款 3. It is empty where there are none.
func Counts(list []Held) string {
	var kinds []string
	n := map[string]int{}
	for _, h := range list {
		if n[h.Kind]++; n[h.Kind] == 1 {
			kinds = append(kinds, h.Kind)
		}
	}
	for i, kind := range kinds {
		kinds[i] = fmt.Sprintf("%s %d", kind, n[kind])
	}
	return strings.Join(kinds, "、")
}
