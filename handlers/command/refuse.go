package command

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"marketbot/handlers/reading"
	"marketbot/handlers/text"
)

// TooLong says of a text by how much it is longer than it may be.
func TooLong(what, text string, most int) string {
	return fmt.Sprintf("%s太长：%d 个字，最多 %d 个字", what, utf8.RuneCountInString(text), most)
}

// expected says how an argument of a kind is written.
func expected(k Kind) string {
	switch k {
	case Number:
		return "字母加数字的编号"
	case Date:
		return "明天、周五、11-24 或 11月24日"
	case Span:
		return "3天、周一至周三 或 11-24~11-26"
	case Week:
		return "上周、第48周 或 2026-W48"
	case Month:
		return "本月、11月 或 2026-11"
	case Money:
		return "125000、12.5万 或 ￥125,000.00"
	case Length:
		return "24小时、3天 或 一周"
	case Person:
		return "在册人员的姓名，或 @某人"
	case Post:
		return strings.Join(postNames(), "、")
	case Duty:
		return strings.Join(dutyNames(), "、")
	case Customer:
		return "客户编号（如 K12）或名称"
	case Contract:
		return "合同号（如 ZYX-202611-001）或客户"
	case Passage:
		return "一段话，写在各字段的前面"
	default:
		return "一个词"
	}
}

// prompt is how a missing argument is asked for.
func (p *parser) prompt(a *Arg) string {
	if a.Prompt != "" {
		return a.Prompt
	}
	return "请补充" + a.Name
}

// unread refuses the text at which a needed argument should stand.
func (p *parser) unread(a *Arg) error {
	if p.unknown != nil && a.Kind == Span {
		return p.hinted(p.neither(a))
	}
	if p.unknown != nil {
		return p.hinted(p.unknown)
	}
	return p.hinted(notRead(reading.FirstWord(p.left), a.Name, a.Kind))
}

// neither refuses what is the name of nobody where days must stand: it is a name if
// days follow it, else it may be days as well.
func (p *parser) neither(days *Arg) *Refusal {
	word := nameWord(p.left)
	behind := *p
	behind.left = p.left[len(word):]
	behind.skip()
	if _, _, err := reading.Span(behind.left, p.base(days)); !errors.Is(err, reading.ErrNone) || strings.Contains(word, "@") {
		return p.unknown
	}
	return &Refusal{Text: "没看懂" + days.Name + text.Quote(word) + "，请写成 " + expected(days.Kind) + "；也" + p.unknown.Text}
}

func notRead(typed, name string, k Kind) *Refusal {
	return &Refusal{Text: fmt.Sprintf("没看懂%s。%s请写成：%s", text.Quote(typed), name, expected(k))}
}

// tooMuch refuses what no argument took.
func (p *parser) tooMuch() error {
	if p.unknown != nil {
		return p.hinted(p.unknown)
	}
	for i := range p.spec.Args {
		a := &p.spec.Args[i]
		if _, given := p.args[a.Name]; !given && a.Kind != Free && a.Kind < Labels {
			return p.unread(a)
		}
	}
	return p.hinted(&Refusal{Text: fmt.Sprintf("%s后面的%s是多出来的", p.spec.Name, text.Quote(p.left))})
}

// hinted adds how the command is written to a refusal.
func (p *parser) hinted(r *Refusal) error {
	told := *r
	if told.Hint == "" {
		told.Hint = usage(p.spec)
	}
	return &told
}

func usage(s *Spec) string {
	if len(s.Examples) == 0 {
		return "用法：" + s.Syntax()
	}
	return fmt.Sprintf("用法：%s　例：%s", s.Syntax(), s.Examples[0])
}
