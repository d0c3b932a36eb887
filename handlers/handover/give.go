package handover

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/handlers/words"
	"marketbot/store"
)

// farthestNotice is how many days ahead a last working day may lie.
const farthestNotice = 366

const wordsPrompt = "书面说明：写一句原因。"

// insist is what a notice is given by although it is too short.
const insist = "坚持"

func (h Handler) giveCommands() []command.Spec {
	last := command.Arg{Name: "最后工作日", Kind: command.Date, Prompt: "最后工作日是哪天？例如 12-27。"}
	day := command.Arg{Name: "日期", Kind: command.Date, Prompt: "在现在岗位做到哪天？例如 12-27。"}
	post := command.Arg{Name: "新岗位", Kind: command.Post, Prompt: "调到什么岗位？"}
	why := command.Arg{Name: "书面说明", Kind: command.Free, Prompt: wordsPrompt}
	list := []command.Spec{
		{
			Name: "离职", Aliases: []string{"lz"}, Summary: "书面提出离职：按期限提前提出，名下的事交接清楚、账目结清、主管签字之后离开",
			Said:     []string{"我要离职", "最后一天上班", "…离职", "不想干", "…辞职", "…走人", "申请离职", "提出离职", "办离职", "离职申请", "辞职", "我要辞职", "提出辞职", "辞职申请", "我…不干了"},
			Args:     []command.Arg{last, why},
			Examples: []string{"离职 12-27 回老家照顾父母"}, Who: everybody, Proceeds: []string{insist}, Changed: changed, Run: h.resign,
		},
		{
			Name: "离职改到", Hidden: true, Summary: "按提前期改最后工作日，提出离职", Args: []command.Arg{last, why},
			Examples: []string{"离职改到 12-27 回老家照顾父母"}, Who: everybody, Proceeds: []string{insist}, Changed: changed, Run: h.resign,
		},
		{
			Name: "调走", Summary: "书面提出调岗：和离职一样提前提出，交接清楚再走",
			Said:     []string{"申请调岗", "申请调走", "我要调岗", "调岗申请", "提出调岗"},
			Args:     []command.Arg{day, post, why},
			Examples: []string{"调走 12-27 其他员工 去行政部"}, Who: everybody, Proceeds: []string{insist}, Changed: changed, Run: h.transfer,
		},
		{
			Name: "调走改到", Hidden: true, Summary: "按提前期改日期，提出调岗", Args: []command.Arg{day, post, why},
			Examples: []string{"调走改到 12-27 其他员工 去行政部"}, Who: everybody, Proceeds: []string{insist}, Changed: changed, Run: h.transfer,
		},
		{
			Name: "撤回离职", Aliases: []string{"chlz"}, Summary: "不走了：撤回离职或调岗；已经被接收的不退回",
			Said:     []string{"取消离职", "不离职", "撤销离职", "离职撤回", "撤回辞职", "撤回调岗", "不调岗", "不走了"},
			Examples: []string{"撤回离职"}, Who: everybody, Changed: changed, Run: h.withdraw, Undo: h.undo,
		},
	}
	return append(list, command.Spec{
		Name: instead, Hidden: true, Summary: "等着确认的离职或调岗，换一天", Args: []command.Arg{{Name: "日期", Kind: command.Date, Optional: true}},
		Examples: []string{"改到 12-27"}, Who: everybody, Replaces: []string{"离职", "离职改到", "调走", "调走改到"}, Run: h.moved(slices.Clone(list)),
	})
}

// instead is what the button says that takes the earliest day, typed.
const instead = "改到"

// moved is for who sees that the notice which waits for their 确认 is too short: it is
// given for another day, the earliest where none is typed.
func (h Handler) moved(notices []command.Spec) command.Step {
	return func(ctx context.Context, c *command.Call) (*command.Answer, error) {
		waiting, err := c.Tx.Dialogs().Waiting(ctx, c.Person.ID, c.Now)
		if err != nil {
			return nil, err
		}
		router, err := command.NewRouter(notices)
		if err != nil {
			return nil, err
		}
		for _, w := range slices.Backward(waiting) {
			spec, rest, ok := router.Match(w.Line)
			if !ok {
				continue
			}
			args, err := command.Parse(ctx, spec, rest, c.Env())
			if err != nil {
				return nil, err
			}
			given := command.NewCall(command.Call{Spec: spec, Now: c.Now, Confirmed: w.Version}, args).AsFirstSaid()
			day := h.Rules.Day(given.Now)
			line := []string{string(store.Resignation) + instead, string(h.notice(day).Earliest(day))}
			if c.Has("日期") {
				line[1] = string(c.Day("日期"))
			}
			if slices.ContainsFunc(spec.Args, func(a command.Arg) bool { return a.Kind == command.Post }) {
				line[0] = string(store.Transfer) + instead
				line = append(line, string(given.Post("新岗位")))
			}
			return &command.Answer{Next: &command.Next{Line: strings.Join(append(line, given.Text("书面说明")), " ")}}, nil
		}
		return nil, refuse("离职 最后工作日 书面说明", "没有等你确认的离职或调岗。")
	}
}

