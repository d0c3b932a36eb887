package spelling

import (
	_ "embed"
	"strings"
	"sync"
)

// characters are traditional characters, each with its simplified one behind it, after
// the table of OpenCC: those of them that stand for one character alone, and are no
// simplified ones themselves (乾 is 干 and 乾).
//
//go:embed simplified/characters.txt
var characters string

var simplified = sync.OnceValue(func() map[rune]rune {
	all := map[rune]rune{}
	for pair := range strings.FieldsSeq(characters) {
		r := []rune(pair)
		all[r[0]] = r[1]
	}
	return all
})

// simplify is the simplified character of a traditional one, and any other itself.
func simplify(r rune) rune {
	if s, known := simplified()[r]; known {
		return s
	}
	return r
}
