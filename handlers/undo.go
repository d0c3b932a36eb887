package handlers

import (
	"context"
	"errors"
	"slices"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// maxUndo is how many writes one answer offers to take back.
const maxUndo = 3

// undo takes the write back that is meant, through the command that made it:
// the last one, the one of a button or a code, the last of a command's name.
// Typed again behind one that was taken back it offers the ones before, for
// those were not meant by the first word.
func (d *Desk) undo(ctx context.Context, c *command.Call) (*command.Answer, error) {
	list, err := c.Tx.Writes().Of(ctx, c.Person.ID, c.Now.Add(-undoTime), c.Now)
	if err != nil {
		return nil, err
	}
	open := slices.DeleteFunc(slices.Clone(list), func(w store.Write) bool { return !w.Undone.IsZero() })
	typed := c.Text("登记")
	code := strings.ToLower(text.Code(typed))
	meant := func(w store.Write) bool { return w.Named(code) }
	switch {
	case typed == "":
		meant = func(w store.Write) bool { return w.ID == list[0].ID }
	case code == "":
		meant = func(w store.Write) bool { return strings.Contains(w.Command, text.Fold(typed).Text) }
	}
	if i := slices.IndexFunc(open, meant); i >= 0 {
		return d.takeBack(ctx, c, open[i])
	}
	if code != "" {
		if err := d.tooLate(ctx, c, list, code); err != nil {
			return nil, err
		}
	}
	if len(open) == 0 || code != "" {
		return nil, &command.Refusal{Text: "你在 5 分钟内没有可以撤销的登记。", Hint: "帮助"}
	}
	head := "5 分钟内可以撤销的，最近的在前："
	if typed == "" {
		head = "刚才的「" + list[0].Command + "」已经撤销了。再往前还有："
	}
	return d.undoable(ctx, c, head, open[:min(len(open), maxUndo)])
}

// tooLate refuses a button whose write cannot be taken back any more, or not by
// the caller, and says why.
func (d *Desk) tooLate(ctx context.Context, c *command.Call, own []store.Write, code string) error {
	w, found, err := c.Tx.Writes().ByID(ctx, code)
	if i := slices.IndexFunc(own, func(w store.Write) bool { return w.Named(code) }); i >= 0 {
		w, found = own[i], true
	}
	if err != nil || !found {
		return err
	}
	whose, _, err := c.Tx.People().ByID(ctx, w.Person)
	switch {
	case err != nil:
		return err
	case !w.Undone.IsZero():
		return &command.Refusal{Text: "「" + w.Command + "」已由" + words.WithPost(whose) + "于 " + words.Moment(w.Undone.In(d.o.Zone)) + " 撤销，没有再办一次。", Hint: "我的"}
	case w.Person != c.Person.ID:
		return &command.Refusal{Text: "你没有可以撤销的登记：这是" + words.WithPost(whose) + "的，只有本人能撤销。", Hint: "撤销 列表"}
	}
	return &command.Refusal{Text: "「" + w.Command + "」是 " + words.Moment(w.At.In(d.o.Zone)) + " 登记的，过了 5 分钟，不能撤销了。", Hint: "撤销 列表"}
}

// takeBack takes a write back, if the person may use its command still.
func (d *Desk) takeBack(ctx context.Context, c *command.Call, w store.Write) (*command.Answer, error) {
	spec, said, err := d.unwrite(ctx, c, w)
	if err != nil {
		return nil, err
	}
	if err := c.Tx.Writes().TakeBack(ctx, w.ID, c.Now); err != nil {
		return nil, err
	}
	a := command.Text("已撤销：" + said + "。")
	a.Subject, a.Undid = spec.Name+" "+w.Ref, true
	by := c.Person.Name + "撤销了"
	if spec.Unnamed {
		by = "已由登记人撤销"
	}
	news := chat.Message{Text: by + "：" + said + "。"}
	if spec.Private {
		a.Reply.Confidential, a.Reply.Summary = true, "已撤销刚才的「"+spec.Name+"」。"
		news.Confidential, news.Summary = true, by+"「"+spec.Name+"」。"
	}
	a.Notices, err = correct(ctx, c, w, news)
	card := chat.Card{Title: spec.Name, Blocks: []chat.Block{{Text: said}}}.Used(c.Done(command.UndoName))
	used := chat.Message{Card: &card, About: w.Ref, Secrecy: a.Reply.Secrecy}
	a.Notices = append(a.Notices, chat.Notice{Message: used}) // who was asked to decide it
	if used.About = ""; strings.EqualFold(c.Text("登记"), w.ID) {
		a.Notices = append(a.Notices, chat.Notice{Message: used}) // the receipt whose button it is
	}
	return a, err
}

// unwrite undoes what a write did and says in words what that was; the error is
// a refusal where it cannot be.
func (d *Desk) unwrite(ctx context.Context, c *command.Call, w store.Write) (*command.Spec, string, error) {
	spec := named(d.router, w.Command)
	switch {
	case spec == nil || w.Ref != "" && spec.Undo == nil:
		return nil, "", &command.Refusal{Text: "「" + w.Command + "」不能撤销。", Hint: "帮助"}
	case w.Ref == "":
		return nil, "", &command.Refusal{Text: "「" + w.Command + "」不能撤销：" + final(len(w.Told) > 0) + "。", Hint: "撤销 列表"}
	case !rulebook.Allows(spec.Who, c.Person): // the right was lost since
		no := notFor(spec)
		no.Private = spec.Private
		return nil, "", no
	}
	said, err := spec.Undo(ctx, c, w.Ref)
	var no *command.Refusal
	if errors.As(err, &no) { // it may name what the command was about
		told := *no
		told.Private = no.Private || spec.Private
		err = &told
	}
	return spec, said, err
}

// final is why a write cannot be taken back.
func final(told bool) string {
	if told {
		return "已经通知了别人，收不回来"
	}
	return "是确认过的操作，收不回来"
}

// errTried undoes what was done only to see what it is.
var errTried = errors.New("only tried")

// undoable lists writes with what would be taken back, and a button each.
func (d *Desk) undoable(ctx context.Context, c *command.Call, head string, list []store.Write) (*command.Answer, error) {
	card := chat.Card{Title: "撤销", Blocks: []chat.Block{{Text: head}}}
	a := command.Card(card)
	for _, w := range list {
		var spec *command.Spec
		said, at := "", w.At.In(d.o.Zone).Format("15:04")
		err := c.Tx.Nested(ctx, func() (err error) {
			if spec, said, err = d.unwrite(ctx, c, w); err == nil {
				err = errTried
			}
			return err
		})
		var no *command.Refusal
		switch {
		case errors.As(err, &no):
			said = w.Command + "（" + strings.TrimSuffix(no.Text, "。") + "）"
			a.Reply.Confidential = a.Reply.Confidential || no.Private
		case !errors.Is(err, errTried):
			return nil, err
		default:
			a.Reply.Confidential = a.Reply.Confidential || spec.Private
			b := chat.Button{Label: command.UndoName + " " + w.Command + " " + at, Command: command.UndoName + " " + store.Short(w.ID)}
			a.Reply.Card.Buttons = append(a.Reply.Card.Buttons, b)
		}
		a.Reply.Card.Blocks = append(a.Reply.Card.Blocks, chat.Block{Text: "• " + at + " " + said})
	}
	if a.Reply.Confidential {
		a.Reply.Summary = "5 分钟内的登记，撤销请发：撤销 签到（写上命令）。"
	}
	return a, nil
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
