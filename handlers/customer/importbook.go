package customer

import (
	"maps"
	"slices"
	"strings"

	"marketbot/handlers/intake"
	"marketbot/handlers/sheet"
	"marketbot/handlers/text"
	"marketbot/store/vault"
)

// The tabs of the template beside that of the customers: persons, one a row,
// beside those in the customers' rows; and a form to be printed (档-7).
const (
	customerSheet = "客户"
	personSheet   = "联系人"
	formSheet     = "客户资料表"
)

// Imports is the import of customers.
func (h Handler) Imports() []intake.Kind {
	return []intake.Kind{{Name: "客户", Unit: "个客户", Read: h.readBook, Template: h.template}}
}

// template is an empty workbook, as readBook takes it.
func (h Handler) template() ([]byte, error) {
	form := sheet.Sheet{Tab: formSheet, Name: formSheet, Columns: []sheet.Column{{Head: "项目", Width: 16}, {Head: "内容", Width: 100}}, Sign: true}
	var rows [][]sheet.Value
	for _, c := range h.importColumns() {
		rows = append(rows, []sheet.Value{sheet.Text(c.Head)})
	}
	form.Groups = sheet.Rows(rows...)
	return sheet.Book{Sheets: []sheet.Sheet{
		intake.Empty(customerSheet, "客户导入表：带 * 的要填，每行一个客户，示例不会导入", h.importColumns()),
		intake.Empty(personSheet, "联系人导入表：一家有几位联系人的，其余的写在这里", personColumns()),
		form,
	}}.Write()
}

// readBook reads the customers of a file: a row each, or several that repeat the
// name and tell of one person each; a tab 联系人 may hold more persons.
func (h Handler) readBook(f *sheet.File) (*intake.Book, error) {
	table, err := intake.Read(f, h.importColumns(), newBookRow, personSheet, formSheet)
	if err != nil {
		return nil, err
	}
	people, err := intake.ReadTab(f, personSheet, personColumns(), newBookRow)
	if err != nil {
		return nil, err
	}
	b := &book{first: map[string][]placed{}, named: map[string]*record{}}
	for i := range table.Records {
		b.add(&table.Records[i])
	}
	notes := table.Notes
	if people != nil {
		for i := range people.Records {
			b.addPerson(&people.Records[i])
		}
		for _, note := range people.Notes {
			notes = append(notes, personTable+"："+note)
		}
	}
	return &intake.Book{Notes: notes, Rows: h.entries(b)}, nil
}

// book is the customers of a file while it is read.
type book struct {
	rows   []*record
	strays []*record           // of persons whose customer is not in the file
	first  map[string][]placed // by what is left of a name without its place
	named  map[string]*record  // by the folded name
}

type record = intake.Record[bookRow]

// placed is a name in a row.
type placed struct {
	called
	name string
	row  *record
}

// add takes a row in: a customer, or one more person of one that came before.
func (b *book) add(row *record) {
	finish(row)
	if before, how := b.before(row); before != nil {
		switch {
		case how == otherPlace: // nobody can be asked here
			row.Fail("和第 %d 行%s，像是同一个客户；不是同一家请用 新客户 录入", before.Line, differs(row.Value.name(), before.Value.name()))
		case how == otherName || len(row.Value.people) == 0:
			row.Fail("和第 %d 行是同一个客户", before.Line)
		case join(before, row):
			return
		}
	}
	for _, name := range append(row.Value.distinct(), namesIn(row.Value.company[fieldShort])...) {
		if name != "" {
			this := placed{calledOf(name), name, row}
			b.first[this.core] = append(b.first[this.core], this)
		}
	}
	if name := vault.FoldName(row.Value.name()); name != "" && b.named[name] == nil {
		b.named[name] = row
	}
	b.rows = append(b.rows, row)
}

// finish gives a row's phone and person to whom they belong.
func finish(row *record) {
	r := &row.Value
	if name, former := withoutFormer(r.name(), r.company[fieldFormer]); name != r.name() {
		r.company[fieldName], r.company[fieldFormer] = name, former
	}
	switch named := r.person[vault.NameField] != ""; {
	case r.either == "":
	case named && r.person[fieldPhone] == "":
		r.person[fieldPhone] = r.either
	default:
		phone, err := morePhone(r.company[fieldPhone], sheet.Cell{Text: r.either})
		if r.company[fieldPhone] = phone; err != nil {
			row.Fail("%s：%s", fieldPhone, err)
		}
	}
	if len(r.person) == 0 {
		return
	}
	if r.person[vault.NameField] == "" {
		row.Fail("联系人没有姓名")
	}
	r.people = append(r.people, r.person)
}

