package customer

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/vault"
)

// enter is 新客户: a file of its own for a company that has none. Its code comes
// before names are compared: whoever enters another at the same time waits for
// it, and then finds this one. Only what is merely asked takes no code.
func (h Handler) enter(ctx context.Context, c *command.Call) (*command.Answer, error) {
	values := c.Fields("字段")
	name, former := withoutFormer(text.Line(c.Text("名称")), values[fieldFormer])
	if former != values[fieldFormer] {
		values = maps.Clone(values)
		if values == nil {
			values = map[string]string{}
		}
		values[fieldFormer] = former
	}
	if err := h.enterable(c, name, values); err != nil {
		return nil, err
	}
	owner, err := h.ownerOf(ctx, c, values[fieldOwner])
	if err != nil {
		return nil, err
	}
	names := append([]string{name}, namesIn(values[fieldFormer])...)
	near, err := alike(ctx, c.Tx, names...)
	if err != nil {
		return nil, err
	}
	if version := alikeVersion(near); len(near) > 0 && !c.Confirms(version) {
		if err := h.unknown(ctx, c, "", names...); err != nil { // there is nothing to ask
			return nil, err
		}
		return h.whetherAlike(ctx, c, name, near, version)
	}
	id, err := vault.In(c.Tx).NewCode(ctx)
	if err != nil {
		return nil, err
	}
	if err := h.unknown(ctx, c, "", names...); err != nil {
		return nil, err
	}
	stage := values[fieldStage]
	if stage == "" {
		stage = h.firstStage()
	}
	customer := store.Customer{ID: id, Name: name, Owner: owner.ID, Stage: stage, Created: c.Now, Author: c.Person.ID}
	if err := h.newFile(ctx, c, customer, values); err != nil {
		return nil, err
	}
	return h.entered(c, customer, owner, values), nil
}

// newFile keeps a new customer with what is known of it.
func (h Handler) newFile(ctx context.Context, c *command.Call, customer store.Customer, values map[string]string) error {
	if err := vault.In(c.Tx).Add(ctx, customer); err != nil {
		return err
	}
	if err := addName(ctx, c, customer.ID, customer.Name, vault.FullName); err != nil {
		return err
	}
	w := h.writer(c, customer.ID)
	w.source = values[fieldSource]
	return w.putAll(ctx, h.companyFields(), values)
}

// firstStage is the stage of a new file; none where the settings know none.
func (h Handler) firstStage() string {
	if len(h.Config.Stages) == 0 {
		return ""
	}
	return h.Config.Stages[0]
}

// enterable refuses what cannot be a new customer.
func (h Handler) enterable(c *command.Call, name string, values map[string]string) error {
	if err := nameNeeded(c, name, "客户的名称", "新客户 东莞市晨星机械有限公司 地址=… 电话=…", h.enterKeys()); err != nil {
		return err
	}
	if err := nameRule(name); err != nil {
		return err
	}
	if reading.IsCustomerCode(name) {
		return wrongSo("新客户 东莞市晨星机械有限公司", "%s像一个编号，不能作名称", text.Quote(name))
	}
	if stage := values[fieldStage]; stage != "" {
		if err := h.stageRule(stage); err != nil {
			return err
		}
	}
	return checkFields(h.companyFields(), values, companyRule)
}

// unknown refuses names that another customer than self has. It
// says whose that is, and nothing else (档-7).
func (h Handler) unknown(ctx context.Context, c *command.Call, self string, names ...string) error {
	for _, name := range names {
		similar, err := same(ctx, c.Tx, name)
		if err != nil {
			return err
		}
		for _, one := range similar {
			if one.ID == self {
				continue
			}
			c.Meets(name, one)
			owner, err := command.OwnerName(ctx, c.Tx, one)
			if err != nil {
				return err
			}
			no := &command.Refusal{
				Text: "已有档案，负责人 " + owner + "。", Hint: "有新情况：提供线索 客户 内容…", Clause: "档-7",
				Look: ledger.Look{Customer: one.ID},
			}
			if access, err := c.Access(ctx, one); err != nil || access.Write {
				no.Hint, no.Buttons = theWay(one)
				return cmp.Or(err, error(no))
			}
			return no
		}
	}
	return nil
}

// theWay leads whoever may write into a customer's file there.
func theWay(k store.Customer) (hint string, buttons []chat.Button) {
	return "看档案：客户 " + k.ID + "；记进展：跟进 " + k.ID + " 进展…",
		[]chat.Button{{Label: "看档案", Command: "客户 " + k.ID, Primary: true}, {Label: "跟进", Command: "跟进 " + k.ID}}
}

