package contract

import (
	"context"
	"fmt"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// standing is how a contract's money stands, which nobody changes until the
// transaction ends, and the first entry that a signature carries.
func (h Handler) standing(ctx context.Context, c *command.Call, ct store.Contract) (s rulebook.Standing, holds store.MoneyEntry, held bool, err error) {
	if err := c.Tx.Receivables().Lock(ctx, ct.Customer); err != nil {
		return s, holds, false, err
	}
	entries, err := c.Tx.Receivables().Of(ctx, ct.Number)
	if err != nil {
		return s, holds, false, err
	}
	holds, held = rulebook.Holds(entries)
	return rulebook.AccountOf(ct, 0, entries).Standing(h.Rules.Day(c.Now), nil), holds, held, nil
}

// planGap says by how much a plan of payment is no longer the contract's amount.
func (h Handler) planGap(ctx context.Context, c *command.Call, was, is store.Contract) ([]chat.Fact, error) {
	if was.Signed == "" || was.Amount == is.Amount {
		return nil, nil
	}
	s, _, _, err := h.standing(ctx, c, was)
	gap, what := is.Amount-s.Planned, "比合同金额少 "
	switch {
	case err != nil || s.Planned == 0 || gap == 0:
		return nil, err
	case gap < 0:
		gap, what = -gap, "比合同金额多 "
	}
	return []chat.Fact{{Label: "收款计划", Value: what + words.Money(gap) + "，要重排：收款计划 " + is.Number}}, nil
}

// stands refuses to take back or to change what money stands on: a signature that
// has a plan or a receipt, an amount below what came in, the customer of either.
func (h Handler) stands(ctx context.Context, c *command.Call, was, is store.Contract) error {
	if was.Signed == "" || was.Amount == is.Amount && was.Customer == is.Customer && is.Signed != "" {
		return nil
	}
	s, entry, held, err := h.standing(ctx, c, was)
	no := &command.Refusal{Hint: "合同 " + was.Number, Clause: "会-2", Private: true}
	switch {
	case err != nil:
		return err
	case held && is.Signed == "":
		no.Text = was.Number + " 已经登记了" + entryWords(entry) + "，签订不能撤销；先撤销它。"
	case held && was.Customer != is.Customer:
		no.Text = was.Number + " 已经登记了" + entryWords(entry) + "，不能改成别的客户。"
	case is.Amount < s.Least():
		no.Text = fmt.Sprintf("%s 已经收了（含抹零、坏账）%s，金额不能改成 %s。", was.Number, words.Money(s.Least()), words.Money(is.Amount))
		no.Hint = "终止的用：终止合同 " + was.Number + " 原因… 金额=应得"
		if !rulebook.Allows(rulebook.EndContracts, c.Person) {
			no.Hint = "终止的，请" + rulebook.Holders(rulebook.EndContracts) + "发：终止合同 " + was.Number + " 原因… 金额=应得"
		}
	default:
		return nil
	}
	return no
}

// entryWords names an entry about money.
func entryWords(e store.MoneyEntry) string {
	switch {
	case e.Kind == store.MoneyPlan:
		return "收款计划"
	case e.Code != "":
		return "回款 " + e.Code
	case e.Kind == store.MoneyInvoice:
		return "开票"
	}
	return "收款记录"
}
