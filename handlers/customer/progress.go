package customer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/vault"
)

func (h Handler) progressCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "跟进", Aliases: []string{"gj"}, Summary: "记下客户的进展，可以带阶段、金额和下一步", Of: "K",
			Said:  []string{"客户跟进", "跟进客户", "写跟进", "记跟进", "添加跟进", "新增跟进", "录跟进", "跟进记录", "拜访记录", "写拜访记录"},
			Tells: []string{"打了电话", "打过电话", "打电话", "电话里", "打了个电话", "打了一个电话", "打了通电话", "打个电话", "打来电话", "来了电话", "来电话", "接到电话"},
			Args: []command.Arg{
				customerArg(command.ToRead), {Name: "进展", Kind: command.Passage, Prompt: "有什么进展？写一两句，例如：送去方案，下周给答复。"},
				{Name: "字段", Kind: command.Fields, Keys: []string{fieldStage, fieldAmount, fieldNext}, Optional: true},
			},
			Examples: []string{"跟进 K12 送去年会方案，下周给答复", "跟进 华东机电 报价已确认 阶段=方案报价 金额=12.5万", "跟进 K12 对方要样品 下次=下周三 送样品"},
			Who:      rulebook.ReadFiles, For: h.reads, Private: true, Clause: "档-8", Also: []string{"会-4"}, Run: h.progress, Undo: h.undoProgress,
		},
		{
			Name: "客户历史", Aliases: []string{"khls"}, Summary: "档案的全部变更、跟进和负责人，新的在前",
			Said:     []string{"…的历史", "…历史记录", "…历史", "…的跟进记录", "跟进历史", "…的跟进", "最近进展", "…进展如何", "跟进情况", "跟进了吗", "跟进到哪", "变更记录"},
			Args:     []command.Arg{customerArg(command.ToRead), command.PageArg()},
			Examples: []string{"客户历史 K12", "客户历史 K12 第2页"},
			Who:      rulebook.ReadFiles, For: h.reads, Private: true, Clause: "档-8", Run: h.history,
		},
	}
}

// progress is 跟进.
func (h Handler) progress(ctx context.Context, c *command.Call) (*command.Answer, error) {
	r, err := c.Customer(ctx, "客户")
	if err != nil {
		return nil, err
	}
	if r.Access.Basis == store.ByGrant {
		return nil, onlyLooks(r)
	}
	p := vault.Progress{ID: c.Tx.NewID(c.Now), Customer: r.ID, Author: c.Person.ID, At: c.Now, Words: c.Text("进展")}
	if err := h.readProgress(c, &p, c.Fields("字段")); err != nil {
		return nil, err
	}
	if err := restaged(ctx, c, r.ID, p.Stage); err != nil {
		return nil, err
	}
	if err := vault.In(c.Tx).AddProgress(ctx, p); err != nil {
		return nil, err
	}
	moved := h.noStages()
	if p.Stage != "" && p.Stage != r.Stage {
		moved = h.stagesOf(r.Stage, p.Stage)
		if err := vault.In(c.Tx).SetStage(ctx, r.ID, p.Stage, c.Now); err != nil {
			return nil, err
		}
	}
	owner, err := command.OwnerName(ctx, c.Tx, r.Customer)
	if err != nil {
		return nil, err
	}
	a := confidentialCard(progressCard(c, r.Customer, p), summary(r.Customer, owner), subject(r.ID))
	a.Reply.Customers = []string{r.ID}
	a.Undo = undoRef{customer: r.ID, facts: []string{p.ID}, stages: moved}.String()
	return a, nil
}

// onlyLooks refuses progress to whoever was let look.
func onlyLooks(r command.Meant) *command.Refusal {
	return &command.Refusal{
		Text: "凭批准只能查阅，不能记跟进。", Hint: "提供线索 " + r.ID + " 内容…", Clause: "档-6", Denied: true, Look: ledger.Look{Customer: r.ID, Grant: r.Access.Grant},
	}
}

