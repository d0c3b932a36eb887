package receivable

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

func (h Handler) judgeCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "核款", Aliases: []string{"hek"}, Summary: "核实登记的回款，可以一次写几笔；不写编号列出待核的", Of: "R",
			Said:     []string{"核对回款", "要我核", "没核的", "等我核", "确认回款", "核回款", "待核", "待核回款", "回款…核实", "核实回款", "确认到款", "款项核对", "没核", "哪些钱没核", "哪些款没核"},
			Args:     []command.Arg{{Name: "编号", Kind: command.Free, Optional: true, Coded: receiptLetter}},
			Examples: []string{"核款 R12", "核款 R12 R13"},
			Who:      rulebook.KeepAccounts, For: keepsAccounts, Private: true, Settles: true, Clause: clause, Run: h.confirm, Undo: h.undoEntries,
		},
		{
			Name: rejecting, Aliases: []string{"bf"}, Summary: "登记的回款或到账和账上对不上：这一笔不算，告诉登记的人", Of: "R",
			Said: []string{"回款不符", "对不上", "没收到这笔", "回款有误", "账上没有"},
			Args: []command.Arg{
				{Name: "编号", Kind: command.Number, Prompt: "哪一笔？编号例如 R12，到账的 W3。"},
				{Name: "原因", Kind: command.Free, Prompt: "哪里不符？写一句，会告诉登记的人。"},
			},
			Examples: []string{"不符 R12 账上没有这一笔", "不符 W3 记重了"},
			Who:      rulebook.KeepAccounts, For: keepsAccounts, Private: true, Settles: true, Clause: clause, Run: h.reject, Undo: h.undoRejected,
		},
	}
}

// rejecting is the command that says a receipt is not in the accounts.
const rejecting = "不符"

// receiptLetter is what the codes of receipts begin with.
const receiptLetter = "R"

func keepsAccounts(p store.Person) bool { return p.Has(store.Accountant) }

// confirm is 核款.
func (h Handler) confirm(ctx context.Context, c *command.Call) (*command.Answer, error) {
	codes := strings.FieldsFunc(c.Text("编号"), func(r rune) bool { return strings.ContainsRune(" ,，、;；\n\t　", r) })
	if len(codes) == 0 {
		return h.waiting(ctx, c)
	}
	var say, ids, done []string
	for _, code := range codes {
		if slices.Contains(done, command.CodeIn(receiptLetter, code)) {
			continue
		}
		r, d, err := h.receipt(ctx, c, code)
		if err != nil {
			return nil, err
		}
		e := h.entry(c, d, store.MoneyConfirmed)
		e.Ref, e.Amount = r.ID, r.Amount
		if e, err = h.add(ctx, c, &d, e); err != nil {
			return nil, err
		}
		say, ids, done = append(say, fmt.Sprintf("%s %s %s · %s", r.Code, d.head(), words.Money(r.Amount), d.due(r.Day))), append(ids, e.ID), append(done, r.Code)
	}
	a := card(fmt.Sprintf("已核款 %d 笔", len(done)), chat.Good, say, "已核款 "+strings.Join(done, "、")+"。", command.UndoButton)
	a.Undo, a.Subject = strings.Join(ids, ","), "receipts "+strings.Join(done, " ")
	return a, nil
}

// receipt is the one of a code that waits for the caller.
func (h Handler) receipt(ctx context.Context, c *command.Call, typed string) (rulebook.Receipt, deal, error) {
	e, found, err := c.Tx.Receivables().ByCode(ctx, command.CodeIn(receiptLetter, typed))
	if err != nil {
		return rulebook.Receipt{}, deal{}, err
	}
	if !found || e.Kind != store.MoneyReceipt {
		return rulebook.Receipt{}, deal{}, &command.Refusal{Text: "没有这一笔回款" + text.Quote(typed) + "。", Hint: "核款", Clause: clause, Private: true}
	}
	_, d, err := h.byID(ctx, c, e.ID)
	if err != nil {
		return rulebook.Receipt{}, d, err
	}
	list := rulebook.Receipts(d.account.Entries)
	i := slices.IndexFunc(list, func(r rulebook.Receipt) bool { return r.ID == e.ID })
	if i < 0 {
		return rulebook.Receipt{}, d, errGone
	}
	if e.Damaged { // nobody sees what would be vouched for
		return rulebook.Receipt{}, d, unreadable("回款", e)
	}
	if err := h.judges(ctx, c, list[i]); err != nil {
		return rulebook.Receipt{}, d, err
	}
	return list[i], d, c.Overtaken(e.At)
}

