package customer

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/vault"
)

// The fields that mean more than their text.
const (
	fieldName    = "名称"
	fieldShort   = "简称"
	fieldFormer  = "曾用名"
	fieldPhone   = "电话"
	fieldSource  = "来源"
	fieldStage   = "阶段"
	fieldOwner   = "负责人"
	fieldReason  = "原因"
	fieldAmount  = "金额"
	fieldNext    = "下次"
	fieldHolders = "股东"
)

// ofCompany are the fields of 档-1 that are facts about a company, in the order
// in which they are shown; settings add their own.
var ofCompanyFields = []string{fieldShort, fieldFormer, "地址", fieldPhone, "行业", "特征", "业务状况", fieldHolders, fieldSource, "标签"}

// personFields are the fields of 档-1 about each person at a customer's.
var personFields = []string{vault.NameField, "职务", "决策角色", "性别", "年龄", "学历", fieldPhone, "住址", "爱好", "家庭"}

// companyFields are the facts about a company, those of the settings last.
func (h Handler) companyFields() []string { return slices.Concat(ofCompanyFields, h.Config.Fields) }

// enterKeys and changeKeys are what may be written behind a new customer and a
// known one.
func (h Handler) enterKeys() []string {
	return slices.Concat(h.companyFields(), []string{fieldStage, fieldOwner})
}

func (h Handler) changeKeys() []string {
	return slices.Concat([]string{fieldName}, h.companyFields(), []string{fieldStage, fieldOwner, fieldReason})
}

// personKeys are what may be written behind a person.
func personKeys() []string { return slices.Concat(personFields, []string{fieldSource, fieldReason}) }

// maxText is how many characters a value has at most; maxName is for names,
// which rest plain and stand in titles.
const (
	maxText  = 1000
	maxName  = 60
	maxPhone = 100
)

// companyRule is what the value of a company's field must be; its error is a
// *command.Refusal.
func companyRule(field string) func(string) error {
	switch field {
	case fieldPhone:
		return phoneRule
	case fieldHolders:
		return holdersRule
	case fieldShort, fieldFormer, fieldName:
		return nameRule
	default:
		return textRule
	}
}

// personRule is companyRule for the fields of a person.
func personRule(field string) func(string) error {
	switch field {
	case fieldPhone:
		return phoneRule
	case vault.NameField:
		return personNameRule
	case "年龄":
		return ageRule
	case "性别":
		return sexRule
	default:
		return textRule
	}
}

func wrong(format string, args ...any) error { return wrongSo("", format, args...) }

// wrongSo is wrong with what to type instead.
func wrongSo(hint, format string, args ...any) error {
	return &command.Refusal{Text: fmt.Sprintf(format, args...), Hint: hint, Clause: "档-1"}
}

func textRule(value string) error {
	switch {
	case !text.HasWords(value):
		return wrong("内容不能只有空白或看不见的字符")
	case utf8.RuneCountInString(value) > maxText:
		return wrongSo("写短一些，或分几次写", "%s", command.TooLong("内容", value, maxText))
	}
	return nil
}

// nameRule is for what is searched for and stands in titles.
func nameRule(name string) error {
	switch {
	case !text.HasWords(name):
		return wrong("名字不能只有空白或看不见的字符")
	case utf8.RuneCountInString(name) > maxName:
		return wrongSo("只写名字，其余写在 特征=… 里", "%s", command.TooLong("名字", name, maxName))
	case !store.Plain(name) || strings.Contains(text.Shown(name), "\n"):
		return wrong("名字里有不能保存的字符")
	case text.MaskPhones(name) != name: // names are shown to all readers, and rest plain
		return wrong("名字里不要写电话，电话请写成 电话=…")
	}
	return nil
}

// surnameFirst is how many languages write one person: Smith, John.
var surnameFirst = regexp.MustCompile(`^([\p{Latin}.'’ -]+), ?([\p{Latin}.'’ -]+)$`)

// personNameRule is for the name of one person.
func personNameRule(name string) error {
	if folded := text.Fold(name).Text; strings.ContainsAny(folded, "、,;") && !surnameFirst.MatchString(folded) {
		return wrong("一次只写一位联系人，几位请分开写")
	}
	return nameRule(name)
}

// incomplete is a number of which something lacks: masked, as a spreadsheet
// shortens it (1.38E+10), or with an O for a 0.
var incomplete = regexp.MustCompile(`\do+(\d|$)|\d[*x•]{2,}|[*x•]{2,}\d|\d\.?\d*e\+?\d`)

func phoneRule(value string) error {
	folded := text.Fold(value).Text
	digits := 0
	for _, r := range folded {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	switch {
	case incomplete.MatchString(folded):
		return wrongSo("电话=0769-22335678", "电话不完整，请写全，几个号码用、隔开")
	case digits < 5:
		return wrongSo("电话=0769-22335678", "电话里至少要有 5 个数字")
	case utf8.RuneCountInString(value) > maxPhone:
		return wrongSo("电话=0769-22335678", "%s", command.TooLong("电话", value, maxPhone))
	}
	return nil
}

func ageRule(value string) error {
	age, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text.Fold(value).Text), "岁")))
	if err != nil || age < 1 || age > 120 {
		return wrong("年龄请写成 1 到 120 的数字，例如 45")
	}
	return nil
}