// replace takes the place of the notice of a kind that waits for the caller's 确认: what
// comes instead was said first when that was.
func (h Handler) replace(ctx context.Context, c *command.Call, kind store.DepartureKind) error {
	router, err := command.NewRouter(h.giveCommands())
	if err != nil {
		return err
	}
	waiting, err := c.Tx.Dialogs().Waiting(ctx, c.Person.ID, c.Now)
	for _, w := range slices.Backward(waiting) {
		if spec, _, ok := router.Match(w.Line); ok && strings.HasPrefix(spec.Name, string(kind)) {
			c.Confirmed = w.Version
			_, _, err = c.Tx.Dialogs().Cancel(ctx, w.Code, c.Person.ID, c.Now)
			return err
		}
	}
	return err
}

// resign is 离职.
func (h Handler) resign(ctx context.Context, c *command.Call) (*command.Answer, error) {
	return h.give(ctx, c, store.Departure{Kind: store.Resignation, Last: c.Day("最后工作日")})
}

// transfer is 调走.
func (h Handler) transfer(ctx context.Context, c *command.Call) (*command.Answer, error) {
	to := c.Post("新岗位")
	if to == c.Person.Post {
		return nil, refuse("调走 12-27 其他员工 说明", "你现在就是%s。", to)
	}
	return h.give(ctx, c, store.Departure{Kind: store.Transfer, Last: c.Day("日期"), To: to})
}

// give is a notice, asked first (R19). One that is too short can be insisted on: that
// is kept and told, and not punished (R23).
func (h Handler) give(ctx context.Context, c *command.Call, d store.Departure) (*command.Answer, error) {
	if strings.HasSuffix(c.Spec.Name, instead) && c.Confirmed == "" {
		if err := h.replace(ctx, c, d.Kind); err != nil {
			return nil, err
		}
	}
	c = c.AsFirstSaid() // on that day it was given in writing
	today := h.Rules.Day(c.Now)
	was, running, err := c.Tx.Departures().Of(ctx, c.Person.ID)
	switch {
	case err != nil:
		return nil, err
	case running && was.InNotice():
		return nil, refuse("不走了：撤回离职", "你已经在 %s 提出%s，最后工作日 %s。要改日期，先撤回再重新提出。", h.Rules.Day(was.Given), was.Kind, was.Last)
	case d.Last < today:
		return nil, refuse(c.Spec.Name+" "+string(h.notice(today).Earliest(today))+" 说明", "%s 已经过去了。", d.Last)
	case d.Last > today.Add(farthestNotice):
		return nil, refuse(c.Spec.Name+" "+string(h.notice(today).Earliest(today))+" 说明", "%s 太远了，最多提前一年提出。", string(d.Last))
	}
	if d.Words, err = wordsIn(c.Text("书面说明"), wordsPrompt); err != nil {
		return nil, err
	}
	n := h.notice(today)
	d.ID, d.Person, d.State, d.Given, d.Post = c.Tx.NewID(c.Now), c.Person.ID, store.DepartureGiven, c.Now, c.Person.Post
	d.Ends, d.Earliest, d.Counted = h.Rules.LeavingEnds(d.Last), n.Earliest(today), n.String()
	d.Insisted = d.Last < d.Earliest
	e, err := leaving.Read(ctx, c.Tx, h.Leaves, d, c.Now)
	if err != nil {
		return nil, err
	}
	roll, err := audience.Read(ctx, c.Tx, today)
	if err != nil {
		return nil, err
	}
	moved := strings.HasSuffix(c.Spec.Name, instead) && !d.Insisted // the press was the confirmation
	if version := c.SinceFirstSaid(command.VersionOf(d.Kind, d.Last, d.Post, d.To, d.Earliest, d.Words)); !moved && !c.Confirms(version) {
		return h.ask(d, e, roll).Preview(version), nil
	}
	if err := c.Tx.Departures().Add(ctx, d, store.DepartureAct{ID: c.Tx.NewID(c.Now), At: c.Now, By: c.Person.ID, Act: string(d.Kind)}); err != nil {
		return nil, err
	}
	note := "不走了发：撤回离职。"
	if len(e.Items) > 0 {
		note = "逐项交接：交接 项 接收人，或 交接 全部 接收人。" + note
	}
	card := chat.Card{Title: "已提出" + string(d.Kind), Tone: chat.Warn, Blocks: []chat.Block{
		{Facts: h.noticeFacts(d)}, {Text: leftText(e)}, {Note: note},
	}, Buttons: []chat.Button{{Label: "看交接清单", Command: "交接"}}}
	a := secret(card, fmt.Sprintf("已提出%s，最后工作日 %s。", d.Kind, d.Last), subject(d))
	to := hearers(roll, d, d.Person)
	title := words.WithPost(c.Person) + "提出" + string(d.Kind)
	news := chat.Card{Title: title, Tone: chat.Warn, Blocks: []chat.Block{{Facts: h.noticeFacts(d)}, {Text: leftText(e)}}, Buttons: []chat.Button{{Label: "看交接清单", Command: "交接 " + c.Person.Name}}}
	a.Notices = h.tell(c, "given", d, to, news, title+"，最后工作日 "+d.Last.String()+shortText(d)+"。")
	back, err := h.returnOffers(ctx, c)
	a.Notices = append(a.Notices, back...)
	return a, err
}

