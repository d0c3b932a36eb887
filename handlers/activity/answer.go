package activity

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

const (
	cannotPrompt = "为什么不能去？写一句，会转告主管。"
	maxStandIns  = 5 // people offered in somebody's place
)

func (h Handler) answerCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "能去", Aliases: []string{"nq"}, Summary: "答复能参加活动",
			Said: []string{"我能去", "可以去", "能参加", "可以参加", "参加活动"},
			Args: []command.Arg{orTheOnly()}, Examples: []string{"能去 H3"},
			Who: rulebook.TakePart, Clause: onSite, Changed: h.answered, Run: h.can, Undo: h.undo,
		},
		{
			Name: "不能去", Aliases: []string{"bnq"}, Summary: "答复不能参加活动，写明原因",
			Said:     []string{"去不了", "…去不了", "没法参加", "没空参加", "不能参加", "参加不了", "我去不了", "不去活动", "不去", "不去…了"},
			Args:     []command.Arg{orTheOnly(), {Name: fieldReason, Kind: command.Free, Prompt: cannotPrompt}},
			Examples: []string{"不能去 H3 那天要去医院"},
			Who:      rulebook.TakePart, Clause: onSite, Changed: h.answered, Run: h.cannot, Undo: h.undo,
		},
		{
			Name: "活动 替补", Aliases: []string{"tb"}, Summary: "请别人接替不能去的人，任务一起转",
			Said: []string{"替补", "活动换人", "换人参加"},
			Args: []command.Arg{
				theActivity(), {Name: "接替人", Kind: command.Person, Prompt: "请谁接替？写姓名。"}, {Name: "原来的人", Kind: command.Person, Prompt: "替谁？写姓名。"},
			},
			Examples: []string{"活动 替补 H3 刘洋 张伟"},
			Who:      rulebook.PlanActivities, Clause: monthly, Also: []string{onSite}, Changed: h.changed, Run: h.standIn, Undo: h.undo,
		},
	}
}

// asked is the activity that the caller answers for, as it was and as it will be, and
// their part in what it will be.
func (h Handler) asked(ctx context.Context, c *command.Call) (was, is store.Activity, mine *store.Participant, err error) {
	was, err = h.pick(ctx, c, func(a store.Activity) bool {
		p := a.Participant(c.Person.ID)
		return p != nil && p.Answer == store.Unanswered && rulebook.ActivityState(a, c.Now) == store.ActivityPlanned
	})
	if err != nil {
		return was, is, nil, err
	}
	is, mine, err = h.partIn(c, was)
	if err != nil {
		return was, is, mine, err
	}
	switch rulebook.ActivityState(was, c.Now) {
	case store.ActivityEnded:
		err = &command.Refusal{Text: was.Code + " 已经结束了。", Hint: "到场 " + was.Code, Clause: onSite}
	case store.ActivityReviewed:
		err = &command.Refusal{Text: was.Code + " 已总结。", Hint: "活动 " + was.Code, Clause: onSite}
	}
	return was, is, mine, err
}

// partIn is the caller's part in an activity that was planned, and is to be saved.
func (h Handler) partIn(c *command.Call, was store.Activity) (is store.Activity, mine *store.Participant, err error) {
	is = was
	is.People = append([]store.Participant(nil), was.People...)
	switch mine = is.Participant(c.Person.ID); {
	case was.State == store.ActivityCancelled:
		err = &command.Refusal{Text: was.Code + " 已取消。", Hint: "活动", Clause: onSite}
	case mine == nil:
		err = &command.Refusal{Text: "你不在 " + was.Code + " 的参加人员里。", Hint: "活动 改 " + was.Code + " 人员=…", Clause: onSite}
	case was.State == store.ActivityDraft:
		err = &command.Refusal{Text: was.Code + " 还是草稿，计划定了会问你。", Hint: "活动 " + was.Code, Clause: onSite}
	}
	return is, mine, err
}

// can is 能去.
func (h Handler) can(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, is, mine, err := h.asked(ctx, c)
	if err != nil {
		return nil, err
	}
	if mine.Answer == store.Can {
		return nil, &command.Refusal{Text: "已经答复过能去 " + was.Code + "。", Hint: "不能去 " + was.Code + " 原因…", Clause: onSite}
	}
	mine.Answer, mine.Why = store.Can, ""
	if err := h.save(ctx, c, was, &is, ""); err != nil {
		return nil, err
	}
	card := chat.Card{Title: "好的，能去 " + is.Code, Tone: chat.Good, Blocks: []chat.Block{{Facts: ownFacts(is, *mine)}}}
	if c.Event.Chat.Group {
		card.Blocks = []chat.Block{{Text: c.Person.Name + " · " + when(is)}}
	}
	answer := command.Card(card)
	answer.Subject = subject(is)
	return undoable(private(c, answer, is), is), nil
}

