package approval

import (
	"context"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

func (h Handler) delegateCommands() []command.Spec {
	name := command.Arg{Name: "姓名", Kind: command.Person, Prompt: "谁？写姓名，只能是执行董事或总经理助理。"}
	return []command.Spec{
		{
			Name: "授权", Summary: "总经理不在时，把查阅审批交给执行董事或总经理助理几天",
			Said:     []string{"授权给", "委托"},
			Args:     []command.Arg{name, {Name: "起止", Kind: command.Span, Prompt: "哪几天？例如 明天，或 11-26 至 11-28。"}},
			Examples: []string{"授权 周敏 3天", "授权 周敏 11-26 至 11-28"},
			Who:      rulebook.Delegate, Private: true, Clause: clause, Run: h.delegate, Undo: h.undoDelegate,
			Changed: func(ctx context.Context, c *command.Call) (time.Time, error) {
				return c.Tx.Delegations().Changed(ctx, c.Who("姓名").ID)
			},
		},
		{
			Name: "收回授权", Aliases: []string{"shsq"}, Summary: "提前收回交出去的查阅审批",
			Said:     []string{"取消授权", "收回…授权", "撤销授权", "停止授权", "结束授权"},
			Args:     []command.Arg{name},
			Examples: []string{"收回授权 周敏"},
			Who:      rulebook.Delegate, Private: true, Clause: clause, Run: h.takeBack,
		},
	}
}

// delegate lets somebody decide requests on some days (C5). It ends by itself.
func (h Handler) delegate(ctx context.Context, c *command.Call) (*command.Answer, error) {
	p, days := c.Who("姓名"), c.Days("起止")
	today := h.Rules.Day(c.Now)
	switch {
	case !mayStandIn(p.Post):
		return nil, &command.Refusal{
			Text: "查阅审批只能授权给执行董事或总经理助理，" + p.Name + "是" + string(p.Post) + "。", Hint: "人员（看谁是什么岗位）", Clause: clause, Denied: true,
		}
	case days.Open:
		return nil, &command.Refusal{Text: "从 " + days.From.String() + " 起，到哪一天为止？", Hint: "授权 " + p.Name + " 3天", Clause: clause}
	case days.To < today:
		return nil, &command.Refusal{Text: "这几天已经过去：" + words.Days(days.From, days.To) + "。", Hint: "授权 " + p.Name + " 3天", Clause: clause}
	}
	d := store.Delegation{ID: c.Tx.NewID(c.Now), Person: p.ID, First: max(days.From, today), Last: days.To, By: c.Person.ID, At: c.Now}
	if last := d.First.Add(maxDelegated - 1); d.Last > last {
		return nil, &command.Refusal{
			Text: "授权最长 30 天，从 " + d.First.String() + " 起最晚到 " + last.String() + "。", Hint: "授权 " + p.Name + " 3天", Clause: clause,
		}
	}
	if err := h.notYet(ctx, c, p, d); err != nil {
		return nil, err
	}
	if err := c.Tx.Delegations().Add(ctx, d); err != nil {
		return nil, err
	}
	when := words.Days(d.First, d.Last)
	a := command.Text("已授权：" + words.WithPost(p) + " " + when + " 可以批准或驳回查阅申请，到期、或你不再是总经理时自动失效，你自己照常可以批。\n提前收回发：收回授权 " + p.Name)
	a.Undo, a.Subject = d.ID, "delegation/"+p.ID+"/"+string(d.First)+"/"+string(d.Last)
	a.Notices = []chat.Notice{{Key: "approval/delegation/" + d.ID, To: p.ID, Message: chat.Message{
		Text: words.WithPost(c.Person) + "授权你 " + when + " 批准或驳回查阅申请（不能批自己的）。看待批的申请发：查阅申请",
	}}}
	return a, nil
}

// notYet refuses days on which the person may decide already.
func (h Handler) notYet(ctx context.Context, c *command.Call, p store.Person, d store.Delegation) error {
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return err
	}
	list, err := standing(ctx, c.Tx, roll, d.Last)
	for _, old := range list {
		if old.Person == p.ID && old.First <= d.First {
			return &command.Refusal{
				Text: "已经授权过了：" + words.WithPost(p) + " " + words.Days(old.First, old.Last) + " 可以批准或驳回查阅申请，没有再通知。",
				Hint: "要改日期，先发：收回授权 " + p.Name, Clause: clause,
			}
		}
	}
	return err
}

func (h Handler) undoDelegate(ctx context.Context, c *command.Call, ref string) (string, error) {
	list, err := c.Tx.Delegations().From(ctx, h.Rules.Day(c.Now))
	if err != nil {
		return "", err
	}
	for _, d := range list {
		if d.ID == ref {
			_, err := c.Tx.Delegations().End(ctx, d, c.Now)
			return "查阅审批的授权（" + words.Days(d.First, d.Last) + "）", err
		}
	}
	return "", &command.Refusal{Text: "这次授权已经结束了。", Hint: "授权 姓名 起止", Clause: clause}
}

// takeBack ends everything that was delegated to somebody.
func (h Handler) takeBack(ctx context.Context, c *command.Call) (*command.Answer, error) {
	p := c.Who("姓名")
	list, err := c.Tx.Delegations().From(ctx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	taken := false
	for _, d := range list {
		if d.Person != p.ID || d.At.After(c.Now) {
			continue
		}
		ended, err := c.Tx.Delegations().End(ctx, d, c.Now)
		if err != nil {
			return nil, err
		}
		taken = taken || ended
	}
	if !taken {
		return nil, &command.Refusal{Text: p.Name + "现在和以后都没有查阅审批的授权。", Hint: "授权 " + p.Name + " 3天", Clause: clause}
	}
	a := command.Text("已收回：" + words.WithPost(p) + "从现在起不能再批查阅申请；已经批准的照旧有效，要结束发：收回查阅 编号")
	a.Subject = "delegation/" + p.ID
	a.Notices = []chat.Notice{{Key: "approval/delegation/" + c.Tx.NewID(c.Now), To: p.ID, Message: chat.Message{
		Text: words.WithPost(c.Person) + "收回了你的查阅审批授权。",
	}}}
	return a, nil
}
