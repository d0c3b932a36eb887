package approval

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

func (h Handler) askCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "申请查阅", Aliases: []string{"sqcy"}, Summary: "无权查档案而工作需要时，请总经理批准查一个客户",
			Said: []string{"申请查看客户", "申请查阅客户", "申请查看", "申请看", "申请…查阅", "申请…资料", "申请…档案", "申请客户", "想申请", "申请",
				// as of 客户 and 看电话, for who may use neither
				"查客户", "查…客户", "看…客户", "…的资料", "…的档案", "…的信息", "…资料", "…档案", "…的电话", "…电话", "…的联系方式", "…联系方式", "在哪查"},
			Args: []command.Arg{
				{Name: "客户", Kind: command.Word, Prompt: "要查哪个客户？写名称或编号。"},
				{Name: "理由", Kind: command.Free, Prompt: "为什么要查？写一句工作上的理由，会给总经理看。"},
			},
			Examples: []string{"申请查阅 南湖酒店 周五去布展，需要联系人"},
			Who:      rulebook.TakePart, Private: true, Clause: clause, Run: h.ask, Undo: h.undoAsk,
		},
		{
			Name: "撤回申请", Aliases: []string{"chsq"}, Summary: "撤回还没批的查阅申请",
			Said:     []string{"取消申请", "撤销申请", "收回申请", "申请撤回", "不申请"},
			Args:     []command.Arg{{Name: "编号", Kind: command.Number, Optional: true}},
			Examples: []string{"撤回申请 A12"},
			Who:      rulebook.TakePart, Private: true, Clause: clause, Run: h.withdraw,
		},
		{
			Name: "查阅申请", Summary: "我的查阅申请和授权；能批的人看到待批的申请", Lists: true, Of: "A",
			Said:     []string{"我的申请", "申请列表", "申请…批了", "申请记录", "申请进度", "申请状态", "待审批", "待我审批", "我的审批", "要我批", "有…申请", "审批列表", "审批", "要批的"},
			Args:     []command.Arg{{Name: "编号", Kind: command.Word, Optional: true, Coded: "A"}},
			Examples: []string{"查阅申请", "查阅申请 A12"},
			Who:      rulebook.TakePart, Private: true, Clause: clause, Run: h.show,
		},
	}
}

// ask takes a request. Until it is approved, nothing that the asker hears
// depends on whether there is such a customer: not what is said, nor what is
// taken for the same request, nor how the line is read.
func (h Handler) ask(ctx context.Context, c *command.Call) (*command.Answer, error) {
	r := store.Request{
		Kind: store.LookRequest, Asker: c.Person.ID, Words: c.Text("客户"), Why: c.Text("理由"), At: c.Now, Lapses: c.Now.Add(openTime),
	}
	if err := readable(r); err != nil {
		return nil, err
	}
	found, err := command.NamedBy(ctx, c.Tx, r.Words, r.Why)
	if err != nil {
		return nil, err
	}
	r.Customer = meant(found)
	if err := h.needed(ctx, c, r, found); err != nil {
		return nil, err
	}
	if err := h.fresh(ctx, c, r); err != nil {
		return nil, err
	}
	if r.Code, err = c.Tx.Requests().NewCode(ctx); err != nil {
		return nil, err
	}
	if err := c.Tx.Requests().Add(ctx, r); err != nil {
		return nil, err
	}
	return h.asked(ctx, c, r)
}

func (h Handler) asked(ctx context.Context, c *command.Call, r store.Request) (*command.Answer, error) {
	d, err := h.deciders(ctx, c.Tx, c.Clock(), c.Clock())
	if err != nil {
		return nil, err
	}
	request, err := h.request(ctx, c.Tx, r)
	if err != nil {
		return nil, err
	}
	if err := record(ctx, c, r, r.Why); err != nil {
		return nil, err
	}
	a := command.Card(h.receipt(r, d))
	a.Recorded, a.Undo, a.Reply.About = true, r.Code, askedBy(r)
	a.Notices = append(audience.Same("approval/asked/"+r.Code, audience.But(d.all(), c.Person.ID), request), h.vacancy(d, c.Now)...)
	return a, nil
}

