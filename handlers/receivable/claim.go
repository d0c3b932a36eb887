package receivable

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/words"
	"marketbot/store"
)

// claim is 认领: a receipt of the day on which the money arrived.
func (h Handler) claim(ctx context.Context, c *command.Call) (*command.Answer, error) {
	e, unclaimed, err := h.arrivalOf(ctx, c, c.Text("编号"))
	if err != nil {
		return nil, err
	}
	roll, err := audience.Read(ctx, c.Tx, store.DayOf(c.Now))
	if err != nil {
		return nil, err
	}
	own := func(k store.Contract) bool {
		return slices.ContainsFunc(h.answerable(roll, k), func(p store.Person) bool { return p.ID == c.Person.ID })
	}
	d, err := h.contract(ctx, c, want{verb: "认领", may: own, whose: "持有人"})
	switch {
	case err != nil:
		return nil, err
	case e.Customer == "" || d.Customer != e.Customer:
		return nil, noArrival()
	case !unclaimed:
		return nil, taken(e)
	case e.At.After(c.Now):
		return nil, c.Overtaken(e.At)
	}
	before := d
	r := h.entry(c, d, store.MoneyReceipt)
	r.Amount, r.Day, r.Ref, r.Words, r.Settled = e.Amount, e.Day, e.ID, e.Words, e.By != c.Person.ID || !h.Config.Confirm
	if ask, err := h.doubts(ctx, c, d, r); err != nil || ask != nil {
		return ask, err
	}
	if r, err = h.add(ctx, c, &d, r); err != nil {
		return nil, err
	}
	a, err := h.received(ctx, c, before, d, r)
	if err != nil {
		return nil, err
	}
	a.Reply.Card.Title = "已认领 " + e.Code + "，回款 " + r.Code
	for _, p := range audience.But(roll.Charged(store.Accountant), c.Person.ID) {
		a.Notices = append(a.Notices, notice("receivable/claimed/"+e.ID+"/"+r.ID, p, fmt.Sprintf("%s认领了到账 %s：%s %s", c.Person.Name, e.Code, d.head(), words.Money(r.Amount)),
			fmt.Sprintf("%s认领了到账 %s：合同 %s。", c.Person.Name, e.Code, d.Number)))
	}
	return a, nil
}

// holder is somebody who holds contracts of a customer.
type holder struct {
	person store.Person
	deals  []deal // the least closed first
}

func holderNames(list []holder) (names []string) {
	for _, x := range list {
		names = append(names, x.person.Name)
	}
	return names
}

// holders are the active people who hold signed contracts of a customer; for who
// is not active any more the next up the line.
func (h Handler) holders(ctx context.Context, c *command.Call, customer string) (list []holder, err error) {
	contracts, entries, err := h.rows(ctx, c.Tx, scope{customer: customer}, store.DayOf(c.Now))
	if err != nil {
		return nil, err
	}
	money := byContract(entries)
	roll, err := audience.Read(ctx, c.Tx, store.DayOf(c.Now))
	if err != nil {
		return nil, err
	}
	for _, k := range contracts {
		if k.Signed == "" {
			continue
		}
		for _, p := range h.answerable(roll, k) {
			i := slices.IndexFunc(list, func(x holder) bool { return x.person.ID == p.ID })
			if i < 0 {
				i, list = len(list), append(list, holder{person: p})
			}
			list[i].deals = append(list[i].deals, h.made(k, money[k.Number], store.DayOf(c.Now)))
		}
	}
	for _, x := range list {
		slices.SortStableFunc(x.deals, func(a, b deal) int { return cmp.Compare(a.closed(), b.closed()) })
	}
	return list, nil
}

// closed is how little money is to be expected of a deal: something is open, all is
// paid, it ended.
func (d deal) closed() int {
	switch {
	case d.Open > 0:
		return 0
	case d.State != store.ContractTerminated:
		return 1
	}
	return 2
}

// maxClaims is of how many contracts an arrival is offered.
const maxClaims = 5

// claims offers an arrival for what of the person's contracts is open, else for the
// first of them.
func (x holder) claims(code string) (lines []string, buttons []chat.Button) {
	for i, d := range x.deals[:min(len(x.deals), maxClaims)] {
		if i > 0 && d.Open == 0 {
			break
		}
		line := "认领 " + code + " " + d.Number
		lines = append(lines, fmt.Sprintf("• %s：%s 未收 %s", line, d.Project, words.Money(d.Open)))
		buttons = append(buttons, chat.Button{Label: line, Command: line, Primary: i == 0})
	}
	return lines, buttons
}

// answerable is who holds a contract, or the next up the line where that person
// is not active any more or may not.
func (h Handler) answerable(roll audience.Roll, k store.Contract) []store.Person {
	if p, holds := holderIn(roll, k); holds {
		return []store.Person{p}
	}
	return roll.Standing(store.Supervisor).To
}
