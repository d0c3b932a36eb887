package customer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/vault"
)

// tellJudges shows a new lead to whoever judges it.
func (h Handler) tellJudges(ctx context.Context, c *command.Call, l store.Lead) ([]chat.Notice, error) {
	r, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	judges := r.Standing(h.keeper())
	card, err := h.leadCard(ctx, c.Tx, l)
	if err != nil {
		return nil, err
	}
	to := slices.DeleteFunc(audience.But(judges.To, c.Person.ID), func(p store.Person) bool {
		return !rulebook.Allows(rulebook.JudgeLeads, p) || !h.reads(p)
	})
	list := audience.Same("customer/lead/"+l.Code, to, chat.Message{
		Card: &card, About: l.Code, Secrecy: leadSecrecy(l),
	})
	return append(list, r.Vacancy(judges, "客户线索", h.Rules.Week(c.Now).Key())...), nil
}

func leadSecrecy(l store.Lead) chat.Secrecy {
	return chat.Secrecy{Confidential: true, Summary: "有一条新线索 " + l.Code + " 等你判断。", Right: string(rulebook.JudgeLeads)}
}

// tellDecided is who hears how the caller has ended a lead: the giver, and those who
// have its card.
func (h Handler) tellDecided(ctx context.Context, c *command.Call, l store.Lead, how, giver string) ([]chat.Notice, error) {
	card, err := h.leadCard(ctx, c.Tx, l)
	card = card.Used(c.Done(how))
	card.Blocks = card.Blocks[:1] // without what could be done
	return append(tellGiver(c, l, giver), chat.Notice{Message: chat.Message{Card: &card, About: l.Code, Secrecy: leadSecrecy(l)}}), err
}

// leadCard shows a lead to whoever judges it.
func (h Handler) leadCard(ctx context.Context, tx *store.Tx, l store.Lead) (chat.Card, error) {
	giver, _, err := tx.People().ByID(ctx, l.Giver)
	if err != nil {
		return chat.Card{}, err
	}
	about := l.Words
	if l.Customer != "" {
		known, found, err := vault.In(tx).Sound(ctx, l.Customer)
		if err != nil {
			return chat.Card{}, err
		}
		if found && !sameName(known.Name, l.Words) {
			about += "（" + known.Name + "）"
		}
	}
	facts := []chat.Fact{{Label: "编号", Value: l.Code}, {Label: "客户", Value: about}, {Label: "内容", Value: l.Text}}
	if l.Source != "" {
		facts = append(facts, chat.Fact{Label: "来源", Value: l.Source})
	}
	at := l.At.In(h.Rules.Zone)
	facts = append(facts, chat.Fact{Label: "提供人", Value: giver.Name + "，" + words.Moment(at)})
	card := chat.Card{Title: "新线索 " + l.Code, Blocks: []chat.Block{{Facts: facts}}}
	if l.Customer == "" {
		card.Blocks = append(card.Blocks, chat.Block{Note: "没有认出是哪个客户。采纳时可以写明：采纳 " + l.Code + " 客户=名称"})
	}
	card.Buttons = []chat.Button{
		{Label: "采纳", Command: "采纳 " + l.Code, Primary: true},
		{Label: "不采纳", Command: "不采纳 " + l.Code},
	}
	return card, nil
}

// tellGiver says how a lead ended, and nothing of the file.
func tellGiver(c *command.Call, l store.Lead, text string) []chat.Notice {
	if l.Giver == c.Person.ID {
		return nil
	}
	return []chat.Notice{{Key: "customer/lead/" + l.Code + "/decided", To: l.Giver, Message: chat.Message{Text: text}}}
}

// leadItems is what the caller owes or waits for about leads (我的).
func (h Handler) leadItems(ctx context.Context, c *command.Call) ([]command.Item, error) {
	var items []command.Item
	if rulebook.Allows(rulebook.JudgeLeads, c.Person) && h.reads(c.Person) {
		n, err := c.Tx.Leads().CountOpen(ctx)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			items = append(items, command.Item{
				Text:   fmt.Sprintf("%d 条线索等着判断（档-7）", n),
				Button: &chat.Button{Label: "看线索", Command: "线索"},
			})
		}
	}
	codes, err := c.Tx.Leads().OpenOf(ctx, c.Person.ID)
	if err != nil || len(codes) == 0 {
		return items, err
	}
	return append(items, command.Item{Text: "我提供的线索在等判断：" + strings.Join(codes, "、")}), nil
}
