package staff

import (
	"context"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/text"
	"marketbot/store"
)

func (h Handler) peopleCommands() []command.Spec {
	name := command.Arg{Name: "姓名", Kind: command.Person, Prompt: "哪一位？写姓名。"}
	post := command.Arg{Name: "岗位", Kind: command.Post, Prompt: postPrompt()}
	later := post
	later.Optional = true // a button gives it to whoever was mentioned
	duty := command.Arg{Name: "职责", Kind: command.Duty, Prompt: "什么职责？管理员、档案员或财务。"}
	return []command.Spec{
		{
			Name: "人员", Aliases: []string{"ry", "people"}, Summary: "看谁在什么岗位、有什么职责；加姓名看任职经历", Lists: true,
			Said:     []string{"人员名单", "人员列表", "人员表", "员工列表", "员工名单", "同事名单", "通讯录", "有哪些人", "有几个人", "多少人", "有哪些同事", "都有谁", "什么岗位", "哪个岗位", "花名册", "管理员是谁", "谁是管理员", "财务是谁", "谁是财务", "档案员是谁", "谁是档案员", "总监是谁", "主管是谁", "领导是谁", "谁是…领导", "我的岗位"},
			Args:     []command.Arg{{Name: "姓名", Kind: command.Person, Optional: true, Gone: true}, command.PageArg()},
			Examples: []string{"人员"}, Who: rulebook.TakePart, Clause: "总则", Also: []string{"附-4"}, Run: h.people,
		},
		manage(command.Spec{
			Name: "人员 添加", Aliases: []string{"rytj"}, Summary: "登记一个人：@他就直接绑定账号，只写姓名则给出绑定码",
			Said:     []string{"添加人员", "新增人员", "添加员工", "新增员工", "加人", "加个人", "加员工", "添加同事", "添加新人", "登记人员"},
			Args:     []command.Arg{{Name: "姓名", Kind: command.Word, Prompt: "登记谁？@他，或写姓名。"}, {Name: othersArg, Kind: command.Mentions, Optional: true}, later},
			Examples: []string{"人员 添加 周敏 业务员", "人员 添加 @周敏 @林立 业务员"}, Run: h.add, Undo: h.undoAdd,
		}),
		h.membersCommand(),
		manage(command.Spec{
			Name: "人员 绑定码", Aliases: []string{"rybdm"}, Summary: "给还没绑定账号的人一个新的绑定码",
			Said: []string{"绑定码", "给…绑定码"},
			Args: []command.Arg{name}, Examples: []string{"人员 绑定码 张伟"}, Run: h.code,
		}),
		manage(command.Spec{
			Name: "人员 岗位", Aliases: []string{"rygw"}, Summary: "改一个人的岗位",
			Said: []string{"改岗位", "修改岗位", "调岗", "改…岗位"},
			Args: []command.Arg{name, post}, Examples: []string{"人员 岗位 张伟 市场主管"}, Run: h.setPost, Undo: h.undoPost,
		}),
		manage(command.Spec{
			Name: "人员 职责", Aliases: []string{"ryzz"}, Summary: "给一个人加职责：管理员、档案员、财务",
			Args: []command.Arg{name, duty}, Examples: []string{"人员 职责 张伟 档案员"}, Run: h.giveDuty, Undo: h.undoGive,
		}),
		manage(command.Spec{
			Name: "人员 取消职责", Aliases: []string{"ryqxzz"}, Summary: "取消一个人的职责",
			Args: []command.Arg{name, duty}, Examples: []string{"人员 取消职责 张伟 档案员"}, Run: h.takeDuty, Undo: h.undoTake,
		}),
		manage(command.Spec{
			Name: "人员 停用", Aliases: []string{"ryty"}, Summary: "停用一个人：不能再使用，记录都保留；要确认",
			Said: []string{"停用人员", "停用员工", "人员…停用", "停用", "删除人员", "删人", "离职", "停掉", "…不干了"},
			Args: []command.Arg{name}, Examples: []string{"人员 停用 张伟"}, Run: h.stop, Undo: h.undoStop,
		}),
		h.reinstateCommand(),
	}
}

// personChanged is when what somebody holds was changed last, or a change of it
// was asked for or decided.
func personChanged(ctx context.Context, c *command.Call) (time.Time, error) {
	if c.Spec.Args[0].Kind == command.Person {
		return changed(ctx, c, c.Who("姓名").ID)
	}
	p, found, err := c.Tx.People().StoppedNamed(ctx, audience.Bare(cleanName(c.Text("姓名"))))
	if err != nil || !found {
		return time.Time{}, err
	}
	return p.Until, nil
}

