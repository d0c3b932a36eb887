package activity

import (
	"context"
	"fmt"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

const (
	namePrompt   = "什么活动？写名称，例如：秋季新品酒会。"
	cancelPrompt = "为什么取消？写一句，会转告参加人员。"
)

func (h Handler) planCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "活动 新增", Aliases: []string{"xzhd"}, Summary: "登记活动计划：名称和会-4 的七项，没写全的先存草稿",
			Said: []string{"加一个活动", "办个", "搞个", "组织个", "举办", "办一场", "搞一场", "策划一个", "新活动", "新增活动", "新建活动", "添加活动", "加个活动", "办个活动", "办一个活动", "搞个活动", "安排活动", "活动计划", "登记活动", "策划活动"},
			Args: []command.Arg{
				{Name: fieldName, Kind: command.Passage, Optional: true},
				{Name: "字段", Kind: command.Fields, Keys: planFields, Optional: true},
			},
			Examples: []string{"活动 新增 秋季酒会 时间=12-05 14:00~17:00 地点=珠江厅 人员=张伟、刘洋 内容=新品发布 预算=2万 分工=张伟:签到；刘洋:摄影 预期效果=30 家到场"},
			Who:      rulebook.PlanActivities, Form: true, Clause: monthly, Also: []string{onSite, "档-2"}, Run: h.enter, Undo: h.undo,
		},
		{
			Name: "活动 改", Aliases: []string{"ghd"}, Summary: "改活动计划；改时间要先确认，所有人重新问一遍",
			Said: []string{"修改活动", "延期到", "改期到", "推迟到", "改活动", "活动改期", "活动推迟", "活动延期", "活动提前", "推迟活动", "活动 改期"},
			Args: []command.Arg{
				theActivity(), {Name: "字段", Kind: command.Fields, Keys: append([]string{fieldName}, planFields...), Optional: true},
			},
			Examples: []string{"活动 改 H3 地点=白云厅", "活动 改 H3 时间=12-08 14:00~17:00"},
			Who:      rulebook.PlanActivities, Form: true, Clause: monthly, Also: []string{onSite}, Changed: h.changed, Run: h.change, Undo: h.undo,
		},
		{
			Name: "活动 取消", Aliases: []string{"qxhd"}, Summary: "取消活动，写明原因和已经花的钱",
			Said: []string{"取消活动", "活动不办了", "活动取消", "不办活动"},
			Args: []command.Arg{
				theActivity(), {Name: fieldReason, Kind: command.Passage, Prompt: cancelPrompt},
				{Name: "字段", Kind: command.Fields, Keys: []string{fieldSpent, fieldCost}, Optional: true},
			},
			Examples: []string{"活动 取消 H3 场地停电 已花=3000"},
			Who:      rulebook.PlanActivities, Clause: monthly, Also: []string{onSite}, Changed: h.changed, Run: h.cancel,
		},
	}
}

// enter is 活动 新增.
func (h Handler) enter(ctx context.Context, c *command.Call) (*command.Answer, error) {
	name, values := c.Text(fieldName), c.Fields("字段")
	if c.Form != nil {
		name, values = c.Form[fieldName], filledIn(c.Form)
	}
	if !text.HasWords(name) && len(values) == 0 {
		return h.form(ctx, c, store.Activity{})
	}
	is := store.Activity{State: store.ActivityDraft, Kind: store.Promotion, Maker: c.Person.ID, Made: c.Now}
	if values[fieldContract] != "" {
		is.Kind = store.OnSite
	}
	values = with(values, fieldName, name)
	if err := h.apply(ctx, c, &is, values); err != nil {
		return nil, err
	}
	if is.Name == "" {
		return nil, &command.Question{Prompt: namePrompt, Line: "活动 新增", Prefix: ""}
	}
	if today := h.Rules.Day(c.Now); is.Last != "" && is.Last < today.Add(-backdated) {
		return nil, &command.Refusal{Text: "时间 " + when(is) + " 已经过去了，" + fmt.Sprintf("最多补登 %d 天以前的。", backdated), Hint: "写明年份：时间=" + string(today.Add(7)) + " 14:00~17:00", Clause: monthly}
	}
	is.State = stateOf(is)
	var err error
	if is.Code, err = c.Tx.Activities().NewCode(ctx); err != nil {
		return nil, err
	}
	is.Ends, is.Version = h.Rules.ActivityEnds(is), 1
	selfAsked(&is, c.Person.ID)
	if err := c.Tx.Activities().Add(ctx, is, store.ActivityAct{ID: c.Tx.NewID(c.Now), At: c.Now, By: c.Person.ID, Act: c.Spec.Name}); err != nil {
		return nil, err
	}
	return h.saved(ctx, c, store.Activity{}, is)
}

// backdated is how many days ago an activity may have been that is entered now.
const backdated = 31

