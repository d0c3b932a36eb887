package staff

import (
	"context"
	"strings"
	"testing"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/handlerstest"
	"marketbot/store"
)

// The first steps are ticked off as they are done.
func TestFirstSteps(t *testing.T) {
	o := newOffice(t)
	wants(t, o.Say("王芳", "开始使用"), "○ 1. 把我拉进部门群", "✓ 2. 加同事", "○ 3. 看一周的例子")
	wants(t, o.Say("王芳", "开始使用 例子"), "出差 广州 3天", "批示")
	wants(t, o.Refused("王芳", "部门群"), "要在那个群里说")
	group := func(id string) handlerstest.How {
		return func(c *command.Call) {
			c.Event.Chat = chat.Address{Platform: "feishu", Group: true, ID: id}
			c.Event.From.Platform = "feishu"
		}
	}
	boss := chat.Account{Platform: "feishu", ID: "ou_wang"}
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.Accounts().Bind(ctx, store.Account{Platform: "feishu", ID: "ou_wang", Person: o.People["王芳"].ID}, o.Now)
	})
	as := handlerstest.From(boss, "王芳")
	wants(t, o.Say("王芳", "部门群", as, group("oc_1")), "这个群是部门群了")
	wants(t, o.Say("王芳", "部门群", as, group("oc_1")), "已经是部门群")
	wants(t, o.Say("王芳", "部门群", as, group("oc_2")), "这个群是部门群了")
	named := func() (list []string) {
		o.Update(func(ctx context.Context, tx *store.Tx) (err error) {
			list, err = tx.Marks().Under(ctx, store.DepartmentMark)
			return err
		})
		return list
	}
	if got := named(); len(got) != 1 || got[0] != "feishu/oc_2" {
		t.Errorf("named %q", got)
	}
	wants(t, o.Say("王芳", "开始使用"), "✓ 1.", "✓ 2.", "✓ 3.")
	wants(t, o.Say("王芳", "部门群 取消", as, group("oc_2")), "群里不发提醒了")
	if got := named(); len(got) != 0 {
		t.Errorf("still %q", got)
	}
	o.Refusal("张伟", "部门群")
	h := o.h
	h.Groups = []chat.Address{{Platform: "feishu", Group: true, ID: "oc_set"}}
	o.Serve(h)
	wants(t, o.Refused("王芳", "部门群", as, group("oc_1")), "写在配置文件里")
}

// Who scanned becomes the first administrator by their first message, and nobody
// does once there is one.
func TestOwnerIsTheFirstAdministrator(t *testing.T) {
	o := newOffice(t)
	owner := chat.Account{Platform: "feishu", ID: "ou_owner"}
	h := o.h
	h.Owners = []chat.Account{owner}
	o.Serve(h)
	if a, err := o.Try("", "绑定", handlerstest.From(owner, "小欧")); err != nil || a.Reply.Text != Unregistered {
		t.Errorf("beside an administrator: %q, %v", flat(a.Reply), err)
	}
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.People().TakeDuty(ctx, o.People["王芳"].ID, store.Administrator, o.Now)
	})
	code, _ := o.firstCode()
	stranger := chat.Account{Platform: "feishu", ID: "ou_x"}
	if a, err := o.Try("", "绑定", handlerstest.From(stranger, "小生")); err != nil || a.Reply.Text != Unregistered {
		t.Errorf("a stranger: %q, %v", flat(a.Reply), err)
	}
	a, err := o.Try("", "绑定", handlerstest.From(owner, "小欧"))
	if err != nil {
		t.Fatal(err)
	}
	wants(t, flat(a.Reply), "绑定成功：你是小欧", "管理员", "○ 1. 把我拉进部门群", "[业务员:人员 岗位 小欧 业务员]")
	if p := o.of(owner); !p.Has(store.Administrator) || p.Name != "小欧" {
		t.Errorf("%+v", p)
	}
	if a, _ := o.Try("", "绑定 "+code, handlerstest.From(stranger, "小生")); a.Reply.Text != badCode {
		t.Errorf("the printed code is still good: %q", flat(a.Reply))
	}
}

// Who is mentioned without a post is registered with none, and gets one by a button.
func TestPostByButton(t *testing.T) {
	o := newOffice(t)
	li := chat.Mention{Name: "李雷", Account: chat.Account{Platform: "feishu", ID: "ou_li"}}
	said := o.Say("王芳", "人员 添加 李雷", handlerstest.Mentioning(li))
	wants(t, said, "已登记：李雷，其他员工", "[业务员:人员 岗位 李雷 业务员]", "[总经理:人员 岗位 李雷 总经理]")
	if strings.Count(said, "人员 岗位") != 6 { // as many as WeCom has buttons
		t.Error(said)
	}
	if p := o.of(li.Account); p.Post != store.OtherEmployee {
		t.Errorf("%+v", p)
	}
	if q := o.Asked("王芳", "人员 添加 韩梅梅"); !strings.Contains(q.Prompt, "什么岗位？") {
		t.Error(q.Prompt)
	}
}
