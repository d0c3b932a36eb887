package receivable

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/ledger"
)

func (h Handler) tableCommands() []command.Spec {
	return []command.Spec{
		{
			Name: "应收", Aliases: []string{"ys"}, Summary: "还有多少没收、逾期多久：全部，或一位客户、一个人、一份合同的", Lists: true, By: []command.Kind{command.Customer, command.Person},
			Said: []string{"没收", "没付", "付清", "收齐", "尾款", "欠多少", "…付清了吗", "…收齐了吗", "拖欠", "余款", "催收", "应收账款", "应收款", "未收款", "没收的钱", "欠款", "谁欠钱", "谁欠…钱", "…的应收", "…欠多少", "…还欠多少", "…欠多少钱", "…还欠多少钱", "…欠款", "逾期的有哪些", "逾期的", "…没收回来", "欠我们", "账龄", "账龄表", "逾期", "逾期款", "还有多少没收", "催款"},
			Args: []command.Arg{{Name: "谁", Kind: command.Free, Optional: true, Coded: command.AnyCode}}, Examples: []string{"应收", "应收 ZYX-202611-001", "应收 南湖酒店", "应收 张伟"},
			Who: rulebook.SeeMoney, Private: true, Clause: clause, Also: []string{meeting}, Daily: true, Run: h.table,
		},
		{
			Name: "回款记录", Aliases: []string{"hkjl"}, Summary: "收到过哪些钱，核了没有：不写时段看本月", Lists: true, By: []command.Kind{command.Customer, command.Person},
			Said: []string{"回款总共", "回款总额", "一共回款", "回了多少款", "收到多少", "回款明细", "回了多少", "回款列表", "收款记录", "收了多少钱", "回款…多少", "本月回款", "…的回款"},
			Args: []command.Arg{
				{Name: "谁", Kind: command.Word, Optional: true, Coded: command.AnyCode}, {Name: "时段", Kind: command.Span, Optional: true, Past: true}, command.PageArg(),
			},
			Examples: []string{"回款记录", "回款记录 上周", "回款记录 张伟 11月"},
			Who:      rulebook.SeeMoney, Private: true, Clause: clause, Run: h.records,
		},
	}
}

// scope is whose receivables are asked for; empty: all that the caller sees.
type scope struct {
	person   string    // id
	customer string    // id
	contract string    // number, in 回款记录
	name     string    // of that, for the title
	since    store.Day // of a contract: there can be no money of it before
}

// table is 应收.
func (h Handler) table(ctx context.Context, c *command.Call) (*command.Answer, error) {
	typed := strings.TrimSpace(c.Text("谁"))
	if command.IsContractNumber(typed) {
		return h.one(ctx, c, typed)
	}
	s, err := h.scope(ctx, c, typed)
	if err != nil {
		return nil, err
	}
	list, err := h.open(ctx, c.Tx, c.Person, s, c.Now, "")
	if err != nil {
		return nil, err
	}
	return h.overview(ctx, c, s, list)
}

// one is the lines of one contract.
func (h Handler) one(ctx context.Context, c *command.Call, typed string) (*command.Answer, error) {
	k, found, err := c.NumberedContract(ctx, typed)
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, c.EndOfNumber(ctx, typed, command.ContractUse{Fits: func(k store.Contract) bool { return k.Signed != "" && sees(c.Person, k) }})
	case k.View != rulebook.ContractWhole:
		return nil, c.NoContract()
	case k.Signed == "":
		return nil, unsigned(k.Contract)
	}
	d, err := h.look(ctx, c, k.Contract)
	if err != nil {
		return nil, err
	}
	holder, err := audience.NewNames(c.Tx).Of(ctx, k.Holder)
	if err != nil {
		return nil, err
	}
	price := "合同金额 " + words.Money(k.Amount)
	if d.account.Ended {
		price += " · 终止，应得 " + words.Money(d.Price)
	}
	say := []string{d.head(), fmt.Sprintf("负责人 %s · 签约 %s · %s · 已开票 %s", holder, d.due(k.Signed), price, words.Money(d.Invoiced))}
	for _, l := range d.Lines {
		say = append(say, d.line(l))
	}
	if d.Dropped > 0 {
		say = append(say, fmt.Sprintf("另有 %d 期不再收（%s）。", d.Dropped, k.State))
	}
	say = append(say, d.stand()...)
	say = append(say, h.ages(d.Standing)+"，合计 "+words.Money(d.Open))
	pending := slices.DeleteFunc(rulebook.Receipts(d.account.Entries), func(r rulebook.Receipt) bool { return !r.Pending() })
	for _, r := range pending[:min(len(pending), command.MaxRows)] {
		say = append(say, fmt.Sprintf("待核：%s %s · %s", r.Code, amount(r.MoneyEntry), d.due(r.Day)))
	}
	if len(pending) > command.MaxRows {
		say = append(say, words.More(len(pending)-command.MaxRows))
	}
	a := card("应收 "+k.Number, chat.Plain, append(say, asOf(c.Now)), d.outline()+"。"+asOf(c.Now)+"。", d.buttons(c)...)
	return a, h.looked(ctx, c, a, []string{k.Customer})
}

