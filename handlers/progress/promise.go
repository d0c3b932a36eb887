package progress

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/reading"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/vault"
)

// The arguments of the commands about key customers.
const (
	promiseArg = "承诺"
	keptArg    = "结果"
	wordsArg   = "说明"
)

func (h Handler) promiseCommands() []command.Spec {
	customer := command.Arg{Name: customerArg, Kind: command.Customer, Prompt: whichCustomer, For: command.ToChange, Others: ownersOnly("重点客户")}
	optional, answered := customer, customer
	optional.Optional = true
	answered.Others = ownersOnly("兑现")
	return []command.Spec{
		{
			Name: "重点客户", Aliases: []string{"zdkh"}, Summary: "定下月的重点客户和承诺，不写月份就是下月；只写月份就看那个月的", Lists: true,
			Said: []string{"下月重点客户", "重点客户名单", "定重点客户", "列为重点客户", "重点客户有哪些", "哪些重点客户"},
			Args: []command.Arg{
				{Name: monthArg, Kind: command.Month, Optional: true}, optional, {Name: promiseArg, Kind: command.Free, Optional: true},
			},
			Examples: []string{"重点客户", "重点客户 K12 签下年会合同", "重点客户 12月"},
			Who:      rulebook.NameKeys, Private: true, Clause: clause, Run: h.key, Undo: h.undoPromise,
		},
		{
			Name: "兑现", Aliases: []string{"dx", "承诺兑现"}, Summary: "说一位重点客户的承诺兑现没有：兑现、部分、未兑现",
			Said: []string{"承诺…兑现", "兑现承诺", "兑现了吗", "承诺完成"},
			Args: []command.Arg{
				answered, {Name: monthArg, Kind: command.Month, Optional: true}, {Name: keptArg, Kind: command.Word, Optional: true}, {Name: wordsArg, Kind: command.Free, Optional: true},
			},
			Examples: []string{"兑现 K12", "兑现 K12 部分 签了一半，另一半下月", "兑现 K12 11月 兑现"},
			Who:      rulebook.AnswerPromises, Private: true, Clause: clause, Run: h.answer, Undo: h.undoPromise,
		},
	}
}

// key is 重点客户: a promise about a customer, or those of a month.
func (h Handler) key(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if !c.Has(customerArg) {
		return h.keys(ctx, c)
	}
	m, err := c.Customer(ctx, customerArg)
	if err != nil {
		return nil, err
	}
	thisMonth := h.Rules.Day(c.Now).Month()
	month, typed := thisMonth.NextMonth(), strings.TrimSpace(c.Text(promiseArg))
	if c.Has(monthArg) {
		month = c.Day(monthArg).Month()
	} else if named, rest, ok := monthIn(typed, h.Rules.Day(c.Now)); ok {
		month, typed = named, rest
	}
	hint := "重点客户 " + m.ID + " 签下年会合同"
	switch {
	case month < thisMonth:
		return nil, &command.Refusal{Text: words.Month(month) + "已经过去，重点客户定在本月或以后的月份。", Hint: hint, Clause: clause}
	case typed == "":
		return nil, &command.Question{
			Prompt: "对 " + m.ID + " 的承诺是什么？写一句，例如：签下年会合同。", Line: "重点客户 " + string(month[:len("2026-11")]) + " " + m.ID,
			Secrecy: chat.Secrecy{Confidential: true, Summary: "对 " + m.ID + " 的承诺是什么？写一句。"},
		}
	}
	p := store.PromiseEntry{ID: c.Tx.NewID(c.Now), Customer: m.ID, Month: month, At: c.Now, By: c.Person.ID}
	if p.Words, err = fitting(promiseArg, typed, hint); err != nil {
		return nil, err
	}
	before, err := h.promiseOf(ctx, c.Tx, m.ID, month)
	if err != nil {
		return nil, err
	}
	if before != nil {
		if err := c.Overtaken(before.At); err != nil {
			return nil, err
		}
	}
	if err := c.Tx.Promises().Add(ctx, p); err != nil {
		return nil, err
	}
	return h.named(ctx, c, m.Customer, p, before)
}

