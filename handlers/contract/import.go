package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/command"
	"marketbot/handlers/intake"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/sheet"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/vault"
)

// Imports are what was kept in tables before: contracts, each marked 期初, with its
// original holder and dates.
func (h Handler) Imports() []intake.Kind {
	return []intake.Kind{{Name: "合同", Unit: "份合同", Read: h.readContracts, Template: func() ([]byte, error) {
		return sheet.Book{Sheets: []sheet.Sheet{intake.Empty("合同", "合同导入表：带 * 的要填，每行一份合同，示例不会导入", h.importColumns())}}.Write()
	}}}
}

// importRow is a contract in a table.
type importRow struct {
	store.Contract
	number, customer, holder, claimant, state, shares, remarks string
	earned                                                     bool // what is due of an ended one is written
}

// remark takes in what the register writes beside a contract; other words are
// kept with it.
func (r *importRow) remark(said string) {
	var rest []string
	for part := range strings.FieldsFuncSeq(said, func(c rune) bool { return strings.ContainsRune("；;\n", c) }) {
		bare := text.Bare(part)
		holder, held := heldBy(part)
		switch {
		case strings.TrimSuffix(bare, "合同") == kindWords(true):
			r.Electronic = true
		case held && r.holder == "":
			r.holder = strings.TrimSpace(holder)
		case bare != opening && bare != earlySigned:
			rest = append(rest, strings.TrimSpace(part))
		}
	}
	r.remarks = strings.Join(rest, "；")
}

// heldBy is who a remark says has the contract now, as it is written there: names
// have blanks in them.
func heldBy(part string) (name string, said bool) {
	folded, mark := text.Fold(part), strings.TrimSpace(nowHolder)
	lead, _, said := strings.Cut(folded.Text, mark)
	if !said || strings.TrimSpace(lead) != "" {
		return "", false
	}
	return strings.TrimLeft(part[folded.Raw(len(lead)+len(mark)):], " 　:："), true
}

// zone is the company's; a template can do without.
func (h Handler) zone() *time.Location {
	if h.Rules.Zone == nil {
		return time.UTC
	}
	return h.Rules.Zone
}

// readContracts reads the contracts of a file, a row each.
func (h Handler) readContracts(f *sheet.File) (*intake.Book, error) {
	table, err := intake.Read(f, h.importColumns(), func() importRow { return importRow{} })
	if err != nil {
		return nil, err
	}
	book := &intake.Book{Notes: table.Notes}
	lines := map[string]int{}
	for i := range table.Records {
		r := &table.Records[i]
		h.finish(r)
		if first, twice := lines[r.Value.Folded]; twice && r.Value.Folded != "" {
			r.Fail("和第 %d 行是同一个编号", first)
		} else {
			lines[r.Value.Folded] = r.Line
		}
		book.Rows = append(book.Rows, intake.Row{Line: r.Line, Name: r.Value.number, Problems: r.Problems, Take: h.takeRow(r)})
	}
	return book, nil
}

// finish finds out what a row says by itself: its number and what became of it.
func (h Handler) finish(r *intake.Record[importRow]) {
	v := &r.Value
	v.Opening = true
	switch v.Number = text.Code(v.number); {
	case v.number == "" && len(r.Wrong) > 0: // that is why
		return
	case v.Number == "" || !reading.IsNumber(v.Number):
		r.Fail("合同编号%s里只能有字母、数字和短横线", text.Quote(v.number))
		return
	case reading.IsCustomerCode(v.Number):
		r.Fail("合同编号%s和客户编号分不开，请写成 K-%s", text.Quote(v.number), v.Number[1:])
		return
	}
	v.Folded = command.FoldedContract(v.Number)
	var ok bool
	if v.Series, v.Seq, ok = h.Config.numbering().Read(v.Number); !ok {
		v.Series, v.Seq = "#"+v.Folded, 1 // a number of another pattern is a series of its own
	}
	h.finishState(r)
	switch signed := v.Signed != ""; {
	case signed && v.Amount == 0 && !slices.ContainsFunc(r.Wrong, func(w string) bool { return strings.HasPrefix(w, "金额") }):
		r.Fail("签了的合同要有金额")
	case !signed && v.Amount > 0:
		r.Fail("有金额，没有签订日")
	}
	if v.Claimed == "" {
		v.Claimed = firstDay(v.Reported, v.Signed, v.Archived)
	}
	if v.Claimed == "" {
		r.Fail("没有领用日，也没有签订日")
	}
}

