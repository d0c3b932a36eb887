package report

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"marketbot/handlers/command"
	xlsx "marketbot/handlers/sheet" // sheet is a week here
	"marketbot/store"
)

// recipe names the Excel of a week in a chat.File: consolidated:2026-W48/<person id>/<seconds>.
const recipe = "consolidated"

// Files are the files that the area makes, by the name of their recipe.
func (h Handler) Files() map[string]command.Maker {
	return map[string]command.Maker{recipe: h.excel}
}

// excel is the consolidated table and, on a second sheet, every version that
// was not withdrawn.
func (h Handler) excel(ctx context.Context, tx *store.Tx, arg string) (data []byte, err error) {
	o, err := readOrder(arg)
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", recipe, err)
	}
	s, err := h.sheet(ctx, tx, o.week, store.Reports.In)
	if err != nil {
		return nil, err
	}
	up, sent, err := tx.Weeks().SentUp(ctx, o.week)
	if err != nil {
		return nil, err
	}
	reader, _, err := tx.People().ByID(ctx, o.reader)
	if err != nil {
		return nil, err
	}
	about := xlsx.About{Reader: reader.Name}
	if !o.made.IsZero() {
		about.Made, about.AsOf = o.made.In(h.Rules.Zone), h.at(o.made)
	}
	return h.book(s, up, sent, about).Write()
}

// order is what a recipe asks for: the week, for whom, and as of when. Only
// the week is always known.
type order struct {
	week   store.Week
	reader string // person id
	made   time.Time
}

// recipe is the order as it stands in a chat.File.
func (o order) recipe() string {
	return fmt.Sprintf("%s:%s/%s/%d", recipe, o.week.Key(), o.reader, o.made.Unix())
}

// readOrder reads what stands behind the recipe's name.
func readOrder(arg string) (o order, err error) {
	parts := strings.Split(arg, "/")
	if o.week, err = store.ParseWeek(parts[0]); err != nil || len(parts) < 3 {
		return o, err
	}
	seconds, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return o, fmt.Errorf("moment %q: %w", parts[2], err)
	}
	o.reader, o.made = parts[1], time.Unix(seconds, 0)
	return o, nil
}

// The names of the sheets.
const (
	tabTable     = "汇总"
	tabOriginals = "原件"
)

func (h Handler) book(s sheet, up store.Consolidated, sent bool, about xlsx.About) xlsx.Book {
	return xlsx.Book{
		Company: h.Rules.Company, Period: s.week.String(), About: about,
		Sheets: []xlsx.Sheet{
			{Tab: tabTable, Name: "周工作计划表汇总", Columns: tableColumns(), Groups: xlsx.Rows(tableRows(s)...), Notes: h.notes(s, up, sent), Sign: true},
			{Tab: tabOriginals, Name: "周工作计划表原件", Columns: originalColumns(), Groups: xlsx.Rows(h.originalRows(s)...)},
		},
	}
}

// textColumns are the parts of a report.
func textColumns() []xlsx.Column {
	return []xlsx.Column{{Head: "上周计划"}, {Head: "本周完成"}, {Head: "下周计划"}, {Head: "预计回款"}, {Head: "问题/需要支持"}}
}

func texts(t store.ReportText) []xlsx.Value {
	return []xlsx.Value{xlsx.Text(t.Review), xlsx.Text(t.Done), xlsx.Text(t.Plan), xlsx.Text(t.Payment), xlsx.Text(t.Problem)}
}

func tableColumns() []xlsx.Column {
	return append([]xlsx.Column{{Head: "姓名"}, {Head: "岗位"}, {Head: "状态"}, {Head: "版本"}}, textColumns()...)
}

// tableRows is a line a person.
func tableRows(s sheet) [][]xlsx.Value {
	var rows [][]xlsx.Value
	for _, e := range s.entries {
		row := []xlsx.Value{xlsx.Text(e.person.Name), xlsx.Text(string(e.person.Post)), xlsx.Text(stateWords(e))}
		if len(e.reports) > 0 {
			r := effective(e.reports)
			row = append(append(row, xlsx.Count(r.Version)), texts(r.Text)...)
		}
		rows = append(rows, row)
	}
	return rows
}

// notes are the week's numbers below the table.
func (h Handler) notes(s sheet, up store.Consolidated, sent bool) []xlsx.Note {
	state := "未上报（草稿）"
	if sent {
		state = s.name(up.Person) + " " + h.at(up.Sent) + " 上报，" + upWords(up.Late)
	}
	list := []xlsx.Note{{Label: "截止", Text: h.at(s.due)}, {Label: "上报", Text: state}}
	if up.Opinion != "" {
		list = append(list, xlsx.Note{Label: "总监意见", Text: up.Opinion})
	}
	for _, fact := range append(countFacts(s), totals(s)...) {
		list = append(list, xlsx.Note{Label: fact.Label, Text: fact.Value})
	}
	return list
}

func originalColumns() []xlsx.Column {
	return append([]xlsx.Column{{Head: "姓名"}, {Head: "岗位"}, {Head: "版本"}, {Head: "提交时间"}, {Head: "判定"}}, textColumns()...)
}

// originalRows is a line a version.
func (h Handler) originalRows(s sheet) [][]xlsx.Value {
	var rows [][]xlsx.Value
	for _, e := range s.entries {
		for i, r := range e.reports {
			rows = append(rows, append([]xlsx.Value{
				xlsx.Text(e.person.Name), xlsx.Text(string(e.person.Post)), xlsx.Count(r.Version),
				xlsx.Moment(r.Sent.In(h.Rules.Zone)), xlsx.Text(judged(e, i)),
			}, texts(r.Text)...))
		}
	}
	return rows
}

// judged is how one version of an entry stands.
func judged(e entry, version int) string {
	first := receiptWords(entry{state: e.state, late: e.late, reports: e.reports[:1]})
	switch r := e.reports[version]; {
	case r.Supplement && version == 0:
		return first + "，上报后交来"
	case r.Supplement:
		return "上报后补充"
	case version > 0:
		return "修改"
	}
	return first
}
