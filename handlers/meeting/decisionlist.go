package meeting

import (
	"context"
	"fmt"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
)

func (h Handler) decisionList(ctx context.Context, c *command.Call, list []store.Decision, of string, all bool, page command.Page) (*command.Answer, error) {
	name := "没完成的决议"
	if all {
		name = "全部决议"
	}
	if of != "" {
		name = of + " · " + name
	}
	n, today := audience.NewNames(c.Tx), h.Rules.Day(c.Now)
	var rows []string
	var late int
	for _, d := range list {
		due, err := h.dueWords(ctx, n, d, today)
		if err != nil {
			return nil, err
		}
		rows = append(rows, "• "+d.Code+" "+text.CutLine(d.Words, shown)+"（"+due+"）")
		if d.State == store.DecisionOpen && d.Due < today {
			late++
		}
	}
	lines := command.Rows(page, rows)
	if rest := page.Rest(); rest != "" {
		lines = append(lines, rest)
	}
	if len(rows) == 0 {
		lines = []string{"没有。"}
	}
	card := chat.Card{Buttons: page.Turn("下一页"), Title: fmt.Sprintf("%s（%d 项）", name, len(list)), Blocks: []chat.Block{{Text: strings.Join(lines, "\n")}}}
	if chart := h.chart(list, today, c.Now); all && !chart.Empty() {
		card.Blocks = append(card.Blocks, chat.Block{Chart: &chart})
	}
	card.Blocks = append(card.Blocks, chat.Block{Note: h.asOf(c.Now)})
	return secret(card, "decisions", fmt.Sprintf("%s：%d 项，其中逾期 %d 项。", name, len(list), late)+h.asOf(c.Now)+"。"+elsewhere), nil
}

// chart is how many decisions are done, open and overdue.
func (h Handler) chart(list []store.Decision, today store.Day, at time.Time) chat.Chart {
	var done, open, late int64
	for _, d := range list {
		switch {
		case !d.Open():
			done++
		case d.Due < today:
			late++
		default:
			open++
		}
	}
	chart := chat.Chart{Title: "决议完成情况", Kind: chat.Bars, Unit: "项", AsOf: h.asOf(at)}
	if done+open+late > 0 {
		chart.Categories, chart.Series = []string{"已完成", "办理中", "逾期"}, []chat.Series{{Name: "决议", Values: []int64{done, open, late}}}
	}
	return chart
}

// oneDecision is a decision with all that was done to it.
func (h Handler) oneDecision(ctx context.Context, c *command.Call, code string) (*command.Answer, error) {
	d, err := h.decision(ctx, c, code)
	if err != nil {
		return nil, err
	}
	return h.decisionCard(ctx, c, d, "决议 "+d.Code)
}

func (h Handler) decisionCard(ctx context.Context, c *command.Call, d store.Decision, heading string) (*command.Answer, error) {
	n, today := audience.NewNames(c.Tx), h.Rules.Day(c.Now)
	facts, err := h.facts(ctx, n, d, today)
	if err != nil {
		return nil, err
	}
	acts, err := c.Tx.Decisions().Acts(ctx, d.Code)
	if err != nil {
		return nil, err
	}
	var history []string
	for _, a := range acts {
		by, err := n.Of(ctx, a.By)
		if err != nil {
			return nil, err
		}
		line := a.At.In(h.Rules.Zone).Format("01-02 ") + a.Act + "（" + by + "）"
		if a.Words != "" {
			line += "：" + text.CutLine(a.Words, maxTitle)
		}
		history = append(history, line)
	}
	card := chat.Card{Title: heading, Blocks: []chat.Block{{Facts: facts}, {Text: strings.Join(history, "\n")}}}
	roll, err := h.roll(ctx, c)
	if err != nil {
		return nil, err
	}
	owner, err := answers(ctx, c.Tx, roll, d)
	if err != nil {
		return nil, err
	}
	if owner.ID != d.Owner && d.Open() {
		card.Blocks = append(card.Blocks, chat.Block{Text: "交接之前由" + owner.Name + "负责（2-7）。"})
	}
	switch {
	case d.State == store.DecisionOpen && owner.ID == c.Person.ID:
		card.Buttons = []chat.Button{{Label: "完成", Command: "完成 " + d.Code, Primary: true}}
	case d.State == store.DecisionClaimed && rulebook.Judges(c.Person, owner):
		card.Buttons = judgeButtons(d)
	}
	due, err := h.dueWords(ctx, n, d, today)
	if err != nil {
		return nil, err
	}
	return secret(card, "decision/"+d.Code, "决议 "+d.Code+"："+due+"。"+elsewhere), nil
}
