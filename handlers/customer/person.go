package customer

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/store/vault"
)

// person is 联系人: somebody new at a customer's, or more about who is known.
func (h Handler) person(ctx context.Context, c *command.Call) (*command.Answer, error) {
	r, err := c.Customer(ctx, "客户")
	if err != nil {
		return nil, err
	}
	name, values := text.Line(c.Text("姓名")), c.Fields("字段")
	if err := personable(c, name, values); err != nil {
		return nil, err
	}
	file, notices, err := h.open(ctx, c, r, values[fieldReason])
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(file.People, func(p vault.Person) bool { return sameName(p.Name, name) })
	var a *command.Answer
	switch {
	case i < 0:
		a, err = h.addPerson(ctx, c, r, file, name, values)
	case len(values) == 0:
		a, err = h.fileAnswer(ctx, c, r, file, nothing)
	default:
		a, err = h.changePerson(ctx, c, r, file, file.People[i], values)
	}
	if err != nil {
		return nil, err
	}
	a.Notices = notices
	return a, nil
}

// personable refuses what cannot be a person at a customer's.
func personable(c *command.Call, name string, values map[string]string) error {
	if err := nameNeeded(c, name, "联系人的姓名", "联系人 客户 李明 职务=… 电话=…", personKeys()); err != nil {
		return err
	}
	if err := personNameRule(name); err != nil {
		return err
	}
	if renamed, given := values[vault.NameField]; given && renamed == "" {
		return &command.Refusal{Text: "姓名不能是空的。", Hint: "删除联系人 客户 姓名 理由", Clause: "档-1"}
	}
	return checkFields(personKeys(), values, personRule)
}

func (h Handler) personWriter(c *command.Call, customer, person string, values map[string]string) *writer {
	w := h.writer(c, customer)
	w.person, w.source, w.why = person, values[fieldSource], values[fieldReason]
	return w
}

func (h Handler) addPerson(ctx context.Context, c *command.Call, r command.Meant, file vault.File, name string, values map[string]string) (*command.Answer, error) {
	w := h.personWriter(c, r.ID, c.Tx.NewID(c.Now), values)
	if err := vault.In(c.Tx).AddPerson(ctx, vault.Person{
		ID: w.person, Customer: r.ID, Name: name, Source: w.source, Created: c.Now, Author: c.Person.ID, Checked: w.checked, CheckedBy: w.checker,
	}); err != nil {
		return nil, err
	}
	given := maps.Clone(values)
	delete(given, vault.NameField)
	if err := w.putAll(ctx, personFields, given); err != nil {
		return nil, err
	}
	facts := append([]chat.Fact{{Label: "新联系人", Value: name}}, changes(nil, personFields, given, true)...)
	a, err := h.changed(ctx, c, r, file.Trace, facts, true)
	if err != nil {
		return nil, err
	}
	a.Undo = undoRef{customer: r.ID, person: w.person, stages: h.noStages()}.String()
	return a, nil
}

func (h Handler) changePerson(
	ctx context.Context, c *command.Call, r command.Meant, file vault.File, p vault.Person, values map[string]string,
) (*command.Answer, error) {
	w := h.personWriter(c, r.ID, p.ID, values)
	w.old = p.Facts
	if err := w.putAll(ctx, personFields, values); err != nil {
		return nil, err
	}
	facts := changes(p.Facts, personFields, values, true)
	if len(facts) == 0 {
		return nil, &command.Refusal{Text: "和档案里的一样，没有要改的。", Hint: "客户 " + r.ID, Clause: "档-8"}
	}
	facts = append([]chat.Fact{{Label: "联系人", Value: p.Name}}, facts...)
	a, err := h.changed(ctx, c, r, file.Trace, facts, true)
	if err != nil {
		return nil, err
	}
	a.Undo = undoRef{customer: r.ID, facts: w.ids, stages: h.noStages()}.String()
	return a, nil
}

// undoPerson takes a new person out again, or puts back what was changed.
func (h Handler) undoPerson(ctx context.Context, c *command.Call, ref string) (string, error) {
	u, err := readUndo(ref)
	if err != nil {
		return "", err
	}
	if u.person == "" {
		return h.undoChange(ctx, c, ref)
	}
	r, err := c.CustomerIn(ctx, u.customer, command.ToChange)
	if err != nil {
		return "", err
	}
	file, err := vault.In(c.Tx).Open(ctx, r.Access, c.Look(r, ""))
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(file.People, func(p vault.Person) bool { return p.ID == u.person })
	later := func(f vault.Fact) bool { return f.At.After(file.People[i].Created) }
	if i < 0 || slices.ContainsFunc(file.People[i].Facts, later) {
		return "", changedSince(r.ID)
	}
	return r.ID + " 的新联系人", erasePerson(ctx, c, file.People[i])
}

// erasePerson destroys all that is known of a person, and how their customer
// was found by them.
func erasePerson(ctx context.Context, c *command.Call, p vault.Person) error {
	for _, f := range p.Facts {
		if f.Field == fieldPhone {
			if err := vault.Search(c.Tx).DropPhone(ctx, f.ID); err != nil {
				return err
			}
		}
	}
	_, err := vault.In(c.Tx).ErasePerson(ctx, p.Customer, p.ID, c.Person.ID, c.Now)
	return err
}

// erase is 删除联系人: for ever, at the person's own request (C13).
func (h Handler) erase(ctx context.Context, c *command.Call) (*command.Answer, error) {
	r, err := c.Customer(ctx, "客户")
	if err != nil {
		return nil, err
	}
	words := c.Text("姓名") + " " + c.Text("理由")
	file, notices, err := h.open(ctx, c, r, c.Text("理由")) // the name goes, too
	if err != nil {
		return nil, err
	}
	p, reason, found := personIn(file, words)
	if !found {
		return nil, &command.Refusal{
			Text: fmt.Sprintf("%s 的档案里没有联系人%s。", r.Name, text.Quote(c.Text("姓名"))), Hint: "客户 " + r.ID,
		}
	}
	if !text.HasWords(reason) {
		return nil, &command.Question{Prompt: "为什么删除？例如：本人要求。"}
	}
	a, err := h.erasing(ctx, c, r, file, p)
	if err != nil {
		return nil, err
	}
	a.Notices = notices
	return a, nil
}

// erasing asks first, for nothing of it comes back.
func (h Handler) erasing(ctx context.Context, c *command.Call, r command.Meant, file vault.File, p vault.Person) (*command.Answer, error) {
	owner, err := command.OwnerName(ctx, c.Tx, r.Customer)
	if err != nil {
		return nil, err
	}
	version := command.VersionOf(r.ID, p.ID)
	card := chat.Card{Title: "永久删除联系人", Tone: chat.Bad}
	text := fmt.Sprintf("将删除 %s 的联系人 %s 的全部资料（%d 项），历史里的也一起销毁，不能恢复。这位客户的合同、回款和跟进照旧保留。", r.Name, p.Name, len(p.Facts))
	if c.Confirms(version) {
		card.Title, card.Tone = "已删除联系人", chat.Good
		text = fmt.Sprintf("%s 的联系人 %s 的全部资料已销毁，历史里只剩“有过一位联系人”。合同、回款和跟进照旧保留。", r.Name, p.Name)
		if err := erasePerson(ctx, c, p); err != nil {
			return nil, err
		}
	}
	card.Blocks = []chat.Block{{Text: text}, h.footer(c, r, file.Trace)}
	a := h.secret(c, r, card, owner)
	if !c.Confirms(version) {
		a.Preview(version)
	}
	return a, nil
}
