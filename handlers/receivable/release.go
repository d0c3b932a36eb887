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
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

func (h Handler) releaseCommands() []command.Spec {
	amount := command.Arg{Name: "金额", Kind: command.Money, Prompt: "多少钱？例如 2万"}
	reason := command.Arg{Name: "原因", Kind: command.Free, Prompt: "为什么？写一句。"}
	spec := func(s command.Spec) command.Spec {
		s.Who, s.Private, s.Clause, s.Undo = rulebook.ReleaseMoney, true, clause, h.undoEntries
		return s
	}
	return []command.Spec{
		spec(command.Spec{
			Name: "退款", Aliases: []string{"tuik"}, Summary: "把收到的钱退给客户，那一期重新算未收",
			Said: []string{"退钱", "退客户钱", "退回款项", "给客户退款"},
			Args: []command.Arg{contractArg(), amount, reason}, Examples: []string{"退款 ZYX-202611-001 2万 客户多付"}, Run: h.refund,
		}),
		spec(command.Spec{
			Name: "抹零", Aliases: []string{"ml"}, Summary: "剩下的零头不收了",
			Said: []string{"去零头", "抹掉零头", "零头不要了", "免零头"},
			Args: []command.Arg{contractArg()}, Examples: []string{"抹零 ZYX-202611-001"}, Run: h.waive,
		}),
		spec(command.Spec{
			Name: "坏账", Aliases: []string{"huaiz"}, Summary: "收不回来的钱核销，不影响业绩",
			Said: []string{"记坏账", "坏账核销", "核销坏账", "收不回来"},
			Args: []command.Arg{contractArg(), amount, reason}, Examples: []string{"坏账 ZYX-202611-001 2万 客户倒闭"}, Run: h.writeOff,
		}),
		spec(command.Spec{
			Name: "暂缓", Aliases: []string{"zh"}, Summary: "一期款到某天之前不催，账龄照算",
			Said: []string{"暂缓催款", "先别催", "缓收", "暂不催收", "延期收款", "推迟催收"},
			Args: []command.Arg{
				contractArg(), {Name: "期", Kind: command.Word, Prompt: "哪一期？例如 第1期"},
				{Name: "日期", Kind: command.Date, Prompt: "到哪天为止不催？例如 12-15"}, reason,
			},
			Examples: []string{"暂缓 ZYX-202611-001 第1期 12-15 客户等拨款"}, Run: h.pause,
		}),
	}
}

// releasable is the deal that the caller lets something go of. What is their own
// is for somebody else, if there is anybody.
func (h Handler) releasable(ctx context.Context, c *command.Call, fits func(deal) bool) (d deal, alone bool, err error) {
	d, err = h.contract(ctx, c, want{verb: c.Spec.Name, may: func(store.Contract) bool { return true }, fits: fits})
	if err != nil {
		return d, false, err
	}
	s, err := h.second(ctx, c, c.Person.ID)
	if err != nil {
		return d, false, err
	}
	switch others := s.all(); {
	case d.Holder != c.Person.ID:
		return d, false, nil
	case len(others) == 0:
		return d, true, nil
	default:
		return d, false, &command.Refusal{
			Text: "合同 " + d.Number + " 是你自己的，" + c.Spec.Name + "要由别人来办。", Hint: "请" + names(others, "别人") + "发：" + text.Line(c.Line), Clause: clause, Denied: true, Private: true,
		}
	}
}

// letGo previews an entry that cannot be brought back by itself, and makes it
// once it is confirmed.
func (h Handler) letGo(ctx context.Context, c *command.Call, d deal, e store.MoneyEntry, what string) (*command.Answer, error) {
	after := h.with(d, e)
	effect := []string{d.head(), what}
	if e.Words != "" {
		effect = append(effect, "原因："+noted(e.Words))
	}
	if e.Alone {
		effect = append(effect, "没有别人可以复核，记为无人复核。")
	}
	version := command.VersionOf(c.Spec.Name, d.Number, e.Amount, e.Words, d.Open, d.Allocated, d.Surplus)
	if !c.Confirms(version) {
		say := append(effect, "现在："+d.sums(), "之后："+after.sums())
		a := card("请确认"+c.Spec.Name, chat.Warn, say, "请确认"+c.Spec.Name+"：合同 "+d.Number+"。")
		a.Subject = "contract/" + d.Number
		return a.Preview(version), nil
	}
	e, err := h.add(ctx, c, &d, e)
	if err != nil {
		return nil, err
	}
	a := card("已"+doneWords[e.Kind], chat.Good, append(effect, d.stand()...), "已"+doneWords[e.Kind]+"，"+d.outline()+"。", command.UndoButton)
	a.Undo, a.Subject = e.ID, "contract/"+d.Number
	a.Notices, err = h.tellHolder(ctx, c, d, e, c.Person.Name+"办了"+c.Spec.Name+"："+strings.Join(effect, "\n"), c.Person.Name+"办了"+c.Spec.Name+"：合同 "+d.Number+"。")
	return a, err
}

