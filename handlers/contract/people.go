package contract

import (
	"context"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/vault"
)

// mostTold is how many of those who were told are named.
const mostTold = 5

// names are people and customers by id, each looked up once.
type names struct {
	*audience.Names
	tx        *store.Tx
	customers map[string]string
}

func (h Handler) people(tx *store.Tx) *names {
	return &names{audience.NewNames(tx), tx, map[string]string{}}
}

// name is what a person is called, also after they left.
func (n *names) name(ctx context.Context, id string) (string, error) {
	if id == "" {
		return "（不知道）", nil
	}
	return n.Of(ctx, id)
}

// customer is what a customer is called; their code where the file is damaged.
func (n *names) customer(ctx context.Context, id string) (string, error) {
	if known, ok := n.customers[id]; ok || id == "" {
		return known, nil
	}
	k, found, err := vault.In(n.tx).Sound(ctx, id)
	if err != nil {
		return "", err
	}
	if n.customers[id] = k.Name; !found {
		n.customers[id] = id
	}
	return n.customers[id], nil
}

// hearers are posts and duties that hear of what is done to contracts.
type hearers struct {
	heads   bool // 主管, 总监
	above   bool // 总监, 总经理
	keepers bool // 档案员, in whose absence the director keeps the originals
	books   bool // 财务
}

// people of a roll who hear, each once.
func (w hearers) of(roll audience.Roll) []store.Person {
	var lists [][]store.Person
	if w.heads {
		lists = append(lists, roll.Standing(store.Supervisor).To, roll.Standing(store.MarketingDirector).To)
	}
	if w.above {
		lists = append(lists, roll.Standing(store.MarketingDirector).To, roll.Standing(store.GeneralManager).To)
	}
	if w.keepers {
		lists = append(lists, keepers(roll))
	}
	if w.books {
		lists = append(lists, roll.Charged(store.Accountant))
	}
	return audience.Join(lists...)
}

// keepers are who keep the originals.
func keepers(roll audience.Roll) []store.Person {
	if list := roll.Charged(store.Archivist); len(list) > 0 {
		return list
	}
	return roll.Standing(store.MarketingDirector).To
}

// tell tells who hears, and some people beside, what the caller has done to a
// contract: rows of it that each may know.
func (h Handler) tell(ctx context.Context, c *command.Call, ct store.Contract, who hearers, also []string, title string, say func(rulebook.ContractView) []chat.Fact) ([]chat.Notice, error) {
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	to := who.of(roll)
	for _, id := range also {
		if p, active := roll.Active(id); active {
			to = audience.Join(to, []store.Person{p})
		}
	}
	return audience.Notices(h.noticeKey(ct), audience.But(to, c.Person.ID), func(p store.Person) chat.Message {
		view := max(rulebook.ViewContract(p, ct, false), rulebook.ContractPaper)
		card := chat.Card{Title: title, Blocks: []chat.Block{{Facts: say(view)}}}
		if view := rulebook.ViewContract(p, ct, false); view > rulebook.ContractHidden {
			card.Buttons = []chat.Button{{Label: "看合同", Command: "合同 " + ct.Number}}
		}
		return chat.Message{Card: &card, Secrecy: chat.Secrecy{Confidential: true, Summary: outline(ct, h.Rules.Day(c.Now))}}
	}), nil
}

// sayToWhom puts at the end of an answer whom its notices tell: a post may be vacant, or
// the caller's.
func (h Handler) sayToWhom(ctx context.Context, c *command.Call, a *command.Answer) error {
	var to []store.Person
	for _, n := range a.Notices {
		p, _, err := c.Tx.People().ByID(ctx, n.To)
		if err != nil {
			return err
		}
		to = append(to, p)
	}
	if len(to) > 0 {
		a.Reply.Card.Blocks = append(a.Reply.Card.Blocks, chat.Block{Note: "已告诉" + words.WithPosts(to, mostTold) + "。"})
	}
	return nil
}

// noticeKey names for ever what is told of the change that made a contract's
// version.
func (h Handler) noticeKey(ct store.Contract) string {
	return "contract/" + ct.Number + "/" + itoa(ct.Version)
}
