package meeting

import (
	"context"
	"fmt"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/closing"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

const (
	reopenPrompt = "为什么重开？写一句，会记在纪要里。"
	skipPrompt   = "为什么不开？写一句。"
)

func (h Handler) closeCommands() []command.Spec {
	month := command.Arg{Name: monthArg, Kind: command.Month, Prompt: "哪个月的？例如 11月。"}
	maybe := month
	maybe.Optional = true
	return []command.Spec{
		{
			Name: "散会", Aliases: []string{"sh"}, Summary: "散会：每一项都要有结论；纪要发给大家，负责人各收到一条",
			Said: []string{"会开完了", "结束会议", "结束月会", "可以散会了", "会议结束"}, Examples: []string{"散会"},
			Who: rulebook.HeadMeetings, Private: true, Clause: deciding, Run: h.close,
		},
		{
			Name: "重开", Aliases: []string{"ck"}, Summary: "散会后几个工作日内重开，纪要出第 2 版；表不再变",
			Said:     []string{"重开月会", "重新开会", "会议重开"},
			Args:     []command.Arg{month, {Name: fieldReason, Kind: command.Free, Prompt: reopenPrompt}},
			Examples: []string{"重开 11月 漏了展会预算"},
			Who:      rulebook.HeadMeetings, Private: true, Clause: deciding, Run: h.reopen,
		},
		{
			Name: "月会 不开", Aliases: []string{"yhbk"}, Summary: "这个月的月会不开，写明原因",
			Said:     []string{"不开月会", "取消月会", "月会取消"},
			Args:     []command.Arg{maybe, {Name: fieldReason, Kind: command.Free, Prompt: skipPrompt}},
			Examples: []string{"月会 不开 11月 全员在展会"},
			Who:      rulebook.SkipMeetings, Private: true, Clause: monthly, Run: h.skip,
		},
		{
			Name: "纪要", Aliases: []string{"jiyao"}, Summary: "看会议纪要：不写月份看最近一次，附 Excel 和 PDF", Lists: true, Of: "M",
			Said: []string{"会议纪要", "月会纪要", "看纪要", "会议记录", "上次会议", "上次会议纪要", "上次纪要"},
			Args: []command.Arg{{Name: "会议号", Kind: command.Number, Optional: true}, {Name: monthArg, Kind: command.Month, Optional: true, Past: true}}, Examples: []string{"纪要", "纪要 11月"},
			Who: rulebook.TakePart, Private: true, Clause: deciding, Also: []string{monthly}, Run: h.minutes,
		},
	}
}

// closers say who may close a meeting and open it again.
const closers = "由开会的人、市场总监或总经理来说。"

// mayClose refuses who may neither close a meeting nor open it again.
func mayClose(m store.Meeting, p store.Person, verb string) error {
	if closes(m, p) {
		return nil
	}
	return &command.Refusal{Text: verb + closers, Hint: "议题", Clause: deciding, Denied: true, Private: true}
}

// close is 散会: refused while an item has no outcome (R51), and asked first.
func (h Handler) close(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if err := c.Tx.Meetings().Lock(ctx); err != nil {
		return nil, err
	}
	m, err := h.now(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := mayClose(m, c.Person, "散会"); err != nil {
		return nil, err
	}
	v, err := h.view(ctx, c.Tx, m)
	if err != nil {
		return nil, err
	}
	if err := h.undecided(ctx, c, v); err != nil {
		return nil, err
	}
	roll, err := h.roll(ctx, c)
	if err != nil {
		return nil, err
	}
	fresh, err := h.fresh(ctx, c, v)
	if err != nil {
		return nil, err
	}
	owners := ownersOf(fresh)
	open, err := closing.Open(ctx, c.Tx, h.Rules, c.Now) // a month before it stays as it is: frozen, or of before there was anything
	if err != nil {
		return nil, err
	}
	if version := command.VersionOf(m.Code, m.Version, len(v.notes), fmt.Sprintf("%+v", v.items)); !c.Confirms(version) {
		will := []string{fmt.Sprintf("纪要%s发给 %d 人", versionWords(m), len(v.belong(roll)))}
		if len(owners) > 0 {
			will = append(will, fmt.Sprintf("%d 位负责人各收到一条", len(owners)))
		}
		if m.Kind == store.MonthlyMeeting && m.Month >= open {
			will = append(will, words.Month(m.Month)+"的表定稿，以后的变化另记"+h.early(m, c.Now))
		}
		after := "确认之后：" + strings.Join(will, "；") + "。"
		if m.Kind == store.MonthlyMeeting {
			after += fmt.Sprintf("%d 个工作日内可以重开。", h.Config.ReopenDays)
		}
		card := chat.Card{Title: title(m) + "散会？", Tone: chat.Warn, Blocks: []chat.Block{{Text: v.counts() + "。" + v.presence()}, {Text: after}}}
		return secret(card, subject(m), v.outline()).Preview(version), nil
	}
	return h.closed(ctx, c, v, roll, fresh)
}

// early warns that a month is not over yet whose tables freeze.
func (h Handler) early(m store.Meeting, now time.Time) string {
	if m.Kind != store.MonthlyMeeting {
		return ""
	}
	left := m.Month.NextMonth().Since(h.Rules.Day(now)) - 1
	if left < 1 {
		return ""
	}
	return fmt.Sprintf("（这个月还有 %d 天，这些天签的、收的只能记为会后更正）", left)
}

// undecided refuses to end a meeting in which an item has no outcome, with the lines
// to type.
func (h Handler) undecided(ctx context.Context, c *command.Call, v view) error {
	n, err := c.Tx.Agenda().CountOpen(ctx, v.meeting.Code)
	if err != nil || n == 0 {
		return err
	}
	r := &command.Refusal{Text: fmt.Sprintf("还有 %d 项没有结论，不能散会：", n), Hint: "议题", Clause: deciding, Private: true}
	open := v.open()
	for _, i := range open[:min(len(open), command.MaxRows)] {
		line := "决议 " + i.Code + " 结论… 负责=姓名 期限=日期"
		switch {
		case i.Report() && v.talks[i.Code] == 0:
			line = "知悉 " + i.Code
		case v.talks[i.Code] == 0:
			line = "讨论 " + i.Code + " 内容…"
		}
		r.Text += "\n• " + i.Code + " " + text.CutLine(i.Title, shown) + " → " + line
	}
	if rest := n - min(len(open), command.MaxRows); rest > 0 {
		r.Text += "\n" + words.More(rest)
	}
	if len(open) > 0 {
		r.Hint = "讨论 " + open[0].Code + " 内容…；决议 " + open[0].Code + " 结论… 负责=姓名 期限=日期；搁置 " + open[0].Code + " 期限=日期 负责=姓名 原因=…"
	}
	return r
}

func versionWords(m store.Meeting) string {
	if m.Minutes < 2 {
		return ""
	}
	return fmt.Sprintf("第 %d 版", m.Minutes)
}

// fresh are the decisions that were made, or made anew, since the meeting was opened
// last: their owners have not been told.
func (h Handler) fresh(ctx context.Context, c *command.Call, v view) (list []store.Decision, err error) {
	for _, i := range v.items {
		if i.State != store.ItemDecided || !freshly(v.meeting, i) {
			continue
		}
		d, found, err := c.Tx.Decisions().Get(ctx, i.Decision)
		if c.Tx.PassOver(err) || err == nil && (!found || !d.Open()) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// freshly reports whether an outcome came since the meeting was opened last.
func freshly(m store.Meeting, i store.AgendaItem) bool {
	return m.Minutes == 1 || i.At.After(m.Closed)
}

// closed ends a meeting: its minutes are written, the pack of its month is kept, and
// everybody hears what is theirs.
func (h Handler) closed(ctx context.Context, c *command.Call, v view, roll audience.Roll, fresh []store.Decision) (*command.Answer, error) {
	was, is := v.meeting, v.meeting
	is.State, is.Closed, is.Closer = store.MeetingClosed, c.Now, c.Person.ID
	if is.First.IsZero() {
		is.First = c.Now
	}
	if saved, err := c.Tx.Meetings().Save(ctx, was, is, deed(c, "")); err != nil || !saved {
		return nil, orRaced(err, title(was))
	}
	v.meeting = is
	if err := v.fillLeave(ctx, c, roll); err != nil {
		return nil, err
	}
	if err := h.freeze(ctx, c, is); err != nil {
		return nil, err
	}
	r, err := h.write(ctx, c, v, roll)
	if err != nil {
		return nil, err
	}
	card := r.card(c.Person, h)
	card.Title, card.Tone = title(is)+"已散会", chat.Good
	a := secret(card, subject(is), v.outline())
	key := fmt.Sprintf("meeting/%s/%d", is.Code, is.Minutes)
	a.Notices = audience.Notices(key+"/minutes", audience.But(v.belong(roll), c.Person.ID), func(p store.Person) chat.Message {
		own := r.card(p, h)
		own.Buttons = []chat.Button{{Label: "纪要和表格", Command: "纪要 " + is.Code}}
		return chat.Message{Card: &own, Secrecy: chat.Secrecy{Confidential: true, Summary: v.outline()}}
	})
	told, err := h.tellOwners(ctx, c, is, roll, fresh, key)
	if err != nil {
		return nil, err
	}
	a.Notices = append(append(a.Notices, tellAside(v, was, r, roll, fresh, key)...), told...)
	a.Notices = append(a.Notices, v.group("closed", outline(is)+versionWords(is)+"散会了："+v.counts()+"。"+v.presence()+"纪要在各人的私聊里。"))
	return a, nil
}

// reopen is 重开: version 2 of the minutes, while the tables stay as they were.
func (h Handler) reopen(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if err := h.alone(ctx, c); err != nil {
		return nil, err
	}
	month := c.Day(monthArg).Month()
	m, found, err := c.Tx.Meetings().Of(ctx, month)
	if err != nil {
		return nil, err
	}
	if !found || m.State != store.MeetingClosed || m.First.After(c.Now) {
		return nil, &command.Refusal{Text: words.Month(month) + "的月会还没有散会，没有什么可以重开。", Hint: "月会 开始 " + string(month[:7]), Clause: deciding, Private: true}
	}
	if err := mayClose(m, c.Person, "重开"); err != nil {
		return nil, err
	}
	if !h.Rules.Reopens(m.First, h.Rules.Day(c.Now), h.Config.ReopenDays) {
		return nil, &command.Refusal{Text: fmt.Sprintf("%s %s 散会，%d 个工作日内才能重开，已经过了。", title(m), words.Moment(m.First.In(h.Rules.Zone)), h.Config.ReopenDays), Hint: "例会 开始 " + title(m) + "补充", Clause: deciding, Private: true}
	}
	why, err := reason(c.Text(fieldReason))
	if err != nil {
		return nil, err
	}
	if why == "" {
		return nil, &command.Question{Prompt: reopenPrompt}
	}
	if version := command.VersionOf(m.Code, m.Version, why); !c.Confirms(version) {
		card := chat.Card{Title: "重开" + title(m) + "？", Tone: chat.Warn, Blocks: []chat.Block{
			{Facts: []chat.Fact{{Label: fieldReason, Value: why}, {Label: "散会", Value: words.Moment(m.First.In(h.Rules.Zone))}}},
			{Text: fmt.Sprintf("确认之后：已有的结论都算数，可以补议题；散会时出纪要第 %d 版，第 %d 版留着；表不再变。", m.Minutes+1, m.Minutes)},
		}}
		return secret(card, subject(m), "重开"+outline(m)+"？").Preview(version), nil
	}
	is := m
	is.State, is.Why = store.MeetingOpen, why
	is.Minutes++
	if saved, err := c.Tx.Meetings().Save(ctx, m, is, deed(c, why)); err != nil || !saved {
		return nil, orRaced(err, title(m))
	}
	roll, err := h.roll(ctx, c)
	if err != nil {
		return nil, err
	}
	v, err := h.view(ctx, c.Tx, is)
	if err != nil {
		return nil, err
	}
	card := v.card(title(is)+"重开了（第 "+fmt.Sprint(is.Minutes)+" 版）", c.Person)
	card.Blocks = append([]chat.Block{{Text: fieldReason + "：" + text.Line(why)}}, card.Blocks...)
	a := secret(card, subject(is), v.outline())
	a.Notices = append(v.tell(roll, "opened", "重开了："+text.CutLine(why, shown), c.Person.ID), v.group("opened", outline(is)+"重开了："+v.counts()+"。"))
	return a, nil
}

// skip is 月会 不开.
func (h Handler) skip(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if err := c.Tx.Meetings().Lock(ctx); err != nil {
		return nil, err
	}
	roll, err := h.roll(ctx, c)
	if err != nil {
		return nil, err
	}
	if !roll.Standing(store.MarketingDirector).Has(c.Person.ID) {
		return nil, &command.Refusal{Text: "「月会 不开」只有" + rulebook.Holders(rulebook.SkipMeetings) + "可以用。", Hint: "月会 开始", Clause: monthly, Denied: true, Private: true}
	}
	month, err := h.defaultMonth(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	if c.Has(monthArg) {
		month = c.Day(monthArg).Month()
	}
	was, found, err := c.Tx.Meetings().Of(ctx, month)
	switch {
	case err != nil:
		return nil, err
	case found && was.State == store.MeetingOff:
		return nil, &command.Refusal{Text: words.Month(month) + "的月会已经定了不开。", Hint: "月会 开始 " + string(month[:7]), Clause: monthly, Private: true}
	case found:
		return nil, &command.Refusal{Text: title(was) + string(was.State) + "。", Hint: "纪要 " + string(month[:7]), Clause: monthly, Private: true}
	}
	why, err := reason(c.Text(fieldReason))
	if err != nil {
		return nil, err
	}
	if why == "" {
		return nil, &command.Question{Prompt: skipPrompt}
	}
	if taken, err := c.Tx.Meetings().Taken(ctx, "", month); err != nil || taken { // and was not found
		return nil, orDamaged(err)
	}
	m := store.Meeting{Kind: store.MonthlyMeeting, Month: month, State: store.MeetingOff, Why: why}
	if m.Code, err = c.Tx.Meetings().NewCode(ctx); err != nil {
		return nil, err
	}
	if err := c.Tx.Meetings().Add(ctx, m, deed(c, why)); err != nil {
		return nil, err
	}
	said := words.Month(month) + "的月会不开"
	a := secret(chat.Card{Title: said, Blocks: []chat.Block{{Text: fieldReason + "：" + text.Line(why)}, {Note: "还是要开的话：月会 开始 " + string(month[:7])}}}, subject(m), said+"。")
	to := audience.Join(roll.Standing(store.GeneralManager).To, roll.Standing(store.Supervisor).To)
	a.Notices = audience.Same("meeting/"+m.Code+"/off", audience.But(to, c.Person.ID), chat.Message{
		Text: c.Person.Name + "定了：" + said + "。" + fieldReason + "：" + text.Line(why), Secrecy: chat.Secrecy{Confidential: true, Summary: said + "。"},
	})
	return a, nil
}
