package staff

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/store"
)

// othersArg are those who are registered together with the first.
const othersArg = "同事"

// newcomer is somebody who is to be registered.
type newcomer struct {
	name    string
	account chat.Account // empty: none is known
	guest   bool         // the account is of another company
	post    store.Post   // empty: to be asked for
}

// add is 人员 添加: of one person, or of several who are mentioned together.
func (h Handler) add(ctx context.Context, c *command.Call) (*command.Answer, error) {
	var list []newcomer
	for _, typed := range append([]string{c.Text("姓名")}, c.Mentions(othersArg)...) {
		n := newcomer{name: cleanName(typed), post: c.Post("岗位")}
		m := mention(c, n.name)
		n.account, n.guest = m.Account, m.Guest
		list = append(list, n)
	}
	if len(list) == 1 {
		return h.addOne(ctx, c, list[0])
	}
	return h.addAll(ctx, c, list)
}

// addAll registers several: who has an account gets their post by a button, who has
// none a card with their code.
func (h Handler) addAll(ctx context.Context, c *command.Call, list []newcomer) (*command.Answer, error) {
	a, card, said, ids := &command.Answer{}, chat.Card{Tone: chat.Good}, []string(nil), []string(nil)
	for _, n := range list {
		one, err := h.addOne(ctx, c, n)
		var no *command.Refusal
		if errors.As(err, &no) {
			said = append(said, "✗ "+n.name+"："+no.Text)
			continue
		}
		if err != nil {
			return nil, err
		}
		switch {
		case n.account.ID == "":
			said = append(said, "✓ "+n.name+"，绑定码在另一条里")
			a.Notices = append(a.Notices, chat.Notice{Key: "staff/" + c.Tx.NewID(c.Now), To: c.Person.ID, Message: one.Reply})
		case n.post == "":
			said = append(said, "✓ "+n.name+"，是什么岗位？")
			card.Buttons = append(card.Buttons, chat.Button{Label: n.name + "的岗位", Command: "人员 岗位 " + n.name})
		default:
			said = append(said, "✓ "+one.Reply.Text)
		}
		a.Notices, ids = append(a.Notices, one.Notices...), append(ids, one.Undo)
	}
	if len(ids) == 0 {
		return nil, &command.Refusal{Text: strings.Join(said, "\n"), Hint: "人员", Clause: "附-4"}
	}
	card.Title, card.Blocks = fmt.Sprintf("已登记 %d 人", len(ids)), []chat.Block{{Text: strings.Join(said, "\n")}}
	a.Reply.Card = &card
	a.Undo, a.Subject = strings.Join(ids, "|"), "person/"+strings.Join(ids, " person/")
	return a, nil
}

// addOne registers somebody: an account that is known is bound at once; of who is
// only named, the answer holds a code with which they bind it themselves.
func (h Handler) addOne(ctx context.Context, c *command.Call, n newcomer) (*command.Answer, error) {
	if !validName(n.name) {
		return nil, refuseName()
	}
	if n.guest { // whom nobody hears
		return nil, &command.Refusal{Text: n.name + "不是本公司的账号，登记了也用不了。", Hint: "人员 添加 姓名 岗位（只登记本公司的人）", Clause: "附-4"}
	}
	if err := h.free(ctx, c, n.name); err != nil {
		return nil, err
	}
	known := n.account.ID != ""
	if known {
		if err := h.unregistered(ctx, c, n.account); err != nil {
			return nil, err
		}
	}
	if n.post == "" && !known { // a code waits for its answer
		return nil, command.AskPost(postPrompt())
	}
	post := cmp.Or(n.post, store.OtherEmployee)
	p := store.Person{ID: c.Tx.NewID(c.Now), Name: n.name, Since: c.Now}
	o, err := propose(ctx, c.Tx, c.Policy, c.Person, p, store.Change{Kind: store.ChangeHold, Post: post, At: c.Now})
	if err != nil {
		return nil, err
	}
	p = o.newcomer(p)
	if err := c.Tx.People().Add(ctx, p); err != nil {
		return nil, err
	}
	if !known {
		return h.added(ctx, c, p, o)
	}
	if err := c.Tx.Accounts().Bind(ctx, store.Account{Platform: n.account.Platform, ID: n.account.ID, Person: p.ID}, c.Now); err != nil {
		return nil, err
	}
	a := command.Text("已登记：" + p.Name + "，" + string(o.Post) + "，自 " + h.Rules.Day(c.Now).String() + " 起；聊天账号已绑定。" + o.note())
	if n.post == "" {
		a = command.Card(postCard(p, a.Reply.Text))
	}
	a.Notices = news(c.Tx, c.Now, []store.Person{p}, "你已登记为"+string(o.Post)+"。"+o.meanwhile()+"发送 帮助 看能做什么；请先读一遍 制度。")
	a.Notices = append(a.Notices, o.news(c.Tx)...)
	a.Undo, a.Subject = p.ID, "person/"+p.ID
	return a, nil
}

