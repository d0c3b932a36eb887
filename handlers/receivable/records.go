package receivable

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// receiptCode is a receipt's code as text.Code reads it: RT2000 is a customer.
var receiptCode = regexp.MustCompile(`^` + receiptLetter + `-?\d+$`)

// records is 回款记录: of a contract all there is, else of this month.
func (h Handler) records(ctx context.Context, c *command.Call) (*command.Answer, error) {
	today := store.DayOf(c.Now)
	from, to := today[:8]+"01", today
	if c.Has("时段") {
		from, to = c.Days("时段").From, c.Days("时段").To
	}
	who := strings.TrimSpace(c.Text("谁"))
	if code := text.Code(who); receiptCode.MatchString(code) {
		return h.oneRecord(ctx, c, code)
	}
	s, err := h.recordScope(ctx, c, who)
	if err != nil {
		return nil, err
	}
	if s.contract != "" && !c.Has("时段") {
		from = s.since
	}
	list, back, err := h.receipts(ctx, c, s, from, to)
	if err != nil {
		return nil, err
	}
	line := strings.TrimSpace(fmt.Sprintf("回款记录 %s %s~%s", who, string(from), string(to)))
	page, err := c.Page(len(list), command.MaxRows, line)
	if err != nil {
		return nil, err
	}
	return h.recorded(ctx, c, s, list, back, page, words.DayIn(from, today)+" 至 "+words.DayIn(to, today))
}

// recordScope is scope, for a contract's number, too.
func (h Handler) recordScope(ctx context.Context, c *command.Call, who string) (scope, error) {
	if !command.IsContractNumber(who) {
		return h.scope(ctx, c, who)
	}
	k, found, err := c.NumberedContract(ctx, who)
	if err == nil && (!found || k.View != rulebook.ContractWhole) {
		err = c.NoContract()
	}
	return scope{contract: k.Number, name: k.Number, since: k.Claimed}, err
}

// receipts are those of a time that a scope holds, the newest first, and what was paid
// back in it.
func (h Handler) receipts(ctx context.Context, c *command.Call, s scope, from, to store.Day) (list []rulebook.Receipt, back int64, err error) {
	entries, err := c.Tx.Receivables().Counting(ctx, from, to)
	if err != nil {
		return nil, 0, err
	}
	counts := map[string]bool{}
	if s.person != "" && h.Config.ReceiptsFor == ForSigner {
		if counts, err = h.signed(ctx, c.Tx, s.person); err != nil {
			return nil, 0, err
		}
	}
	outside := func(e store.MoneyEntry) bool {
		return e.Day < from || e.Day > to || s.customer != "" && e.Customer != s.customer || s.contract != "" && e.Contract != s.contract || s.person != "" && e.Holder != s.person && !counts[e.Contract]
	}
	list = slices.DeleteFunc(rulebook.Receipts(entries), func(r rulebook.Receipt) bool { return outside(r.MoneyEntry) })
	slices.SortStableFunc(list, func(a, b rulebook.Receipt) int { return cmp.Or(cmp.Compare(b.Day, a.Day), cmp.Compare(b.ID, a.ID)) })
	void := rulebook.Void(entries)
	for _, e := range entries {
		if e.Kind == store.MoneyRefund && !void.Has(e.ID) && !outside(e) {
			back += e.Amount
		}
	}
	return list, back, nil
}

// signed are the contracts that a person has a share of.
func (h Handler) signed(ctx context.Context, tx *store.Tx, person string) (map[string]bool, error) {
	contracts, err := tx.Contracts().Signed(ctx)
	has := map[string]bool{}
	for _, k := range contracts {
		has[k.Number] = slices.ContainsFunc(k.Shares, func(s store.Share) bool { return s.Person == person })
	}
	return has, err
}

