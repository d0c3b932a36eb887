package progress

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/ledger"
)

// The arguments of 客户进度.
const (
	monthArg  = "月"
	personArg = "姓名"
	pageArg   = "页" // of command.PageArg
)

func (h Handler) lookCommands() []command.Spec {
	return []command.Spec{{
		Name: "客户进度", Aliases: []string{"khjd"}, Summary: "每位客户一个月的进度：阶段、跟进、下一步、金额、多久没动、缺不缺原因", Lists: true,
		Said: []string{"客户进展", "好久没联系", "很久没联系", "没联系", "没动静", "客户进度表", "客户进展表", "进度表", "客户销售业绩进度管理表", "客户…进度", "哪些客户没进展", "哪些客户…没有进展", "缺原因", "谁缺原因", "哪些客户缺原因", "停滞的客户"},
		Args: []command.Arg{
			{Name: monthArg, Kind: command.Month, Optional: true, Past: true}, {Name: personArg, Kind: command.Person, Optional: true, Gone: true}, command.PageArg(),
		},
		Examples: []string{"客户进度", "客户进度 上月"},
		Who:      rulebook.SeeProgress, Private: true, Clause: clause, Also: []string{"会-2"}, Run: h.look,
	}}
}

// look is 客户进度: for heads all customers or those of somebody, for others their
// own.
func (h Handler) look(ctx context.Context, c *command.Call) (*command.Answer, error) {
	a := asked{month: h.Rules.Day(c.Now).Month(), at: c.Now}
	title, line := "客户进度", "客户进度"
	if c.Has(monthArg) {
		a.month = c.Day(monthArg).Month()
		line += " " + string(a.month[:len("2026-11")])
	}
	if a.month > h.Rules.Day(c.Now) {
		return nil, &command.Refusal{Text: words.Month(a.month) + "还没有到，没有进度。", Hint: "客户进度", Clause: clause}
	}
	title += " · " + words.Month(a.month)
	if !rulebook.SeesProgress(c.Person, "") {
		a.owner = c.Person.ID
	}
	if c.Has(personArg) {
		who := c.Who(personArg)
		if !rulebook.SeesProgress(c.Person, who.ID) {
			return nil, &command.Refusal{
				Text: "别人的客户进度由市场主管、市场总监、总经理、执行董事和总经理助理看。", Hint: "看自己的：客户进度", Clause: clause, Denied: true, Private: true,
			}
		}
		name, err := audience.NewNames(c.Tx).Of(ctx, who.ID)
		if err != nil {
			return nil, err
		}
		a.owner, title, line = who.ID, title+" · "+name, line+" "+name
	}
	a.own = a.owner == c.Person.ID
	list, frozen, err := h.months(ctx, c.Tx, a)
	if err != nil {
		return nil, err
	}
	list = h.readable(c, list)
	page, err := c.Page(len(list), command.MaxRows, line)
	if err != nil {
		return nil, err
	}
	return h.table(ctx, c, shown{a, frozen, title, list, page})
}

// readable are the months of customers of whom the caller may know: whoever sees
// all, all; others those whose file is theirs to read.
func (h Handler) readable(c *command.Call, list []*entry) []*entry {
	if rulebook.SeesProgress(c.Person, "") {
		return list
	}
	return slices.DeleteFunc(list, func(e *entry) bool { return !c.Policy.Access(c.Person, e.Customer, store.Grant{}, c.Now).Read() })
}

// shown is what an answer shows.
type shown struct {
	asked
	frozen *store.FrozenMonth // nil: the month is not settled yet
	title  string
	list   []*entry
	page   command.Page
}

// table is the answer of 客户进度: sums, a row a customer, the picture, and the
// workbook behind it, under one look record.
func (h Handler) table(ctx context.Context, c *command.Call, s shown) (*command.Answer, error) {
	a, title, list, page := s.asked, s.title, s.list, s.page
	n := count(list)
	say := fmt.Sprintf("%d 位客户：%s，缺原因 %d", len(list), n.words(), n.missing)
	if len(list) == 0 {
		say = words.Month(a.month) + "没有客户。"
	}
	card := chat.Card{Title: title, Blocks: []chat.Block{{Text: say}}}
	if n.missing > 0 && s.frozen == nil {
		card.Blocks = append(card.Blocks, chat.Block{Text: fmt.Sprintf("缺原因的排在前面：没有进展的要写明原因（%s），发 停滞原因 编号 原因… [至=日期]。", clause)})
	}
	if lost := len(c.Tx.Damaged()); lost > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: words.Lost(lost)})
	}
	if len(list) > 0 {
		table, err := h.rows(ctx, c.Tx, command.Rows(page, list), a)
		if err != nil {
			return nil, err
		}
		card.Blocks = append(card.Blocks, chat.Block{Table: table})
	}
	if rest := page.Rest(); rest != "" {
		card.Blocks = append(card.Blocks, chat.Block{Text: rest + "，都在表格文件里"})
	}
	chart := h.chart(title, n, a)
	card.Blocks = append(card.Blocks, chat.Block{Chart: &chart})
	var ids []string
	for _, e := range list {
		ids = append(ids, e.ID)
	}
	trace, err := c.LookedAt(ctx, ledger.Listing(ids), clause)
	if err != nil {
		return nil, err
	}
	card.Blocks = append(card.Blocks, chat.Block{Note: fmt.Sprintf("%s · %s 查看 · 追踪码 %s", h.asOf(s), c.Person.Name, trace)})
	if s.frozen == nil {
		card.Buttons = h.buttons(c, command.Rows(page, list))
	}
	card.Buttons = append(card.Buttons, page.Turn("下一页")...)
	answer := command.Card(card)
	answer.Recorded, answer.Subject = true, ledger.Listing(ids)
	answer.Reply.Confidential, answer.Reply.Summary = true, fmt.Sprintf("%s：%d 位，%s，缺原因 %d。%s。%s", title, len(list), n.words(), n.missing, h.asOf(s), elsewhere)
	answer.Files = []chat.File{{
		Name:   "客户销售业绩进度管理表_" + string(a.month[:len("2026-11")]) + ".xlsx",
		Recipe: c.Recipe(recipe, trace, string(a.month), a.owner),
	}}
	return answer, nil
}

