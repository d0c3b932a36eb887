package receivable

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/command"
	"marketbot/handlers/intake"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/sheet"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/ledger"
)

// Imports are what was kept in tables before: plans of payment and receipts,
// each marked 期初.
func (h Handler) Imports() []intake.Kind {
	return []intake.Kind{
		{Name: "收款计划", Unit: "份收款计划", Read: h.readPlans, Template: func() ([]byte, error) {
			return template("收款计划", "收款计划导入表：每期一行，一份合同的各期写完整，示例不会导入", h.planColumns())
		}},
		{Name: "回款", Unit: "笔回款", Read: h.readReceipts, Template: func() ([]byte, error) {
			return template("回款", "回款导入表：每笔一行，示例不会导入", h.receiptColumns())
		}},
	}
}

func template[R any](tab, name string, columns []intake.Column[R]) ([]byte, error) {
	return sheet.Book{Sheets: []sheet.Sheet{intake.Empty(tab, name, columns)}}.Write()
}

// The columns of both tables.
const (
	columnContract = "合同号"
	columnAmount   = "金额"
)

// contractHeads and amountHeads are other usual heads.
var (
	contractHeads = []string{"合同编号", "编号"}
	amountHeads   = []string{"应收金额", "计划金额", "回款金额", "收款金额", "到款金额", "本期金额"}
)

// planRow is a line of a plan in a table.
type planRow struct {
	line       int
	contract   string
	due, first store.Day
	fen        int64
}

func (h Handler) planColumns() []intake.Column[planRow] {
	return []intake.Column[planRow]{
		{Head: columnContract, Also: contractHeads, Required: true, Example: "ZYX-202411-001", Set: func(r *planRow, c sheet.Cell) error {
			r.contract = strings.TrimSpace(c.Text)
			return nil
		}},
		{Head: "到期日", Also: []string{"应收日期", "应收日", "计划日期", "收款日期", "到期日期"}, Required: true, Example: "2024-12-31", Set: func(r *planRow, c sheet.Cell) (err error) {
			r.due, err = h.dayOf(c)
			return err
		}},
		{Head: columnAmount, Also: amountHeads, Required: true, Example: "50000", Amount: func(r *planRow, fen int64) error {
			r.fen = fen
			return someMoney(fen)
		}},
		{Head: "原定日", Also: []string{"首次到期日", "原定日期"}, Example: "2024-10-31", Set: func(r *planRow, c sheet.Cell) (err error) {
			r.first, err = h.dayOf(c)
			return err
		}},
	}
}

func (h Handler) dayOf(c sheet.Cell) (store.Day, error) {
	t, err := intake.Moment(c, h.Rules.Zone)
	if err != nil {
		return "", err
	}
	return store.DayOf(t), nil
}

var errNothing = errors.New("金额要大于 0")

func someMoney(fen int64) error {
	if fen == 0 {
		return errNothing
	}
	return nil
}

// readPlans reads plans: the lines of a contract are entered together, or not at
// all.
func (h Handler) readPlans(f *sheet.File) (*intake.Book, error) {
	table, err := intake.Read(f, h.planColumns(), func() planRow { return planRow{} })
	if err != nil {
		return nil, err
	}
	b := &intake.Book{Notes: table.Notes}
	at := map[string]int{}
	var lines [][]planRow
	for _, r := range table.Records {
		key := command.FoldedContract(r.Value.contract)
		i, known := at[key]
		if key == "" && len(b.Rows) > 0 { // a plan is entered whole, or not at all
			b.Rows[len(b.Rows)-1].Fail("第 %d 行没有合同号，像是这份合同的一期，请补上", r.Line)
		}
		if !known || key == "" {
			i = len(b.Rows)
			at[key] = i
			b.Rows, lines = append(b.Rows, intake.Row{Line: r.Line, Name: r.Value.contract}), append(lines, nil)
		}
		r.Value.line = r.Line
		if r.Value.first > r.Value.due && r.Value.due != "" {
			b.Rows[i].Fail("第 %d 行：原定日在到期日之后", r.Line)
		}
		for _, l := range lines[i] {
			if l.due != "" && l.due == r.Value.due {
				b.Rows[i].Fail("第 %d 行和第 %d 行是同一天，请合成一期", r.Line, l.line)
			}
		}
		lines[i] = append(lines[i], r.Value)
		for _, wrong := range r.Wrong {
			b.Rows[i].Fail("第 %d 行：%s", r.Line, wrong)
		}
	}
	for i := range b.Rows {
		b.Rows[i].Take = h.takePlan(lines[i])
	}
	return b, nil
}

