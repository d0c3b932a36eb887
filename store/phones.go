package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	lastDigits  = 4  // of a number, by which a customer is found
	localDigits = 7  // of a number without its area, at least
	digitsMost  = 20 // of one number
	numbersMost = 8  // in one fact
	tokenSize   = 16 // bytes
)

// PutPhone lets a customer be found by the last four digits of the numbers in a
// fact, and by the whole of them; it replaces what was known of the fact. Only
// keyed tokens rest, under the current secret_key: after a change of it, this
// is to be called again for every fact.
func (tx *Tx) PutPhone(ctx context.Context, customer, fact, number string) error {
	if err := tx.DropPhone(ctx, fact); err != nil {
		return err
	}
	for _, digits := range phoneWords(number) {
		if _, err := tx.exec(ctx, "put phone", `INSERT INTO customer_phone (token, fact, customer) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			tx.db.seals.phoneToken(0, digits), fact, customer); err != nil {
			return err
		}
	}
	return nil
}

// DropPhone forgets the numbers in a fact.
func (tx *Tx) DropPhone(ctx context.Context, fact string) error {
	_, err := tx.exec(ctx, "drop phone", `DELETE FROM customer_phone WHERE fact = $1`, fact)
	return err
}

// phonesOf are the customers with a number that ends with these four digits, or
// that is these digits. Numbers put under an old key are found, too.
func (tx *Tx) phonesOf(ctx context.Context, digits string, most int) ([]string, error) {
	var list []string
	for key := range tx.db.seals.phoneKeys {
		ids, err := all(ctx, tx, "customers by phone", `SELECT DISTINCT customer FROM customer_phone WHERE token = $1 ORDER BY customer LIMIT $2`,
			[]any{tx.db.seals.phoneToken(key, digits), most}, scanWord)
		if err != nil {
			return nil, err
		}
		list = append(list, ids...)
	}
	return list, nil
}

// phoneToken is what rests of some digits. Four digits are guessed at once, so
// that without the key nothing can be told.
func (s *Sealer) phoneToken(key int, digits string) []byte {
	h := hmac.New(sha256.New, s.phoneKeys[key])
	h.Write([]byte(digits))
	return h.Sum(nil)[:tokenSize]
}

// phoneWords are the digits by which the numbers in a text are found.
func phoneWords(text string) []string {
	var list []string
	for _, n := range phoneNumbers(text) {
		list = append(list, n.whole, n.whole[len(n.whole)-lastDigits:])
		if n.local != "" {
			list = append(list, n.local)
		}
	}
	return list
}

// phoneNumber is a number's digits, without the country's.
type phoneNumber struct {
	whole string
	local string // without the area, when that stands apart
}

var extension = regexp.MustCompile(`(?i)(转|分机|ext\.?|x)[ :]*[0-9]+`)

// phoneNumbers reads the numbers in a text: digits with blanks, dashes, dots
// and brackets among them. An extension (转) is none of its own.
func phoneNumbers(text string) []phoneNumber {
	text = norm.NFKC.String(strings.ToValidUTF8(clip(text, textMost), ""))
	text = extension.ReplaceAllString(text, ";")
	var list []phoneNumber
	for _, one := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsDigit(r) && !strings.ContainsRune(" -.()+–—", r) }) {
		whole := keep(one, digit)
		if len(whole) < lastDigits || len(whole) > digitsMost || len(list) == numbersMost {
			continue
		}
		n := phoneNumber{whole: withoutCountry(whole)}
		if parts := strings.FieldsFunc(one, func(r rune) bool { return !digit(r) }); len(parts) > 1 && len(parts[len(parts)-1]) >= localDigits {
			n.local = parts[len(parts)-1]
		}
		list = append(list, n)
	}
	return list
}

func digit(r rune) bool { return r >= '0' && r <= '9' }

// withoutCountry takes China's code off a mobile number.
func withoutCountry(digits string) string {
	for _, code := range []string{"0086", "86"} {
		if rest, found := strings.CutPrefix(digits, code); found && len(rest) == 11 && rest[0] == '1' {
			return rest
		}
	}
	return digits
}
