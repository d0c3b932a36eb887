package staff

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

const (
	farthestLeave = 366 // days from today, either way: beyond it a date is a slip of the hand
	longestLeave  = 366 // days
)

func (h Handler) leaveCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "请假", Aliases: []string{"qj", "leave"}, Summary: "登记请假：截止日在请假内的周报算请假，期间不催签到；主管和总监可以替别人登记",
			Said: []string{"请假申请", "~发烧", "~生病", "~身体不舒服", "~不舒服", "来不了", "~看病去", "~去医院", "申请请假", "申请休假", "请个假", "请假条", "请假单", "请一下假", "请…假", "休假", "休息", "调休", "事假", "病假", "年假", "请…天假", "请半天假"},
			Args: []command.Arg{
				{Name: "姓名", Kind: command.Person, Optional: true},
				{Name: "起止", Kind: command.Span, Halves: true, Prompt: "请哪几天？例如 明天，或 11-26 至 11-27。"},
				{Name: "事由", Kind: command.Free, Optional: true},
			},
			Examples: []string{"请假 明天 看病", "请假 11-26 至 11-27"}, Daily: true, Who: rulebook.TakePart, Clause: "会-3", Also: []string{"2-4"}, Run: h.leave, Changed: leaveChanged, Undo: h.undoLeave,
		},
		{
			Name: "销假", Aliases: []string{"xj"}, Summary: "提前回来，或取消还没开始的请假",
			Said:     []string{"取消请假", "取消…请假", "请假取消", "请假…取消", "不请假", "请假回来", "请假结束", "结束请假", "提前回来", "休假结束"},
			Args:     []command.Arg{{Name: "姓名", Kind: command.Person, Optional: true}, {Name: "日期", Kind: command.Date, Optional: true}},
			Examples: []string{"销假", "销假 明天"}, Who: rulebook.TakePart, Clause: "会-3", Also: []string{"2-4"}, Run: h.back, Changed: leaveChanged, Undo: h.undoBack,
		},
	}
}

// leaveChanged is when the leave that a call is about was changed last. One more
// leave replaces none; an end does.
func leaveChanged(ctx context.Context, c *command.Call) (time.Time, error) {
	p := c.Person
	if c.Has("姓名") {
		p = c.Who("姓名")
	}
	entered, cancelled, err := c.Tx.Leaves().Changed(ctx, p.ID)
	if c.Spec.Name == "销假" && entered.After(cancelled) {
		return entered, err
	}
	return cancelled, err
}

// whose is the person a leave is about; others need the right.
func whoseLeave(c *command.Call, own string) (store.Person, error) {
	if !c.Has("姓名") || c.Who("姓名").ID == c.Person.ID {
		return c.Person, nil
	}
	return c.Who("姓名"), mayEnter(c, c.Who("姓名").ID, own)
}

// mayEnter refuses leave of a person to whoever may not enter it, nor take it
// back.
func mayEnter(c *command.Call, person, own string) error {
	if person == c.Person.ID || rulebook.Allows(rulebook.EnterLeave, c.Person) {
		return nil
	}
	return &command.Refusal{
		Text:   "替别人登记请假，只有" + rulebook.Holders(rulebook.EnterLeave) + "可以。",
		Hint:   own,
		Clause: rulebook.ClauseOf(rulebook.EnterLeave),
		Denied: true,
	}
}

