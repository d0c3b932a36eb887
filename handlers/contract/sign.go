package contract

import (
	"context"
	"fmt"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/closing"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

const (
	reportPrompt = "谈到什么程度了？写一两句：谁拍板、价格、活动怎么安排。"
	amountPrompt = "合同金额是多少？例如 12.5万。"
)

func (h Handler) signCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "签前汇报", Aliases: []string{"qqhb"}, Summary: "签合同之前报告进展、活动日期和金额",
			Said: []string{"签约前汇报", "要签了", "快签了", "准备签", "签合同前汇报", "汇报合同", "汇报签约", "要签合同了", "准备签合同", "打算签…合同"},
			Args: []command.Arg{
				contractArg(), {Name: "情况", Kind: command.Passage, Prompt: reportPrompt},
				{Name: "字段", Kind: command.Fields, Keys: []string{fieldEvent, fieldPrepare, fieldAmount}, Optional: true},
			},
			Examples: []string{"签前汇报 ZYX-202611-001 对方已定方案 活动日期=12-20 准备=5天 金额=12.5万"},
			Who:      rulebook.TakeContracts, Clause: signing, Run: h.report, Undo: h.undo,
		},
		{
			Name: "签合同", Aliases: []string{"qht"}, Summary: "登记合同签了，金额多少，算谁的业绩",
			Said: []string{"合同签了", "签了合同", "合同签好了", "签约了", "签下来了", "签订合同", "合同签订", "签单", "…签了", "和…签了合同", "跟…签了合同", "…合同签了"},
			Args: []command.Arg{
				contractArg(), {Name: "数额", Kind: command.Money, Optional: true},
				{Name: "字段", Kind: command.Fields, Keys: []string{fieldAmount, fieldDay, fieldShares}, Optional: true},
			},
			Examples: []string{"签合同 ZYX-202611-001 金额=12.5万", "签合同 晨星 金额=125000 日期=11-24 业绩=张伟60%,刘洋40%"},
			Who:      rulebook.TakeContracts, Clause: signing, Also: []string{"会-4"}, Run: h.sign, Undo: h.undo,
		},
	}
}

// report is 签前汇报. What a later one does not say stays as it was.
func (h Handler) report(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, is, err := h.begin(ctx, c, rulebook.DeedReport)
	if err != nil {
		return nil, err
	}
	said, err := needed(c.Text("情况"), reportPrompt, "情况")
	if err != nil {
		return nil, err
	}
	if err := h.plan(c, &is, c.Fields("字段")); err != nil {
		return nil, err
	}
	today := h.Rules.Day(c.Now)
	if is.Reported == "" {
		is.Reported = today
	}
	is.LastReport = today
	if is.Event != "" && is.Event < today && c.Fields("字段")[fieldEvent] != "" {
		return nil, &command.Refusal{Text: "活动日期 " + dayWords(is.Event, h.Rules.Day(c.Now)) + " 已经过了。", Hint: "活动日期=12-20", Clause: signing, Private: true}
	}
	if err := h.save(ctx, c, was, &is, said); err != nil {
		return nil, err
	}
	n := h.people(c.Tx)
	customer, err := n.customer(ctx, is.Customer)
	if err != nil {
		return nil, err
	}
	facts := append([]chat.Fact{{Label: "客户", Value: customer}, {Label: "项目", Value: is.Project}}, planFacts(is, h.Rules.Day(c.Now))...)
	short := h.shortage(is, today)
	a := h.done(c, "已汇报 "+is.Number, is, facts, true, short, "签了以后发：签合同 "+is.Number+" 金额=…")
	if short != "" {
		a.Reply.Card.Tone = chat.Warn
	}
	a.Notices, err = h.tell(ctx, c, is, hearers{heads: true}, nil, c.Person.Name+"签前汇报 "+is.Number, func(rulebook.ContractView) []chat.Fact {
		list := append([]chat.Fact{{Label: "情况", Value: said}}, facts...)
		if short != "" {
			list = append(list, chat.Fact{Label: "注意", Value: short})
		}
		return list
	})
	if err != nil {
		return nil, err
	}
	return a, h.sayToWhom(ctx, c, a)
}

// plan puts what fields say of event, preparation and expected amount.
func (h Handler) plan(c *command.Call, is *store.Contract, values map[string]string) (err error) {
	if v, given := values[fieldEvent]; given {
		if is.Event, err = dayIn(c, fieldEvent, v, false); err != nil {
			return err
		}
	}
	if v, given := values[fieldPrepare]; given {
		if is.Prepare, err = prepareIn(v); err != nil {
			return err
		}
	}
	if v, given := values[fieldAmount]; given && is.Signed == "" {
		is.Expected, err = amountIn(fieldAmount, v)
	}
	return err
}

