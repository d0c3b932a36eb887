package activity

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
	"marketbot/handlers/words"
	"marketbot/store"
)

// The fields of the commands.
const (
	fieldName     = "名称"
	fieldKind     = "类型"
	fieldTime     = rulebook.PlanTime
	fieldPlace    = rulebook.PlanPlace
	fieldPeople   = "人员"
	fieldContent  = rulebook.PlanContent
	fieldBudget   = rulebook.PlanBudget
	fieldTasks    = rulebook.PlanTasks
	fieldEffect   = rulebook.PlanEffect
	fieldCustomer = "客户"
	fieldContract = "合同"
	fieldReason   = "原因"
	fieldSpent    = "已花"
	fieldCost     = "花费"
	fieldOutcome  = "效果"
	fieldLesson   = "经验"
	fieldLack     = "不足"
	fieldOver     = "超支原因"
)

// planFields are those of a plan: 参加人员 is what 会-4 calls 人员.
var planFields = []string{
	fieldKind, fieldTime, fieldPlace, rulebook.PlanPeople, fieldPeople, fieldContent, fieldBudget, fieldTasks, fieldEffect, fieldCustomer, fieldContract,
}

const examplePeriod = "12-05 14:00~17:00"

// with are fields and one more; an empty one is none.
func with(values map[string]string, key, value string) map[string]string {
	all := maps.Clone(values)
	if all == nil {
		all = map[string]string{}
	}
	if text.HasWords(value) {
		all[key] = value
	}
	return all
}

// filledIn are the fields of a form that say something.
func filledIn(form map[string]string) map[string]string {
	values := map[string]string{}
	for key, value := range form {
		if text.HasWords(value) {
			values[key] = value
		}
	}
	return values
}

// apply puts what fields say.
func (h Handler) apply(ctx context.Context, c *command.Call, is *store.Activity, values map[string]string) (err error) {
	for _, f := range []struct {
		field string
		into  *string
		most  int
	}{
		{fieldName, &is.Name, maxName}, {fieldPlace, &is.Place, maxTask}, {fieldContent, &is.Content, maxText}, {fieldEffect, &is.Effect, maxText},
	} {
		if v, given := values[f.field]; given {
			if *f.into, err = fitting(f.field, v, f.most); err != nil {
				return err
			}
		}
	}
	if v, given := values[fieldKind]; given {
		if is.Kind, err = kindIn(v); err != nil {
			return err
		}
	}
	if v, given := values[fieldBudget]; given {
		if is.Budgeted = text.HasWords(v); is.Budgeted {
			is.Budget, err = amountIn(fieldBudget, v)
		}
		if err != nil {
			return err
		}
	}
	if err := h.applyTies(ctx, c, is, values); err != nil {
		return err
	}
	if v, given := values[fieldTime]; given {
		if err := h.applyTime(c, is, v); err != nil {
			return err
		}
	}
	return h.applyPeople(ctx, c, is, values)
}

// applyTime puts when it is.
func (h Handler) applyTime(c *command.Call, is *store.Activity, typed string) error {
	typed = strings.TrimSpace(strings.TrimPrefix(typed, "改到")) // as the question says it
	p, err := whole(fieldTime, typed, examplePeriod, func(s string) (reading.Period, int, error) { return reading.When(s, c.Env().Base()) })
	is.First, is.Last, is.From, is.To, is.Timed = p.First, p.Last, p.From, p.To, p.Timed
	return err
}

// amountIn reads an amount, which may be nothing.
func amountIn(field, value string) (int64, error) {
	if bare := strings.TrimSuffix(text.Bare(value), "元"); bare == "0" || bare == "无" || bare == "没有" {
		return 0, nil
	}
	return whole(field, value, "2万", reading.Money)
}

