package receivable

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

func (h Handler) arrivalCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "到账", Aliases: []string{"dz"}, Summary: "账上到了钱，不知道是哪份合同的：通知客户的合同持有人来认领",
			Said:     []string{"到账了", "收到一笔", "不知道是谁的", "进了一笔", "来了一笔", "账上到了", "来款", "银行到账", "有一笔到账", "不明到账"},
			Args:     []command.Arg{{Name: "内容", Kind: command.Free, Prompt: "到了多少，谁打来的？例如：5万 南湖酒店", Coded: arrivalLetter}},
			Examples: []string{"到账 5万 南湖酒店", "到账 W3 南湖酒店"},
			Who:      rulebook.KeepAccounts, For: keepsAccounts, Private: true, Clause: clause, Run: h.arrive, Undo: h.undoArrival,
		},
		{
			Name: "认领", Aliases: []string{"rl"}, Summary: "把一笔到账认到自己的合同上，谁先认领归谁", Of: "W",
			Said:     []string{"认款", "认领到账", "这笔钱是我的", "领款"},
			Args:     []command.Arg{{Name: "编号", Kind: command.Number, Prompt: "认领哪一笔？编号例如 W3。"}, contractArg()},
			Examples: []string{"认领 W3 ZYX-202611-001"},
			Who:      rulebook.EnterMoney, Private: true, Settles: true, Clause: clause, Proceeds: []string{again, surplus}, Run: h.claim, Undo: h.undoEntries,
		},
		{
			Name: "开票", Aliases: []string{"kp"}, Summary: "登记开出的发票，只记金额、号码和日期",
			Said:     []string{"开发票", "…开票", "开了…发票", "…开发票", "…开了发票", "发票登记", "登记发票", "开了发票", "发票"},
			Args:     []command.Arg{contractArg(), {Name: "金额", Kind: command.Money, Prompt: "开了多少？例如 5万"}, {Name: "发票", Kind: command.Free, Optional: true}},
			Examples: []string{"开票 ZYX-202611-001 5万", "开票 ZYX-202611-001 5万 44200123 11-24"},
			Who:      rulebook.EnterMoney, Private: true, Clause: clause, Run: h.invoice, Undo: h.undoEntries,
		},
	}
}

// arrive is 到账.
func (h Handler) arrive(ctx context.Context, c *command.Call) (*command.Answer, error) {
	typed := strings.TrimSpace(c.Text("内容"))
	if first := reading.FirstCode(typed); isArrival(first) {
		return h.name(ctx, c, first, strings.TrimSpace(typed[len(first):]))
	}
	fen, n, err := reading.Money(typed)
	var no reading.Refusal
	switch {
	case errors.As(err, &no):
		return nil, &command.Refusal{Text: string(no) + "。", Hint: "到账 5万 南湖酒店", Private: true}
	case err != nil || fen == 0:
		return nil, &command.Refusal{Text: "先写到了多少，再写谁打来的。", Hint: "到账 5万 南湖酒店", Private: true}
	}
	day, whose := dated(c, strings.TrimLeft(typed[n:], ",，:：;；"), true)
	if !text.HasWords(whose) {
		return nil, &command.Question{Prompt: "谁打来的？写客户名称或编号；还不知道就写附言里的字。", Secrecy: chat.Secrecy{Confidential: true, Summary: "谁打来的？写客户名称或编号。"}}
	}
	if err := entered(c, day, "到账 5万 南湖酒店 11-24"); err != nil {
		return nil, err
	}
	if err := noteRule(whose, "到账 5万 南湖酒店"); err != nil {
		return nil, err
	}
	m, known, err := h.payer(ctx, c, whose)
	if err != nil {
		return nil, err
	}
	e := store.MoneyEntry{
		ID: c.Tx.NewID(c.Clock()), Kind: store.MoneyArrival, Customer: m.ID, Day: day, At: c.Now, By: c.Person.ID, Amount: fen, Words: whose,
	}
	if e, err = c.Tx.Receivables().Add(ctx, e); err != nil {
		return nil, err
	}
	return h.arrived(ctx, c, e, e.ID, m, known)
}

// dated takes a day off the end of words, or off their beginning where it may stand
// there; without one it is today. Words that are all digits are no day.
func dated(c *command.Call, typed string, first bool) (store.Day, string) {
	base := c.Env().Base()
	base.Past = true
	fields := strings.Fields(typed)
	read := func(i int) (store.Day, bool) {
		day, n, err := reading.Date(fields[i], base)
		return day, err == nil && n == len(fields[i]) && (len(fields) > 1 || strings.Trim(fields[i], "0123456789") != "")
	}
	n := len(fields)
	if n == 0 {
		return base.Today, ""
	}
	if day, ok := read(n - 1); ok {
		return day, strings.Join(fields[:n-1], " ")
	}
	if day, ok := read(0); first && ok {
		return day, strings.Join(fields[1:], " ")
	}
	return base.Today, strings.TrimSpace(typed)
}

