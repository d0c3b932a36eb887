package staff

import (
	"context"
	"slices"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
)

const (
	rulesClause = "2-2"
	confirmLine = "制度 确认"
	unreadLine  = "制度 未确认"
)

func (h Handler) clauseCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "制度", Aliases: []string{"zd", "rules"}, Summary: "按条号或关键词查市场管理细则，以及相关的命令", Lists: true,
			Said:     []string{"公司制度", "规章制度", "管理制度", "管理细则", "细则", "规定", "…制度", "制度…", "条款", "查制度", "看制度", "罚款", "罚钱", "扣钱", "扣工资", "处罚"},
			Args:     []command.Arg{{Name: "条号或关键词", Kind: command.Free, Optional: true, Words: subjects()}},
			Examples: []string{"制度", "制度 会-3", "制度 出差"}, Daily: true, Who: rulebook.TakePart, Clause: "附-3", Also: []string{rulesClause}, Run: h.clauses,
		},
		{
			Name: confirmLine, Aliases: []string{"zdqr"}, Summary: "确认已读现行的市场管理细则，记下版本和时间",
			Said: []string{"确认制度", "我已阅读制度", "制度看完了"}, Args: []command.Arg{{Name: "版本", Kind: command.Word, Optional: true}},
			Examples: []string{confirmLine}, Who: rulebook.TakePart, Clause: rulesClause, Run: h.acknowledge,
		},
		{
			Name: unreadLine, Aliases: []string{"zdwqr"}, Summary: "看谁还没有确认现行的市场管理细则；群里只说人数", Lists: true,
			Said:     []string{"谁没确认制度", "谁没看制度", "谁没有确认"},
			Examples: []string{unreadLine}, Who: rulebook.SeeUnread, Clause: rulesClause, Run: h.unread,
		},
	}
}

// subjects are what a sentence may ask the rules about: the numbers of clauses, then
// the words that they are looked for with, the longest first.
func subjects() []string {
	var numbers, keywords []string
	for _, c := range rulebook.Clauses {
		numbers, keywords = append(numbers, c.Number), append(keywords, c.Keywords...)
	}
	slices.SortStableFunc(keywords, func(a, b string) int { return len(b) - len(a) })
	return append(numbers, keywords...)
}

// clauses shows the list, one clause, or what a keyword leads to, as it is worded on
// the day of the call. Whoever has not acknowledged what is asked of them finds the
// button for it on each of them.
func (h Handler) clauses(ctx context.Context, c *command.Call) (*command.Answer, error) {
	query, day := c.Text("条号或关键词"), h.Rules.Day(c.Now)
	now, all := h.Rules.Book.On(day), h.Rules.Book.Clauses(day)
	card := clauseList(now, all)
	found := c.Serving.Find(all, query)
	switch {
	case query != "" && len(found) == 0:
		return nil, &command.Refusal{
			Text: "没有找到相关条款。", Hint: "制度（看全部）、制度 会-3、制度 出差", Clause: "附-3",
			Buttons: []chat.Button{{Label: "全部条款", Command: "制度"}},
		}
	case query != "" && len(found) == 1:
		card = h.clauseCard(found[0], c)
	case query != "":
		card = clauseHits(found)
	}
	_, at, err := h.confirmed(ctx, c.Tx, c.Person.ID, c.Now)
	if err != nil || !at.IsZero() {
		return command.Card(card), err
	}
	if query == "" {
		for _, e := range h.Rules.Book.Asked(day) {
			card.Blocks = append(card.Blocks, h.reworded(e)...)
		}
	}
	card.Buttons = append(card.Buttons, confirmButton(now))
	card.Blocks = append(card.Blocks, chat.Block{Note: "2-2：每人须确认已读本细则。读完请按「我已阅读」，或发送 " + confirmLine + "。"})
	return command.Card(card), nil
}

// confirmed is what somebody has confirmed of the editions that ask for it, and when;
// zero when they have to.
func (h Handler) confirmed(ctx context.Context, tx *store.Tx, person string, now time.Time) (version string, at time.Time, err error) {
	return tx.People().AcknowledgedBy(ctx, person, rulebook.Names(h.Rules.Book.Asked(h.Rules.Day(now))))
}

// acknowledge records that the person has read the wording that holds now
// (R06); a button of an older wording records nothing.
func (h Handler) acknowledge(ctx context.Context, c *command.Call) (*command.Answer, error) {
	now := string(h.Rules.Book.On(h.Rules.Day(c.Now)).From)
	if v := c.Text("版本"); v != "" && text.Fold(v).Text != now {
		return nil, &command.Refusal{
			Text: "现行的是 " + now + " 版，这里没有记下什么。请先看现行的。", Hint: "制度", Clause: rulesClause,
			Buttons: []chat.Button{{Label: "看制度", Command: "制度"}},
		}
	}
	version, at, err := h.confirmed(ctx, c.Tx, c.Person.ID, c.Now)
	if err != nil {
		return nil, err
	}
	text := "你已在 " + h.at(at) + " 确认过《市场管理细则》" + version + " 版。"
	if at.IsZero() {
		if err := c.Tx.People().Acknowledge(ctx, c.Person.ID, now, c.Now); err != nil {
			return nil, err
		}
		text = "已记录：你于 " + h.at(c.Now) + " 确认已读《市场管理细则》" + now + " 版（2-2）。"
	}
	a := command.Text(text)
	a.Subject = "rules/" + now
	return a, nil
}

// at is how a moment is shown.
func (h Handler) at(t time.Time) string { return t.In(h.Rules.Zone).Format("2006-01-02 15:04") }
