package command

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"marketbot/handlers/chat"
	"marketbot/handlers/reading"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
)

// pageArg is the name of the argument that turns a list over.
const pageArg = "页"

// PageArg is the argument by which people turn a list over: 第2页.
func PageArg() Arg { return Arg{Name: pageArg, Kind: Word, Optional: true} }

// turn takes a page off the end of what was typed: 合同 第2页 is the second page of the
// list that 合同 shows, and not a customer of that name.
func (p *parser) turn() {
	typed := strings.Fields(p.left)
	if len(typed) == 0 || !slices.ContainsFunc(p.spec.Args, func(a Arg) bool { return a.Name == pageArg }) {
		return
	}
	word := typed[len(typed)-1]
	if _, ok := reading.PageNumber(word); ok || reading.Turns(word) {
		p.args[pageArg] = word
		p.left = strings.TrimSuffix(strings.TrimRightFunc(p.left, unicode.IsSpace), word)
	}
}

// stray puts a word that no argument took in the place of a page, where the command says
// what it is not (see PageWord), unless it is known why one of them did not.
func (p *parser) stray() {
	i := slices.IndexFunc(p.spec.Args, func(a Arg) bool { return a.Name == pageArg })
	if p.skip(); i < 0 || p.left == "" || p.unknown != nil {
		return
	}
	if _, given := p.args[pageArg]; !given {
		word := p.word(&p.spec.Args[i])
		p.args[pageArg], p.left = word, p.left[len(word):]
	}
}

// MaxRows is how many rows of a list one answer shows where nothing speaks for
// fewer.
const MaxRows = 20

// maxPage is how many characters are said back of what is no page.
const maxPage = 20

// Page is which part of a list an answer shows.
type Page struct {
	No, Last int // from 1 on; an empty list has one page, too
	from, to int
	total    int
	line     string
}

// PageOf is page no of a list of total rows, size to a page; where there are
// not as many pages, the last one. line is the command that shows the first.
func PageOf(no, total, size int, line string) Page {
	last := max(1, (total+size-1)/size)
	no = min(max(no, 1), last)
	return Page{No: no, Last: last, from: (no - 1) * size, to: min(no*size, total), total: total, line: line}
}

// PageWord is what was typed in the place of a page and is none, "" where nothing was.
func (c *Call) PageWord() string {
	if _, ok := reading.PageNumber(c.Text(pageArg)); ok {
		return ""
	}
	return c.Text(pageArg)
}

// Page is the page of a list that the caller asks for by [PageArg], the first
// when by none. It refuses a page that there is not.
func (c *Call) Page(total, size int, line string) (Page, error) {
	no, ok := 1, true
	if c.Has(pageArg) {
		no, ok = reading.PageNumber(c.Text(pageArg))
	}
	p := PageOf(no, total, size, line)
	if !ok {
		return p, &Refusal{Text: "没看懂" + text.Quote(text.CutLine(c.Text(pageArg), maxPage)) + "，翻页写 第2页。", Hint: line}
	}
	return p, p.Short(no)
}

// Short refuses a page that a list is too short for.
func (p Page) Short(no int) error {
	if no > p.Last {
		return &Refusal{Text: fmt.Sprintf("没有这一页，一共 %d 页。", p.Last), Hint: p.line}
	}
	return nil
}

// Rows is what stands on a page of a list.
func Rows[T any](p Page, list []T) []T { return list[min(p.from, len(list)):min(p.to, len(list))] }

// Rest says how many rows follow the page: …另有 N 条. It is empty when none do.
func (p Page) Rest() string {
	if p.to >= p.total {
		return ""
	}
	return words.More(p.total - p.to)
}

// Turn is the button that shows the next page, with its words: 下一页, 更早的;
// none on the last one.
func (p Page) Turn(label string) []chat.Button {
	if p.No == p.Last {
		return nil
	}
	return []chat.Button{{Label: label, Command: fmt.Sprintf("%s 第%d页", p.line, p.No+1)}}
}