// buttons are what the caller can do next about a contract's money.
func (d deal) buttons(c *command.Call) (list []chat.Button) {
	if !enters(c.Person, d.Contract) || d.Open == 0 {
		return nil
	}
	return []chat.Button{{Label: "登记回款", Command: "回款 " + d.Number}, {Label: "重排收款计划", Command: "收款计划 " + d.Number}}
}

// asOf says as of when a table is: 截至 11月27日 周五 10:30.
func asOf(now time.Time) string { return "截至 " + words.Moment(now) }

// ages is a standing by age in words: 未到期 …，1–30天 ….
func (h Handler) ages(s rulebook.Standing) string {
	var list []string
	for i, name := range rulebook.BandNames(h.Config.Bands) {
		list = append(list, name+" "+words.Money(s.Bands[i]))
	}
	return strings.Join(list, "，")
}

// scope is whom the words of 应收 mean: a person, else a customer. Who sees only
// their own hears nothing of others.
func (h Handler) scope(ctx context.Context, c *command.Call, typed string) (scope, error) {
	all := seesAll(c.Person)
	if typed == "" && all {
		return scope{}, nil
	}
	if typed == "" {
		return scope{person: c.Person.ID, name: c.Person.Name}, nil
	}
	p, found, err := audience.Named(ctx, c.Tx, typed)
	switch {
	case err != nil:
		return scope{}, err
	case found && (all || p.ID == c.Person.ID):
		name, err := audience.NewNames(c.Tx).Of(ctx, p.ID)
		return scope{person: p.ID, name: name}, err
	case found:
		return scope{}, c.NoContract()
	}
	like, err := c.CustomersLike(ctx, typed, command.ToName)
	if err != nil {
		return scope{}, err
	}
	m, one := like.One()
	if one && !all {
		if one, err = knows(ctx, c, m.Customer); err != nil {
			return scope{}, err
		}
	}
	if one {
		c.Meets(typed, m.Customer)
	}
	switch {
	case one && all:
		return scope{customer: m.ID, name: m.Name}, nil
	case one:
		return scope{person: c.Person.ID, customer: m.ID, name: m.Name}, nil
	case all:
		return scope{}, like.Unclear(ctx)
	}
	return scope{}, c.NoContract()
}

// knows reports whether somebody who sees only their own money may know of a
// customer: they may read the file, or have or had a part in a contract.
func knows(ctx context.Context, c *command.Call, k store.Customer) (bool, error) {
	reads, err := command.Reads(ctx, c.Tx, c.Policy, c.Person, k.ID, c.Now)
	if err != nil || reads {
		return reads, err
	}
	list, err := c.Tx.Contracts().ByCustomer(ctx, k.ID)
	return slices.ContainsFunc(list, func(one store.Contract) bool {
		return one.Holder == c.Person.ID || slices.ContainsFunc(one.Shares, func(s store.Share) bool { return s.Person == c.Person.ID })
	}), err
}

// open are the contracts of a scope that something is open of, or left over, or
// waits for, the longest overdue first. What happened after the day of asOf is left
// out, and entries behind the id last, if there is one.
func (h Handler) open(ctx context.Context, tx *store.Tx, reader store.Person, s scope, asOf time.Time, last string) ([]*deal, error) {
	today := h.Rules.Day(asOf)
	contracts, entries, err := h.rows(ctx, tx, s, today)
	if err != nil {
		return nil, err
	}
	then, err := h.then(ctx, tx, today)
	if err != nil {
		return nil, err
	}
	money := byContract(entries)
	list := make([]*deal, 0, len(contracts)) // sorted, and too large to be moved about
	for _, k := range contracts {
		if was, changed := then[k.Number]; changed {
			k = was
		}
		if k.Signed == "" || k.Signed > today || !sees(reader, k) || s.person != "" && k.Holder != s.person {
			continue
		}
		known := slices.DeleteFunc(money[k.Number], func(e store.MoneyEntry) bool { return last != "" && e.ID > last })
		if d := h.made(k, rulebook.EntriesUntil(known, today), today); d.owing() {
			list = append(list, &d)
		}
	}
	slices.SortFunc(list, func(a, b *deal) int {
		return cmp.Or(cmp.Compare(b.Overdue, a.Overdue), cmp.Compare(b.Open, a.Open), cmp.Compare(a.Number, b.Number))
	})
	return list, nil
}

// then are the contracts to which something was done after a day, as they were before:
// their amount, their holder, and that they had not ended. What was entered later but
// signed by then was owed by then.
func (h Handler) then(ctx context.Context, tx *store.Tx, day store.Day) (map[string]store.Contract, error) {
	end := day.Add(1).Start(h.Rules.Zone)
	acts, err := tx.Contracts().DoneSince(ctx, end)
	return rulebook.SignedBefore(acts, end), err
}

