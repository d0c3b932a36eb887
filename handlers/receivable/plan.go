package receivable

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

func (h Handler) planCommands() []command.Spec {
	return []command.Spec{{
		Name: "收款计划", Aliases: []string{"skjh"}, Summary: "排一份合同分几期收款，整份重排，旧的留档",
		Said: []string{"回款计划", "分两次付", "分三次付", "分几次付", "…付…付", "付款计划", "分期收款", "收款安排", "改收款计划", "收款计划…改", "分期付款", "账期"},
		Args: []command.Arg{
			contractArg(),
			{Name: "计划", Kind: command.Free, Prompt: "怎么收？每期写 日期=金额、比例或余款，例如：2026-12-31=30% 2027-03-31=余款"},
		},
		Examples: []string{"收款计划 ZYX-202611-001 2026-12-31=30% 2027-03-31=余款", "收款计划 ZYX-202611-001 12-31=5万 1-31=余款"},
		Who:      rulebook.EnterMoney, Private: true, Clause: clause, Also: []string{meeting}, Run: h.plan, Undo: h.undoEntries,
	}}
}

// plan is 收款计划.
func (h Handler) plan(ctx context.Context, c *command.Call) (*command.Answer, error) {
	d, err := h.contract(ctx, c, want{verb: "排收款计划", may: mine(c)})
	if err != nil {
		return nil, err
	}
	if err := planOvertaken(c, d); err != nil {
		return nil, err
	}
	lines, below, err := h.planned(c, d)
	if err != nil {
		return nil, err
	}
	plans := entriesOf(d, store.MoneyPlan)
	e := h.entry(c, d, store.MoneyPlan)
	e.Plan = rulebook.Replan(d.Standing, lines, d.today)
	if len(plans) > 0 {
		e.Ref = plans[len(plans)-1].ID
	}
	if e, err = h.add(ctx, c, &d, e); err != nil {
		return nil, err
	}
	say := []string{d.head(), "合同金额 " + words.Money(d.Price)}
	for _, l := range d.Lines {
		say = append(say, d.line(l))
	}
	if below > 0 {
		say = append(say, fmt.Sprintf("计划比合同金额少 %s：这部分按签约后 %d 天到期算。", words.Money(below), h.Config.TermsDays))
	}
	if n := len(plans); n > 0 {
		say = append(say, fmt.Sprintf("这是第 %d 版，之前的留档。", n+1))
	}
	a := card("收款计划已排好", chat.Good, append(say, d.stand()...), "收款计划已排好，"+d.outline()+"。", command.UndoButton)
	a.Undo, a.Subject = e.ID, "contract/"+d.Number
	a.Notices, err = h.tellHolder(ctx, c, d, e, c.Person.Name+"重排了收款计划："+d.head(), c.Person.Name+"重排了收款计划：合同 "+d.Number+"。")
	return a, err
}

// mine is whose money the caller enters.
func mine(c *command.Call) func(store.Contract) bool {
	return func(k store.Contract) bool { return enters(c.Person, k) }
}

// planOvertaken refuses a plan that was sent before the one that holds.
func planOvertaken(c *command.Call, d deal) error {
	if plans := entriesOf(d, store.MoneyPlan); len(plans) > 0 {
		return c.Overtaken(plans[len(plans)-1].At)
	}
	return nil
}

// entriesOf are the entries of a kind that count, oldest first.
func entriesOf(d deal, kind store.MoneyKind) (list []store.MoneyEntry) {
	void := rulebook.Void(d.account.Entries)
	for _, e := range d.account.Entries {
		if e.Kind == kind && !void.Has(e.ID) {
			list = append(list, e)
		}
	}
	return list
}

