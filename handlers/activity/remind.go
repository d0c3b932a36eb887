package activity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/daily"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// Eve is when participants are told of what is on the next day.
var Eve = rulebook.Clock{Hour: 16, Minute: 47}

// Tomorrow tells participants of the activities that begin on the next day, each
// with their own task, and whoever planned them who has not answered yet, and what
// came up since for who is expected.
func (h Handler) Tomorrow(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
	day := h.Rules.Day(s.At).Add(1)
	all, err := tx.Activities().Between(ctx, day, day)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	roll, err := audience.Read(ctx, tx, h.Rules.Day(s.At))
	if err != nil {
		return nil, err
	}
	then, err := audience.Read(ctx, tx, day)
	if err != nil {
		return nil, err
	}
	var list []chat.Notice
	for _, a := range all {
		if a.First != day || a.State != store.ActivityPlanned {
			continue
		}
		clashes, err := h.clashes(ctx, tx, a)
		if err != nil {
			return nil, err
		}
		list = append(list, h.eve(a, roll, then, s, clashes)...)
	}
	return list, nil
}

// eve is what is said the day before an activity; then is who there is on its day. Who
// is back on that hears of it in the morning, unless it begins first.
func (h Handler) eve(a store.Activity, roll, then audience.Roll, s rulebook.Slot, clashes []clash) []chat.Notice {
	first := a.Timed && h.Rules.ActivityBegins(a).Before(h.Rules.Daily.On(a.First, h.Rules.Zone))
	key := "activity/" + a.Code + "/" + string(a.First) + "/eve"
	var silent []string
	var expected []clash
	var list []chat.Notice
	for _, p := range a.People {
		who, active := roll.Active(p.Person)
		if !active || p.Answer == store.Cannot {
			continue
		}
		expected = append(expected, clashesOf(clashes, p.Person)...)
		if p.Answer == store.Unanswered {
			silent = append(silent, who.Name)
		}
		if !roll.Present(who.ID) && !(first && then.Present(who.ID)) {
			continue
		}
		card := chat.Card{Title: "明天的活动：" + a.Name, Blocks: []chat.Block{{Facts: ownFacts(a, p)}}}
		if p.Answer == store.Unanswered {
			card.Blocks = append(card.Blocks, chat.Block{Text: "你还没有答复能不能去。"})
			card.Buttons = answerButtons(a)
		}
		list = append(list, audience.Same(key, []store.Person{who}, h.message(card, a, s))...)
	}
	title, say := "有人可能来不了", a.Name+"，"+when(a)+"："
	if len(silent) > 0 {
		title, say = "还有人没答复", say+fmt.Sprintf("%s 没有答复能不能去（%d 人）。", words.Names(silent, 10), len(silent))
	}
	if len(expected) > 0 {
		say += clashWords(expected)
	}
	if len(silent)+len(expected) == 0 {
		return list
	}
	card := chat.Card{Title: "明天的活动 " + a.Code + " " + title, Tone: chat.Warn, Blocks: []chat.Block{{Text: say}}, Buttons: []chat.Button{{Label: "看活动", Command: "活动 " + a.Code}}}
	return append(list, audience.Same(key+"/silent", minding(roll, a), h.message(card, a, s))...)
}

// message is a card about an activity, for private chats.
func (h Handler) message(card chat.Card, a store.Activity, s rulebook.Slot) chat.Message {
	return chat.Message{Card: &card, Secrecy: chat.Secrecy{Confidential: true, Summary: outline(a, s.At)}}
}

// AnyOver reports whether an activity ended, and nobody was asked who came.
func (h Handler) AnyOver(ctx context.Context, tx *store.Tx, now time.Time) (bool, error) {
	return tx.Activities().AnyEnded(ctx, now)
}

// Over asks who came, once after each activity: whoever is responsible for it, or
// the next up the line.
func (h Handler) Over(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
	ended, err := tx.Activities().Ended(ctx, s.At)
	if err != nil || len(ended) == 0 {
		return nil, err
	}
	roll, err := audience.Read(ctx, tx, h.Rules.Day(s.At))
	if err != nil {
		return nil, err
	}
	var list []chat.Notice
	for _, a := range ended {
		people, err := h.peopleLines(ctx, tx, a, s.At)
		if err != nil {
			return nil, err
		}
		counted, err := h.count(ctx, tx, a, s.At)
		if err != nil {
			return nil, err
		}
		card := chat.Card{
			Title:   "活动结束了：" + a.Name,
			Blocks:  []chat.Block{{Text: a.Code + "，" + when(a) + "。" + counted + "。"}, {Text: strings.Join(people, "\n")}, {Note: "没说话的是未核，不算没到：请核对谁到了，再写总结（会-4 要写经验）。主管可以发 补记 " + a.Code + " 姓名、未到 " + a.Code + " 姓名 原因。"}},
			Buttons: []chat.Button{{Label: "写总结", Command: "活动 总结 " + a.Code, Primary: true}, {Label: "看活动", Command: "活动 " + a.Code}},
		}
		key := fmt.Sprintf("activity/%s/%d/over", a.Code, a.Ends.UnixMilli())
		list = append(list, audience.Same(key, responsible(roll, a), h.message(card, a, s))...)
	}
	return list, nil
}