// planFacts are what was reported.
func planFacts(ct store.Contract, today store.Day) []chat.Fact {
	var list []chat.Fact
	if ct.Event != "" {
		list = append(list, chat.Fact{Label: fieldEvent, Value: dayWords(ct.Event, today)})
	}
	if ct.Prepare > 0 {
		list = append(list, chat.Fact{Label: fieldPrepare, Value: fmt.Sprintf("%d 个工作日", ct.Prepare)})
	}
	if ct.Expected > 0 {
		list = append(list, chat.Fact{Label: "预计金额", Value: words.Money(ct.Expected)})
	}
	return list
}

// shortage warns where fewer working days are left to the event than it takes to
// prepare it; empty where that is not known.
func (h Handler) shortage(ct store.Contract, today store.Day) string {
	if ct.Event == "" || ct.Prepare == 0 {
		return ""
	}
	left := h.Rules.Calendar.WorkingDays(today, ct.Event)
	if left >= ct.Prepare {
		return ""
	}
	return fmt.Sprintf("离活动（%s）只有 %d 个工作日，准备要 %d 个，来不及要早说（2-5）。", dayWords(ct.Event, today), left, ct.Prepare)
}

// sign is 签合同: never without a report (2-5).
func (h Handler) sign(ctx context.Context, c *command.Call) (*command.Answer, error) {
	was, is, err := h.begin(ctx, c, rulebook.DeedSign)
	if err != nil {
		return nil, err
	}
	if err := h.reported(c, was); err != nil {
		return nil, err
	}
	if err := h.terms(ctx, c, &is); err != nil {
		return nil, err
	}
	if doubts := h.doubts(is, h.Rules.Day(c.Now)); len(doubts) > 0 {
		version := command.VersionOf(is.Number, is.Version, is.Amount, is.Signed, doubts)
		if !c.Confirms(version) {
			card := chat.Card{Title: "签合同 " + is.Number + "？", Tone: chat.Warn}
			for _, d := range doubts {
				card.Blocks = append(card.Blocks, chat.Block{Text: d})
			}
			return private(card, was, h.Rules.Day(c.Now)).Preview(version), nil
		}
	}
	if err := h.save(ctx, c, was, &is, ""); err != nil {
		return nil, err
	}
	return h.signed(ctx, c, is)
}

// reported refuses a signature without a report, or with one that is too old.
func (h Handler) reported(c *command.Call, ct store.Contract) error {
	no := &command.Refusal{Hint: "签前汇报 " + ct.Number + " 情况… 活动日期=… 准备=…天 金额=…", Clause: signing, Private: true}
	no.Buttons = []chat.Button{{Label: "签前汇报", Command: "签前汇报 " + ct.Number, Primary: true}}
	switch days := h.Config.ReportValidDays; {
	case ct.Reported == "":
		no.Text = ct.Number + " 还没有签前汇报，不能登记签订。每次签合同之前先汇报进展和细节。"
	case days > 0 && ct.LastReport.Add(days) < h.Rules.Day(c.Now):
		no.Text = fmt.Sprintf("%s 最近一次签前汇报是 %s，超过 %d 天了，请先再汇报一次。", ct.Number, ct.LastReport, days)
	default:
		return nil
	}
	return no
}

// terms reads what was signed.
func (h Handler) terms(ctx context.Context, c *command.Call, is *store.Contract) (err error) {
	values, today := c.Fields("字段"), h.Rules.Day(c.Now)
	is.Signed = today
	if v, given := values[fieldDay]; given {
		if is.Signed, err = dayIn(c, fieldDay, v, true); err != nil {
			return err
		}
	}
	if is.Signed > today {
		return &command.Refusal{Text: "签订日期 " + dayWords(is.Signed, h.Rules.Day(c.Now)) + " 还没到，签了再登记。", Hint: "签合同 " + is.Number + " 金额=… 日期=" + c.Now.Format("01-02"), Clause: signing, Private: true}
	}
	switch v, given := values[fieldAmount]; {
	case given:
		if is.Amount, err = amountIn(fieldAmount, v); err != nil {
			return err
		}
	case c.Has("数额"):
		if is.Amount = c.Money("数额"); is.Amount == 0 {
			return &command.Refusal{Text: "金额要大于 0。", Hint: "金额=12.5万", Private: true}
		}
	default:
		return &command.Question{Prompt: amountPrompt, Prefix: fieldAmount + "="}
	}
	if v, given := values[fieldShares]; given {
		if is.Shares, err = h.sharesIn(ctx, c, v, nil); err != nil {
			return err
		}
	}
	if is.Shares == nil {
		is.Shares = []store.Share{{Person: is.Holder, Parts: store.WholeShare}}
	}
	is.Early = is.Signed < is.Reported
	is.Due = h.due(*is)
	return nil
}

// due is when the original is owed; never of one that rests electronically.
func (h Handler) due(ct store.Contract) store.Day {
	if days := h.archiveDays(ct); !ct.Electronic && ct.Signed != "" && days > 0 {
		return h.Rules.Calendar.Later(ct.Signed, days)
	}
	return ""
}