func (h Handler) leave(ctx context.Context, c *command.Call) (*command.Answer, error) {
	p, err := whoseLeave(c, "请假 明天（登记自己的）")
	if err != nil {
		return nil, err
	}
	days := c.Days("起止")
	if err := misplaced(ctx, c); err != nil {
		return nil, err
	}
	if err := h.plausible(c, days); err != nil {
		return nil, err
	}
	overlap, err := h.overlap(ctx, c, p, days)
	if err != nil {
		return nil, err
	}
	l := store.Leave{
		ID: c.Tx.NewID(c.Now), Person: p.ID, First: days.From, Begins: days.Begins, Last: days.To, By: c.Person.ID, Entered: c.Now, Reason: c.Text("事由"),
	}
	if err := c.Tx.Leaves().Add(ctx, l); err != nil {
		return nil, err
	}
	above, err := superiors(ctx, c.Tx, p, c.Now, c.Person.ID)
	if err != nil {
		return nil, err
	}
	lines, err := h.reports(ctx, c, p, l)
	if err != nil {
		return nil, err
	}
	lines = append([]string{p.Name + " 请假 " + leavePeriod(l) + "，已登记。"}, append(lines, consequences(c, p, overlap)...)...)
	a := command.Text(strings.Join(lines, "\n"))
	a.Reply.Confidential = aloudOfOthers(c, p)
	if a.Notices = leaveNotices(c, p, l, above); h.excusesToday(c, p, l) {
		a.Notices, err = h.doubtful(ctx, c, p, l, above)
	}
	a.Undo, a.Subject = l.ID, "leave/"+p.ID+"/"+string(l.First)+"/"+string(l.Last)
	return a, err
}

// misplaced refuses leave of a head for no other reason than somebody's name: it is
// theirs that is meant.
func misplaced(ctx context.Context, c *command.Call) error {
	if c.Has("姓名") || !rulebook.Allows(rulebook.EnterLeave, c.Person) {
		return nil
	}
	name := text.Clean(c.Text("事由"))
	p, found, err := c.Tx.People().Named(ctx, name)
	if err != nil || !found || p.ID == c.Person.ID {
		return err
	}
	days := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(c.Rest), c.Text("事由")))
	return &command.Refusal{
		Text: "「" + p.Name + "」写在日期后面，就成了你自己请假的事由，没有登记。替别人登记，姓名写在前面。",
		Hint: c.Spec.Name + " " + p.Name + " " + days, Clause: "会-3",
	}
}

// excusesToday reports whether somebody excuses themselves from the report of
// this week on the very day on which it is due.
func (h Handler) excusesToday(c *command.Call, p store.Person, l store.Leave) bool {
	due, ok := h.Rules.ReportDue(h.Rules.Week(c.Now))
	return ok && p.ID == c.Person.ID && slices.Contains(h.OwedBy, p.Post) && c.Now.Before(due) &&
		h.Rules.Day(due) == h.Rules.Day(c.Now) && h.Rules.Excuses(l, due, false)
}

// doubtful tells the superiors and the director of such leave, and how to end it.
func (h Handler) doubtful(ctx context.Context, c *command.Call, p store.Person, l store.Leave, above []store.Person) ([]chat.Notice, error) {
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	to := audience.But(audience.Join(above, roll.Standing(store.MarketingDirector).To), p.ID)
	week := h.Rules.Week(c.Now)
	card := chat.Card{Title: p.Name + " 请假：" + leavePeriod(l), Tone: chat.Warn, Blocks: []chat.Block{
		{Text: fmt.Sprintf("今天截止的第%d周周报因此算请假，不用交。", week.Number)},
		{Note: "不同意就发：销假 " + p.Name + "，周报照交。"},
	}, Buttons: []chat.Button{{Label: "不算请假", Command: "销假 " + p.Name}}}
	if l.Reason != "" {
		card.Blocks = append([]chat.Block{{Text: "事由：" + l.Reason}}, card.Blocks...)
	}
	return audience.Same("staff/leave/"+l.ID, to, chat.Message{Card: &card}), err
}

// aloudOfOthers tells that a group would hear of somebody else's leave, which
// is not for it (C9).
func aloudOfOthers(c *command.Call, p store.Person) bool {
	return c.Event.Chat.Group && p.ID != c.Person.ID
}

// plausible refuses days that nobody means.
func (h Handler) plausible(c *command.Call, d reading.Days) error {
	today := h.Rules.Day(c.Now)
	text := ""
	switch {
	case d.From < today.Add(-farthestLeave) || d.From > today.Add(farthestLeave):
		text = "日期离今天太远：" + written(d.From) + "。请写明年月日。"
	case d.Open:
		text = "从" + written(d.From) + "起，请到哪一天？"
	case d.To > d.From.Add(longestLeave-1):
		text = "一次最多登记 " + number(longestLeave) + " 天：" + period(d.From, d.To) + "。"
	default:
		return nil
	}
	hint := "请假 " + string(today.Add(1))
	if d.Open {
		hint = "请假 " + words.Date(d.From) + "起2天"
	}
	return &command.Refusal{Text: text, Hint: hint, Clause: "会-3"}
}

