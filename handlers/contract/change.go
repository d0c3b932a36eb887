package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/closing"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

const endPrompt = "为什么终止？写一句。"

func (h Handler) changeCommands() []command.Spec {
	keys := []string{fieldAmount, fieldDay, fieldShares, fieldProject, fieldKind, fieldCustomer, fieldEvent, fieldPrepare, fieldReason}
	return []command.Spec{
		{
			Name: "改合同", Aliases: []string{"ght"}, Summary: "改合同的金额、日期、项目等，写明原因",
			Said:     []string{"修改合同", "更正合同", "合同改", "变更合同", "合同变更"},
			Args:     []command.Arg{contractArg(), {Name: "字段", Kind: command.Fields, Keys: keys, Prompt: "改什么？例如：金额=13万 原因=增加展台。"}},
			Examples: []string{"改合同 ZYX-202611-001 金额=13万 原因=增加展台"},
			Who:      rulebook.TakeContracts, Clause: taking, Run: h.amend, Undo: h.undo,
		},
		{
			Name: "转合同", Summary: "把合同转给别人持有，以后的提醒跟着走",
			Said: []string{"合同转给", "转交合同", "移交合同", "合同移交"},
			Args: []command.Arg{contractArg(), {Name: "接收人", Kind: command.Person, Prompt: "转给谁？写姓名。"}}, Examples: []string{"转合同 ZYX-202611-001 刘洋"},
			Who: rulebook.HeadContracts, Clause: taking, Run: h.handOver,
		},
		{
			Name: "终止合同", Aliases: []string{"zzht"}, Summary: "合同提前终止：应得多少，余下的怎么办",
			Said: []string{"合同终止", "解除合同", "合同解除", "中止合同", "取消合同"},
			Args: []command.Arg{
				contractArg(), {Name: fieldReason, Kind: command.Passage, Prompt: endPrompt},
				{Name: "字段", Kind: command.Fields, Keys: []string{fieldAmount, fieldRest}, Optional: true},
			},
			Examples: []string{"终止合同 ZYX-202611-001 对方取消年会 金额=3万"},
			Who:      rulebook.EndContracts, Clause: taking, Also: []string{"会-4"}, Run: h.end,
		},
	}
}

// amend is 改合同: what is given replaces what was, and both stay in the history.
func (h Handler) amend(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, is, err := h.begin(ctx, c, rulebook.DeedAmend)
	if err != nil {
		return nil, err
	}
	values := c.Fields("字段")
	if len(values) == 0 || len(values) == 1 && values[fieldReason] != "" {
		return nil, &command.Refusal{Text: "没有写要改什么。", Hint: "改合同 " + was.Number + " 金额=13万 原因=…", Clause: taking, Private: true}
	}
	if err := h.amended(ctx, c, &is, values); err != nil {
		return nil, err
	}
	n := h.people(c.Tx)
	lines, err := h.differences(ctx, n, was, is, rulebook.ContractWhole, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, &command.Refusal{Text: "和原来一样，没有改动。", Hint: "合同 " + was.Number, Clause: taking, Private: true}
	}
	if !text.HasWords(values[fieldReason]) {
		return nil, &command.Question{Prompt: "为什么改？写一句。", Prefix: fieldReason + "="}
	}
	reason, err := needed(values[fieldReason], "为什么改？写一句。", fieldReason)
	if err != nil {
		return nil, err
	}
	if err := h.stands(ctx, c, was, is); err != nil {
		return nil, err
	}
	if err := h.save(ctx, c, was, &is, reason); err != nil {
		return nil, err
	}
	facts := append(lines, chat.Fact{Label: fieldReason, Value: reason})
	if is.Early && !was.Early {
		facts = append(facts, earlyFact(is, h.Rules.Day(c.Now)))
	}
	note, err := h.corrects(ctx, c, was, is)
	if err != nil {
		return nil, err
	}
	plan, err := h.planGap(ctx, c, was, is)
	if err != nil {
		return nil, err
	}
	facts = append(facts, plan...)
	a := h.done(c, "已改 "+is.Number, is, facts, true, note)
	a.Notices, err = h.tell(ctx, c, is, hearers{heads: true, books: is.Signed != ""}, []string{is.Holder}, c.Person.Name+"改了 "+is.Number, func(rulebook.ContractView) []chat.Fact { return facts })
	return a, err
}

