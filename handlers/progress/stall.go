package progress

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/vault"
)

// The arguments and fields of the area's commands.
const (
	customerArg = "客户"
	causeArg    = "原因"
	fieldsArg   = "字段"
	fieldUntil  = "至"
	fieldRemedy = "对策"
)

// The causes that are offered; the last one asks for words.
var usualCauses = []string{"价格", "决策慢", "预算", "竞争", "联系不上", otherCause}

const otherCause = "其他"

// maxWords is how long a cause, a remedy or a promise is at most, in characters.
const maxWords = 200

func theCustomer() command.Arg {
	return command.Arg{Name: customerArg, Kind: command.Customer, Prompt: whichCustomer, For: command.ToRead}
}

func (h Handler) stallCommands() []command.Spec {
	return []command.Spec{{
		Name: "停滞原因", Aliases: []string{"tzyy"}, Summary: "写明客户为什么没有进展，知道到哪天为止，有什么对策",
		Said: []string{"没进展原因", "没有进展的原因", "写原因", "写停滞原因", "…的停滞原因是", "…没进展是因为", "无进展原因", "停滞的原因", "客户停滞原因"},
		Args: []command.Arg{
			theCustomer(), {Name: causeArg, Kind: command.Passage, Optional: true},
			{Name: fieldsArg, Kind: command.Fields, Keys: []string{fieldUntil, fieldRemedy}, Optional: true},
		},
		Examples: []string{"停滞原因 K12 预算 至=月底 对策=先报小方案", "停滞原因 K12"},
		Who:      rulebook.ExplainStalls, Private: true, Clause: clause, Run: h.stall, Changed: h.stalledAt, Undo: h.undoStall,
	}}
}

// explains reports whether a person may say why a customer stands still.
func explains(p store.Person, k store.Customer) bool {
	return rulebook.Allows(rulebook.ExplainStalls, p) && rulebook.SeesProgress(p, k.Owner)
}

// stalledAt is when a cause was last said of the customer that is called for.
func (h Handler) stalledAt(ctx context.Context, c *command.Call) (at time.Time, err error) {
	m, err := c.Customer(ctx, customerArg)
	if err != nil {
		return at, err
	}
	list, err := c.Tx.Stalls().Last(ctx, time.Time{}, m.ID)
	if len(list) > 0 {
		at = list[0].At
	}
	return at, err
}

// stall is 停滞原因.
func (h Handler) stall(ctx context.Context, c *command.Call) (*command.Answer, error) {
	m, err := c.Customer(ctx, customerArg)
	if err != nil {
		return nil, err
	}
	if !explains(c.Person, m.Customer) {
		owner, err := command.OwnerName(ctx, c.Tx, m.Customer)
		if err != nil {
			return nil, err
		}
		return nil, notTheirs(c.Spec.Name, m.Customer, owner)
	}
	cause := strings.TrimSpace(c.Text(causeArg))
	values := c.Fields(fieldsArg)
	if cause == "" {
		return offerCauses(m.Customer, values)
	}
	s := store.Stall{ID: c.Tx.NewID(c.Now), Customer: m.ID, At: c.Now, By: c.Person.ID}
	if s.Cause, err = fitting("原因", cause, "停滞原因 "+m.ID+" 预算 至=月底"); err != nil {
		return nil, err
	}
	if cause == otherCause {
		return nil, &command.Question{Prompt: "是什么原因？写一句。", Line: "停滞原因 " + m.ID, Secrecy: chat.Secrecy{Confidential: true, Summary: "是什么原因？写一句。"}}
	}
	if s.Until, err = h.until(c, m.ID, values[fieldUntil]); err != nil {
		return nil, err
	}
	if remedy := values[fieldRemedy]; remedy != "" {
		if s.Remedy, err = fitting(fieldRemedy, remedy, "停滞原因 "+m.ID+" 预算 对策=先报小方案"); err != nil {
			return nil, err
		}
	}
	if err := c.Tx.Stalls().Add(ctx, s); err != nil {
		return nil, err
	}
	return h.stalled(ctx, c, m.Customer, s)
}

