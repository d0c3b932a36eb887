package contract

import (
	"context"
	"fmt"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// rests are what may become of money beyond what was earned.
var rests = []string{"退款", "转预收", keep}

// keep is that nothing of it is given back.
const keep = "不退"

// linesShown is how many lines of a plan are named in one.
const linesShown = 5

// end is 终止合同, asked first: what was received beyond what is due has to go
// somewhere.
func (h Handler) end(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, is, err := h.begin(ctx, c, rulebook.DeedEnd)
	if err != nil {
		return nil, err
	}
	reason, err := needed(c.Text(fieldReason), endPrompt, fieldReason)
	if err != nil {
		return nil, err
	}
	s, _, _, err := h.standing(ctx, c, was)
	if err != nil {
		return nil, err
	}
	received := s.Allocated + s.Surplus
	values := c.Fields("字段")
	if is.Rest, err = restIn(values); err != nil {
		return nil, err
	}
	if is.Earned, err = h.earned(was, received, is.Rest, values); err != nil {
		return nil, err
	}
	facts := []chat.Fact{
		{Label: "合同金额", Value: words.Money(was.Amount)}, {Label: "应得", Value: words.Money(is.Earned)}, {Label: "已收", Value: words.Money(received)},
	}
	facts = append(facts, openLines(s, h.Rules.Day(c.Now))...)
	switch {
	case received <= is.Earned && is.Rest != keep:
		is.Rest = ""
	case is.Rest == "":
		return h.askRest(c, was, facts, received-is.Earned)
	}
	is.Ended = h.Rules.Day(c.Now)
	switch open := is.Earned - received; {
	case open > s.Waived:
		facts = append(facts, chat.Fact{Label: "还应收", Value: words.Money(open - s.Waived)})
	case open < 0:
		facts = append(facts, chat.Fact{Label: "多收", Value: words.Money(-open) + "，" + is.Rest})
	case is.Rest != "":
		facts = append(facts, chat.Fact{Label: "已收的", Value: is.Rest})
	}
	facts = append(facts, chat.Fact{Label: "冲减业绩", Value: words.Money(was.Amount-is.Earned) + "（" + dayWords(is.Ended, h.Rules.Day(c.Now)) + "）"}, chat.Fact{Label: fieldReason, Value: reason})
	if version := command.VersionOf(was.Number, was.Version, is.Earned, received, is.Rest, reason); !c.Confirms(version) {
		card := chat.Card{Title: "终止 " + was.Number + "？", Tone: chat.Warn, Blocks: []chat.Block{{Facts: facts}, {Note: "没到期的收款计划同时结束；终止之后不能恢复。"}}}
		return private(card, was, h.Rules.Day(c.Now)).Preview(version), nil
	}
	if err := h.save(ctx, c, was, &is, reason); err != nil {
		return nil, err
	}
	a := h.done(c, "已终止 "+is.Number, is, facts, false, refundNote(is, received))
	a.Notices, err = h.tell(ctx, c, is, hearers{heads: true, above: true, books: true}, []string{is.Holder}, c.Person.Name+"终止了 "+is.Number, func(rulebook.ContractView) []chat.Fact { return facts })
	return a, err
}

// openLines are the lines of a plan that are not paid and end with the contract.
func openLines(s rulebook.Standing, today store.Day) []chat.Fact {
	var lines []string
	for _, l := range s.Lines {
		if l.Open > 0 && !l.Unplanned {
			lines = append(lines, fmt.Sprintf("第%d期 %s %s", l.No, dayWords(l.Due, today), words.Money(l.Open)))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	said := strings.Join(lines[:min(len(lines), linesShown)], "；")
	if rest := len(lines) - linesShown; rest > 0 {
		said += "；" + words.More(rest)
	}
	return []chat.Fact{{Label: "没收完的", Value: said}}
}

// earned is what is due to us of a contract that ends: as told, nothing where that is
// not said; what is kept of the money that came in is earned, too.
func (h Handler) earned(ct store.Contract, received int64, rest string, values map[string]string) (fen int64, err error) {
	if v, given := values[fieldAmount]; given && text.Bare(v) != "0" {
		if fen, err = amountIn(fieldAmount, v); err != nil {
			return 0, err
		}
	}
	if fen > ct.Amount {
		return 0, &command.Refusal{Text: "应得 " + words.Money(fen) + " 超过合同金额 " + words.Money(ct.Amount) + "。", Hint: "终止合同 " + ct.Number + " 原因… 金额=应得", Clause: taking, Private: true}
	}
	if rest == keep {
		fen = max(fen, min(received, ct.Amount))
	}
	return fen, nil
}

// restIn reads what becomes of money beyond what was earned; empty where that is not
// said.
func restIn(values map[string]string) (string, error) {
	v, given := values[fieldRest]
	if !given {
		return "", nil
	}
	for _, r := range rests {
		if text.Bare(v) == r {
			return r, nil
		}
	}
	return "", &command.Refusal{Text: "余款可以 " + strings.Join(rests, "、") + "，没看懂" + text.Quote(v) + "。", Hint: "余款=退款", Clause: taking, Private: true}
}

// askRest asks what becomes of money beyond what was earned, also where it came in
// only after the end was shown, and confirmed: then nothing was done.
func (h Handler) askRest(c *command.Call, ct store.Contract, facts []chat.Fact, beyond int64) (*command.Answer, error) {
	line := strings.TrimSpace(c.Line) + " " + fieldRest + "="
	var buttons []chat.Button
	for _, r := range rests {
		buttons = append(buttons, chat.Button{Label: r, Command: line + r})
	}
	typed := line + rests[0] + "（或者 " + strings.Join(rests[1:], "、") + "）"
	if c.Confirmed != "" {
		return nil, &command.Refusal{Text: "和刚才确认的不一样了：现在多收 " + words.Money(beyond) + "，怎么办？", Hint: typed, Buttons: buttons, Clause: taking, Private: true}
	}
	card := chat.Card{Title: "终止 " + ct.Number + "：多收的怎么办？", Tone: chat.Warn, Buttons: buttons, Blocks: []chat.Block{
		{Facts: append(facts, chat.Fact{Label: "多收", Value: words.Money(beyond)})}, {Note: "选一个，或者发：" + typed},
	}}
	return private(card, ct, h.Rules.Day(c.Now)), nil
}

// refundNote is what is still to be done about money beyond what was earned.
func refundNote(ct store.Contract, received int64) string {
	beyond := received - ct.Earned
	switch ct.Rest {
	case "退款":
		return "请财务登记：退款 " + ct.Number + " " + yuan(beyond) + " 终止"
	case "转预收":
		return "多收的 " + words.Money(beyond) + " 记为这位客户的预收。"
	}
	return ""
}