var doneWords = map[store.MoneyKind]string{store.MoneyRefund: "退款", store.MoneyWaiver: "抹零", store.MoneyBadDebt: "核销坏账"}

// refund is 退款.
func (h Handler) refund(ctx context.Context, c *command.Call) (*command.Answer, error) {
	received := func(d deal) bool { return d.Allocated+d.Surplus > 0 }
	d, alone, err := h.releasable(ctx, c, received)
	if err != nil {
		return nil, err
	}
	e, err := h.released(c, d, store.MoneyRefund, alone)
	if err != nil {
		return nil, err
	}
	if got := d.Allocated + d.Surplus; e.Amount > got {
		return nil, &command.Refusal{
			Text: fmt.Sprintf("合同 %s 收到的是 %s，退不了 %s。", d.Number, words.Money(got), words.Money(e.Amount)), Hint: "应收 " + d.Number, Clause: clause, Private: true,
		}
	}
	what := "退给客户 " + words.Money(e.Amount)
	if n := h.with(d, e).Open - d.Open; n > 0 {
		what += "，未收增加 " + words.Money(n) + "；价钱谈低了不用退款，用 改合同"
	}
	return h.letGo(ctx, c, d, e, what)
}

// released is the entry of an amount and a reason.
func (h Handler) released(c *command.Call, d deal, kind store.MoneyKind, alone bool) (store.MoneyEntry, error) {
	e := h.entry(c, d, kind)
	e.Amount, e.Words, e.Alone = c.Money("金额"), strings.TrimSpace(c.Text("原因")), alone
	line := c.Spec.Name + " " + d.Number + " 2万 原因"
	if e.Amount == 0 {
		return e, &command.Refusal{Text: "金额要大于 0。", Hint: line, Private: true}
	}
	return e, reasonRule(e.Words, line)
}

// waive is 抹零: all that is open, where it is little.
func (h Handler) waive(ctx context.Context, c *command.Call) (*command.Answer, error) {
	d, alone, err := h.releasable(ctx, c, open)
	if err != nil {
		return nil, err
	}
	switch {
	case d.Open == 0:
		return nil, nothingOpen(d)
	case d.Open > h.Config.small() && !rulebook.Allows(rulebook.ReleaseMoney, store.Person{ID: c.Person.ID, Post: c.Person.Post, Then: c.Person.Then}):
		return nil, &command.Refusal{
			Text: fmt.Sprintf("还差 %s，财务抹零最多 %s；再多由市场总监办。", words.Money(d.Open), h.Config.smallWords()),
			Hint: "请市场总监发：抹零 " + d.Number + "；收不回来的：坏账 " + d.Number + " 金额 原因", Clause: clause, Denied: true, Private: true,
		}
	}
	e := h.entry(c, d, store.MoneyWaiver)
	e.Amount, e.Alone = d.Open, alone
	return h.letGo(ctx, c, d, e, "剩下的 "+words.Money(e.Amount)+" 不收了")
}

func nothingOpen(d deal) *command.Refusal {
	return &command.Refusal{Text: "合同 " + d.Number + " 没有未收的钱。", Hint: "应收 " + d.Number, Clause: clause, Private: true}
}

// writeOff is 坏账.
func (h Handler) writeOff(ctx context.Context, c *command.Call) (*command.Answer, error) {
	d, alone, err := h.releasable(ctx, c, open)
	if err != nil {
		return nil, err
	}
	e, err := h.released(c, d, store.MoneyBadDebt, alone)
	switch {
	case err != nil:
		return nil, err
	case d.Open == 0:
		return nil, nothingOpen(d)
	case e.Amount > d.Open:
		return nil, &command.Refusal{
			Text: fmt.Sprintf("合同 %s 未收的是 %s，坏账不能是 %s。", d.Number, words.Money(d.Open), words.Money(e.Amount)), Hint: "应收 " + d.Number, Clause: clause, Private: true,
		}
	}
	return h.letGo(ctx, c, d, e, "核销坏账 "+words.Money(e.Amount)+"（不影响业绩）")
}

