package staff

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/handlerstest"
	"marketbot/store"
)

// gathering is an office with a group on Feishu, in which an administrator is.
type gathering struct {
	*office
	as  handlerstest.How
	in  handlerstest.How // the group
	who []chat.Member
	err error
}

func newGathering(t *testing.T, names ...string) *gathering {
	g := &gathering{office: newOffice(t), as: handlerstest.From(chat.Account{Platform: "feishu", ID: "ou_wang"}, "王芳")}
	g.in = func(c *command.Call) { c.Event.Chat = chat.Address{Platform: "feishu", Group: true, ID: "oc_1"} }
	g.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.Accounts().Bind(ctx, store.Account{Platform: "feishu", ID: "ou_wang", Person: g.People["王芳"].ID}, g.Now)
	})
	g.joins("ou_WANG", "王芳") // as the directory writes it
	for i, name := range names {
		g.joins(fmt.Sprint("ou_", i), name)
	}
	h := g.h
	h.Members = func(_ context.Context, at chat.Address) ([]chat.Member, error) {
		if at.ID != "oc_1" {
			t.Errorf("asked for %v", at)
		}
		return g.who, g.err
	}
	g.Serve(h)
	return g
}

func (g *gathering) joins(id, name string) {
	g.who = append(g.who, chat.Member{Account: chat.Account{Platform: "feishu", ID: id}, Name: name})
}

// chooses makes the group the department's and gives what its administrator is told in
// private.
func (g *gathering) chooses() string {
	g.T.Helper()
	a := g.Answer("王芳", "部门群", g.as, g.in)
	if strings.Contains(flat(a.Reply), "没登记") {
		g.T.Errorf("the group hears %q", flat(a.Reply))
	}
	return g.Told(a.Notices)["王芳"]
}

// Whoever makes a group the department's is told in private who in it is to be
// registered; who is known is not among them.
func TestTheGroupsPeopleAreOffered(t *testing.T) {
	g := newGathering(t, "李雷", "韩梅梅")
	wants(t, g.chooses(), "部门群里还有 2 人没登记", "李雷", "韩梅梅")
	wants(t, g.Say("王芳", "开始使用", g.as), "部门群里还有 2 人没登记", "[加同事:人员 群成员]")
	wants(t, g.Say("王芳", "人员 群成员", g.as, handlerstest.Filled(map[string]string{"ou_0": "业务员", "ou_1": "不登记"})), "已登记 1 人", "✓ 已登记：李雷，业务员")
	if p := g.of(chat.Account{Platform: "feishu", ID: "ou_0"}); p.Name != "李雷" || p.Post != store.Salesperson {
		t.Errorf("%+v", p)
	}
	said := g.Say("王芳", "人员 群成员", g.as)
	if wants(t, said, "还有 1 人没登记", "韩梅梅"); strings.Contains(said, "李雷") {
		t.Error(said)
	}
	g.Refusal("张伟", "人员 群成员")
	wants(t, newGathering(t).chooses()+"nothing", "nothing")
}

// Why it is not known who is there is said with what to do instead, and holds up
// nothing.
func TestGroupsThatTellNothing(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string // empty: the platform never tells, and nothing is said of it
	}{
		{fmt.Errorf("code 99991672: %w", chat.ErrDenied), "应用没有读群成员的权限，请运行 marketbot check"},
		{fmt.Errorf("code 232011: %w", chat.ErrOutside), "我不在部门群里了"},
		{errors.New("code 99991400"), "这会儿没读到"},
		{context.DeadlineExceeded, "这会儿没读到"},
		{chat.ErrNoMembers, ""},
	} {
		g := newGathering(t, "李雷")
		g.err = c.err
		told, start := g.chooses(), g.Say("王芳", "开始使用", g.as)
		wants(t, start, "✓ 1.", "2. 加同事：人员 添加 @张伟 @刘洋")
		if c.want == "" {
			if told != "" || strings.Contains(start, "群里") && strings.Contains(start, "没登记") {
				t.Errorf("%v: %q, %q", c.err, told, start)
			}
			wants(t, g.Refused("王芳", "人员 群成员", g.as), "飞书不告诉机器人群里有谁", "绑定码")
			continue
		}
		wants(t, told, c.want, "人员 添加 @张伟 @刘洋")
		wants(t, start, c.want)
		wants(t, g.Refused("王芳", "人员 群成员", g.as), c.want, "人员 添加 @张伟 @刘洋")
		wants(t, g.Refused("王芳", "人员 群成员", g.as, handlerstest.Filled(map[string]string{"ou_0": "业务员"})), c.want)
		g.err = nil
		wants(t, g.Say("王芳", "人员 群成员", g.as), "还有 1 人没登记")
	}
	o := newOffice(t)
	wants(t, o.Refused("王芳", "人员 群成员"), "还没有部门群", "部门群")
}