// stateOf is whether a plan that is not over yet is one already.
func stateOf(a store.Activity) store.ActivityState {
	if len(rulebook.ActivityLacks(a)) > 0 {
		return store.ActivityDraft
	}
	return store.ActivityPlanned
}

// selfAsked takes for answered what whoever plans asks of themselves.
func selfAsked(a *store.Activity, person string) {
	if p := a.Participant(person); p != nil && p.Answer == store.Unanswered {
		p.Answer = store.Can
	}
}

// change is 活动 改. Another time is asked first.
func (h Handler) change(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, err := h.find(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := stillPlanned(was); err != nil {
		return nil, err
	}
	values := c.Fields("字段")
	if c.Form != nil {
		values = filledIn(c.Form)
	}
	if len(values) == 0 {
		return h.form(ctx, c, was)
	}
	if v, given := values[fieldTime]; given && !text.HasWords(v) {
		return nil, &command.Question{Prompt: "改到什么时候？例如 12-05 14:00~17:00。", Line: "活动 改 " + was.Code, Prefix: fieldTime + "="}
	}
	is := was
	is.People = append([]store.Participant(nil), was.People...)
	if err := h.apply(ctx, c, &is, values); err != nil {
		return nil, err
	}
	is.State = stateOf(is)
	if lacks := rulebook.ActivityLacks(is); was.State == store.ActivityPlanned && len(lacks) > 0 {
		return nil, &command.Refusal{Text: was.Code + " 已经是计划，" + strings.Join(lacks, "、") + "不能空着（会-4）。", Hint: "不办了：活动 取消 " + was.Code + " 原因…", Clause: monthly}
	}
	if same(was, is) {
		return nil, &command.Refusal{Text: "和原来一样，没有改动。", Hint: "活动 " + was.Code, Clause: monthly}
	}
	if moved(was, is) {
		asked, err := h.move(ctx, c, was, &is)
		if asked != nil || err != nil {
			return asked, err
		}
	}
	selfAsked(&is, c.Person.ID)
	if err := h.save(ctx, c, was, &is, ""); err != nil {
		return nil, err
	}
	return h.saved(ctx, c, was, is)
}

// stillPlanned refuses to change what is over.
func stillPlanned(a store.Activity) error {
	switch a.State {
	case store.ActivityDraft, store.ActivityPlanned:
		return nil
	case store.ActivityReviewed:
		return &command.Refusal{Text: a.Code + " 已总结，计划不能再改。", Hint: "活动 " + a.Code, Clause: monthly}
	}
	return &command.Refusal{Text: a.Code + " 已取消。", Hint: "活动 新增 名称…", Clause: monthly}
}

// moved reports whether a time that was set became another.
func moved(was, is store.Activity) bool {
	return was.First != "" && (was.First != is.First || was.Last != is.Last || was.From != is.From || was.To != is.To)
}

// move is the preview of another time; nil once it is confirmed, and then everybody
// is asked anew, who was asked before: nobody knows of a draft. Photos of the time
// before are wiped.
func (h Handler) move(ctx context.Context, c *command.Call, was store.Activity, is *store.Activity) (*command.Answer, error) {
	if today := h.Rules.Day(c.Now); is.Last < today {
		return nil, &command.Refusal{Text: "新的时间 " + when(*is) + " 已经过去了。", Hint: "活动 改 " + was.Code + " 时间=" + string(today.Add(7)) + " 14:00~17:00", Clause: monthly}
	}
	known := was.State == store.ActivityPlanned
	if known {
		is.Moved, is.Was = was.Moved+1, was.First
		for i, p := range is.People {
			is.People[i] = store.Participant{Person: p.Person, Task: p.Task}
		}
	}
	photos, err := c.Tx.Photos().Of(ctx, was.Code)
	if err != nil {
		return nil, err
	}
	version := command.VersionOf(was.Code, when(was), fmt.Sprintf("%+v", is.People), when(*is), is.Name, is.Place, is.Content, is.Effect, is.Budget, is.Customers, is.Contract, len(photos))
	if c.Confirms(version) {
		for _, p := range photos {
			if _, err := c.Tx.Photos().Wipe(ctx, p.ID, p.Person); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}
	names, err := h.names(ctx, c, *is)
	if err != nil {
		return nil, err
	}
	clashes, err := h.clashes(ctx, c.Tx, *is)
	if err != nil {
		return nil, err
	}
	note := "确认之后列入计划，通知 " + strings.Join(names, "、") + "。"
	switch {
	case len(names) == 0:
		note = "没有要通知的人。"
	case known:
		void := "原来的答复和到场作废，"
		if len(photos) > 0 {
			void = fmt.Sprintf("原来的答复、到场和 %d 张到场照片作废，", len(photos))
		}
		note = "确认之后：" + void + strings.Join(names, "、") + " 都重新问一遍能不能去。"
	case is.State == store.ActivityDraft:
		note = "不通知谁：还是草稿，补齐之后才通知参加人员。"
	}
	card := chat.Card{Title: was.Code + " 改期？", Tone: chat.Warn, Blocks: []chat.Block{
		{Facts: []chat.Fact{{Label: "活动", Value: is.Name}, {Label: "时间", Value: when(was) + " → " + when(*is)}}}, {Text: note},
	}}
	if len(clashes) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: clashWords(clashes) + asPlanned})
	}
	a := command.Card(card)
	a.Subject = subject(was)
	return private(c, a, was).Preview(version), nil
}