// named says that a customer is a key customer of a month, to the owner too.
func (h Handler) named(ctx context.Context, c *command.Call, k store.Customer, p store.PromiseEntry, before *rulebook.Promise) (*command.Answer, error) {
	owner, err := command.OwnerName(ctx, c.Tx, k)
	if err != nil {
		return nil, err
	}
	facts := []chat.Fact{
		{Label: customerArg, Value: k.ID + " " + k.Name}, {Label: "负责人", Value: owner}, {Label: monthArg, Value: words.Month(p.Month)}, {Label: promiseArg, Value: said(p.Words)},
	}
	if before != nil {
		facts = append(facts, chat.Fact{Label: "原来的承诺", Value: said(before.Words)})
	}
	note := chat.Block{Note: words.Month(p.Month) + "过完后问负责人兑现没有（" + clause + "）。"}
	outline := fmt.Sprintf("%s 是%s的重点客户。", k.ID, words.Month(p.Month))
	a := secret(k, chat.Card{Title: "已定为重点客户", Tone: chat.Good, Blocks: []chat.Block{{Facts: facts}, note}, Buttons: []chat.Button{command.UndoButton}}, outline)
	a.Undo = p.ID + "/" + k.ID
	to, found, err := c.Tx.People().ByID(ctx, k.Owner)
	if err == nil && found && to.Active() && to.ID != c.Person.ID {
		card := chat.Card{Title: c.Person.Name + "把 " + k.Name + " 定为重点客户", Blocks: []chat.Block{{Facts: facts}, note}}
		a.Notices = []chat.Notice{tell("progress/key/"+p.ID, to, k, card, outline)}
	}
	return a, err
}

// monthIn takes a month off the beginning or the end of what somebody promised.
func monthIn(typed string, today store.Day) (month store.Day, rest string, ok bool) {
	if first, n, err := reading.Month(typed, reading.Base{Today: today}); err == nil && n < len(typed) && strings.TrimLeftFunc(typed[n:], unicode.IsSpace) != typed[n:] {
		return first, strings.TrimSpace(typed[n:]), true
	}
	words := strings.Fields(typed)
	if len(words) < 2 {
		return "", typed, false
	}
	last := words[len(words)-1]
	first, n, err := reading.Month(last, reading.Base{Today: today})
	if err != nil || n != len(last) {
		return "", typed, false
	}
	return first, strings.TrimSpace(strings.TrimSuffix(typed, last)), true
}

// promiseOf is the promise about a customer for a month; nil where there is none.
func (h Handler) promiseOf(ctx context.Context, tx *store.Tx, customer string, month store.Day) (*rulebook.Promise, error) {
	entries, err := tx.Promises().Of(ctx, customer)
	for _, p := range rulebook.Promises(entries) {
		if p.Month == month {
			return &p, err
		}
	}
	return nil, err
}

// keys lists the key customers of a month, with promise beside fact; of this and
// the next one where none is named.
func (h Handler) keys(ctx context.Context, c *command.Call) (*command.Answer, error) {
	from := h.Rules.Day(c.Now).Month()
	to := from.NextMonth()
	title := "重点客户"
	if c.Has(monthArg) {
		from = c.Day(monthArg).Month()
		to = from
		title += " · " + words.Month(from)
	}
	entries, err := c.Tx.Promises().In(ctx, from, to)
	if err != nil {
		return nil, err
	}
	list := rulebook.Promises(entries)
	if len(list) == 0 {
		a := command.Text("没有重点客户。定一个：重点客户 客户 承诺…")
		a.Subject = "promises/" + string(from)
		return a, nil
	}
	t := &chat.Table{Heads: []string{monthArg, "客户", "负责人", promiseArg, "实际", "兑现"}}
	var ids []string
	for i, p := range list {
		ids = append(ids, p.Customer)
		if i >= command.MaxRows {
			continue
		}
		row, err := h.keyRow(ctx, c, p)
		if err != nil {
			return nil, err
		}
		t.Rows = append(t.Rows, row)
	}
	card := chat.Card{Title: title, Blocks: []chat.Block{{Text: fmt.Sprintf("%d 位重点客户", len(list))}, {Table: t}}}
	if rest := len(list) - command.MaxRows; rest > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: words.More(rest)})
	}
	return h.looked(ctx, c, command.Card(card), ids, fmt.Sprintf("%s：%d 位。", title, len(list)))
}

