package handlers

import (
	"context"
	"slices"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
)

// Commands of the conversation that other words of it lead to.
const (
	confirmWord = "确认" // a preview waits for it
	cancelWord  = "取消"
	offerWord   = "照这句办" // carried by what is offered for words that were not understood
)

// builtins are the commands of the conversation itself.
func (d *Desk) builtins() []command.Spec {
	return []command.Spec{
		{
			Name: "帮助", Aliases: []string{"help", "?", "bz", "菜单"}, Summary: "你在这里能做什么，每条一个例子",
			Said:     []string{"使用说明", "说明书", "命令列表", "有哪些命令", "有什么命令", "有哪些功能", "有什么功能", "你会什么", "会做什么", "能做什么", "能干什么", "能干嘛", "怎么用", "教教我", "新来的", "怎么开始", "介绍一下你自己", "自我介绍", "help me", "how to use", "…的帮助", "看…帮助"},
			Args:     []command.Arg{{Name: "命令", Kind: command.Free, Optional: true}},
			Examples: []string{"帮助", "帮助 签到"}, Who: rulebook.TakePart, Clause: "附-2", Run: d.help,
		},
		{
			Name: "我的", Aliases: []string{"wd"}, Summary: "我欠着什么、在等什么", Lists: true, Examples: []string{"我的"},
			Said: []string{"我的待办", "要我批", "要批的", "等我批", "要我核", "等我核", "几笔没核", "等我处理", "要我处理", "要我做", "待办", "待办事项", "我的任务", "我的事", "什么没做", "什么没交", "要做什么", "要干什么", "要干嘛", "什么要交", "要交什么", "什么要我", "什么事", "我的提醒", "todo", "to do"},
			Who:  rulebook.TakePart, Private: true, Daily: true, Clause: "总则", Run: d.mine,
		},
		{
			Name: "工作台", Aliases: []string{"gzt"}, Summary: "部门今天的情况：周报、出差、合同、应收、客户、活动", Lists: true, Examples: []string{"工作台"},
			Said: []string{"部门情况", "今天的情况", "今天部门", "部门今天", "看板", "总览", "概览", "dashboard"},
			Who:  rulebook.SeeDepartment, Private: true, Clause: "总则", Run: d.department,
		},
		{
			Name: "职责", Aliases: []string{"zz"}, Summary: "各条款要你做什么、用哪条命令、今天还有什么没办；主管以上加姓名看别人的", Lists: true,
			Said: []string{"我的职责", "岗位职责", "我该做什么", "我负责什么", "要我做什么"},
			Args: []command.Arg{{Name: "姓名", Kind: command.Person, Optional: true}}, Examples: []string{"职责"},
			Who: rulebook.TakePart, Private: true, Clause: "总则", Run: d.duties,
		},
		{
			Name: command.UndoName, Aliases: []string{"cx", "undo"}, Summary: "5 分钟内收回自己刚才的登记，并通知已得知的人",
			Said:     []string{"撤销刚才的", "撤销上一条", "撤回上一条", "撤回刚才的", "写错了撤销", "发错了"},
			Args:     []command.Arg{{Name: "登记", Kind: command.Free, Optional: true}}, // a button names its own
			Examples: []string{"撤销", "撤销 列表", "撤销 签到"}, Who: rulebook.TakePart, Run: d.undo,
		},
		{
			Name: cancelWord, Aliases: []string{"qx", "cancel"}, Summary: "离开正在问的问题或待确认的操作",
			Said:     []string{"不弄了", "不办了", "不要了"},
			Args:     []command.Arg{{Name: "编号", Kind: command.Free, Optional: true, Coded: "A"}},
			Examples: []string{"取消"}, Who: rulebook.TakePart, Run: d.cancel,
		},
		{
			Name: offerWord, Summary: "办猜到的那一句", Hidden: true,
			Args:     []command.Arg{{Name: "命令", Kind: command.Free, Prompt: "哪一句？"}},
			Examples: []string{offerWord + " 帮助"}, Who: rulebook.TakePart, Run: d.choose,
		},
		{
			Name: confirmWord, Aliases: []string{"qr"}, Summary: "确认一份预览",
			Args:     []command.Arg{{Name: "编号", Kind: command.Free, Optional: true, Coded: "A"}},
			Examples: []string{"确认", "确认 A12"}, Who: rulebook.TakePart, Private: true, Hidden: true, Settles: true, Run: d.confirm,
		},
	}
}