// responsible is who sums an activity up: the first of its 分工, while they are here,
// else who minds it.
func responsible(roll audience.Roll, a store.Activity) []store.Person {
	if p, active := roll.Active(a.Responsible()); active && roll.Present(p.ID) {
		return []store.Person{p}
	}
	return minding(roll, a)
}

// minding is who hears what the clock has to say of a plan: its planner, or while
// they are on leave whoever stands for the supervisor.
func minding(roll audience.Roll, a store.Activity) []store.Person {
	if to := planner(roll, a); slices.ContainsFunc(to, func(p store.Person) bool { return roll.Present(p.ID) }) {
		return to
	}
	return roll.Hearing(store.Supervisor).To
}

// planDay is the day of a month from which on a plan for the next one is missing.
const planDay = 25

// Daily is what activities want in the daily message: what is on today, summaries
// that are missing, and plans for the next month.
func (h Handler) Daily(ctx context.Context, tx *store.Tx, s rulebook.Slot, roll audience.Roll) ([]daily.Line, error) {
	today := h.Rules.Day(s.At)
	open, err := tx.Activities().Open(ctx)
	if err != nil {
		return nil, err
	}
	var list []daily.Line
	for _, a := range open {
		if a.State == store.ActivityPlanned {
			list = append(list, h.todayLines(a, roll)...)
			list = append(list, h.summaryLines(a, roll, s)...)
			missed, err := h.missedLines(ctx, tx, a, roll, s)
			if err != nil {
				return nil, err
			}
			list = append(list, missed...)
		}
	}
	if s.At.In(h.Rules.Zone).Day() < planDay {
		return list, nil
	}
	// Who never planned one here plans elsewhere, and is not asked every month.
	if used, err := tx.Activities().Any(ctx); err != nil || !used {
		return list, err
	}
	missing, err := h.planLines(ctx, tx, today.NextMonth(), roll)
	return append(list, missing...), err
}

// todayLines tell participants of what begins today.
func (h Handler) todayLines(a store.Activity, roll audience.Roll) (list []daily.Line) {
	if a.First != roll.Day {
		return nil
	}
	for _, p := range a.People {
		who, active := roll.Active(p.Person)
		if !active || p.Answer == store.Cannot {
			continue
		}
		text := fmt.Sprintf("今天的活动 %s：%s，%s", a.Code, a.Name, when(a))
		if a.Place != "" {
			text += "，" + a.Place
		}
		if p.Task != "" {
			text += "；你的任务：" + p.Task
		}
		list = append(list, daily.Line{
			For: roll.Only(who), Key: "activity/day/" + a.Code + "/" + string(a.First) + "/" + who.ID, Urgency: daily.Urgent,
			Text: text + "（" + onSite + "）", Harmless: "今天有活动 " + a.Code + "，" + when(a), Command: "到场 " + a.Code, Label: "到场 " + a.Code,
		})
	}
	return list
}

// summaryLines tell the supervisor of a summary that is missing.
func (h Handler) summaryLines(a store.Activity, roll audience.Roll, s rulebook.Slot) []daily.Line {
	due := h.Rules.SummaryDue(a)
	if rulebook.ActivityState(a, s.At) != store.ActivityEnded || roll.Day < due {
		return nil
	}
	return []daily.Line{{
		For: roll.Hearing(store.Supervisor), Key: "activity/summary/" + a.Code + "/" + string(a.Last), Urgency: daily.Due, Since: due,
		Text:     fmt.Sprintf("活动 %s（%s）结束 %d 个工作日了，还没有总结（%s）", a.Code, a.Name, h.Rules.Calendar.WorkingDays(a.Last, roll.Day), monthly),
		Harmless: fmt.Sprintf("活动 %s 还没有总结", a.Code), Command: "活动 总结 " + a.Code, Label: "总结 " + a.Code,
	}}
}

