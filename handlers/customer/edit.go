package customer

import (
	"context"
	"maps"
	"slices"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/vault"
)

func (h Handler) editCommands() []command.Spec {
	fields := func(keys []string, optional bool) command.Arg {
		return command.Arg{Name: "字段", Kind: command.Fields, Keys: keys, Optional: optional, Prompt: "写哪些字段？例如：地址=东莞市南城区 行业=机械"}
	}
	return append([]command.Spec{
		{
			Name: "新客户", Aliases: []string{"jd", "建档"}, Summary: "给新客户建档；相近的名称先查重",
			Said:     []string{"新增客户", "添加客户", "加客户", "录入客户", "录客户", "新建客户", "建客户", "建…新客户", "创建客户", "登记客户", "加个客户", "新增…客户"},
			Args:     []command.Arg{{Name: "名称", Kind: command.Passage, Prompt: "客户全称是什么？"}, fields(h.enterKeys(), true)},
			Examples: []string{"新客户 东莞市晨星机械有限公司 地址=东莞市南城区 行业=机械 来源=展会", "新客户 东莞市晨星机械有限公司"},
			Who:      rulebook.EnterCustomers, Private: true, Clause: "档-7", Proceeds: []string{anyway}, Run: h.enter,
		},
		{
			Name: "改客户", Aliases: []string{"gkh"}, Summary: "改档案内容，写了哪一项就改哪一项；旧的内容留在历史里",
			Said:     []string{"修改客户", "更新客户", "编辑客户", "改客户资料", "修改客户资料", "更新客户资料", "客户资料…改", "客户资料怎么改", "改…客户", "改客户地址", "客户…改成"},
			Args:     []command.Arg{customerArg(command.ToChange), fields(h.changeKeys(), false)},
			Examples: []string{"改客户 K12 地址=东莞市南城区 原因=搬迁", "改客户 华东机电 股东=张三=30%，李四=20% 来源=工商登记"},
			Who:      rulebook.EnterCustomers, Private: true, Clause: "档-8", Also: []string{"档-1"}, Run: h.change, Undo: h.undoChange,
		},
		{
			Name: "联系人", Aliases: []string{"lxr"}, Summary: "加客户的联系人，或改他的资料",
			Said: []string{"添加联系人", "新增联系人", "加联系人", "加…联系人", "加个联系人", "修改联系人", "改联系人", "新建联系人", "联系人…改"},
			Args: []command.Arg{
				customerArg(command.ToChange), {Name: "姓名", Kind: command.Passage, Prompt: "联系人叫什么？"}, fields(personKeys(), true),
			},
			Examples: []string{"联系人 K12 李明 职务=采购部经理 决策角色=决策人 电话=13800000000", "联系人 华东机电 李明"},
			Who:      rulebook.EnterCustomers, Private: true, Clause: "档-1", Also: []string{"档-8"}, Run: h.person, Undo: h.undoPerson,
		},
	}, h.keeperCommands()...)
}

// change is 改客户.
func (h Handler) change(ctx context.Context, c *command.Call) (*command.Answer, error) {
	r, err := c.Customer(ctx, "客户")
	if err != nil {
		return nil, err
	}
	values := maps.Clone(c.Fields("字段"))
	if stage, given := values[fieldStage]; given {
		values[fieldStage] = h.stageTyped(stage)
	}
	if err := h.changeable(r.Customer, values); err != nil {
		return nil, err
	}
	file, notices, err := h.open(ctx, c, r, values[fieldReason])
	if err != nil {
		return nil, err
	}
	facts, undo, err := h.rewrite(ctx, c, file, values)
	if err != nil {
		return nil, err
	}
	if len(facts) == 0 {
		return nil, &command.Refusal{Text: "和档案里的一样，没有要改的。", Hint: "客户 " + r.ID, Clause: "档-8"}
	}
	a, err := h.changed(ctx, c, r, file.Trace, facts, undo != "")
	if err != nil {
		return nil, err
	}
	a.Notices, a.Undo = notices, undo
	return a, nil
}

