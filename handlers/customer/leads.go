package customer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/ledger"
)

// What a lead may hold, in characters.
const (
	maxLeadName   = 60
	maxLeadText   = 2000
	maxLeadSource = 200
)

// leadsShown is how many open leads one answer lists.
const leadsShown = 5

// The labels of the lead commands.
const (
	labelText     = "内容"
	labelSource   = "来源"
	labelCustomer = "客户"
	labelField    = "字段"
	labelActivity = "活动"
)

const leadPrompt = "线索是什么？写一两句，例如：下半年要办周年庆，正在比价。"

func (h Handler) leadCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "提供线索", Aliases: []string{"tgxs"}, Summary: "把听到的客户情况交给" + string(h.keeper()) + "，谁都可以用",
			Said: []string{"报线索", "上报线索", "有个线索", "有…线索", "提供…线索", "线索…提供", "线索…报", "提交线索", "给个线索", "发现线索", "新线索"},
			Args: []command.Arg{
				{Name: labelCustomer, Kind: command.Word, Prompt: "关于哪个客户？写名称就行。"},
				{Name: "线索", Kind: command.Labels, Keys: []string{labelText, labelSource, labelActivity}, Prompt: leadPrompt},
			},
			Examples: []string{"提供线索 南湖酒店 下半年要办周年庆，正在比价 来源=展会上听说"},
			Who:      rulebook.TakePart, Private: true, Clause: "档-2", Run: h.giveLead, Undo: h.undoLead,
		},
		{
			Name: "线索", Summary: "还没判断的线索", Of: "L", Lists: true,
			Said:     []string{"线索列表", "有没有新线索", "新线索", "有哪些线索", "多少线索", "看线索", "待判断的线索", "所有线索"},
			Args:     []command.Arg{{Name: "编号", Kind: command.Word, Optional: true, Coded: "L"}},
			Examples: []string{"线索", "线索 L3"},
			Who:      rulebook.JudgeLeads, For: h.reads, Private: true, Clause: "档-7", Run: h.showLeads,
		},
		{
			Name: "采纳", Aliases: []string{"cn"}, Summary: "把线索记入客户档案", Of: "L",
			Said: []string{"采纳线索", "线索…采纳", "接受线索"},
			Args: []command.Arg{
				{Name: "编号", Kind: command.Number, Optional: true},
				{Name: "归入", Kind: command.Labels, Keys: []string{labelCustomer, labelField}, Optional: true},
			},
			Examples: []string{"采纳 L3", "采纳 L3 客户=K12 字段=业务状况"},
			Who:      rulebook.JudgeLeads, For: h.reads, Private: true, Clause: "档-7", Run: h.acceptLead,
		},
		{
			Name: "不采纳", Aliases: []string{"bcn"}, Summary: "退回线索，写明理由", Of: "L",
			Said: []string{"不接受", "不要采纳", "退回线索"},
			Args: []command.Arg{
				{Name: "编号", Kind: command.Number, Optional: true},
				{Name: "理由", Kind: command.Free, Optional: true},
			},
			Examples: []string{"不采纳 L3 已经核实，没有这回事"},
			Who:      rulebook.JudgeLeads, For: h.reads, Private: true, Clause: "档-7", Run: h.rejectLead,
		},
	}
}

// giveLead is 提供线索. The answer is the same whether or not there is such a
// customer (档-2): whoever gives learns nothing.
func (h Handler) giveLead(ctx context.Context, c *command.Call) (*command.Answer, error) {
	given := c.Labels("线索")
	l := store.Lead{
		Giver: c.Person.ID, At: c.Now,
		Words: strings.TrimSpace(c.Text(labelCustomer)), Text: given[labelText], Source: given[labelSource],
	}
	var err error
	if l.Activity, err = activityOf(given[labelActivity]); err != nil {
		return nil, err
	}
	if err := readableLead(l); err != nil { // before anybody is looked for, so that it does not depend on who is found
		return nil, err
	}
	if err := h.leadNamed(ctx, c, &l); err != nil {
		return nil, err
	}
	if l.Code, err = c.Tx.Leads().NewCode(ctx); err != nil {
		return nil, err
	}
	if err := c.Tx.Leads().Add(ctx, l); err != nil {
		return nil, err
	}
	a := command.Card(chat.Card{
		Title: "已收到线索", Tone: chat.Good,
		Blocks: []chat.Block{
			{Text: "编号：" + l.Code + "。已交给" + string(h.keeper()) + "判断，采纳与否会告诉你。"},
			{Note: "接触客户的人都有责任收集情况（档-2）；线索核对之后才入档（档-7）。"},
		},
		Buttons: []chat.Button{command.UndoButton},
	})
	a.Undo, a.Subject = l.Code, "lead/"+l.Code
	a.Notices, err = h.tellJudges(ctx, c, l)
	return a, err
}

