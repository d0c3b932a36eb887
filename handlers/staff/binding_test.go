package staff

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/handlerstest"
	"marketbot/store"
)

func TestSecondAccountOfOnePerson(t *testing.T) {
	o := newOffice(t)
	phone := chat.Account{Platform: "wecom", ID: "zhang"}
	a, err := o.Try("", "绑定", handlerstest.From(phone, "小张"))
	if err != nil || a.Reply.Text != Unregistered {
		t.Errorf("unregistered: %q, %v", a.Reply.Text, err)
	}
	old := codeIn(t, o.Answer("张伟", "绑定"))
	code := codeIn(t, o.Answer("张伟", "绑定"))
	if a, _ = o.Try("", "绑定 "+old, handlerstest.From(phone, "小张")); a.Reply.Text != badCode {
		t.Errorf("a code that was replaced: %q", a.Reply.Text)
	}
	o.Now = o.Now.Add(10 * time.Minute)
	if a, _ = o.Try("", "绑定 "+code, handlerstest.From(phone, "小张")); a.Reply.Text != badCode {
		t.Errorf("after 10 minutes: %q", a.Reply.Text)
	}
	code = codeIn(t, o.Answer("张伟", "绑定"))
	o.Now = o.Now.Add(10*time.Minute - time.Second)
	if a, err = o.Try("", "绑定 "+strings.ReplaceAll(code, "-", " "), handlerstest.From(phone, "小张")); err != nil || o.of(phone).Name != "张伟" {
		t.Errorf("within 10 minutes: %q, %v", a.Reply.Text, err)
	}
	wants(t, o.Say("张伟", "绑定 "+code), "已登记为张伟")
}

func TestFiveWrongCodesAnHour(t *testing.T) {
	o := newOffice(t)
	guesser := chat.Account{Platform: "wecom", ID: "guesser"}
	for range mostTries {
		if a, err := o.Try("", "绑定 AAAA-AAAA", handlerstest.From(guesser, "")); err != nil || a.Reply.Text != badCode {
			t.Fatalf("%q, %v", a.Reply.Text, err)
		}
	}
	code := codeIn(t, o.Answer("张伟", "绑定"))
	if a, _ := o.Try("", "绑定 "+code, handlerstest.From(guesser, "")); a.Reply.Text != badCode {
		t.Errorf("the sixth try counts: %q", a.Reply.Text)
	}
	other := chat.Account{Platform: "wecom", ID: "zhang"}
	if _, err := o.Try("", "绑定 "+code, handlerstest.From(other, "")); err != nil || o.of(other).Name != "张伟" {
		t.Errorf("another account is locked out too: %v", err)
	}
	o.Now = o.Now.Add(tryWindow + time.Second)
	code = codeIn(t, o.Answer("李娜", "绑定"))
	if _, err := o.Try("", "绑定 "+code, handlerstest.From(guesser, "")); err != nil || o.of(guesser).Name != "李娜" {
		t.Errorf("locked out for more than an hour: %v", err)
	}
}

func TestCodeOfSomebodyStopped(t *testing.T) {
	o := newOffice(t)
	code := codeIn(t, o.Answer("张伟", "绑定"))
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.People().Stop(ctx, o.People["张伟"].ID, o.Now)
	})
	if a, _ := o.Try("", "绑定 "+code, handlerstest.From(chat.Account{Platform: "wecom", ID: "zhang"}, "")); a.Reply.Text != badCode {
		t.Errorf("%q", a.Reply.Text)
	}
}

func (o *office) firstCode() (code string, needed bool) {
	o.T.Helper()
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		var err error
		code, needed, err = FirstCode(ctx, tx, o.Now)
		return err
	})
	return code, needed
}

func TestFirstAdministratorOfTheConfigFile(t *testing.T) {
	o := newOffice(t)
	if _, needed := o.firstCode(); needed {
		t.Error("needed beside an administrator with an account")
	}
	o.Update(func(ctx context.Context, tx *store.Tx) error { return tx.Accounts().Unbind(ctx, "webchat", "王芳") })
	code, needed := o.firstCode()
	if !needed {
		t.Fatal("not needed")
	}
	boss := chat.Account{Platform: "feishu", ID: "ou_wang"}
	a, err := o.Try("", "绑定 "+code, handlerstest.From(boss, "芳芳"))
	if err != nil || o.of(boss).Name != "王芳" {
		t.Errorf("%q, %v", flat(a.Reply), err)
	}
	wants(t, flat(a.Reply), "绑定成功", "○ 1. 把我拉进部门群", "✓ 2. 加同事", "○ 3. 看一周的例子")
}