// maxPause is for how many days reminders of a line can be silent at once.
const maxPause = 366

// pause is 暂缓.
func (h Handler) pause(ctx context.Context, c *command.Call) (*command.Answer, error) {
	d, alone, err := h.releasable(ctx, c, open)
	if err != nil {
		return nil, err
	}
	e := h.entry(c, d, store.MoneyPause)
	e.Until, e.Words, e.Alone = c.Day("日期"), strings.TrimSpace(c.Text("原因")), alone
	line := fmt.Sprintf("暂缓 %s 第1期 12-15 原因", d.Number)
	no, ok := reading.LineNumber(c.Text("期"))
	if e.Line = no; !ok {
		return nil, &command.Refusal{Text: "没看懂是哪一期" + text.Quote(c.Text("期")) + "，请写 第1期。", Hint: line, Private: true}
	}
	at := d.lineAt(e.Line)
	switch {
	case at == nil:
		return nil, &command.Refusal{Text: fmt.Sprintf("合同 %s 没有第%d期，一共 %d 期。", d.Number, e.Line, len(d.Lines)), Hint: "应收 " + d.Number, Clause: clause, Private: true}
	case at.Open == 0:
		return nil, &command.Refusal{Text: fmt.Sprintf("第%d期已经收齐，不用暂缓。", e.Line), Hint: "应收 " + d.Number, Clause: clause, Private: true}
	case e.Until <= d.today || e.Until > d.today.Add(maxPause):
		return nil, &command.Refusal{Text: "暂缓的日期要在今天之后，一年之内。", Hint: line, Clause: clause, Private: true}
	}
	if err := reasonRule(e.Words, line); err != nil {
		return nil, err
	}
	before := 0
	for _, p := range entriesOf(d, store.MoneyPause) {
		if p.Line != e.Line {
			continue
		}
		if err := c.Overtaken(p.At); err != nil {
			return nil, err
		}
		before++
	}
	if plans := entriesOf(d, store.MoneyPlan); len(plans) > 0 {
		e.Ref = plans[len(plans)-1].ID
	}
	if e, err = h.add(ctx, c, &d, e); err != nil {
		return nil, err
	}
	return h.paused(ctx, c, d, e, before+1)
}

// lineAt is a line by its number; nil: there is none.
func (d deal) lineAt(no int) *rulebook.LineStanding {
	for i := range d.Lines {
		if d.Lines[i].No == no {
			return &d.Lines[i]
		}
	}
	return nil
}

// paused is what is said of a pause; of a second one the supervisor hears.
func (h Handler) paused(ctx context.Context, c *command.Call, d deal, e store.MoneyEntry, times int) (*command.Answer, error) {
	what := fmt.Sprintf("第%d期到 %s 之前不催（第 %d 次暂缓），账龄照算。", e.Line, d.due(e.Until), times)
	say := []string{d.head(), what, "原因：" + noted(e.Words)}
	if e.Alone {
		say = append(say, "没有别人可以复核，记为无人复核。")
	}
	if l := d.lineAt(e.Line); l != nil {
		say = append(say, d.line(*l))
	}
	outline := fmt.Sprintf("合同 %s 第%d期暂缓到 %s（第 %d 次）。", d.Number, e.Line, d.due(e.Until), times)
	a := card("已暂缓催收", chat.Good, say, outline, command.UndoButton)
	a.Undo, a.Subject = e.ID, "contract/"+d.Number
	var err error
	if a.Notices, err = h.tellHolder(ctx, c, d, e, c.Person.Name+"暂缓了催收："+strings.Join(say, "\n"), outline); err != nil || times < 2 {
		return a, err
	}
	roll, err := audience.Read(ctx, c.Tx, d.today)
	for _, p := range audience.But(roll.Standing(store.Supervisor).To, c.Person.ID, d.Holder) {
		a.Notices = append(a.Notices, notice("receivable/pause/"+e.ID, p, c.Person.Name+"又一次暂缓了催收：\n"+strings.Join(say, "\n"), outline))
	}
	return a, err
}

// refused reports whether an error is for the person.
func refused(err error) bool {
	var no *command.Refusal
	return errors.As(err, &no)
}