// finishState finds out what became of a contract: what 去向 says, else what its
// dates do.
func (h Handler) finishState(r *intake.Record[importRow]) {
	v := &r.Value
	v.State = stateNamed(v.state)
	switch {
	case v.state == "" && v.Ended != "":
		v.State = store.ContractTerminated
	case v.state == "" && (v.Archived != "" || v.Place != "" && v.Signed != ""):
		v.State = store.ContractArchived
	case v.state == "" && v.Signed != "":
		v.State = store.ContractSigned
	case v.state == "" && v.Reported != "":
		v.State = store.ContractReported
	case v.state == "":
		v.State = store.ContractClaimed
	case v.State == "":
		r.Fail("去向%s看不懂，可以写：%s", text.Quote(v.state), strings.Join(stateNames(), "、"))
		return
	}
	contradictions(r)
	switch v.State {
	case store.ContractArchived:
		v.Archived = firstDay(v.Archived, v.Signed)
	case store.ContractLost:
		v.Lost, v.LostFrom = firstDay(v.Archived, v.Signed, v.Claimed), store.ContractClaimed
		if v.Signed != "" {
			v.LostFrom = store.ContractSigned
		}
	case store.ContractTerminated:
		v.Ended = firstDay(v.Ended, v.Archived, v.Signed)
		switch {
		case !v.earned:
			v.Earned = v.Amount
			r.Warn("没有写应得，终止的合同按全额应得记，以后没有冲减")
		case v.Earned > v.Amount:
			r.Fail("应得比金额多")
		case v.Ended < v.Signed:
			r.Fail("终止日在签订日之前")
		}
	}
	if v.State != store.ContractTerminated && (v.earned || v.Ended != "") {
		r.Fail("有应得或终止日，去向不是终止")
	}
	v.LastReport, v.Early = v.Reported, v.Signed != "" && v.Reported != "" && v.Signed < v.Reported
	if v.OwesOriginal() {
		v.Due = h.due(v.Contract)
	}
}

// contradictions are what a state and the dates beside it cannot both be.
func contradictions(r *intake.Record[importRow]) {
	v := &r.Value
	unsigned := []store.ContractState{store.ContractClaimed, store.ContractReported, store.ContractReturned, store.ContractSpoiled}
	needsSignature := v.State == store.ContractSigned || v.State == store.ContractArchived || v.State == store.ContractTerminated
	switch {
	case needsSignature && v.Signed == "":
		r.Fail("%s的合同要有签订日", v.State)
	case v.State == store.ContractReported && v.Reported == "":
		r.Fail("已汇报的合同要有签前汇报日")
	case slices.Contains(unsigned, v.State) && v.Signed != "":
		r.Fail("有签订日，去向不能是%s", v.State)
	case v.State == store.ContractSigned && v.Archived != "":
		r.Fail("有归档日，去向不能是%s", v.State)
	case v.Archived != "" && v.Archived < v.Signed:
		r.Fail("归档日在签订日之前")
	case v.Signed != "" && v.Signed < v.Claimed:
		r.Warn("签订日在领用日之前，照写的记")
	}
}

// firstDay is the first of some days that is known.
func firstDay(days ...store.Day) store.Day {
	for _, d := range days {
		if d != "" {
			return d
		}
	}
	return ""
}

// takeRow enters one contract, or says why not; one whose number is there is passed
// over.
func (h Handler) takeRow(r *intake.Record[importRow]) func(context.Context, *store.Tx, intake.Import) (intake.Outcome, error) {
	return func(ctx context.Context, tx *store.Tx, i intake.Import) (intake.Outcome, error) {
		ct := r.Value.Contract
		for _, on := range []struct {
			what string
			day  store.Day
		}{{"领用日", ct.Claimed}, {"签前汇报日", ct.Reported}, {"签订日", ct.Signed}, {"终止日", ct.Ended}, {"归档日", ct.Archived}} {
			if on.day > h.Rules.Day(i.Now) {
				return intake.Outcome{Result: intake.Wrong, Text: on.what + "在将来"}, nil
			}
		}
		was, found, err := tx.Contracts().Get(ctx, ct.Folded)
		if err != nil {
			return intake.Outcome{}, err
		}
		wrong, warned, err := h.importNames(ctx, tx, r.Value, &ct)
		if err == nil && found {
			return intake.There("编号已经有了", otherwise(was, ct)...), nil
		}
		if err != nil || wrong != "" {
			return intake.Outcome{Result: intake.Wrong, Text: wrong}, err
		}
		o := intake.Outcome{Result: intake.New, Text: strings.Join(warned, "；")}
		if i.Apply {
			o.Result, err = intake.Done, h.enterRow(ctx, tx, i, r, ct)
		}
		return o, err
	}
}

