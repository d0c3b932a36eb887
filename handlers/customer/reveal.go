package customer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/store/ledger"
	"marketbot/store/vault"
)

// revealTime is over which reveals are counted.
const revealTime = time.Hour

const (
	revealPrompt  = "为什么要看？写一句，会记入查阅记录，例如：确认下周拜访时间。"
	everybody     = "全部" // in place of a person: what is masked of all
	reasonLetters = 2    // of a reason, at least
	maxPersons    = 8    // persons that one answer names
	maxLine       = 400  // characters of a line behind a button
	nameRunes     = 3    // of a person's name
)

// errHidden is an opened file of which nothing masked was shown.
var errHidden = errors.New("nothing was revealed")

// reveal is 看电话: the masked fields, for a reason, as often as the settings
// allow. What shows none of them is a look, but counts as no reveal.
func (h Handler) reveal(ctx context.Context, c *command.Call) (a *command.Answer, err error) {
	r, err := c.Customer(ctx, "客户")
	if err != nil {
		return nil, err
	}
	err = c.Tx.Nested(ctx, func() error {
		shown := false
		if a, shown, err = h.opening(ctx, c, r); err == nil && !shown {
			err = errHidden
		}
		return err
	})
	if errors.Is(err, errHidden) {
		spec, hidden := *c.Spec, *c
		spec.Name += "（未显示）"
		hidden.Spec = &spec
		a, _, err = h.opening(ctx, &hidden, r)
	}
	return a, err
}

// opening opens a file for what the words ask for; shown tells that the answer
// has something masked in it.
func (h Handler) opening(ctx context.Context, c *command.Call, r command.Meant) (a *command.Answer, shown bool, err error) {
	words := strings.TrimSpace(c.Text("联系人") + " " + c.Text("理由"))
	file, notices, err := h.open(ctx, c, r, words)
	if err != nil {
		return nil, false, err
	}
	if a, shown, err = h.revealing(ctx, c, r, file, words); err != nil {
		return nil, false, err
	}
	a.Notices = notices
	return a, shown, nil
}

// revealing shows of an opened file what the words ask for.
func (h Handler) revealing(ctx context.Context, c *command.Call, r command.Meant, file vault.File, words string) (a *command.Answer, shown bool, err error) {
	open, reason, whose := revealed(everything), words, ""
	p, rest, found := personIn(file, words)
	switch {
	case found:
		open, reason, whose = onePerson(p.ID), rest, "联系人 "+p.Name+" "
	case c.Text("联系人") == everybody:
		reason = c.Text("理由")
	default:
		if name, rest, _ := strings.Cut(words, " "); likeName(name) {
			a, err = h.noPerson(ctx, c, r, file, name, strings.TrimSpace(rest))
			return a, false, err
		}
	}
	switch {
	case !text.HasWords(reason):
		return nil, false, &command.Question{Prompt: revealPrompt}
	case letters(reason) < reasonLetters:
		return nil, false, &command.Refusal{
			Text: "理由" + text.Quote(reason) + "看不出为什么要看，至少写两个字。", Hint: "看电话 " + r.ID + " 确认下周拜访时间",
			Clause: clause, Look: ledger.Look{Customer: r.ID, Why: reason},
		}
	case !slices.ContainsFunc(allFacts(file), func(f vault.Fact) bool { return open(f.Person) && hides(f, false) }):
		a, err = h.briefly(ctx, c, r, file, chat.Card{Title: "没有可以显示的", Blocks: []chat.Block{
			{Text: file.Name + " 的档案里，" + whose + "没有登记电话、住址等打码的内容。"},
			{Text: "知道的话请补上：" + supplement(r, p)},
		}})
		return a, false, err
	}
	if err := h.quota(ctx, c, r); err != nil {
		return nil, false, err
	}
	a, err = h.fileAnswer(ctx, c, r, file, open)
	return a, true, err
}

// surnames are frequent ones with which hardly another word begins, titles what
// people are called by behind theirs.
const surnames = "王李张刘陈杨赵黄吴徐孙朱胡郭林罗郑梁宋唐韩冯曹彭肖董潘袁蔡蒋杜苏吕丁卢姚沈姜崔谭陆范汪廖邹熊孟秦邱侯尹薛闫黎陶贺郝龚邵覃戴"

// notNames are words that begin like a name and stand at the beginning of reasons.
var notNames = strings.Fields(`陈列 陈设 陈述 王牌 张贴 张罗 张数 李子 杨树 黄金 黄页 朱红 胡同 林业 林场 罗列 罗湖 梁柱 宋代 唐装 韩国 韩语 董事 董事会 杜绝 苏州 沈阳 陆续 陆运 陆路 范围 范本 熊猫
	秦皇岛 贺卡 贺信 戴尔 徐州 吴江 江门 孟买`)

