package customer

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"marketbot/handlers/text"
	"marketbot/store/vault"
)

// column is what a head of a column means.
type column struct {
	field string // of the company, or of the person
	kind  columnKind
}

type columnKind int

const (
	skipped columnKind = iota
	ofCompany
	ofPerson
	beside
)

// aliases are other usual heads.
var aliases = map[string]string{
	"客户": fieldName, "客户名称": fieldName, "公司名称": fieldName, "单位名称": fieldName, "公司": fieldName,
	"公司地址": "地址", "公司电话": "电话", "联系电话": "电话", "所属行业": "行业", "业务员": fieldOwner, "客户阶段": fieldStage,
	"建档人": columnAuthor, "录入员": columnAuthor, "建档时间": columnEntered, "建档日期": columnEntered, "录入日期": columnEntered,
	"联系人": "联系人姓名", "联系人职位": "联系人职务", "职位": "职务", "手机": "电话",
}

// headOf reads the head of a column: a field of the company, 联系人 with a field
// of a person behind it, or one beside. In the sheet of persons a field is a
// person's.
func (h Handler) headOf(head string, people bool) column {
	head = strings.Trim(strings.Join(strings.Fields(head), ""), "*＊:：")
	for _, mark := range []string{"（必填）", "(必填)"} {
		head = strings.TrimSuffix(head, mark)
	}
	if other, ok := aliases[head]; ok && (!people || head != "联系人") {
		head = other
	}
	if people && head == "联系人" {
		head = vault.NameField
	}
	if field, ok := strings.CutPrefix(head, "联系人"); ok && slices.Contains(personFields, field) {
		return column{field, ofPerson}
	}
	switch {
	case people && slices.Contains(personFields, head):
		return column{head, ofPerson}
	case people && head != fieldName:
		return column{head, skipped}
	case slices.Contains([]string{columnAuthor, columnEntered, fieldOwner, fieldStage}, head):
		return column{head, beside}
	case head == fieldName || slices.Contains(h.companyFields(), head):
		return column{head, ofCompany}
	default:
		return column{head, skipped}
	}
}

// heads reads the first row, and notes what it does not know.
func (h Handler) heads(book *Book, row sheetRow, people bool) ([]column, error) {
	var list []column
	seen := map[column]bool{}
	for _, head := range row.cells {
		c := h.headOf(head, people)
		switch {
		case head == "":
			c.kind = skipped
		case c.kind == skipped:
			book.Notes = append(book.Notes, "不认识的列"+text.Quote(head)+"，不导入")
		case seen[c]:
			return nil, &BookError{Text: "有两列都是" + text.Quote(c.field) + "，请合成一列"}
		}
		seen[c] = c.kind != skipped
		list = append(list, c)
	}
	if !slices.Contains(list, column{fieldName, ofCompany}) {
		return nil, &BookError{Text: fmt.Sprintf("第 %d 行应该是列名，其中要有「名称」", row.line)}
	}
	return list, nil
}

var errDate = errors.New("no date")

// readEntered reads a date as people write it in a cell, or as Excel counts it.
func readEntered(text string, zone *time.Location, date1904 bool) (time.Time, error) {
	for _, layout := range []string{time.DateTime, "2006-01-02 15:04", time.DateOnly, "2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2", "2006.1.2", "2006年1月2日"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	days, ok := new(big.Float).SetString(text)
	if !ok {
		return time.Time{}, errDate
	}
	n, _ := days.Float64()
	if n < 1 || n > 100000 {
		return time.Time{}, errDate
	}
	t, err := excelize.ExcelDateToTime(n, date1904)
	if err != nil {
		return time.Time{}, errDate
	}
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, zone), nil
}