// ask shows what a notice means before it is given.
func (h Handler) ask(d store.Departure, e leaving.Estate, roll audience.Roll) *command.Answer {
	what := "登记停用，不能再使用"
	if d.Kind == store.Transfer {
		what = "岗位改为" + string(d.To)
	}
	told := ""
	if to := hearers(roll, d, d.Person); len(to) > 0 {
		told = "通知" + words.WithPosts(to, mostNamed) + "；"
	}
	card := chat.Card{Title: string(d.Kind) + "：最后工作日 " + d.Last.String() + "？", Tone: chat.Warn, Blocks: []chat.Block{
		{Facts: h.noticeFacts(d)}, {Text: leftText(e)},
		{Text: fmt.Sprintf("确认之后：%s从现在起只能查自己负责的客户；%s 24:00 %s。", told, d.Last, what)},
	}}
	a := secret(card, fmt.Sprintf("%s：最后工作日 %s%s。", d.Kind, d.Last, shortText(d)), subject(d))
	if !d.Insisted {
		return a
	}
	a.Proceed = insist
	line := string(d.Kind) + "改到 " + string(d.Earliest)
	if d.Kind == store.Transfer {
		line += " " + string(d.To)
	}
	a.Reply.Card.Blocks = append(a.Reply.Card.Blocks, chat.Block{Text: fmt.Sprintf("不足一个提前期：%s。可以改到 %s；坚持的话照记，并告诉总经理，系统不作处分。", strings.TrimPrefix(shortText(d), "，"), d.Earliest)})
	a.Reply.Card.Buttons = append(a.Reply.Card.Buttons, chat.Button{Label: "改到 " + words.Date(d.Earliest), Command: line + " " + d.Words})
	return a
}

// shortText says that a notice is too short, behind a comma; empty for one that is not.
func shortText(d store.Departure) string {
	if !d.Insisted {
		return ""
	}
	unit := d.Counted
	return fmt.Sprintf("，不足%s（差 %d 天）", unit, d.Earliest.Since(d.Last))
}

// noticeFacts say what a notice is and how its time was counted.
func (h Handler) noticeFacts(d store.Departure) []chat.Fact {
	list := []chat.Fact{
		{Label: "岗位", Value: string(d.Post)}, {Label: "提出", Value: words.Moment(d.Given.In(h.Rules.Zone))}, {Label: "最后工作日", Value: d.Last.String()},
		{Label: "提前期", Value: fmt.Sprintf("按%s算，最早 %s%s", d.Counted, d.Earliest, shortText(d))},
	}
	if d.Kind == store.Transfer {
		list = append(list, chat.Fact{Label: "新岗位", Value: string(d.To)})
	}
	return append(list, chat.Fact{Label: "书面说明", Value: d.Words})
}