// changed is personChanged of somebody.
func changed(ctx context.Context, c *command.Call, id string) (time.Time, error) {
	at, err := c.Tx.People().Changed(ctx, id)
	if err != nil {
		return at, err
	}
	asked, err := c.Tx.Changes().Since(ctx, id, c.Now)
	for _, one := range asked {
		for _, t := range []time.Time{one.At, one.Decided} {
			if t.After(at) {
				at = t
			}
		}
	}
	return at, err
}

// unchanged refuses what was sent before somebody was changed.
func unchanged(ctx context.Context, c *command.Call, id string) error {
	at, err := changed(ctx, c, id)
	if err != nil {
		return err
	}
	return c.Overtaken(at)
}

// manage fills in what all commands of the administrator share.
func manage(s command.Spec) command.Spec {
	s.Who, s.Private, s.Clause, s.Changed = rulebook.ManagePeople, true, "附-4", personChanged
	if undo := s.Undo; undo != nil {
		s.Undo = func(ctx context.Context, c *command.Call, ref string) (string, error) {
			if code, waits := strings.CutPrefix(ref, waitsRef); waits {
				return withdraw(ctx, c, code)
			}
			id, _, _ := strings.Cut(ref, "|")
			if err := unchanged(ctx, c, id); err != nil {
				return "", err
			}
			return undo(ctx, c, ref)
		}
	}
	return s
}

// postPrompt asks for a post.
func postPrompt() string { return "什么岗位？" + posts() }

// postCard offers the posts for somebody who was registered without one.
func postCard(p store.Person, text string) chat.Card {
	return chat.Card{Title: "已登记：" + p.Name, Tone: chat.Good, Blocks: []chat.Block{{Text: text}, {Text: "是什么岗位？"}}, Buttons: postButtons(p)}
}

// postButtons give somebody any post but the one that they have.
func postButtons(p store.Person) (list []chat.Button) {
	for _, post := range store.Posts {
		if post != p.Post {
			list = append(list, chat.Button{Label: string(post), Command: "人员 岗位 " + p.Name + " " + string(post)})
		}
	}
	return list
}

func posts() string {
	var names []string
	for _, p := range store.Posts {
		names = append(names, string(p))
	}
	return strings.Join(names, "、")
}

func (h Handler) people(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if c.Has("姓名") {
		who := c.Who("姓名")
		if word := c.PageWord(); word != "" {
			return nil, &command.Refusal{Text: "没看懂" + text.Quote(word) + "，什么也没有改。", Hint: "看任职经历：人员 " + who.Name + "；改岗位：人员 岗位 " + who.Name + " 岗位", Clause: "附-4"}
		}
		return h.person(ctx, c, who)
	}
	list, err := c.Tx.People().Active(ctx)
	if err == nil {
		err = c.Tx.People().Check(ctx) // whoever is missing in the list is said to be
	}
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b store.Person) int {
		return slices.Index(store.Posts, a.Post) - slices.Index(store.Posts, b.Post)
	})
	page, err := c.Page(len(list), command.MaxRows, c.Spec.Name)
	if err != nil {
		return nil, err
	}
	return command.Card(peopleCard(list, page, rulebook.Allows(rulebook.ManagePeople, c.Person))), nil
}

// person shows one person: what they held and hold, with dates.
func (h Handler) person(ctx context.Context, c *command.Call, p store.Person) (*command.Answer, error) {
	tenures, err := c.Tx.People().Tenures(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	version, read, err := h.confirmed(ctx, c.Tx, p.ID, c.Now)
	if err != nil {
		return nil, err
	}
	rules := "还没确认 " + string(h.Rules.Book.On(h.Rules.Day(c.Now)).From) + " 版"
	if !read.IsZero() {
		rules = h.at(read) + " 确认已读 " + version + " 版"
	}
	a := command.Card(h.personCard(p, tenures, rules))
	a.Subject = "person/" + p.ID
	return a, nil
}

// errUndone is the refusal for what somebody else changed meanwhile.
var errUndone error = &command.Refusal{Text: "之后又有人改动过，不能撤销了。", Hint: "人员", Clause: "附-4"}

// keepAdministrator refuses to part with the last administrator.
func (h Handler) keepAdministrator(ctx context.Context, tx *store.Tx, p store.Person) error {
	admins, err := tx.People().Holding(ctx, "", store.Administrator)
	if err != nil {
		return err
	}
	if !p.Has(store.Administrator) || len(admins) > 1 {
		return nil
	}
	return &command.Refusal{
		Text:   p.Name + "是唯一的管理员，至少要留一位。",
		Hint:   "人员 职责 姓名 管理员（先交给另一位）",
		Clause: "附-4",
	}
}
