package handlers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// Commands of the conversation that other words of it lead to.
const (
	confirmWord = "确认" // a preview waits for it
	cancelWord  = "取消"
	undoWord    = "撤销"
)

// builtins are the commands of the conversation itself.
func (d *Desk) builtins() []command.Spec {
	return []command.Spec{
		{
			Name: "帮助", Aliases: []string{"help", "?", "bz", "菜单"}, Summary: "你在这里能做什么，每条一个例子",
			Args:     []command.Arg{{Name: "命令", Kind: command.Free, Optional: true}},
			Examples: []string{"帮助", "帮助 签到"}, Who: rulebook.TakePart, Clause: "附-2", Run: d.help,
		},
		{
			Name: "我的", Aliases: []string{"wd"}, Summary: "我欠着什么、在等什么", Examples: []string{"我的"},
			Who: rulebook.TakePart, Private: true, Clause: "总则", Run: d.mine,
		},
		{
			Name: undoWord, Aliases: []string{"cx", "undo"}, Summary: "5 分钟内收回自己刚才的登记，并通知已得知的人",
			Args:     []command.Arg{{Name: "登记", Kind: command.Word, Optional: true}}, // a button names its own
			Examples: []string{"撤销"}, Who: rulebook.TakePart, Run: d.undo,
		},
		{
			Name: cancelWord, Aliases: []string{"qx", "cancel"}, Summary: "离开正在问的问题或待确认的操作",
			Args:     []command.Arg{{Name: "编号", Kind: command.Free, Optional: true}},
			Examples: []string{"取消"}, Who: rulebook.TakePart, Run: d.cancel,
		},
		{
			Name: confirmWord, Aliases: []string{"qr"}, Summary: "确认一份预览",
			Args:     []command.Arg{{Name: "编号", Kind: command.Free, Prompt: "确认哪一个？编号写在预览里，例如 A12"}},
			Examples: []string{"确认 A12"}, Who: rulebook.TakePart, Private: true, Hidden: true, Settles: true, Run: d.confirm,
		},
	}
}

// help shows what the person may do, or one command.
func (d *Desk) help(_ context.Context, c *command.Call) (*command.Answer, error) {
	word := c.Text("命令")
	if word == "" {
		return command.Card(d.router.Help(c.Person)), nil
	}
	spec, _, ok := d.router.Match(word)
	if !ok || !spec.Suits(c.Person) {
		return nil, &command.Refusal{Text: "没有你能用的命令" + text.Quote(word) + "。", Hint: "帮助", Clause: "附-2"}
	}
	return command.Card(d.router.HelpFor(spec)), nil
}

// mine collects from every area what the person owes or waits for.
func (d *Desk) mine(ctx context.Context, c *command.Call) (*command.Answer, error) {
	card := chat.Card{Title: "我的待办"}
	for _, a := range d.o.Areas {
		items, err := a.Owes(ctx, c)
		if err != nil {
			return nil, err
		}
		for _, i := range items {
			card.Blocks = append(card.Blocks, chat.Block{Text: "• " + i.Text})
			if i.Button != nil {
				card.Buttons = append(card.Buttons, *i.Button)
			}
		}
	}
	if len(card.Blocks) == 0 {
		card.Tone = chat.Good
		card.Blocks = []chat.Block{{Text: "没有欠着的事，也没有在等的事。"}}
	}
	return command.Card(card), nil
}

// undo takes the person's last write back through the command that made it, if
// they may use that still.
func (d *Desk) undo(ctx context.Context, c *command.Call) (*command.Answer, error) {
	w, found, err := c.Tx.Writes().Last(ctx, c.Person.ID, strings.ToLower(readCode(c.Text("登记"))), c.Now.Add(-undoTime), c.Now)
	if err != nil {
		return nil, err
	}
	spec := named(d.router, w.Command)
	if found && w.Ref == "" {
		return nil, &command.Refusal{Text: "刚才的「" + w.Command + "」已经送到别人那里，收不回来。", Hint: "帮助 " + w.Command}
	}
	if !found || spec == nil || spec.Undo == nil {
		return nil, &command.Refusal{Text: "你在 5 分钟内没有可以撤销的登记。", Hint: "帮助"}
	}
	if !rulebook.Allows(spec.Who, c.Person) { // the right was lost since
		no := notFor(spec)
		no.Private = spec.Private
		return nil, no
	}
	text, err := spec.Undo(ctx, c, w.Ref)
	var no *command.Refusal
	if errors.As(err, &no) { // it may name what the command was about
		said := *no
		said.Private = no.Private || spec.Private
		err = &said
	}
	if err != nil {
		return nil, err
	}
	if err := c.Tx.Writes().TakeBack(ctx, w.ID, c.Now); err != nil {
		return nil, err
	}
	a := command.Text("已撤销：" + text + "。")
	a.Subject, a.Undid = spec.Name+" "+w.Ref, true
	news := chat.Message{Text: c.Person.Name + "撤销了：" + text + "。"}
	if spec.Private {
		a.Reply.Confidential, a.Reply.Summary = true, "已撤销刚才的「"+spec.Name+"」。"
		news.Confidential, news.Summary = true, c.Person.Name+"撤销了「"+spec.Name+"」。"
	}
	a.Notices, err = correct(ctx, c, w, news)
	return a, err
}

