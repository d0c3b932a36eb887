package receivable

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/daily"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// tooOld is how many days after its due date nothing is said of a line any more:
// what was said is forgotten then.
const tooOld = 90 + 390

// Daily is what is due: to who holds the contract, three days before, on the day
// and later step by step, from 30 days on to the heads, too; receipts that wait
// for 核款 to who keeps the accounts (会-2).
func (h Handler) Daily(ctx context.Context, tx *store.Tx, s rulebook.Slot, roll audience.Roll) ([]daily.Line, error) {
	contracts, entries, err := h.rows(ctx, tx, scope{}, roll.Day)
	if err != nil {
		return nil, err
	}
	money := byContract(entries)
	var list []daily.Line
	var waiting []rulebook.Receipt
	for _, k := range contracts {
		d := h.made(k, money[k.Number], roll.Day)
		if !d.owing() {
			if err := tx.Contracts().PaidUp(ctx, k, len(money[k.Number]), roll.Day, rulebook.Moved(k, d.account.Entries)); err != nil {
				return nil, err
			}
			continue
		}
		for _, l := range d.Lines {
			list = append(list, h.dueLines(d, l, roll)...)
		}
		for _, r := range rulebook.Receipts(d.account.Entries) {
			if r.Pending() {
				waiting = append(waiting, r)
			}
		}
	}
	return append(list, h.waitingLines(waiting, roll)...), nil
}

// dueLines are what is said of one line of a plan.
func (h Handler) dueLines(d deal, l rulebook.LineStanding, roll audience.Roll) []daily.Line {
	after := d.today.Since(l.Due)
	step, since := rulebook.DueStep(after)
	if l.Open == 0 || step == 0 || after > tooOld || l.Paused != "" && l.Paused >= d.today {
		return nil
	}
	when, day := dueWords(after), short(l.Due, d.today)+" 到期"
	if l.First != l.Due {
		day += "，原定 " + short(l.First, d.today)
	}
	own := daily.Line{
		For: h.owner(roll, d), Key: fmt.Sprintf("receivable/due/%s/%d/%s", d.Number, l.No, string(l.Due)), Step: step, Since: l.Due.Add(since), Urgency: daily.Due,
		Text:     fmt.Sprintf("%s %s %s %s %s（%s），会-2", d.Number, d.Project, lineName(l), words.Money(l.Open), when, day),
		Harmless: fmt.Sprintf("合同 %s %s%s（%s）", d.Number, lineName(l), when, day),
		Command:  "回款 " + d.Number, Label: "回款 " + d.Number,
	}
	own.About = own.Key
	if after == 0 {
		own.Urgency = daily.Urgent
	}
	list := []daily.Line{own}
	if !rulebook.HeadsHear(after) {
		return list
	}
	for _, post := range []store.Post{store.Supervisor, store.MarketingDirector} {
		head := own
		head.For = roll.Hearing(post)
		head.Key += "/" + string(post)
		head.Command, head.Label = "应收 "+d.Number, ""
		list = append(list, head)
	}
	return list
}

// owner is who hears of a contract's money: who holds it, or the next up the line.
func (h Handler) owner(roll audience.Roll, d deal) audience.Audience {
	if p, holds := holderIn(roll, d.Contract); holds {
		return roll.Person(p)
	}
	return roll.Hearing(store.Supervisor)
}

// holderIn is who holds a contract; false where they are gone or have a post now that
// does not let them.
func holderIn(roll audience.Roll, k store.Contract) (store.Person, bool) {
	p, _ := roll.Active(k.Holder)
	return p, rulebook.Allows(rulebook.TakeContracts, p)
}

// dueWords say when a line is or was due.
func dueWords(after int) string {
	switch {
	case after < 0:
		return fmt.Sprintf("还有 %d 天到期", -after)
	case after == 0:
		return "今天到期"
	}
	return fmt.Sprintf("已逾期 %d 天", after)
}

// waitingLines tell who keeps the accounts of what waits for 核款, every day anew
// while something does: of their own the posts above.
func (h Handler) waitingLines(list []rulebook.Receipt, roll audience.Roll) []daily.Line {
	waits := map[string][]rulebook.Receipt{}
	for _, r := range list {
		for _, p := range judges(roll, r) {
			waits[p.ID] = append(waits[p.ID], r)
		}
	}
	var lines []daily.Line
	for _, p := range roll.People() {
		if len(waits[p.ID]) == 0 {
			continue
		}
		var codes []string
		var oldest store.Day
		for _, r := range waits[p.ID] {
			codes = append(codes, r.Code)
			if day := h.Rules.Day(r.At); oldest == "" || day < oldest {
				oldest = day
			}
		}
		text := fmt.Sprintf("待核回款 %d 笔：%s", len(codes), words.Names(codes, 3))
		lines = append(lines, daily.Line{
			For: roll.Only(p), Key: "receivable/waiting/" + string(roll.Day) + "/" + p.ID, Since: oldest, Urgency: daily.Due, Text: text, Harmless: text,
			Command: "核款", Label: "核款",
		})
	}
	return lines
}