// missedLines tell whoever is to sum an activity up, and was on leave when [Handler.Over]
// told of its end, once they are back.
func (h Handler) missedLines(ctx context.Context, tx *store.Tx, a store.Activity, roll audience.Roll, s rulebook.Slot) ([]daily.Line, error) {
	who, active := roll.Active(a.Responsible())
	if !active || rulebook.ActivityState(a, s.At) != store.ActivityEnded {
		return nil, nil
	}
	day := h.Rules.Day(h.Rules.Quiet.End(a.Ends.In(h.Rules.Zone))) // when it was told
	leaves, err := tx.Leaves().Of(ctx, who.ID, day)
	if err != nil || !slices.ContainsFunc(leaves, func(l store.Leave) bool { return l.First <= day && day <= l.Last }) {
		return nil, err
	}
	return []daily.Line{{
		For: roll.Only(who), Key: "activity/missed/" + a.Code + "/" + string(a.Last), Urgency: daily.Due,
		Text:     fmt.Sprintf("活动 %s（%s）在你请假时结束了，还没有总结（%s）", a.Code, a.Name, monthly),
		Harmless: fmt.Sprintf("活动 %s 还没有总结", a.Code), Command: "活动 总结 " + a.Code, Label: "总结 " + a.Code,
	}}, nil
}

// planLines tell the director that nothing is planned for a month.
func (h Handler) planLines(ctx context.Context, tx *store.Tx, month store.Day, roll audience.Roll) ([]daily.Line, error) {
	all, err := tx.Activities().Between(ctx, month, month.NextMonth().Add(-1))
	if err != nil {
		return nil, err
	}
	drafts := 0
	for _, a := range all {
		switch {
		case a.First.Month() != month:
		case a.State == store.ActivityPlanned, a.State == store.ActivityReviewed:
			return nil, nil
		case a.State == store.ActivityDraft:
			drafts++
		}
	}
	text := words.Month(month) + "还没有活动计划（" + monthly + "）"
	if drafts > 0 {
		text = fmt.Sprintf("%s的活动只有草稿 %d 个，还没有计划（%s）", words.Month(month), drafts, monthly)
	}
	return []daily.Line{{
		For: roll.Hearing(store.MarketingDirector), Key: "activity/plan/" + string(month), Urgency: daily.Due, Since: store.Day(fmt.Sprintf("%s%d", string(roll.Day)[:len("2026-11-")], planDay)), Text: text, Command: "活动 新增", Label: "登记活动",
	}}, nil
}

// Owes is what the caller owes or waits for about activities (我的).
func (h Handler) Owes(ctx context.Context, c *command.Call) ([]command.Item, error) {
	open, err := c.Tx.Activities().Open(ctx)
	if err != nil {
		return nil, err
	}
	var items []command.Item
	for _, a := range open {
		if item, owed := h.owed(c, a); owed {
			items = append(items, item)
		}
	}
	return items, nil
}

// owed is what the caller owes about one activity.
func (h Handler) owed(c *command.Call, a store.Activity) (command.Item, bool) {
	mine, state := a.Participant(c.Person.ID), rulebook.ActivityState(a, c.Now)
	named := "活动 " + a.Code + "（" + when(a) + "）"
	switch {
	case a.State == store.ActivityDraft && a.Maker == c.Person.ID:
		return command.Item{Text: "活动 " + a.Code + " 还是草稿（" + monthly + "）", Button: &chat.Button{Label: "补齐 " + a.Code, Command: "活动 改 " + a.Code}}, true
	case mine != nil && state == store.ActivityPlanned && mine.Answer == store.Unanswered:
		return command.Item{Text: named + "，还没答复能不能去", Button: &chat.Button{Label: "能去 " + a.Code, Command: "能去 " + a.Code}, Yes: "能去 " + a.Code, No: "不能去 " + a.Code}, true
	case mine != nil && a.State == store.ActivityPlanned && mine.Came == store.Unchecked && mine.Answer != store.Cannot && h.Rules.AttendanceOpen(a, c.Now):
		return command.Item{Text: named + "，还没报到场（" + onSite + "）", Button: &chat.Button{Label: "到场 " + a.Code, Command: "到场 " + a.Code}, Urgent: true}, true
	case state == store.ActivityEnded && a.Responsible() == c.Person.ID:
		return command.Item{Text: named + "，还没总结（" + monthly + "）", Button: &chat.Button{Label: "总结 " + a.Code, Command: "活动 总结 " + a.Code}}, true
	}
	return command.Item{}, false
}

// Today is what is on, and what is not summed up yet (工作台).
func (h Handler) Today(ctx context.Context, c *command.Call) ([]command.Item, error) {
	open, err := c.Tx.Activities().Open(ctx)
	if err != nil || len(open) == 0 {
		return nil, err
	}
	today := h.Rules.Day(c.Now)
	on, ahead, ended := 0, 0, 0
	for _, a := range open {
		switch {
		case rulebook.ActivityState(a, c.Now) == store.ActivityEnded:
			ended++
		case a.State == store.ActivityPlanned && a.First <= today:
			on++
		default:
			ahead++
		}
	}
	return []command.Item{{Text: fmt.Sprintf("活动：今天 %d 个，筹备中 %d 个，待总结 %d 个", on, ahead, ended), Button: &chat.Button{Label: "活动", Command: "活动"}}}, nil
}
