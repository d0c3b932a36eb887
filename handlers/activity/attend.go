package activity

import (
	"context"
	"errors"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

const (
	attendName   = "到场"
	personArg    = "姓名"
	absentPrompt = "为什么没到？写一句。"
)

func (h Handler) attendCommands() []command.Spec {
	someone := command.Arg{Name: personArg, Kind: command.Person, Prompt: "谁？写姓名。"}
	maybe := someone
	maybe.Optional = true
	return []command.Spec{
		{
			Name: attendName, Aliases: []string{"dc"}, Summary: "活动开始前 2 小时到第二天，参加人员报到场",
			Said: []string{"到场了", "我到场了", "报到场", "活动到场", "到活动现场", "到现场了", "到…现场", "到展会", "我到了", "活动签到"},
			Args: []command.Arg{orTheOnly(), maybe}, Examples: []string{"到场 H3"},
			Who: rulebook.TakePart, Clause: onSite, Photo: true, Changed: h.answered, Run: h.attend, Undo: h.undo,
		},
		{
			Name: "未到", Summary: "记下谁没到活动、为什么；没说话的是未核，不算没到",
			Said:     []string{"没到场", "没到活动", "没来参加", "缺席活动"},
			Args:     []command.Arg{theActivity(), someone, {Name: fieldReason, Kind: command.Free, Prompt: absentPrompt}},
			Examples: []string{"未到 H3 张伟 临时出差"},
			Who:      rulebook.HeadActivities, Clause: onSite, Changed: h.said, Run: h.absent, Undo: h.undo,
		},
		{
			Name: "补记", Summary: "替忘了报的人补记到场",
			Said:     []string{"补记到场", "补到场", "补登到场"},
			Args:     []command.Arg{theActivity(), someone, {Name: fieldTime, Kind: command.Free, Optional: true}},
			Examples: []string{"补记 H3 张伟", "补记 H3 张伟 14:10"},
			Who:      rulebook.HeadActivities, Clause: onSite, Changed: h.said, Run: h.record, Undo: h.undo,
		},
	}
}

// attend is 到场: a participant says so of themselves, while that is open.
func (h Handler) attend(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if c.Has(personArg) && c.Who(personArg).ID != c.Person.ID {
		return h.attendOf(ctx, c)
	}
	was, err := h.pick(ctx, c, func(a store.Activity) bool {
		p := a.Participant(c.Person.ID)
		return p != nil && !p.Came.Came() && a.State == store.ActivityPlanned && h.Rules.AttendanceOpen(a, c.Now)
	})
	if err != nil {
		return nil, err
	}
	is, mine, err := h.partIn(c, was)
	if err != nil {
		return nil, err
	}
	if from, before := h.Rules.AttendanceHours(was); !h.Rules.AttendanceOpen(was, c.Now) {
		r := &command.Refusal{Text: was.Code + " 从 " + words.Moment(from) + " 起才能报到场（开始前 2 小时）。", Hint: "到时候发：到场 " + was.Code, Clause: onSite}
		if !c.Now.Before(before) {
			r = &command.Refusal{Text: was.Code + " 的到场报到第二天为止，已经过了。", Hint: "请主管发：补记 " + was.Code + " " + c.Person.Name, Clause: onSite}
		}
		return nil, r
	}
	if mine.Came == store.Absent {
		at, err := saidOf(ctx, c.Tx, was, c.Person.ID)
		if err == nil {
			err = c.Overtaken(at)
		}
		if err != nil {
			return nil, err
		}
	}
	if mine.Came.Came() && c.Photo != nil {
		return h.evidence(ctx, c, was)
	}
	if mine.Came.Came() {
		return nil, &command.Refusal{Text: "已经记过你到 " + was.Code + " 了。", Hint: "活动 " + was.Code, Clause: onSite}
	}
	mine.Came, mine.At, mine.Excuse = store.Attended, c.Now, ""
	answer, err := h.noted(ctx, c, was, is, *mine, attendName+" "+was.Code)
	if err != nil {
		return nil, err
	}
	said := "现场照片可以私聊发给我，作到场的凭证。"
	if c.Photo != nil {
		if _, said, err = h.keep(ctx, c, was); err != nil {
			return nil, err
		}
	}
	card := answer.Reply.Card
	card.Blocks = append(card.Blocks, chat.Block{Note: said})
	return answer, nil
}

// attendOf is 到场 编号 姓名, which heads say of others.
func (h Handler) attendOf(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if !rulebook.Allows(rulebook.HeadActivities, c.Person) {
		return nil, &command.Refusal{Text: "别人的到场只有" + rulebook.Holders(rulebook.HeadActivities) + "可以记。", Hint: "记自己的：到场", Clause: onSite, Denied: true}
	}
	if c.Photo != nil {
		return nil, &command.Refusal{Text: "到场的照片由到场的人自己发。", Hint: attendName + " " + c.Text(codeArg) + " " + c.Who(personArg).Name, Clause: onSite}
	}
	if !c.Has(codeArg) {
		return nil, &command.Refusal{Text: "要写哪个活动。", Hint: "补记 H3 " + c.Who(personArg).Name, Clause: onSite}
	}
	return h.recordAt(ctx, c, time.Time{})
}

// about is somebody else's part in an activity that heads may say something of.
func (h Handler) about(ctx context.Context, c *command.Call) (was, is store.Activity, part *store.Participant, err error) {
	if was, err = h.find(ctx, c); err != nil {
		return was, is, nil, err
	}
	who := c.Who(personArg)
	is = was
	is.People = append([]store.Participant(nil), was.People...)
	from, _ := h.Rules.AttendanceHours(was)
	switch part = is.Participant(who.ID); {
	case was.State == store.ActivityCancelled, was.State == store.ActivityDraft:
		err = &command.Refusal{Text: was.Code + " 是" + string(was.State) + "，没有到场可以记。", Hint: "活动 " + was.Code, Clause: onSite}
	case part == nil:
		err = &command.Refusal{Text: who.Name + "不在 " + was.Code + " 的参加人员里。", Hint: "活动 " + was.Code, Clause: onSite}
	case c.Now.Before(from):
		err = &command.Refusal{Text: was.Code + " 还没开始（" + when(was) + "）。", Hint: "活动 " + was.Code, Clause: onSite}
	}
	return was, is, part, err
}

// record is 补记.
func (h Handler) record(ctx context.Context, c *command.Call) (*command.Answer, error) {
	var at time.Time
	if typed := strings.TrimSpace(c.Text(fieldTime)); text.HasWords(typed) {
		a, err := h.find(ctx, c)
		if err != nil {
			return nil, err
		}
		if at, err = h.arrived(c, a, typed); err != nil {
			return nil, err
		}
	}
	return h.recordAt(ctx, c, at)
}

// arrived reads when somebody came: an hour of the activity's first day, or a day
// with it.
func (h Handler) arrived(c *command.Call, a store.Activity, typed string) (time.Time, error) {
	on := c.Env().Base()
	on.Past = true
	p, n, err := reading.When(typed, on)
	if errors.Is(err, reading.ErrNone) {
		first := string(a.First) + " "
		p, n, err = reading.When(first+typed, on)
		n -= len(first)
	}
	at := p.First.Start(h.Rules.Zone).Add(p.From)
	if err != nil || n < 0 || strings.TrimSpace(typed[n:]) != "" || !p.Timed {
		return at, &command.Refusal{Text: "几点到的没看懂" + text.Quote(text.CutLine(typed, shown)) + "。", Hint: c.Spec.Name + " " + a.Code + " " + c.Who(personArg).Name + " 14:10", Clause: onSite}
	}
	if at.After(c.Now) {
		return at, &command.Refusal{Text: words.Moment(at) + " 还没到。", Hint: c.Spec.Name + " " + a.Code + " " + c.Who(personArg).Name, Clause: onSite}
	}
	return at, nil
}

func (h Handler) recordAt(ctx context.Context, c *command.Call, at time.Time) (*command.Answer, error) {
	was, is, part, err := h.about(ctx, c)
	if err != nil {
		return nil, err
	}
	part.Came, part.At, part.Excuse = store.Recorded, at, ""
	return h.noted(ctx, c, was, is, *part, "已补记"+c.Who(personArg).Name+"到场 "+was.Code)
}

// absent is 未到.
func (h Handler) absent(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, is, part, err := h.about(ctx, c)
	if err != nil {
		return nil, err
	}
	why, err := reason(c, maxTask)
	if err != nil {
		return nil, err
	}
	if why == "" {
		return nil, &command.Question{Prompt: absentPrompt}
	}
	part.Came, part.At, part.Excuse = store.Absent, time.Time{}, why
	return h.noted(ctx, c, was, is, *part, "已记"+c.Who(personArg).Name+"未到 "+was.Code)
}

// noted saves who came, answers, and tells whom it is about.
func (h Handler) noted(ctx context.Context, c *command.Call, was, is store.Activity, part store.Participant, title string) (*command.Answer, error) {
	if err := h.save(ctx, c, was, &is, part.Excuse); err != nil {
		return nil, err
	}
	line := is.Name + " · " + when(is)
	if !part.At.IsZero() {
		line += " · " + words.Moment(part.At.In(h.Rules.Zone)) + " 到"
	}
	counted, err := h.count(ctx, c.Tx, is, c.Now)
	if err != nil {
		return nil, err
	}
	blocks := []chat.Block{{Text: line}, {Text: counted + "。"}}
	if part.Excuse != "" && !c.Event.Chat.Group {
		blocks = append(blocks, chat.Block{Text: fieldReason + "：" + text.Continued(part.Excuse)})
	}
	answer := command.Card(chat.Card{Title: title, Tone: chat.Good, Blocks: blocks})
	answer.Subject = subject(is)
	if part.Person != c.Person.ID {
		answer.Notices, err = h.notify(ctx, c, is, []string{part.Person}, "noted", func(store.Participant) chat.Card {
			facts := []chat.Fact{{Label: codeArg, Value: is.Code}, {Label: fieldTime, Value: when(is)}, {Label: "记录", Value: string(part.Came)}}
			if part.Excuse != "" {
				facts = append(facts, chat.Fact{Label: fieldReason, Value: part.Excuse})
			}
			return chat.Card{Title: c.Person.Name + "记下了你的到场：" + is.Name, Blocks: []chat.Block{{Facts: facts}}}
		})
	}
	return undoable(private(c, answer, is), is), err
}