func kindIn(typed string) (store.ActivityKind, error) {
	bare := strings.TrimSuffix(text.Bare(typed), "活动")
	if i := slices.Index(store.ActivityKinds, store.ActivityKind(bare)); i >= 0 {
		return store.ActivityKinds[i], nil
	}
	return "", &command.Refusal{Text: "类型是 推广、现场 或 洽谈。", Hint: "类型=现场", Clause: onSite, Field: fieldKind}
}

// applyTies puts the customers and the contract that it is for (R32). What is for a
// contract has its customer and its day, until others are told.
func (h Handler) applyTies(ctx context.Context, c *command.Call, is *store.Activity, values map[string]string) error {
	if v, given := values[fieldCustomer]; given {
		is.Customers = nil
		for _, one := range reading.Listed(v) {
			if !text.HasWords(one) {
				continue
			}
			k, err := c.CustomerIn(ctx, one, command.ToRead)
			if err != nil {
				return err
			}
			if !slices.Contains(is.Customers, k.ID) {
				is.Customers = append(is.Customers, k.ID)
			}
		}
	}
	v, given := values[fieldContract]
	if !given {
		return nil
	}
	if !text.HasWords(v) {
		is.Contract = ""
		return nil
	}
	m, err := c.ContractIn(ctx, strings.TrimSpace(v), command.ContractUse{Verb: "办活动"})
	if err != nil {
		return err
	}
	is.Contract = m.Number
	if is.Name == "" {
		is.Name = "现场活动"
	}
	if is.First == "" && m.Event != "" {
		is.First, is.Last, is.To = m.Event, m.Event, wholeDay
	}
	if m.Customer != "" && len(is.Customers) == 0 {
		is.Customers = []string{m.Customer}
	}
	return nil
}

// maxPeople is how many people take part at most.
const maxPeople = 200

// applyPeople puts who takes part and what each is to do. Who has a task takes part;
// who did already keeps what they answered.
func (h Handler) applyPeople(ctx context.Context, c *command.Call, is *store.Activity, values map[string]string) error {
	listed, given := values[fieldPeople]
	if !given {
		listed, given = values[rulebook.PlanPeople]
	}
	before := is.People
	if given {
		is.People = nil
		for _, name := range reading.Names(listed) {
			if _, err := h.join(ctx, c, is, before, fieldPeople, name); err != nil {
				return err
			}
		}
	}
	typed, given := values[fieldTasks]
	if !given {
		return nil
	}
	tasks, ok := reading.Tasks(typed)
	if !ok && text.HasWords(typed) {
		return &command.Refusal{Text: "分工没看懂" + text.Quote(text.CutLine(typed, shown)) + "。", Hint: tasksHint, Clause: monthly, Field: fieldTasks}
	}
	for i := range is.People {
		is.People[i].Task = ""
	}
	var first []string
	for _, t := range tasks {
		p, err := h.join(ctx, c, is, before, fieldTasks, t.Name)
		if err != nil {
			return err
		}
		if p.Task != "" {
			t.Text = p.Task + "、" + t.Text
		} else {
			first = append(first, p.Person)
		}
		if p.Task, err = fitting(fieldTasks, t.Text, maxTask); err != nil {
			return err
		}
	}
	inOrder(is.People, first)
	return nil
}

// inOrder puts those of the 分工 first, as they stand there.
func inOrder(people []store.Participant, first []string) {
	place := func(p store.Participant) int {
		if i := slices.Index(first, p.Person); i >= 0 {
			return i
		}
		return len(first)
	}
	slices.SortStableFunc(people, func(a, b store.Participant) int { return place(a) - place(b) })
}

// join is somebody's part, who takes part from now on.
func (h Handler) join(ctx context.Context, c *command.Call, is *store.Activity, before []store.Participant, field, name string) (*store.Participant, error) {
	p, err := h.person(ctx, c, field, name)
	if err != nil {
		return nil, err
	}
	if is.Participant(p.ID) == nil {
		part := store.Participant{Person: p.ID}
		if i := slices.IndexFunc(before, func(o store.Participant) bool { return o.Person == p.ID }); i >= 0 {
			part = before[i]
		}
		is.People = append(is.People, part)
	}
	if len(is.People) > maxPeople {
		return nil, &command.Refusal{Text: "一个活动最多 200 人。", Hint: "分成几个活动", Clause: monthly, Field: field}
	}
	return is.Participant(p.ID), nil
}

