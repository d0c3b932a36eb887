package command

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/reading"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/vault"
)

// maxWords is how many words the name of a customer has at most where more
// text follows it.
const maxWords = 5

// customer takes the words that name a customer: the longest that are one's
// whole name, else the first word. Who is meant, [Call.Customer] finds out. Here
// nothing is refused, and only whom the person may know counts, so that nobody
// learns from how a line is read which customers there are.
func (p *parser) customer(ctx context.Context, a *Arg) (any, int, error) {
	ends := wordEnds(text.CutBytes(p.left, maxName))
	if len(ends) == 0 {
		return nil, 0, reading.ErrNone
	}
	for i := len(ends) - 1; i > 0 && p.env.Tx != nil && !reading.IsCustomerCode(p.left[:ends[0]]); i-- {
		whole, err := p.wholeName(ctx, a, p.left[:ends[i]])
		if err != nil {
			return nil, 0, err
		}
		if whole {
			return p.left[:ends[i]], ends[i], nil
		}
	}
	if code, err := p.code(ctx, a); err != nil || reading.IsCustomerCode(code) {
		n := len(code)
		if err == nil && p.env.Tx != nil {
			name, wrong := p.knows(ctx, a, code)
			n, err = n+nameBehind(p.left[n:], name), wrong
		}
		return code, n, err
	}
	name := beforeColon(p.left[:ends[0]])
	return name, len(name), nil
}

// nameBehind is how many bytes a customer's name takes behind its code, as cards
// print it: K12 晨星机械, K12（晨星机械）. 0 where it does not stand there.
func nameBehind(left, name string) int {
	rest := strings.TrimLeftFunc(left, unicode.IsSpace)
	open := rest
	rest = strings.TrimLeft(rest, "(（")
	after, found := strings.CutPrefix(rest, name)
	if name == "" || !found {
		return 0
	}
	if open != rest {
		after = strings.TrimLeft(after, ")）")
	} else if next, _ := utf8.DecodeRuneInString(after); after != "" && text.Wordy(next) {
		return 0
	}
	return len(left) - len(after)
}

// beforeColon is a word without what stands behind a colon in it: 晨星：送了样品.
func beforeColon(word string) string {
	if i := strings.IndexAny(word, ":："); i > 0 {
		return word[:i]
	}
	return word
}

// code is the number that what is left begins with. Words that were typed right
// behind it are no part of it, but where they are one name with it of a customer
// whom the person may know: K1送了样品, but K11购物中心.
func (p *parser) code(ctx context.Context, a *Arg) (string, error) {
	code, word := reading.FirstCode(p.left), beforeColon(reading.FirstWord(p.left))
	if code == word || code == "" || p.env.Tx == nil {
		return code, nil
	}
	if hit, err := p.knows(ctx, a, word); err != nil || hit != "" {
		return "", err
	}
	return code, nil
}

// wordEnds is where each of the first words of a text ends.
func wordEnds(text string) []int {
	var ends []int
	at := 0
	for len(ends) < maxWords {
		rest := text[at:]
		if at > 0 { // the name of a company may hold a comma: Co., Ltd.
			rest = strings.TrimLeft(rest, ",，")
		}
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
		word := reading.FirstWord(rest)
		if word == "" {
			return ends
		}
		at = len(text) - len(rest) + len(word)
		ends = append(ends, at)
	}
	return ends
}

// wholeName reports whether a text is the whole name of a customer whom the
// person may know, however it is spelt.
func (p *parser) wholeName(ctx context.Context, a *Arg, typed string) (bool, error) {
	name, err := p.knows(ctx, a, typed)
	return name != "" && vault.SameName(name, typed), err
}

// knows is the name by which a text finds a customer whom the person may know;
// empty where it finds none.
func (p *parser) knows(ctx context.Context, a *Arg, typed string) (string, error) {
	if typed == "" || !store.Plain(typed) {
		return "", nil
	}
	hits, err := Near(ctx, p.env.Tx, typed, 1)
	if err != nil || len(hits) == 0 {
		return "", err
	}
	may := p.env.Policy.Access(p.env.Person, hits[0].Customer, store.Grant{}, time.Time{})
	if a.For != ToName && !may.Read() {
		return "", nil
	}
	return hits[0].Name, nil
}
