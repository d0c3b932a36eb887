package approval

import (
	"context"
	"strings"
	"unicode/utf8"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/vault"
)

func (h Handler) decideCommands() []command.Spec {
	number := command.Arg{Name: "编号", Kind: command.Number, Optional: true} // needless where one waits
	return []command.Spec{
		{
			Name: "批准", Aliases: []string{"pz"}, Summary: "批准一个查阅申请，不写时长是 24 小时，最长 7 天；客户不明确时写上客户", Of: "A",
			Said: []string{"同意", "通过", "审批", "审批通过", "准了", "怎么审批", "approve"},
			Args: []command.Arg{
				number,
				{Name: "时长", Kind: command.Length, Optional: true},
				{Name: "客户", Kind: command.Customer, For: command.ToName, Optional: true},
			},
			Examples: []string{"批准 A12", "批准 A12 3天", "批准 A12 南湖酒店 24小时"},
			Who:      rulebook.DecideLooks, Private: true, Settles: true, Clause: clause, Run: h.approve,
		},
		{
			Name: "驳回", Aliases: []string{"bh"}, Summary: "不批准一个查阅申请，理由会转告申请人", Of: "A",
			Said: []string{"拒绝", "不同意", "不批准", "不通过", "退回", "reject"},
			Args: []command.Arg{
				number,
				{Name: "理由", Kind: command.Free, Optional: true},
			},
			Examples: []string{"驳回 A12", "驳回 A12 这次不需要看档案"},
			Who:      rulebook.DecideLooks, Private: true, Settles: true, Clause: clause, Run: h.reject,
		},
		{
			Name: "收回查阅", Aliases: []string{"shcy"}, Summary: "提前结束一个查阅授权",
			Said:     []string{"取消查阅", "停止查阅", "收回…查阅", "收回权限"},
			Args:     []command.Arg{number},
			Examples: []string{"收回查阅 A12", "收回查阅"},
			Who:      rulebook.DecideLooks, Private: true, Clause: clause, Run: h.revoke,
		},
	}
}

// approve lets the asker read one customer's file for a time. Exactly one
// answer counts: the state of the request is changed only where it is open.
func (h Handler) approve(ctx context.Context, c *command.Call) (*command.Answer, error) {
	r, d, err := h.decidable(ctx, c)
	if err != nil {
		return nil, err
	}
	asker, found, err := c.Tx.People().ByID(ctx, r.Asker)
	if err != nil {
		return nil, err
	}
	if !found || !asker.Active() {
		return nil, &command.Refusal{Text: "申请人" + asker.Name + "已经停用，不能批准。", Hint: "驳回 " + r.Code, Clause: clause}
	}
	r.Length = usualLength
	if c.Has("时长") {
		r.Length = c.Length("时长")
	}
	if r.Length > mostLength {
		return nil, &command.Refusal{Text: "最长 7 天，到期可以再申请。", Hint: "批准 " + r.Code + " 7天", Clause: clause}
	}
	if r.Customer, err = h.whose(ctx, c, r); err != nil {
		return nil, err
	}
	if err := h.stillNeeded(ctx, c, r, asker); err != nil {
		return nil, err
	}
	r.State, r.By, r.Decided = store.RequestApproved, c.Person.ID, c.Now
	if err := h.end(ctx, c, r); err != nil {
		return nil, err
	}
	g := store.Grant{ID: r.Code, Person: r.Asker, Customer: r.Customer, By: c.Person.ID, From: c.Now, Until: c.Now.Add(r.Length)}
	if err := c.Tx.Grants().Add(ctx, g); err != nil {
		return nil, err
	}
	return h.approved(ctx, c, r, g, asker, d)
}

// stillNeeded refuses to approve what the asker may read meanwhile.
func (h Handler) stillNeeded(ctx context.Context, c *command.Call, r store.Request, asker store.Person) error {
	k, found, err := vault.In(c.Tx).Sound(ctx, r.Customer)
	if err != nil || !found || !c.Policy.Access(asker, k, store.Grant{}, c.Now).Read() {
		return err
	}
	return &command.Refusal{
		Text: words.WithPost(asker) + "现在就可以查这个客户，不用批准。", Hint: "驳回 " + r.Code + " 现在可以直接查", Clause: "档-4",
	}
}