// archiveDays are the working days from the signature to the original, by the edition of
// the rules that held when it was signed.
func (h Handler) archiveDays(ct store.Contract) int {
	return h.Rules.Book.ArchiveDays(ct.Signed, h.Config.ArchiveDays)
}

// doubts are what makes a signature ask first.
func (h Handler) doubts(ct store.Contract, today store.Day) []string {
	var list []string
	if ct.Early {
		list = append(list, fmt.Sprintf("签订日 %s 在第一次签前汇报（%s）之前，属于先签后报，会照实记下，写进签约的通知。", dayWords(ct.Signed, today), dayWords(ct.Reported, today)))
	}
	if ct.Expected > 0 && offBy(ct.Amount, ct.Expected, h.Config.WarnPercent) {
		list = append(list, fmt.Sprintf("签订金额 %s，汇报的是 %s，相差超过 %d%%。", words.Money(ct.Amount), words.Money(ct.Expected), h.Config.WarnPercent))
	}
	return list
}

// offBy reports whether an amount is off another by more than some per cent.
func offBy(amount, expected int64, percent int) bool {
	off := amount - expected
	return max(off, -off)*100 > expected*int64(percent)
}

// signed answers a signature and tells whom it concerns.
func (h Handler) signed(ctx context.Context, c *command.Call, ct store.Contract) (*command.Answer, error) {
	facts, err := h.signedFacts(ctx, h.people(c.Tx), ct, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	note := "原件交给档案员（2-5）；照片不算。"
	switch {
	case ct.Electronic:
		note = "电子合同，不用交原件。"
	case ct.Due != "":
		note = "原件 " + dayWords(ct.Due, h.Rules.Day(c.Now)) + " 前交给档案员（签订后 " + itoa(h.archiveDays(ct)) + " 个工作日，2-5）；照片不算。"
	}
	frozen, err := closing.Note(ctx, c.Tx, h.Rules, ct.Signed, c.Now)
	if err != nil {
		return nil, err
	}
	a := h.done(c, "已签 "+ct.Number, ct, facts, true, note, frozen)
	offers := func(name string) bool { return c.Offers != nil && c.Offers(name) }
	front := func(b chat.Button) { a.Reply.Card.Buttons = append([]chat.Button{b}, a.Reply.Card.Buttons...) }
	if offers("收款计划") {
		front(chat.Button{Label: "收款计划", Command: "收款计划 " + ct.Number})
	}
	onSite := chat.Button{Label: "安排活动", Command: "活动 新增 类型=现场 合同=" + ct.Number}
	if ct.Event != "" && offers("活动 新增") {
		front(onSite)
	}
	a.Notices, err = h.tell(ctx, c, ct, hearers{heads: true, books: true}, nil, c.Person.Name+"签了 "+ct.Number, func(view rulebook.ContractView) []chat.Fact {
		if view < rulebook.ContractWhole {
			return []chat.Fact{{Label: "签订", Value: dayWords(ct.Signed, h.Rules.Day(c.Now))}}
		}
		return facts
	})
	for _, n := range a.Notices { // who signs may seldom plan the event (2-8)
		p, _, err := c.Tx.People().ByID(ctx, n.To)
		if err != nil {
			return nil, err
		}
		if ct.Event != "" && !offers("活动 新增") && rulebook.Allows(rulebook.PlanActivities, p) {
			n.Message.Card.Buttons = append(n.Message.Card.Buttons, onSite)
		}
	}
	return a, err
}

// signedFacts are what was signed.
func (h Handler) signedFacts(ctx context.Context, n *names, ct store.Contract, today store.Day) ([]chat.Fact, error) {
	customer, err := n.customer(ctx, ct.Customer)
	if err != nil {
		return nil, err
	}
	shares, err := h.sharesWords(ctx, n, ct.Shares)
	if err != nil {
		return nil, err
	}
	facts := []chat.Fact{
		{Label: "客户", Value: customer}, {Label: "项目", Value: text.Line(ct.Project)}, {Label: "签订", Value: dayWords(ct.Signed, today)},
		{Label: "金额", Value: words.Money(ct.Amount)}, {Label: "业绩", Value: shares},
	}
	if ct.Event != "" {
		facts = append(facts, chat.Fact{Label: "活动日期", Value: dayWords(ct.Event, today)})
	}
	if ct.Early {
		facts = append(facts, earlyFact(ct, today))
	}
	return facts, nil
}

// earlyFact flags what was signed before it was reported (2-5).
func earlyFact(ct store.Contract, today store.Day) chat.Fact {
	return chat.Fact{Label: "先签后报", Value: "第一次汇报 " + dayWords(ct.Reported, today)}
}

// daysSince is how many days lie between two days.
func daysSince(from, to store.Day) int {
	return int(to.Start(time.UTC).Sub(from.Start(time.UTC)) / (24 * time.Hour))
}