// leftText says how many things there are to hand over.
func leftText(e leaving.Estate) string {
	if counts := leaving.Counts(e.Held()); counts != "" {
		return "要交接：" + counts + "。"
	}
	return "名下没有要交接的。"
}

// returnOffers gives back what the caller, who leaves too, has not accepted.
func (h Handler) returnOffers(ctx context.Context, c *command.Call) ([]chat.Notice, error) {
	offered, err := c.Tx.Departures().Offered(ctx, c.Person.ID)
	if err != nil {
		return nil, err
	}
	back := map[string][]string{}
	var order []string
	for _, o := range offered {
		if err := c.Tx.Departures().Drop(ctx, o); err != nil {
			return nil, err
		}
		if back[o.Departure] == nil {
			order = append(order, o.Departure)
		}
		back[o.Departure] = append(back[o.Departure], leaving.Key(o.Kind, o.Ref))
	}
	var list []chat.Notice
	for _, id := range order {
		d, found, err := c.Tx.Departures().Get(ctx, id)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		more, err := h.tellParties(ctx, c, d, "returned", fmt.Sprintf("%s也要离开，退回 %d 项", c.Person.Name, len(back[id])), leaving.Lines(back[id]))
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// tellParties tells who leaves, and those who heard of the notice, what happened to
// what is handed over.
func (h Handler) tellParties(ctx context.Context, c *command.Call, d store.Departure, what, title, lines string) ([]chat.Notice, error) {
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	e, err := leaving.Read(ctx, c.Tx, nil, d, c.Now)
	if err != nil {
		return nil, err
	}
	to := hearers(roll, d, c.Person.ID, d.Person)
	if p, active := roll.Active(d.Person); active && p.ID != c.Person.ID {
		to = audience.Join([]store.Person{p}, to)
	}
	card := chat.Card{Title: e.Name() + "的交接：" + title, Tone: chat.Warn, Blocks: []chat.Block{{Text: lines}}}
	if d.State != store.DepartureWithdrawn { // of one that was taken back there is no list
		card.Buttons = []chat.Button{{Label: "看交接清单", Command: "交接 " + e.Name()}}
	}
	return h.tell(c, what, d, to, card, card.Title+"。"), nil
}

// withdraw is 撤回离职.
func (h Handler) withdraw(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, running, err := c.Tx.Departures().Of(ctx, c.Person.ID)
	if err != nil {
		return nil, err
	}
	if !running || !was.InNotice() || was.Given.After(c.Now) {
		return nil, refuse("离职 最后工作日 书面说明", "你没有提出离职或调岗，没有可以撤回的。")
	}
	rows, err := c.Tx.Departures().Handed(ctx, was.ID)
	if err != nil {
		return nil, err
	}
	taken, takers := 0, []string{}
	for _, r := range rows {
		switch r.State {
		case store.HandedTaken:
			taken++
		case store.HandedOffered:
			if err := c.Tx.Departures().Drop(ctx, r); err != nil {
				return nil, err
			}
		}
		takers = append(takers, r.Taker)
	}
	is := was
	is.State = store.DepartureWithdrawn
	if err := h.save(ctx, c, was, is); err != nil {
		return nil, err
	}
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	to := hearers(roll, was, c.Person.ID)
	for _, id := range takers {
		if p, active := roll.Active(id); active {
			to = audience.Join(to, []store.Person{p})
		}
	}
	kept := "还没接收的不用接收了。"
	if taken > 0 {
		kept = fmt.Sprintf("已经被接收的 %d 项不退回，接收人愿意退还的发：不接收 编号 理由；还没接收的不用接收了。", taken)
	}
	title := c.Person.Name + "撤回了" + string(was.Kind)
	a := secret(chat.Card{Title: "已撤回" + string(was.Kind), Tone: chat.Good, Blocks: []chat.Block{{Text: kept + "以后再提出，重新计算提前期。查阅客户恢复原样。"}}}, "已撤回"+string(was.Kind)+"。", subject(was))
	a.Notices = h.tell(c, "withdrawn", was, audience.But(to, c.Person.ID), chat.Card{Title: title, Blocks: []chat.Block{{Text: kept}}}, title+"。")
	return undoable(a, was), nil
}