// added is the answer for somebody without an account yet.
func (h Handler) added(ctx context.Context, c *command.Call, p store.Person, o proposal) (*command.Answer, error) {
	code, err := newCode(ctx, c.Tx, p.ID, c.Clock().Add(passedOn))
	if err != nil {
		return nil, err
	}
	a := command.Card(codeCard("已登记："+p.Name, []chat.Fact{
		{Label: "姓名", Value: p.Name}, {Label: "岗位", Value: string(o.Post)}, {Label: "生效", Value: h.Rules.Day(c.Now).String()},
	}, code, "请把绑定码转给本人，24 小时内私聊我发送：绑定 "+code+o.note()))
	a.Notices = o.news(c.Tx)
	a.Undo, a.Subject = p.ID, "person/"+p.ID
	return a, nil
}

// free refuses a name that somebody active has, or one that nobody could tell from it.
func (h Handler) free(ctx context.Context, c *command.Call, name string) error {
	p, taken, err := c.Tx.People().Alike(ctx, name)
	if err != nil || !taken {
		return err
	}
	return &command.Refusal{
		Text:   "已经有一位" + p.Name + "，在册的人不能重名" + alike(p, name) + "。",
		Hint:   "改岗位：人员 岗位 " + p.Name + " 岗位；同名的另一位请加字区分，如 " + p.Name + "2",
		Clause: "附-4",
	}
}

// alike says so of a name that is not quite a person's.
func alike(p store.Person, name string) string {
	if p.Name == name {
		return ""
	}
	return "（" + name + "看上去一样）"
}

// mention is who stands behind @name, where the platform told their account.
func mention(c *command.Call, name string) chat.Mention {
	for _, m := range c.Event.Mentions {
		if m.Account.ID != "" && cleanName(m.Name) == name {
			return m
		}
	}
	return chat.Mention{}
}

// unregistered refuses an account that belongs to somebody already.
func (h Handler) unregistered(ctx context.Context, c *command.Call, a chat.Account) error {
	p, found, err := c.Tx.Accounts().Person(ctx, a.Platform, a.ID)
	if err != nil || !found {
		return err
	}
	return &command.Refusal{
		Text:   "这个账号已登记为" + p.Name + "（" + string(p.Post) + "）。",
		Hint:   "人员 岗位 " + p.Name + " 岗位",
		Clause: "附-4",
	}
}

func (h Handler) undoAdd(ctx context.Context, c *command.Call, ref string) (string, error) {
	var undone []string
	for _, id := range strings.Split(ref, "|") {
		said, err := h.undoOne(ctx, c, id)
		if err != nil {
			return "", err
		}
		undone = append(undone, said)
	}
	return strings.Join(undone, "、"), nil
}

func (h Handler) undoOne(ctx context.Context, c *command.Call, id string) (string, error) {
	p, found, err := c.Tx.People().ByID(ctx, id)
	if err == nil {
		err = unchanged(ctx, c, id)
	}
	if err != nil {
		return "", err
	}
	if !found || !p.Active() {
		return "", errUndone
	}
	if err := h.keepAdministrator(ctx, c.Tx, p); err != nil {
		return "", err
	}
	return "登记" + p.Name + "（" + string(p.Post) + "）", c.Tx.People().Stop(ctx, id, c.Now)
}