// activityOf is the code of the activity that a lead comes of. That there is one is
// not looked up: its giver learns nothing of it.
func activityOf(typed string) (string, error) {
	code := command.ActivityCode(typed)
	if code == "" && text.HasWords(typed) {
		return "", &command.Refusal{Text: "活动编号没看懂" + text.Quote(text.CutLine(typed, maxLeadName)) + "。", Hint: "活动=H3"}
	}
	return code, nil
}

// readableLead refuses what says nothing, or too much for a message.
func readableLead(l store.Lead) error {
	problem := ""
	switch {
	case !text.HasWords(l.Words):
		problem = "客户名称不能是空的。"
	case utf8.RuneCountInString(l.Words) > maxLeadName:
		problem = command.TooLong("客户名称", l.Words, maxLeadName) + "。"
	case !text.HasWords(l.Text):
		return &command.Question{Prompt: leadPrompt, Prefix: labelText + "："}
	case utf8.RuneCountInString(l.Text) > maxLeadText:
		problem = command.TooLong("线索", l.Text, maxLeadText) + "，请分几条写。"
	case utf8.RuneCountInString(l.Source) > maxLeadSource:
		problem = command.TooLong("来源", l.Source, maxLeadSource) + "。"
	default:
		return nil
	}
	return &command.Refusal{Text: problem, Hint: "提供线索 南湖酒店 下半年要办周年庆 来源=展会"}
}

func (h Handler) undoLead(ctx context.Context, c *command.Call, ref string) (string, error) {
	ok, err := c.Tx.Leads().Decide(ctx, store.Lead{Code: ref, State: store.LeadWithdrawn, By: c.Person.ID, Decided: c.Now})
	if err != nil {
		return "", err
	}
	if !ok {
		return "", &command.Refusal{Text: "线索 " + ref + " 已经判断过了，收不回来。", Hint: "我的"}
	}
	return "线索 " + ref, nil
}

// showLeads is 线索: one by its code, or the oldest that wait.
func (h Handler) showLeads(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if c.Has("编号") {
		l, err := h.openLead(ctx, c)
		if err != nil {
			return nil, err
		}
		card, err := h.leadCard(ctx, c.Tx, l)
		a := confidentialCard(card, "线索 "+l.Code+" 等你判断。", "lead/"+l.Code)
		a.Reply.About = l.Code
		return a, err
	}
	if err := h.judges(c.Person, ""); err != nil {
		return nil, err
	}
	leads, err := c.Tx.Leads().Open(ctx, leadsShown)
	if err != nil {
		return nil, err
	}
	if len(leads) == 0 {
		a := command.Text("没有等着判断的线索。")
		a.Subject = "leads"
		return a, nil
	}
	n, err := c.Tx.Leads().CountOpen(ctx)
	if err != nil {
		return nil, err
	}
	card := chat.Card{Title: fmt.Sprintf("待判断的线索（%d 条，先来的在前）", n)}
	for _, l := range leads {
		text := l.Code + " " + l.Words + "：" + text.CutLine(l.Text, reasonsShown)
		card.Blocks = append(card.Blocks, chat.Block{Text: text})
		card.Buttons = append(card.Buttons, chat.Button{Label: "看 " + l.Code, Command: "线索 " + l.Code})
	}
	return confidentialCard(card, fmt.Sprintf("有 %d 条线索等你判断。", n), "leads"), nil
}