func (h Handler) approved(ctx context.Context, c *command.Call, r store.Request, g store.Grant, asker store.Person, d deciders) (*command.Answer, error) {
	if err := record(ctx, c, r, r.Why); err != nil {
		return nil, err
	}
	name, err := named(ctx, c.Tx, g.Customer)
	if err != nil {
		return nil, err
	}
	told := h.grantedCard(g, name, c.Person)
	a := command.Card(h.approvedCard(g, name, asker))
	a.Recorded, a.Reply.About = true, given(g)
	a.Notices, err = h.told(ctx, c, r, d, told, "批准")
	return a, err
}

// told is who hears how a request ended: the asker, and those who might decide too.
func (h Handler) told(ctx context.Context, c *command.Call, r store.Request, d deciders, card chat.Card, how string) ([]chat.Notice, error) {
	used, err := h.used(ctx, c, r, d, how)
	answer := chat.Notice{Key: "approval/answer/" + r.Code + "/" + r.Asker, To: r.Asker, Message: chat.Message{Card: &card}}
	return append(append(used, answer), h.others(c, r, d, how)...), err
}

// others tells those who might decide too that it is done.
func (h Handler) others(c *command.Call, r store.Request, d deciders, how string) []chat.Notice {
	text := words.WithPost(c.Person) + "已" + how + "查阅申请 " + r.Code + "。"
	return audience.Same("approval/decided/"+r.Code, audience.But(d.all(), c.Person.ID), chat.Message{Text: text})
}

func (h Handler) reject(ctx context.Context, c *command.Call) (*command.Answer, error) {
	r, d, err := h.decidable(ctx, c)
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(c.Text("理由")) > maxWhy {
		return nil, &command.Refusal{Text: command.TooLong("理由", c.Text("理由"), maxWhy) + "。", Hint: "驳回 " + r.Code + " 这次不需要看档案"}
	}
	r.State, r.By, r.Decided, r.Reason = store.RequestRejected, c.Person.ID, c.Now, c.Text("理由")
	if err := h.end(ctx, c, r); err != nil {
		return nil, err
	}
	if err := record(ctx, c, r, r.Reason); err != nil {
		return nil, err
	}
	a := command.Text("已驳回 " + r.Code + "，已告诉申请人。")
	a.Recorded = true
	a.Notices, err = h.told(ctx, c, r, d, rejectedCard(r, c.Person), "驳回")
	return a, err
}

// decidable is the request that is to be decided, where the caller may and it
// still can be. Whoever may not decide learns nothing of it.
func (h Handler) decidable(ctx context.Context, c *command.Call) (store.Request, deciders, error) {
	d, err := h.mayDecide(ctx, c)
	if err != nil {
		return store.Request{}, d, err
	}
	r, err := h.requests().Only(ctx, c, "编号", nil, h.decidableBy)
	switch {
	case err != nil:
		return r, d, err
	case r.Asker == c.Person.ID:
		return r, d, &command.Refusal{
			Text: "不能批自己的申请，请由别人决定。", Hint: "请总经理处理 " + r.Code, Clause: clause,
			Denied: true, Look: ledger.Look{Customer: r.Customer},
		}
	}
	return r, d, h.stillOpen(ctx, c, r)
}

// mayDecide refuses whoever is neither general manager, nor stands in for one,
// nor has been delegated to for today.
func (h Handler) mayDecide(ctx context.Context, c *command.Call) (deciders, error) {
	d, err := h.deciders(ctx, c.Tx, c.Now, c.Clock())
	if err != nil || d.has(c.Person.ID) && d.had(c.Person) {
		return d, err
	}
	text := "只有总经理可以批准或驳回查阅申请；" + string(c.Person.Post) + "要由总经理授权。"
	return d, &command.Refusal{Text: text, Hint: "请总经理发：授权 " + c.Person.Name + " 起止", Clause: clause, Denied: true}
}

