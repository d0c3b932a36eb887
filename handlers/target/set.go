package target

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

// The arguments of 目标.
const (
	wordsArg    = "内容"
	fieldsArg   = "字段"
	fieldReason = "原因"
	monthArg    = "月"
	whoArg      = "姓名"
)

// maxReason is how many characters a reason has at most.
const maxReason = 200

func (h Handler) setCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "目标", Aliases: []string{"mb"}, Summary: "定目标：姓名或部门、月、签约或回款、金额；不写金额就是看", Lists: true, By: []command.Kind{command.Person, command.Month},
			Said: []string{"的目标定", "的目标改成", "目标改成", "目标定为", "目标调到", "定目标", "目标定", "目标改为", "…的目标定", "…的目标改成", "设目标", "设定目标", "改目标", "调整目标", "销售目标", "业绩目标", "月度目标", "目标表", "目标是多少", "…的目标", "目标多少", "…目标多少", "…目标是多少", "看…目标", "下月目标", "我的目标", "我的目标是多少", "给…定…目标", "…目标"},
			Args: []command.Arg{
				{Name: wordsArg, Kind: command.Passage, Optional: true, Words: []string{department, string(store.Signing), string(store.Receipt)}}, {Name: fieldsArg, Kind: command.Fields, Keys: []string{fieldReason}, Optional: true},
			},
			Examples: []string{"目标", "目标 张伟 12月 10万", "目标 部门 12月 回款 50万", "目标 张伟 11月 12万 原因=新签大客户"},
			Who:      rulebook.TakePart, For: sets, Private: true, Clause: clause, Run: h.target, Changed: h.changed, Undo: h.undo,
		},
		{
			Name: "目标 折算", Summary: "有人月中换岗：把目标按换岗前的天数折算",
			Args:     []command.Arg{{Name: whoArg, Kind: command.Person, Prompt: "谁的目标？"}, {Name: monthArg, Kind: command.Month, Optional: true}},
			Examples: []string{"目标 折算 张伟 11月"},
			Who:      rulebook.SetTargets, Private: true, Clause: clause, Settles: true, Run: h.prorate, Undo: h.undo,
		},
	}
}

// sets reports whether a person sets targets.
func sets(p store.Person) bool { return rulebook.Allows(rulebook.SetTargets, p) }

// onlySetters refuses whoever sets no targets.
func onlySetters() *command.Refusal {
	return &command.Refusal{Text: "目标只有" + rulebook.Holders(rulebook.SetTargets) + "可以定。", Hint: "看自己的：业绩", Clause: clause, Denied: true, Private: true}
}

// wish is a target as it is asked for.
type wish struct {
	said
	person store.Person // of no id: the department
	reason string
	was    []store.Target // the versions of it that there are
}

// last is the version that holds; false where there is no target.
func (w wish) last() (store.Target, bool) {
	if len(w.was) == 0 {
		return store.Target{}, false
	}
	t := w.was[len(w.was)-1]
	return t, !t.None
}

// undone is the reason of a version that takes back the one before it.
const undone = command.UndoName

// setAt is when what holds was set, of the versions of a target: what was put back
// counts from when it was set first.
func setAt(was []store.Target) time.Time {
	i := len(was) - 1
	for i >= 2 && was[i].Reason == undone && was[i].Fen == was[i-2].Fen && was[i].None == was[i-2].None {
		i -= 2
	}
	return was[i].At
}

// subject is whose target it is, and which: 张伟 12月 签约.
func (w wish) subject(today store.Day) string {
	name := department
	if w.person.ID != "" {
		name = w.person.Name
	}
	return fmt.Sprintf("%s %s %s", name, monthIn(w.month, today), w.measure)
}

// target is 目标: with an amount it sets one, without it shows.
func (h Handler) target(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if err := h.own(ctx, c); err != nil {
		return nil, err
	}
	w, err := h.wish(ctx, c)
	if err != nil {
		return nil, err
	}
	may := sets(c.Person)
	reason, given := c.Fields(fieldsArg)[fieldReason]
	told := w.told || given
	switch {
	case told && !may:
		return nil, onlySetters()
	case !told && (!may || w.name == "" || w.month == "" || len(w.was) > 0):
		return h.list(ctx, c, w)
	}
	if err := h.whole(c, &w); err != nil {
		return nil, err
	}
	w.reason = text.Clean(reason)
	if err := h.reasoned(c, w, given); err != nil {
		return nil, err
	}
	return h.set(ctx, c, w)
}

