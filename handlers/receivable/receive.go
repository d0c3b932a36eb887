package receivable

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/closing"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

func (h Handler) receiveCommands() []command.Spec {
	receipt := command.Spec{
		Name: "回款", Aliases: []string{"hk"}, Summary: "登记收到的一笔钱，先冲最早到期的一期",
		Said: []string{"收款", "登记回款", "登记一笔回款", "…的钱到了", "…钱到了", "…的款到了", "收到…", "记一笔回款", "…回款", "…的回款", "收到…回款", "…到账", "收到…的回款", "…打款", "…付了", "…打了…过来", "记回款", "录回款", "到款", "客户付款", "客户打款", "收到…款", "收到货款", "付了款", "付款登记", "打款了", "货款到了"},
		Args: []command.Arg{
			contractArg(), {Name: "金额", Kind: command.Money, Prompt: "收到多少？例如 5万 或 50,000.00"},
			{Name: "日期", Kind: command.Date, Optional: true, Past: true},
			{Name: "备注", Kind: command.Free, Optional: true},
		},
		Examples: []string{"回款 ZYX-202611-001 5万", "回款 ZYX-202611-001 50,000.00 11-24", "回款 南湖酒店 3万"},
		Who:      rulebook.EnterMoney, Private: true, Clause: clause, Also: []string{meeting}, Daily: true, Proceeds: []string{again, surplus}, Run: h.receive, Undo: h.undoEntries,
	}
	which := []command.Arg{{Name: whichOne, Kind: command.Word, Optional: true}}
	return []command.Spec{
		receipt,
		{
			Name: "预收", Aliases: []string{"yushou"}, Summary: "把客户多付的钱用到一份合同上",
			Said:     []string{"用预收", "预收款", "使用预收", "多付的钱", "预收抵扣", "冲抵"},
			Args:     []command.Arg{contractArg(), {Name: "金额", Kind: command.Money, Prompt: "用多少预收？例如 2万"}},
			Examples: []string{"预收 ZYX-202611-002 2万"},
			Who:      rulebook.EnterMoney, Private: true, Clause: clause, Run: h.useSurplus, Undo: h.undoEntries,
		},
		{
			Name: otherAmount, Summary: "等着确认的那笔回款，金额重新写", Args: which, Examples: []string{otherAmount}, Hidden: true,
			Who: rulebook.EnterMoney, Private: true, Clause: clause, Run: h.instead(otherAmount, receipt),
		},
		{
			Name: otherContract, Summary: "等着确认的那笔回款，是这位客户别的合同的", Args: which, Examples: []string{otherContract}, Hidden: true,
			Who: rulebook.EnterMoney, Private: true, Clause: clause, Run: h.instead(otherContract, receipt),
		},
	}
}

// What a receipt that is doubtful can be confirmed by.
const (
	again   = "仍要登记"
	surplus = "记预收"
)

// What a receipt that is more than is open may be instead.
const (
	otherAmount   = "改金额"
	otherContract = "记到别的合同"
	whichOne      = "哪一笔" // the version of its preview, or its contract
)

// maxNote is how many characters a remark or a reason may have.
const maxNote = 200

// receive is 回款.
func (h Handler) receive(ctx context.Context, c *command.Call) (*command.Answer, error) {
	d, err := h.contract(ctx, c, want{verb: "收款", may: mine(c), fits: open})
	if err != nil {
		return nil, err
	}
	e := h.entry(c, d, store.MoneyReceipt)
	e.Amount, e.Words = c.Money("金额"), strings.TrimSpace(c.Text("备注"))
	if c.Has("日期") {
		e.Day = c.Day("日期")
	} else {
		e.Day, e.Words = dated(c, e.Words, false)
	}
	if err := h.receivable(c, d, e); err != nil {
		return nil, err
	}
	if ask, err := h.doubts(ctx, c, d, e); err != nil || ask != nil {
		return ask, err
	}
	second, err := h.second(ctx, c, c.Person.ID)
	if err != nil {
		return nil, err
	}
	e.Settled = !h.Config.Confirm || second.alone()
	e.Alone = h.Config.Confirm && second.alone()
	before := d
	if e, err = h.add(ctx, c, &d, e); err != nil {
		return nil, err
	}
	return h.received(ctx, c, before, d, e)
}

// receivable refuses a receipt that cannot be.
func (h Handler) receivable(c *command.Call, d deal, e store.MoneyEntry) error {
	line := "回款 " + d.Number + " 5万"
	if e.Amount == 0 {
		return &command.Refusal{Text: "回款金额要大于 0。", Hint: line, Private: true}
	}
	if err := entered(c, e.Day, line); err != nil {
		return err
	}
	return noteRule(e.Words, line)
}

