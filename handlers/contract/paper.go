package contract

import (
	"context"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

const (
	placePrompt = "原件放在哪里？例如：2 号柜 3 层。"
	lendPrompt  = "借去做什么，哪天还？例如：归还=12-05 投标核对。"
	spoilPrompt = "为什么作废？写一句。"
	losePrompt  = "怎么丢的？写经过：什么时候、在哪里、找过没有。"
	findPrompt  = "在哪里找到的？写一句。"
)

func (h Handler) paperCommands() []command.Spec {
	words := func(name, prompt string) command.Arg {
		return command.Arg{Name: name, Kind: command.Free, Prompt: prompt}
	}
	return []command.Spec{
		{
			Name: "归档", Aliases: []string{"gd"}, Summary: "收到合同原件，记下放在哪里",
			Said: []string{"合同归档", "归档合同", "收到原件", "原件归档", "交原件", "原件交了"},
			Args: []command.Arg{contractArg(), words("位置", placePrompt)}, Examples: []string{"归档 ZYX-202611-001 2 号柜 3 层"},
			Who: rulebook.ArchiveContracts, Clause: signing, Run: h.file, Undo: h.undo,
		},
		{
			Name: "借原件", Aliases: []string{"jyj"}, Summary: "把归档的原件借给某人，到期提醒归还",
			Said: []string{"借合同原件", "借出原件", "原件借出", "借合同"},
			Args: []command.Arg{
				contractArg(), {Name: "姓名", Kind: command.Person, Optional: true}, {Name: "事由", Kind: command.Passage, Optional: true, Prompt: lendPrompt},
				{Name: "字段", Kind: command.Fields, Keys: []string{fieldBack, "事由"}, Optional: true},
			},
			Examples: []string{"借原件 ZYX-202611-001 张伟 归还=12-05 投标核对", "借原件 ZYX-202611-001 张伟 投标核对 归还=12-05"},
			Who:      rulebook.ArchiveContracts, Clause: signing, Run: h.lend, Undo: h.undo,
		},
		{
			Name: "还原件", Aliases: []string{"hyj"}, Summary: "借出的原件还回来了",
			Said: []string{"归还原件", "原件还了", "还合同原件", "还合同"},
			Args: []command.Arg{contractArg()}, Examples: []string{"还原件 ZYX-202611-001"},
			Who: rulebook.ArchiveContracts, Clause: signing, Run: h.giveBack, Undo: h.undo,
		},
		{
			Name: "退合同", Aliases: []string{"tht"}, Summary: "没用上的合同表退回给档案员",
			Said: []string{"退回合同", "合同退回", "交回合同", "合同不用了", "…不用了", "合同没用上"},
			Args: []command.Arg{contractArg()}, Examples: []string{"退合同 ZYX-202611-001"},
			Who: rulebook.TakeContracts, Clause: taking, Run: h.giveUp, Undo: h.undo,
		},
		{
			Name: "作废合同", Aliases: []string{"zfht"}, Summary: "写坏的合同表作废，编号不再用",
			Said: []string{"合同作废", "…作废", "合同写错了", "合同写坏了", "废掉合同"},
			Args: []command.Arg{contractArg(), words(fieldReason, spoilPrompt)}, Examples: []string{"作废合同 ZYX-202611-001 金额写错了"},
			Who: rulebook.TakeContracts, Clause: taking, Run: h.spoil,
		},
		{
			Name: loseName, Aliases: []string{"htys"}, Summary: "合同丢了，马上报告经过",
			Said: []string{"合同丢了", "…丢了", "丢了合同", "合同不见了", "合同找不到了", "遗失合同"},
			Args: []command.Arg{contractArg(), words("经过", losePrompt)}, Examples: []string{"合同遗失 ZYX-202611-001 昨天在展会上放在资料袋里，散场后不见了"},
			Who: rulebook.TakePart, For: h.holds, Clause: taking, Run: h.lose, Undo: h.undoLost,
		},
		{
			Name: "找到", Aliases: []string{"找到合同"}, Summary: "遗失的合同找到了",
			Said: []string{"合同找到了", "找回合同", "找到了合同"},
			Args: []command.Arg{contractArg(), words("经过", findPrompt)}, Examples: []string{"找到 ZYX-202611-001 在办公室抽屉里"},
			Who: rulebook.TakePart, For: h.holds, Clause: taking, Run: h.find, Undo: h.undoFound,
		},
	}
}

// holds reports whether contracts pass through somebody's hands.
func (h Handler) holds(p store.Person) bool {
	return rulebook.Allows(rulebook.TakeContracts, p) || p.Has(store.Archivist)
}

// words reads what is said about a deed, asks where it says nothing, and saves the
// deed.
func (h Handler) said(ctx context.Context, c *command.Call, was store.Contract, is *store.Contract, arg, prompt string) (string, error) {
	said, err := needed(c.Text(arg), prompt, arg)
	if err != nil {
		return "", err
	}
	return said, h.save(ctx, c, was, is, said)
}

// facts are a contract's name and what was said of it.
func (h Handler) facts(ctx context.Context, c *command.Call, ct store.Contract, more ...chat.Fact) ([]chat.Fact, error) {
	n := h.people(c.Tx)
	holder, err := n.name(ctx, ct.Holder)
	if err != nil {
		return nil, err
	}
	customer, err := n.customer(ctx, ct.Customer)
	if err != nil {
		return nil, err
	}
	return append([]chat.Fact{{Label: "客户", Value: customer}, {Label: "项目", Value: ct.Project}, {Label: "持有人", Value: holder}}, more...), nil
}

// answer answers a deed that was done and tells whom it concerns the same.
func (h Handler) answer(ctx context.Context, c *command.Call, ct store.Contract, title string, who hearers, also []string, back bool, note string, more ...chat.Fact) (*command.Answer, error) {
	facts, err := h.facts(ctx, c, ct, more...)
	if err != nil {
		return nil, err
	}
	a := h.done(c, title+" "+ct.Number, ct, facts, back, note)
	a.Notices, err = h.tell(ctx, c, ct, who, also, c.Person.Name+"："+title+" "+ct.Number, func(rulebook.ContractView) []chat.Fact { return facts })
	return a, err
}

// file is 归档: whoever keeps the originals has it in hand; a photo never counts.
func (h Handler) file(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, is, err := h.begin(ctx, c, rulebook.DeedFile)
	if err != nil {
		return nil, err
	}
	is.Archived = h.Rules.Day(c.Now)
	if is.Place, err = needed(strings.TrimLeft(strings.TrimPrefix(c.Text("位置"), "存放位置"), ":： "), placePrompt, "位置"); err != nil {
		return nil, err
	}
	if err := h.save(ctx, c, was, &is, is.Place); err != nil {
		return nil, err
	}
	return h.answer(ctx, c, is, "已归档", hearers{}, []string{is.Holder}, true, "", chat.Fact{Label: "位置", Value: is.Place})
}

// lend is 借原件.
func (h Handler) lend(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, is, err := h.begin(ctx, c, rulebook.DeedLend)
	if err != nil {
		return nil, err
	}
	borrower := c.Who("姓名")
	if borrower.ID == "" {
		return nil, &command.Question{Prompt: "借给谁？写姓名。"}
	}
	values := c.Fields("字段")
	back, behind := splitBack(values[fieldBack], c.Env().Base())
	why := strings.Join(strings.Fields(c.Text("事由")+" "+values["事由"]+" "+behind), " ")
	if back == "" {
		return nil, &command.Question{Prompt: "哪天还？例如 12-05。", Prefix: fieldBack + "="}
	}
	if is.Back, err = dayIn(c, fieldBack, back, false); err != nil {
		return nil, err
	}
	if is.Back < h.Rules.Day(c.Now) {
		return nil, &command.Refusal{Text: "归还日期 " + dayWords(is.Back, h.Rules.Day(c.Now)) + " 已经过了。", Hint: "归还=12-05", Clause: signing, Private: true}
	}
	if borrower.Gone(is.Back.Start(h.Rules.Zone)) {
		today := h.Rules.Day(c.Now)
		return nil, &command.Refusal{
			Text: words.Leaving(borrower, h.Rules.Day(borrower.Ends), today) + "，归还日期 " + dayWords(is.Back, today) + " 在那以后。",
			Hint: "归还=" + string(h.Rules.Day(borrower.Ends).Add(-1)), Clause: "2-7", Private: true,
		}
	}
	if why, err = needed(why, "借去做什么？写一句。", "事由"); err != nil {
		return nil, err
	}
	is.Borrower = borrower.ID
	if err := h.save(ctx, c, was, &is, why); err != nil {
		return nil, err
	}
	return h.answer(ctx, c, is, "已借出", hearers{}, []string{is.Borrower, is.Holder}, true, "到期没有还会提醒"+borrower.Name+"。",
		chat.Fact{Label: "借给", Value: borrower.Name}, chat.Fact{Label: "归还", Value: dayWords(is.Back, h.Rules.Day(c.Now))}, chat.Fact{Label: "事由", Value: why})
}

// splitBack parts the date of 归还=12-05 投标核对 from the words behind it.
func splitBack(v string, on reading.Base) (day, why string) {
	if _, n, err := reading.Date(v, on); err == nil {
		return v[:n], strings.TrimSpace(v[n:])
	}
	day, why, _ = strings.Cut(strings.TrimSpace(v), " ")
	return day, strings.TrimSpace(why)
}

// giveBack is 还原件.
func (h Handler) giveBack(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, is, err := h.begin(ctx, c, rulebook.DeedGiveBack)
	if err != nil {
		return nil, err
	}
	is.Borrower, is.Back = "", ""
	if err := h.save(ctx, c, was, &is, ""); err != nil {
		return nil, err
	}
	return h.answer(ctx, c, is, "原件已还", hearers{}, []string{was.Borrower}, true, "", chat.Fact{Label: "位置", Value: is.Place})
}

// giveUp is 退合同.
func (h Handler) giveUp(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, is, err := h.begin(ctx, c, rulebook.DeedReturn)
	if err != nil {
		return nil, err
	}
	if err := h.save(ctx, c, was, &is, ""); err != nil {
		return nil, err
	}
	return h.answer(ctx, c, is, "已退回", hearers{keepers: true}, nil, true, "合同表请交给档案员；编号不再使用。")
}

// spoil is 作废合同, asked first: the number is gone for good.
func (h Handler) spoil(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, is, err := h.begin(ctx, c, rulebook.DeedSpoil)
	if err != nil {
		return nil, err
	}
	reason, err := needed(c.Text(fieldReason), spoilPrompt, fieldReason)
	if err != nil {
		return nil, err
	}
	if version := command.VersionOf(was.Number, was.Version, reason); !c.Confirms(version) {
		facts, err := h.facts(ctx, c, was, chat.Fact{Label: fieldReason, Value: reason})
		if err != nil {
			return nil, err
		}
		card := chat.Card{Title: "作废 " + was.Number + "？", Tone: chat.Warn, Blocks: []chat.Block{
			{Facts: facts}, {Note: "作废之后不能恢复，编号不再使用；写坏的表交给档案员。"},
		}}
		return private(card, was, h.Rules.Day(c.Now)).Preview(version), nil
	}
	if err := h.save(ctx, c, was, &is, reason); err != nil {
		return nil, err
	}
	return h.answer(ctx, c, is, "已作废", hearers{keepers: true}, []string{is.Holder}, false, "写坏的表请交给档案员；编号不再使用。", chat.Fact{Label: fieldReason, Value: reason})
}

// lose is 合同遗失: an incident, told at once up the line and to the keeper.
func (h Handler) lose(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, is, err := h.begin(ctx, c, rulebook.DeedLose)
	if err != nil {
		return nil, err
	}
	is.Lost, is.LostFrom, is.Explained = h.Rules.Day(c.Now), was.State, false
	said, err := h.said(ctx, c, was, &is, "经过", losePrompt)
	if err != nil {
		return nil, err
	}
	i, err := openIncident(ctx, c, is.Number, said)
	if err != nil {
		return nil, err
	}
	a, err := h.answer(ctx, c, is, "已登记遗失", hearers{above: true, keepers: true}, []string{is.Holder}, true,
		"找到了发：找到 "+is.Number+" 经过；查清了发：缺号 "+is.Number+" 说明…",
		chat.Fact{Label: "经过", Value: said}, chat.Fact{Label: "事件", Value: i.Code + "，查清后由总经理或市场总监结案"})
	if err != nil {
		return nil, err
	}
	a.Reply.Card.Tone = chat.Bad
	for i := range a.Notices {
		a.Notices[i].Message.Card.Tone = chat.Bad
	}
	return a, h.sayToWhom(ctx, c, a)
}

// find is 找到: the contract is again what it was.
func (h Handler) find(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, is, err := h.begin(ctx, c, rulebook.DeedFind)
	if err != nil {
		return nil, err
	}
	is.Lost, is.LostFrom, is.Explained = "", "", false
	said, err := h.said(ctx, c, was, &is, "经过", findPrompt)
	if err != nil {
		return nil, err
	}
	if err := noteIncidents(ctx, c.Tx, is.Number, string(h.Rules.Day(c.Now))+" 找到："+said); err != nil {
		return nil, err
	}
	return h.answer(ctx, c, is, "已找到", hearers{above: true, keepers: true}, []string{is.Holder}, true, "现在"+stateWords(is, h.Rules.Day(c.Now))+"。", chat.Fact{Label: "经过", Value: said})
}