// judges are who is told of a receipt that waits: others who keep the accounts, else
// whoever stands for the director, or where that person entered it, above them.
func judges(roll audience.Roll, r rulebook.Receipt) []store.Person {
	if others := audience.But(roll.Charged(store.Accountant), r.By); len(others) > 0 {
		return others
	}
	for _, post := range []store.Post{store.MarketingDirector, store.GeneralManager} {
		if above := audience.But(roll.Hearing(post).To, r.By); len(above) > 0 {
			return above
		}
	}
	return nil
}

// Owes is what the caller has to see to: receipts to judge, money to claim, and
// what is due or overdue of their own contracts, the longest overdue first.
func (h Handler) Owes(ctx context.Context, c *command.Call) ([]command.Item, error) {
	if !rulebook.Allows(rulebook.SeeMoney, c.Person) {
		return nil, nil
	}
	var items []command.Item
	if rulebook.Allows(rulebook.KeepAccounts, c.Person) {
		list, err := h.pending(ctx, c)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			items = append(items, command.Item{Text: fmt.Sprintf("待核回款 %d 笔", len(list)), Button: &chat.Button{Label: "核款", Command: "核款"}})
		}
	}
	claims, err := h.claimable(ctx, c)
	if err != nil {
		return nil, err
	}
	due, err := h.dueItems(ctx, c)
	return slices.Concat(items, claims, due), err
}

// claimable is the money that the caller may claim, and for who keeps the accounts, be
// it in the place of nobody, what nobody can: its customer is not known, or has no
// contract.
func (h Handler) claimable(ctx context.Context, c *command.Call) (items []command.Item, err error) {
	open, err := c.Tx.Receivables().Unclaimed(ctx)
	if err != nil || len(open) == 0 {
		return nil, err
	}
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	keeps := c.Person.Has(store.Accountant) || len(roll.Charged(store.Accountant)) == 0 && roll.Standing(store.MarketingDirector).Has(c.Person.ID)
	for _, e := range open {
		if e.Customer == "" {
			if keeps {
				items = append(items, command.Item{Text: "到账 " + e.Code + " 还不知道是哪位客户", Button: &chat.Button{Label: "写客户 " + e.Code, Command: "到账 " + e.Code}})
			}
			continue
		}
		holders, err := h.holders(ctx, c, e.Customer)
		if err != nil {
			return nil, err
		}
		if len(holders) == 0 && keeps {
			items = append(items, command.Item{Text: "到账 " + e.Code + " 的客户还没有签了的合同，签了才能认领"})
		}
		for _, x := range holders {
			if x.person.ID == c.Person.ID {
				_, buttons := x.claims(e.Code)
				items = append(items, command.Item{Text: "到账 " + e.Code + " 等认领", Button: &buttons[0]})
			}
		}
	}
	return items, nil
}

// dueItems are the lines of the caller's contracts that are overdue, or due within
// three days.
func (h Handler) dueItems(ctx context.Context, c *command.Call) (items []command.Item, err error) {
	list, err := h.open(ctx, c.Tx, c.Person, scope{person: c.Person.ID}, c.Now, "")
	if err != nil {
		return nil, err
	}
	for _, d := range list {
		for _, l := range d.Lines {
			after := d.today.Since(l.Due)
			if step, _ := rulebook.DueStep(after); l.Open == 0 || step == 0 {
				continue
			}
			items = append(items, command.Item{
				Text:   strings.TrimSpace(fmt.Sprintf("%s %s %s", d.Number, lineName(l), dueWords(after))),
				Button: &chat.Button{Label: "回款 " + d.Number, Command: "回款 " + d.Number}, Urgent: after >= 0,
			})
		}
	}
	return items, nil
}

// Today is how many contracts are overdue, and how many receipts wait (工作台).
func (h Handler) Today(ctx context.Context, c *command.Call) ([]command.Item, error) {
	list, err := h.open(ctx, c.Tx, c.Person, scope{}, c.Now, "")
	if err != nil || len(list) == 0 {
		return nil, err
	}
	late, waiting := 0, 0
	for _, d := range list {
		if d.Overdue > 0 {
			late++
		}
		if d.Pending+d.PendingSurplus > 0 {
			waiting++
		}
	}
	return []command.Item{{
		Text: fmt.Sprintf("应收：%d 份合同没收齐，其中逾期 %d 份，有待核回款的 %d 份", len(list), late, waiting), Button: &chat.Button{Label: "应收", Command: "应收"},
	}}, nil
}
