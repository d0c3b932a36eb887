package staff

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/words"
	"marketbot/store"
)

const (
	membersWord = "人员 群成员"
	byMention   = "人员 添加 @张伟 @刘洋"
	leaveOut    = "不登记"
	membersTime = 2 * time.Second // a platform waits three for its event to be taken
	maxMembers  = 10              // on a page: a choice among the posts each
)

// membersCommand registers all at once of the department's group whom nobody is
// known by.
func (h Handler) membersCommand() command.Spec {
	s := manage(command.Spec{
		Name: membersWord, Aliases: []string{"ryqcy"}, Summary: "部门群里还没登记的人：各选一个岗位，一次登记（飞书）", Form: true,
		Said: []string{"登记群成员", "群成员", "添加群成员", "群里的人", "加群里的人", "群里还有谁没登记"},
		Args: []command.Arg{command.PageArg()}, Examples: []string{membersWord}, Run: h.members, Undo: h.undoAdd,
	})
	s.Changed = nil // whoever was registered since is not registered again
	return s
}

func (h Handler) members(ctx context.Context, c *command.Call) (*command.Answer, error) {
	group, err := h.departmentOn(ctx, c.Tx, c.Event.Platform())
	if err != nil {
		return nil, err
	}
	if group.ID == "" {
		return nil, &command.Refusal{Text: "还没有部门群。", Hint: "在群里发：@市场部助手 部门群", Clause: "附-4"}
	}
	w, err := h.crowd(ctx, c, group)
	switch {
	case err != nil:
		return nil, err
	case w.untold != nil:
		return nil, w.refusal(group.Platform)
	case c.Form != nil:
		return h.addMembers(ctx, c, w)
	}
	page, err := c.Page(len(w.fresh), maxMembers, membersWord)
	if err != nil {
		return nil, err
	}
	return command.Card(w.card(page)), nil
}

// departmentOn is the department's group on a platform; its ID is empty if there is
// none. What the settings say goes before.
func (h Handler) departmentOn(ctx context.Context, tx *store.Tx, platform string) (chat.Address, error) {
	if i := slices.IndexFunc(h.Groups, func(g chat.Address) bool { return g.Platform == platform }); i >= 0 {
		return h.Groups[i], nil
	}
	named, err := tx.Marks().Under(ctx, store.DepartmentOf(platform, ""))
	if err != nil || len(named) == 0 {
		return chat.Address{}, err
	}
	return chat.Address{Platform: platform, Group: true, ID: named[0]}, nil
}

// crowd is who in a group nobody is known by.
type crowd struct {
	fresh  []chat.Member // who can be registered as they are
	twins  []string      // whose names are somebody else's, too
	unfit  int           // whose names cannot be registered
	untold error         // why it is not known who is there
}

// crowd asks who is in a group, and finds out whom nobody knows.
func (h Handler) crowd(ctx context.Context, c *command.Call, group chat.Address) (crowd, error) {
	type answer struct {
		list []chat.Member
		err  error
	}
	told, err := command.Outside(ctx, c, "members/"+group.ID, func(ctx context.Context) (a answer, _ error) {
		ctx, cancel := context.WithTimeout(ctx, membersTime)
		defer cancel()
		a.list, a.err = h.Members(ctx, group)
		return a, nil
	})
	if err != nil || told.err != nil {
		return crowd{untold: told.err}, err
	}
	return unknown(ctx, c.Tx, told.list)
}

// unknown sorts those whom nobody is known by.
func unknown(ctx context.Context, tx *store.Tx, list []chat.Member) (w crowd, err error) {
	accounts, err := tx.Accounts().All(ctx)
	if err != nil {
		return w, err
	}
	people, err := tx.People().Active(ctx)
	if err != nil {
		return w, err
	}
	known, called := map[chat.Account]bool{}, map[string]int{}
	for _, a := range accounts {
		known[chat.Account{Platform: a.Platform, ID: strings.ToLower(a.ID)}] = true
	}
	for _, p := range people {
		called[p.Name]++
	}
	list = slices.DeleteFunc(slices.Clone(list), func(m chat.Member) bool {
		return known[chat.Account{Platform: m.Account.Platform, ID: strings.ToLower(m.Account.ID)}]
	})
	for i := range list {
		list[i].Name = cleanName(list[i].Name)
		called[list[i].Name]++
	}
	for _, m := range list {
		switch {
		case !validName(m.Name):
			w.unfit++
		case called[m.Name] == 1:
			w.fresh = append(w.fresh, m)
		case !slices.Contains(w.twins, m.Name):
			w.twins = append(w.twins, m.Name)
		}
	}
	return w, nil
}