// corrects says that what a change does to 业绩 goes to the open month, because the one
// in which it would count is frozen; empty otherwise.
func (h Handler) corrects(ctx context.Context, c *command.Call, was, is store.Contract) (string, error) {
	before, now := rulebook.ContractCredits(was), rulebook.ContractCredits(is)
	if slices.Equal(before, now) {
		return "", nil
	}
	for _, one := range slices.Concat(before, now) {
		if note, err := closing.Note(ctx, c.Tx, h.Rules, one.Day, c.Now); err != nil || note != "" {
			return note, err
		}
	}
	return "", nil
}

// amended puts what fields say.
func (h Handler) amended(ctx context.Context, c *command.Call, is *store.Contract, values map[string]string) (err error) {
	if err := h.plan(c, is, values); err != nil {
		return err
	}
	if v, given := values[fieldAmount]; given && is.Signed != "" {
		if is.Amount, err = amountIn(fieldAmount, v); err != nil {
			return err
		}
	}
	if v, given := values[fieldProject]; given {
		is.Project = strings.TrimSpace(v)
		wrong := projectWrong(is.Project)
		if !text.HasWords(v) {
			wrong = "项目要写"
		}
		if wrong != "" {
			return &command.Refusal{Text: wrong + "。", Hint: "项目=2027 年会场地", Clause: taking, Private: true}
		}
	}
	if v, given := values[fieldKind]; given {
		kind := strings.TrimSuffix(text.Bare(v), "质")
		if kind != "电子" && kind != "纸" {
			return &command.Refusal{Text: "类型是 电子 或 纸质。", Hint: "类型=电子", Clause: taking, Private: true}
		}
		is.Electronic = kind == "电子"
	}
	if v, given := values[fieldCustomer]; given {
		k, err := c.CustomerIn(ctx, v, command.ToChange)
		if err != nil {
			return err
		}
		is.Customer = k.ID
	}
	return h.amendedSignature(ctx, c, is, values)
}

// amendedSignature puts what fields say of a signature.
func (h Handler) amendedSignature(ctx context.Context, c *command.Call, is *store.Contract, values map[string]string) (err error) {
	for _, field := range []string{fieldDay, fieldShares} {
		if _, given := values[field]; given && is.Signed == "" {
			return &command.Refusal{Text: is.Number + " 还没有签，没有" + field + "可以改。", Hint: "签合同 " + is.Number + " 金额=…", Clause: signing, Private: true}
		}
	}
	if v, given := values[fieldDay]; given {
		if is.Signed, err = dayIn(c, fieldDay, v, true); err != nil {
			return err
		}
		if is.Signed > h.Rules.Day(c.Now) {
			return &command.Refusal{Text: "签订日期 " + words.DayIn(is.Signed, h.Rules.Day(c.Now)) + " 还没到。", Hint: "日期=" + c.Now.Format("01-02"), Clause: signing, Private: true}
		}
		is.Early = is.Signed < is.Reported
	}
	if v, given := values[fieldShares]; given {
		if is.Shares, err = h.sharesIn(ctx, c, v, is.Shares); err != nil {
			return err
		}
	}
	is.Due = h.due(*is)
	return nil
}

