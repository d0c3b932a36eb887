package customer

import (
	"context"
	"slices"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/vault"
)

// called is a company's name in two parts: where it says that it is, and what
// it is called there, as store.FoldName compares names.
type called struct{ place, core string }

func calledOf(name string) called {
	place, core := reading.CutPlace(vault.FoldName(name))
	return called{place, core}
}

// like reports whether two names may be one company's: only the place differs,
// and one says none or says it more closely (东莞市晨星机械, 晨星机械), wherever it
// stands (晨星机械（东莞）). Another place makes another company.
func (a called) like(b called) bool {
	return a.core == b.core && (strings.Contains(a.place, b.place) || strings.Contains(b.place, a.place))
}

// anyway is what a customer is entered by although another has a name like it.
const anyway = "仍要新建"

// alike are the customers whose name is like one of these, though it may not be
// the same.
func alike(ctx context.Context, tx *store.Tx, names ...string) ([]store.Customer, error) {
	var list []store.Customer
	for _, name := range names {
		sought := calledOf(name)
		for _, words := range sought.apart() {
			found, err := vault.Search(tx).With(ctx, words, func(other string) bool { return sought.like(calledOf(other)) })
			if err != nil {
				return nil, err
			}
			for _, one := range found {
				if !slices.ContainsFunc(list, func(k store.Customer) bool { return k.ID == one.ID }) {
					list = append(list, one)
				}
			}
		}
	}
	return list, nil
}

// apart is a name as it may stand in others: whole, or with a place in its midst.
func (a called) apart() []string {
	list, core := []string{a.core}, []rune(a.core)
	for i := 2; i+2 <= len(core); i++ {
		list = append(list, string(core[:i])+" "+string(core[i:]))
	}
	return list
}

// same are the customers with a name that is this one beyond doubt.
func same(ctx context.Context, tx *store.Tx, name string) ([]store.Customer, error) {
	list, err := vault.Search(tx).Similar(ctx, name)
	if err != nil {
		return nil, err
	}
	var sure []store.Customer
	for _, one := range list {
		names, err := vault.Search(tx).Names(ctx, one.ID)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(names, func(n vault.Name) bool { return n.Until.IsZero() && vault.SameName(n.Name, name) }) {
			sure = append(sure, one)
		}
	}
	return sure, nil
}

// differs is in what names are apart that are alike: A&B and AB have no place.
func differs(name, other string) string {
	if vault.FoldName(name) == vault.FoldName(other) {
		return "只差符号"
	}
	return "只差地名"
}

// whetherAlike asks before a customer is entered whose name is like another's.
// Like the refusal of the same name it says whose that one is, and nothing else.
func (h Handler) whetherAlike(ctx context.Context, c *command.Call, name string, near []store.Customer, version string) (*command.Answer, error) {
	var owners []string
	for _, one := range near {
		c.Meets(name, one)
		owner, err := command.OwnerName(ctx, c.Tx, one)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(owners, owner) {
			owners = append(owners, owner)
		}
	}
	err := c.Tx.Audit().Record(ctx, ledger.Entry{
		ID: c.Tx.NewID(c.Now), At: c.Now, Person: c.Person.ID, Act: c.Spec.Name, Subject: "customers", Outcome: ledger.Refused,
		Clause: "档-7", Ref: c.Event.ID, Look: ledger.Look{Customer: near[0].ID},
	})
	if err != nil {
		return nil, err
	}
	text := "和" + text.Quote(name) + differs(name, near[0].Name) + "的客户已有档案，负责人 " + strings.Join(owners, "、") + "。"
	way, buttons := "有新情况：提供线索 客户 内容…", []chat.Button(nil)
	if access, err := c.Access(ctx, near[0]); err != nil {
		return nil, err
	} else if access.Write && len(near) == 1 {
		way, buttons = theWay(near[0])
	}
	a := confidentialCard(chat.Card{Title: "是不是同一家？", Tone: chat.Warn, Buttons: buttons, Blocks: []chat.Block{
		{Text: text},
		{Text: "是同一家就不用再建，" + way},
		{Note: "一家一档（档-7）；不是同一家，可以仍要新建。"},
	}}, text, "customers")
	a.Proceed, a.Recorded = anyway, true
	return a.Preview(version), nil
}

// alikeVersion is what a confirmation is bound to: who was alike.
func alikeVersion(near []store.Customer) string {
	var ids []string
	for _, one := range near {
		ids = append(ids, one.ID)
	}
	return command.VersionOf("alike", ids)
}