// entered refuses a day on which nothing can have happened that is entered now.
func entered(c *command.Call, day store.Day, line string) error {
	today := store.DayOf(c.Now)
	switch {
	case day > today:
		return &command.Refusal{Text: words.DayIn(day, today) + " 还没到，到了再登记。", Hint: line, Clause: clause, Private: true}
	case day < today.Add(-maxBack):
		return &command.Refusal{Text: words.DayIn(day, today) + " 太早了，请核对日期。", Hint: line, Private: true}
	}
	return nil
}

// isArrival reports whether a number is an arrival's: W3.
func isArrival(typed string) bool {
	return strings.HasPrefix(text.Code(typed), arrivalLetter) && reading.IsNumber(typed)
}

const arrivalLetter = "W"

// payer is the customer that words mean; false where it is none or not clear.
func (h Handler) payer(ctx context.Context, c *command.Call, typed string) (command.Meant, bool, error) {
	found, err := c.CustomersLike(ctx, typed, command.ToName)
	if err != nil {
		return command.Meant{}, false, err
	}
	if m, one := found.One(); one {
		c.Meets(typed, m.Customer)
		return m, true, nil
	}
	return command.Meant{}, false, nil
}

// name says whose an arrival is that nobody knew before, or that was taken for another's:
// who was told to claim it hears that it is not theirs.
func (h Handler) name(ctx context.Context, c *command.Call, code, whose string) (*command.Answer, error) {
	e, unclaimed, err := h.arrivalOf(ctx, c, code)
	switch {
	case err != nil:
		return nil, err
	case !unclaimed:
		return nil, taken(e)
	case e.At.After(c.Now):
		return nil, c.Overtaken(e.At)
	case !text.HasWords(whose):
		return nil, &command.Question{Prompt: e.Code + " 是哪位客户打来的？写名称或编号。"}
	}
	found, err := c.CustomersLike(ctx, whose, command.ToName)
	if err != nil {
		return nil, err
	}
	m, one := found.One()
	if !one {
		return nil, found.Unclear(ctx)
	}
	p := store.MoneyEntry{ID: c.Tx.NewID(c.Clock()), Kind: store.MoneyPayer, Customer: m.ID, Day: store.DayOf(c.Now), At: c.Now, By: c.Person.ID, Ref: e.ID}
	if _, err := c.Tx.Receivables().Add(ctx, p); err != nil {
		return nil, err
	}
	a, err := h.arrived(ctx, c, e, p.ID, m, true)
	if err != nil || e.Customer == "" || e.Customer == m.ID {
		return a, err
	}
	former, err := h.holders(ctx, c, e.Customer)
	for _, x := range former {
		told := slices.ContainsFunc(a.Notices, func(n chat.Notice) bool { return n.To == x.person.ID })
		if !told && x.person.ID != c.Person.ID {
			a.Notices = append(a.Notices, notice("receivable/other/"+p.ID, x.person,
				"到账 "+e.Code+" "+words.Money(e.Amount)+" 不是你的客户的，不用认领。", "到账 "+e.Code+" 不用认领。"))
		}
	}
	return a, err
}