// handOver is 转合同, asked first.
func (h Handler) handOver(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, is, err := h.begin(ctx, c, rulebook.DeedHandOver)
	if err != nil {
		return nil, err
	}
	to := c.Who("接收人")
	holder, err := h.people(c.Tx).name(ctx, was.Holder)
	switch {
	case err != nil:
		return nil, err
	case to.ID == was.Holder:
		return nil, &command.Refusal{Text: was.Number + " 已经在" + to.Name + "名下。", Hint: "合同 " + was.Number, Clause: taking, Private: true}
	case to.InNotice():
		return nil, &command.Refusal{Text: words.Leaving(to, h.Rules.Day(to.Ends), h.Rules.Day(c.Now)) + "，接不了合同。", Hint: "转合同 " + was.Number + " 别人的姓名", Clause: "2-7", Private: true}
	case !rulebook.Allows(rulebook.TakeContracts, to):
		return nil, &command.Refusal{
			Text: fmt.Sprintf("%s是%s，不能持有合同；可以持有的是：%s。", to.Name, to.Post, rulebook.Holders(rulebook.TakeContracts)), Hint: "转合同 " + was.Number + " 刘洋", Clause: taking, Private: true,
		}
	}
	moved := chat.Fact{Label: "持有人", Value: holder + " → " + to.Name}
	if version := command.VersionOf(was.Number, was.Version, to.ID); !c.Confirms(version) {
		crowded, err := h.crowded(ctx, c, was, to)
		if err != nil {
			return nil, err
		}
		card := chat.Card{Title: "转合同 " + was.Number + "？", Blocks: []chat.Block{
			{Facts: []chat.Fact{moved, {Label: "项目", Value: was.Project}, {Label: "状态", Value: stateWords(was, h.Rules.Day(c.Now))}}},
			{Note: "表、原件和收款的提醒以后都找" + to.Name + "；已经签的业绩不变。两人都会收到通知。" + crowded},
		}}
		return private(card, was, h.Rules.Day(c.Now)).Preview(version), nil
	}
	is.Holder = to.ID
	if err := h.save(ctx, c, was, &is, ""); err != nil {
		return nil, err
	}
	return h.answer(ctx, c, is, "已转给"+to.Name, hearers{}, []string{was.Holder, is.Holder}, false, "", moved)
}

// crowded says that who takes a form over has as many as a person may have already:
// somebody has to have it, and it is not they who claim it.
func (h Handler) crowded(ctx context.Context, c *command.Call, ct store.Contract, to store.Person) (string, error) {
	if !ct.InHand() || h.Config.OpenPerPerson == 0 {
		return "", nil
	}
	n, err := c.Tx.Contracts().CountInHand(ctx, to.ID)
	if err != nil || n < h.Config.OpenPerPerson {
		return "", err
	}
	return fmt.Sprintf("%s手里已经有 %d 份没用的合同，一人最多 %d 份；转过去以后要先签、退或作废几份，才能再领。", to.Name, n, h.Config.OpenPerPerson), nil
}

// yuan is an amount as it is typed.
func yuan(fen int64) string {
	return strings.TrimSuffix(strings.ReplaceAll(strings.TrimSuffix(words.Money(fen), " 元"), ",", ""), ".00")
}

// differences are what a change made of a contract, old → new, as far as a reader
// may know it.
func (h Handler) differences(ctx context.Context, n *names, was, is store.Contract, view rulebook.ContractView, today store.Day) ([]chat.Fact, error) {
	var list []chat.Fact
	put := func(label, before, after string) {
		if before != after {
			list = append(list, chat.Fact{Label: label, Value: orNone(before) + " → " + orNone(after)})
		}
	}
	var err error
	name := func(read func(context.Context, string) (string, error), id string) string {
		s, e := read(ctx, id)
		if err == nil {
			err = e
		}
		return s
	}
	if was.Customer != is.Customer {
		put(fieldCustomer, name(n.customer, was.Customer), name(n.customer, is.Customer))
	}
	if was.Holder != is.Holder {
		put("持有人", name(n.name, was.Holder), name(n.name, is.Holder))
	}
	put(fieldProject, was.Project, is.Project)
	put(fieldKind, kindWords(was.Electronic), kindWords(is.Electronic))
	put(fieldEvent, dayWords(was.Event, today), dayWords(is.Event, today))
	put(fieldPrepare, count(was.Prepare), count(is.Prepare))
	put("签订日期", dayWords(was.Signed, today), dayWords(is.Signed, today))
	put("位置", was.Place, is.Place)
	if view == rulebook.ContractWhole {
		put("预计金额", money(was.Expected), money(is.Expected))
		put("合同金额", money(was.Amount), money(is.Amount))
		before, e1 := h.sharesWords(ctx, n, was.Shares)
		after, e2 := h.sharesWords(ctx, n, is.Shares)
		put(fieldShares, before, after)
		for _, e := range []error{e1, e2} {
			if err == nil {
				err = e
			}
		}
	}
	return list, err
}

// dayWords is a day as people read it today; nothing for none.
func dayWords(d, today store.Day) string {
	if d == "" {
		return ""
	}
	return words.DayIn(d, today)
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return itoa(n) + " 个工作日"
}

func orNone(s string) string {
	if s == "" {
		return "—"
	}
	return s
}