// imported is the contract of a row; the words say why it cannot be.
func (h Handler) imported(ctx context.Context, tx *store.Tx, number string) (d deal, why string, err error) {
	k, found, err := tx.Contracts().Get(ctx, command.FoldedContract(number))
	if tx.PassOver(err) {
		return d, "这份合同的记录损坏，打不开", nil
	}
	switch {
	case err != nil:
		return d, "", err
	case !found:
		return d, "没有合同" + text.Quote(number) + "，请先导入合同", nil
	case k.Signed == "":
		return d, "合同 " + k.Number + " 还没有签约（" + string(k.State) + "）", nil
	}
	entries, err := tx.Receivables().Of(ctx, k.Number)
	return h.made(k, entries, k.Signed), "", err
}

func wrong(format string, args ...any) intake.Outcome {
	return intake.Outcome{Result: intake.Wrong, Text: fmt.Sprintf(format, args...)}
}

// takePlan enters the plan of one contract, or says why not.
func (h Handler) takePlan(rows []planRow) func(context.Context, *store.Tx, intake.Import) (intake.Outcome, error) {
	return func(ctx context.Context, tx *store.Tx, i intake.Import) (intake.Outcome, error) {
		d, why, err := h.imported(ctx, tx, rows[0].contract)
		switch {
		case err != nil:
			return intake.Outcome{}, err
		case why != "":
			return wrong("%s", why), nil
		}
		e := h.opening(tx, i, d, store.MoneyPlan)
		sum := int64(0)
		for _, r := range rows {
			if r.first == "" {
				r.first = r.due
			}
			l := store.PlanLine{First: r.first, Due: r.due, Amount: r.fen}
			if r.first < r.due {
				l.Moved = 1
			}
			e.Plan, sum = append(e.Plan, l), sum+r.fen
		}
		slices.SortStableFunc(e.Plan, func(a, b store.PlanLine) int { return cmp.Compare(a.Due, b.Due) })
		if had := entriesOf(d, store.MoneyPlan); len(had) > 0 {
			var others []string
			if !slices.EqualFunc(had[len(had)-1].Plan, e.Plan, func(a, b store.PlanLine) bool { return a.Due == b.Due && a.Amount == b.Amount }) {
				others = append(others, "日期或金额")
			}
			return intake.There("已有收款计划", others...), nil
		}
		if sum > d.Price {
			return wrong("各期加起来 %s，比合同金额 %s 多", words.Money(sum), words.Money(d.Price)), nil
		}
		o := intake.Outcome{Result: intake.New}
		if sum < d.Price {
			o.Text = "比合同金额少 " + words.Money(d.Price-sum)
		}
		return o, h.apply(ctx, tx, i, &o, e, "导入收款计划")
	}
}

// opening is an entry of an import.
func (h Handler) opening(tx *store.Tx, i intake.Import, d deal, kind store.MoneyKind) store.MoneyEntry {
	return store.MoneyEntry{
		ID: tx.NewID(i.Now), Kind: kind, Contract: d.Number, Customer: d.Customer, Holder: d.Holder, Day: d.Signed, At: i.Now, By: i.By.ID, Settled: true, Opening: true,
	}
}

// apply makes an entry, if it is no trial.
func (h Handler) apply(ctx context.Context, tx *store.Tx, i intake.Import, o *intake.Outcome, e store.MoneyEntry, act string) error {
	if !i.Apply {
		return nil
	}
	o.Result = intake.Done
	e, err := tx.Receivables().Add(ctx, e)
	if err != nil {
		return err
	}
	return tx.Audit().Record(ctx, ledger.Entry{
		ID: tx.NewID(i.Now), At: i.Now, Person: i.By.ID, Act: act, Subject: "contract/" + e.Contract, Outcome: ledger.Done, Clause: clause,
	})
}

// receiptRow is a receipt in a table.
type receiptRow struct {
	line     int
	contract string
	fen      int64
	day      store.Day
	holder   string
	note     string
	before   []receiptRow // the rows of the same contract before, but for those with something wrong
}

// entered reports whether a row was entered before: of rows that say the same each
// is one, so that the n-th is there where so many are.
func (r receiptRow) entered(entries []store.MoneyEntry) bool {
	same := func(fen int64, day store.Day) bool { return fen == r.fen && day == r.day }
	n := 0
	for _, old := range rulebook.Receipts(entries) {
		if old.Opening && old.Counts() && same(old.Amount, old.Day) {
			n++
		}
	}
	for _, b := range r.before {
		if same(b.fen, b.day) {
			n--
		}
	}
	return n > 0
}