// noteRule refuses a remark or reason that is too long.
func noteRule(note, line string) error {
	if utf8.RuneCountInString(note) > maxNote {
		return &command.Refusal{Text: command.TooLong("说明", note, maxNote) + "。", Hint: line, Private: true}
	}
	return nil
}

// doubts asks before a receipt that looks like one entered before, or is more
// than is open. nil: nothing is doubtful, or it was confirmed.
func (h Handler) doubts(ctx context.Context, c *command.Call, d deal, e store.MoneyEntry) (*command.Answer, error) {
	var say []string
	proceed := surplus
	receipts := rulebook.Receipts(d.account.Entries)
	twin := slices.IndexFunc(receipts, func(r rulebook.Receipt) bool {
		if claims(e) { // of the bank two may be alike, what was typed is one of them
			return r.Counts() && r.Amount == e.Amount && !claims(r.MoneyEntry) && (r.Day == e.Day || r.Pending())
		}
		return r.Counts() && r.Amount == e.Amount && r.Day == e.Day
	})
	over := e.Amount - d.Open
	if twin >= 0 {
		r := receipts[twin]
		what := fmt.Sprintf("刚登记过同样一笔（%s，%s），仍要登记？", words.Money(r.Amount), d.due(r.Day))
		if claims(e) {
			what = fmt.Sprintf("登记过同样一笔 %s（%s，%s）：是同一笔钱就不用认领，请财务核款 %s、把这笔到账记为不符。仍要登记？", r.Code, words.Money(r.Amount), d.due(r.Day), r.Code)
		}
		say, proceed = append(say, what), again
	}
	if over > 0 {
		what := "多出来的记作客户的预收，还是金额不对，或者是别的合同的？"
		if claims(e) {
			what = "多出来的记作客户的预收；是别的合同的就取消，认领到那一份。"
		}
		say, proceed = append(say, fmt.Sprintf("%s 比未收的 %s 多 %s。", words.Money(e.Amount), words.Money(d.Open), words.Money(over))+what), surplus
	}
	version := command.VersionOf("receipt", d.Number, e.Amount, e.Day, d.Open, twin >= 0)
	if len(say) == 0 || c.Confirms(version) {
		return nil, nil
	}
	var buttons []chat.Button
	if over > 0 && !claims(e) {
		for _, word := range []string{otherAmount, otherContract} {
			buttons = append(buttons, chat.Button{Label: word, Command: word + " " + version, Typed: word + " " + d.Number})
		}
	}
	q := card("请确认", chat.Warn, append([]string{d.head()}, say...), "这一笔回款要确认："+d.outline()+"。", buttons...)
	q.Proceed, q.Subject = proceed, "contract/"+d.Number
	return q.Preview(version), nil
}

// claims reports whether a receipt is 认领 of what has arrived: its amount is the bank's.
func claims(e store.MoneyEntry) bool { return e.Ref != "" }