// arrived tells the holders of the customer's contracts; 撤销 takes back the entry undo.
func (h Handler) arrived(ctx context.Context, c *command.Call, e store.MoneyEntry, undo string, m command.Meant, known bool) (*command.Answer, error) {
	what := fmt.Sprintf("%s 到账 %s · %s（%s）", e.Code, words.Money(e.Amount), words.DayIn(e.Day, store.DayOf(c.Now)), noted(e.Words))
	if !known {
		a := card("已记下到账 "+e.Code, chat.Warn, []string{what, "不能确定是哪位客户，没有通知任何人。知道了就发：到账 " + e.Code + " 客户"}, "已记下到账 "+e.Code+"，还不知道是哪位客户。", command.UndoButton)
		a.Undo, a.Subject = undo, "arrival/"+e.Code
		return a, nil
	}
	holders, err := h.holders(ctx, c, m.ID)
	if err != nil {
		return nil, err
	}
	say := []string{what, "客户 " + m.ID + " " + m.Name}
	entered, err := c.Tx.Receivables().OfCustomer(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	for _, r := range rulebook.Receipts(entered) {
		if r.Pending() && r.Amount == e.Amount {
			say = append(say, "同样金额的 "+r.Code+" 还在待核：是同一笔就发 核款 "+r.Code+"，再发 不符 "+e.Code+" 已登记为 "+r.Code)
		}
	}
	if len(holders) == 0 {
		say = append(say, "这位客户没有在册的合同持有人，没有通知任何人。")
	} else {
		say = append(say, "已通知 "+words.Names(holderNames(holders), 3)+" 认领。")
	}
	a := card("已记下到账 "+e.Code, chat.Good, say, "已记下到账 "+e.Code+"。", command.UndoButton)
	a.Undo, a.Subject = undo, "arrival/"+e.Code
	for _, x := range holders {
		if x.person.ID == c.Person.ID {
			continue
		}
		lines, buttons := x.claims(e.Code)
		a.Notices = append(a.Notices, notice("receivable/arrival/"+undo, x.person, what+"\n客户 "+m.Name+"。是你合同的就认领，谁先认领归谁：\n"+strings.Join(lines, "\n"),
			"有一笔到账 "+e.Code+" 等认领：认领 "+e.Code+" 合同号。", buttons...))
	}
	return a, nil
}

// arrivalOf is the arrival of a code, and whether nobody has claimed it. It is
// locked until the transaction ends: who claims first has it.
func (h Handler) arrivalOf(ctx context.Context, c *command.Call, typed string) (e store.MoneyEntry, unclaimed bool, err error) {
	code := command.CodeIn(arrivalLetter, typed)
	if err := c.Tx.Receivables().Lock(ctx, code); err != nil {
		return e, false, err
	}
	e, found, err := c.Tx.Receivables().Arrival(ctx, code)
	if err != nil {
		return e, false, err
	}
	switch {
	case !found:
		return e, false, noArrival()
	case e.Damaged:
		return e, false, unreadable("到账", e)
	}
	open, err := c.Tx.Receivables().Unclaimed(ctx)
	return e, slices.ContainsFunc(open, func(o store.MoneyEntry) bool { return o.ID == e.ID }), err
}

// taken refuses an arrival that waits for nobody any more.
func taken(e store.MoneyEntry) *command.Refusal {
	return &command.Refusal{Text: "到账 " + e.Code + " 已经有人认领，或者不算了。", Hint: "我的", Clause: clause, Private: true}
}

func noArrival() *command.Refusal {
	return &command.Refusal{Text: "没有这一笔到账，或者它不是你的客户的。", Hint: "我的", Clause: clause, Private: true}
}

// undoArrival takes back an arrival that nobody has claimed, or what was said of it:
// whose it is, or that it is none.
func (h Handler) undoArrival(ctx context.Context, c *command.Call, ref string) (string, error) {
	e, _, err := h.byID(ctx, c, ref)
	if err != nil {
		return "", err
	}
	arrival := e
	if e.Kind != store.MoneyArrival {
		if arrival, _, err = h.byID(ctx, c, e.Ref); err != nil {
			return "", err
		}
	}
	said := map[store.MoneyKind]string{store.MoneyArrival: "到账 ", store.MoneyPayer: "写到账的客户 ", store.MoneyRejected: "不符 "}[e.Kind] + arrival.Code
	_, unclaimed, err := h.arrivalOf(ctx, c, arrival.Code)
	if err != nil {
		return "", err
	}
	if !unclaimed && e.Kind != store.MoneyRejected {
		return "", &command.Refusal{Text: said + " 不能撤销：这笔钱已经有人认领，或者不算了。", Hint: "回款记录", Clause: clause, Private: true}
	}
	u := store.MoneyEntry{ID: c.Tx.NewID(c.Clock()), Kind: store.MoneyUndone, Day: store.DayOf(c.Now), At: c.Now, By: c.Person.ID, Ref: e.ID}
	_, err = c.Tx.Receivables().Add(ctx, u)
	return said, err
}

// dismiss is 不符 of an arrival that nobody has claimed: there was no such money, or
// it is entered already. Who was told of it hears that.
func (h Handler) dismiss(ctx context.Context, c *command.Call) (*command.Answer, error) {
	e, unclaimed, err := h.arrivalOf(ctx, c, c.Text("编号"))
	switch {
	case err != nil:
		return nil, err
	case !unclaimed:
		return nil, taken(e)
	case e.At.After(c.Now):
		return nil, c.Overtaken(e.At)
	}
	why := strings.TrimSpace(c.Text("原因"))
	if err := reasonRule(why, "不符 "+e.Code+" 记重了"); err != nil {
		return nil, err
	}
	r := store.MoneyEntry{ID: c.Tx.NewID(c.Clock()), Kind: store.MoneyRejected, Day: store.DayOf(c.Now), At: c.Now, By: c.Person.ID, Ref: e.ID, Words: why}
	if r, err = c.Tx.Receivables().Add(ctx, r); err != nil {
		return nil, err
	}
	what := fmt.Sprintf("到账 %s %s 不再等认领：%s", e.Code, words.Money(e.Amount), text.Line(why))
	a := card("已记为不符 "+e.Code, chat.Warn, []string{what}, "已把到账 "+e.Code+" 记为不符。", command.UndoButton)
	a.Undo, a.Subject = r.ID, "arrival/"+e.Code
	holders, err := h.holders(ctx, c, e.Customer)
	for _, x := range holders {
		if x.person.ID != c.Person.ID {
			a.Notices = append(a.Notices, notice("receivable/dismissed/"+r.ID, x.person, what, "到账 "+e.Code+" 不再等认领。"))
		}
	}
	return a, err
}