var titles = []string{"总", "经理", "先生", "女士", "小姐", "主任", "老板", "老师", "部长", "厂长"}

// likeName reports whether a word that is no name on the card is somebody's all
// the same, and not the beginning of a reason.
func likeName(word string) bool {
	n := utf8.RuneCountInString(word)
	first, _ := utf8.DecodeRuneInString(word)
	titled := slices.ContainsFunc(titles, func(t string) bool { return strings.HasSuffix(word, t) })
	return n > 1 && !slices.Contains(notNames, word) && (n <= nameRunes && strings.ContainsRune(surnames, first) || n <= nameRunes+2 && titled)
}

// letters counts what of a text is neither digit nor mark.
func letters(text string) (n int) {
	for _, c := range text {
		if unicode.IsLetter(c) {
			n++
		}
	}
	return n
}

// supplement is what to type for a phone that is not known.
func supplement(r command.Meant, p vault.Person) string {
	switch {
	case !r.Access.Write:
		return "提供线索 " + r.ID + " 内容…"
	case p.ID == "":
		return "改客户 " + r.ID + " 电话=…"
	}
	return "联系人 " + r.ID + " " + p.Name + " 电话=…"
}

// noPerson answers a name that nobody at the customer bears. Whoever reads the
// file may see who is there; what is masked stays so.
func (h Handler) noPerson(ctx context.Context, c *command.Call, r command.Meant, file vault.File, name, reason string) (*command.Answer, error) {
	var names []string
	var buttons []chat.Button
	offer := func(who, words string) {
		if line := strings.TrimSpace("看电话 " + r.ID + " " + who + " " + words); len([]rune(line)) <= maxLine {
			buttons = append(buttons, chat.Button{Label: "看 " + text.CutLine(who, 12), Command: line})
		}
	}
	for _, p := range file.People[:min(len(file.People), maxPersons)] {
		names = append(names, p.Name)
		if len(buttons) < 3 {
			offer(p.Name, reason)
		}
	}
	if reason != "" {
		offer(everybody, name+" "+reason)
	}
	text := file.Name + " 的档案里没有联系人" + text.Quote(name) + "，什么也没有显示。"
	if len(names) == 0 {
		text += "还没有登记联系人。"
	} else {
		text += "联系人有：" + strings.Join(names, "、") + "。"
	}
	return h.briefly(ctx, c, r, file, chat.Card{Title: "没有这位联系人", Buttons: buttons, Blocks: []chat.Block{
		{Text: text},
		{Text: "可以这样：看电话 " + r.ID + " 姓名 理由…；不分联系人：看电话 " + r.ID + " " + everybody + " 理由…"},
	}})
}

// briefly answers a look that reveals nothing.
func (h Handler) briefly(ctx context.Context, c *command.Call, r command.Meant, file vault.File, card chat.Card) (*command.Answer, error) {
	owner, err := command.OwnerName(ctx, c.Tx, file.Customer)
	if err != nil {
		return nil, err
	}
	card.Tone = chat.Warn
	card.Blocks = append(card.Blocks, h.footer(c, r, file.Trace))
	card.Buttons = append(card.Buttons, chat.Button{Label: "看档案", Command: "客户 " + r.ID})
	return h.secret(c, r, card, owner), nil
}

// quota refuses one more reveal than the settings allow an hour, and alarms. The
// one under way has been counted.
func (h Handler) quota(ctx context.Context, c *command.Call, r command.Meant) error {
	n, err := c.Tx.Audit().CountLooks(ctx, c.Person.ID, c.Spec.Name, c.Now.Add(time.Millisecond-revealTime)) // an hour ago is not within it
	if err != nil || n <= h.Config.LookupsPerHour {
		return err
	}
	notices, err := h.overQuota(ctx, c)
	if err != nil {
		return err
	}
	return &command.Refusal{
		Text:   fmt.Sprintf("一小时内最多看 %d 次联系方式，已经满了，稍后再看。", h.Config.LookupsPerHour),
		Hint:   "急用请找市场总监",
		Clause: clause, Denied: true, Look: ledger.Look{Customer: r.ID, Why: c.Text("理由")}, Notices: notices,
	}
}

// personIn finds the person of a file whose name a text begins with, and what
// follows it.
func personIn(file vault.File, text string) (vault.Person, string, bool) {
	words := strings.Fields(text)
	for n := min(len(words), 5); n > 0; n-- {
		name := strings.Join(words[:n], " ")
		i := slices.IndexFunc(file.People, func(p vault.Person) bool { return sameName(p.Name, name) })
		if i >= 0 {
			return file.People[i], strings.Join(words[n:], " "), true
		}
	}
	return vault.Person{}, text, false
}
