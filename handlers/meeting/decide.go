package meeting

import (
	"context"
	"fmt"
	"slices"
	"strconv"
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

var (
	decideFields = []string{fieldConclusion, fieldOwner, "负责人", fieldDue, fieldHelpers, "协办人"}
	shelveFields = []string{fieldDue, fieldOwner, "负责人", fieldReason}
)

// tooOften is how often an item is shelved until the general manager hears of it.
const tooOften = 3

func (h Handler) decideCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "决议", Aliases: []string{"jy"}, Summary: "给议题下结论：一个负责人和期限；不写议题号看决议", Lists: true, Of: "D",
			Said: []string{"做决议", "定的事", "上次定的", "会上定的", "决定的事", "没办完", "形成决议", "下结论", "定下来", "看决议", "决议列表", "我的决议", "没完成的决议", "…决议", "有哪些决议", "谁的决议"},
			Args: []command.Arg{{Name: "内容", Kind: command.Passage, Optional: true, Coded: "YD"}, {Name: fieldsArg, Kind: command.Fields, Keys: decideFields, Optional: true}},
			Examples: []string{
				"决议 Y4 按三期收款 负责=张伟 期限=12-20 协办=刘洋", "决议", "决议 D7", "决议 全部",
			},
			Who: rulebook.TakePart, Private: true, Clause: deciding, Changed: h.itemChanged, Run: h.decide, Undo: h.undoOutcome,
		},
		{
			Name: "搁置", Aliases: []string{"gz"}, Summary: "这次不决定：写到什么时候、谁负责、为什么，下次会自动回来",
			Said: []string{"搁置议题", "先放一放", "下次再议", "暂时搁置", "缓议"},
			Args: []command.Arg{
				{Name: itemArg, Kind: command.Number, Prompt: "哪个议题？写编号，例如 Y4。"}, {Name: "内容", Kind: command.Passage, Optional: true},
				{Name: fieldsArg, Kind: command.Fields, Keys: shelveFields, Optional: true},
			},
			Examples: []string{"搁置 Y4 期限=12-20 负责=张伟 原因=等客户回话"},
			Who:      rulebook.HeadMeetings, Private: true, Clause: deciding, Changed: h.itemChanged, Run: h.shelve, Undo: h.undoOutcome,
		},
		{
			Name: "知悉", Aliases: []string{"zx"}, Summary: "自动列入的议题只要看过：不用讨论，一次可以写几个",
			Said:     []string{"已知悉", "知道了", "看过了这个议题"},
			Args:     []command.Arg{{Name: itemArg, Kind: command.Free, Prompt: "哪个议题？写编号，例如 Y4。", Coded: "Y"}},
			Examples: []string{"知悉 Y4", "知悉 全部"},
			Who:      rulebook.HeadMeetings, Private: true, Clause: deciding, Run: h.note, Undo: h.undoOutcome,
		},
	}
}

// itemChanged is when the item that the call gives an outcome was changed last.
func (h Handler) itemChanged(ctx context.Context, c *command.Call) (at time.Time, err error) {
	return c.Tx.Meetings().Changed(ctx, command.CodeIn("Y", reading.FirstCode(strings.TrimSpace(c.Rest))))
}

// onlyHeads refuses an outcome of an item by whoever is no head.
func onlyHeads(code string) *command.Refusal {
	return &command.Refusal{Text: "只有" + rulebook.Holders(rulebook.HeadMeetings) + "可以下结论。", Hint: "讨论 " + code + " 内容…", Clause: deciding, Denied: true, Private: true}
}

// decide is 决议: with an item its outcome, else the decisions that there are.
func (h Handler) decide(ctx context.Context, c *command.Call) (*command.Answer, error) {
	said, fields := strings.TrimSpace(c.Text("内容")), c.Fields(fieldsArg)
	first := reading.FirstCode(said)
	code := command.CodeIn("Y", first)
	conclusion := strings.TrimLeft(said[len(first):], " 　,，:：")
	if code == "" || !strings.HasPrefix(text.Code(first), "Y") && conclusion == "" && len(fields) == 0 {
		if len(fields) > 0 {
			return nil, &command.Refusal{Text: "要写议题号。", Hint: "决议 Y4 " + text.CutLine(said, shown) + " 负责=姓名 期限=日期", Clause: deciding, Private: true}
		}
		return h.decisions(ctx, c, said)
	}
	m, i, err := h.item(ctx, c, code)
	if err != nil {
		return nil, err
	}
	if !rulebook.Allows(rulebook.HeadMeetings, c.Person) {
		return nil, onlyHeads(code)
	}
	if err := h.ready(ctx, c, m, i); err != nil {
		return nil, err
	}
	return h.conclude(ctx, c, m, i, conclusion, fields)
}

