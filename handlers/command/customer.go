package command

import (
	"context"
	"strings"
)

// customer takes the word that names a customer. It finds nobody and refuses
// nothing, so that nobody learns from it which customers there are.
func (p *parser) customer(context.Context) (any, int, error) {
	word := firstWord(cut(p.left, nameMost))
	if word == "" {
		return nil, 0, errNoFit
	}
	return word, len(word), nil
}

// IsCustomerCode tells whether a text is written like a customer's code: K12,
// ｋ１２.
func IsCustomerCode(text string) bool {
	digits, ok := strings.CutPrefix(Fold(cut(text, nameMost)).Text, "k")
	return ok && digits != "" && len(digits) <= 12 && strings.Trim(digits, "0123456789") == ""
}