// stillOpen refuses what was decided, taken back or has lapsed, and says by
// whom and when, and what holds of it.
func (h Handler) stillOpen(ctx context.Context, c *command.Call, r store.Request) error {
	ended, err := h.requests().Happened(ctx, c, r.Code, r)
	if err != nil || ended == "" {
		return err
	}
	g, approved, err := c.Tx.Grants().ByID(ctx, r.Code)
	holds := approved && c.Now.Before(g.Until)
	switch {
	case err != nil:
		return err
	case holds:
		ended += "，有效至 " + h.at(g.Until)
	case approved:
		ended += "，授权已于 " + h.at(g.Until) + " 结束"
	}
	return &command.Refusal{Text: ended + "，不能再改。", Hint: instead(c, r, holds), Clause: clause}
}

// instead is what can be done about a request that has ended, whose grant holds or not.
func instead(c *command.Call, r store.Request, holds bool) string {
	switch {
	case holds && r.Asker != c.Person.ID:
		return "要提前结束授权：收回查阅 " + r.Code
	case r.Asker == c.Person.ID:
		return "查阅申请 " + r.Code
	}
	return "需要的话请对方重新申请：申请查阅 客户 理由"
}

// end changes an open request; somebody else may have been faster.
func (h Handler) end(ctx context.Context, c *command.Call, r store.Request) error {
	ended, err := c.Tx.Requests().Decide(ctx, r)
	if err != nil || ended {
		return err
	}
	now, _, err := c.Tx.Requests().ByCode(ctx, r.Code)
	if err != nil {
		return err
	}
	now.Lapses = c.Now // it has ended, whatever it says
	return h.stillOpen(ctx, c, now)
}

// whose is the customer that is approved: the one that was asked for, or where
// that was not clear, the one that the decider names.
func (h Handler) whose(ctx context.Context, c *command.Call, r store.Request) (string, error) {
	words := strings.TrimSpace(c.Text("客户"))
	switch {
	case words == "" && r.Customer != "":
		return r.Customer, nil
	case words == "":
		return "", h.which(ctx, c, r)
	}
	found, err := command.NamedBy(ctx, c.Tx, words, "")
	id := meant(found)
	switch {
	case err != nil:
		return "", err
	case id != "" && r.Customer != "" && id != r.Customer:
		return "", &command.Refusal{Text: r.Code + " 申请的不是这个客户，批准只限申请的那一个。", Hint: "请对方重新申请：申请查阅 客户 理由", Clause: clause}
	case id == "":
		return "", h.unclear(ctx, c, r, words)
	}
	return id, nil
}

// which asks whom a request is about that was not clear, with those who may be.
func (h Handler) which(ctx context.Context, c *command.Call, r store.Request) error {
	near, err := candidates(ctx, c.Tx, r.Words)
	if err != nil {
		return err
	}
	q := &command.Question{Line: h.line(c, r), Prompt: "申请 " + r.Code + " 写的客户是" + text.Quote(r.Words) + "，不能确定是哪一个。"}
	for _, k := range near {
		q.Prompt += "可能是 " + k.ID + " " + k.Name + "；"
		q.Choices = append(q.Choices, k.ID)
	}
	q.Prompt += "批准查哪个客户？写全名或编号。"
	return q
}

// line is the call's with the number of its request, which may not have been typed.
func (h Handler) line(c *command.Call, r store.Request) string {
	if c.Has("编号") {
		return c.Line
	}
	return strings.TrimSpace(c.Spec.Name + " " + r.Code + " " + c.Rest)
}

// unclear refuses a name that is not one customer's, with those that are near.
func (h Handler) unclear(ctx context.Context, c *command.Call, r store.Request, words string) error {
	near, err := candidates(ctx, c.Tx, words)
	if err != nil {
		return err
	}
	no := &command.Refusal{Text: "不能确定" + text.Quote(words) + "是哪个客户。", Hint: "批准 " + r.Code + " 客户全名或编号", Clause: clause}
	for _, k := range near {
		no.Text += "\n" + k.ID + " " + k.Name
		no.Buttons = append(no.Buttons, approveButton(r, k, c.Length("时长")))
	}
	return no
}
