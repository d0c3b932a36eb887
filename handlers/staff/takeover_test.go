package staff

import (
	"context"
	"slices"
	"strings"
	"testing"

	"marketbot/handlers/chat"
	"marketbot/handlers/handlerstest"
	"marketbot/store"
)

// said are the words that were said to an account in particular.
func said(list []chat.Notice, to chat.Account) (words string) {
	for _, n := range list {
		if slices.Contains(n.Accounts, to) {
			words += flat(n.Message)
		}
	}
	return words
}

// A code for somebody who has an account already would let whoever types it take
// their place, and get all that is said to them.
func TestNoCodeForWhoHasAnAccount(t *testing.T) {
	o := newOffice(t)
	wants(t, o.Refused("王芳", "人员 绑定码 陈总"), "陈总已经有演示页账号", "请本人")
	o.Update(func(ctx context.Context, tx *store.Tx) error { return tx.Accounts().Unbind(ctx, "webchat", "张伟") })
	code := codeIn(t, o.Answer("王芳", "人员 绑定码 张伟"))
	// Bound meanwhile by another way, the code is of no use any more.
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.Accounts().Bind(ctx, store.Account{Platform: "wecom", ID: "zhang", Person: o.People["张伟"].ID}, o.Now)
	})
	thief := chat.Account{Platform: "feishu", ID: "ou_thief"}
	if a, err := o.Try("", "绑定 "+code, handlerstest.From(thief, "")); err != nil || a.Reply.Text != badCode || o.of(thief).ID != "" {
		t.Errorf("%q, %v", flat(a.Reply), err)
	}
}

// One more account on a platform needs consent on the first; on another platform
// it does not, but every account that the person has hears.
func TestOneMoreAccountNeedsConsent(t *testing.T) {
	o := newOffice(t)
	old := chat.Account{Platform: "webchat", ID: "张伟"}
	second := chat.Account{Platform: "webchat", ID: "second"}
	code := codeIn(t, o.Answer("张伟", "绑定"))
	a, err := o.Try("", "绑定 "+code, handlerstest.From(second, "张三"))
	if err != nil || o.of(second).ID != "" {
		t.Fatalf("bound without consent: %v", err)
	}
	wants(t, flat(a.Reply), "要先在原来的账号上确认")
	wants(t, said(a.Notices, old), "又一个演示页账号", "「张三」", "确认 A1", "取消 A1")
	wants(t, o.Refused("李娜", "人员 确认 A1"), "没有你能看的")
	wants(t, o.Refused("陈总", "人员 确认 A1"), "没有你能看的")
	b := o.Answer("张伟", "人员 确认 A1")
	if o.of(second).Name != "张伟" {
		t.Error("not bound after consent")
	}
	wants(t, said(b.Notices, old), "又一个演示页账号现在是张伟的")
	wants(t, said(b.Notices, second), "绑定成功")

	code = codeIn(t, o.Answer("张伟", "绑定"))
	third := chat.Account{Platform: "feishu", ID: "ou_zhang"}
	c, err := o.Try("", "绑定 "+code, handlerstest.From(third, ""))
	if err != nil || o.of(third).Name != "张伟" {
		t.Fatalf("another platform: %v", err)
	}
	for _, had := range []chat.Account{old, second} {
		wants(t, said(c.Notices, had), "你又多了一个账号：飞书")
	}
	if heads := o.Told(c.Notices); !strings.Contains(heads["陈总"], "张伟在飞书绑定了一个账号") {
		t.Errorf("the general manager does not hear that a reader of files has one more account: %v", heads)
	}
}

// Refused, the account stays outside.
func TestRefusedAccountStaysOutside(t *testing.T) {
	o := newOffice(t)
	second := chat.Account{Platform: "webchat", ID: "second"}
	code := codeIn(t, o.Answer("陈总", "绑定"))
	if _, err := o.Try("", "绑定 "+code, handlerstest.From(second, "")); err != nil {
		t.Fatal(err)
	}
	o.Say("陈总", "人员 不同意 A1")
	wants(t, o.Refused("陈总", "人员 确认 A1"), "不同意")
	if o.of(second).ID != "" {
		t.Error("bound")
	}
}