// words are the counts: 推进 3，成交 1，停滞 2，流失 0.
func (n counts) words() string {
	var list []string
	for _, s := range rulebook.ProgressStates {
		list = append(list, fmt.Sprintf("%s %d", s, n.now[s]))
	}
	return strings.Join(list, "，")
}

// asOf says as of when a table is, and whether the month is settled.
func (h Handler) asOf(s shown) string {
	said := "截至 " + words.Moment(s.at.In(h.Rules.Zone))
	if s.frozen == nil {
		return said + "（未定稿）"
	}
	return said + "（已定稿 " + words.Moment(s.frozen.At.In(h.Rules.Zone)) + "）"
}

// mostAsked is how many customers are offered by buttons.
const mostAsked = 3

// buttons offer to say why the first customers stand still.
func (h Handler) buttons(c *command.Call, list []*entry) (buttons []chat.Button) {
	for _, e := range list {
		if e.Missing() && len(buttons) < mostAsked && explains(c.Person, e.Customer) {
			buttons = append(buttons, chat.Button{Label: "写原因 " + e.ID, Command: "停滞原因 " + e.ID})
		}
	}
	return buttons
}

// rows are customers as a card shows them.
func (h Handler) rows(ctx context.Context, tx *store.Tx, list []*entry, a asked) (*chat.Table, error) {
	t := &chat.Table{Heads: []string{"客户", "负责人", "阶段", "跟进", "最近", "下次", "预计金额", "本月签约", "本月回款", "未动", "状态", "原因"}}
	names := audience.NewNames(tx)
	for _, e := range list {
		owner, err := ownerName(ctx, names, e.Owner)
		if err != nil {
			return nil, err
		}
		t.Rows = append(t.Rows, []string{
			e.ID + " " + e.Name, owner, stages(e), fmt.Sprintf("%d 次", e.Entries), h.lastWords(e.Last), stepWords(e.Next, h.Rules.Day(a.at)), moneyOrNone(e.Amount),
			moneyOrNone(e.Signed), moneyOrNone(e.Received), fmt.Sprintf("%d 天", e.Idle), stateWords(e), causeWords(e),
		})
	}
	return t, nil
}

// ownerName is whose a customer was; of nobody's 暂无.
func ownerName(ctx context.Context, names *audience.Names, id string) (string, error) {
	if id == "" {
		return "暂无", nil
	}
	return names.Of(ctx, id)
}

// stages are the stage at the beginning and at the end: 初步接触 → 方案报价; of a new
// file 新 → 初步接触.
func stages(e *entry) string {
	from := e.From
	if from == "" {
		from = "新"
	}
	if from == e.To {
		return e.To
	}
	return from + " → " + e.To
}

func (h Handler) lastWords(at time.Time) string {
	if at.IsZero() {
		return none
	}
	return string(h.Rules.Day(at))[len("2026-"):]
}

// none stands where there is nothing to say.
const none = "—"

// stepWords are what is to be done next: 12-05 送样.
func stepWords(n store.NextStep, today store.Day) string {
	if n.Day == "" {
		return none
	}
	day := string(n.Day)
	if n.Day[:4] == today[:4] {
		day = day[len("2026-"):]
	}
	return day + " " + text.CutLine(text.MaskPhones(n.What), 20)
}

func moneyOrNone(fen int64) string {
	if fen == 0 {
		return none
	}
	return words.Money(fen)
}

// stateWords are the state, and that a cause is missing.
func stateWords(e *entry) string {
	if e.Missing() {
		return string(e.State) + "，缺原因"
	}
	return string(e.State)
}

// causeWords are why a customer stands still: 预算（至 12-31）.
func causeWords(e *entry) string {
	switch {
	case e.Missing():
		return "缺原因"
	case e.State == rulebook.Stalled && e.Cause == nil:
		return "新客户"
	case e.State != rulebook.Stalled || e.Cause == nil:
		return none
	}
	said := text.CutLine(text.MaskPhones(e.Cause.Cause), 40) + "（至 " + string(e.Cause.Until)[len("2026-"):] + "）"
	if e.Cause.Remedy != "" {
		said += "；对策 " + text.CutLine(text.MaskPhones(e.Cause.Remedy), 40)
	}
	return said
}
