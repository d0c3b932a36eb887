package meeting

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
)

const (
	donePrompt   = "怎么完成的？写一句，会给确认的人看。"
	returnPrompt = "哪里还没有完成？写一句，会告诉负责人。"
	laterPrompt  = "为什么延期？写一句。"
	putOffName   = "延期"
)

func (h Handler) decisionCommands() []command.Spec {
	code := command.Arg{Name: codeArg, Kind: command.Number, Prompt: "哪项决议？写编号，例如 D7。"}
	only := code
	only.Optional = true
	return []command.Spec{
		{
			Name: "完成", Aliases: []string{"wc"}, Summary: "决议办完了：写怎么完成的，等上级确认",
			Said: []string{"完成决议", "做完了", "办好了", "搞定了", "决议完成", "决议办完了", "办完了"},
			Args: []command.Arg{only, {Name: "说明", Kind: command.Free, Optional: true}}, Examples: []string{"完成 D7 三期都排好了"},
			Who: rulebook.TakePart, Private: true, Clause: deciding, Changed: h.decisionChanged, Run: h.done, Undo: h.undoDecision,
		},
		{
			Name: "确认完成", Aliases: []string{"qrwc"}, Summary: "确认决议已经完成；自己的由上一级确认",
			Said: []string{"确认决议", "确认决议完成", "验收决议"},
			Args: []command.Arg{only}, Examples: []string{"确认完成 D7"},
			Who: rulebook.JudgeDecisions, Private: true, Settles: true, Clause: deciding, Changed: h.decisionChanged, Run: h.confirm, Undo: h.undoDecision,
		},
		{
			Name: "退回", Aliases: []string{"thjy"}, Summary: "决议还没有真正完成：退回给负责人，写原因",
			Said: []string{"退回决议", "决议没完成", "没有完成，退回"},
			Args: []command.Arg{code, {Name: fieldReason, Kind: command.Free, Optional: true}}, Examples: []string{"退回 D7 第三期还没签"},
			Who: rulebook.JudgeDecisions, Private: true, Clause: deciding, Changed: h.decisionChanged, Run: h.reject, Undo: h.undoDecision,
		},
		{
			Name: putOffName, Aliases: []string{"yq"}, Summary: "改决议的期限：最早的期限和延了几次都留着",
			Said:     []string{"延期决议", "决议延期", "推迟决议"},
			Args:     []command.Arg{code, {Name: "日期", Kind: command.Date, Prompt: "延到哪天？例如 12-31。"}, {Name: fieldReason, Kind: command.Free, Prompt: laterPrompt}},
			Examples: []string{"延期 D7 12-31 客户月底才开会"},
			Who:      rulebook.TakePart, Private: true, Clause: deciding, Changed: h.decisionChanged, Run: h.putOff, Undo: h.undoDecision,
		},
		{
			Name: "改派", Aliases: []string{"gp"}, Summary: "换决议的负责人，新旧都会收到通知",
			Said: []string{"改派决议", "换负责人", "决议换人", "转给别人负责"},
			Args: []command.Arg{code, {Name: personArg, Kind: command.Person, Prompt: "改派给谁？写姓名。"}}, Examples: []string{"改派 D7 刘洋"},
			Who: rulebook.HeadMeetings, Private: true, Clause: deciding, Changed: h.decisionChanged, Run: h.reassign, Undo: h.undoDecision,
		},
	}
}

// decisionChanged is when the decision that is called for was changed last.
func (h Handler) decisionChanged(ctx context.Context, c *command.Call) (time.Time, error) {
	return c.Tx.Meetings().Changed(ctx, command.CodeIn("D", c.Text(codeArg)))
}