// likeness is how near a name is to one before.
type likeness int

const (
	sameFirm   likeness = iota
	otherName           // one of the two is a former or a short one
	otherPlace          // or other signs: they may be two
)

// before is the first row whose name is like one of a row's.
func (b *book) before(row *record) (*record, likeness) {
	for _, name := range row.Value.distinct() {
		this := calledOf(name)
		for _, p := range b.first[this.core] {
			switch {
			case name == "" || !this.like(p.called):
			case this.place != p.place, vault.FoldName(name) == vault.FoldName(p.name) && !vault.SameName(name, p.name):
				return p.row, otherPlace
			case vault.FoldName(row.Value.name()) != vault.FoldName(p.row.Value.name()):
				return p.row, otherName
			default:
				return p.row, sameFirm
			}
		}
	}
	return nil, 0
}

// join adds what a row tells of a customer that has one before. Where they
// contradict, the customer waits with the person, since both are entered
// together or not at all.
func join(before, row *record) bool {
	had, more := &before.Value, row.Value
	person := more.people[0]
	if slices.ContainsFunc(had.people, func(p map[string]string) bool { return maps.Equal(p, person) }) {
		row.Fail("和第 %d 行是同一个客户、同一位联系人", before.Line)
		return false
	}
	company := fill(had.company, more.company, before, row)
	extra := fill(had.extra, more.extra, before, row)
	if len(row.Wrong) > 0 {
		before.Fail("同一个客户的第 %d 行有错", row.Line)
		return false
	}
	had.company, had.extra, had.people = company, extra, append(had.people, person)
	had.joined = append(had.joined, row.Line)
	if had.entered.IsZero() {
		had.entered = more.entered
	} else if !more.entered.IsZero() && !more.entered.Equal(had.entered) {
		before.Warn("第 %d 行的%s不一样，用这一行的", row.Line, columnEntered)
	}
	return true
}

// fill is what both rows of a customer say of it.
func fill(had, more map[string]string, before, row *record) map[string]string {
	both := maps.Clone(had)
	for _, field := range slices.Sorted(maps.Keys(more)) {
		switch value := more[field]; {
		case had[field] == "":
			both[field] = value
		case had[field] == value, field == fieldName:
		case field == fieldPhone:
			var err error
			if both[field], err = morePhone(had[field], sheet.Cell{Text: value}); err != nil {
				row.Fail("%s：%s", field, err)
			}
		case field == columnAuthor:
			before.Warn("第 %d 行的%s不一样，用这一行的", row.Line, field)
		default:
			row.Fail("和第 %d 行是同一个客户，%s却不一样", before.Line, field)
		}
	}
	return both
}

// addPerson puts a row of the tab of persons to their customer.
func (b *book) addPerson(row *record) {
	name, _ := withoutFormer(row.Value.name(), "")
	customer := b.named[vault.FoldName(name)]
	switch {
	case customer == nil && len(row.Wrong) == 0:
		row.Fail("客户%s不在客户表里", text.Quote(row.Value.name()))
		fallthrough
	case customer == nil:
		b.strays = append(b.strays, row)
	case len(row.Wrong) > 0:
		customer.Fail("%s第 %d 行：%s", personTable, row.Line, strings.Join(row.Wrong, "；"))
	default:
		customer.Value.people = append(customer.Value.people, row.Value.person)
	}
}

const personTable = "联系人表"

// entries are the rows as they are to be entered.
func (h Handler) entries(b *book) []intake.Row {
	var list []intake.Row
	for _, r := range b.rows {
		list = append(list, intake.Row{Line: r.Line, Name: r.Value.name(), Problems: r.Problems, Take: h.takeRow(r)})
	}
	for _, r := range b.strays {
		one := intake.Row{Line: r.Line, Name: r.Value.name()}
		one.Fail("%s：%s", personTable, strings.Join(r.Wrong, "；"))
		list = append(list, one)
	}
	return list
}
