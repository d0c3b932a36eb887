package command

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/vault"
)

// ContractUse is what a command wants with the contract that words mean.
type ContractUse struct {
	Fits func(store.Contract) bool   // those that may be meant where a customer has several; nil: all
	Verb string                      // what is done with it: 签
	Tell func(store.Contract) string // what a choice among several says beside number, project and state; nil: nothing
}

// MeantContract is a contract with what the caller may know of it.
type MeantContract struct {
	store.Contract
	View rulebook.ContractView
}

// contract takes the words that name a contract: a number, else what names a
// customer. Which one is meant, [Call.Contract] finds out.
func (p *parser) contract(ctx context.Context, a *Arg) (any, int, error) {
	if word := reading.FirstWord(p.left); lacksLetters(word) {
		return word, len(word), nil
	}
	code, err := p.code(ctx, a)
	if err == nil && IsContractNumber(code) {
		return code, len(code), nil
	}
	if err != nil {
		return nil, 0, err
	}
	return p.customer(ctx, a)
}

// IsContractNumber reports whether a text is written like a contract's number and
// not like a customer's code; the letters in front may be missing: 202611-001.
func IsContractNumber(typed string) bool {
	return reading.IsNumber(typed) && !reading.IsCustomerCode(typed) || lacksLetters(typed)
}

// lacksLetters reports whether a text is the digits of a contract's number, parted as
// they are there.
func lacksLetters(typed string) bool {
	month, seq, parted := strings.Cut(text.Code(typed), "-")
	return parted && len(month) >= minDigits && len(seq) > 1 && strings.Trim(month+seq, "0123456789") == ""
}

// FoldedContract is a contract's number as it is looked for: its letters and
// digits alone, however it was typed; empty where it is none.
func FoldedContract(typed string) string {
	return strings.ReplaceAll(text.Code(typed), "-", "")
}

// Contract is the contract that an argument of that kind means to the caller. The
// error is a [Refusal], of the same words whether there is none or the caller may
// not know of it; of several it has a button for each.
func (c *Call) Contract(ctx context.Context, name string, use ContractUse) (MeantContract, error) {
	return c.ContractIn(ctx, value[string](c, name, Contract, Free), use)
}

// ContractIn is Contract for words that are no argument of their own.
func (c *Call) ContractIn(ctx context.Context, typed string, use ContractUse) (MeantContract, error) {
	typed = text.TrimStops(typed)
	typed = typed[nounBefore(typed, isCustomerOrContract):]
	if !IsContractNumber(typed) {
		return c.contractOf(ctx, typed, use)
	}
	m, found, err := c.NumberedContract(ctx, typed)
	if err == nil && !found {
		err = c.EndOfNumber(ctx, typed, use)
	}
	return m, err
}

// NumberedContract is the contract of a number; false where there is none, or none
// that the caller may know of.
func (c *Call) NumberedContract(ctx context.Context, typed string) (MeantContract, bool, error) {
	ct, found, err := c.folded(ctx, FoldedContract(typed))
	if err != nil || !found {
		if c.Tx.PassOver(err) {
			err = &Refusal{Text: "这份合同的记录损坏，打不开；管理员已经知道。", Hint: "合同", Private: true}
		}
		return MeantContract{}, false, err
	}
	m, err := c.sawContract(ctx, ct)
	return m, err == nil && m.View != rulebook.ContractHidden, err
}

// folded is the contract of a number, which may lack the letters in front where that
// makes it no other's: 202611-001.
func (c *Call) folded(ctx context.Context, number string) (store.Contract, bool, error) {
	ct, found, err := c.Tx.Contracts().Get(ctx, number)
	if err != nil || found || strings.Trim(number, "0123456789") != "" || len(number) < minDigits {
		return ct, found, err
	}
	list, err := c.Tx.Contracts().Ending(ctx, number)
	if err != nil || len(list) != 1 {
		return ct, false, err
	}
	return list[0], true, nil
}

// minDigits is how many digits name a contract without its letters.
const minDigits = 6

// sawContract is a contract with what the caller may know of it.
func (c *Call) sawContract(ctx context.Context, ct store.Contract) (MeantContract, error) {
	view := rulebook.ViewContract(c.Person, ct, false)
	if view > rulebook.ContractOutline || ct.Customer == "" {
		return MeantContract{ct, view}, nil
	}
	reads, err := Reads(ctx, c.Tx, c.Policy, c.Person, ct.Customer, c.Now)
	return MeantContract{ct, rulebook.ViewContract(c.Person, ct, reads)}, err
}

// NoContract is what everybody hears of a number that there is not, and of one
// that they may not know of.
func (c *Call) NoContract() *Refusal {
	return &Refusal{
		Text:   "没有这份合同，或者它不归你看。能看一份合同的是：" + "持有人、" + rulebook.Holders(rulebook.SeeContracts) + "；客户的负责人和有权查阅的人只看编号、状态和持有人。",
		Hint:   "看自己的：合同",
		Clause: "2-3", Private: true,
	}
}