// rewrite gives the fields of a file their new values. It tells what changed,
// and what takes that back: another name cannot be.
func (h Handler) rewrite(ctx context.Context, c *command.Call, file vault.File, values map[string]string) ([]chat.Fact, string, error) {
	if c.Late() && values[fieldName] != "" { // when it was changed is not kept: any later change counts
		if err := c.Overtaken(file.Checked); err != nil {
			return nil, "", err
		}
	}
	if err := restaged(ctx, c, file.ID, values[fieldStage]); err != nil {
		return nil, "", err
	}
	w := h.writer(c, file.ID)
	w.source, w.why, w.old = values[fieldSource], values[fieldReason], file.Facts
	if sourced(values) { // 来源 says where the others come from
		values = maps.Clone(values)
		delete(values, fieldSource)
	}
	if err := w.putAll(ctx, h.companyFields(), values); err != nil {
		return nil, "", err
	}
	facts := changes(file.Facts, h.companyFields(), values, false)
	ref := undoRef{customer: file.ID, facts: w.ids, stages: h.noStages()}
	if stage := values[fieldStage]; stage != "" && stage != file.Stage {
		facts = append(facts, chat.Fact{Label: fieldStage, Value: orNone(file.Stage) + " → " + stage})
		ref.stages = h.stagesOf(file.Stage, stage)
		if err := vault.In(c.Tx).SetStage(ctx, file.ID, stage, c.Now); err != nil {
			return nil, "", err
		}
	}
	renamed, err := h.renamed(ctx, w, file, values)
	if err != nil || !renamed {
		return facts, ref.String(), err
	}
	return append(facts, chat.Fact{Label: fieldName, Value: file.Name + " → " + text.Line(values[fieldName])}), "", nil
}

// sourced reports whether there are facts among values that 来源 is about.
func sourced(values map[string]string) bool {
	for field := range values {
		if !slices.Contains([]string{fieldSource, fieldReason, fieldStage, fieldName}, field) {
			return true
		}
	}
	return false
}

// changeable refuses what a customer's file cannot hold, or another command
// does.
func (h Handler) changeable(customer store.Customer, values map[string]string) error {
	if _, given := values[fieldOwner]; given {
		return &command.Refusal{
			Text: "负责人不能这样改，要由" + rulebook.Holders(rulebook.MoveCustomers) + "移交。", Hint: "移交客户 " + customer.ID + " 接收人", Clause: "档-4",
		}
	}
	if stage, given := values[fieldStage]; given {
		if err := h.stageRule(stage); err != nil {
			return err
		}
	}
	if name, given := values[fieldName]; given {
		if err := nameRule(text.Line(name)); err != nil || reading.IsCustomerCode(name) {
			return firstOf(err, wrongSo("改客户 "+customer.ID+" 名称=东莞市晨星机械有限公司", "%s像一个编号，不能作名称", text.Quote(name)))
		}
	}
	return checkFields(append(h.companyFields(), fieldReason), values, companyRule)
}

// firstOf is the first error there is.
func firstOf(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// renamed gives a customer another name; the old one becomes a former name, by
// which it is still found.
func (h Handler) renamed(ctx context.Context, w *writer, file vault.File, values map[string]string) (bool, error) {
	name := text.Line(values[fieldName])
	if name == "" || name == file.Name {
		return false, nil
	}
	if err := h.unknown(ctx, w.c, file.ID, name); err != nil {
		return false, err
	}
	if err := vault.In(w.c.Tx).Rename(ctx, file.ID, name, w.c.Now); err != nil {
		return false, err
	}
	if err := w.rename(ctx, vault.FullName, []string{name}); err != nil {
		return false, err
	}
	former, given := values[fieldFormer]
	if !given {
		former = w.was(fieldFormer).Value
	}
	return true, w.put(ctx, fieldFormer, strings.Join(append(namesIn(former), file.Name), "、"))
}

// changes say what a field was and is, masked.
func changes(old []vault.Fact, fields []string, values map[string]string, ofPerson bool) []chat.Fact {
	var list []chat.Fact
	for _, field := range fields {
		value, given := values[field]
		was := ""
		if i := slices.IndexFunc(old, func(f vault.Fact) bool { return f.Field == field }); i >= 0 {
			was = old[i].Value
		}
		if given && was != value {
			list = append(list, chat.Fact{Label: field, Value: orEmpty(field, was, ofPerson) + " → " + orEmpty(field, value, ofPerson)})
		}
	}
	return list
}

func orEmpty(field, value string, ofPerson bool) string {
	if value == "" {
		return "（空）"
	}
	return shown(field, value, ofPerson, false)
}

// changed answers a change of a file.
func (h Handler) changed(ctx context.Context, c *command.Call, r command.Meant, trace string, facts []chat.Fact, undo bool) (*command.Answer, error) {
	owner, err := command.OwnerName(ctx, c.Tx, r.Customer)
	if err != nil {
		return nil, err
	}
	card := chat.Card{Title: "已更新 · " + r.Name, Tone: chat.Good, Blocks: []chat.Block{{Facts: facts}}}
	if !checks(c.Person) {
		card.Blocks = append(card.Blocks, chat.Block{Note: "已经生效，记为待核，由" + string(h.keeper()) + "核对（档-7）。"})
	}
	card.Blocks = append(card.Blocks, h.footer(c, r, trace))
	card.Buttons = []chat.Button{{Label: "看档案", Command: "客户 " + r.ID}}
	if undo {
		card.Buttons = append(card.Buttons, command.UndoButton)
	}
	return h.secret(c, r, card, owner), nil
}
