package customer

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"marketbot/store"
)

// valueMost is how many characters one cell may hold; nameMost one name.
const (
	valueMost    = 2000
	bookNameMost = 100
)

// takeCustomers reads the sheet of customers.
func (h Handler) takeCustomers(book *Book, rows []sheetRow, date1904 bool) error {
	if len(rows) < 2 {
		return &BookError{Text: "第一个工作表是空的：第 1 行写列名，下面每行一个客户"}
	}
	columns, err := h.heads(book, rows[0], false)
	if err != nil {
		return err
	}
	first := map[string]int{} // line by folded name
	for _, row := range rows[1:] {
		r := bookRow{line: row.line, company: map[string]string{}, extra: map[string]string{}}
		person := map[string]string{}
		for i, text := range row.cells[:min(len(row.cells), len(columns))] {
			if text != "" {
				r.put(columns[i], text, person)
			}
		}
		if len(person) > 0 {
			r.people = append(r.people, bookPerson{row.line, person})
		}
		h.checkRow(&r, date1904)
		folded := store.FoldName(r.name())
		if line, twice := first[folded]; twice && folded != "" {
			r.fail("和第 %d 行是同一个客户", line)
		} else {
			first[folded] = row.line
		}
		book.rows = append(book.rows, r)
	}
	return nil
}

func (r *bookRow) put(c column, text string, person map[string]string) {
	switch c.kind {
	case ofCompany:
		r.company[c.field] = text
	case ofPerson:
		person[c.field] = text
	case beside:
		r.extra[c.field] = text
	}
}

// checkRow says what of a row cannot stand in a file.
func (h Handler) checkRow(r *bookRow, date1904 bool) {
	switch name := r.name(); {
	case !hasWords(name):
		r.fail("没有名称")
	case utf8.RuneCountInString(name) > bookNameMost:
		r.fail("名称超过 %d 个字", bookNameMost)
	case !store.Plain(name):
		r.fail("名称里有不能保存的字符")
	}
	for _, field := range h.bookFields() {
		h.checkValue(r, field, r.company[field], bookRule(field))
	}
	for _, p := range r.people {
		h.checkPerson(r, p)
	}
	if stage := r.extra[columnStage]; stage != "" && !slices.Contains(h.Config.Stages, stage) {
		r.fail("没有阶段「%s」", stage)
	}
	text := r.extra[columnEntered]
	if text == "" {
		return
	}
	var err error
	if r.entered, err = readEntered(text, h.Rules.Zone, date1904); err != nil {
		r.fail("看不懂录入时间「%s」，请写成 2024-03-05", text)
	}
}

func (h Handler) checkPerson(r *bookRow, p bookPerson) {
	if !hasWords(p.values[columnPerson]) {
		r.fail("联系人没有姓名")
	}
	for _, field := range bookPersonFields {
		h.checkValue(r, field, p.values[field], bookRule(field))
	}
}

// checkValue says what is wrong with the value of a field; rule may be nil.
func (h Handler) checkValue(r *bookRow, field, value string, rule func(string) error) {
	if value == "" {
		return
	}
	if utf8.RuneCountInString(value) > valueMost {
		r.fail("%s超过 %d 个字", field, valueMost)
		return
	}
	if rule == nil {
		return
	}
	if err := rule(value); err != nil {
		r.fail("%s：%s", field, err.Error())
	}
}

// takePeople reads the sheet of persons and puts each to their customer.
func (h Handler) takePeople(book *Book, rows []sheetRow) error {
	if len(rows) < 2 {
		return nil
	}
	columns, err := h.heads(book, rows[0], true)
	if err != nil {
		return err
	}
	if !slices.Contains(columns, column{columnPerson, ofPerson}) {
		return &BookError{Text: "工作表「" + personSheet + "」里要有「客户」和「姓名」两列"}
	}
	at := map[string]int{}
	for i, r := range slices.Backward(book.rows) {
		at[store.FoldName(r.name())] = i
	}
	for _, row := range rows[1:] {
		one := bookRow{line: row.line, company: map[string]string{}, extra: map[string]string{}}
		p := bookPerson{row.line, map[string]string{}}
		for i, text := range row.cells[:min(len(row.cells), len(columns))] {
			if text != "" {
				one.put(columns[i], text, p.values)
			}
		}
		i, known := at[store.FoldName(one.name())]
		if !known {
			one.fail("联系人表第 %d 行：客户「%s」不在客户表里", row.line, one.name())
			book.strays = append(book.strays, one)
			continue
		}
		book.rows[i].people = append(book.rows[i].people, p)
		h.checkPerson(&book.rows[i], p)
	}
	return nil
}

// future tells whether a row says that it was entered after now.
func (r *bookRow) future(now time.Time) bool { return r.entered.After(now) }

var bookPersonFields = []string{"姓名", "职务", "决策角色", "性别", "年龄", "学历", "电话", "住址", "爱好", "家庭"}

var bookNameKinds = map[string]store.NameKind{"名称": store.FullName, "简称": store.ShortName, "曾用名": store.FormerName}

func (h Handler) bookFields() []string {
	return append([]string{"名称", "简称", "曾用名", "地址", "电话", "行业", "特征", "业务状况", "股东", "来源", "标签"}, h.Config.Fields...)
}

func bookNames(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune("、；;\n", r) })
}

func bookRule(string) func(string) error { return nil }
