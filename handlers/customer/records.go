package customer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/ledger"
)

// How much of the records one answer shows.
const (
	recordsDays  = 7 // shown when no time is given, today included
	reasonsShown = 60
)

func (h Handler) recordCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "查阅记录", Aliases: []string{"cyjl"}, Summary: "谁在什么时候为什么看过客户档案，看成了还是被拒绝", Lists: true,
			Said: []string{"谁看过", "谁查过", "谁看了", "…的查阅记录", "看过哪些客户", "查过哪些客户", "查阅…记录", "访问记录", "查看记录"},
			Args: []command.Arg{
				{Name: "姓名", Kind: command.Person, Optional: true, Gone: true},
				{Name: "客户", Kind: command.Word, Optional: true, Coded: command.AnyCode},
				{Name: "时段", Kind: command.Span, Optional: true, Past: true},
				command.PageArg(), {Name: "只看", Kind: command.Word, Optional: true},
			},
			Examples: []string{"查阅记录", "查阅记录 张伟 上周", "查阅记录 K12 本月", "查阅记录 本月 已看"},
			Who:      rulebook.TraceLooks, Private: true, Clause: clause, Run: h.records,
		},
		{
			Name: "溯源", Aliases: []string{"sy"}, Summary: "按消息里的追踪码找出是谁在什么时候看的",
			Said:     []string{"追踪码", "追溯", "追查"},
			Args:     []command.Arg{{Name: "追踪码", Kind: command.Word, Prompt: "追踪码是什么？它写在档案消息的最下面，六位字母和数字。"}},
			Examples: []string{"溯源 H7K2QM"}, Who: rulebook.TraceLooks, Private: true, Clause: "档-5", Also: []string{"档-3"}, Run: h.traceBack,
		},
	}
}

// traces reports whether a person may see the looks of another: the director
// those of the department only.
func traces(p, viewer store.Person) bool {
	if !rulebook.Allows(rulebook.TraceLooks, p) || p.Then != nil && !traces(*p.Then, viewer) {
		return false
	}
	return p.Post != store.MarketingDirector || slices.Contains(department, viewer.Post)
}

// department are the posts whose looks the director may trace.
var department = []store.Post{store.MarketingDirector, store.Supervisor, store.Salesperson, store.OtherEmployee}

// lookActs are the commands that ask for files, whose entries count as looks
// even where no customer was found.
var lookActs = []string{"客户", "看电话", "客户历史"}

// recordQuery is what records are asked for.
type recordQuery struct {
	ledger.Filter
	days reading.Days
	of   string // whose or of which customer, for people
	line string // the command line without its page
	page int    // from 1 on
}

// span is the time that is asked for, as it stands in a command line.
func (q *recordQuery) span() string { return " " + string(q.days.From) + "~" + string(q.days.To) }

// about asks for the records of a person.
func (q *recordQuery) about(ctx context.Context, c *command.Call, p store.Person) (err error) {
	if q.of, err = audience.NewNames(c.Tx).Of(ctx, p.ID); err != nil {
		return err
	}
	q.Person, q.line = p.ID, q.line+" "+q.of
	return nil
}

// records is 查阅记录. That somebody looked is audited as every command is.
func (h Handler) records(ctx context.Context, c *command.Call) (*command.Answer, error) {
	q, err := h.recordQuery(ctx, c)
	if err != nil {
		return nil, err
	}
	n, err := c.Tx.Audit().Count(ctx, q.Filter)
	if err != nil {
		return nil, err
	}
	page := command.PageOf(q.page, n, command.MaxRows, q.line)
	q.Most, q.Skip = command.MaxRows, (page.No-1)*command.MaxRows
	looks, err := c.Tx.Audit().Looks(ctx, q.Filter)
	if err != nil {
		return nil, err
	}
	names := &namer{tx: c.Tx, people: map[string]store.Person{}, customers: map[string]string{}}
	card, err := h.recordCard(ctx, names, q, looks, page, n)
	if err != nil {
		return nil, err
	}
	a := command.Card(card)
	a.Reply.Confidential = true
	a.Reply.Summary = "查阅记录是机密，这里不能保密，不显示。"
	a.Subject = "looks/" + q.Person + "/" + q.Customer + "/" + string(q.days.From) + "/" + string(q.days.To)
	return a, nil
}

// recordQuery reads the arguments: the word may be a customer, somebody who
// left, or the page.
func (h Handler) recordQuery(ctx context.Context, c *command.Call) (recordQuery, error) {
	today := h.Rules.Day(c.Now)
	q := recordQuery{page: 1, line: "查阅记录", days: reading.Days{From: today.Add(1 - recordsDays), To: today}}
	if c.Has("时段") {
		q.days = c.Days("时段")
	}
	q.From, q.To = q.days.From.Start(h.Rules.Zone), q.days.To.Add(1).Start(h.Rules.Zone)
	q.Acts = lookActs
	if p := c.Person; p.Post == store.MarketingDirector || p.Then != nil && p.Then.Post == store.MarketingDirector {
		q.Posts = postNames(department)
	}
	if c.Has("姓名") {
		if err := q.about(ctx, c, c.Who("姓名")); err != nil {
			return q, err
		}
	}
	for _, word := range []string{c.Text("客户"), c.Text("页"), c.Text("只看")} {
		if word == onlySeen {
			q.Seen = true
			continue
		}
		if n, ok := reading.PageNumber(word); ok {
			q.page = n
			continue
		}
		if err := h.recordWord(ctx, c, &q, word); err != nil {
			return q, err
		}
	}
	if q.line += q.span(); q.Seen {
		q.line, q.of = q.line+" "+onlySeen, strings.Trim(q.of+" · "+onlySeen, " ·")
	}
	return q, nil
}