// judges refuses a receipt that is not the caller's to judge: it is judged
// already, or their own.
func (h Handler) judges(ctx context.Context, c *command.Call, r rulebook.Receipt) error {
	s, err := h.second(ctx, c, r.By)
	if err != nil {
		return err
	}
	if ended, err := h.judged(ctx, c, r); err != nil || ended != "" {
		if err == nil {
			no := &command.Refusal{Text: ended, Hint: "核款", Clause: clause, Private: true}
			if c.Spec.Name == rejecting && r.Counts() { // it counts, and takes an entry of its own
				no.Hint = "核错了的：退款 " + r.Contract + " " + plainMoney(r.Amount) + " 原因"
			}
			err = no
		}
		return err
	}
	by, _, err := c.Tx.People().ByID(ctx, r.By)
	if err != nil {
		return err
	}
	may := s.accountants
	if by.Has(store.Accountant) || len(may) == 0 {
		may = s.all()
	}
	in := func(p store.Person) bool { return p.ID == c.Person.ID }
	switch {
	case r.By == c.Person.ID:
		return &command.Refusal{
			Text: "回款 " + r.Code + " 是你自己登记的，要由别人来核。", Hint: "请" + names(may, "别人") + "发：核款 " + r.Code, Clause: clause, Denied: true, Private: true,
		}
	case !slices.ContainsFunc(may, in):
		return &command.Refusal{
			Text: "回款由财务核。", Hint: "请" + names(may, "财务") + "发：核款 " + r.Code, Clause: clause, Denied: true, Private: true,
		}
	}
	return nil
}

// names are those who may, with their posts; else some word for them.
func names(list []store.Person, none string) string {
	var all []string
	for _, p := range list {
		as := string(p.Post)
		if p.Has(store.Accountant) {
			as = string(store.Accountant)
		}
		all = append(all, p.Name+"（"+as+"）")
	}
	if len(all) == 0 {
		return none
	}
	return words.Names(all, 3)
}

// judged says how a receipt ended; nothing while it waits.
func (h Handler) judged(ctx context.Context, c *command.Call, r rulebook.Receipt) (string, error) {
	var by *store.MoneyEntry
	how := ""
	switch {
	case r.Undone:
		return "回款 " + r.Code + " 已经撤销了。", nil
	case r.Confirmed != nil:
		by, how = r.Confirmed, "核款"
	case r.Rejected != nil:
		by, how = r.Rejected, "记为不符"
	case r.Settled:
		return "回款 " + r.Code + " 不用核，已经计入。", nil
	default:
		return "", nil
	}
	p, _, err := c.Tx.People().ByID(ctx, by.By)
	return fmt.Sprintf("回款 %s 已由%s于 %s %s。", r.Code, p.Name, words.Moment(by.At.In(h.Rules.Zone)), how), err
}

// reject is 不符: the receipt counts no more, and neither does what was used of
// its surplus elsewhere.
func (h Handler) reject(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if isArrival(c.Text("编号")) {
		return h.dismiss(ctx, c)
	}
	r, d, err := h.receipt(ctx, c, c.Text("编号"))
	if err != nil {
		return nil, err
	}
	why := strings.TrimSpace(c.Text("原因"))
	if err := reasonRule(why, "不符 "+r.Code+" 账上没有这一笔"); err != nil {
		return nil, err
	}
	returned, err := h.returnSurplus(ctx, c, &d, r)
	if err != nil {
		return nil, err
	}
	e := h.entry(c, d, store.MoneyRejected)
	e.Ref, e.Amount, e.Words = r.ID, r.Amount, why
	if e, err = h.add(ctx, c, &d, e); err != nil {
		return nil, err
	}
	say := append([]string{d.head(), fmt.Sprintf("%s %s 不再计入：%s", r.Code, words.Money(r.Amount), text.Line(why))}, returned...)
	a := card("已记为不符 "+r.Code, chat.Warn, append(say, d.stand()...), "已把回款 "+r.Code+" 记为不符，"+d.outline()+"。", command.UndoButton)
	a.Undo, a.Subject = e.ID, "receipt/"+r.Code
	if len(returned) > 0 {
		a.Undo = "" // several contracts have moved on
	}
	a.Notices, err = h.tellRejected(ctx, c, d, r, say)
	return a, err
}

// reasonRule refuses a reason that says nothing, or too much.
func reasonRule(why, line string) error {
	if !text.HasWords(why) {
		return &command.Refusal{Text: "要写原因。", Hint: line, Clause: clause, Private: true}
	}
	return noteRule(why, line)
}

// returnSurplus takes back the uses of a receipt's surplus that could not have
// been without it. What was paid back stands, and keeps the receipt.
func (h Handler) returnSurplus(ctx context.Context, c *command.Call, d *deal, r rulebook.Receipt) (say []string, err error) {
	for {
		on, stands := d.account.StandsOn(r.ID)
		switch {
		case !stands:
			return say, nil
		case on.Kind != store.MoneyOut:
			return nil, &command.Refusal{
				Text: fmt.Sprintf("回款 %s 上面还有%s，不能记为不符。", r.Code, d.what(on)), Hint: "应收 " + d.Number, Clause: clause, Private: true,
			}
		}
		if err := h.takeBack(ctx, c, d, on); err != nil {
			return nil, err
		}
		used, err := c.Tx.Receivables().About(ctx, on.ID)
		if err != nil {
			return nil, err
		}
		for _, in := range used {
			if in.Kind != store.MoneyIn {
				continue
			}
			_, to, err := h.byID(ctx, c, in.ID)
			if err != nil {
				return nil, err
			}
			if err := h.takeBack(ctx, c, &to, in); err != nil {
				return nil, err
			}
			say = append(say, fmt.Sprintf("用到 %s 的预收 %s 也收回，那里未收 %s", to.Number, words.Money(in.Amount), words.Money(to.Open)))
		}
	}
}