// otherwise names what a contract that is there says otherwise than a row; of a
// customer that was not found nobody knows.
func otherwise(was, row store.Contract) (what []string) {
	if row.Customer != "" && row.Customer != was.Customer {
		what = append(what, "客户")
	}
	if row.Signed != was.Signed {
		what = append(what, "签订日")
	}
	if row.Amount != was.Amount {
		what = append(what, "金额")
	}
	return what
}

// importNames finds the customer, the holder and the others that a row names.
func (h Handler) importNames(ctx context.Context, tx *store.Tx, row importRow, ct *store.Contract) (wrong string, warned []string, err error) {
	hits, err := command.Near(ctx, tx, row.customer, 2)
	switch {
	case err != nil:
		return "", nil, err
	case len(hits) == 0 || !vault.SameName(hits[0].Name, row.customer):
		return "没有客户" + text.Quote(row.customer) + "的档案，先导入客户", nil, nil
	case len(hits) > 1 && vault.SameName(hits[1].Name, row.customer):
		return "客户" + text.Quote(row.customer) + "不止一位，请写全称", nil, nil
	}
	ct.Customer = hits[0].Customer.ID
	holder, claimant := row.holder, row.claimant
	if holder == "" {
		holder = claimant
	}
	if claimant == "" {
		claimant = holder
	}
	if ct.Holder, err = known(ctx, tx, holder); err != nil {
		return "", nil, err
	}
	if ct.Claimant, err = known(ctx, tx, claimant); err != nil {
		return "", nil, err
	}
	if ct.Holder == "" { // the chase goes to whoever has the customer
		ct.Holder = hits[0].Customer.Owner
		warned = append(warned, "持有人"+text.Quote(holder)+"不在册，先记在客户负责人名下")
	}
	if ct.Claimant == "" {
		ct.Claimant = ct.Holder
	}
	if ct.Signed == "" {
		return "", warned, nil
	}
	return h.importShares(ctx, tx, row.shares, ct, warned)
}

// importShares finds whom a signature counts for: the holder, where nobody is named.
func (h Handler) importShares(ctx context.Context, tx *store.Tx, typed string, ct *store.Contract, warned []string) (string, []string, error) {
	ct.Shares = []store.Share{{Person: ct.Holder, Parts: store.WholeShare}}
	if typed == "" {
		return "", warned, nil
	}
	list, ok := reading.Shares(typed)
	sum := 0
	var shares []store.Share
	for _, one := range list {
		id, err := known(ctx, tx, one.Name)
		if err != nil {
			return "", nil, err
		}
		ok, sum = ok && id != "", sum+one.Parts
		shares = append(shares, store.Share{Person: id, Parts: one.Parts})
	}
	if !ok || sum != store.WholeShare {
		return "业绩看不懂，请写成 张伟60%,刘洋40%，人要在册，加起来 100%", nil, nil
	}
	ct.Shares = shares
	return "", warned, nil
}

// known is the person of a name; empty for nobody.
func known(ctx context.Context, tx *store.Tx, name string) (string, error) {
	p, _, err := audience.Named(ctx, tx, name)
	return p.ID, err
}

// enterRow makes a contract of a row, in the transaction of its batch, so that its
// number is never given out.
func (h Handler) enterRow(ctx context.Context, tx *store.Tx, i intake.Import, r *intake.Record[importRow], ct store.Contract) error {
	line, said := r.Line, fmt.Sprintf("Excel 导入：%s 第 %d 行", i.File, r.Line)
	if r.Value.remarks != "" {
		said += "，备注：" + r.Value.remarks
	}
	fresh, err := tx.Contracts().Add(ctx, ct, store.ContractAct{ID: tx.NewID(i.Now), At: i.Now, By: i.By.ID, Act: "期初导入", Words: said})
	if err == nil && !fresh {
		err = fmt.Errorf("row %d: contract is there already", line)
	}
	if err == nil {
		err = tx.Contracts().Raise(ctx, ct.Series, ct.Seq)
	}
	if err != nil {
		return err
	}
	return tx.Audit().Record(ctx, ledger.Entry{
		ID: tx.NewID(i.Now), At: i.Now, Person: i.By.ID, Act: "导入合同", Subject: fmt.Sprintf("contract/%s/row %d", ct.Number, line), Outcome: ledger.Done, Clause: rulebook.ClauseOf(rulebook.TakeContracts),
	})
}
