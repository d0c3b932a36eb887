package approval

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/vault"
)

// maxCandidates is how many customers are offered where it is not clear who
// is meant; with 驳回 they fit on a card of any platform.
const maxCandidates = 3

// maxUses is how many looks the end of a grant lists.
const maxUses = 20

// receipt is what an asker hears: nothing of it depends on the customer.
func (h Handler) receipt(r store.Request, d deciders) chat.Card {
	whom := "已转给" + d.whom() + "，批准或驳回都会告诉你。"
	if len(d.all()) == 0 {
		whom = "现在没有人能批准，已告诉管理员安排。"
	}
	return chat.Card{
		Title: "查阅申请已提交",
		Blocks: []chat.Block{
			{Text: "编号：" + r.Code},
			{Facts: []chat.Fact{{Label: "你写的", Value: r.Words + " " + r.Why}, {Label: "有效到", Value: h.at(r.Lapses)}}},
			{Text: whom + "不要了发：撤回申请 " + r.Code},
		},
		Buttons: []chat.Button{{Label: "撤回", Command: "撤回申请 " + r.Code}},
	}
}

// request is what whoever decides sees. Who asks for whom and why is for them
// alone; where no secret is kept, they hear enough of it to decide by typing.
func (h Handler) request(ctx context.Context, tx *store.Tx, r store.Request) (chat.Message, error) {
	asker, err := h.person(ctx, tx, r.Asker)
	if err != nil {
		return chat.Message{}, err
	}
	customer, buttons, err := h.choices(ctx, tx, r)
	if err != nil {
		return chat.Message{}, err
	}
	how := "批准 " + r.Code + " 3天"
	if r.Customer == "" {
		how = "批准 " + r.Code + " 客户全名 3天"
	}
	return chat.Message{Secrecy: chat.Secrecy{Confidential: true, Right: string(rulebook.DecideLooks), Summary: fmt.Sprintf(
		"查阅申请 %s\n申请人：%s\n客户：%s\n理由：%s\n失效：%s\n批准请发：%s，不批请发：驳回 %s 理由",
		r.Code, asker, text.MaskPhones(customer), text.Continued(text.MaskPhones(r.Why)), h.at(r.Lapses), how, r.Code,
	)}, About: r.Code, Card: &chat.Card{
		Title: "查阅申请 " + r.Code, Tone: chat.Warn,
		Blocks: []chat.Block{
			{Text: "编号：" + r.Code},
			{Facts: []chat.Fact{
				{Label: "申请人", Value: asker},
				{Label: "客户", Value: customer},
				{Label: "理由", Value: r.Why},
				{Label: "提出", Value: h.at(r.At)},
				{Label: "失效", Value: h.at(r.Lapses)},
			}},
			{Text: "也可以发：" + how + "，或 驳回 " + r.Code + " 理由"},
			{Note: "批准只给申请人看这一个客户，到期失效；每次查阅都有记录，到期给你清单。"},
		},
		Buttons: append(buttons, chat.Button{Label: "驳回", Command: "驳回 " + r.Code, Danger: true}),
	}}, nil
}

// askedBy is what the receipt of a request is about.
func askedBy(r store.Request) string { return r.Code + "/own" }

// used shows on the cards about a request how the caller has ended it: on those of
// the deciders, and on the asker's.
func (h Handler) used(ctx context.Context, c *command.Call, r store.Request, d deciders, how string) ([]chat.Notice, error) {
	m, err := h.request(ctx, c.Tx, r)
	if err != nil {
		return nil, err
	}
	card, receipt := m.Card.Used(c.Done(how)), h.receipt(r, d).Used(c.Done(how))
	card.Blocks, receipt.Blocks = card.Blocks[:2], receipt.Blocks[:2] // without what could be done
	m.Card = &card
	return []chat.Notice{{Message: m}, {Message: chat.Message{Card: &receipt, About: askedBy(r)}}}, nil
}

// choices is whom a request is about, for whoever decides, and how to approve.
func (h Handler) choices(ctx context.Context, tx *store.Tx, r store.Request) (customer string, buttons []chat.Button, err error) {
	if r.Customer != "" {
		customer, err = h.known(ctx, tx, r)
		return customer, []chat.Button{
			{Label: "批准 24 小时", Command: "批准 " + r.Code + " 24小时", Primary: true},
			{Label: "3 天", Command: "批准 " + r.Code + " 3天"},
			{Label: "7 天", Command: "批准 " + r.Code + " 7天"},
		}, err
	}
	near, err := candidates(ctx, tx, r.Words)
	customer = "「" + text.Line(r.Words) + "」（对方原话，不能确定是哪个客户）"
	for _, k := range near {
		customer += "；可能是 " + k.ID + " " + k.Name
		buttons = append(buttons, approveButton(r, k, usualLength))
	}
	if len(near) == 0 {
		customer += "；没有找到相近的客户"
	}
	return customer, buttons, err
}

// known is the customer of a request with its owner.
func (h Handler) known(ctx context.Context, tx *store.Tx, r store.Request) (string, error) {
	k, found, err := vault.In(tx).Sound(ctx, r.Customer)
	if err != nil || !found {
		return r.Customer, err
	}
	line := k.Name + "（" + k.ID
	if k.Owner != "" {
		owner, err := command.OwnerName(ctx, tx, k)
		if err != nil {
			return "", err
		}
		line += "，负责人 " + owner
	}
	line += "）"
	if text.Code(r.Words) != k.ID && r.Words != k.Name {
		line += "，对方写的是「" + text.Line(r.Words) + "」"
	}
	return line, nil
}