func (h Handler) keyRow(ctx context.Context, c *command.Call, p rulebook.Promise) ([]string, error) {
	k, found, err := vault.In(c.Tx).Sound(ctx, p.Customer)
	if err != nil || !found {
		return []string{words.Month(p.Month), p.Customer, none, said(p.Words), none, keptWords(&p)}, err
	}
	owner, err := command.OwnerName(ctx, c.Tx, k)
	if err != nil {
		return nil, err
	}
	fact, err := h.fact(ctx, c, k, p.Month)
	return []string{words.Month(p.Month), k.ID + " " + k.Name, owner, text.CutLine(said(p.Words), 60), fact, keptWords(&p)}, err
}

// keptWords are whether a promise was kept: 部分：签了一半; empty while nobody said.
func keptWords(p *rulebook.Promise) string {
	if p.Answer == nil {
		return ""
	}
	if p.Answer.Words == "" {
		return string(p.Answer.Kept)
	}
	return string(p.Answer.Kept) + "：" + text.CutLine(said(p.Answer.Words), 60)
}

// fact is what happened with a customer in a month, as far as it is known.
func (h Handler) fact(ctx context.Context, c *command.Call, k store.Customer, month store.Day) (string, error) {
	if month > h.Rules.Day(c.Now) {
		return "还没到", nil
	}
	list, _, err := h.months(ctx, c.Tx, asked{owner: k.Owner, own: true, month: month, at: c.Now})
	for _, e := range list {
		if e.ID != k.ID {
			continue
		}
		done := []string{string(e.State), stages(e), fmt.Sprintf("跟进 %d 次", e.Entries)}
		if e.Signed != 0 {
			done = append(done, "签约 "+words.Money(e.Signed))
		}
		if e.Received != 0 {
			done = append(done, "回款 "+words.Money(e.Received))
		}
		return strings.Join(done, "，"), err
	}
	return none, err
}

// looked records the look at a list of customers under a trace code.
func (h Handler) looked(ctx context.Context, c *command.Call, a *command.Answer, ids []string, outline string) (*command.Answer, error) {
	trace, err := c.LookedAt(ctx, ledger.Listing(ids), clause)
	if err != nil {
		return nil, err
	}
	a.Recorded, a.Subject = true, ledger.Listing(ids)
	a.Reply.Confidential, a.Reply.Summary = true, outline+elsewhere
	a.Reply.Card.Blocks = append(a.Reply.Card.Blocks, chat.Block{Note: "截至 " + words.Moment(c.Now.In(h.Rules.Zone)) + " · " + c.Person.Name + " 查看 · 追踪码 " + trace})
	return a, nil
}