// plainMoney is an amount as it can be typed without blanks: 50000.00.
func plainMoney(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

// instead is for who sees that a receipt which waits for their 确认 is another one:
// it waits no more, and its line is read again, without the amount or with the
// contract's customer.
func (h Handler) instead(word string, receipt command.Spec) command.Step {
	return func(ctx context.Context, c *command.Call) (*command.Answer, error) {
		w, r, err := h.doubted(ctx, c, receipt)
		if err != nil {
			return nil, err
		}
		if _, _, err := c.Tx.Dialogs().Cancel(ctx, w.Code, c.Person.ID, c.Now); err != nil {
			return nil, err
		}
		used := chat.Card{Title: "回款 " + w.Code}.Used(c.Done(word))
		line := []string{receipt.Name, r.Text(contractName)}
		if word == otherContract {
			k, found, err := c.NumberedContract(ctx, line[1])
			if err != nil {
				return nil, err
			}
			if found {
				line[1] = k.Customer
				if other, err := h.owesElsewhere(ctx, c, k.Contract); err != nil || !other {
					return nil, cmp.Or(err, error(&command.Refusal{Text: "这位客户没有别的合同还要收款。", Hint: otherAmount + " " + k.Number, Clause: clause, Private: true}))
				}
			}
			line = append(line, plainMoney(r.Money("金额")))
		}
		if r.Has("日期") {
			line = append(line, string(r.Day("日期")))
		}
		if word == otherContract {
			line = append(line, r.Text("备注"))
		}
		return &command.Answer{Next: &command.Next{Line: strings.Join(line, " ")}, Notices: []chat.Notice{{
			Message: chat.Message{Card: &used, About: w.Code, Secrecy: chat.Secrecy{Confidential: true}},
		}}}, nil
	}
}

// owesElsewhere reports whether something is open of another contract of a customer.
func (h Handler) owesElsewhere(ctx context.Context, c *command.Call, k store.Contract) (bool, error) {
	list, err := c.Tx.Contracts().ByCustomer(ctx, k.Customer)
	for _, o := range list {
		if o.Number == k.Number || o.Signed == "" {
			continue
		}
		if d, err := h.look(ctx, c, o); err != nil || d.Open > 0 {
			return true, err
		}
	}
	return false, err
}

// doubted is the receipt that waits for the caller's 确认, and how its line reads:
// that whose card was pressed or whose contract was typed, else the newest.
func (h Handler) doubted(ctx context.Context, c *command.Call, receipt command.Spec) (store.Confirmation, *command.Call, error) {
	waiting, err := c.Tx.Dialogs().Waiting(ctx, c.Person.ID, c.Now)
	if err != nil {
		return store.Confirmation{}, nil, err
	}
	router, err := command.NewRouter([]command.Spec{receipt})
	if err != nil {
		return store.Confirmation{}, nil, err
	}
	for _, w := range slices.Backward(waiting) {
		spec, rest, ok := router.Match(w.Line)
		if !ok {
			continue
		}
		env := c.Env()
		env.Now = w.Asked.In(c.Now.Location())
		args, err := command.Parse(ctx, spec, rest, env)
		if err != nil {
			return store.Confirmation{}, nil, err
		}
		r := command.NewCall(command.Call{Spec: spec}, args)
		which := c.Text(whichOne)
		if which == "" || which == w.Version {
			return w, r, nil
		}
		d, err := h.contractIn(ctx, c, r.Text(contractName), want{verb: "收款", may: mine(c), fits: open})
		switch {
		case err == nil && command.FoldedContract(which) == d.Folded:
			return w, r, nil
		case err != nil && !refused(err):
			return store.Confirmation{}, nil, err
		}
	}
	return store.Confirmation{}, nil, &command.Refusal{Text: "没有等你确认的回款。", Hint: "回款 合同号 金额", Clause: clause}
}

// received is what is said of a receipt: the lines that it went to, and the rest.
func (h Handler) received(ctx context.Context, c *command.Call, before, d deal, e store.MoneyEntry) (*command.Answer, error) {
	say := []string{d.head(), fmt.Sprintf("收到 %s · %s · %s", words.Money(e.Amount), d.due(e.Day), settledWords(e))}
	for _, l := range d.Lines {
		i := slices.IndexFunc(before.Lines, func(o rulebook.LineStanding) bool { return o.No == l.No })
		if i >= 0 && before.Lines[i].Open != l.Open {
			say = append(say, d.line(l))
		}
	}
	if left := d.Surplus - before.Surplus; left > 0 {
		say = append(say, "多出的 "+words.Money(left)+" 记作预收，可以用到这位客户的别的合同：预收 合同号 金额")
	}
	note, err := closing.Note(ctx, c.Tx, h.Rules, e.Day, c.Now)
	if err != nil {
		return nil, err
	}
	if note != "" {
		say = append(say, note)
	}
	a := card("已登记回款 "+e.Code, chat.Good, append(say, d.stand()...),
		fmt.Sprintf("已登记回款 %s（%s，%s）。%s。", e.Code, d.due(e.Day), settledWords(e), d.outline()), command.UndoButton,
		chat.Button{Label: "看这份合同", Command: "应收 " + d.Number})
	a.Undo, a.Subject = e.ID, "contract/"+d.Number
	a.Notices, err = h.tellHolder(ctx, c, d, e, fmt.Sprintf("%s登记了回款 %s：%s 收到 %s", c.Person.Name, e.Code, d.head(), words.Money(e.Amount)),
		fmt.Sprintf("%s登记了回款 %s：合同 %s。", c.Person.Name, e.Code, d.Number))
	return a, err
}

// settledWords say whether a receipt waits for somebody.
func settledWords(e store.MoneyEntry) string {
	switch {
	case e.Alone:
		return "直接计入（无人复核）"
	case e.Settled:
		return "已计入"
	}
	return "待核"
}

// hands are who else may look at what is a person's own with a second pair of eyes.
type hands struct {
	kept        bool           // somebody is charged with the accounts
	accountants []store.Person // charged with the accounts
	above       []store.Person // the director and the general manager
}

// all are all of them.
func (h hands) all() []store.Person { return audience.Join(h.accountants, h.above) }

// alone reports whether a receipt has nobody to wait for.
func (h hands) alone() bool { return !h.kept || len(h.all()) == 0 }

// second is who may confirm, let go or pay back what is a person's own.
func (h Handler) second(ctx context.Context, c *command.Call, own string) (hands, error) {
	roll, err := audience.Read(ctx, c.Tx, store.DayOf(c.Now))
	accountants := roll.Charged(store.Accountant)
	return hands{
		kept: len(accountants) > 0, accountants: audience.But(accountants, own),
		above: audience.But(slices.Concat(roll.Holders(store.MarketingDirector), roll.Holders(store.GeneralManager)), own),
	}, err
}