func sexRule(value string) error {
	if value != "男" && value != "女" {
		return wrongSo("性别=女", "性别请写成 男 或 女")
	}
	return nil
}

// stageTyped is the stage that is meant, also as a card prints a change: 初步接触 →
// 方案报价.
func (h Handler) stageTyped(typed string) string {
	if was, is, ok := strings.Cut(typed, " → "); ok && (slices.Contains(h.Config.Stages, was) || was == "新") {
		return is
	}
	return typed
}

// stageRule refuses stages that the settings do not know.
func (h Handler) stageRule(stage string) error {
	switch {
	case slices.Contains(h.Config.Stages, stage):
		return nil
	case len(h.Config.Stages) == 0:
		return wrongSo("去掉 阶段=… 再发一次", "没有阶段%s：设置里一个阶段也没有", text.Quote(stage))
	}
	return wrongSo("阶段="+h.firstStage(), "没有阶段%s。可以写的阶段：%s", text.Quote(stage), strings.Join(h.Config.Stages, "、"))
}

// checkFields refuses the first value that its field cannot have; empty ones empty
// the field.
func checkFields(fields []string, values map[string]string, rule func(field string) func(string) error) error {
	for _, field := range fields {
		value, given := values[field]
		if !given || value == "" {
			continue
		}
		if err := rule(field)(value); err != nil {
			return wrongSo(problem(err).Hint, "%s：%s。", field, problem(err).Text)
		}
	}
	return nil
}

// problem is what a rule has against a value.
func problem(err error) command.Refusal {
	var no *command.Refusal
	if errors.As(err, &no) {
		return *no
	}
	return command.Refusal{Text: err.Error()}
}

// markup is what platforms write a mention as.
var markup = regexp.MustCompile(`<[^<>]*>`)

// nameNeeded refuses what stands where a name belongs but is a mention, or a
// field that is not known, or holds fields without their equals signs.
func nameNeeded(c *command.Call, name, what, example string, keys []string) error {
	folded := text.Fold(name).Text
	words := strings.Fields(markup.ReplaceAllString(folded, " "))
	if len(words) == 0 && markup.MatchString(folded) || len(words) == 1 && strings.HasPrefix(words[0], "@") {
		return wrongSo(example, "这里要写%s，%s不是名称。", what, text.Quote(name))
	}
	if i := strings.IndexAny(name, "=＝"); i > 0 {
		words := strings.Fields(name[:i])
		return wrongSo(example, "没有字段%s。可以写的字段：%s", text.Quote(words[len(words)-1]), strings.Join(keys, "、"))
	}
	line := strings.Join(strings.Fields(c.Spec.Name+" "+c.Rest), " ") // 百汇超市　地址南城区, or on two lines
	if signed := withSigns(line, name, keys); signed != line {
		shown := text.MaskPhones(signed)
		no := &command.Refusal{Text: text.Quote(name) + "里像是有字段，字段和内容之间要写等号；真是" + what + "，就去掉当中的空格和逗号。", Hint: shown, Clause: "档-1"}
		if shown == signed { // a button would repeat a number in the open
			no.Buttons = []chat.Button{{Label: "照这样写", Command: signed, Primary: true}}
		}
		return no
	}
	return nil
}

// withSigns is a line in which a key that begins a word of a name, but the first, is
// parted from its value: 百汇超市 地址南城区, 百汇超市，行业是零售.
func withSigns(line, name string, keys []string) string {
	words := strings.FieldsFunc(name, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(",，;；", c) })
	for _, word := range words[min(1, len(words)):] {
		for _, key := range keys {
			value, begins := strings.CutPrefix(word, key)
			if value = strings.TrimPrefix(strings.TrimPrefix(value, "是"), "为"); !begins || value == "" {
				continue
			}
			for _, mark := range []string{" ", ",", "，", ";", "；"} {
				line = strings.Replace(line, mark+word, " "+key+"="+value, 1)
			}
		}
	}
	return line
}

// namesIn are the single names of a field that may hold several.
func namesIn(value string) []string {
	var list []string
	for _, n := range reading.Listed(value) {
		if !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}

// formerly is a former name that people write behind a name. After 原 alone it must
// be a firm's and not short: 原料部, 原平支行, 原味店 and 原阳分公司 are none.
var formerly = regexp.MustCompile(`[（(](?:(?:原名|曾用名|前身|原[为是叫:：])[为是叫:： ]*([^（）()]*` +
	`(?:公司|厂|店|集团|中心|商行|经营部|所|社|院|行))|原([^名料创木生油点野子本（）()][^（）()]*(?:公司|厂|集团)))[）)]$`)

const leastFormer = 4 // characters of a name after 原 alone

// withoutFormer parts a former name from a name, 晨星机械（原宏达五金厂）, and puts it
// among the former ones.
func withoutFormer(name, former string) (is, was string) {
	at := formerly.FindStringSubmatchIndex(name)
	if at == nil || at[0] == 0 {
		return name, former
	}
	said := ""
	if at[2] >= 0 {
		said = name[at[2]:at[3]]
	} else {
		said = strings.TrimSpace(name[at[4]:at[5]])
		if utf8.RuneCountInString(said) < leastFormer || strings.HasSuffix(said, "分公司") {
			return name, former
		}
	}
	return strings.TrimSpace(name[:at[0]]), strings.Join(namesIn(former+"、"+said), "、")
}
