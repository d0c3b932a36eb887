package customer

import (
	"fmt"
	"slices"
	"time"

	"marketbot/handlers/text"
	"marketbot/store/vault"
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
	first := map[string][]placed{} // by what is left of a name without its place
	for _, row := range rows[1:] {
		r := bookRow{line: row.line, company: map[string]string{}, extra: map[string]string{}}
		person := map[string]string{}
		for i, text := range row.cells[:min(len(row.cells), len(columns))] {
			if text != "" {
				r.put(columns[i], text, person)
			}
		}
		if len(person) > 0 {
			r.people = append(r.people, bookPerson{values: person})
		}
		h.checkRow(&r, date1904)
		for _, name := range r.distinct() {
			this := placed{calledOf(name), r.line}
			if i := slices.IndexFunc(first[this.core], this.other); i >= 0 {
				before := first[this.core][i]
				if before.place == this.place {
					r.fail("和第 %d 行是同一个客户", before.line)
				} else { // nobody can be asked here
					r.fail("和第 %d 行只差地名，像是同一个客户；不是同一家请用 新客户 录入", before.line)
				}
				break
			}
			first[this.core] = append(first[this.core], this)
		}
		book.rows = append(book.rows, r)
	}
	return nil
}

// placed is a name in a line.
type placed struct {
	called
	line int
}

// other reports whether a name stands in another line and may be the same one's.
func (p placed) other(q placed) bool { return p.line != q.line && p.like(q.called) }

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
	if !text.HasWords(r.name()) {
		r.fail("没有名称")
	}
	h.checkValue(r, fieldName, r.name(), nameRule)
	for _, field := range h.companyFields() {
		h.checkValue(r, field, r.company[field], companyRule(field))
	}
	for _, p := range r.people {
		h.checkPerson(r, p)
	}
	h.checkValue(r, fieldStage, r.extra[fieldStage], h.stageRule)
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
	where := "联系人"
	if p.line > 0 {
		where = fmt.Sprintf("联系人表第 %d 行", p.line)
	}
	if !text.HasWords(p.values[vault.NameField]) {
		r.fail("%s没有姓名", where)
	}
	for _, field := range personFields {
		h.checkValue(r, where+field, p.values[field], personRule(field))
	}
}

// checkValue says what is wrong with the value of a field.
func (h Handler) checkValue(r *bookRow, field, value string, rule func(string) error) {
	if value == "" {
		return
	}
	if err := rule(value); err != nil {
		r.fail("%s：%s", field, problem(err).Text)
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
	if !slices.Contains(columns, column{vault.NameField, ofPerson}) {
		return &BookError{Text: "工作表「" + personSheet + "」里要有「客户」和「姓名」两列"}
	}
	at := map[string]int{}
	for i, r := range slices.Backward(book.rows) {
		at[vault.FoldName(r.name())] = i
	}
	for _, row := range rows[1:] {
		one := bookRow{line: row.line, company: map[string]string{}, extra: map[string]string{}}
		p := bookPerson{row.line, map[string]string{}}
		for i, text := range row.cells[:min(len(row.cells), len(columns))] {
			if text != "" {
				one.put(columns[i], text, p.values)
			}
		}
		i, known := at[vault.FoldName(one.name())]
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

// future reports whether a row says that it was entered after now.
func (r *bookRow) future(now time.Time) bool { return r.entered.After(now) }

// distinct are the names of a row that no other customer may bear.
func (r *bookRow) distinct() []string {
	return append([]string{r.name()}, namesIn(r.company[fieldFormer])...)
}