// answers is who answers for a decision on a day: its owner, and for one who is not
// with the company any more the next up the line, until somebody takes it over (2-7).
func answers(ctx context.Context, tx *store.Tx, roll audience.Roll, d store.Decision) (store.Person, error) {
	if p, active := roll.Active(d.Owner); active {
		return p, nil
	}
	gone, _, err := tx.People().ByID(ctx, d.Owner)
	if err != nil {
		return gone, err
	}
	if above := roll.Standing(rulebook.Superior(gone.Post)).To; len(above) > 0 {
		return above[0], nil
	}
	if admins := roll.Charged(store.Administrator); len(admins) > 0 {
		return admins[0], nil
	}
	return gone, nil
}

// dueWords are who does a decision until when, without what it says.
func (h Handler) dueWords(ctx context.Context, n *audience.Names, d store.Decision, today store.Day) (string, error) {
	owner, err := n.Of(ctx, d.Owner)
	if err != nil {
		return "", err
	}
	said := owner + "，期限 " + words.DayIn(d.Due, today)
	if d.Moved > 0 {
		said += fmt.Sprintf("，延期 %d 次", d.Moved)
	}
	switch late := today.Since(d.Due); {
	case d.State != store.DecisionOpen:
		said += "，" + string(d.State)
	case late > 0:
		said += fmt.Sprintf("，逾期 %d 天", late)
	}
	return said, nil
}

// facts are a decision in full.
func (h Handler) facts(ctx context.Context, n *audience.Names, d store.Decision, today store.Day) ([]chat.Fact, error) {
	owner, err := n.Of(ctx, d.Owner)
	if err != nil {
		return nil, err
	}
	facts := []chat.Fact{{Label: fieldConclusion, Value: d.Words}, {Label: fieldOwner, Value: owner}}
	if len(d.Helpers) > 0 {
		helpers, err := namesOf(ctx, n, d.Helpers)
		if err != nil {
			return nil, err
		}
		facts = append(facts, chat.Fact{Label: fieldHelpers, Value: strings.Join(helpers, "、")})
	}
	due := words.DayIn(d.Due, today)
	if d.Moved > 0 || d.First != d.Due {
		due += fmt.Sprintf("（原定 %s，延期 %d 次）", words.DayIn(d.First, today), d.Moved)
	}
	state := string(d.State)
	switch late := today.Since(d.Due); {
	case d.State == store.DecisionOpen && late > 0:
		state += fmt.Sprintf("，逾期 %d 天", late)
	case d.State == store.DecisionDone && d.Alone:
		state += "，无人复核"
	case d.State == store.DecisionDone:
		by, err := n.Of(ctx, d.Judge)
		if err != nil {
			return nil, err
		}
		state += "，" + by + "确认"
		if d.Judge == "" {
			state = string(d.State)
		}
	}
	facts = append(facts, chat.Fact{Label: fieldDue, Value: due}, chat.Fact{Label: "状态", Value: state})
	if d.Report != "" {
		facts = append(facts, chat.Fact{Label: "完成情况", Value: d.Report})
	}
	return facts, nil
}

// noDecision is what everybody hears of a decision that there is not, and of one
// that they may not know of; the record alone tells the one from the other.
func noDecision(hidden bool) *command.Refusal {
	return &command.Refusal{
		Text: "没有这项决议，或者它不归你看。负责人和协办人看自己的，全部由" + rulebook.Holders(rulebook.SeeMeetings) + "看。", Hint: "看自己的：决议", Clause: deciding, Denied: hidden, Private: true,
	}
}

// decision is the decision of a code that the caller may see.
func (h Handler) decision(ctx context.Context, c *command.Call, typed string) (d store.Decision, err error) {
	d, found, err := c.Tx.Decisions().Get(ctx, command.CodeIn("D", typed))
	if c.Tx.PassOver(err) {
		return d, &command.Refusal{Text: "这项决议的记录损坏，打不开；管理员已经知道。", Hint: "决议", Private: true}
	}
	if err != nil {
		return d, err
	}
	if !found || d.State == store.DecisionUndone || d.Made.After(c.Now) {
		return d, noDecision(false)
	}
	if rulebook.SeesDecision(c.Person, d) {
		return d, nil
	}
	roll, err := h.roll(ctx, c)
	if err != nil {
		return d, err
	}
	if p, err := answers(ctx, c.Tx, roll, d); err != nil || p.ID != c.Person.ID {
		return d, orNone(err)
	}
	return d, nil
}