// candidates are customers that words may mean.
func candidates(ctx context.Context, tx *store.Tx, words string) ([]store.Customer, error) {
	hits, err := command.Near(ctx, tx, words, maxCandidates)
	var list []store.Customer
	for _, hit := range hits {
		list = append(list, hit.Customer)
	}
	return list, err
}

func approveButton(r store.Request, k store.Customer, length time.Duration) chat.Button {
	if length == 0 {
		length = usualLength
	}
	return chat.Button{Label: "批准看 " + k.ID, Command: "批准 " + r.Code + " " + k.ID + " " + lengthWord(length)}
}

// lengthWord is a length as people write it: 24小时, 3天.
func lengthWord(d time.Duration) string {
	switch {
	case d%(24*time.Hour) == 0 && d > 24*time.Hour:
		return strconv.Itoa(int(d/(24*time.Hour))) + "天"
	case d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + "小时"
	}
	return strconv.Itoa(int(d/time.Minute)) + "分钟"
}

// approvedCard is what whoever approved hears.
func (h Handler) approvedCard(g store.Grant, name string, asker store.Person) chat.Card {
	return chat.Card{
		Title: "已批准 " + g.ID, Tone: chat.Good,
		Blocks: []chat.Block{
			{Facts: []chat.Fact{
				{Label: "申请人", Value: words.WithPost(asker)},
				{Label: "客户", Value: name},
				{Label: "到期", Value: h.at(g.Until) + "（" + lengthWord(g.Until.Sub(g.From)) + "）"},
			}},
			{Text: "已告诉" + asker.Name + "。到期给你查阅清单；提前结束发：收回查阅 " + g.ID},
		},
		Buttons: []chat.Button{{Label: "收回", Command: "收回查阅 " + g.ID, Danger: true}},
	}
}

// given is what the card of whoever approved is about.
func given(g store.Grant) string { return g.ID + "/given" }

// grantedCard is what the asker hears.
func (h Handler) grantedCard(g store.Grant, name string, by store.Person) chat.Card {
	return chat.Card{
		Title: "查阅申请 " + g.ID + " 已批准", Tone: chat.Good,
		Blocks: []chat.Block{
			{Facts: []chat.Fact{
				{Label: "客户", Value: name},
				{Label: "批准人", Value: words.WithPost(by)},
				{Label: "到期", Value: h.at(g.Until) + "（" + lengthWord(g.Until.Sub(g.From)) + "）"},
			}},
			{Text: "只限你本人看这一个客户，到期失效。查看发：客户 " + g.Customer},
			{Note: "每次查阅都有记录（档-3），不得复制、外传。"},
		},
		Buttons: []chat.Button{{Label: "看档案", Command: "客户 " + g.Customer, Primary: true}},
	}
}

// rejectedCard says no in the asker's own words for the customer.
func rejectedCard(r store.Request, by store.Person) chat.Card {
	reason := r.Reason
	if !text.HasWords(reason) {
		reason = "（没有写）"
	}
	return chat.Card{
		Title: "查阅申请 " + r.Code + " 没有批准", Tone: chat.Warn,
		Blocks: []chat.Block{{Facts: []chat.Fact{
			{Label: "你写的", Value: r.Words},
			{Label: "决定人", Value: words.WithPost(by)},
			{Label: "理由", Value: reason},
		}}},
	}
}

// ended is a grant that is over, with what is said about it.
type ended struct {
	grant           store.Grant
	customer, asker string
	by              string
	uses            []ledger.Entry
}

func (h Handler) over(ctx context.Context, tx *store.Tx, g store.Grant) (ended, error) {
	o := ended{grant: g}
	var err error
	if o.customer, err = named(ctx, tx, g.Customer); err != nil {
		return o, err
	}
	if o.asker, err = h.person(ctx, tx, g.Person); err != nil {
		return o, err
	}
	if o.by, err = h.person(ctx, tx, g.By); err != nil {
		return o, err
	}
	o.uses, err = tx.Audit().UsesOf(ctx, g.ID)
	return o, err
}

// overCard is the end of a grant with every look that it opened, by time and
// trace code, never by content.
func (h Handler) overCard(o ended, title string) chat.Card {
	card := chat.Card{Title: title + " " + o.grant.ID, Blocks: []chat.Block{{Facts: []chat.Fact{
		{Label: "谁看的", Value: o.asker},
		{Label: "客户", Value: o.customer},
		{Label: "批准人", Value: o.by},
		{Label: "时间", Value: h.at(o.grant.From) + " 至 " + h.at(o.grant.Until)},
	}}}}
	if len(o.uses) == 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: "期间没有查阅过。"})
		return card
	}
	table := chat.Table{Heads: []string{"时间", "做什么", "追踪码"}}
	for _, u := range o.uses[:min(len(o.uses), maxUses)] {
		act := u.Act
		if u.Changed {
			act += "（记录被改动过）"
		}
		table.Rows = append(table.Rows, []string{u.At.In(h.Rules.Zone).Format("01-02 15:04"), act, u.Trace})
	}
	card.Blocks = append(card.Blocks, chat.Block{Text: "期间查阅 " + strconv.Itoa(len(o.uses)) + " 次："}, chat.Block{Table: &table})
	if len(o.uses) > maxUses {
		card.Blocks = append(card.Blocks, chat.Block{Note: "只列前 " + strconv.Itoa(maxUses) + " 次，其余发「查阅记录」看。"})
	}
	return card
}

// listed is a request in one line, for its asker.
func (h Handler) listed(ctx context.Context, c *command.Call, r store.Request) (string, error) {
	ended, err := h.requests().Happened(ctx, c, r.Code, r)
	if ended == "" {
		return "查阅申请 " + r.Code + text.Quote(r.Words) + " 等批准，" + h.at(r.Lapses) + " 失效", err
	}
	return ended + "：" + text.Quote(r.Words), err
}