// same reports whether nothing changed.
func same(was, is store.Activity) bool {
	return fmt.Sprintf("%+v", was) == fmt.Sprintf("%+v", is)
}

// saved answers a plan that was entered or changed, and tells whom it concerns.
func (h Handler) saved(ctx context.Context, c *command.Call, was, is store.Activity) (*command.Answer, error) {
	card, err := h.card(ctx, c, is)
	if err != nil {
		return nil, err
	}
	switch {
	case was.Code == "" && is.State == store.ActivityDraft:
		card.Title = is.Code + " 存为草稿"
	case was.Code == "":
		card.Title = is.Code + " 已列入计划"
	case was.State == store.ActivityDraft && is.State == store.ActivityPlanned:
		card.Title = is.Code + " 补齐了，已列入计划"
	case was.State == store.ActivityPlanned && moved(was, is):
		card.Title = is.Code + " 已改期，重新问过所有人"
	default:
		card.Title = "已改 " + is.Code
	}
	card.Tone = chat.Good
	a := command.Card(card)
	a.Subject = subject(is)
	if is.State == store.ActivityPlanned {
		if a.Notices, err = h.told(ctx, c, was, is); err != nil {
			return nil, err
		}
	}
	if n := len(a.Notices); n > 0 {
		a.Reply.Card.Blocks = append(a.Reply.Card.Blocks, chat.Block{Note: fmt.Sprintf("已通知 %d 人。", n)})
	}
	if moved(was, is) { // it was confirmed
		return private(c, a, is), nil
	}
	return undoable(private(c, a, is), is), nil
}

// cancel is 活动 取消, asked first.
func (h Handler) cancel(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, err := h.find(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := stillPlanned(was); err != nil {
		return nil, err
	}
	why, err := reason(c, maxText)
	if err != nil {
		return nil, err
	}
	if why == "" {
		return nil, &command.Question{Prompt: cancelPrompt}
	}
	is := was
	is.State = store.ActivityCancelled
	for _, field := range []string{fieldSpent, fieldCost} {
		if v, given := c.Fields("字段")[field]; given && text.HasWords(v) {
			if is.Cost, err = amountIn(field, v); err != nil {
				return nil, err
			}
			is.Spent = true
		}
	}
	facts := []chat.Fact{{Label: "活动", Value: is.Name}, {Label: "时间", Value: when(is)}, {Label: fieldReason, Value: why}, {Label: fieldSpent, Value: costWords(is)}}
	if version := command.VersionOf(was.Code, when(was), len(was.People), why, is.Cost, is.Spent); !c.Confirms(version) {
		names, err := h.names(ctx, c, was)
		if err != nil {
			return nil, err
		}
		note := "取消之后不能恢复，编号不再使用。"
		if len(names) > 0 && was.State == store.ActivityPlanned {
			note = "确认之后通知 " + strings.Join(names, "、") + "；" + note
		}
		a := command.Card(chat.Card{Title: "取消 " + was.Code + "？", Tone: chat.Warn, Blocks: []chat.Block{{Facts: facts}, {Note: note}}})
		a.Subject = subject(was)
		return private(c, a, was).Preview(version), nil
	}
	if err := h.save(ctx, c, was, &is, why); err != nil {
		return nil, err
	}
	card := chat.Card{Title: "已取消 " + is.Code, Blocks: []chat.Block{{Facts: facts}}}
	if c.Event.Chat.Group {
		card.Blocks[0].Facts = facts[:2]
	}
	a := command.Card(card)
	a.Subject = subject(is)
	if was.State == store.ActivityPlanned {
		a.Notices, err = h.notify(ctx, c, is, ids(was.People), "cancelled", func(store.Participant) chat.Card {
			return chat.Card{Title: "活动取消：" + is.Name, Blocks: []chat.Block{{Facts: []chat.Fact{
				{Label: codeArg, Value: is.Code}, {Label: "时间", Value: when(is)}, {Label: fieldReason, Value: why},
			}}}}
		})
	}
	return private(c, a, is), err
}

// costWords are what an activity cost, where that was told.
func costWords(a store.Activity) string {
	if !a.Spent {
		return "—"
	}
	return words.Money(a.Cost)
}