func (h Handler) receiptColumns() []intake.Column[receiptRow] {
	return []intake.Column[receiptRow]{
		{Head: columnContract, Also: contractHeads, Required: true, Example: "ZYX-202411-001", Set: func(r *receiptRow, c sheet.Cell) error {
			r.contract = strings.TrimSpace(c.Text)
			return nil
		}},
		{Head: columnAmount, Also: amountHeads, Required: true, Example: "50000", Amount: func(r *receiptRow, fen int64) error {
			r.fen = fen
			return someMoney(fen)
		}},
		{Head: "日期", Also: []string{"回款日期", "收款日期", "到款日期", "到账日期"}, Required: true, Example: "2024-12-30", Set: func(r *receiptRow, c sheet.Cell) (err error) {
			r.day, err = h.dayOf(c)
			return err
		}},
		{Head: "负责人", Also: []string{"业务员", "持有人", "归属"}, Example: "张伟", Set: func(r *receiptRow, c sheet.Cell) error {
			r.holder = strings.TrimSpace(c.Text)
			return intake.OneName(r.holder)
		}},
		{Head: "备注", Also: []string{"说明", "摘要"}, Set: func(r *receiptRow, c sheet.Cell) error {
			r.note = c.Text
			return noteTooLong(c.Text)
		}},
	}
}

func noteTooLong(note string) error {
	if noteRule(note, "") != nil {
		return errors.New(command.TooLong("备注", note, maxNote))
	}
	return nil
}

// readReceipts reads receipts, a row each.
func (h Handler) readReceipts(f *sheet.File) (*intake.Book, error) {
	table, err := intake.Read(f, h.receiptColumns(), func() receiptRow { return receiptRow{} })
	if err != nil {
		return nil, err
	}
	b := &intake.Book{Notes: table.Notes}
	before := map[string][]receiptRow{}
	for _, r := range table.Records {
		key := command.FoldedContract(r.Value.contract)
		r.Value.before = slices.Clip(before[key])
		r.Value.line = r.Line
		if twin := slices.IndexFunc(r.Value.before, func(b receiptRow) bool { return b.fen == r.Value.fen && b.day == r.Value.day }); twin >= 0 {
			r.Warn("和第 %d 行是同样一笔，按两笔记", r.Value.before[twin].line)
		}
		if len(r.Wrong) == 0 {
			before[key] = append(before[key], r.Value)
		}
		b.Rows = append(b.Rows, intake.Row{Line: r.Line, Name: r.Value.contract + " " + string(r.Value.day), Problems: r.Problems, Take: h.takeReceipt(r.Value)})
	}
	return b, nil
}

// takeReceipt enters one receipt, or says why not.
func (h Handler) takeReceipt(r receiptRow) func(context.Context, *store.Tx, intake.Import) (intake.Outcome, error) {
	return func(ctx context.Context, tx *store.Tx, i intake.Import) (intake.Outcome, error) {
		d, why, err := h.imported(ctx, tx, r.contract)
		switch {
		case err != nil:
			return intake.Outcome{}, err
		case why != "":
			return wrong("%s", why), nil
		case r.day > h.Rules.Day(i.Now):
			return wrong("日期在将来"), nil
		case r.entered(d.account.Entries):
			return intake.There("已有这一笔"), nil
		}
		for _, old := range rulebook.Receipts(d.account.Entries) {
			if !old.Opening && old.Counts() && old.Amount == r.fen && old.Day == r.day {
				return intake.There("已经登记过同样一笔 " + old.Code + "；真是另一笔，请在聊天里登记"), nil
			}
		}
		e := h.opening(tx, i, d, store.MoneyReceipt)
		e.Amount, e.Day, e.Words = r.fen, r.day, r.note
		o := intake.Outcome{Result: intake.New}
		if o.Text, err = h.importedHolder(ctx, tx, r.holder, &e); err != nil {
			return o, err
		}
		open := d.Open
		for _, b := range r.before { // a trial has not entered them
			if b.day <= h.Rules.Day(i.Now) && !b.entered(d.account.Entries) {
				open = max(0, open-b.fen)
			}
		}
		if over := r.fen - open; over > 0 {
			o.Text = strings.TrimPrefix(o.Text+"；比未收的多 "+words.Money(over)+"，记作预收", "；")
		}
		return o, h.apply(ctx, tx, i, &o, e, "导入回款")
	}
}

// importedHolder lets a receipt count for whom the table names, with the company
// still or not.
func (h Handler) importedHolder(ctx context.Context, tx *store.Tx, name string, e *store.MoneyEntry) (warned string, err error) {
	if name == "" {
		return "", nil
	}
	p, found, err := audience.Named(ctx, tx, name)
	switch {
	case err != nil:
		return "", err
	case !found:
		return "负责人" + text.Quote(name) + "不在册，记在现在的持有人名下", nil
	}
	e.Holder = p.ID
	return "", nil
}
