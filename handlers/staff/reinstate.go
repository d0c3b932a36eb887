package staff

import (
	"context"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/store"
)

func (h Handler) reinstateCommand() command.Spec {
	return manage(command.Spec{
		Name: "人员 恢复", Aliases: []string{"ryhf"}, Summary: "让停用的人重新使用，岗位、职责和记录照旧",
		Said:     []string{"恢复人员", "人员…恢复"},
		Args:     []command.Arg{{Name: "姓名", Kind: command.Free, Prompt: "恢复谁？写姓名。"}},
		Examples: []string{"人员 恢复 张伟"}, Run: h.reinstate, Undo: h.undoReinstate,
	})
}

// reinstate makes a stopped person active again, with post, duties and history
// (附-4). Whoever has no account left gets a code to bind one.
func (h Handler) reinstate(ctx context.Context, c *command.Call) (*command.Answer, error) {
	p, err := h.stopped(ctx, c, audience.Bare(cleanName(c.Text("姓名"))))
	if err != nil {
		return nil, err
	}
	o, err := propose(ctx, c.Tx, c.Policy, c.Person, store.Person{ID: p.ID, Name: p.Name}, store.Change{
		Kind: store.ChangeHold, Post: p.Post, Duties: p.Duties, At: c.Now,
	})
	if err != nil {
		return nil, err
	}
	if p.Until = (time.Time{}); o.waits() {
		p = o.newcomer(p)
		p.Duties = nil
	}
	if err := c.Tx.People().Reinstate(ctx, p, c.Now); err != nil {
		return nil, err
	}
	if err := h.returned(ctx, c, p.ID); err != nil {
		return nil, err
	}
	a, err := h.reinstated(ctx, c, p, o)
	if err != nil {
		return nil, err
	}
	a.Notices = append(a.Notices, o.news(c.Tx)...)
	above, err := superiors(ctx, c.Tx, p, c.Now, c.Person.ID)
	if err != nil {
		return nil, err
	}
	a.Notices = append(a.Notices, news(c.Tx, c.Now, above, p.Name+"（"+role(p)+"）已恢复使用，周报和签到照常。")...)
	a.Undo, a.Subject = p.ID, "person/"+p.ID
	return a, nil
}

// stopped is who had a name and was stopped last; it refuses when nobody was,
// or somebody active has the name or one like it.
func (h Handler) stopped(ctx context.Context, c *command.Call, name string) (store.Person, error) {
	if !validName(name) {
		return store.Person{}, &command.Refusal{Text: "没看懂要恢复谁，只写姓名。", Hint: "人员 恢复 张伟", Clause: "附-4"}
	}
	other, taken, err := c.Tx.People().Alike(ctx, name)
	if err != nil {
		return store.Person{}, err
	}
	if taken {
		return store.Person{}, &command.Refusal{Text: "已经有一位在册的" + other.Name + "，不用恢复；在册的人也不能重名" + alike(other, name) + "。", Hint: "人员 " + other.Name, Clause: "附-4"}
	}
	p, found, err := c.Tx.People().StoppedNamed(ctx, name)
	if err == nil && !found {
		err = &command.Refusal{Text: "没有停用过的人叫" + text.Quote(name) + "。", Hint: "人员 添加 " + name + " 岗位", Clause: "附-4"}
	}
	return p, err
}

// reinstated is the answer, with a code where no account is left.
func (h Handler) reinstated(ctx context.Context, c *command.Call, p store.Person, o proposal) (*command.Answer, error) {
	accounts, err := accountsByPerson(ctx, c.Tx)
	if err != nil {
		return nil, err
	}
	since := "自 " + h.Rules.Day(c.Now).String() + " 起"
	if len(accounts[p.ID]) > 0 {
		a := command.Text("已恢复：" + p.Name + "（" + role(p) + "），" + since + "；原来的聊天账号照旧能用。" + o.note())
		a.Notices, err = concerned(ctx, c, p, "你的登记已恢复（"+role(p)+"）。"+o.meanwhile()+"发送 帮助 看能做什么。")
		return a, err
	}
	code, err := newCode(ctx, c.Tx, p.ID, c.Clock().Add(passedOn))
	return command.Card(codeCard("已恢复："+p.Name, []chat.Fact{
		{Label: "岗位和职责", Value: role(p)}, {Label: "生效", Value: since},
	}, code, "聊天账号要重新绑定：请把绑定码转给本人，24 小时内私聊我发送：绑定 "+code+o.note())), err
}

func (h Handler) undoReinstate(ctx context.Context, c *command.Call, ref string) (string, error) {
	p, found, err := c.Tx.People().ByID(ctx, ref)
	if err != nil {
		return "", err
	}
	if !found || !p.Active() {
		return "", errUndone
	}
	if err := h.keepAdministrator(ctx, c.Tx, p); err != nil {
		return "", err
	}
	if err := c.Tx.People().Stop(ctx, ref, c.Now); err != nil {
		return "", err
	}
	return "恢复" + p.Name + "，现在仍是停用", h.revert(ctx, c, ref, returnCommand)
}
