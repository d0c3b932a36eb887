package staff

import (
	"context"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
)

func (h Handler) clauseCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "制度", Aliases: []string{"zd", "rules"}, Summary: "按条号或关键词查市场管理细则，以及相关的命令",
			Said:     []string{"公司制度", "规章制度", "管理制度", "管理细则", "细则", "规定", "…制度", "制度…", "条款", "查制度", "看制度"},
			Args:     []command.Arg{{Name: "条号或关键词", Kind: command.Free, Optional: true}},
			Examples: []string{"制度", "制度 会-3", "制度 出差"}, Daily: true, Who: rulebook.TakePart, Clause: "附-3", Also: []string{"2-2"}, Run: h.clauses,
		},
		{
			Name: "制度确认", Aliases: []string{"zdqr"}, Summary: "确认已读市场管理细则，记下版本和时间", Hidden: true,
			Args:     []command.Arg{{Name: "版本", Kind: command.Word, Optional: true}},
			Examples: []string{"制度确认"}, Who: rulebook.TakePart, Clause: "2-2", Run: h.acknowledge,
		},
	}
}

// clauses shows the list, one clause, or what a keyword leads to. Whoever has
// not acknowledged this wording finds the button for it on each of them.
func (h Handler) clauses(ctx context.Context, c *command.Call) (*command.Answer, error) {
	query := c.Text("条号或关键词")
	card := clauseList()
	if query != "" {
		found := c.Serving.Find(query)
		switch len(found) {
		case 0:
			return nil, &command.Refusal{
				Text: "没有找到相关条款。", Hint: "制度（看全部）、制度 会-3、制度 出差", Clause: "附-3",
				Buttons: []chat.Button{{Label: "全部条款", Command: "制度"}},
			}
		case 1:
			card = clauseCard(found[0], c)
		default:
			card = clauseHits(found)
		}
	}
	at, err := c.Tx.People().Acknowledged(ctx, c.Person.ID, rulebook.Version)
	if err != nil {
		return nil, err
	}
	if at.IsZero() {
		card.Buttons = append(card.Buttons, chat.Button{Label: "我已阅读", Command: "制度确认 " + rulebook.Version, Primary: true})
		card.Blocks = append(card.Blocks, chat.Block{Note: "2-2：每人须确认已读本细则。读完请按「我已阅读」，或发送 制度确认。"})
	}
	return command.Card(card), nil
}

// acknowledge records that the person has read the wording that holds now
// (R06); a button of an older wording shows the new one first.
func (h Handler) acknowledge(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if v := c.Text("版本"); v != "" && text.Fold(v).Text != rulebook.Version {
		return nil, &command.Refusal{
			Text: "制度已更新为 " + rulebook.Version + " 版，请先看新的。", Hint: "制度", Clause: "2-2",
			Buttons: []chat.Button{{Label: "看制度", Command: "制度"}},
		}
	}
	at, err := c.Tx.People().Acknowledged(ctx, c.Person.ID, rulebook.Version)
	if err != nil {
		return nil, err
	}
	text := "你已在 " + h.at(at) + " 确认过《市场管理细则》" + rulebook.Version + " 版。"
	if at.IsZero() {
		if err := c.Tx.People().Acknowledge(ctx, c.Person.ID, rulebook.Version, c.Now); err != nil {
			return nil, err
		}
		text = "已记录：你于 " + h.at(c.Now) + " 确认已读《市场管理细则》" + rulebook.Version + " 版（2-2）。"
	}
	a := command.Text(text)
	a.Subject = "rules/" + rulebook.Version
	return a, nil
}

// at is how a moment is shown.
func (h Handler) at(t time.Time) string { return t.In(h.Rules.Zone).Format("2006-01-02 15:04") }