// correct tells everybody who heard of a write, and is still here, that it was
// taken back; whoever was stopped by that hears it on the accounts they had.
func correct(ctx context.Context, c *command.Call, w store.Write, news chat.Message) ([]chat.Notice, error) {
	if len(w.Told) == 0 {
		return nil, nil
	}
	var list []chat.Notice
	for _, id := range w.Told {
		p, _, err := c.Tx.People().ByID(ctx, id)
		if err != nil {
			return nil, err
		}
		n := chat.Notice{Key: "undone/" + w.ID + "/" + id, To: id, Message: news}
		switch {
		case p.Active():
			list = append(list, n)
		case p.Until.Equal(c.Now):
			if n.Accounts, err = audience.Accounts(ctx, c.Tx, id); err != nil {
				return nil, err
			}
			if n.Message = (chat.Message{Text: news.Text}); len(n.Accounts) > 0 {
				list = append(list, n)
			}
		}
	}
	return list, nil
}

// cancel leaves an open question or preview. (Reading the command closed the
// question already.)
func (d *Desk) cancel(ctx context.Context, c *command.Call) (*command.Answer, error) {
	typed := c.Text("编号")
	code := readCode(typed)
	if code == "" {
		if _, _, err := c.Tx.Dialogs().Take(ctx, c.Person.ID, c.Now); err != nil {
			return nil, err
		}
		return command.Text("好的，已取消。"), nil
	}
	ok, err := c.Tx.Dialogs().Cancel(ctx, code, c.Person.ID, c.Now)
	if err != nil {
		return nil, err
	}
	if !ok {
		return d.handOver(ctx, c, staff.Refusing(typed), typed, code, "取消不了")
	}
	a := command.Text("好的，" + code + " 已取消，什么也没改。")
	a.Subject = code
	return a, nil
}

// confirm uses a preview's number up and hands over to its line.
func (d *Desk) confirm(ctx context.Context, c *command.Call) (*command.Answer, error) {
	typed := c.Text("编号")
	code := readCode(typed)
	o, ok, err := c.Tx.Dialogs().Confirm(ctx, code, c.Person.ID, c.Now)
	if err != nil {
		return nil, err
	}
	if !ok {
		return d.handOver(ctx, c, staff.Confirming(typed), typed, code, "没有再办一次")
	}
	return &command.Answer{Next: &command.Next{Line: o.Line, Version: o.Version}, Subject: code}, nil
}

// handOver goes on with a line about changes of people where what was typed
// means those; everything else is a number that confirms nothing.
func (d *Desk) handOver(ctx context.Context, c *command.Call, line, typed, code, now string) (*command.Answer, error) {
	people, err := staff.Codes(ctx, c.Tx, c.Person, typed)
	switch {
	case err != nil:
		return nil, err
	case people:
		return &command.Answer{Next: &command.Next{Line: line}, Subject: "changes"}, nil
	}
	return nil, d.stale(ctx, c, code, now)
}

// stale refuses a number that confirms nothing, and says what came of it where
// the person confirmed it before; now is what comes of it this time.
func (d *Desk) stale(ctx context.Context, c *command.Call, code, now string) error {
	o, at, found, err := c.Tx.Dialogs().ConfirmedBefore(ctx, code, c.Person.ID)
	if err != nil {
		return err
	}
	if !found {
		return &command.Refusal{
			Text: fmt.Sprintf("编号%s不能用：不是发给你的、已经取消、或已过期。", text.Quote(code)),
			Hint: "重新发一次原来的命令，按新的编号确认",
		}
	}
	what := ""
	if spec, _, ok := d.router.Match(o.Line); ok {
		what = "「" + spec.Name + "」"
	}
	at = at.In(d.o.Zone)
	return &command.Refusal{
		Text: fmt.Sprintf("%s%s已经在 %s 确认过了，%s；结果看当时的回复。", code, what, words.Moment(at), now),
		Hint: "当时没有办成的，重新发一次原来的命令",
	}
}

// readCode reads a number as typed; what is none reads as "-", which no number
// is, for without one both 撤销 and 取消 mean the last.
func readCode(typed string) string {
	if typed == "" {
		return ""
	}
	return cmp.Or(text.Code(typed), "-")
}