// onlySeen asks for looks that showed something.
const onlySeen = "已看"

func postNames(posts []store.Post) []string {
	names := make([]string, len(posts))
	for i, p := range posts {
		names[i] = string(p)
	}
	return names
}

// recordWord is a customer, or else a person who was stopped. Whoever traces
// looks may know every customer.
func (h Handler) recordWord(ctx context.Context, c *command.Call, q *recordQuery, word string) error {
	if word == "" {
		return nil
	}
	found, err := c.CustomersLike(ctx, word, command.ToName)
	if err != nil {
		return err
	}
	if one, ok := found.One(); ok {
		q.Customer, q.line = one.ID, q.line+" "+one.ID
		q.of = strings.Trim(q.of+" · "+one.Name, " ·")
		return nil
	}
	if q.Person == "" {
		p, ok, err := audience.Named(ctx, c.Tx, word)
		if err != nil {
			return err
		}
		if ok {
			return q.about(ctx, c, p)
		}
	}
	if len(found.List) == 0 {
		return &command.Refusal{Text: "没有叫" + text.Quote(word) + "的人员或客户。", Hint: "查阅记录 姓名 时段，或 查阅记录 客户 时段"}
	}
	span := ""
	if c.Has("时段") {
		span = q.span()
	}
	return whichRecords(q.line, span, word, found.List[:min(len(found.List), hitsShown)])
}

// whichRecords asks whose records are meant. Its lines name the days, for they
// may be pressed on another.
func whichRecords(line, span, word string, near []command.Meant) error {
	no := &command.Refusal{Text: text.Quote(word) + "可能是这几个客户，请选一个。", Hint: line + " " + near[0].ID + span}
	for _, one := range near {
		no.Buttons = append(no.Buttons, chat.Button{Label: one.Name, Command: line + " " + one.ID + span})
	}
	return no
}

func (h Handler) recordCard(ctx context.Context, names *namer, q recordQuery, looks []ledger.Entry, page command.Page, n int) (chat.Card, error) {
	title := "查阅记录"
	if q.of != "" {
		title += " · " + q.of
	}
	head := fmt.Sprintf("%s 至 %s，共 %d 条，第 %d/%d 页，新的在前。", q.days.From.String(), q.days.To.String(), n, page.No, page.Last)
	if len(looks) == 0 {
		head = fmt.Sprintf("%s 至 %s 没有查阅记录。", q.days.From.String(), q.days.To.String())
	}
	if len(q.Posts) > 0 {
		head += "只含" + strings.Join(q.Posts, "、") + "的。"
	}
	card := chat.Card{Title: title, Blocks: []chat.Block{{Text: head}}}
	rows, err := h.recordRows(ctx, names, looks)
	if err != nil {
		return card, err
	}
	if len(rows) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Table: &chat.Table{Heads: []string{"时间", "谁", "客户", "做什么", "结果", "理由", "追踪码"}, Rows: rows}})
	}
	card.Blocks = append(card.Blocks, chat.Block{Note: "看这份记录也记入审计（" + clause + "）。按码查：溯源 追踪码"})
	card.Buttons = append(card.Buttons, page.Turn("更早的")...)
	return card, nil
}

func (h Handler) recordRows(ctx context.Context, names *namer, looks []ledger.Entry) ([][]string, error) {
	var rows [][]string
	for _, l := range looks {
		viewer, err := names.person(ctx, l.Person)
		if err != nil {
			return nil, err
		}
		customer, err := names.told(ctx, l)
		if err != nil {
			return nil, err
		}
		at := l.At.In(h.Rules.Zone).Format("01-02 15:04")
		rows = append(rows, []string{at, lookedAs(viewer, l), customer, l.Act, outcomeWords(l), text.CutLine(shown("理由", l.Why, false, false), reasonsShown), l.Trace})
	}
	return rows, nil
}

// lookedAs is who looked, with the post that they had then where it is another
// now.
func lookedAs(viewer store.Person, l ledger.Entry) string {
	if l.Post == "" || l.Post == string(viewer.Post) {
		return audience.Called(viewer)
	}
	return audience.Called(viewer) + "（当时" + l.Post + "）"
}

// outcomeWords says how a look ended.
func outcomeWords(a ledger.Entry) string {
	words := ended(a)
	if n := len(a.Lists()); n > 0 && a.Outcome != ledger.Denied {
		words = fmt.Sprintf("列出 %d 位", n)
	}
	if a.Grant != "" {
		words += "，凭批准 " + a.Grant
	}
	if a.Changed {
		words += "，记录被改动过"
	}
	return words
}

// ended says how a look at one file ended.
func ended(a ledger.Entry) string {
	switch a.Outcome {
	case ledger.Done:
		if a.Trace == "" {
			return "未打开"
		}
		return "已看"
	case ledger.Denied:
		return "拒绝（" + a.Clause + "）"
	case ledger.Refused:
		return "未办成"
	case ledger.Failed:
		return "出错"
	}
	return string(a.Outcome)
}
