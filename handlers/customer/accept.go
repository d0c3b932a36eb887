package customer

import (
	"context"
	"slices"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/vault"
)

// newFile is what 客户= says when a lead is to begin a file.
const newFile = "新建"

// leadFields are the fields that the words of a lead may go into as they are.
var leadFields = []string{"地址", "行业", "特征", "业务状况"}

// leadNamed finds out whom a lead is about, where its words name a customer
// exactly. A name may hold blanks: then it has taken the beginning of the text.
func (h Handler) leadNamed(ctx context.Context, c *command.Call, l *store.Lead) error {
	list, err := command.NamedBy(ctx, c.Tx, l.Words, l.Text)
	for _, n := range list {
		if known, one := n.One(); one && text.HasWords(n.Rest) {
			l.Customer, l.Words, l.Text = known.ID, n.Words, n.Rest
			return nil
		}
	}
	return err
}

// acceptLead is 采纳: the words go into the file as a fact with its giver and
// source, or begin a new file after a confirmation.
func (h Handler) acceptLead(ctx context.Context, c *command.Call) (*command.Answer, error) {
	l, err := h.openLead(ctx, c)
	if err != nil {
		return nil, err
	}
	if l.Words == store.Unreadable || l.Text == store.Unreadable {
		return nil, &command.Refusal{Text: "线索 " + l.Code + " 的内容损坏，打不开，不能采纳。", Hint: "不采纳 " + l.Code + " 内容打不开，请再提供一次", Private: true}
	}
	given := c.Labels("归入")
	field, err := leadField(l, given[labelField])
	if err != nil {
		return nil, err
	}
	target, found, err := h.leadTarget(ctx, c, l, given[labelCustomer])
	if err == nil && found {
		err = c.Overtaken(target.Created)
	}
	if err != nil {
		return nil, err
	}
	if version := command.VersionOf(l.Code, field); !found && !c.Confirms(version) {
		return previewFile(l, field).Preview(version), nil
	}
	if !found {
		if target, err = h.beginFile(ctx, c, l); err != nil {
			return nil, err
		}
	}
	return h.intoFile(ctx, c, l, target, field)
}

// leadField is the field that the words go into: one of their own, unless the
// judge names another.
func leadField(l store.Lead, given string) (string, error) {
	switch {
	case given == "":
		return "线索 " + l.Code, nil
	case slices.Contains(leadFields, given):
		return given, nil
	}
	return "", &command.Refusal{
		Text: "线索的原话只能记入：" + strings.Join(leadFields, "、") + "。其他字段请采纳之后用 改客户 填写。", Hint: "采纳 " + l.Code + " 字段=业务状况",
	}
}

// leadTarget is the customer whose file the lead goes into; false when it is
// to begin one. Where it is not clear it refuses, and offers what is alike.
func (h Handler) leadTarget(ctx context.Context, c *command.Call, l store.Lead, given string) (store.Customer, bool, error) {
	name := l.Words
	switch {
	case given == newFile:
		_, found, err := command.ExactlyNamed(ctx, c.Tx, l.Words)
		if err == nil && found {
			err = &command.Refusal{Text: text.Quote(l.Words) + "已有档案。", Hint: "采纳 " + l.Code}
		}
		return store.Customer{}, false, err
	case given != "":
		name = given
	case l.Customer != "":
		return vault.In(c.Tx).Customer(ctx, l.Customer)
	}
	known, found, err := command.ExactlyNamed(ctx, c.Tx, name)
	if err != nil || found {
		return known, found, err
	}
	near, err := mayMean(ctx, c.Tx, name)
	if err != nil || len(near) == 0 && given == "" {
		return store.Customer{}, false, err
	}
	if !h.reads(c.Person) {
		near = nil
	}
	return store.Customer{}, false, alikeRefusal(l, name, near)
}

// mayMean are the customers that a lead may be about: those of a name like it
// first, then those that are found by it.
func mayMean(ctx context.Context, tx *store.Tx, name string) ([]store.Customer, error) {
	list, err := alike(ctx, tx, name)
	if err != nil {
		return nil, err
	}
	hits, err := command.Near(ctx, tx, name, leadsShown)
	for _, hit := range hits {
		if !slices.ContainsFunc(list, func(one store.Customer) bool { return one.ID == hit.Customer.ID }) {
			list = append(list, hit.Customer)
		}
	}
	return list[:min(len(list), leadsShown)], err
}