// rows are the contracts of a scope of which something may be open on a day, and what
// was entered about them, in two queries.
func (h Handler) rows(ctx context.Context, tx *store.Tx, s scope, day store.Day) (contracts []store.Contract, entries []store.MoneyEntry, err error) {
	if s.customer != "" {
		if contracts, err = tx.Contracts().ByCustomer(ctx, s.customer); err == nil {
			entries, err = tx.Receivables().OfCustomer(ctx, s.customer)
		}
	} else if contracts, err = tx.Contracts().Owing(ctx, day, s.person); err == nil {
		entries, err = tx.Receivables().Owing(ctx, day, s.person)
	}
	return contracts, entries, err
}

// total is all rows added up.
func (h Handler) total(list []*deal) (t rulebook.Standing) {
	t.Bands = make([]int64, len(h.Config.Bands)+2)
	for _, d := range list {
		t.Price += d.Price
		t.Allocated += d.Allocated
		t.Pending += d.Pending
		t.PendingSurplus += d.PendingSurplus
		t.Surplus += d.Surplus
		t.Waived += d.Waived
		t.Open += d.Open
		t.Invoiced += d.Invoiced
		t.Overdue = max(t.Overdue, d.Overdue)
		t.Damaged = t.Damaged || d.Damaged
		for i := range d.Bands {
			t.Bands[i] += d.Bands[i]
		}
	}
	return t
}

// overview is 应收 of several contracts: sums, a row a contract, the picture, and
// the workbook behind it.
func (h Handler) overview(ctx context.Context, c *command.Call, s scope, list []*deal) (*command.Answer, error) {
	title := "应收"
	if s.name != "" {
		title += " · " + s.name
	}
	if len(list) == 0 {
		return card(title, chat.Plain, []string{"没有应收。", asOf(c.Now)}, "没有应收。"+asOf(c.Now)+"。"), nil
	}
	t := deal{Standing: h.total(list), today: store.DayOf(c.Now)}
	say := []string{fmt.Sprintf("%d 份合同，%s", len(list), t.sums()), h.ages(t.Standing)}
	if t.Damaged {
		say = append(say, t.stand()[len(t.stand())-1])
	}
	table, err := h.tableOf(ctx, c.Tx, list)
	if err != nil {
		return nil, err
	}
	late := len(slices.DeleteFunc(slices.Clone(list), func(d *deal) bool { return d.Overdue == 0 }))
	a := card(title, chat.Plain, say, fmt.Sprintf("应收 %d 份合同，其中 %d 份逾期。%s。", len(list), late, asOf(c.Now)))
	blocks := append(a.Reply.Card.Blocks, chat.Block{Table: table})
	if n := len(list) - command.MaxRows; n > 0 {
		blocks = append(blocks, chat.Block{Text: words.More(n) + "，都在表格文件里"})
	}
	chart, err := h.picture(ctx, c.Tx, title, list, c.Now)
	if err != nil {
		return nil, err
	}
	a.Reply.Card.Blocks = append(blocks, chat.Block{Chart: chart}, chat.Block{Note: asOf(c.Now)})
	return a, h.looked(ctx, c, a, customersOf(list), h.file(c, s))
}

func customersOf(list []*deal) (ids []string) {
	for _, d := range list {
		ids = append(ids, d.Customer)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// tableOf is a row a contract, as many as one answer shows.
func (h Handler) tableOf(ctx context.Context, tx *store.Tx, list []*deal) (*chat.Table, error) {
	t := &chat.Table{Heads: slices.Concat([]string{"合同", "客户", "负责人", "已收", "其中待核", "未收"}, rulebook.BandNames(h.Config.Bands), []string{"预收"})}
	names := audience.NewNames(tx)
	for _, d := range list[:min(len(list), command.MaxRows)] {
		customer, err := customerName(ctx, tx, d.Customer)
		if err != nil {
			return nil, err
		}
		holder, err := names.Of(ctx, d.Holder)
		if err != nil {
			return nil, err
		}
		row := []string{d.Number, customer, holder, words.Money(d.Allocated), words.Money(d.Pending), words.Money(d.Open)}
		for _, fen := range d.Bands {
			row = append(row, words.Money(fen))
		}
		t.Rows = append(t.Rows, append(row, words.Money(d.Surplus)))
	}
	return t, nil
}

// looked records that somebody looked at what customers owe, once for the whole
// of an answer, under a trace code that stands on it.
func (h Handler) looked(ctx context.Context, c *command.Call, a *command.Answer, customers []string, files ...func(trace string) chat.File) error {
	trace, err := c.LookedAt(ctx, ledger.Listing(customers), clause)
	if err != nil {
		return err
	}
	a.Recorded = true
	a.Reply.Card.Blocks = append(a.Reply.Card.Blocks, chat.Block{Note: c.Person.Name + " 查看 · 追踪码 " + trace})
	for _, f := range files {
		a.Files = append(a.Files, f(trace))
	}
	return nil
}
