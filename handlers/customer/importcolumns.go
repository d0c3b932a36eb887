package customer

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/intake"
	"marketbot/handlers/reading"
	"marketbot/handlers/sheet"
	"marketbot/handlers/text"
	"marketbot/store/vault"
)

// The columns beside those of the fields.
const (
	columnAuthor  = "录入人"
	columnEntered = "录入时间"
)

// bookRow is one row of a table to import: a customer, or one more person of one.
type bookRow struct {
	company map[string]string
	extra   map[string]string // the columns beside fields
	entered time.Time
	person  map[string]string // in this row
	either  string            // a phone of the person's, or without one of the company's
	people  []map[string]string
	joined  []int // the lines that told more of this customer
}

func newBookRow() bookRow {
	return bookRow{company: map[string]string{}, extra: map[string]string{}, person: map[string]string{}}
}

func (r *bookRow) name() string { return r.company[fieldName] }

// distinct are the names of a row that no other customer may bear.
func (r *bookRow) distinct() []string {
	return append([]string{r.name()}, namesIn(r.company[fieldFormer])...)
}

// synonyms are other usual heads of the fields.
var synonyms = map[string][]string{
	fieldName:    {"客户", "客户名称", "客户全称", "客户名", "公司名称", "公司全称", "公司", "单位名称", "单位", "企业名称", "企业", "企业全称", "全称"},
	fieldShort:   {"客户简称", "公司简称", "企业简称"},
	fieldFormer:  {"原名", "曾用名称", "原名称"},
	"地址":         {"公司地址", "单位地址", "企业地址", "联系地址", "详细地址", "通讯地址", "办公地址"},
	fieldPhone:   {"公司电话", "单位电话", "企业电话", "座机", "座机电话", "座机号码", "固定电话", "固话", "办公电话", "电话号码", "总机"},
	"行业":         {"所属行业", "行业类别", "行业分类"},
	"特征":         {"备注", "客户特征"},
	"业务状况":       {"经营状况", "业务情况", "主营业务", "经营情况"},
	fieldHolders: {"股东信息", "股权结构", "股东情况"},
	fieldSource:  {"客户来源", "信息来源", "线索来源"},
	"标签":         {"客户标签"},
	fieldStage:   {"客户阶段", "跟进阶段", "客户状态", "销售阶段"},
	fieldOwner:   {"业务员", "客户经理", "销售", "销售负责人", "跟进人", "所属业务员"},

	columnAuthor:  {"建档人", "录入员", "登记人", "创建人"},
	columnEntered: {"建档时间", "建档日期", "录入日期", "登记日期", "登记时间", "创建时间", "创建日期"},
}

// personSynonyms are other usual heads of a person's fields, beside the company's.
var personSynonyms = map[string][]string{
	vault.NameField: {"联系人", "联系人名称", "主要联系人", "对接人", "联络人"},
	"职务":            {"联系人职位", "联系人岗位"},
	fieldPhone:      {"联系人手机", "联系人手机号", "联系人手机号码", "联系人联系电话", "联系人联系方式", "联系人电话号码"},
}

// eitherPhone is the heads of phones that stand beside a person or beside a
// company: they are the person's where the row names one.
var eitherPhone = []string{"手机号码", "手机号", "移动电话", "联系电话", "联系方式"}

// importColumns are the columns of the table of customers.
func (h Handler) importColumns() []intake.Column[bookRow] {
	list := []intake.Column[bookRow]{ofCompany(fieldName, nameRule)}
	list[0].Required = true
	for _, field := range h.companyFields() {
		list = append(list, ofCompany(field, companyRule(field)))
	}
	list = append(list,
		beside(fieldStage, h.stageRule), beside(fieldOwner, intake.OneName), beside(columnAuthor, intake.OneName),
		intake.Column[bookRow]{Head: columnEntered, Also: synonyms[columnEntered], Example: "2024-03-05", Set: func(r *bookRow, c sheet.Cell) (err error) {
			r.entered, err = intake.Moment(c, h.Rules.Zone)
			return err
		}},
		intake.Column[bookRow]{Head: "手机", Also: eitherPhone, Many: true, Set: func(r *bookRow, c sheet.Cell) (err error) {
			r.either, err = morePhone(r.either, c)
			return err
		}})
	for _, field := range personFields {
		c := ofPerson(field)
		if c.Head = "联系人" + field; field == vault.NameField {
			c.Also = append(c.Also, field)
		}
		list = append(list, c)
	}
	for i := range list {
		list[i].Example = importExample[list[i].Head]
	}
	return list
}

// importExample is the row of the template.
var importExample = map[string]string{
	fieldName: "东莞市晨星机械有限公司", fieldShort: "晨星", "地址": "东莞市南城路 1 号", fieldPhone: "0769-22335678", "行业": "机械",
	fieldHolders: "张三=60%，李四=40%", fieldSource: "展会", columnEntered: "2024-03-05", "联系人姓名": "周明", "联系人职务": "采购经理", "联系人电话": "13800138000",
}

