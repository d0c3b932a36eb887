package command

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/audience"
	"marketbot/handlers/reading"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/vault"
)

// Named is whom the beginning of a text names.
type Named struct {
	Customers []store.Customer // at least one; more where several are called so
	Words     string           // their name, as typed
	Rest      string           // of the text, behind it
}

// One is the customer that is named, where it is clear who.
func (n Named) One() (store.Customer, bool) {
	if len(n.Customers) != 1 {
		return store.Customer{}, false
	}
	return n.Customers[0], true
}

// NamedBy is whom words name to somebody who is told nothing of it: who gives
// a lead, who asks to be let look (档-2, 档-6). It takes a code or a name in
// full, never a part of one; a name of several words goes on in more. The
// longest name comes first. What an answer says must not depend on it.
func NamedBy(ctx context.Context, tx *store.Tx, words, more string) ([]Named, error) {
	name, rest := strings.TrimSpace(words), strings.TrimSpace(more)
	if reading.IsCustomerCode(name) {
		k, found, err := vault.In(tx).Sound(ctx, text.Code(name))
		if err != nil || !found {
			return nil, err
		}
		return []Named{{[]store.Customer{k}, name, rest}}, nil
	}
	var list []Named
	for range maxWords {
		same, err := vault.Search(tx).Similar(ctx, name)
		if err != nil {
			return nil, err
		}
		if len(same) > 0 {
			list = append(list, Named{same, name, rest})
		}
		end := strings.IndexFunc(rest+" ", unicode.IsSpace)
		if end == 0 {
			break
		}
		name += " " + rest[:end]
		rest = strings.TrimLeftFunc(rest[end:], unicode.IsSpace)
	}
	slices.Reverse(list)
	return list, nil
}

// ExactlyNamed is the one customer whose code or whole name a text is, whoever
// asks.
func ExactlyNamed(ctx context.Context, tx *store.Tx, typed string) (store.Customer, bool, error) {
	list, err := NamedBy(ctx, tx, typed, "")
	if err != nil || len(list) == 0 {
		return store.Customer{}, false, err
	}
	k, one := list[0].One()
	return k, one, nil
}

// Near are the customers that a text may mean, whoever asks, the best first:
// for buttons of who may know all customers.
func Near(ctx context.Context, tx *store.Tx, typed string, most int) ([]vault.Hit, error) {
	typed = typed[nounBefore(typed, reading.IsCustomerCode):]
	if code := reading.FirstCode(typed); reading.IsCustomerCode(code) && code != typed { // K12 晨星机械, as cards print it
		one, found, err := vault.In(tx).Sound(ctx, text.Code(code))
		if err != nil || found && nameBehind(typed[len(code):], one.Name) == len(typed)-len(code) {
			typed = code
		}
		if err != nil {
			return nil, err
		}
	}
	if reading.IsCustomerCode(typed) {
		one, found, err := vault.In(tx).Sound(ctx, text.Code(typed))
		if err != nil || found {
			return []vault.Hit{{Customer: one, Name: one.Name, Kind: vault.FullName}}, err
		}
	}
	return vault.Search(tx).Find(ctx, typed, most)
}

// OwnerName is whose a customer is, in words; an owner who left is marked so, 张伟（离职）.
func OwnerName(ctx context.Context, tx *store.Tx, k store.Customer) (string, error) {
	if k.Owner == "" {
		return "暂无", nil
	}
	return audience.NewNames(tx).Of(ctx, k.Owner)
}

// CustomerWithin is the longest piece of a text that stands in a customer's name, where
// the caller may know that customer; empty: none. Two characters are a name only where
// a firm's own name begins with them: 岭海.
func (c *Call) CustomerWithin(ctx context.Context, typed string, want Want) (piece string, err error) {
	for _, size := range []int{3, 2} {
		names, err := vault.Search(c.Tx).Sharing(ctx, typed, size)
		if err != nil {
			return "", err
		}
		for _, name := range names {
			if shared, before := sharedPiece(typed, name); len(shared) > len(piece) && utf8.RuneCountInString(shared) >= size && (size > 2 || isPlace(before)) {
				piece = shared
			}
		}
		if piece != "" {
			break
		}
	}
	if _, place := reading.City(piece); place || piece == "" || useUp(text.Fold(piece).Text, idle, vague) {
		return "", nil
	}
	found, err := c.CustomersLike(ctx, piece, want)
	if err != nil || len(found.List) == 0 || len(found.List) > maxHits {
		return "", err
	}
	return piece, nil
}

// sharedPiece is the longest run of Chinese characters that a text and a name share, and
// what stands before it in the name.
func sharedPiece(typed, name string) (piece, before string) {
	of := []rune(name)
	for i := range of {
		for end := i + 1; end <= len(of) && unicode.Is(unicode.Han, of[end-1]) && strings.Contains(typed, string(of[i:end])); end++ {
			if run := string(of[i:end]); len(run) > len(piece) {
				piece, before = run, string(of[:i])
			}
		}
	}
	return piece, before
}

// isPlace reports whether nothing but a place stands before a firm's own name.
func isPlace(before string) bool {
	_, city := reading.City(before)
	return city || before == "" || strings.HasSuffix(before, "市") || strings.HasSuffix(before, "省")
}