// stalled says that a cause is known, to the owner too where another said it.
func (h Handler) stalled(ctx context.Context, c *command.Call, k store.Customer, s store.Stall) (*command.Answer, error) {
	facts := []chat.Fact{
		{Label: customerArg, Value: k.ID + " " + k.Name}, {Label: causeArg, Value: said(s.Cause)},
		{Label: fieldUntil, Value: words.DayIn(s.Until, h.Rules.Day(c.Now)) + "，过了这天还没有进展就再写一次"},
	}
	if s.Remedy != "" {
		facts = append(facts, chat.Fact{Label: fieldRemedy, Value: said(s.Remedy)})
	}
	outline := fmt.Sprintf("%s 的停滞原因已记下，至 %s。", k.ID, s.Until)
	a := secret(k, chat.Card{Title: "已记下停滞原因", Tone: chat.Good, Blocks: []chat.Block{{Facts: facts}}, Buttons: []chat.Button{command.UndoButton}}, outline)
	a.Undo = s.ID + "/" + k.ID
	owner, found, err := c.Tx.People().ByID(ctx, k.Owner)
	if err == nil && found && owner.Active() && owner.ID != c.Person.ID {
		card := chat.Card{Title: c.Person.Name + "写了 " + k.Name + " 的停滞原因", Blocks: []chat.Block{{Facts: facts}}}
		a.Notices = []chat.Notice{tell("progress/stall/"+s.ID, owner, k, card, c.Person.Name+"写了 "+k.ID+" 的停滞原因。")}
	}
	return a, err
}

// offerCauses asks why a customer stands still: any words answer it, or a button
// with one of the usual causes. Where something was typed beside, the buttons keep that.
func offerCauses(k store.Customer, values map[string]string) (*command.Answer, error) {
	beside := ""
	for _, key := range []string{fieldUntil, fieldRemedy} {
		if v := values[key]; v != "" {
			beside += " " + key + "=" + v
		}
	}
	line, why := "停滞原因 "+k.ID, k.ID+" "+k.Name+" 为什么没有进展？"
	note := clause + "：没有进展的客户写明原因。不写 至=日期 就算到月底。"
	if beside == "" {
		return nil, &command.Question{
			Prompt: why + "选一个，或者写一句。\n" + note, Line: line, Choices: usualCauses,
			Secrecy: chat.Secrecy{Confidential: true, Customers: []string{k.ID}, Summary: k.ID + " 为什么没有进展？写一句。"},
		}
	}
	card := chat.Card{Title: "停滞原因 · " + k.Name, Blocks: []chat.Block{{Text: why + "选一个，或者发：" + line + " 原因…" + beside}, {Note: note}}}
	for _, cause := range usualCauses {
		card.Buttons = append(card.Buttons, chat.Button{Label: cause, Command: line + " " + cause + beside})
	}
	return secret(k, card, k.ID+" 为什么没有进展？可以发："+line+" 原因…。"), nil
}

// until reads up to which day a cause is known; of none the end of the month.
func (h Handler) until(c *command.Call, customer, typed string) (store.Day, error) {
	today := h.Rules.Day(c.Now)
	if typed == "" {
		return today.NextMonth().Add(-1), nil
	}
	hint := "停滞原因 " + customer + " 预算 至=月底"
	day, n, err := reading.Date(typed, c.Env().Base())
	switch {
	case err != nil || strings.TrimSpace(typed[n:]) != "":
		return "", &command.Refusal{Text: "没看懂日期" + text.Quote(typed) + "，至=后面写一天，例如 月底、12-31。", Hint: hint, Clause: clause}
	case day < today:
		return "", &command.Refusal{Text: day.String() + " 已经过去，至=后面写今天或以后的日期。", Hint: hint, Clause: clause}
	}
	return day, nil
}

// fitting is what somebody wrote, if it says something and is not too long.
func fitting(what, typed, hint string) (string, error) {
	switch {
	case !text.HasWords(typed):
		return "", &command.Refusal{Text: what + "不能只有空白或看不见的字符。", Hint: hint, Clause: clause}
	case utf8.RuneCountInString(typed) > maxWords:
		return "", &command.Refusal{Text: command.TooLong(what, typed, maxWords) + "。", Hint: hint, Clause: clause}
	}
	return typed, nil
}

// undoStall takes a cause back.
func (h Handler) undoStall(ctx context.Context, c *command.Call, ref string) (string, error) {
	id, customer, _ := strings.Cut(ref, "/")
	k, found, err := vault.In(c.Tx).Customer(ctx, customer)
	if err != nil || !found {
		return "", fmt.Errorf("undo stall of %s: found %v: %w", customer, found, err)
	}
	if !explains(c.Person, k) {
		owner, err := command.OwnerName(ctx, c.Tx, k)
		if err != nil {
			return "", err
		}
		return "", notTheirs("停滞原因", k, owner)
	}
	if done, err := c.Tx.Stalls().Undo(ctx, id, c.Now); err != nil || !done {
		return "", fmt.Errorf("undo stall %s: done %v: %w", id, done, err)
	}
	return customer + " 的停滞原因", nil
}