// ready refuses an outcome for what has one, or was not discussed (R50).
func (h Handler) ready(ctx context.Context, c *command.Call, m store.Meeting, i store.AgendaItem) error {
	if i.State != store.ItemOpen {
		return h.decided(ctx, c, i)
	}
	notes, err := c.Tx.Agenda().Notes(ctx, m.Code)
	if err != nil || slices.ContainsFunc(notes, func(n store.MeetingNote) bool { return n.Item == i.Code }) {
		return err
	}
	return &command.Refusal{Text: i.Code + " 还没有讨论，不能下结论：没有讨论就没有决议。", Hint: "讨论 " + i.Code + " 内容…", Clause: deciding, Private: true}
}

// decided refuses what has an outcome already, and says which: the first stands.
func (h Handler) decided(ctx context.Context, c *command.Call, i store.AgendaItem) error {
	n := audience.NewNames(c.Tx)
	by, err := n.Of(ctx, i.By)
	if err != nil {
		return err
	}
	r := &command.Refusal{Text: fmt.Sprintf("%s 已由%s于 %s %s。", i.Code, by, words.Moment(i.At.In(h.Rules.Zone)), i.State), Hint: "议题 " + i.Code, Clause: deciding, Private: true}
	switch i.State {
	case store.ItemDecided:
		d, found, err := c.Tx.Decisions().Get(ctx, i.Decision)
		if err != nil || !found {
			return err
		}
		owner, err := n.Of(ctx, d.Owner)
		if err != nil {
			return err
		}
		r.Text = fmt.Sprintf("%s 已由%s于 %s 决议 %s：%s，负责 %s，期限 %s。", i.Code, by, words.Moment(i.At.In(h.Rules.Zone)), d.Code, text.CutLine(d.Words, maxTitle), owner, d.Due.String())
		r.Hint = "决议 " + d.Code
		if !rulebook.SeesDecision(c.Person, d) {
			r.Text, r.Hint = fmt.Sprintf("%s 已由%s于 %s 决议 %s。", i.Code, by, words.Moment(i.At.In(h.Rules.Zone)), d.Code), "议题"
		}
	case store.ItemShelved:
		owner, err := n.Of(ctx, i.Owner)
		if err != nil {
			return err
		}
		r.Text = fmt.Sprintf("%s 已由%s于 %s 搁置到 %s，负责 %s。", i.Code, by, words.Moment(i.At.In(h.Rules.Zone)), i.Due.String(), owner)
	case store.ItemWaiting, store.ItemOpen, store.ItemNoted, store.ItemUndone:
	}
	return r
}

// terms are who does something until when, as fields say it. What is missing is
// asked, one by one.
type terms struct {
	owner store.Person
	due   store.Day
}

func (h Handler) terms(ctx context.Context, c *command.Call, fields map[string]string) (t terms, err error) {
	who := fields[fieldOwner]
	if who == "" {
		who = fields["负责人"]
	}
	if who == "" {
		return t, &command.Question{Prompt: "谁负责？写一个人的姓名。", Prefix: fieldOwner + "="}
	}
	if t.owner, err = h.person(ctx, c, fieldOwner, who); err != nil {
		return t, err
	}
	if fields[fieldDue] == "" {
		return t, &command.Question{Prompt: "什么时候完成？写日期，今天或以后，例如 12-20。", Prefix: fieldDue + "="}
	}
	if t.due, err = h.day(c, fieldDue, fields[fieldDue]); err != nil {
		return t, err
	}
	return t, h.stays(c, t.owner, t.due, fieldOwner+"=…")
}

// stays refuses who will be gone by their notice when something of theirs is due:
// it would have no owner.
func (h Handler) stays(c *command.Call, p store.Person, due store.Day, hint string) error {
	if !p.Gone(due.Start(h.Rules.Zone)) {
		return nil
	}
	today := h.Rules.Day(c.Now)
	return &command.Refusal{
		Text: words.Leaving(p, h.Rules.Day(p.Ends), today) + "，期限 " + words.DayIn(due, today) + " 在那以后，不能由" + p.Name + "负责。",
		Hint: "请别人负责（" + hint + "），或把期限提前", Clause: deciding, Private: true, Field: fieldOwner,
	}
}

