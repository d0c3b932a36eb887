package meeting

import (
	"cmp"
	"context"
	"slices"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

// judgesOf are who may confirm what somebody did, the lowest in the line first.
func judgesOf(roll audience.Roll, owner store.Person) (list []store.Person) {
	for post := store.Supervisor; post != ""; post = rulebook.Superior(post) {
		for _, p := range roll.Holders(post) {
			if rulebook.Judges(p, owner) {
				list = append(list, p)
			}
		}
	}
	return list
}

// done is 完成.
func (h Handler) done(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, err := h.called(ctx, c, h.mine)
	if err != nil {
		return nil, err
	}
	roll, err := h.roll(ctx, c)
	if err != nil {
		return nil, err
	}
	owner, err := answers(ctx, c.Tx, roll, was)
	switch {
	case err != nil:
		return nil, err
	case owner.ID != c.Person.ID:
		return nil, &command.Refusal{Text: "决议 " + was.Code + " 由" + owner.Name + "负责，由负责人来说完成。", Hint: "决议 " + was.Code, Clause: deciding, Denied: true, Private: true}
	case was.State != store.DecisionOpen:
		return nil, &command.Refusal{Text: "决议 " + was.Code + " 已经是" + string(was.State) + "。", Hint: "决议 " + was.Code, Clause: deciding, Private: true}
	}
	said, err := fitting("说明", c.Text("说明"), maxTalk)
	if err != nil {
		return nil, err
	}
	if said == "" {
		return nil, &command.Question{Prompt: donePrompt, Line: "完成 " + was.Code}
	}
	is := was
	is.State, is.Report, is.Claimed = store.DecisionClaimed, said, c.Now
	judges := judgesOf(roll, owner)
	heading := was.Code + " 已报完成，等确认"
	if !h.Config.ConfirmDone || len(judges) == 0 {
		is.State, is.Done, is.Alone = store.DecisionDone, c.Now, h.Config.ConfirmDone
		heading = was.Code + " 已完成"
		if is.Alone {
			heading += "（无人复核）"
		}
	}
	a, err := h.save(ctx, c, was, &is, said, heading)
	if err != nil || is.State == store.DecisionDone {
		return h.settle(ctx, c, is, a, err)
	}
	to := audience.But(roll.Standing(rulebook.Superior(owner.Post)).To, owner.ID)
	to = slices.DeleteFunc(to, func(p store.Person) bool { return !rulebook.Judges(p, owner) })
	if len(to) == 0 {
		to = judges[:1]
	}
	a.Notices, err = h.tellOf(ctx, c, is, to, "claimed", owner.Name+"报完成："+was.Code, nil, judgeButtons(is)...)
	return a, err
}

// settled is why an item has its outcome that nobody gave it at the meeting.
const settled = "已完成"

// settle gives the item that is about a decision which is done its outcome, if it
// stands on the agenda of the open meeting.
func (h Handler) settle(ctx context.Context, c *command.Call, d store.Decision, a *command.Answer, err error) (*command.Answer, error) {
	if err != nil {
		return nil, err
	}
	m, open, err := c.Tx.Meetings().Now(ctx)
	if err != nil || !open {
		return a, err
	}
	items, err := c.Tx.Agenda().On(ctx, m.Code)
	if err != nil {
		return nil, err
	}
	for _, was := range items {
		if was.Decision != d.Code || was.State != store.ItemOpen {
			continue
		}
		is := was
		is.State, is.By, is.At, is.Why = store.ItemNoted, c.Person.ID, c.Now, settled
		if saved, err := c.Tx.Agenda().Save(ctx, was, is, deed(c, "")); err != nil || !saved {
			return nil, orRaced(err, was.Code)
		}
		a.Undo = "" // the meeting builds on it
		a.Reply.Card.Buttons = nil
	}
	return a, nil
}

// judged is the claimed decision that the caller judges, with who answers for it.
func (h Handler) judged(ctx context.Context, c *command.Call) (d store.Decision, owner store.Person, err error) {
	if d, err = h.called(ctx, c, h.toJudge); err != nil {
		return d, owner, err
	}
	roll, err := h.roll(ctx, c)
	if err != nil {
		return d, owner, err
	}
	owner, err = answers(ctx, c.Tx, roll, d)
	may, err2 := namesAndPosts(judgesOf(roll, owner)), err
	switch {
	case err2 != nil:
		return d, owner, err2
	case owner.ID == c.Person.ID:
		err = &command.Refusal{Text: "决议 " + d.Code + " 是你自己负责的，要由上一级确认。", Hint: "请" + may + "发：确认完成 " + d.Code, Clause: deciding, Denied: true, Private: true}
	case !rulebook.Judges(c.Person, owner):
		err = &command.Refusal{Text: "决议 " + d.Code + " 由负责人的上级确认。", Hint: "请" + may + "发：确认完成 " + d.Code, Clause: deciding, Denied: true, Private: true}
	case d.State == store.DecisionOpen:
		err = &command.Refusal{Text: "决议 " + d.Code + " 还没有报完成，" + owner.Name + "负责。", Hint: "决议 " + d.Code, Clause: deciding, Private: true}
	case d.State == store.DecisionDone:
		said := "已于 " + words.Moment(d.Done.In(h.Rules.Zone)) + " 完成"
		if d.Judge != "" {
			by, err := audience.NewNames(c.Tx).Of(ctx, d.Judge)
			if err != nil {
				return d, owner, err
			}
			said = "已由" + by + "于 " + words.Moment(d.Done.In(h.Rules.Zone)) + " 确认完成"
		} else if d.Alone {
			said += "，无人复核"
		}
		err = &command.Refusal{Text: "决议 " + d.Code + " " + said + "。", Hint: "决议 " + d.Code, Clause: deciding, Private: true}
	}
	return d, owner, err
}

func namesAndPosts(list []store.Person) string {
	return cmp.Or(words.WithPosts(list, 3), "上级")
}

// confirm is 确认完成.
func (h Handler) confirm(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, owner, err := h.judged(ctx, c)
	if err != nil {
		return nil, err
	}
	is := was
	is.State, is.Judge, is.Done = store.DecisionDone, c.Person.ID, c.Now
	a, err := h.save(ctx, c, was, &is, "", was.Code+" 已确认完成")
	if err != nil {
		return nil, err
	}
	if a.Notices, err = h.tellOf(ctx, c, is, []store.Person{owner}, "confirmed", c.Person.Name+"确认完成："+was.Code, nil); err != nil {
		return nil, err
	}
	return h.settle(ctx, c, is, a, nil)
}

// reject is 退回.
func (h Handler) reject(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, owner, err := h.judged(ctx, c)
	if err != nil {
		return nil, err
	}
	why, err := reason(c.Text(fieldReason))
	if err != nil {
		return nil, err
	}
	if why == "" {
		return nil, &command.Question{Prompt: returnPrompt, Line: "退回 " + was.Code}
	}
	is := was
	is.State, is.Claimed = store.DecisionOpen, time.Time{}
	a, err := h.save(ctx, c, was, &is, why, was.Code+" 已退回")
	if err != nil {
		return nil, err
	}
	a.Notices, err = h.tellOf(ctx, c, is, []store.Person{owner}, "returned", c.Person.Name+"退回："+was.Code, []chat.Fact{{Label: fieldReason, Value: why}}, chat.Button{Label: "完成", Command: "完成 " + was.Code})
	return a, err
}

// putOff is 延期: by who answers for it, or a head.
func (h Handler) putOff(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, err := h.decision(ctx, c, c.Text(codeArg))
	if err != nil {
		return nil, err
	}
	roll, err := h.roll(ctx, c)
	if err != nil {
		return nil, err
	}
	owner, err := answers(ctx, c.Tx, roll, was)
	if err != nil {
		return nil, err
	}
	if err := mayPutOff(c, was, owner); err != nil {
		return nil, err
	}
	due, today := c.Day("日期"), h.Rules.Day(c.Now)
	switch {
	case !was.Open():
		return nil, &command.Refusal{Text: "决议 " + was.Code + " 已完成。", Hint: "决议 " + was.Code, Clause: deciding, Private: true}
	case due < today:
		return nil, &command.Refusal{Text: "日期 " + words.DayIn(due, today) + " 已经过去了，写今天或以后。", Hint: "延期 " + was.Code + " " + string(today.Add(7)) + " 原因…", Clause: deciding, Private: true}
	case due <= was.Due:
		return nil, &command.Refusal{Text: "现在的期限是 " + words.DayIn(was.Due, today) + "，延期要写更晚的日子。", Hint: "延期 " + was.Code + " " + string(max(was.Due, today).Add(7)) + " 原因…", Clause: deciding, Private: true}
	}
	if err := h.stays(c, owner, due, "改派 "+was.Code+" 姓名"); err != nil {
		return nil, err
	}
	why, err := reason(c.Text(fieldReason))
	if err != nil {
		return nil, err
	}
	if why == "" {
		return nil, &command.Question{Prompt: laterPrompt}
	}
	is := was
	is.Due = due
	is.Moved++
	a, err := h.save(ctx, c, was, &is, "到 "+words.DayIn(due, today)+"："+why, was.Code+" 已延期")
	if err != nil {
		return nil, err
	}
	to := audience.Join([]store.Person{owner}, roll.Standing(rulebook.Superior(owner.Post)).To)
	a.Notices, err = h.tellOf(ctx, c, is, to, "put off", c.Person.Name+"延期："+was.Code, []chat.Fact{{Label: fieldReason, Value: why}})
	return a, err
}

// mayPutOff refuses to put a decision off by whoever is neither its owner nor a head.
func mayPutOff(c *command.Call, d store.Decision, owner store.Person) error {
	if owner.ID == c.Person.ID || rulebook.Allows(rulebook.HeadMeetings, c.Person) {
		return nil
	}
	return &command.Refusal{Text: "决议 " + d.Code + " 由" + owner.Name + "负责，负责人和" + rulebook.Holders(rulebook.HeadMeetings) + "可以延期。", Hint: "决议 " + d.Code, Clause: deciding, Denied: true, Private: true}
}

// reassign is 改派.
func (h Handler) reassign(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, err := h.decision(ctx, c, c.Text(codeArg))
	if err != nil {
		return nil, err
	}
	to := c.Who(personArg)
	switch {
	case !was.Open():
		return nil, &command.Refusal{Text: "决议 " + was.Code + " 已完成。", Hint: "决议 " + was.Code, Clause: deciding, Private: true}
	case was.Owner == to.ID:
		return nil, &command.Refusal{Text: "决议 " + was.Code + " 本来就由" + to.Name + "负责。", Hint: "决议 " + was.Code, Clause: deciding, Private: true}
	}
	if err := h.stays(c, to, was.Due, "改派 "+was.Code+" 姓名"); err != nil {
		return nil, err
	}
	roll, err := h.roll(ctx, c)
	if err != nil {
		return nil, err
	}
	old, err := answers(ctx, c.Tx, roll, was)
	if err != nil {
		return nil, err
	}
	is := was.With(to.ID)
	is.State, is.Claimed = store.DecisionOpen, time.Time{}
	a, err := h.save(ctx, c, was, &is, old.Name+" → "+to.Name, was.Code+" 已改派给"+to.Name)
	if err != nil {
		return nil, err
	}
	news, err := h.tellOf(ctx, c, is, []store.Person{to}, "assigned", c.Person.Name+"把决议改派给你："+was.Code, nil, chat.Button{Label: "看决议", Command: "决议 " + was.Code})
	if err != nil {
		return nil, err
	}
	rest, err := h.tellOf(ctx, c, is, audience.But([]store.Person{old}, to.ID), "taken", c.Person.Name+"把决议改派给了"+to.Name+"："+was.Code, nil)
	a.Notices = append(news, rest...)
	return a, err
}