// ownerOf is whose the new customer will be: the salesperson's own; heads may
// name somebody.
func (h Handler) ownerOf(ctx context.Context, c *command.Call, name string) (store.Person, error) {
	if name == "" {
		return c.Person, nil
	}
	p, found, err := c.Tx.People().Named(ctx, strings.TrimLeft(name, "@＠"))
	if err != nil {
		return p, err
	}
	if found && p.ID == c.Person.ID {
		return p, nil
	}
	if !rulebook.Allows(rulebook.MoveCustomers, c.Person) {
		return p, &command.Refusal{
			Text: "只有" + rulebook.Holders(rulebook.MoveCustomers) + "可以把客户交给别人，你建的客户由你负责。", Hint: "去掉 负责人=… 再发一次",
			Clause: rulebook.ClauseOf(rulebook.MoveCustomers), Denied: true,
		}
	}
	if !found {
		return p, &command.Refusal{Text: "没有叫" + text.Quote(name) + "的在册人员。", Hint: "人员"}
	}
	return p, h.owns(ctx, c, p, "负责人=")
}

// mayOwn reports whether a person can have customers.
func (h Handler) mayOwn(p store.Person) bool {
	return rulebook.Allows(rulebook.EnterCustomers, p) && h.reads(p)
}

// ownersNamed is how many who can have customers a refusal names.
const ownersNamed = 5

// owns refuses who cannot have customers or will be gone, and says who can; line is
// what to type before one of them.
func (h Handler) owns(ctx context.Context, c *command.Call, p store.Person, line string) error {
	no := &command.Refusal{Text: fmt.Sprintf("%s是%s，不能负责客户。", p.Name, p.Post), Hint: "人员", Clause: "档-4"}
	switch {
	case p.InNotice():
		no.Text, no.Clause = words.Leaving(p, h.Rules.Day(p.Ends), h.Rules.Day(c.Now))+"，接不了客户。", "2-7"
	case h.mayOwn(p):
		return nil
	}
	people, err := c.Tx.People().Active(ctx)
	if err != nil {
		return err
	}
	var names []string
	for _, one := range people {
		if h.mayOwn(one) && !one.InNotice() {
			names = append(names, one.Name)
		}
	}
	if len(names) > 0 {
		no.Text += "可以负责的是：" + words.Names(names, ownersNamed) + "。"
		no.Hint = line + names[0]
	}
	return no
}

// checks reports whether a person collates the files.
func checks(p store.Person) bool { return rulebook.Allows(rulebook.MoveCustomers, p) }

// entered answers a new customer, with what was understood.
func (h Handler) entered(c *command.Call, customer store.Customer, owner store.Person, values map[string]string) *command.Answer {
	facts := []chat.Fact{
		{Label: "编号", Value: customer.ID}, {Label: fieldName, Value: customer.Name}, {Label: fieldOwner, Value: owner.Name}, {Label: fieldStage, Value: orNone(customer.Stage)},
	}
	for _, field := range h.companyFields() {
		if value := values[field]; value != "" {
			facts = append(facts, chat.Fact{Label: field, Value: shown(field, value, false, false)})
		}
	}
	card := chat.Card{Title: "已建档 · " + customer.Name, Tone: chat.Good, Blocks: []chat.Block{{Facts: facts}}}
	if !checks(c.Person) {
		card.Blocks = append(card.Blocks, chat.Block{Note: "已经生效，记为待核，由" + string(h.keeper()) + "核对（档-7）。"})
	}
	card.Blocks = append(card.Blocks, chat.Block{Note: "接着加联系人：联系人 " + customer.ID + " 姓名 职务=… 电话=…"})
	card.Buttons = []chat.Button{{Label: "看档案", Command: "客户 " + customer.ID}, {Label: "记跟进", Command: "跟进 " + customer.ID}}
	a := confidentialCard(card, summary(customer, owner.Name), subject(customer.ID))
	if owner.ID != c.Person.ID {
		a.Notices = []chat.Notice{told(c, owner, customer, c.Person.Name+"建了客户档案，由你负责。")}
	}
	return a
}

// told is a notice about a customer that says no more than name and stage.
func told(c *command.Call, to store.Person, customer store.Customer, text string) chat.Notice {
	return chat.Notice{
		Key: "customer/" + customer.ID + "/" + c.Event.Platform() + "/" + c.Event.ID + "/" + to.ID, To: to.ID,
		Message: chat.Message{Secrecy: chat.Secrecy{Confidential: true, Summary: customer.ID + " " + customer.Name + "：" + text}, Card: &chat.Card{
			Title:   customer.Name,
			Blocks:  []chat.Block{{Text: fmt.Sprintf("%s\n%s · %s · 阶段 %s", text, customer.ID, customer.Name, orNone(customer.Stage))}},
			Buttons: []chat.Button{{Label: "看档案", Command: "客户 " + customer.ID, Primary: true}},
		}},
	}
}
