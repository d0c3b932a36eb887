package receivable

import (
	"context"
	"fmt"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/sheet"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/vault"
)

// recipe names the workbook of a person's or a customer's in a chat.File.
const recipe = "receivables"

// Files are the files that the area makes, by the name of their recipe.
func (h Handler) Files() map[string]command.Maker {
	return map[string]command.Maker{recipe: h.workbook}
}

// file is the workbook of what an answer shows.
func (h Handler) file(c *command.Call, s scope) func(trace string) chat.File {
	return func(trace string) chat.File {
		return chat.File{
			Name:   fmt.Sprintf("应收账款账龄表_%s.xlsx", string(store.DayOf(c.Now))),
			Recipe: c.Recipe(recipe, trace, s.person, s.customer),
		}
	}
}

// workbook makes the table as it was when it was asked for, whatever was entered
// since.
func (h Handler) workbook(ctx context.Context, tx *store.Tx, arg string) ([]byte, error) {
	asked, err := command.ReadRecipe(ctx, tx, arg, 2, h.Rules.Zone)
	if err != nil {
		return nil, err
	}
	list, err := h.open(ctx, tx, asked.Reader, scope{person: asked.Of[0], customer: asked.Of[1]}, asked.At, asked.Last)
	if err != nil {
		return nil, err
	}
	table, err := h.ageing(ctx, tx, list, asked.At)
	if err != nil {
		return nil, err
	}
	book := sheet.Book{
		Company: h.Rules.Company, Period: asked.At.Format("2006年1月"),
		About:  sheet.About{Made: asked.At, AsOf: words.Moment(asked.At), Unit: "元", Reader: asked.Reader.Name, Trace: asked.Trace},
		Sheets: []sheet.Sheet{table},
	}
	return book.Write()
}

// ageing is 应收账款账龄表 of some contracts.
func (h Handler) ageing(ctx context.Context, tx *store.Tx, list []*deal, now time.Time) (sheet.Sheet, error) {
	names, err := vault.In(tx).WithContracts(ctx)
	if err != nil {
		return sheet.Sheet{}, err
	}
	people := audience.NewNames(tx)
	end := store.DayOf(time.Date(now.Year(), now.Month(), 0, 0, 0, 0, 0, h.Rules.Zone)) // the last day of the month before
	then, err := h.then(ctx, tx, end)
	if err != nil {
		return sheet.Sheet{}, err
	}
	var rows [][]sheet.Value
	for i, d := range list {
		was, before := d.Contract, int64(0)
		if k, changed := then[d.Number]; changed {
			was = k
		}
		if was.Signed != "" && was.Signed <= end {
			before = rulebook.AccountOf(was, h.Config.TermsDays, d.account.Entries).Until(end).Standing(end, nil).Open
		}
		holder, err := people.Of(ctx, d.Holder)
		if err != nil {
			return sheet.Sheet{}, err
		}
		d.name = names[d.Customer]
		rows = append(rows, h.row(i+1, *d, holder, before))
	}
	return sheet.Sheet{Tab: "应收账款账龄表", Name: "应收账款账龄表", Columns: h.columns(), Groups: sheet.Rows(rows...), Total: true, Sign: true}, nil
}

func (h Handler) columns() []sheet.Column {
	list := []sheet.Column{{Head: "序号"}, {Head: "客户"}, {Head: "合同号"}, {Head: "项目"}, {Head: "负责人"}, {Head: "签约日"}}
	sums := append([]string{"合同金额", "已开票", "已收", "其中待核", "未收"}, rulebook.BandNames(h.Config.Bands)...)
	for _, name := range sums {
		list = append(list, sheet.Column{Head: name, Sum: true})
	}
	return append(list, sheet.Column{Head: "最长逾期天数"}, sheet.Column{Head: "下次应收"}, sheet.Column{Head: "催收/暂缓"},
		sheet.Column{Head: "预收", Sum: true}, sheet.Column{Head: "上月未收", Sum: true})
}

func (h Handler) row(no int, d deal, holder string, before int64) []sheet.Value {
	row := []sheet.Value{sheet.Count(no), sheet.Text(d.name), sheet.Text(d.Number), sheet.Text(d.Project), sheet.Text(holder), sheet.Day(d.Signed.Start(h.Rules.Zone))}
	for _, fen := range append([]int64{d.Price, d.Invoiced, d.Allocated, d.Pending, d.Open}, d.Bands...) {
		row = append(row, sheet.Money(fen))
	}
	next := sheet.Value{}
	for _, l := range d.Lines {
		if l.Open > 0 && l.Due >= d.today {
			next = sheet.Day(l.Due.Start(h.Rules.Zone))
			break
		}
	}
	return append(row, sheet.Count(d.Overdue), next, sheet.Text(d.chase()), sheet.Money(d.Surplus), sheet.Money(before))
}

// chase says what is done about what is overdue.
func (d deal) chase() string {
	var list []string
	if d.Damaged {
		list = append(list, "有记录损坏打不开")
	}
	for _, l := range d.Lines {
		switch {
		case l.Open == 0:
		case l.Paused >= d.today && l.Paused != "":
			list = append(list, fmt.Sprintf("第%d期暂缓至 %s", l.No, string(l.Paused)))
		case l.Age > 0:
			list = append(list, fmt.Sprintf("第%d期逾期 %d 天", l.No, l.Age))
		}
	}
	return strings.Join(list, "；")
}