// readable refuses what says nothing, or too much for a card.
func readable(r store.Request) error {
	problem := ""
	switch {
	case !text.HasWords(r.Words):
		problem = "客户名称不能是空的。"
	case utf8.RuneCountInString(r.Words) > maxWords:
		problem = command.TooLong("客户名称", r.Words, maxWords) + "。"
	case !text.HasWords(r.Why):
		problem = "理由不能是空的。"
	case utf8.RuneCountInString(r.Why) > maxWhy:
		problem = command.TooLong("理由", r.Why, maxWhy) + "。"
	default:
		return nil
	}
	return &command.Refusal{Text: problem, Hint: "申请查阅 南湖酒店 周五去布展，需要联系人"}
}

// needed refuses what can be read without asking: of all who may be named, those
// whom the asker can read already, so that the others make no difference.
func (h Handler) needed(ctx context.Context, c *command.Call, r store.Request, found []command.Named) error {
	if c.Policy.Access(c.Person, store.Customer{}, store.Grant{}, c.Now).Read() {
		return &command.Refusal{Text: "你的岗位可以直接查客户档案，不用申请。", Hint: "客户 " + r.Words, Clause: "档-4"}
	}
	for _, k := range everybody(found) {
		g, err := c.Tx.Grants().For(ctx, c.Person.ID, k.ID, c.Now, c.Clock())
		if err != nil {
			return err
		}
		access := c.Policy.Access(c.Person, k, g, c.Now)
		if !access.Read() {
			continue
		}
		until := ""
		if access.Basis == store.ByGrant {
			until = "（授权 " + g.ID + "，到 " + h.at(g.Until) + "）"
		}
		return &command.Refusal{Text: "这个客户你现在就可以查" + until + "，不用再申请。", Hint: "客户 " + k.ID, Clause: access.Clause}
	}
	return nil
}

// everybody is all who may be named.
func everybody(found []command.Named) (list []store.Customer) {
	for _, n := range found {
		list = append(list, n.Customers...)
	}
	return list
}

// fresh refuses the same request again, and too many. What counts as the same
// is the first word of the customer, as typed.
func (h Handler) fresh(ctx context.Context, c *command.Call, r store.Request) error {
	open, err := h.openOf(ctx, c)
	if err != nil {
		return err
	}
	for _, old := range open {
		if strings.EqualFold(text.Fold(old.Words).Text, text.Fold(r.Words).Text) {
			return &command.Refusal{
				Text: "同一个客户你已经申请过，还在等批准，编号：" + old.Code + "。最迟 " + h.at(old.Lapses) + "。",
				Hint: "要换理由，先发：撤回申请 " + old.Code,
			}
		}
	}
	if len(open) >= maxOpen {
		return &command.Refusal{Text: fmt.Sprintf("你已经有 %d 个申请在等批准，请等答复，或撤回不要的。", len(open)), Hint: "查阅申请"}
	}
	return nil
}

func (h Handler) undoAsk(ctx context.Context, c *command.Call, ref string) (string, error) {
	ended, err := c.Tx.Requests().Decide(ctx, store.Request{Code: ref, State: store.RequestWithdrawn, By: c.Person.ID, Decided: c.Now})
	if err == nil && !ended {
		err = &command.Refusal{Text: "申请 " + ref + " 已经有了结果，不能撤销。", Hint: "查阅申请 " + ref, Clause: clause}
	}
	return "查阅申请 " + ref, err
}

// withdraw takes a request back; whoever was asked hears it.
func (h Handler) withdraw(ctx context.Context, c *command.Call) (*command.Answer, error) {
	r, err := h.requests().Only(ctx, c, "编号", func(r store.Request) bool { return r.Asker == c.Person.ID }, h.openOf)
	if err != nil {
		return nil, err
	}
	if err := h.stillOpen(ctx, c, r); err != nil {
		return nil, err
	}
	r.State, r.By, r.Decided = store.RequestWithdrawn, c.Person.ID, c.Now
	if err := h.end(ctx, c, r); err != nil {
		return nil, err
	}
	d, err := h.deciders(ctx, c.Tx, c.Clock(), c.Clock())
	if err != nil {
		return nil, err
	}
	a := command.Text("已撤回查阅申请 " + r.Code + "。")
	a.Subject = "request/" + r.Code
	if a.Notices, err = h.used(ctx, c, r, d, "撤回"); err != nil {
		return nil, err
	}
	a.Notices = append(a.Notices, audience.Same("approval/withdrawn/"+r.Code, audience.But(d.all(), c.Person.ID),
		chat.Message{Text: words.WithPost(c.Person) + "撤回了查阅申请 " + r.Code + "，不用再批。"})...)
	return a, nil
}