// answer is 兑现: without a result it shows the promise beside what happened, and
// asks.
func (h Handler) answer(ctx context.Context, c *command.Call) (*command.Answer, error) {
	m, err := c.Customer(ctx, customerArg)
	if err != nil {
		return nil, err
	}
	owner, err := command.OwnerName(ctx, c.Tx, m.Customer)
	if err != nil {
		return nil, err
	}
	entries, err := c.Tx.Promises().Of(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	p := toAnswer(rulebook.Promises(entries), c.Day(monthArg), h.Rules.Day(c.Now).Month())
	if p == nil {
		return nil, &command.Refusal{Text: m.ID + " 没有到期的承诺。", Hint: "客户进度", Clause: clause, Private: true}
	}
	if !c.Has(keptArg) {
		return h.ask(ctx, c, m.Customer, owner, *p)
	}
	kept, ok := keeping(c.Text(keptArg))
	if !ok {
		return nil, &command.Refusal{
			Text: "没看懂" + text.Quote(c.Text(keptArg)) + "，兑现没有写：兑现、部分、未兑现。", Hint: "兑现 " + m.ID + " 部分 差在哪里…", Clause: clause, Private: true,
		}
	}
	e := store.PromiseEntry{ID: c.Tx.NewID(c.Now), Customer: m.ID, Month: p.Month, Kept: kept, At: c.Now, By: c.Person.ID}
	if typed := c.Text(wordsArg); typed != "" {
		if e.Words, err = fitting(wordsArg, typed, "兑现 "+m.ID+" 部分 差在哪里…"); err != nil {
			return nil, err
		}
	}
	if p.Answer != nil {
		if err := c.Overtaken(p.Answer.At); err != nil {
			return nil, err
		}
	}
	if err := c.Tx.Promises().Add(ctx, e); err != nil {
		return nil, err
	}
	p.Answer = &e
	facts, err := h.promiseFacts(ctx, c, m.Customer, owner, *p)
	a := secret(m.Customer, chat.Card{Title: "已记下：" + string(kept), Tone: chat.Good, Blocks: []chat.Block{{Facts: facts}}, Buttons: []chat.Button{command.UndoButton}},
		fmt.Sprintf("%s 的承诺：%s。", m.ID, kept))
	a.Undo = e.ID + "/" + m.ID
	return a, err
}

// keeping reads whether a promise was kept.
func keeping(typed string) (store.Keeping, bool) {
	bare := text.Bare(typed)
	for _, k := range store.Keepings {
		if bare == string(k) || bare == string(k)+"兑现" {
			return k, true
		}
	}
	return "", false
}

// toAnswer is the promise that is to be answered: that of the month that is named, else
// the first of the months that are over which nobody has answered, else the last of
// them, so that more words to an answer go where it went; of the present month where
// there was none before. It is nil where there is none.
func toAnswer(list []rulebook.Promise, named, thisMonth store.Day) (last *rulebook.Promise) {
	for i, p := range list {
		switch {
		case p.Month > thisMonth || named != "" && p.Month != named.Month():
		case named != "" || p.Answer == nil && p.Month < thisMonth:
			return &list[i]
		case p.Month < thisMonth || last == nil:
			last = &list[i]
		}
	}
	return last
}

func (h Handler) promiseFacts(ctx context.Context, c *command.Call, k store.Customer, owner string, p rulebook.Promise) ([]chat.Fact, error) {
	fact, err := h.fact(ctx, c, k, p.Month)
	facts := []chat.Fact{
		{Label: customerArg, Value: k.ID + " " + k.Name}, {Label: "负责人", Value: owner}, {Label: monthArg, Value: words.Month(p.Month)},
		{Label: promiseArg, Value: said(p.Words)}, {Label: "实际", Value: fact},
	}
	if p.Answer != nil {
		facts = append(facts, chat.Fact{Label: "兑现", Value: keptWords(&p)})
	}
	return facts, err
}

// ask shows a promise beside what happened.
func (h Handler) ask(ctx context.Context, c *command.Call, k store.Customer, owner string, p rulebook.Promise) (*command.Answer, error) {
	facts, err := h.promiseFacts(ctx, c, k, owner, p)
	if err != nil {
		return nil, err
	}
	card := chat.Card{Title: words.Month(p.Month) + "的承诺兑现了吗？", Blocks: []chat.Block{{Facts: facts}, {Note: "也可以发：兑现 " + k.ID + " 部分 差在哪里…"}}}
	for _, kept := range store.Keepings {
		card.Buttons = append(card.Buttons, chat.Button{Label: string(kept), Command: "兑现 " + k.ID + " " + string(p.Month[:len("2026-11")]) + " " + string(kept)})
	}
	return secret(k, card, k.ID+" 的承诺兑现了吗？可以发：兑现 "+k.ID+" 部分 说明…。"), nil
}

// undoPromise takes back a promise, or what was said of one.
func (h Handler) undoPromise(ctx context.Context, c *command.Call, ref string) (string, error) {
	id, customer, _ := strings.Cut(ref, "/")
	if _, err := c.CustomerIn(ctx, customer, command.ToChange); err != nil {
		return "", err
	}
	entries, err := c.Tx.Promises().Of(ctx, customer)
	if err != nil {
		return "", err
	}
	if done, err := c.Tx.Promises().Undo(ctx, id, c.Now); err != nil || !done {
		return "", fmt.Errorf("undo promise %s: done %v: %w", id, done, err)
	}
	return undoneWords(entries, id, customer), nil
}

// undoneWords are what is taken back of the promises about a customer, and whether
// something said before holds again: a promise, or what was said of one.
func undoneWords(entries []store.PromiseEntry, id, customer string) string {
	at := slices.IndexFunc(entries, func(e store.PromiseEntry) bool { return e.ID == id })
	if at < 0 {
		return customer + " 的承诺"
	}
	gone := entries[at]
	said := customer + " 的承诺"
	if gone.Kept != "" {
		said = customer + " " + words.Month(gone.Month) + "的「兑现」"
	}
	if slices.ContainsFunc(entries, func(e store.PromiseEntry) bool {
		return e.ID != id && e.Month == gone.Month && (e.Kept == "") == (gone.Kept == "") && !e.At.After(gone.At)
	}) {
		said += "，改回上一次的"
	}
	return said
}