func (h Handler) recorded(ctx context.Context, c *command.Call, s scope, list []rulebook.Receipt, back int64, page command.Page, span string) (*command.Answer, error) {
	title := "回款记录"
	if s.name != "" {
		title += " · " + s.name
	}
	var sum, pending int64
	var customers []string
	for _, r := range list {
		if r.Counts() {
			sum += r.Amount
		}
		if r.Pending() {
			pending += r.Amount
		}
		customers = append(customers, r.Customer)
	}
	say := []string{span, fmt.Sprintf("%d 笔，收到 %s%s", len(list), words.Money(sum), pendingWords(pending))}
	if len(list) == 0 {
		say = []string{span, "没有回款。"}
	}
	if back > 0 {
		say = append(say, "同期退款 "+words.Money(back)+"，业绩里已经减掉。")
	}
	names := audience.NewNames(c.Tx)
	for _, r := range command.Rows(page, list) {
		customer, err := customerName(ctx, c.Tx, r.Customer)
		if err != nil {
			return nil, err
		}
		by, err := names.Of(ctx, r.Holder)
		if err != nil {
			return nil, err
		}
		say = append(say, recordLine(r, store.DayOf(c.Now), customer, by))
	}
	if rest := page.Rest(); rest != "" {
		say = append(say, rest)
	}
	slices.Sort(customers)
	a := card(title, chat.Plain, append(say, asOf(c.Now)), fmt.Sprintf("回款记录 %s：%d 笔。", span, len(list)), page.Turn("更早的")...)
	return a, h.looked(ctx, c, a, slices.Compact(customers))
}

// recordLine is a receipt with what became of it.
func recordLine(r rulebook.Receipt, today store.Day, customer, by string) string {
	what := amount(r.MoneyEntry)
	if !r.Damaged {
		what += " " + becameWords(r)
	}
	line := fmt.Sprintf("%s %s %s · %s · %s · %s", r.Code, words.DayIn(r.Day, today), what, r.Contract, customer, by)
	if r.Words != "" {
		line += " · " + noted(r.Words)
	}
	return line
}

// oneRecord is 回款记录 of one receipt. Who may not see it hears the same as of none.
func (h Handler) oneRecord(ctx context.Context, c *command.Call, code string) (*command.Answer, error) {
	e, found, err := c.Tx.Receivables().ByCode(ctx, command.CodeIn(receiptLetter, code))
	if err != nil || !found || e.Kind != store.MoneyReceipt || e.At.After(c.Now) {
		return nil, orNoReceipt(err)
	}
	k, found, err := c.Tx.Contracts().Get(ctx, command.FoldedContract(e.Contract))
	if err != nil || !found || !sees(c.Person, k) {
		return nil, orNoReceipt(err)
	}
	d, err := h.look(ctx, c, k)
	if err != nil {
		return nil, err
	}
	list := rulebook.Receipts(d.account.Entries)
	i := slices.IndexFunc(list, func(r rulebook.Receipt) bool { return r.ID == e.ID })
	if i < 0 {
		return nil, errGone
	}
	by, err := audience.NewNames(c.Tx).Of(ctx, list[i].Holder)
	if err != nil {
		return nil, err
	}
	say := []string{recordLine(list[i], d.today, d.name, by), d.sums(), asOf(c.Now)}
	a := card("回款 "+e.Code, chat.Plain, say, "回款 "+e.Code+"。", chat.Button{Label: "看这份合同", Command: "应收 " + d.Number})
	return a, h.looked(ctx, c, a, []string{d.Customer})
}

func orNoReceipt(err error) error {
	if err == nil {
		err = &command.Refusal{Text: "没有这笔回款，或者它不归你看。", Hint: "回款记录", Clause: clause, Private: true}
	}
	return err
}

// becameWords say what became of a receipt.
func becameWords(r rulebook.Receipt) string {
	state := ""
	switch {
	case r.Undone:
		return "已撤销"
	case r.Rejected != nil:
		return "不符：" + noted(r.Rejected.Words)
	case r.Pending():
		state = "待核"
	case r.Confirmed != nil:
		state = "已核"
	default:
		state = "已计入"
	}
	if r.Opening {
		state += "（期初）"
	}
	if r.Alone {
		state += "（无人复核）"
	}
	return state
}

// noted is what somebody wrote beside money, as others may read it: who pays is
// there, a phone is on the customer's file.
func noted(words string) string { return text.MaskPhones(text.Line(words)) }