// personColumns are the columns of the tab of persons.
func personColumns() []intake.Column[bookRow] {
	name := ofCompany(fieldName, nameRule)
	name.Head, name.Also, name.Required = "客户", append([]string{fieldName}, name.Also...), true
	list := []intake.Column[bookRow]{name}
	for _, field := range personFields {
		c := ofPerson(field)
		c.Also = append([]string{"联系人" + field}, c.Also...)
		switch field {
		case vault.NameField:
			c.Required = true
		case fieldPhone:
			c.Also = append(append(c.Also, "手机"), eitherPhone...)
		case "职务":
			c.Also = append(c.Also, "职位", "岗位")
		}
		list = append(list, c)
	}
	return list
}

func ofCompany(field string, rule func(string) error) intake.Column[bookRow] {
	c := intake.Column[bookRow]{Head: field, Also: synonyms[field], Set: func(r *bookRow, c sheet.Cell) error {
		r.company[field] = c.Text
		if field == fieldName {
			if err := isName(c); err != nil {
				return err
			}
			if reading.IsCustomerCode(c.Text) {
				return errors.New(text.Quote(c.Text) + "像一个编号，不能作名称")
			}
		}
		return checked(rule, c.Text)
	}}
	if field == fieldPhone {
		c.Many, c.Set = true, func(r *bookRow, c sheet.Cell) (err error) {
			r.company[field], err = morePhone(r.company[field], c)
			return err
		}
	}
	return c
}

func beside(field string, rule func(string) error) intake.Column[bookRow] {
	return intake.Column[bookRow]{Head: field, Also: synonyms[field], Set: func(r *bookRow, c sheet.Cell) error {
		r.extra[field] = c.Text
		return checked(rule, c.Text)
	}}
}

func ofPerson(field string) intake.Column[bookRow] {
	c := intake.Column[bookRow]{Head: field, Also: personSynonyms[field], Set: func(r *bookRow, c sheet.Cell) error {
		r.person[field] = c.Text
		if field == vault.NameField {
			if err := isName(c); err != nil {
				return err
			}
		}
		return checked(personRule(field), c.Text)
	}}
	if field == fieldPhone {
		c.Many, c.Set = true, func(r *bookRow, c sheet.Cell) (err error) {
			r.person[field], err = morePhone(r.person[field], c)
			return err
		}
	}
	return c
}

var dayShown = regexp.MustCompile(`^\d{4}-\d\d-\d\d( [\d:]+)?$`)

// isName refuses what stands in a column of names and is none.
func isName(c sheet.Cell) error {
	if c.Number || dayShown.MatchString(c.Text) {
		return errors.New(text.Quote(c.Text) + "是一个数或日期，不像名字。真叫这个，请把这一格设成文本，重新填")
	}
	return nil
}

// checked is what a rule has against a value.
func checked(rule func(string) error, value string) error {
	if rule == nil {
		return nil
	}
	if err := rule(value); err != nil {
		return errors.New(problem(err).Text)
	}
	return nil
}

// shortened is a number as Excel shows it where the column is too narrow; pasted
// as text it has lost its digits. areaLost is one whose area code has lost its 0.
var (
	shortened = regexp.MustCompile(`(?i)^[+-]?\d+(\.\d+)?e[+-]?\d+$`)
	areaLost  = regexp.MustCompile(`^([235679]\d{9}|[2-9]\d{10})$`)
)

// samePhone compares numbers in digits, of which one may lack the country or the
// area.
func samePhone(n string) func(string) bool {
	return func(other string) bool { return strings.HasSuffix(n, other) || strings.HasSuffix(other, n) }
}

// morePhone adds the phone in a cell to those that there are.
func morePhone(before string, c sheet.Cell) (string, error) {
	value := c.Text
	if whole, ok := strings.CutSuffix(value, ".0"); ok && strings.Trim(whole, "0123456789") == "" {
		value = whole // as programs write a number that may have decimals
	}
	switch {
	case shortened.MatchString(value):
		return before, errors.New("号码被 Excel 缩短了（像 1.38E+10），后面的数字已经没有了。请把这一列设成文本，重新填全")
	case c.Number && strings.ContainsAny(value, ".-"), dayShown.MatchString(value):
		return before, errors.New("这是一个数或日期，不是电话。请把这一格设成文本，重新填")
	case c.Number && areaLost.MatchString(value):
		return before, errors.New("区号开头的 0 被 Excel 去掉了。请把这一格设成文本，写成 0769-22335678")
	}
	if err := checked(phoneRule, value); err != nil || before == "" {
		return value, err
	}
	if had := text.Phones(before); !slices.ContainsFunc(text.Phones(value), func(n string) bool { return !slices.ContainsFunc(had, samePhone(n)) }) {
		return before, nil
	}
	return before + "、" + value, checked(phoneRule, before+"、"+value)
}