// tasksHint shows how tasks are written.
const tasksHint = "分工=张伟:签到；刘洋:摄影"

// person is an active person by name.
func (h Handler) person(ctx context.Context, c *command.Call, field, name string) (p store.Person, err error) {
	found := false
	if store.Plain(name) {
		if p, found, err = c.Tx.People().Named(ctx, name); err != nil {
			return p, err
		}
	}
	if !found {
		hint := field + "=张伟、刘洋"
		if field == fieldTasks {
			hint = tasksHint
		}
		return p, &command.Refusal{Text: field + "里没有叫" + text.Quote(name) + "的在册人员。", Hint: hint + "（看有谁：人员）", Clause: monthly, Field: field}
	}
	return p, nil
}

// form is a plan to fill in. A time that was told is changed by a line of its own,
// which is asked first.
func (h Handler) form(ctx context.Context, c *command.Call, a store.Activity) (*command.Answer, error) {
	f := chat.Form{Command: "活动 新增", Submit: "保存"}
	title := "新活动"
	if a.Code != "" {
		f.Command, title = "活动 改 "+a.Code, "改 "+a.Code
	}
	names, tasks, err := h.peopleTyped(ctx, c.Tx, a)
	if err != nil {
		return nil, err
	}
	budget := ""
	if a.Budgeted {
		budget = strings.TrimSuffix(words.Money(a.Budget), " 元")
	}
	kind := string(a.Kind)
	if kind == "" {
		kind = string(store.Promotion)
	}
	f.Fields = []chat.Field{
		{Name: fieldName, Label: fieldName, Value: a.Name, Required: true},
		{Name: fieldKind, Label: fieldKind, Value: kind, Options: []string{string(store.Promotion), string(store.OnSite), string(store.Negotiation)}},
	}
	if a.First == "" {
		f.Fields = append(f.Fields, chat.Field{Name: fieldTime, Label: fieldTime, Hint: "例如 " + examplePeriod})
	}
	f.Fields = append(f.Fields,
		chat.Field{Name: fieldPlace, Label: fieldPlace, Value: a.Place},
		chat.Field{Name: fieldPeople, Label: rulebook.PlanPeople, Value: names, Hint: "张伟、刘洋"},
		chat.Field{Name: fieldContent, Label: fieldContent, Value: a.Content, Lines: 3},
		chat.Field{Name: fieldBudget, Label: fieldBudget, Value: budget, Hint: "例如 2万；不花钱写 0"},
		chat.Field{Name: fieldTasks, Label: fieldTasks, Value: tasks, Hint: "张伟:签到；刘洋:摄影，第一位负责总结", Lines: 2},
		chat.Field{Name: fieldEffect, Label: fieldEffect, Value: a.Effect, Lines: 2},
		chat.Field{Name: fieldCustomer, Label: fieldCustomer, Value: strings.Join(a.Customers, "、"), Hint: "为哪些客户办，写编号或名称"},
	)
	card := chat.Card{Title: title, Blocks: []chat.Block{{Note: "会-4：市场活动写明参加人员、时间、地点、内容、预算、分工、预期效果；现场和洽谈至少写时间。"}}, Form: &f}
	if a.First != "" {
		card.Blocks = append(card.Blocks, chat.Block{Text: "时间：" + when(a) + "。改时间发：活动 改 " + a.Code + " 时间=" + examplePeriod})
	}
	answer := command.Card(card)
	answer.Reply.Confidential, answer.Reply.Summary, answer.Subject = true, title+"："+string(a.State), subject(a)
	return answer, nil
}