// wish reads what stands behind 目标.
func (h Handler) wish(ctx context.Context, c *command.Call) (w wish, err error) {
	today := h.Rules.Day(c.Now)
	if w.said, err = understand(c.Text(wordsArg), today, true, false); err != nil {
		return w, err
	}
	if w.measure == "" {
		w.measure = store.Signing
	}
	if w.name != "" && w.name != department {
		var found bool
		w.person, found, err = person(ctx, c, w.name)
		all := rulebook.Allows(rulebook.SeeAllResults, c.Person)
		switch {
		case err != nil:
			return w, err
		case !all && (!found || w.person.ID != c.Person.ID):
			return w, &command.Refusal{Text: "别人的目标只有" + rulebook.Holders(rulebook.SeeAllResults) + "可以看。", Hint: "看自己的：业绩", Clause: clause, Denied: true, Private: true}
		case !found:
			return w, nobody(w.name, "目标 张伟 12月 10万")
		}
	}
	if w.name != "" && w.month != "" {
		w.was, err = c.Tx.Targets().Versions(ctx, w.person.ID, w.month, w.measure)
	}
	return w, err
}

// whole asks for what is missing, one after the other.
func (h Handler) whole(c *command.Call, w *wish) error {
	line := strings.TrimSpace(c.Spec.Name + " " + c.Text(wordsArg))
	today := h.Rules.Day(c.Now)
	switch {
	case w.name == "":
		return &command.Question{Prompt: "谁的目标？写姓名，或者写 部门。", Line: line}
	case w.month == "":
		return &command.Question{Prompt: "哪个月的目标？例如 12月。", Line: line}
	case !w.told:
		return &command.Question{Prompt: fmt.Sprintf("%s目标是多少？例如 10万。", w.subject(today)), Line: line}
	case w.person.Gone(w.month.Start(h.Rules.Zone)):
		return &command.Refusal{Text: words.Leaving(w.person, h.Rules.Day(w.person.Ends), today) + "，不再定目标。", Hint: "目标 姓名 12月 10万", Clause: clause, Private: true}
	case h.gone(w.person, w.month):
		return &command.Refusal{Text: w.person.Name + "已经离职，不再定目标。", Hint: "目标 姓名 12月 10万", Clause: clause, Private: true}
	}
	return nil
}

// gone reports whether somebody has left before a month begins, or will have: they are
// to reach nothing in it. Whose last working day was the one before it was stopped a
// moment after its beginning.
func (h Handler) gone(p store.Person, month store.Day) bool {
	return p.Gone(month.Start(h.Rules.Zone)) || !p.Until.IsZero() && h.Rules.Day(p.Until) <= month
}

// reasoned asks why a target is set once its month has begun (会-4).
func (h Handler) reasoned(c *command.Call, w wish, given bool) error {
	today := h.Rules.Day(c.Now)
	switch {
	case len([]rune(w.reason)) > maxReason:
		return &command.Refusal{Text: command.TooLong(fieldReason, w.reason, maxReason) + "。", Hint: "原因=…", Private: true}
	case text.HasWords(w.reason) || w.month > today:
		return nil
	case given:
		return &command.Refusal{Text: "原因不能是空的：" + monthIn(w.month, today) + "已经开始，为什么现在定或改目标要写一句。", Hint: "原因=新签大客户", Clause: clause, Private: true}
	}
	return &command.Question{Prompt: monthIn(w.month, today) + "已经开始了，为什么现在定或改目标？写一句原因。", Prefix: fieldReason + "="}
}

// set makes the version that is asked for; nothing asks first whether the month is
// not to count.
func (h Handler) set(ctx context.Context, c *command.Call, w wish) (*command.Answer, error) {
	today := h.Rules.Day(c.Now)
	last, set := w.last()
	if set && last.Fen == w.fen {
		return nil, &command.Refusal{Text: w.subject(today) + "目标已经是 " + goalWords(rulebook.Goal{Set: true, Fen: last.Fen}) + "，没有改动。", Hint: "目标 " + w.name, Private: true}
	}
	if w.fen == 0 {
		version := command.VersionOf("target", w.person.ID, w.month, w.measure, last.Version, w.reason)
		if !c.Confirms(version) {
			card := chat.Card{Title: "目标是 0：本月不考核？", Tone: chat.Warn, Blocks: []chat.Block{{Text: w.subject(today) + "目标是 0，确认后这个月不考核，完成率记 —。"}}}
			a := command.Card(card)
			a.Reply.Confidential, a.Reply.Summary = true, "目标是 0：本月不考核？"
			return a.Preview(version), nil
		}
	}
	t, err := h.add(ctx, c, w, false)
	if err != nil {
		return nil, err
	}
	return h.done(ctx, c, w, t)
}

