package contract

import (
	"context"
	"fmt"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/sheet"
	"marketbot/handlers/words"
	"marketbot/store"
)

// recipe names the Excel of a month in a chat.File.
const recipe = "contracts"

// Files are the files that the area makes, by the name of their recipe.
func (h Handler) Files() map[string]command.Maker {
	return map[string]command.Maker{recipe: h.excel}
}

// register is 合同 本月: the month's contracts that the caller may know of, in words
// and as a workbook.
func (h Handler) register(ctx context.Context, c *command.Call, month store.Day) (*command.Answer, error) {
	list, err := h.month(ctx, c.Tx, c.Person, month)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 && !rulebook.Allows(rulebook.SeeContracts, c.Person) && !rulebook.Allows(rulebook.TakeContracts, c.Person) {
		return nil, c.NoContract()
	}
	title := "合同领用登记表 " + words.Month(month)
	if len(list) == 0 {
		a := command.Text(words.Month(month) + "没有领用合同。")
		a.Subject = "contracts/" + string(month)
		return a, nil
	}
	var seen []command.MeantContract
	for _, ct := range list {
		seen = append(seen, command.MeantContract{Contract: ct, View: rulebook.ViewContract(c.Person, ct, false)})
	}
	page, err := c.Page(len(seen), command.MaxRows, "合同 "+string(month[:7]))
	if err != nil {
		return nil, err
	}
	n := h.people(c.Tx)
	var lines []string
	for _, m := range command.Rows(page, seen) {
		row, err := h.row(ctx, n, m, h.Rules.Day(c.Now))
		if err != nil {
			return nil, err
		}
		lines = append(lines, "• "+row)
	}
	if rest := page.Rest(); rest != "" {
		lines = append(lines, rest)
	}
	trace, err := c.LookedAt(ctx, "contracts/"+string(month), taking)
	if err != nil {
		return nil, err
	}
	a := command.Card(chat.Card{Title: fmt.Sprintf("%s（%d 份）", title, len(seen)), Blocks: []chat.Block{
		{Text: strings.Join(lines, "\n")}, {Note: asOf(c) + " · 追踪码 " + trace},
	}, Buttons: page.Turn("下一页")})
	a.Reply.Confidential, a.Reply.Summary = true, fmt.Sprintf("%s：%d 份。", title, len(seen))+elsewhere
	a.Subject, a.Recorded = "contracts/"+string(month), true
	a.Files = []chat.File{{
		Name:   "合同领用登记表-" + string(month[:7]) + ".xlsx",
		Recipe: c.Recipe(recipe, trace, string(month)),
	}}
	return a, nil
}

// month are the contracts of a month that a person may know more of than the
// outline, by number.
func (h Handler) month(ctx context.Context, tx *store.Tx, p store.Person, month store.Day) ([]store.Contract, error) {
	all, err := tx.Contracts().ClaimedIn(ctx, month, month.NextMonth())
	var list []store.Contract
	for _, ct := range all {
		if rulebook.ViewContract(p, ct, false) >= rulebook.ContractPaper {
			list = append(list, ct)
		}
	}
	return list, err
}

// excel makes the workbook of a month for its reader.
func (h Handler) excel(ctx context.Context, tx *store.Tx, arg string) ([]byte, error) {
	asked, err := command.ReadRecipe(ctx, tx, arg, 1, h.Rules.Zone)
	if err != nil {
		return nil, err
	}
	month := store.Day(asked.Of[0])
	list, err := h.month(ctx, tx, asked.Reader, month)
	if err != nil {
		return nil, err
	}
	tab, err := h.Sheet(ctx, tx, asked.Reader, list)
	if err != nil {
		return nil, err
	}
	return sheet.Book{
		Company: h.Rules.Company, Period: words.Month(month), Sheets: []sheet.Sheet{tab},
		About: sheet.About{Made: asked.At, AsOf: words.Moment(asked.At), Unit: "元", Version: "v1", Reader: asked.Reader.Name, Trace: asked.Trace},
	}.Write()
}

// Sheet is the 合同领用登记表 of some contracts for a reader, from whom it keeps the
// amounts where they may not see them.
func (h Handler) Sheet(ctx context.Context, tx *store.Tx, reader store.Person, list []store.Contract) (sheet.Sheet, error) {
	n := h.people(tx)
	var rows [][]sheet.Value
	adds := true // nothing is added up of which a part is kept back
	for i, ct := range list {
		adds = adds && (ct.Amount == 0 || seesAmount(reader, ct))
		row, err := h.sheetRow(ctx, n, reader, i+1, ct)
		if err != nil {
			return sheet.Sheet{}, err
		}
		rows = append(rows, row)
	}
	var columns []sheet.Column
	for _, head := range []string{"序号", "合同编号", "领用日", "领用人", "客户", "项目", "签前汇报日", "活动日期", "准备天数", "签订日", "金额", "归档日", "存放位置", "去向", "备注"} {
		columns = append(columns, sheet.Column{Head: head, Sum: adds && head == "金额"})
	}
	return sheet.Sheet{Tab: "合同领用登记表", Name: "合同领用登记表", Columns: columns, Groups: sheet.Rows(rows...), Total: adds, Sign: true}, nil
}

func seesAmount(reader store.Person, ct store.Contract) bool {
	return rulebook.ViewContract(reader, ct, false) == rulebook.ContractWhole
}

func (h Handler) sheetRow(ctx context.Context, n *names, reader store.Person, no int, ct store.Contract) ([]sheet.Value, error) {
	claimant, err := n.name(ctx, ct.Claimant)
	if err != nil {
		return nil, err
	}
	holder, err := n.name(ctx, ct.Holder)
	if err != nil {
		return nil, err
	}
	customer, err := n.customer(ctx, ct.Customer)
	if err != nil {
		return nil, err
	}
	var amount, prepare sheet.Value
	if ct.Amount > 0 && seesAmount(reader, ct) {
		amount = sheet.Money(ct.Amount)
	}
	if ct.Prepare > 0 {
		prepare = sheet.Count(ct.Prepare)
	}
	return []sheet.Value{
		sheet.Count(no), sheet.Text(ct.Number), date(ct.Claimed), sheet.Text(claimant), sheet.Text(customer), sheet.Text(ct.Project),
		date(ct.Reported), date(ct.Event), prepare, date(ct.Signed), amount, date(ct.Archived), sheet.Text(ct.Place),
		sheet.Text(string(ct.State)), sheet.Text(remarks(ct, holder)),
	}, nil
}

// What the register writes beside a contract; an import reads it back.
const (
	earlySigned = "先签后报"
	nowHolder   = "现持有人 "
	opening     = "期初"
)

// remarks are what else is to be known of a contract on paper.
func remarks(ct store.Contract, holder string) string {
	var list []string
	if ct.Electronic {
		list = append(list, kindWords(true))
	}
	if ct.Early {
		list = append(list, earlySigned)
	}
	if ct.Holder != ct.Claimant {
		list = append(list, nowHolder+holder)
	}
	if ct.Borrower != "" {
		list = append(list, "原件借出到 "+string(ct.Back))
	}
	if ct.Opening {
		list = append(list, opening)
	}
	return strings.Join(list, "；")
}

func date(d store.Day) sheet.Value {
	if d == "" {
		return sheet.Value{}
	}
	return sheet.Day(d.Start(time.UTC))
}