func orNone(err error) error {
	if err == nil {
		err = noDecision(true)
	}
	return err
}

// decisions is 决议 without an item: one by its code, those of a person, all.
func (h Handler) decisions(ctx context.Context, c *command.Call, said string) (*command.Answer, error) {
	if code := command.CodeIn("D", said); code != "" && reading.FirstWord(said) == said {
		return h.oneDecision(ctx, c, code)
	}
	fields := strings.Fields(said)
	no, turned := 0, false
	if len(fields) > 0 {
		if no, turned = reading.PageNumber(fields[len(fields)-1]); turned {
			said = strings.Join(fields[:len(fields)-1], " ")
		}
	}
	heads := rulebook.Allows(rulebook.SeeMeetings, c.Person)
	whose, of, all := "", "", false
	switch {
	case said == "":
		if heads {
			break
		}
		whose, of = c.Person.ID, c.Person.Name
	case said == "全部" || said == "所有":
		all = true
		if !heads {
			whose, of = c.Person.ID, c.Person.Name
		}
	case said == "我的":
		whose, of = c.Person.ID, c.Person.Name
	default:
		p, found, err := audience.Named(ctx, c.Tx, strings.TrimSuffix(said, "的"))
		switch {
		case err != nil:
			return nil, err
		case !found || !heads && p.ID != c.Person.ID:
			return nil, noDecision(found)
		}
		whose, of = p.ID, p.Name
	}
	list, err := h.listed(ctx, c, whose, all)
	if err != nil {
		return nil, err
	}
	page := command.PageOf(no, len(list), command.MaxRows, strings.TrimSpace("决议 "+said))
	if err := page.Short(no); err != nil {
		return nil, err
	}
	return h.decisionList(ctx, c, list, of, all, page)
}

// listed are the decisions that a list shows: a person's or everybody's, the open
// ones or all.
func (h Handler) listed(ctx context.Context, c *command.Call, whose string, all bool) (list []store.Decision, err error) {
	if all {
		list, err = c.Tx.Decisions().All(ctx)
	} else {
		list, err = c.Tx.Decisions().Open(ctx)
	}
	if err != nil || whose == "" {
		return list, err
	}
	roll, err := h.roll(ctx, c)
	if err != nil {
		return nil, err
	}
	var own []store.Decision
	for _, d := range list {
		p, err := answers(ctx, c.Tx, roll, d)
		if err != nil {
			return nil, err
		}
		if d.Concerns(whose) || p.ID == whose {
			own = append(own, d)
		}
	}
	return own, nil
}

func judgeButtons(d store.Decision) []chat.Button {
	return []chat.Button{{Label: "确认完成", Command: "确认完成 " + d.Code, Primary: true}, {Label: "退回", Command: "退回 " + d.Code, Typed: "退回 " + d.Code + " 原因…"}}
}

// save changes a decision by the command that was called, answers with it, and lets
// that be taken back.
func (h Handler) save(ctx context.Context, c *command.Call, was store.Decision, is *store.Decision, said, heading string) (*command.Answer, error) {
	if saved, err := c.Tx.Decisions().Save(ctx, was, *is, deed(c, said)); err != nil || !saved {
		return nil, orRaced(err, was.Code)
	}
	is.Version = was.Version + 1
	a, err := h.decisionCard(ctx, c, *is, heading)
	if err != nil {
		return nil, err
	}
	a.Reply.Card.Tone, a.Reply.Card.Buttons = chat.Good, nil
	return undoable(a, is.Code+"/"+strconv.Itoa(is.Version)), nil
}