func confidentialCard(card chat.Card, summary, subject string) *command.Answer {
	a := command.Card(card)
	a.Reply.Confidential, a.Reply.Summary, a.Subject = true, summary, subject
	return a
}

// judges refuses a supervisor from whom the settings keep the files (C1): what
// becomes of a lead would tell which customers there are.
func (h Handler) judges(p store.Person, customer string) error {
	if h.reads(p) {
		return nil
	}
	return &command.Refusal{
		Text: "按现在的设置，客户档案由" + string(h.keeper()) + "整理，线索也由" + string(h.keeper()) + "判断。",
		Hint: "提供线索 客户 内容…", Clause: "档-7", Denied: true, Look: ledger.Look{Customer: customer},
	}
}

// leads are leads by their numbers.
func leads() command.Numbered[store.Lead] {
	return command.Numbered[store.Lead]{
		What: "线索", List: "线索", Letter: "L",
		Find: func(ctx context.Context, tx *store.Tx, code string) (store.Lead, bool, error) {
			return tx.Leads().ByCode(ctx, code)
		},
		Code: func(l store.Lead) string { return l.Code },
		At:   func(l store.Lead) time.Time { return l.At },
		End: func(l store.Lead, _ time.Time) *command.Ended {
			switch l.State {
			case store.LeadAccepted:
				return &command.Ended{By: l.By, At: l.Decided, How: "采纳"}
			case store.LeadRejected:
				return &command.Ended{By: l.By, At: l.Decided, How: "判为不采纳"}
			case store.LeadWithdrawn:
				return &command.Ended{As: "提供人", At: l.Decided, How: "撤回"}
			}
			return nil
		},
	}
}

// openLead is the lead of the argument 编号, or a refusal that says why it
// cannot be judged.
func (h Handler) openLead(ctx context.Context, c *command.Call) (store.Lead, error) {
	l, err := leads().Only(ctx, c, "编号", nil, func(ctx context.Context, c *command.Call) ([]store.Lead, error) {
		return c.Tx.Leads().Open(ctx, leadsShown)
	})
	var missing *command.Refusal
	if err == nil || errors.As(err, &missing) { // whoever may not judge hears of no number
		err = cmp.Or(h.judges(c.Person, l.Customer), err)
	}
	if err != nil {
		return l, err
	}
	return l, stillOpen(ctx, c, l)
}

// stillOpen refuses a lead that has ended, and says how.
func stillOpen(ctx context.Context, c *command.Call, l store.Lead) error {
	ended, err := leads().Happened(ctx, c, l.Code, l)
	if err != nil || ended == "" {
		return err
	}
	return &command.Refusal{Text: ended + "。", Hint: "线索"}
}

// rejectLead is 不采纳.
func (h Handler) rejectLead(ctx context.Context, c *command.Call) (*command.Answer, error) {
	l, err := h.openLead(ctx, c)
	if err != nil {
		return nil, err
	}
	reason := strings.TrimSpace(c.Text("理由"))
	if !text.HasWords(reason) {
		return nil, &command.Question{Prompt: "为什么不采纳？写一句，会转告提供的人。"}
	}
	l.Reason = reason
	if err := h.decide(ctx, c, &l, store.LeadRejected); err != nil {
		return nil, err
	}
	a := command.Text("线索 " + l.Code + " 不采纳，已告诉提供的人。")
	a.Subject = "lead/" + l.Code
	a.Notices, err = h.tellDecided(ctx, c, l, "判为不采纳", "线索 "+l.Code+" 没有采纳："+text.Continued(reason))
	return a, err
}

// decide ends a lead, once.
func (h Handler) decide(ctx context.Context, c *command.Call, l *store.Lead, how store.LeadState) error {
	l.State, l.By, l.Decided = how, c.Person.ID, c.Now
	ok, err := c.Tx.Leads().Decide(ctx, *l)
	if err == nil && !ok {
		return &command.Refusal{Text: "线索 " + l.Code + " 刚刚已经判断过了。", Hint: "线索"}
	}
	return err
}
