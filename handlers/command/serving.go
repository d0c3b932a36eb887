package command

import (
	"strings"

	"marketbot/handlers/rulebook"
)

// serving is which commands serve which clause, in the order of help. Only
// those that people type count; one whose name goes on from another's (人员
// 添加) is not named beside it.
func serving(specs []*Spec) rulebook.Serving {
	all := rulebook.Serving{}
	for _, s := range specs {
		if s.Hidden {
			continue
		}
		for _, number := range append([]string{s.Clause}, s.Also...) {
			if number != "" && !goesOn(s.Name, all[number]) {
				all[number] = append(all[number], s.Name)
			}
		}
	}
	return all
}

// goesOn reports whether a name begins with one of these and goes on in more
// words.
func goesOn(name string, names []string) bool {
	for _, n := range names {
		if strings.HasPrefix(name, n+" ") {
			return true
		}
	}
	return false
}