// conclude makes a decision of an item; of an item about one that is not done yet it
// decides that one anew, which keeps its code, its first date and its history.
func (h Handler) conclude(ctx context.Context, c *command.Call, m store.Meeting, i store.AgendaItem, conclusion string, fields map[string]string) (*command.Answer, error) {
	if v, given := fields[fieldConclusion]; given {
		conclusion = v
	}
	conclusion, err := fitting(fieldConclusion, conclusion, maxTalk)
	if err != nil {
		return nil, err
	}
	if conclusion == "" {
		q := &command.Question{Prompt: i.Code + " 的结论是什么？写一句。"}
		if len(fields) > 0 {
			q.Prefix = fieldConclusion + "="
		}
		return nil, q
	}
	t, err := h.terms(ctx, c, fields)
	if err != nil {
		return nil, err
	}
	helpers, err := h.people(ctx, c, fieldHelpers, fields[fieldHelpers]+"、"+fields["协办人"], t.owner.ID)
	if err != nil {
		return nil, err
	}
	d := store.Decision{State: store.DecisionOpen, Owner: t.owner.ID, Due: t.due, First: t.due, Words: conclusion, Helpers: helpers, Meeting: m.Code, Item: i.Code, Maker: c.Person.ID, Made: c.Now}
	if d, err = h.addOrRenew(ctx, c, i, d, t.owner); err != nil {
		return nil, err
	}
	is := i
	is.State, is.Decision, is.By, is.At = store.ItemDecided, d.Code, c.Person.ID, c.Now
	if saved, err := c.Tx.Agenda().Save(ctx, i, is, deed(c, "")); err != nil || !saved {
		return nil, orRaced(err, i.Code)
	}
	facts, err := h.facts(ctx, audience.NewNames(c.Tx), d, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	card := chat.Card{Title: "决议 " + d.Code, Tone: chat.Good, Blocks: []chat.Block{{Text: i.Code + " " + text.Line(i.Title)}, {Facts: facts}}}
	a := secret(card, "decision/"+d.Code, fmt.Sprintf("%s 已决议 %s：负责 %s，期限 %s。", i.Code, d.Code, t.owner.Name, t.due.String())+elsewhere)
	if err := h.andNext(ctx, c, m, a); err != nil {
		return nil, err
	}
	return undoable(a, fmt.Sprintf("%s/%d/%s/%d", i.Code, i.Version+1, d.Code, d.Version)), nil
}

// addOrRenew keeps a new decision, or the one that the item is about as it is decided anew.
func (h Handler) addOrRenew(ctx context.Context, c *command.Call, i store.AgendaItem, d store.Decision, owner store.Person) (store.Decision, error) {
	was, anew, err := h.about(ctx, c, i)
	if err != nil {
		return d, err
	}
	if anew {
		is := was
		is.State, is.Owner, is.Words, is.Helpers, is.Due = store.DecisionOpen, d.Owner, d.Words, d.Helpers, d.Due
		if is.Due > was.Due {
			is.Moved++
		}
		d = is
		change, err := anewWords(ctx, c, was, owner)
		if err != nil {
			return d, err
		}
		if saved, err := c.Tx.Decisions().Save(ctx, was, d, deed(c, change)); err != nil || !saved {
			return d, orRaced(err, d.Code)
		}
		d.Version = was.Version + 1
	} else {
		if d.Code, err = c.Tx.Decisions().NewCode(ctx); err != nil {
			return d, err
		}
		if err := c.Tx.Decisions().Add(ctx, d, deed(c, "")); err != nil {
			return d, err
		}
		d.Version = 1
	}
	return d, nil
}

// anewWords are what a decision that is made anew was before, for its history.
func anewWords(ctx context.Context, c *command.Call, was store.Decision, to store.Person) (string, error) {
	said := "原来是 " + text.CutLine(was.Words, shown)
	if was.Owner == to.ID {
		return said, nil
	}
	owner, err := audience.NewNames(c.Tx).Of(ctx, was.Owner)
	return said + "；" + owner + " → " + to.Name, err
}

// about is the decision that is not done yet and that an item is about.
func (h Handler) about(ctx context.Context, c *command.Call, i store.AgendaItem) (d store.Decision, found bool, err error) {
	if i.Decision == "" {
		return d, false, nil
	}
	d, found, err = c.Tx.Decisions().Get(ctx, i.Decision)
	if c.Tx.PassOver(err) {
		return d, false, &command.Refusal{Text: "决议 " + i.Decision + " 的记录损坏，打不开；管理员已经知道。", Hint: "议题", Private: true}
	}
	return d, found && d.Open(), err
}

// andNext says on an answer what has no outcome yet.
func (h Handler) andNext(ctx context.Context, c *command.Call, m store.Meeting, a *command.Answer) error {
	v, err := h.view(ctx, c.Tx, m)
	if err != nil {
		return err
	}
	open := v.open()
	said := "每一项都有结论了，散会" + closers
	switch {
	case len(open) > 0:
		said = fmt.Sprintf("还有 %d 项没有结论，下一项：%s %s", len(open), open[0].Code, text.CutLine(open[0].Title, shown))
	case v.closes(c.Person):
		said = "每一项都有结论了，可以散会。"
		a.Reply.Card.Buttons = append(a.Reply.Card.Buttons, chat.Button{Label: "散会", Command: "散会", Primary: true})
	}
	a.Reply.Card.Blocks = append(a.Reply.Card.Blocks, chat.Block{Text: said})
	return nil
}

// undoOutcome takes the outcome of items back while the meeting is open, and with it
// what was decided: Y4/3, Y4/3/D7/1, or several of them.
func (h Handler) undoOutcome(ctx context.Context, c *command.Call, ref string) (string, error) {
	if !rulebook.Allows(rulebook.HeadMeetings, c.Person) {
		first, _, _ := strings.Cut(ref, "/")
		return "", onlyHeads(first)
	}
	m, open, err := c.Tx.Meetings().Now(ctx)
	if err != nil {
		return "", err
	}
	act := store.MeetingAct{At: c.Now, By: c.Person.ID, Act: "撤销"}
	var said []string
	for one := range strings.SplitSeq(ref, ",") {
		parts := strings.Split(one, "/")
		if len(parts) != 2 && len(parts) != 4 {
			return "", fmt.Errorf("undo outcome %q", ref)
		}
		i, found, err := c.Tx.Agenda().Get(ctx, parts[0])
		if err != nil {
			return "", err
		}
		if !found || !open || i.Meeting != m.Code {
			return "", &command.Refusal{Text: "会已经散了，结论不再撤销。", Hint: "决议", Clause: deciding, Private: true}
		}
		version, err := strconv.Atoi(parts[1])
		if err != nil {
			return "", fmt.Errorf("undo outcome %q: %w", ref, err)
		}
		if i.Version != version {
			return "", errLater(i.Code, "后来又有变动")
		}
		is, err := c.Tx.Agenda().Was(ctx, i.Code, version)
		if err != nil {
			return "", err
		}
		act.ID = c.Tx.NewID(c.Now)
		if saved, err := c.Tx.Agenda().Save(ctx, i, is, act); err != nil || !saved {
			return "", orRaced(err, i.Code)
		}
		if len(parts) == 4 {
			if err := h.undecide(ctx, c, parts[2], parts[3], act); err != nil {
				return "", err
			}
			said = append(said, i.Code+" 的决议 "+parts[2])
			continue
		}
		said = append(said, i.Code+" 的"+string(i.State))
	}
	return strings.Join(said, "、"), nil
}

// undecide takes back what made a version of a decision.
func (h Handler) undecide(ctx context.Context, c *command.Call, code, made string, act store.MeetingAct) error {
	d, found, err := c.Tx.Decisions().Get(ctx, code)
	if err == nil && !found {
		err = fmt.Errorf("undo decision %s: there is none", code)
	}
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(made)
	if err != nil {
		return fmt.Errorf("undo decision %s: %w", code, err)
	}
	if d.Version != version {
		return &command.Refusal{Text: code + " 后来又有变动，不能撤销了。", Hint: "决议 " + code, Clause: deciding, Private: true}
	}
	acts, err := c.Tx.Decisions().Acts(ctx, code)
	if err != nil {
		return err
	}
	is := acts[len(acts)-1].Was
	if version == 1 {
		is = d
		is.State = store.DecisionUndone
	}
	act.ID = c.Tx.NewID(c.Now)
	saved, err := c.Tx.Decisions().Save(ctx, d, is, act)
	if err != nil || !saved {
		return orRaced(err, code)
	}
	return nil
}