// cannot is 不能去: whoever planned it is offered others.
func (h Handler) cannot(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, is, mine, err := h.asked(ctx, c)
	if err != nil {
		return nil, err
	}
	why, err := reason(c, maxTask)
	if err != nil {
		return nil, err
	}
	if why == "" {
		return nil, &command.Question{Prompt: cannotPrompt, Line: "不能去 " + was.Code}
	}
	mine.Answer, mine.Why = store.Cannot, why
	if err := h.save(ctx, c, was, &is, ""); err != nil {
		return nil, err
	}
	card := chat.Card{Title: "记下了：不能去 " + is.Code, Blocks: []chat.Block{{Text: "已转告主管，会另外找人。"}}}
	if !c.Event.Chat.Group {
		card.Blocks = append([]chat.Block{{Facts: []chat.Fact{{Label: "时间", Value: when(is)}, {Label: fieldReason, Value: why}}}}, card.Blocks...)
	}
	answer := command.Card(card)
	answer.Subject = subject(is)
	answer.Notices, err = h.offer(ctx, c, is, *mine)
	return undoable(private(c, answer, is), is), err
}

// planner is who is told of what becomes of a plan: whoever made it, while they may
// still change it, else the post that does.
func planner(roll audience.Roll, a store.Activity) []store.Person {
	if p, active := roll.Active(a.Maker); active && rulebook.Allows(rulebook.PlanActivities, p) {
		return []store.Person{p}
	}
	return roll.Standing(store.Supervisor).To
}

// offer tells whoever planned an activity that somebody cannot come, and who is free.
func (h Handler) offer(ctx context.Context, c *command.Call, a store.Activity, p store.Participant) ([]chat.Notice, error) {
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	free, err := h.free(ctx, c.Tx, roll, a, c.Person.Post)
	if err != nil {
		return nil, err
	}
	facts := []chat.Fact{{Label: codeArg, Value: a.Code}, {Label: fieldName, Value: a.Name}, {Label: fieldTime, Value: when(a)}, {Label: fieldReason, Value: p.Why}}
	if p.Task != "" {
		facts = append(facts, chat.Fact{Label: "任务", Value: p.Task})
	}
	card := chat.Card{Title: c.Person.Name + "不能去 " + a.Code, Tone: chat.Warn, Blocks: []chat.Block{{Facts: facts}}}
	var names []string
	for _, q := range free {
		names = append(names, q.Name)
		card.Buttons = append(card.Buttons, chat.Button{Label: "请" + q.Name + "替补", Command: fmt.Sprintf("活动 替补 %s %s %s", a.Code, q.Name, c.Person.Name)})
	}
	said := "那段时间没有别人空着。改人员：活动 改 " + a.Code + " 人员=…"
	if len(names) > 0 {
		said = "空着的可以替补：" + strings.Join(names, "、") + "。"
	}
	card.Blocks = append(card.Blocks, chat.Block{Text: said})
	to := audience.But(planner(roll, a), c.Person.ID)
	return audience.Same("activity/"+a.Code+"/"+fmt.Sprint(a.Version)+"/cannot", to, chat.Message{
		Card: &card, Secrecy: chat.Secrecy{Confidential: true, Summary: c.Person.Name + "不能去。" + outline(a, c.Now)},
	}), nil
}

// leaders are the posts that are not asked to stand in.
var leaders = []store.Post{store.ExecutiveDirector, store.GeneralManager, store.GMAssistant, store.MarketingDirector}

// free are those who take no part in an activity and are kept from it by nothing,
// those of the same post first. Whoever leads the department, or the company, is
// not offered.
func (h Handler) free(ctx context.Context, tx *store.Tx, roll audience.Roll, a store.Activity, post store.Post) (list []store.Person, err error) {
	busy, err := h.busy(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	var others []store.Person
	for _, p := range roll.People() {
		switch {
		case a.Participant(p.ID) != nil, len(busy[p.ID]) > 0, slices.Contains(leaders, p.Post):
		case p.Post == post:
			list = append(list, p)
		default:
			others = append(others, p)
		}
	}
	list = append(list, others...)
	return list[:min(len(list), maxStandIns)], nil
}

// standIn is 活动 替补: somebody takes another's place, with the task.
func (h Handler) standIn(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, err := h.find(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := stillPlanned(was); err != nil {
		return nil, err
	}
	by, of := c.Who("接替人"), c.Who("原来的人")
	is := was
	is.People = append([]store.Participant(nil), was.People...)
	if is.Participant(of.ID) == nil && is.Participant(by.ID) != nil { // who is replaced was named first
		by, of = of, by
	}
	mine := is.Participant(of.ID)
	switch {
	case mine == nil:
		return nil, &command.Refusal{Text: of.Name + "不在 " + was.Code + " 的参加人员里。", Hint: "活动 " + was.Code, Clause: onSite}
	case is.Participant(by.ID) != nil:
		return nil, &command.Refusal{Text: by.Name + "已经在 " + was.Code + " 的参加人员里。", Hint: "活动 改 " + was.Code + " 分工=…", Clause: onSite}
	}
	*mine = store.Participant{Person: by.ID, Task: mine.Task}
	if err := h.save(ctx, c, was, &is, ""); err != nil {
		return nil, err
	}
	return h.saved(ctx, c, was, is)
}