// ContractsOf are the contracts that the caller may know of, of the customers that
// words name: all of them by whole name, else those that it may be. Where that gives
// none, those of the project that the words name.
func (c *Call) ContractsOf(ctx context.Context, typed string) ([]MeantContract, error) {
	hits, err := Near(ctx, c.Tx, typed, maxSearched)
	if err != nil {
		return nil, err
	}
	for _, hit := range hits {
		if vault.SameName(hit.Name, typed) {
			hits = []vault.Hit{hit}
			break
		}
	}
	var list []MeantContract
	for _, hit := range hits {
		contracts, err := c.Tx.Contracts().ByCustomer(ctx, hit.Customer.ID)
		if err != nil {
			return nil, err
		}
		for _, ct := range contracts {
			m, err := c.sawContract(ctx, ct)
			if err != nil {
				return nil, err
			}
			if m.View != rulebook.ContractHidden {
				list = append(list, m)
			}
		}
	}
	if len(list) == 0 {
		return c.contractsFor(ctx, typed)
	}
	return list, nil
}

// contractOf is the contract of a customer that a command can be for.
func (c *Call) contractOf(ctx context.Context, typed string, use ContractUse) (MeantContract, error) {
	all, err := c.ContractsOf(ctx, typed)
	if err != nil {
		return MeantContract{}, err
	}
	var fit []MeantContract
	for _, m := range all {
		if use.Fits == nil || use.Fits(m.Contract) {
			fit = append(fit, m)
		}
	}
	switch {
	case len(fit) == 1:
		return fit[0], nil
	case len(all) == 1: // the command says itself why it cannot be
		return all[0], nil
	case len(fit) > 1:
		return MeantContract{}, c.severalContracts(fmt.Sprintf("%s有 %d 份合同可以%s，是哪一份？", text.Quote(typed), len(fit), use.Verb), typed, fit, use)
	case len(all) == 0:
		return MeantContract{}, c.EndOfNumber(ctx, typed, use)
	}
	r := &Refusal{Text: text.Quote(typed) + "没有现在可以" + use.Verb + "的合同：", Hint: "合同 " + all[0].Number, Clause: "2-3", Private: true}
	for _, m := range all[:min(len(all), maxHits)] {
		r.Text += "\n• " + m.Number + " " + string(m.State)
	}
	return MeantContract{}, r
}

// EndOfNumber refuses what names no contract. Of the end of a number, 001 or 11-001,
// it offers those that it may be: it is never taken for one, the same stands in the
// next month again.
func (c *Call) EndOfNumber(ctx context.Context, typed string, use ContractUse) error {
	month, place, parted := strings.Cut(text.Code(typed), "-")
	if !parted {
		month, place = "", month
	}
	seq, err := strconv.Atoi(place)
	if err != nil || len(place) >= minDigits || strings.Trim(month, "0123456789") != "" {
		return c.NoContract()
	}
	list, err := c.Tx.Contracts().InPlace(ctx, seq)
	if err != nil {
		return err
	}
	var seen, fit []MeantContract
	for _, ct := range list {
		m, err := c.sawContract(ctx, ct)
		if err != nil {
			return err
		}
		if m.View == rulebook.ContractHidden || month != "" && !strings.HasSuffix(ct.Folded, month+place) {
			continue
		}
		seen = append(seen, m)
		if use.Fits == nil || use.Fits(ct) {
			fit = append(fit, m)
		}
	}
	switch {
	case len(seen) == 0:
		return c.NoContract()
	case len(fit) == 0:
		fit = seen
	}
	return c.severalContracts("合同号要写全，"+text.Quote(typed)+"是不是：", typed, fit, use)
}

// severalContracts asks which of several contracts is meant by words: the same line
// with each one's number instead.
func (c *Call) severalContracts(question, typed string, fit []MeantContract, use ContractUse) *Refusal {
	r := &Refusal{Text: question, Private: true}
	for _, m := range fit[:min(len(fit), maxHits)] {
		label, line := m.Number, "• "+m.Number+" "+string(m.State)
		if m.View >= rulebook.ContractPaper {
			label, line = short(m.Project)+" "+m.Number, line+" "+m.Project // what tells them apart first: some platforms cut
		}
		if use.Tell != nil && m.View == rulebook.ContractWhole {
			line += " " + use.Tell(m.Contract)
		}
		r.Text += "\n" + line
		if same, ok := instead(c.Line, typed, m.Number); ok {
			r.Buttons = append(r.Buttons, chat.Button{Label: label, Command: same})
		}
	}
	if len(fit) > maxHits {
		r.Text += "\n" + words.More(len(fit)-maxHits)
	}
	return r
}