// overlap is whether leave is entered for some of the days already; it refuses
// when all of them are. What a head enters counts afterwards too, so it is
// only refused beside another head's entry.
func (h Handler) overlap(ctx context.Context, c *command.Call, p store.Person, d reading.Days) (bool, error) {
	list, err := c.Tx.Leaves().Of(ctx, p.ID, d.From)
	if err != nil {
		return false, err
	}
	some := false
	for _, l := range list {
		if l.First > d.To {
			continue
		}
		some = true
		if l.Covers(d.From) && l.Covers(d.To) && (l.First < d.From || l.Begins <= d.Begins) && (c.Person.ID == p.ID || l.By != p.ID) {
			text := p.Name + " " + leavePeriod(l) + " 已经登记请假。"
			if aloudOfOthers(c, p) {
				text = p.Name + "这几天已经登记请假。"
			}
			return true, &command.Refusal{
				Text:   text,
				Hint:   "不请了：" + backLine(c, p),
				Clause: "会-3",
			}
		}
	}
	return some, nil
}

func backLine(c *command.Call, p store.Person) string {
	if p.ID == c.Person.ID {
		return "销假"
	}
	return "销假 " + p.Name
}

// consequences is what else the leave means and what can be done next.
func consequences(c *command.Call, p store.Person, overlap bool) []string {
	var lines []string
	if rulebook.Allows(rulebook.CheckIn, p) {
		lines = append(lines, "期间不催签到。")
	}
	if overlap {
		lines = append(lines, "与之前登记的请假有重叠，重叠的天数合并计算。")
	}
	return append(lines, "登记错了发 撤销；提前回来发 "+backLine(c, p)+"。")
}

// leaveNotices tells the superiors what somebody entered for themselves, or
// the person what was entered for them.
func leaveNotices(c *command.Call, p store.Person, l store.Leave, above []store.Person) []chat.Notice {
	days := leavePeriod(l)
	if p.ID != c.Person.ID {
		return news(c.Tx, c.Now, []store.Person{p}, c.Person.Name+"替你登记了请假："+days+"。提前回来发 销假。")
	}
	words := p.Name + " 请假：" + days
	if l.Reason != "" {
		words += "\n事由：" + text.Continued(l.Reason)
	}
	return news(c.Tx, c.Now, above, words)
}

func (h Handler) undoLeave(ctx context.Context, c *command.Call, ref string) (string, error) {
	l, found, err := c.Tx.Leaves().ByID(ctx, ref)
	if err != nil {
		return "", err
	}
	if err := mayEnter(c, l.Person, "销假"); err != nil {
		return "", err
	}
	counted, err := c.Tx.Leaves().Cancel(ctx, ref, c.Now)
	if err == nil && (!found || !counted) {
		err = &command.Refusal{Text: "这次请假已经取消过了。", Hint: "请假 明天（重新登记）", Clause: "会-3"}
	}
	if err != nil {
		return "", err
	}
	return nameLeave(ctx, c, l.Person, "请假", " "+leavePeriod(l))
}

// nameLeave names what is taken back, so that it is understood also by whoever
// is told of it.
func nameLeave(ctx context.Context, c *command.Call, person, what, days string) (string, error) {
	if person == c.Person.ID {
		return what + days, nil
	}
	p, _, err := c.Tx.People().ByID(ctx, person)
	if aloudOfOthers(c, p) {
		days = ""
	}
	return p.Name + "的" + what + days, err
}