// planned are the lines that are typed, with their amounts; below is by how much
// they fall short of the contract.
func (h Handler) planned(c *command.Call, d deal) (lines []store.PlanLine, below int64, err error) {
	typed, err := reading.Plan(c.Text("计划"), c.Env().Base())
	var no reading.Refusal
	switch {
	case errors.Is(err, reading.ErrNone):
		no = "没看懂收款计划。"
	case errors.As(err, &no):
	case err != nil:
		return nil, 0, err
	}
	hint := "收款计划 " + d.Number + " 2026-12-31=30% 2027-03-31=余款"
	if no != "" {
		return nil, 0, &command.Refusal{Text: strings.TrimSuffix(string(no), "。") + "。", Hint: hint, Private: true}
	}
	parts := make([]rulebook.Part, len(typed))
	for i, p := range typed {
		parts[i] = rulebook.Part{Fen: p.Fen, Share: p.Share, Rest: p.Rest}
		if p.Day < d.Signed && d.Signed != "" && p.Day < d.today.Add(-maxBack) {
			return nil, 0, &command.Refusal{Text: d.due(p.Day) + "太早了，请核对日期。", Hint: hint, Private: true}
		}
	}
	amounts, over := rulebook.Apportion(d.Price, parts)
	if over > 0 {
		return nil, 0, &command.Refusal{
			Text: fmt.Sprintf("计划加起来 %s，比合同金额 %s 多 %s。", words.Money(d.Price+over), words.Money(d.Price), words.Money(over)),
			Hint: hint + "；合同金额变了：改合同 " + d.Number + " 金额=… 原因=…", Clause: clause, Private: true,
		}
	}
	for i, p := range typed {
		if amounts[i] <= 0 {
			return nil, 0, &command.Refusal{Text: fmt.Sprintf("第%d期（%s）算下来是 0 元，请去掉这一期。", i+1, d.due(p.Day)), Hint: hint, Private: true}
		}
		lines = append(lines, store.PlanLine{Due: p.Day, Amount: amounts[i]})
	}
	return lines, -over, nil
}

// maxBack is how many days back a day may lie; what is older is a slip.
const maxBack = 3650

// entry is a new entry about a deal, of today.
func (h Handler) entry(c *command.Call, d deal, kind store.MoneyKind) store.MoneyEntry {
	return store.MoneyEntry{
		ID: c.Tx.NewID(c.Clock()), Kind: kind, Contract: d.Number, Customer: d.Customer, Holder: d.Holder, Day: store.DayOf(c.Now), At: c.Now, By: c.Person.ID,
	}
}

// add makes an entry, and the deal what it is with it.
func (h Handler) add(ctx context.Context, c *command.Call, d *deal, e store.MoneyEntry) (store.MoneyEntry, error) {
	if !d.account.Fits(e) {
		return e, fmt.Errorf("%s of contract %s does not fit", e.Kind, d.Number)
	}
	err := h.heldOn(ctx, c, *d, &e)
	if err == nil {
		e, err = c.Tx.Receivables().Add(ctx, e)
	}
	if err == nil {
		*d = h.with(*d, e)
	}
	return e, err
}

// tellHolder tells who holds the contract of what somebody else entered.
func (h Handler) tellHolder(ctx context.Context, c *command.Call, d deal, e store.MoneyEntry, text, outline string) ([]chat.Notice, error) {
	if d.Holder == c.Person.ID {
		return nil, nil
	}
	roll, err := audience.Read(ctx, c.Tx, d.today)
	if err != nil {
		return nil, err
	}
	holder, active := roll.Active(d.Holder)
	if !active {
		return nil, nil
	}
	see := chat.Button{Label: "看应收", Command: "应收 " + d.Number}
	return []chat.Notice{notice("receivable/"+string(e.Kind)+"/"+e.ID, holder, text+"\n"+strings.Join(d.stand(), "\n"), outline, see)}, nil
}

// heldOn puts who held the contract on the day of a receipt, for whom it counts,
// where that is past (会-4).
func (h Handler) heldOn(ctx context.Context, c *command.Call, d deal, e *store.MoneyEntry) error {
	if e.Kind != store.MoneyReceipt || e.Day >= d.today {
		return nil
	}
	acts, err := c.Tx.Contracts().Acts(ctx, d.Contract)
	for i, a := range acts {
		if i == 0 || h.Rules.Day(a.At) <= e.Day {
			e.Holder = a.Is.Holder
		}
	}
	return err
}