// takeBack makes the entry by which another counts no more.
func (h Handler) takeBack(ctx context.Context, c *command.Call, d *deal, e store.MoneyEntry) error {
	u := h.entry(c, *d, store.MoneyUndone)
	u.Ref = e.ID
	_, err := h.add(ctx, c, d, u)
	return err
}

// tellRejected tells who entered the receipt, and who holds the contract.
func (h Handler) tellRejected(ctx context.Context, c *command.Call, d deal, r rulebook.Receipt, say []string) ([]chat.Notice, error) {
	roll, err := audience.Read(ctx, c.Tx, d.today)
	if err != nil {
		return nil, err
	}
	var list []chat.Notice
	for _, p := range audience.But(roll.People(), c.Person.ID) {
		if p.ID == r.By || p.ID == d.Holder {
			list = append(list, notice("receivable/rejected/"+r.ID, p, c.Person.Name+"把一笔回款记为不符：\n"+strings.Join(append(say, d.stand()...), "\n"),
				fmt.Sprintf("%s把回款 %s 记为不符：合同 %s。", c.Person.Name, r.Code, d.Number), chat.Button{Label: "看应收", Command: "应收 " + d.Number}))
		}
	}
	return list, nil
}

// what is an entry in words: 回款 R1 20,000.00 元（11月27日 周五）.
func (d deal) what(e store.MoneyEntry) string {
	name := map[store.MoneyKind]string{
		store.MoneyPlan: "收款计划", store.MoneyReceipt: "回款", store.MoneyConfirmed: "核款", store.MoneyRefund: "退款", store.MoneyWaiver: "抹零",
		store.MoneyBadDebt: "坏账", store.MoneyPause: "暂缓", store.MoneyIn: "用上的预收", store.MoneyOut: "用掉的预收", store.MoneyInvoice: "开票",
		store.MoneyRejected: "不符",
	}[e.Kind]
	for _, about := range append(d.account.Entries, e) {
		if about.Code != "" && (about.ID == e.ID || about.ID == e.Ref) {
			name += " " + about.Code
			break
		}
	}
	if e.Amount > 0 {
		name += " " + words.Money(e.Amount)
	}
	return name + "（" + d.due(e.Day) + "）"
}

// maxButtons is how many receipts a list has a button for.
const maxButtons = 6

// waiting lists the receipts that wait, for who may judge them.
func (h Handler) waiting(ctx context.Context, c *command.Call) (*command.Answer, error) {
	list, err := h.pending(ctx, c)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return card("待核回款", chat.Plain, []string{"没有待核的回款。"}, "没有待核的回款。"), nil
	}
	var say []string
	var buttons []chat.Button
	var sum int64
	for i, r := range list {
		sum += r.Amount
		if i < command.MaxRows {
			say = append(say, fmt.Sprintf("%s %s %s · %s · %s登记", r.Code, r.Contract, amount(r.MoneyEntry), words.DayIn(r.Day, store.DayOf(c.Now)), r.by))
		}
		if len(buttons) < maxButtons {
			buttons = append(buttons, chat.Button{Label: "核款 " + r.Code, Command: "核款 " + r.Code})
		}
	}
	if n := len(list) - command.MaxRows; n > 0 {
		say = append(say, words.More(n))
	}
	say = append(say, fmt.Sprintf("一共 %d 笔，%s", len(list), words.Money(sum)), "对不上的：不符 "+list[0].Code+" 原因")
	return card("待核回款", chat.Plain, say, fmt.Sprintf("待核回款 %d 笔。", len(list)), buttons...), nil
}

// waitingReceipt is a receipt that waits, with the name of who entered it.
type waitingReceipt struct {
	rulebook.Receipt
	by string
}

// pending are the receipts that the caller may judge now.
func (h Handler) pending(ctx context.Context, c *command.Call) (list []waitingReceipt, err error) {
	entries, err := c.Tx.Receivables().Waiting(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range rulebook.Receipts(entries) {
		if !r.Pending() || r.At.After(c.Now) {
			continue
		}
		switch err := h.judges(ctx, c, r); {
		case err == nil:
			p, _, err := c.Tx.People().ByID(ctx, r.By)
			if err != nil {
				return nil, err
			}
			list = append(list, waitingReceipt{r, p.Name})
		case !refused(err):
			return nil, err
		}
	}
	return list, nil
}