// back ends the leave that is running, so that today counts as work, or
// cancels the next one.
func (h Handler) back(ctx context.Context, c *command.Call) (*command.Answer, error) {
	p, err := whoseLeave(c, "销假（取消自己的）")
	if err != nil {
		return nil, err
	}
	today := h.Rules.Day(c.Now)
	from, since := today, "今天（"+today.String()+"）"
	if c.Has("日期") && c.Day("日期") != today {
		from, since = c.Day("日期"), " "+c.Day("日期").String()+" "
	}
	list, err := c.Tx.Leaves().Of(ctx, p.ID, from)
	if err != nil {
		return nil, err
	}
	switch {
	case from < today:
		return nil, &command.Refusal{Text: from.String() + " 已经过去，过去的请假留作记录。", Hint: "销假", Clause: "会-3"}
	case len(list) == 0 || c.Has("日期") && !list[0].Covers(from):
		when := "现在和以后都"
		if c.Has("日期") {
			when = " " + from.String() + " "
		}
		return nil, &command.Refusal{Text: p.Name + when + "没有登记请假。", Hint: "请假 起止", Clause: "会-3"}
	}
	ref, err := h.end(ctx, c, list, from)
	if err != nil {
		return nil, err
	}
	l := list[0]
	text := "已销假：" + p.Name + " 从" + since + "起恢复，周报和签到照常。"
	if l.First > today && l.First >= from {
		text = "已取消：" + p.Name + " " + leavePeriod(l) + "的请假。"
	}
	a := command.Text(text)
	a.Reply.Confidential = aloudOfOthers(c, p)
	if p.ID != c.Person.ID {
		a.Notices = news(c.Tx, c.Now, []store.Person{p}, c.Person.Name+"替你销了假。"+text)
	} else if a.Notices, err = h.backNotices(ctx, c, p, text); err != nil {
		return nil, err
	}
	a.Undo, a.Subject = ref, "leave/"+p.ID+"/"+string(l.First)+"/"+string(l.Last)
	return a, nil
}

func (h Handler) backNotices(ctx context.Context, c *command.Call, p store.Person, text string) ([]chat.Notice, error) {
	above, err := superiors(ctx, c.Tx, p, c.Now, c.Person.ID)
	return news(c.Tx, c.Now, above, text), err
}

// end ends every leave that covers a day, else the next one. What lay before that day
// stays leave. ref names what was cancelled (-) and entered (+).
func (h Handler) end(ctx context.Context, c *command.Call, list []store.Leave, from store.Day) (ref string, err error) {
	var done []string
	for i, l := range list {
		if i > 0 && !l.Covers(from) {
			break // by first day: all that follow lie ahead
		}
		if _, err := c.Tx.Leaves().Cancel(ctx, l.ID, c.Now); err != nil {
			return "", err
		}
		done = append(done, "-"+l.ID)
		if l.First >= from {
			continue
		}
		l.ID, l.Last = c.Tx.NewID(c.Now), from.Add(-1)
		if err := c.Tx.Leaves().Add(ctx, l); err != nil {
			return "", err
		}
		done = append(done, "+"+l.ID)
	}
	return strings.Join(done, ","), nil
}

func (h Handler) undoBack(ctx context.Context, c *command.Call, ref string) (string, error) {
	first, _, _ := strings.Cut(ref, ",")
	l, _, err := c.Tx.Leaves().ByID(ctx, strings.TrimLeft(first, "+-"))
	if err == nil {
		err = mayEnter(c, l.Person, "请假 明天")
	}
	if err != nil {
		return "", err
	}
	entered, cancelled, err := c.Tx.Leaves().Changed(ctx, l.Person)
	for _, at := range []time.Time{entered, cancelled} {
		if err == nil {
			err = c.Overtaken(at)
		}
	}
	if err != nil {
		return "", err
	}
	for id := range strings.SplitSeq(ref, ",") {
		var done bool
		var err error
		if restored, ok := strings.CutPrefix(id, "-"); ok {
			done, err = c.Tx.Leaves().Restore(ctx, restored)
		} else {
			done, err = c.Tx.Leaves().Cancel(ctx, strings.TrimPrefix(id, "+"), c.Now)
		}
		if err != nil {
			return "", err
		}
		if !done {
			return "", &command.Refusal{Text: "销假之后请假又有改动，不能撤销了。", Hint: "请假 明天（重新登记）", Clause: "会-3"}
		}
	}
	return nameLeave(ctx, c, l.Person, "销假", "，请假照旧")
}