// undoDecision takes back what made the version of a decision that the reference
// names.
func (h Handler) undoDecision(ctx context.Context, c *command.Call, ref string) (string, error) {
	code, version, _ := strings.Cut(ref, "/")
	acts, err := c.Tx.Decisions().Acts(ctx, code)
	if err != nil {
		return "", err
	}
	if len(acts) == 0 {
		return "", fmt.Errorf("undo %s: there is no such decision", ref)
	}
	if last := acts[len(acts)-1]; last.Act == putOffName && strconv.Itoa(last.Version) == version { // the right may be lost since
		roll, err := h.roll(ctx, c)
		if err != nil {
			return "", err
		}
		owner, err := answers(ctx, c.Tx, roll, last.Was)
		if err == nil {
			err = mayPutOff(c, last.Was, owner)
		}
		if err != nil {
			return "", err
		}
	}
	err = h.undecide(ctx, c, code, version, store.MeetingAct{At: c.Now, By: c.Person.ID, Act: "撤销"})
	return code + " 的「" + acts[len(acts)-1].Act + "」", err
}

// tellOf tells people of what was done to a decision.
func (h Handler) tellOf(ctx context.Context, c *command.Call, d store.Decision, to []store.Person, what, heading string, extra []chat.Fact, buttons ...chat.Button) ([]chat.Notice, error) {
	n := audience.NewNames(c.Tx)
	facts, err := h.facts(ctx, n, d, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	due, err := h.dueWords(ctx, n, d, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	card := chat.Card{Title: heading, Blocks: []chat.Block{{Facts: append(facts, extra...)}}, Buttons: buttons}
	key := fmt.Sprintf("decision/%s/%d/%s", d.Code, d.Version, what)
	return audience.Same(key, audience.But(to, c.Person.ID), chat.Message{
		Card: &card, Secrecy: chat.Secrecy{Confidential: true, Summary: heading + "：" + due + "。" + elsewhere},
	}), nil
}

// mine are the decisions that wait for the caller's 完成.
func (h Handler) mine(ctx context.Context, c *command.Call) ([]store.Decision, error) {
	return h.waiting(ctx, c, func(d store.Decision, answers store.Person) bool {
		return d.State == store.DecisionOpen && answers.ID == c.Person.ID
	})
}

// toJudge are the decisions that wait for the caller's 确认完成.
func (h Handler) toJudge(ctx context.Context, c *command.Call) ([]store.Decision, error) {
	return h.waiting(ctx, c, func(d store.Decision, answers store.Person) bool {
		return d.State == store.DecisionClaimed && rulebook.Judges(c.Person, answers)
	})
}

// waiting are the open decisions that wait for the caller, by who answers for each.
func (h Handler) waiting(ctx context.Context, c *command.Call, waits func(store.Decision, store.Person) bool) (list []store.Decision, err error) {
	open, err := c.Tx.Decisions().Open(ctx)
	if err != nil {
		return nil, err
	}
	roll, err := h.roll(ctx, c)
	if err != nil {
		return nil, err
	}
	for _, d := range open {
		p, err := answers(ctx, c.Tx, roll, d)
		if err != nil {
			return nil, err
		}
		if waits(d, p) {
			list = append(list, d)
		}
	}
	return list, nil
}

// called is the decision that the caller means: by its code, else the only one that
// waits for them.
func (h Handler) called(ctx context.Context, c *command.Call, waiting func(context.Context, *command.Call) ([]store.Decision, error)) (store.Decision, error) {
	if c.Has(codeArg) {
		return h.decision(ctx, c, c.Text(codeArg))
	}
	return command.Numbered[store.Decision]{
		What: "决议", List: "决议", Letter: "D", Clause: deciding,
		Code: func(d store.Decision) string { return d.Code },
		At:   func(d store.Decision) time.Time { return d.Made },
	}.Only(ctx, c, codeArg, nil, waiting)
}