// alikeRefusal offers the customers that a lead may mean.
func alikeRefusal(l store.Lead, name string, near []store.Customer) error {
	no := &command.Refusal{Text: "没有正好叫" + text.Quote(name) + "的客户。", Hint: "采纳 " + l.Code + " 客户=名称或编号"}
	for _, one := range near {
		no.Buttons = append(no.Buttons, chat.Button{Label: one.Name, Command: "采纳 " + l.Code + " 客户=" + one.ID})
	}
	if len(near) > 0 {
		no.Text += "是不是下面的哪一个？都不是就新建。"
	}
	no.Buttons = append(no.Buttons, chat.Button{Label: "新建档案", Command: "采纳 " + l.Code + " 客户=" + newFile})
	return no
}

// previewFile asks before a lead begins a file.
func previewFile(l store.Lead, field string) *command.Answer {
	a := confidentialCard(chat.Card{
		Title: "采纳线索 " + l.Code + "，新建客户档案",
		Blocks: []chat.Block{
			{Facts: []chat.Fact{{Label: "名称", Value: l.Words}, {Label: field, Value: l.Text}}},
			{Note: "还没有这个客户的档案。确认后建立，先没有负责人；名称以后可以改。"},
		},
	}, "线索 "+l.Code+" 等你确认。", "lead/"+l.Code)
	return a
}

// beginFile makes a file of what the giver called the customer.
func (h Handler) beginFile(ctx context.Context, c *command.Call, l store.Lead) (store.Customer, error) {
	if err := nameRule(l.Words); err != nil {
		return store.Customer{}, &command.Refusal{Text: problem(err).Text + "。", Hint: "新客户 名称"}
	}
	id, err := vault.In(c.Tx).NewCode(ctx)
	if err != nil {
		return store.Customer{}, err
	}
	begun := store.Customer{ID: id, Name: l.Words, Stage: h.firstStage(), Created: c.Now, Author: l.Giver}
	if err := vault.In(c.Tx).Add(ctx, begun); err != nil {
		return store.Customer{}, err
	}
	return begun, vault.Search(c.Tx).AddName(ctx, vault.Name{
		ID: c.Tx.NewID(c.Now), Customer: id, Name: l.Words, Kind: vault.FullName, Since: c.Now,
	})
}

// intoFile enters a lead into a file and ends it.
func (h Handler) intoFile(ctx context.Context, c *command.Call, l store.Lead, target store.Customer, field string) (*command.Answer, error) {
	access := h.Config.Policy().Access(c.Person, target, store.Grant{}, c.Now)
	if !access.Write {
		return nil, &command.Refusal{
			Text: "你不能写客户档案，请由市场总监判断。", Clause: access.Clause, Denied: true, Look: ledger.Look{Customer: target.ID},
		}
	}
	if err := overtaken(ctx, c, target.ID, "", field); err != nil {
		return nil, err
	}
	source := "线索 " + l.Code + "，" + store.DayOf(l.At.In(h.Rules.Zone)).String() + " 提供"
	if l.Source != "" {
		source += "：" + l.Source
	}
	l.Customer = target.ID
	if err := h.decide(ctx, c, &l, store.LeadAccepted); err != nil {
		return nil, err
	}
	err := vault.In(c.Tx).PutFact(ctx, vault.Fact{
		ID: c.Tx.NewID(c.Now), Customer: target.ID, Field: field, Value: l.Text, Source: source,
		Author: l.Giver, At: c.Now, Checked: c.Now, CheckedBy: c.Person.ID,
	})
	if err != nil {
		return nil, err
	}
	a := confidentialCard(chat.Card{
		Title: "已采纳线索 " + l.Code, Tone: chat.Good,
		Blocks:  []chat.Block{{Text: "记入 " + target.Name + "（" + target.ID + "）的档案，写在「" + field + "」，提供人和来源都保留。"}},
		Buttons: []chat.Button{{Label: "看 " + target.Name, Command: "客户 " + target.ID}},
	}, "线索 "+l.Code+" 已采纳。", "lead/"+l.Code+"/"+target.ID)
	a.Notices, err = h.tellDecided(ctx, c, l, "采纳", "线索 "+l.Code+" 已采纳，谢谢。")
	return a, err
}