// Who left between the form and its handing in is not registered, and the others are.
func TestAMemberWhoLeft(t *testing.T) {
	g := newGathering(t, "李雷", "韩梅梅")
	g.chooses()
	g.who = g.who[:2]
	chosen := handlerstest.Filled(map[string]string{"ou_0": "业务员", "ou_1": "市场主管"})
	wants(t, g.Say("王芳", "人员 群成员", g.as, chosen), "已登记 1 人", "✓ 已登记：李雷，业务员", "✗ 有 1 人不在群里了，或刚登记过")
	wants(t, g.Refused("王芳", "人员 群成员", g.as, chosen), "✗ 有 2 人不在群里了，或刚登记过")
	if p := g.person("韩梅梅"); p.ID != "" {
		t.Errorf("%+v", p)
	}
	for _, nothing := range []map[string]string{{}, {"ou_0": "不登记"}, {"ou_0": "管理员"}} {
		wants(t, g.Refused("王芳", "人员 群成员", g.as, handlerstest.Filled(nothing)), "一个岗位都没选")
	}
}

// Who is called like somebody else is no second one of them, and a name that nobody can
// have stands in the way of nobody.
func TestNamesInTheGroup(t *testing.T) {
	g := newGathering(t, "张伟", "李雷", "李雷", "", "@所有人<b>", "韩梅梅")
	said := g.chooses()
	wants(t, said, "还有 1 人没登记", "韩梅梅", "同名的没有列出：张伟、李雷", "人员 绑定码 姓名", "另有 2 人的名字不能登记")
	wants(t, g.Refused("王芳", "人员 群成员", g.as, handlerstest.Filled(map[string]string{"ou_0": "业务员", "ou_1": "业务员"})), "✗ 有 2 人")
	if p := g.person("李雷"); p.ID != "" {
		t.Errorf("%+v", p)
	}
	wants(t, newGathering(t, "张伟").chooses(), "部门群里没有能直接登记的人", "同名的没有列出：张伟")
}

// The general manager's word is needed for what it always is.
func TestPostsOfMembersAreConfirmed(t *testing.T) {
	g := newGathering(t, "李雷")
	g.chooses()
	g.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.Marks().Set(ctx, wroteMark(g.People["陈总"].ID), g.Now)
	})
	a := g.Answer("王芳", "人员 群成员", g.as, handlerstest.Filled(map[string]string{"ou_0": "总经理"}))
	wants(t, flat(a.Reply), "✓ 已登记：李雷", "等陈总（总经理）确认后生效")
	wants(t, g.Told(a.Notices)["陈总"], "登记李雷为总经理", "确认")
	if p := g.person("李雷"); p.Post == store.GeneralManager {
		t.Errorf("%+v", p)
	}
}

// A large group comes in pages that a card holds, and who was registered is no longer
// on the next.
func TestPagesOfMembers(t *testing.T) {
	var names []string
	for i := range 25 {
		names = append(names, fmt.Sprintf("成员%02d", i))
	}
	g := newGathering(t, names...)
	said := g.chooses()
	if wants(t, said, "还有 25 人没登记", "成员09", "[下一页:人员 群成员 第2页]"); strings.Contains(said, "成员10") {
		t.Error(said)
	}
	wants(t, g.Say("王芳", "人员 群成员 第3页", g.as), "成员20", "成员24")
	wants(t, g.Refused("王芳", "人员 群成员 第4页", g.as), "没有这一页")
	wants(t, g.Say("王芳", "人员 群成员", g.as, handlerstest.Filled(map[string]string{"ou_0": "业务员", "ou_12": "业务员"})), "已登记 2 人", "[接着登记:人员 群成员]")
	wants(t, g.Say("王芳", "人员 群成员", g.as), "还有 23 人没登记", "成员01")
}
