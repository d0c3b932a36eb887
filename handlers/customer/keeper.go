package customer

import (
	"context"
	"fmt"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/vault"
)

// keeperCommands are those of who organises the files (档-4).
func (h Handler) keeperCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "删除联系人", Aliases: []string{"sclxr"}, Summary: "应本人要求，永久删除联系人的全部资料，含历史",
			Said: []string{"删联系人", "删掉联系人", "联系人…删", "删除…联系人", "去掉联系人"},
			Args: []command.Arg{
				customerArg(command.ToChange), {Name: "姓名", Kind: command.Word, Prompt: "删除哪位联系人？"},
				{Name: "理由", Kind: command.Free, Prompt: "为什么删除？例如：本人要求。"},
			},
			Examples: []string{"删除联系人 K12 李明 本人要求"},
			Who:      rulebook.MoveCustomers, Private: true, Clause: "档-8", Run: h.erase,
		},
		{
			Name: "核对", Aliases: []string{"hd"}, Summary: "确认档案无误：待核的内容记为已核，档案算作最新",
			Said: []string{"核对档案", "核对客户", "核实"},
			Args: []command.Arg{customerArg(command.ToChange)}, Examples: []string{"核对 K12"},
			Who: rulebook.MoveCustomers, Private: true, Clause: "档-8", Also: []string{"档-4", "档-7"}, Run: h.check,
		},
		{
			Name: "移交客户", Aliases: []string{"yjkh"}, Summary: "把客户交给另一位同事负责，历史全部保留",
			Said:     []string{"移交", "…归…管", "…交给…管", "…的客户都给", "…的客户给", "…给…跟进", "…给…负责", "把…移交", "客户移交", "客户…移交", "转移客户", "客户转移", "转交", "客户转交", "把…转给", "转给", "交接客户"},
			Args:     []command.Arg{customerArg(command.ToChange), {Name: "接收人", Kind: command.Person, Prompt: "交给谁？"}},
			Examples: []string{"移交客户 K12 张伟"},
			Who:      rulebook.MoveCustomers, Private: true, Clause: "档-4", Run: h.move, Changed: owned,
		},
	}
}

// owned is when a customer got their owner.
func owned(ctx context.Context, c *command.Call) (time.Time, error) {
	r, err := c.Customer(ctx, "客户")
	if err != nil {
		return time.Time{}, err
	}
	owners, err := vault.In(c.Tx).Owners(ctx, r.ID)
	if err != nil || len(owners) == 0 {
		return time.Time{}, err
	}
	return owners[len(owners)-1].From, nil
}

// check is 核对.
func (h Handler) check(ctx context.Context, c *command.Call) (*command.Answer, error) {
	r, err := c.Customer(ctx, "客户")
	if err != nil {
		return nil, err
	}
	n, err := vault.In(c.Tx).Check(ctx, r.ID, c.Person.ID, c.Now)
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("%s 的档案已核对：%d 项待核的内容记为已核，档案算作最新（档-8）。", r.Name, n)
	if n == 0 {
		text = r.Name + " 的档案没有待核的内容，已记为最新（档-8）。"
	}
	a := command.Text(text)
	a.Reply.Confidential, a.Reply.Summary, a.Subject = true, text, subject(r.ID)
	return a, nil
}

// move is 移交客户.
func (h Handler) move(ctx context.Context, c *command.Call) (*command.Answer, error) {
	r, err := c.Customer(ctx, "客户")
	if err != nil {
		return nil, err
	}
	to := c.Who("接收人")
	if err := h.owns(ctx, c, to, "移交客户 "+r.ID+" "); err != nil {
		return nil, err
	}
	if to.ID == r.Owner {
		return nil, &command.Refusal{Text: r.Name + " 已经由" + to.Name + "负责。", Hint: "客户 " + r.ID, Clause: "档-4"}
	}
	owner, err := command.OwnerName(ctx, c.Tx, r.Customer)
	if err != nil {
		return nil, err
	}
	words := fmt.Sprintf("%s %s：负责人 %s → %s", r.ID, r.Name, owner, to.Name)
	version := command.VersionOf(r.ID, r.Owner, to.ID)
	if !c.Confirms(version) {
		a := confidentialCard(chat.Card{Title: "移交客户", Blocks: []chat.Block{{Text: words}, {Note: "档案、跟进和历史全部保留；两人都会收到通知。"}}}, words, subject(r.ID))
		return a.Preview(version), nil
	}
	if err := vault.In(c.Tx).Move(ctx, r.ID, to.ID, c.Person.ID, c.Now); err != nil {
		return nil, err
	}
	a := confidentialCard(chat.Card{Title: "已移交", Tone: chat.Good, Blocks: []chat.Block{{Text: words}}}, words, subject(r.ID))
	a.Notices, err = h.moveNotices(ctx, c, r.Customer, owner, to)
	return a, err
}

// moveNotices tells the one who had the customer and the one who has it now.
func (h Handler) moveNotices(ctx context.Context, c *command.Call, customer store.Customer, owner string, to store.Person) ([]chat.Notice, error) {
	var list []chat.Notice
	if to.ID != c.Person.ID {
		list = append(list, told(c, to, customer, c.Person.Name+"把这位客户交给你负责，之前的负责人是 "+owner+"。"))
	}
	from, found, err := c.Tx.People().ByID(ctx, customer.Owner)
	if err != nil || !found || !from.Active() || from.ID == c.Person.ID {
		return list, err
	}
	n := told(c, from, customer, c.Person.Name+"把这位客户移交给了"+to.Name+"。")
	if h.Config.SalespeopleSee == SeeOwn {
		n.Message.Card.Buttons = nil
	}
	return append(list, n), nil
}