func TestFirstAdministratorFromNothing(t *testing.T) {
	o := newOffice(t)
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.People().TakeDuty(ctx, o.People["王芳"].ID, store.Administrator, o.Now)
	})
	old, _ := o.firstCode()
	code, needed := o.firstCode()
	if !needed || code == old {
		t.Fatal("no new code")
	}
	stranger := chat.Account{Platform: "feishu", ID: "ou_x"}
	if a, _ := o.Try("", "绑定 "+old, handlerstest.From(stranger, "<at id=all>")); a.Reply.Text != badCode {
		t.Errorf("an old printed code: %q", a.Reply.Text)
	}
	if _, err := o.Try("", "绑定 "+code, handlerstest.From(stranger, "<at id=all>")); err != nil {
		t.Fatal(err)
	}
	p := o.of(stranger)
	if p.Name != "管理员" || !p.Has(store.Administrator) || p.Post != store.OtherEmployee {
		t.Errorf("%+v", p)
	}
	if _, needed := o.firstCode(); needed {
		t.Error("still needed")
	}
}

func TestFirstCodeMakesARegisteredPersonAdministrator(t *testing.T) {
	o := newOffice(t)
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.People().TakeDuty(ctx, o.People["王芳"].ID, store.Administrator, o.Now)
	})
	code, _ := o.firstCode()
	a := o.Answer("陈总", "绑定 "+code)
	wants(t, flat(a.Reply), "你现在是管理员")
	wants(t, o.Told(a.Notices)["王芳"], "陈总用程序启动时显示的绑定码成了管理员")
	if !o.person("陈总").Has(store.Administrator) {
		t.Error("is not")
	}
}

func TestSeedAppliesOnlyWhatChanged(t *testing.T) {
	o := newOffice(t)
	seed := func(list ...Entry) error {
		return o.DB.Update(t.Context(), func(tx *store.Tx) error { return Seed(t.Context(), tx, list, o.Now) })
	}
	e := Entry{Name: "赵敏", Post: store.Salesperson, Duties: []store.Duty{store.Archivist}, Accounts: map[string]string{"feishu": "ou_zhao"}}
	if err := seed(e); err != nil {
		t.Fatal(err)
	}
	p := o.of(chat.Account{Platform: "feishu", ID: "ou_zhao"})
	if p.Name != "赵敏" || p.Post != store.Salesperson || !p.Has(store.Archivist) {
		t.Fatalf("%+v", p)
	}
	o.Say("王芳", "人员 岗位 赵敏 市场主管")
	o.Say("王芳", "人员 职责 赵敏 财务")
	if err := seed(e); err != nil || o.person("赵敏").Post != store.Supervisor {
		t.Errorf("a restart undoes a command: %v", err)
	}
	e.Duties, e.Accounts = nil, map[string]string{"feishu": "ou_new", "wecom": "zhao"}
	if err := seed(e); err != nil {
		t.Fatal(err)
	}
	if p = o.person("赵敏"); p.Post != store.Supervisor || p.Has(store.Archivist) || !p.Has(store.Accountant) {
		t.Errorf("more than what changed: %+v", p)
	}
	if o.of(chat.Account{Platform: "feishu", ID: "ou_zhao"}).ID != "" || o.of(chat.Account{Platform: "feishu", ID: "ou_new"}).ID != p.ID {
		t.Error("accounts do not follow the entry")
	}
	o.Update(func(ctx context.Context, tx *store.Tx) error { return tx.People().Stop(ctx, p.ID, o.Now) })
	e.Post = store.GMAssistant
	if err := seed(e); err != nil || o.person("赵敏").ID != "" {
		t.Errorf("somebody stopped came back: %v", err)
	}
	known := Entry{Name: "张伟", Post: store.Salesperson, Accounts: map[string]string{"wecom": "zhang"}}
	if err := seed(known); err != nil || o.of(chat.Account{Platform: "wecom", ID: "zhang"}).ID != o.People["张伟"].ID {
		t.Errorf("somebody registered by command: %v", err)
	}
}

func TestSeedNamesWhatIsWrong(t *testing.T) {
	ok := Entry{Name: "赵敏", Post: store.Salesperson, Accounts: map[string]string{"feishu": "ou_1"}}
	for want, list := range map[string][]Entry{
		`0 name: 姓名 "@赵"`:              {{Name: "@赵", Post: store.Salesperson}},
		`1 name: 赵敏 写了两次`:              {ok, ok},
		`0 post: 没有岗位 "经理"；可以写：执行董事、`:  {{Name: "赵敏", Post: "经理"}},
		`0 duties: 没有职责 "司机"；可以写：管理员、`: {{Name: "赵敏", Post: store.Salesperson, Duties: []store.Duty{"司机"}}},
		`1 feishu: 赵敏 和 钱 写了同一个`:       {ok, {Name: "钱", Post: store.Salesperson, Accounts: map[string]string{"feishu": "ou_1"}}},
	} {
		i, key, problem := Check(list)
		if got := fmt.Sprintf("%d %s: %s", i, key, problem); !strings.HasPrefix(got, want) {
			t.Errorf("%s; want %s", got, want)
		}
	}
	if _, _, problem := Check([]Entry{ok, {Name: "钱", Post: store.Salesperson}}); problem != "" {
		t.Error(problem)
	}
}
