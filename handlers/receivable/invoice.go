package receivable

import (
	"context"
	"fmt"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// invoice is 开票: for who holds the contract, and who keeps the accounts.
func (h Handler) invoice(ctx context.Context, c *command.Call) (*command.Answer, error) {
	may := func(k store.Contract) bool { return k.Holder == c.Person.ID || c.Person.Has(store.Accountant) }
	d, err := h.contract(ctx, c, want{verb: "开票", may: may, whose: "持有人、财务"})
	if err != nil {
		return nil, err
	}
	e := h.entry(c, d, store.MoneyInvoice)
	line := "开票 " + d.Number + " 5万 发票号 11-24"
	if e.Amount = c.Money("金额"); e.Amount == 0 {
		return nil, &command.Refusal{Text: "金额要大于 0。", Hint: line, Private: true}
	}
	e.Day, e.Words = dated(c, c.Text("发票"), false)
	if err := entered(c, e.Day, line); err != nil {
		return nil, err
	}
	if err := noteRule(e.Words, line); err != nil {
		return nil, err
	}
	if e, err = h.add(ctx, c, &d, e); err != nil {
		return nil, err
	}
	say := []string{d.head(), fmt.Sprintf("开票 %s · %s %s", words.Money(e.Amount), d.due(e.Day), text.Line(e.Words)), "已开票 " + words.Money(d.Invoiced)}
	if over := d.Invoiced - d.Price; over > 0 {
		say = append(say, fmt.Sprintf("开票比合同金额 %s 多 %s，请核对。", words.Money(d.Price), words.Money(over)))
	}
	a := card("已登记开票", chat.Good, append(say, d.stand()...), "已登记开票，合同 "+d.Number+"。", command.UndoButton)
	a.Undo, a.Subject = e.ID, "contract/"+d.Number
	return a, nil
}
