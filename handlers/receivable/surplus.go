package receivable

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/words"
	"marketbot/store"
)

// useSurplus is 预收: it takes what is left over of the customer's other
// contracts, the first one first.
func (h Handler) useSurplus(ctx context.Context, c *command.Call) (*command.Answer, error) {
	d, err := h.contract(ctx, c, want{verb: "收款", may: mine(c), fits: open})
	if err != nil {
		return nil, err
	}
	fen := c.Money("金额")
	sources, all, err := h.sources(ctx, c, d)
	if err != nil {
		return nil, err
	}
	if err := usable(d, fen, all); err != nil {
		return nil, err
	}
	say, ids, waits := []string{}, []string{}, int64(0)
	for left := fen; left > 0; sources = sources[1:] {
		some := min(left, sources[0].Surplus)
		left -= some
		from := sources[0]
		waits += min(some, from.PendingSurplus)
		out := h.entry(c, from, store.MoneyOut)
		out.Amount = some
		if out, err = h.add(ctx, c, &from, out); err != nil {
			return nil, err
		}
		in := h.entry(c, d, store.MoneyIn)
		in.Amount, in.Ref = some, out.ID
		if in, err = h.add(ctx, c, &d, in); err != nil {
			return nil, err
		}
		say, ids = append(say, "用 "+from.Number+" 的预收 "+words.Money(some)), append(ids, in.ID)
	}
	if waits > 0 {
		say = append(say, "这笔预收里有 "+words.Money(waits)+" 还在待核；核为不符就会收回。")
	}
	a := card("预收已用上", chat.Good, slices.Concat([]string{d.head()}, say, d.stand(), []string{"这位客户还有预收 " + words.Money(all-fen)}),
		"预收已用上，"+d.outline()+"。", command.UndoButton)
	a.Undo, a.Subject = strings.Join(ids, ","), "contract/"+d.Number
	a.Notices, err = h.tellHolder(ctx, c, d, store.MoneyEntry{ID: ids[0], Kind: store.MoneyIn}, c.Person.Name+"把预收用到了 "+d.head(), c.Person.Name+"把预收用到了合同 "+d.Number+"。")
	return a, err
}

// sources are the other contracts of a deal's customer that have something left
// over, and how much that is.
func (h Handler) sources(ctx context.Context, c *command.Call, d deal) (list []deal, all int64, err error) {
	contracts, err := c.Tx.Contracts().ByCustomer(ctx, d.Customer)
	if err != nil {
		return nil, 0, err
	}
	entries, err := c.Tx.Receivables().OfCustomer(ctx, d.Customer)
	if err != nil {
		return nil, 0, err
	}
	money := byContract(entries)
	for _, k := range contracts {
		if o := h.made(k, money[k.Number], d.today); k.Number != d.Number && k.Signed != "" && o.Surplus > 0 {
			list, all = append(list, o), all+o.Surplus
		}
	}
	return list, all, nil
}

// byContract are entries by their contracts.
func byContract(entries []store.MoneyEntry) map[string][]store.MoneyEntry {
	list := map[string][]store.MoneyEntry{}
	for len(entries) > 0 {
		n := slices.IndexFunc(entries, func(e store.MoneyEntry) bool { return e.Contract != entries[0].Contract })
		if n < 0 {
			n = len(entries)
		}
		list[entries[0].Contract] = entries[:n:n]
		entries = entries[n:]
	}
	return list
}

// usable refuses more surplus than there is, or than is open.
func usable(d deal, fen, all int64) error {
	r := &command.Refusal{Hint: "应收 " + d.Number, Clause: clause, Private: true}
	switch {
	case fen == 0:
		r.Text = "金额要大于 0。"
	case all == 0:
		r.Text = "这位客户没有预收可用。"
	case fen > all:
		r.Text = fmt.Sprintf("这位客户的预收只有 %s，不够 %s。", words.Money(all), words.Money(fen))
		r.Hint = fmt.Sprintf("预收 %s %s", d.Number, plainMoney(min(all, d.Open)))
	case fen > d.Open:
		r.Text = fmt.Sprintf("%s 未收的只有 %s，用不了 %s。", d.Number, words.Money(d.Open), words.Money(fen))
		r.Hint = fmt.Sprintf("预收 %s %s", d.Number, plainMoney(d.Open))
	default:
		return nil
	}
	return r
}
