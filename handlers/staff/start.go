package staff

import (
	"context"
	"errors"
	"slices"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// startCommands are the first steps of an administrator: what is to be done, and
// which group is the department's.
func (h Handler) startCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "开始使用", Aliases: []string{"ksy", "start"}, Summary: "头三步：拉进部门群、加同事、看一周的例子，做到哪一步了",
			Said:     []string{"第一步", "怎么设置", "初始设置"},
			Args:     []command.Arg{{Name: "例子", Kind: command.Free, Optional: true}},
			Examples: []string{"开始使用", "开始使用 例子"}, Who: rulebook.ManagePeople, Private: true, Clause: "附-4", Run: h.start,
		},
		{
			Name: "部门群", Aliases: []string{"bmq"}, Summary: "在群里发，就把这个群定为部门群：群提醒发到这里；部门群 取消 就不发了",
			Said:     []string{"设为部门群", "设置部门群", "绑定群"},
			Args:     []command.Arg{{Name: "取消", Kind: command.Free, Optional: true}},
			Examples: []string{"部门群", "部门群 取消"}, Who: rulebook.ManagePeople, Clause: "附-4", Settles: true, Changed: departmentChanged, Run: h.department,
		},
	}
}

// exampleWord shows the example week.
const exampleWord = "例子"

// exampleMark is when somebody looked at the example week.
const exampleMark = "example"

// start shows the first steps, and which of them are done.
func (h Handler) start(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if c.Text("例子") == exampleWord {
		if err := c.Tx.Marks().Set(ctx, exampleMark, c.Now); err != nil {
			return nil, err
		}
		return command.Card(exampleCard()), nil
	}
	group, err := h.departmentOn(ctx, c.Tx, c.Event.Platform())
	if err != nil {
		return nil, err
	}
	var w crowd
	if group.ID != "" {
		if w, err = h.crowd(ctx, c, group); err != nil {
			return nil, err
		}
	}
	card, err := h.startCard(ctx, c.Tx, "", w)
	if err != nil {
		return nil, err
	}
	return command.Card(card), nil
}

// startCard is the first steps with a sign for what is done, below what has just
// come of a command. w is who is in the department's group, where that was asked.
func (h Handler) startCard(ctx context.Context, tx *store.Tx, news string, w crowd) (chat.Card, error) {
	card := chat.Card{Title: "开始使用", Tone: chat.Good}
	people, err := tx.People().Active(ctx)
	if err != nil {
		return card, err
	}
	groups, err := tx.Marks().Under(ctx, store.DepartmentMark)
	if err != nil {
		return card, err
	}
	seen, err := tx.Marks().At(ctx, exampleMark)
	if err != nil {
		return card, err
	}
	if news != "" {
		card.Blocks = append(card.Blocks, chat.Block{Text: news})
	}
	card.Blocks = append(card.Blocks,
		chat.Block{Text: ticked(len(groups)+len(h.Groups) > 0) + "1. 把我拉进部门群，在群里点「设为部门群」，或发：@市场部助手 部门群"},
		chat.Block{Text: ticked(len(people) > 1) + "2. 加同事：" + byMention + "，再点各人的岗位；@ 不到的写姓名和岗位，把绑定码给本人" + w.more()},
		chat.Block{Text: ticked(!seen.IsZero()) + "3. 看一周的例子"},
		chat.Block{Note: "做完一步，发 开始使用 看还差什么；都好了发 自检。"},
	)
	card.Buttons = []chat.Button{
		{Label: "看一周的例子", Command: "开始使用 " + exampleWord, Primary: true},
		{Label: "人员", Command: "人员"},
		{Label: "自检", Command: "自检"},
	}
	if len(w.fresh) > 0 {
		card.Buttons = slices.Insert(card.Buttons, 0, chat.Button{Label: "加同事", Command: membersWord, Primary: true})
	}
	return card, nil
}

// more is what the step of the colleagues says of who is in the group.
func (w crowd) more() string {
	switch {
	case len(w.fresh) > 0:
		return "\n部门群里还有 " + number(len(w.fresh)) + " 人没登记，点「加同事」各选一个岗位"
	case w.untold == nil || errors.Is(w.untold, chat.ErrNoMembers):
		return ""
	}
	return "\n" + w.refusal("").Text
}

func ticked(done bool) string {
	if done {
		return "✓ "
	}
	return "○ "
}