// refusal says why it is not known who is in a group, and what to do instead.
func (w crowd) refusal(on string) *command.Refusal {
	r := &command.Refusal{Text: "这会儿没读到部门群里有谁，过一会儿再试。", Hint: byMention, Clause: "附-4"}
	switch {
	case errors.Is(w.untold, chat.ErrNoMembers):
		r.Text, r.Hint = platform(on)+"不告诉机器人群里有谁。", "人员 添加 姓名 岗位，把绑定码给本人"
	case errors.Is(w.untold, chat.ErrDenied):
		r.Text = "应用没有读群成员的权限，请运行 marketbot check，按写的补上。"
	case errors.Is(w.untold, chat.ErrOutside):
		r.Text = "我不在部门群里了，读不到有谁，请把我拉回去。"
	}
	return r
}

// card asks for the posts of those on a page.
func (w crowd) card(page command.Page) chat.Card {
	card := chat.Card{Title: "部门群里的人都登记了", Tone: chat.Good}
	if len(w.twins)+w.unfit > 0 {
		card = chat.Card{Title: "部门群里没有能直接登记的人"}
	}
	if len(w.fresh) > 0 {
		card = chat.Card{Title: fmt.Sprintf("部门群里还有 %d 人没登记", len(w.fresh)), Buttons: page.Turn("下一页")}
		card.Blocks = []chat.Block{{Text: "给部门的人各选一个岗位，一次登记；不是部门的人空着。"}}
		card.Form = &chat.Form{Command: membersWord, Submit: "登记"}
		for _, m := range command.Rows(page, w.fresh) {
			f := chat.Field{Name: m.Account.ID, Label: m.Name, Hint: "空着就不登记", Options: []string{leaveOut}}
			for _, post := range store.Posts {
				f.Options = append(f.Options, string(post))
			}
			card.Form.Fields = append(card.Form.Fields, f)
		}
	}
	if len(w.twins) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Note: "同名的没有列出：" + words.Names(w.twins, maxNames) +
			"。是在册的那一位：人员 绑定码 姓名；是另一位，加字区分：人员 添加 张伟2 业务员，把绑定码给本人"})
	}
	if w.unfit > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Note: fmt.Sprintf("另有 %d 人的名字不能登记：人员 添加 姓名 岗位，把绑定码给本人", w.unfit)})
	}
	return card
}

// addMembers registers those of a group for whom a post was chosen, where they are
// still there.
func (h Handler) addMembers(ctx context.Context, c *command.Call, w crowd) (*command.Answer, error) {
	chosen, list := 0, []newcomer(nil)
	for _, post := range c.Form {
		if slices.Contains(store.Posts, store.Post(post)) {
			chosen++
		}
	}
	for _, m := range w.fresh {
		if post := store.Post(c.Form[m.Account.ID]); slices.Contains(store.Posts, post) {
			list = append(list, newcomer{name: m.Name, account: m.Account, post: post})
		}
	}
	gone := fmt.Sprintf("✗ 有 %d 人不在群里了，或刚登记过，没有登记", chosen-len(list))
	switch {
	case chosen == 0:
		return nil, &command.Refusal{Text: "一个岗位都没选。", Hint: membersWord, Clause: "附-4"}
	case len(list) == 0:
		return nil, &command.Refusal{Text: gone + "。", Hint: membersWord, Clause: "附-4"}
	}
	a, err := h.addAll(ctx, c, list)
	if err != nil {
		return nil, err
	}
	if chosen > len(list) {
		a.Reply.Card.Blocks = append(a.Reply.Card.Blocks, chat.Block{Text: gone})
	}
	if len(w.fresh) > maxMembers {
		a.Reply.Card.Buttons = append(a.Reply.Card.Buttons, chat.Button{Label: "接着登记", Command: membersWord})
	}
	return a, nil
}

// offer is what an administrator is told in private of a group that becomes the
// department's: who is to be registered, or why that is not known.
func (h Handler) offer(ctx context.Context, c *command.Call, group chat.Address) ([]chat.Notice, error) {
	w, err := h.crowd(ctx, c, group)
	var m chat.Message
	switch {
	case err != nil, errors.Is(w.untold, chat.ErrNoMembers), w.untold == nil && len(w.fresh)+len(w.twins)+w.unfit == 0:
		return nil, err
	case w.untold != nil:
		r := w.refusal(c.Event.Platform())
		m.Text = r.Text + "也可以：" + r.Hint
	default:
		card := w.card(command.PageOf(1, len(w.fresh), maxMembers, membersWord))
		m.Card = &card
	}
	list := audience.Same("staff/"+c.Tx.NewID(c.Now), []store.Person{c.Person}, m)
	for i := range list {
		list[i].Urgent, list[i].Aside = true, true // a form of its own, and no news of what was done
	}
	return list, nil
}