// add makes the next version of a target: in its month, or once that froze as a
// correction in the open one.
func (h Handler) add(ctx context.Context, c *command.Call, w wish, none bool) (store.Target, error) {
	last, _ := w.last()
	t := store.Target{
		ID: c.Tx.NewID(c.Now), Person: w.person.ID, Month: w.month, Measure: w.measure, At: c.Now, By: c.Person.ID, Fen: w.fen, Was: last.Fen, None: none, Reason: w.reason,
	}
	open, frozen, err := closing.Into(ctx, c.Tx, h.Rules, w.month, c.Now)
	if err != nil {
		return t, err
	}
	if frozen {
		t.Corrects = open
	}
	return c.Tx.Targets().Add(ctx, t)
}

// done answers a version that was set, and tells whose it is.
func (h Handler) done(ctx context.Context, c *command.Call, w wish, t store.Target) (*command.Answer, error) {
	facts := h.facts(c, w, t)
	card := chat.Card{Title: "目标已定：" + w.subject(h.Rules.Day(c.Now)), Tone: chat.Good, Blocks: []chat.Block{{Facts: facts}}}
	if len(w.was) > 0 {
		card.Title = "目标已改：" + w.subject(h.Rules.Day(c.Now))
	}
	note, err := closing.Note(ctx, c.Tx, h.Rules, w.month, c.Now)
	if err != nil {
		return nil, err
	}
	if note != "" {
		card.Blocks = append(card.Blocks, chat.Block{Text: note})
	}
	both, err := h.both(ctx, c, w)
	if err != nil {
		return nil, err
	}
	if both != "" {
		card.Blocks = append(card.Blocks, chat.Block{Text: both})
	}
	card.Buttons = []chat.Button{{Label: "看目标", Command: "目标 " + monthKey(w.month)}, command.UndoButton}
	a := command.Card(card)
	a.Reply.Confidential, a.Reply.Summary = true, fmt.Sprintf("%s目标已定，第 %d 版。%s", w.subject(h.Rules.Day(c.Now)), t.Version, elsewhere)
	a.Undo, a.Subject = t.ID, subject(t)
	a.Notices = h.tell(c, w, t, c.Person.Name+"定了你的目标", note)
	return a, nil
}

// subject names a target for the audit entry.
func subject(t store.Target) string {
	return fmt.Sprintf("target/%s/%s/%s/%d", string(t.Month), t.Measure, t.Person, t.Version)
}

// monthKey is a month as it is typed whatever today is: 2026-12.
func monthKey(month store.Day) string { return string(month[:len("2026-12")]) }

// facts are what was set in place of what.
func (h Handler) facts(c *command.Call, w wish, t store.Target) []chat.Fact {
	now := goalWords(rulebook.Goal{Set: !t.None, Fen: t.Fen})
	if last, set := w.last(); set {
		now = goalWords(rulebook.Goal{Set: true, Fen: last.Fen}) + " → " + now
	}
	facts := []chat.Fact{
		{Label: "月", Value: words.Month(t.Month)}, {Label: string(t.Measure) + "目标", Value: now}, {Label: "版本", Value: fmt.Sprintf("第 %d 版", t.Version)},
	}
	if t.Reason != "" {
		facts = append(facts, chat.Fact{Label: fieldReason, Value: t.Reason})
	}
	return facts
}

// both says what the department is to reach and what its people are together, where
// both are set.
func (h Handler) both(ctx context.Context, c *command.Call, w wish) (string, error) {
	t, _, err := h.reader(c.Tx, c.Now, cut{}).table(ctx, w.month)
	if err != nil {
		return "", err
	}
	own, sum := t.Department.Goals.Of(w.measure), t.Total().Goals.Of(w.measure)
	if !own.Set || !sum.Set {
		return "", nil
	}
	line := fmt.Sprintf("部门%s目标 %s，各人合计 %s", w.measure, goalWords(own), goalWords(sum))
	if own.Fen != sum.Fen {
		line += "，相差 " + words.Money(own.Fen-sum.Fen)
	}
	return line + "。", nil
}

// tell tells somebody what was set for them, unless they did it themselves; note says
// where it counts, of a month that is frozen.
func (h Handler) tell(c *command.Call, w wish, t store.Target, title, note string) []chat.Notice {
	if w.person.ID == "" || w.person.ID == c.Person.ID || !w.person.Active() {
		return nil
	}
	return audience.Notices("target/"+t.ID, []store.Person{w.person}, func(store.Person) chat.Message {
		card := chat.Card{Title: title, Blocks: []chat.Block{{Facts: h.facts(c, w, t)}}, Buttons: []chat.Button{{Label: "看业绩", Command: "业绩 " + monthKey(t.Month)}}}
		if note != "" {
			card.Blocks = append(card.Blocks, chat.Block{Text: note})
		}
		summary := fmt.Sprintf("你 %s的%s目标有变动，第 %d 版。%s", monthIn(t.Month, h.Rules.Day(c.Now)), t.Measure, t.Version, elsewhere)
		return chat.Message{Card: &card, Secrecy: chat.Secrecy{Confidential: true, Summary: summary}}
	})
}