// exampleCard is how a week goes, in what people type.
func exampleCard() chat.Card {
	return chat.Card{Title: "一周的例子", Blocks: []chat.Block{
		{Facts: []chat.Fact{
			{Label: "出差", Value: "出差 广州 3天 拜访客户"},
			{Label: "到了", Value: "签到 广州 见了采购部，要方案"},
			{Label: "周五 12:00 前", Value: "周报 本周：回访老客户 6 家 下周：筹备推介会"},
			{Label: "总监，周一 11:00 前", Value: "汇总，看过以后 上报"},
			{Label: "总经理", Value: "批示 滨海新材料要本月签下来"},
			{Label: "查客户", Value: "客户 华东机电"},
			{Label: "打错了", Value: "撤销"},
		}},
		{Note: "没交的人到点私下提醒，交了的不打扰；群里只报人数。"},
	}, Buttons: []chat.Button{{Label: "开始使用", Command: "开始使用"}, {Label: "帮助", Command: "帮助"}}}
}

// department makes the group where it was said the department's, or takes that
// back. One platform has one; what the settings say goes before.
func (h Handler) department(ctx context.Context, c *command.Call) (*command.Answer, error) {
	at, none := c.Event.Chat, c.Text("取消") != ""
	if !none && slices.Contains(h.Groups, at) {
		return command.Text("这里已经是部门群了，写在配置文件里：群提醒发到这里。"), nil
	}
	if slices.ContainsFunc(h.Groups, func(g chat.Address) bool { return g.Platform == c.Event.Platform() }) {
		return nil, &command.Refusal{
			Text: platform(c.Event.Platform()) + "的部门群写在配置文件里，以它为准。", Hint: "要换，请改配置里的 group 并重启", Clause: "附-4",
		}
	}
	if !at.Group && !none {
		return nil, &command.Refusal{Text: "要在那个群里说，我才知道是哪个群。", Hint: "在群里发：@市场部助手 部门群", Clause: "附-4"}
	}
	had, err := c.Tx.Marks().Under(ctx, store.DepartmentOf(c.Event.Platform(), ""))
	if err != nil {
		return nil, err
	}
	if !none && slices.Equal(had, []string{at.ID}) {
		return command.Text("这里已经是部门群了：群提醒发到这里。"), nil
	}
	var offer []chat.Notice
	if !none {
		if offer, err = h.offer(ctx, c, at); err != nil {
			return nil, err
		}
	}
	for _, id := range had {
		if err := c.Tx.Marks().Clear(ctx, store.DepartmentOf(c.Event.Platform(), id)); err != nil {
			return nil, err
		}
	}
	text, told := "这个群是部门群了：到点的提醒发到这里，只报人数，不说内容。要换一个，到那个群里再说一次；不要了：部门群 取消", "把一个群定为部门群"
	if none {
		text, told = "好，群里不发提醒了。", "取消了部门群，群里不再发提醒"
	} else if err := c.Tx.Marks().Set(ctx, store.DepartmentOf(at.Platform, at.ID), c.Now); err != nil {
		return nil, err
	}
	w, err := readPower(ctx, c.Tx, c.Now)
	if err != nil {
		return nil, err
	}
	a := command.Text(text)
	a.Notices = news(c.Tx, c.Now, audience.But(w.roll.Charged(store.Administrator), c.Person.ID), c.Person.Name+"在"+platform(c.Event.Platform())+told+"。")
	a.Notices = append(a.Notices, offer...)
	a.Subject = "department"
	return a, nil
}

// departmentChanged is when the department's group was named last.
func departmentChanged(ctx context.Context, c *command.Call) (time.Time, error) {
	had, err := c.Tx.Marks().Under(ctx, store.DepartmentOf(c.Event.Platform(), ""))
	if err != nil || len(had) == 0 {
		return time.Time{}, err
	}
	return c.Tx.Marks().At(ctx, store.DepartmentOf(c.Event.Platform(), had[0]))
}

// claim registers an account that the settings name as the owner's as the first
// administrator, as the program's own code does. It is of no use any more once
// an administrator has an account.
func (h Handler) claim(ctx context.Context, c *command.Call) (*command.Answer, error) {
	whose, needed, err := firstAdministrator(ctx, c.Tx)
	if err != nil {
		return nil, err
	}
	if !needed {
		return command.Text(Unregistered), nil
	}
	if err := c.Tx.Codes().Void(ctx, ""); err != nil { // the code that was printed
		return nil, err
	}
	p, err := h.whose(ctx, c, whose)
	if err != nil {
		return nil, err
	}
	if err := c.Tx.Accounts().Bind(ctx, store.Account{Platform: c.Event.From.Platform, ID: c.Event.From.ID, Person: p.ID}, c.Now); err != nil {
		return nil, err
	}
	return h.bound(ctx, c, p, nil)
}
