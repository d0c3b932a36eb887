package receivable

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/vault"
)

// deal is a contract with its customer's name and its money.
type deal struct {
	store.Contract
	name    string // of the customer
	account rulebook.Account
	rulebook.Standing
	today store.Day
}

// at is the deal with one more entry.
func (h Handler) with(d deal, e store.MoneyEntry) deal {
	d.account.Entries = append(slices.Clip(d.account.Entries), e)
	d.Standing = d.account.Standing(d.today, h.Config.Bands)
	return d
}

// deal reads a contract's money. Nobody else enters about the customer's until
// the transaction ends.
func (h Handler) deal(ctx context.Context, c *command.Call, k store.Contract) (deal, error) {
	if err := c.Tx.Receivables().Lock(ctx, k.Customer); err != nil {
		return deal{}, err
	}
	return h.look(ctx, c, k)
}

// look is deal for who enters nothing.
func (h Handler) look(ctx context.Context, c *command.Call, k store.Contract) (deal, error) {
	entries, err := c.Tx.Receivables().Of(ctx, k.Number)
	if err != nil {
		return deal{}, err
	}
	d := h.made(k, entries, store.DayOf(c.Now))
	d.name, err = customerName(ctx, c.Tx, k.Customer)
	return d, err
}

// made is a deal of what was read.
func (h Handler) made(k store.Contract, entries []store.MoneyEntry, today store.Day) deal {
	d := deal{Contract: k, account: rulebook.AccountOf(k, h.Config.TermsDays, entries), today: today}
	d.Standing = d.account.Standing(today, h.Config.Bands)
	return d
}

func customerName(ctx context.Context, tx *store.Tx, id string) (string, error) {
	k, found, err := vault.In(tx).Sound(ctx, id)
	if err == nil && !found {
		return "（客户 " + id + "）", nil
	}
	return k.Name, err
}

// amount is an entry's money.
func amount(e store.MoneyEntry) string {
	if e.Damaged {
		return store.Unreadable
	}
	return words.Money(e.Amount)
}

// unreadable refuses what would be done with an entry that does not open.
func unreadable(what string, e store.MoneyEntry) *command.Refusal {
	return &command.Refusal{Text: what + " " + e.Code + " 的记录损坏，打不开；总经理和管理员已经知道。", Hint: strings.TrimSpace("应收 " + e.Contract), Clause: clause, Private: true}
}

// want is what a command wants with a contract: whom it may be about, and of
// several of a customer which it can be.
type want struct {
	verb  string // what is done with it: 登记回款
	may   func(store.Contract) bool
	whose string          // who may, for who sees the money and may not; empty: whoever sees it may
	fits  func(deal) bool // nil: any
}

// contract is the signed contract that the caller means. Who may know of it, and
// not of its money, hears the same as who may know of neither.
func (h Handler) contract(ctx context.Context, c *command.Call, w want) (deal, error) {
	return h.contractIn(ctx, c, c.Text(contractName), w)
}

// contractIn is contract for words that are no argument of the call.
func (h Handler) contractIn(ctx context.Context, c *command.Call, typed string, w want) (deal, error) {
	var failed error
	look := func(k store.Contract) deal {
		d, err := h.look(ctx, c, k)
		failed = errors.Join(failed, err)
		return d
	}
	m, err := c.ContractIn(ctx, typed, command.ContractUse{
		Verb: w.verb,
		Fits: func(k store.Contract) bool { return k.Signed != "" && w.may(k) && (w.fits == nil || w.fits(look(k))) },
		Tell: func(k store.Contract) string { return "未收 " + words.Money(look(k).Open) },
	})
	switch {
	case failed != nil:
		return deal{}, failed
	case err != nil:
		return deal{}, err
	case m.View == rulebook.ContractWhole && !w.may(m.Contract) && w.whose != "":
		return deal{}, h.othersAct(ctx, c, m.Contract, w)
	case m.View != rulebook.ContractWhole || !w.may(m.Contract):
		return deal{}, c.NoContract()
	case m.Signed == "":
		return deal{}, unsigned(m.Contract)
	}
	if err := inTime(ctx, c, m.Contract); err != nil {
		return deal{}, err
	}
	return h.deal(ctx, c, m.Contract)
}

// othersAct refuses what others do with a contract whose money the caller sees.
func (h Handler) othersAct(ctx context.Context, c *command.Call, k store.Contract, w want) error {
	holder, err := audience.NewNames(c.Tx).Of(ctx, k.Holder)
	if err != nil {
		return err
	}
	return &command.Refusal{
		Text: fmt.Sprintf("%s 的「%s」只有%s可以办；它在%s名下。", k.Number, w.verb, w.whose, holder),
		Hint: "应收 " + k.Number, Clause: clause, Denied: true, Private: true,
	}
}

// inTime refuses money that was entered before the contract was signed, or changed
// since, and arrived after.
func inTime(ctx context.Context, c *command.Call, k store.Contract) error {
	if !c.Late() {
		return nil
	}
	changed, err := c.Tx.Contracts().Changed(ctx, k)
	if err != nil {
		return err
	}
	return c.Overtaken(changed)
}

// unsigned refuses money for a contract that is not signed.
func unsigned(k store.Contract) *command.Refusal {
	return &command.Refusal{
		Text: "合同 " + k.Number + " 还没有签约（" + string(k.State) + "），签了才有应收。", Hint: "签合同 " + k.Number + " 金额=…", Clause: clause, Private: true,
	}
}

// owing reports whether something is open, left over or waits, or cannot be told.
func (d deal) owing() bool { return d.Open > 0 || d.Surplus > 0 || d.Pending > 0 || d.Damaged }

// open reports whether something is still to be received.
func open(d deal) bool { return d.Open > 0 }

// errGone is an entry that is not there, although something refers to it.
var errGone = errors.New("no such entry of money")

// byID is an entry that an undo refers to, with its deal.
func (h Handler) byID(ctx context.Context, c *command.Call, id string) (store.MoneyEntry, deal, error) {
	e, found, err := c.Tx.Receivables().ByID(ctx, id)
	if err == nil && !found {
		err = errGone
	}
	if err != nil || e.Contract == "" {
		return e, deal{}, err
	}
	k, found, err := c.Tx.Contracts().Get(ctx, command.FoldedContract(e.Contract))
	if err == nil && !found {
		err = errGone
	}
	if err != nil {
		return e, deal{}, err
	}
	d, err := h.deal(ctx, c, k)
	return e, d, err
}