// help shows what the person may do, or one command.
func (d *Desk) help(_ context.Context, c *command.Call) (*command.Answer, error) {
	word := c.Text("命令")
	switch {
	case c.Event.Chat.Group && word == "": // where others read on
		return command.Text("在群里 @我 发命令，例如：" + d.router.Hint(c.Person, 2) + "；全部命令私聊我发「帮助」。"), nil
	case word == "":
		return command.Card(d.router.Help(c.Person)), nil
	case text.Bare(word) == "全部":
		return command.Card(d.router.HelpAll(c.Person)), nil
	}
	spec, _, ok := d.router.Match(word)
	if !ok || !spec.Suits(c.Person) {
		return nil, d.noHelp(c, spec, word)
	}
	return command.Card(d.router.HelpFor(spec, c.Person)), nil
}

// noHelp refuses help of what is no command, or none of the person's: it says whose it
// is, and what of its area is theirs.
func (d *Desk) noHelp(c *command.Call, spec *command.Spec, word string) *command.Refusal {
	no := &command.Refusal{Text: "没有你能用的命令" + text.Quote(word) + "。", Hint: "帮助", Clause: "附-2"}
	switch {
	case spec == nil && c.Event.Chat.Group: // ？两万三: a group's words are not repeated
		no.Text = "没有你能用的命令。"
	case spec == nil:
	case rulebook.Allows(spec.Who, c.Person):
		no.Text = "「" + spec.Name + "」你一般用不到：" + spec.Summary + "。"
	default:
		no.Text = notFor(spec).Text
	}
	if beside := d.router.Beside(spec, c.Person); beside != nil {
		no.Hint = beside.HelpLine()
	}
	return no
}

// mostOwed is how many lines 我的 shows; the rest is counted.
const mostOwed = 10

// mine collects from every area what the person owes or waits for, urgent first.
func (d *Desk) mine(ctx context.Context, c *command.Call) (*command.Answer, error) {
	card := chat.Card{Title: "我的待办"}
	var all []command.Item
	for _, a := range d.o.Areas {
		items, err := a.Owes(ctx, c)
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
	}
	slices.SortStableFunc(all, func(a, b command.Item) int {
		switch {
		case a.Urgent == b.Urgent:
			return 0
		case a.Urgent:
			return -1
		}
		return 1
	})
	for _, i := range all[:min(len(all), mostOwed)] {
		card.Blocks = append(card.Blocks, chat.Block{Text: "• " + i.Text})
		if i.Button != nil {
			card.Buttons = append(card.Buttons, *i.Button)
		}
	}
	if rest := len(all) - mostOwed; rest > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: words.More(rest)})
	}
	if len(card.Blocks) == 0 {
		card.Tone = chat.Good
		card.Blocks = []chat.Block{{Text: "没有欠着的事，也没有在等的事。"}}
	}
	return command.Card(card), nil
}

// department collects from every area what there is in the department today, a
// line a button.
func (d *Desk) department(ctx context.Context, c *command.Call) (*command.Answer, error) {
	card := chat.Card{Title: "工作台 · " + words.Moment(c.Now)}
	for _, a := range d.o.Areas {
		overseen, ok := a.(command.Overseen)
		if !ok {
			continue
		}
		items, err := overseen.Today(ctx, c)
		if err != nil {
			return nil, err
		}
		for _, i := range items {
			card.Blocks = append(card.Blocks, chat.Block{Text: "• " + i.Text})
			if spec, _, ok := d.router.Match(i.Button.Command); ok && spec.Suits(c.Person) {
				card.Buttons = append(card.Buttons, *i.Button)
			}
		}
	}
	if len(card.Blocks) == 0 {
		card.Tone, card.Blocks = chat.Good, []chat.Block{{Text: "今天没有要看的事。"}}
	}
	a := command.Card(card)
	a.Subject = "department"
	return a, nil
}