// readProgress reads the stage, the amount and the next step of an entry.
func (h Handler) readProgress(c *command.Call, p *vault.Progress, values map[string]string) error {
	if err := textRule(p.Words); err != nil {
		return err
	}
	if err := readNext(c, p, values[fieldNext]); err != nil {
		return err
	}
	if p.Stage = h.stageTyped(values[fieldStage]); p.Stage != "" {
		if err := h.stageRule(p.Stage); err != nil {
			return err
		}
	}
	typed := values[fieldAmount]
	if typed == "" {
		return nil
	}
	fen, n, err := reading.Money(typed)
	if err != nil || strings.TrimSpace(typed[n:]) != "" {
		return wrongSo("跟进 "+p.Customer+" 进展… 金额=12.5万", "没看懂金额%s，请写成 125000、12.5万 或 ￥125,000.00，写在最后", text.Quote(typed))
	}
	p.Amount = fen
	return nil
}

// readNext reads what is to be done next, and when: 12-05 送样品.
func readNext(c *command.Call, p *vault.Progress, typed string) error {
	if typed == "" {
		return nil
	}
	hint := "跟进 " + p.Customer + " 进展… " + fieldNext + "=下周三 送样品"
	day, n, err := reading.Date(typed, c.Env().Base())
	var no reading.Refusal
	switch {
	case errors.As(err, &no):
		return &command.Refusal{Text: string(no) + "。", Hint: hint, Clause: meeting}
	case err != nil:
		return &command.Refusal{Text: "下次要先写日期，再写做什么，没看懂" + text.Quote(typed) + "。", Hint: hint, Clause: meeting}
	case day < store.DayOf(c.Now):
		return &command.Refusal{Text: day.String() + " 已经过去，下次要写今天或以后的日期。", Hint: hint, Clause: meeting}
	}
	what := strings.TrimLeftFunc(typed[n:], func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) })
	what = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(what), toldThen))
	if !text.HasWords(what) {
		return &command.Refusal{Text: "下次（" + day.String() + "）要做什么？日期后面写一句。", Hint: hint, Clause: meeting}
	}
	if utf8.RuneCountInString(what) > maxStep {
		return &command.Refusal{Text: command.TooLong("下次要做的事", what, maxStep) + "。", Hint: hint, Clause: meeting}
	}
	p.Next = store.NextStep{Day: day, What: what}
	return nil
}

// maxStep is how long a next step is at most, in characters.
const maxStep = 60

// toldThen is what a card says behind a next step.
const toldThen = "（到时提醒）"

func progressCard(c *command.Call, customer store.Customer, p vault.Progress) chat.Card {
	facts := []chat.Fact{{Label: "客户", Value: customer.ID + " " + customer.Name}, {Label: "进展", Value: shown("进展", p.Words, false, false)}}
	if p.Stage != "" && p.Stage != customer.Stage {
		facts = append(facts, chat.Fact{Label: fieldStage, Value: orNone(customer.Stage) + " → " + p.Stage})
	} else {
		facts = append(facts, chat.Fact{Label: fieldStage, Value: orNone(customer.Stage)})
	}
	if p.Amount != 0 {
		facts = append(facts, chat.Fact{Label: fieldAmount, Value: words.Money(p.Amount)})
	}
	if p.Next.Day != "" {
		facts = append(facts, chat.Fact{Label: fieldNext, Value: words.DayIn(p.Next.Day, store.DayOf(c.Now)) + " " + shown(fieldNext, p.Next.What, false, false) + toldThen})
	}
	return chat.Card{
		Title: "已记下跟进", Tone: chat.Good, Blocks: []chat.Block{{Facts: facts}},
		Buttons: []chat.Button{command.UndoButton},
	}
}

func (h Handler) undoProgress(ctx context.Context, c *command.Call, ref string) (string, error) {
	u, err := readUndo(ref)
	if err != nil {
		return "", err
	}
	if len(u.facts) != 1 {
		return "", fmt.Errorf("undo progress %q", ref)
	}
	r, err := c.CustomerIn(ctx, u.customer, command.ToRead)
	if err != nil {
		return "", err
	}
	if r.Access.Basis == store.ByGrant {
		return "", onlyLooks(r)
	}
	done, err := vault.In(c.Tx).UndoProgress(ctx, u.facts[0], c.Now)
	if err != nil {
		return "", err
	}
	if !done {
		return "", &command.Refusal{Text: "这条跟进已经撤销过了。", Hint: "客户历史 " + u.customer, Clause: "档-8"}
	}
	return u.customer + " 的跟进", h.unstage(ctx, c, r.Customer, u.stages)
}
