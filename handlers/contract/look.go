package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

func (h Handler) lookCommands() []command.Spec {
	return []command.Spec{{
		Name: "合同", Aliases: []string{"ht"}, Summary: "看一份合同，或者按客户、姓名、状态、月份列出合同", Lists: true, By: []command.Kind{command.Person, command.Month}, Of: command.Contracts,
		Said:     []string{"我的合同", "合同列表", "没交原件", "合同…多少钱", "合同…签了没", "合同…状态", "领了几份合同", "几份合同表", "合同到哪一步", "看合同", "查合同", "合同登记表", "合同领用登记表", "合同台账", "有哪些合同", "合同情况", "签了几份合同", "…签了几份合同", "几份合同", "…的合同", "…的合同到哪", "…有哪些合同", "…合同签了没", "…合同签了吗", "合同号"},
		Args:     []command.Arg{{Name: "哪些", Kind: command.Contract, Optional: true, Words: append(stateNames(), inHand)}, command.PageArg()},
		Examples: []string{"合同", "合同 ZYX-202611-001", "合同 已签", "合同 本月"},
		Who:      rulebook.TakePart, Clause: taking, Also: []string{signing}, Run: h.look,
	}}
}

// look is 合同: by a state before a month, a number, a person and a customer.
func (h Handler) look(ctx context.Context, c *command.Call) (*command.Answer, error) {
	typed := strings.TrimPrefix(strings.TrimSpace(c.Text("哪些")), "/")
	if typed == "" {
		return h.open(ctx, c)
	}
	if text.Bare(typed) == inHand {
		return h.listed(ctx, c, "合同 · "+inHand, "合同 "+inHand, store.ContractFilter{InHand: true})
	}
	if i := slices.Index(store.ContractStates, stateNamed(typed)); i >= 0 {
		state := store.ContractStates[i]
		return h.listed(ctx, c, "合同 · "+string(state), "合同 "+string(state), store.ContractFilter{State: state})
	}
	if day, n, err := reading.Month(typed, reading.Base{Today: h.Rules.Day(c.Now), Past: true}); err == nil && strings.TrimSpace(typed[n:]) == "" {
		return h.register(ctx, c, day)
	}
	if m, found, err := c.NumberedContract(ctx, typed); err != nil || found {
		if err != nil {
			return nil, err
		}
		return h.card(ctx, c, m)
	}
	if p, found, err := h.personNamed(ctx, c, typed); err != nil || found {
		if err == nil && p.ID != c.Person.ID && !rulebook.Allows(rulebook.SeeContracts, c.Person) {
			err = &command.Refusal{Text: "别人的合同只有" + rulebook.Holders(rulebook.SeeContracts) + "可以看。", Hint: "看自己的：合同", Clause: taking, Denied: true}
		}
		if err != nil {
			return nil, err
		}
		name, err := h.people(c.Tx).name(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		return h.listed(ctx, c, name+"的合同", "合同 "+name, store.ContractFilter{Holder: p.ID})
	}
	return h.ofCustomer(ctx, c, typed)
}

// inHand is what forms are called that somebody has: 已领用 and 已汇报.
const inHand = "在手"

// stateNames are what the states of contracts are called.
func stateNames() (list []string) {
	for _, s := range store.ContractStates {
		list = append(list, string(s))
	}
	return list
}

// stateNamed is the state that a word means: 终止 and 已终止 are the same.
func stateNamed(typed string) store.ContractState {
	bare := text.Bare(typed)
	for _, s := range store.ContractStates {
		if bare == string(s) || bare == "已"+string(s) || "已"+bare == string(s) {
			return s
		}
	}
	return ""
}

// personNamed is the person of a name, here or gone.
func (h Handler) personNamed(ctx context.Context, c *command.Call, typed string) (store.Person, bool, error) {
	name := strings.TrimLeft(typed, "@＠")
	if !store.Plain(name) {
		return store.Person{}, false, nil
	}
	return audience.Named(ctx, c.Tx, name)
}

// ofCustomer lists a customer's contracts, or shows the only one.
func (h Handler) ofCustomer(ctx context.Context, c *command.Call, typed string) (*command.Answer, error) {
	list, err := c.ContractsOf(ctx, typed)
	switch {
	case err != nil:
		return nil, err
	case len(list) == 0:
		return nil, c.EndOfNumber(ctx, typed, command.ContractUse{})
	case len(list) == 1:
		return h.card(ctx, c, list[0])
	}
	page, err := c.Page(len(list), command.MaxRows, "合同 "+typed)
	if err != nil {
		return nil, err
	}
	return h.rows(ctx, c, "合同 · "+typed, len(list), page, command.Rows(page, list))
}

// open is what waits: the caller's own contracts, for whoever sees all of them those
// about which somebody has still to do something.
func (h Handler) open(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if rulebook.Allows(rulebook.SeeContracts, c.Person) {
		return h.listed(ctx, c, "还要办的合同", "合同", store.ContractFilter{Waiting: true})
	}
	own := store.ContractFilter{Holder: c.Person.ID}
	if n, err := c.Tx.Contracts().Count(ctx, own); err != nil || n == 0 && !rulebook.Allows(rulebook.TakeContracts, c.Person) {
		if err == nil {
			err = c.NoContract()
		}
		return nil, err
	}
	return h.listed(ctx, c, "我的合同", "合同", own)
}

// listed lists those of some contracts that the caller may know of: of others' only
// whoever sees all. Only those on the page are read, however many there ever were.
func (h Handler) listed(ctx context.Context, c *command.Call, title, line string, f store.ContractFilter) (*command.Answer, error) {
	if !rulebook.Allows(rulebook.SeeContracts, c.Person) {
		f.Holder = c.Person.ID
	}
	total, err := c.Tx.Contracts().Count(ctx, f)
	if err != nil {
		return nil, err
	}
	if total == 0 {
		a := command.Text("没有这样的合同。")
		if line == "合同" {
			a = command.Text("没有合同。领一份：领合同 客户 项目")
		}
		a.Reply.Confidential, a.Reply.Summary, a.Subject = true, "没有这样的合同。", "contracts"
		return a, nil
	}
	page, err := c.Page(total, command.MaxRows, line)
	if err != nil {
		return nil, err
	}
	f.Most, f.Skip = command.MaxRows, (page.No-1)*command.MaxRows
	list, err := c.Tx.Contracts().List(ctx, f)
	if err != nil {
		return nil, err
	}
	shown := make([]command.MeantContract, len(list))
	for i, ct := range list {
		shown[i] = command.MeantContract{Contract: ct, View: rulebook.ViewContract(c.Person, ct, false)}
	}
	return h.rows(ctx, c, title, total, page, shown)
}

// rows is the page of a list of contracts.
func (h Handler) rows(ctx context.Context, c *command.Call, title string, total int, page command.Page, shown []command.MeantContract) (*command.Answer, error) {
	if err := c.ListsCustomers(ctx); err != nil {
		return nil, err
	}
	n := h.people(c.Tx)
	card := chat.Card{Title: fmt.Sprintf("%s（%d 份）", title, total)}
	var lines []string
	for _, m := range shown {
		row, err := h.row(ctx, n, m, h.Rules.Day(c.Now))
		if err != nil {
			return nil, err
		}
		lines = append(lines, "• "+row)
	}
	if rest := page.Rest(); rest != "" {
		lines = append(lines, rest)
	}
	trace, err := c.LookedAt(ctx, "contracts", taking)
	if err != nil {
		return nil, err
	}
	card.Blocks = []chat.Block{{Text: strings.Join(lines, "\n")}, {Note: asOf(c) + " · 追踪码 " + trace}}
	card.Buttons = page.Turn("下一页")
	a := command.Card(card)
	a.Reply.Confidential, a.Reply.Summary = true, fmt.Sprintf("合同：%d 份。", total)+elsewhere
	a.Subject, a.Recorded = "contracts", true
	return a, nil
}

// asOf is what stands under every table.
func asOf(c *command.Call) string { return "截至 " + words.Moment(c.Now) }

// row is a contract in one line, as far as its reader may know it.
func (h Handler) row(ctx context.Context, n *names, m command.MeantContract, today store.Day) (string, error) {
	holder, err := n.name(ctx, m.Holder)
	if err != nil {
		return "", err
	}
	parts := []string{m.Number, lives(m.Contract, holder, today)}
	if m.View >= rulebook.ContractPaper && m.Customer != "" {
		customer, err := n.customer(ctx, m.Customer)
		if err != nil {
			return "", err
		}
		parts = append(parts, customer, m.Project)
	}
	if m.Holder != "" && !m.InHand() {
		parts = append(parts, holder)
	}
	if m.View == rulebook.ContractWhole && m.Amount > 0 {
		parts = append(parts, words.Money(m.Amount))
	}
	return strings.Join(parts, " · "), nil
}

// fate is the one thing that became of a number, which a holder has or had.
func fate(ct store.Contract, holder string, today store.Day) string {
	switch {
	case ct.InHand():
		return fmt.Sprintf("在手 %d 天（%s）", daysSince(ct.Claimed, today), holder)
	case ct.State == store.ContractBurnt && ct.Explained:
		return "烧号（已说明）"
	case ct.State == store.ContractLost && ct.Explained:
		return stateWords(ct, today) + "，已说明"
	}
	return stateWords(ct, today)
}

// lives is a contract's state, and for how long its form is in hand.
func lives(ct store.Contract, holder string, today store.Day) string {
	if ct.InHand() {
		return string(ct.State) + "，" + fate(ct, holder, today)
	}
	return fate(ct, holder, today)
}

// card is one contract with its life line.
func (h Handler) card(ctx context.Context, c *command.Call, m command.MeantContract) (*command.Answer, error) {
	n := h.people(c.Tx)
	facts, err := h.wholeFacts(ctx, n, m, h.Rules.Day(c.Now))
	if err != nil {
		return nil, err
	}
	card := chat.Card{Title: m.Number, Blocks: []chat.Block{{Facts: facts}}}
	if m.View >= rulebook.ContractPaper {
		life, err := h.life(ctx, c, n, m)
		if err != nil {
			return nil, err
		}
		card.Blocks = append(card.Blocks, chat.Block{Text: strings.Join(life, "\n")})
	}
	card.Blocks = append(card.Blocks, chat.Block{Note: asOf(c)})
	if card.Buttons, err = h.next(ctx, c, m.Contract); err != nil {
		return nil, err
	}
	a := private(card, m.Contract, h.Rules.Day(c.Now))
	if m.View >= rulebook.ContractPaper && m.Customer != "" && c.Policy.ReadsFiles(c.Person) {
		a.Reply.Summary = outline(m.Contract, h.Rules.Day(c.Now))
	}
	return a, nil
}

// wholeFacts are all that is known of a contract, as far as its reader may know it.
func (h Handler) wholeFacts(ctx context.Context, n *names, m command.MeantContract, today store.Day) ([]chat.Fact, error) {
	holder, err := n.name(ctx, m.Holder)
	if err != nil {
		return nil, err
	}
	facts := []chat.Fact{{Label: "状态", Value: lives(m.Contract, holder, today)}, {Label: "持有人", Value: holder}}
	if m.View < rulebook.ContractPaper {
		return facts, nil
	}
	customer, err := n.customer(ctx, m.Customer)
	if err != nil {
		return nil, err
	}
	put := func(label, value string) {
		if value != "" {
			facts = append(facts, chat.Fact{Label: label, Value: value})
		}
	}
	put("客户", customer)
	put("项目", m.Project)
	put("类型", kindWords(m.Electronic))
	put("签前汇报", dayWords(m.Reported, today))
	if m.View == rulebook.ContractWhole {
		facts = append(facts, planFacts(m.Contract, today)...)
	}
	put("签订", dayWords(m.Signed, today))
	if m.Signed != "" && m.View == rulebook.ContractWhole {
		put("金额", words.Money(m.Amount))
		shares, err := h.sharesWords(ctx, n, m.Shares)
		if err != nil {
			return nil, err
		}
		put("业绩", shares)
	}
	if m.Early {
		put("先签后报", "第一次汇报 "+dayWords(m.Reported, today))
	}
	if m.OwesOriginal() {
		put("原件应交", dayWords(m.Due, today))
	}
	put("位置", m.Place)
	if m.Borrower != "" {
		borrower, err := n.name(ctx, m.Borrower)
		if err != nil {
			return nil, err
		}
		put("借给", borrower+"，归还 "+dayWords(m.Back, today))
	}
	if m.State == store.ContractTerminated && m.View == rulebook.ContractWhole {
		put("应得", words.Money(m.Earned))
		put("余款", m.Rest)
	}
	if m.Opening {
		put("来源", "期初")
	}
	return facts, nil
}

// mostLife is how many acts a card shows, the last ones.
const mostLife = 12

// life is what was done to a contract, oldest first: who, when, what was said, old
// and new. Whoever may not see amounts sees no words either, for they hold some.
func (h Handler) life(ctx context.Context, c *command.Call, n *names, m command.MeantContract) ([]string, error) {
	acts, err := c.Tx.Contracts().Acts(ctx, m.Contract)
	if c.Tx.PassOver(err) {
		return []string{"（经过的记录损坏，打不开）"}, nil
	}
	if err != nil {
		return nil, err
	}
	var list []string
	if more := len(acts) - mostLife; more > 0 {
		list = append(list, fmt.Sprintf("（前面还有 %d 条）", more))
		acts = acts[more:]
	}
	for _, a := range acts {
		by, err := n.name(ctx, a.By)
		if err != nil {
			return nil, err
		}
		line := a.At.In(h.Rules.Zone).Format("01-02 15:04 ") + by + " " + a.Act
		if m.View == rulebook.ContractWhole && a.Words != "" {
			line += "：" + a.Words
		}
		if !a.First() {
			changes, err := h.differences(ctx, n, a.Was, a.Is, m.View, h.Rules.Day(c.Now))
			if err != nil {
				return nil, err
			}
			for _, f := range changes {
				line += "；" + f.Label + " " + f.Value
			}
		}
		list = append(list, line)
	}
	return list, nil
}

// next are buttons for what the caller may do to a contract now.
func (h Handler) next(ctx context.Context, c *command.Call, ct store.Contract) (list []chat.Button, err error) {
	for _, d := range []rulebook.Deed{rulebook.DeedReport, rulebook.DeedSign, rulebook.DeedReturn, rulebook.DeedFile, rulebook.DeedGiveBack, rulebook.DeedFind} {
		_, can := rulebook.NextState(d, ct)
		if !can || d == rulebook.DeedSign && ct.Reported == "" {
			continue
		}
		may, err := h.does(ctx, c, d, ct)
		if err != nil {
			return nil, err
		}
		if may {
			list = append(list, chat.Button{Label: string(d), Command: string(d) + " " + ct.Number, Primary: len(list) == 0})
		}
	}
	return list, nil
}
