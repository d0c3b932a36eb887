package staff

import (
	"context"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
)

func TestSecondAccountOfOnePerson(t *testing.T) {
	o := newOffice(t)
	phone := said{account: chat.Account{Platform: "wecom", ID: "zhang"}, fromName: "小张"}
	a, err := o.try(phone, "绑定")
	if err != nil || a.Reply.Text != Unregistered {
		t.Errorf("unregistered: %q, %v", a.Reply.Text, err)
	}
	old := codeIn(t, o.say("张伟", "绑定"))
	code := codeIn(t, o.say("张伟", "绑定"))
	if a, _ = o.try(phone, "绑定 "+old); a.Reply.Text != badCode {
		t.Errorf("a code that was replaced: %q", a.Reply.Text)
	}
	o.now = o.now.Add(10 * time.Minute)
	if a, _ = o.try(phone, "绑定 "+code); a.Reply.Text != badCode {
		t.Errorf("after 10 minutes: %q", a.Reply.Text)
	}
	code = codeIn(t, o.say("张伟", "绑定"))
	o.now = o.now.Add(10*time.Minute - time.Second)
	if a, err = o.try(phone, "绑定 "+strings.ReplaceAll(code, "-", " ")); err != nil || o.of(phone.account).Name != "张伟" {
		t.Errorf("within 10 minutes: %q, %v", a.Reply.Text, err)
	}
	wants(t, flat(o.say("张伟", "绑定 "+code).Reply), "已登记为张伟")
}

func TestFiveWrongCodesAnHour(t *testing.T) {
	o := newOffice(t)
	guesser := said{account: chat.Account{Platform: "wecom", ID: "guesser"}}
	for range mostTries {
		if a, err := o.try(guesser, "绑定 AAAA-AAAA"); err != nil || a.Reply.Text != badCode {
			t.Fatalf("%q, %v", a.Reply.Text, err)
		}
	}
	code := codeIn(t, o.say("张伟", "绑定"))
	if a, _ := o.try(guesser, "绑定 "+code); a.Reply.Text != badCode {
		t.Errorf("the sixth try counts: %q", a.Reply.Text)
	}
	other := said{account: chat.Account{Platform: "wecom", ID: "zhang"}}
	if _, err := o.try(other, "绑定 "+code); err != nil || o.of(other.account).Name != "张伟" {
		t.Errorf("another account is locked out too: %v", err)
	}
	o.now = o.now.Add(tryWindow + time.Second)
	code = codeIn(t, o.say("李娜", "绑定"))
	if _, err := o.try(guesser, "绑定 "+code); err != nil || o.of(guesser.account).Name != "李娜" {
		t.Errorf("locked out for more than an hour: %v", err)
	}
}

func TestCodeOfSomebodyStopped(t *testing.T) {
	o := newOffice(t)
	code := codeIn(t, o.say("张伟", "绑定"))
	o.update(func(ctx context.Context, tx *store.Tx) error { return tx.StopPerson(ctx, o.people["张伟"].ID, o.now) })
	if a, _ := o.try(said{account: chat.Account{Platform: "wecom", ID: "zhang"}}, "绑定 "+code); a.Reply.Text != badCode {
		t.Errorf("%q", a.Reply.Text)
	}
}

func (o *office) firstCode() (code string, needed bool) {
	o.t.Helper()
	o.update(func(ctx context.Context, tx *store.Tx) error {
		var err error
		code, needed, err = FirstCode(ctx, tx, o.now)
		return err
	})
	return code, needed
}

func TestFirstAdministratorOfTheConfigFile(t *testing.T) {
	o := newOffice(t)
	if _, needed := o.firstCode(); needed {
		t.Error("needed beside an administrator with an account")
	}
	o.update(func(ctx context.Context, tx *store.Tx) error { return tx.Unbind(ctx, "webchat", "王芳") })
	code, needed := o.firstCode()
	if !needed {
		t.Fatal("not needed")
	}
	boss := said{account: chat.Account{Platform: "feishu", ID: "ou_wang"}, fromName: "芳芳"}
	a, err := o.try(boss, "绑定 "+code)
	if err != nil || o.of(boss.account).Name != "王芳" {
		t.Errorf("%q, %v", flat(a.Reply), err)
	}
	wants(t, flat(a.Reply), "管理员下一步")
}

func TestFirstAdministratorFromNothing(t *testing.T) {
	o := newOffice(t)
	o.update(func(ctx context.Context, tx *store.Tx) error {
		return tx.TakeDuty(ctx, o.people["王芳"].ID, store.Administrator, o.now)
	})
	old, _ := o.firstCode()
	code, needed := o.firstCode()
	if !needed || code == old {
		t.Fatal("no new code")
	}
	stranger := said{account: chat.Account{Platform: "feishu", ID: "ou_x"}, fromName: "<at id=all>"}
	if a, _ := o.try(stranger, "绑定 "+old); a.Reply.Text != badCode {
		t.Errorf("an old printed code: %q", a.Reply.Text)
	}
	if _, err := o.try(stranger, "绑定 "+code); err != nil {
		t.Fatal(err)
	}
	p := o.of(stranger.account)
	if p.Name != "管理员" || !p.Has(store.Administrator) || p.Post != store.OtherEmployee {
		t.Errorf("%+v", p)
	}
	if _, needed := o.firstCode(); needed {
		t.Error("still needed")
	}
}

func TestFirstCodeMakesARegisteredPersonAdministrator(t *testing.T) {
	o := newOffice(t)
	o.update(func(ctx context.Context, tx *store.Tx) error {
		return tx.TakeDuty(ctx, o.people["王芳"].ID, store.Administrator, o.now)
	})
	code, _ := o.firstCode()
	wants(t, flat(o.say("陈总", "绑定 "+code).Reply), "你现在是管理员")
	if !o.person("陈总").Has(store.Administrator) {
		t.Error("is not")
	}
}

func TestSeedAppliesOnlyWhatChanged(t *testing.T) {
	o := newOffice(t)
	seed := func(list ...Entry) error {
		return o.db.Update(t.Context(), func(tx *store.Tx) error { return Seed(t.Context(), tx, list, o.now) })
	}
	e := Entry{Name: "赵敏", Post: store.Salesperson, Duties: []store.Duty{store.Archivist}, Accounts: map[string]string{"feishu": "ou_zhao"}}
	if err := seed(e); err != nil {
		t.Fatal(err)
	}
	p := o.of(chat.Account{Platform: "feishu", ID: "ou_zhao"})
	if p.Name != "赵敏" || p.Post != store.Salesperson || !p.Has(store.Archivist) {
		t.Fatalf("%+v", p)
	}
	o.say("王芳", "人员 岗位 赵敏 市场主管")
	o.say("王芳", "人员 职责 赵敏 财务")
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
	o.update(func(ctx context.Context, tx *store.Tx) error { return tx.StopPerson(ctx, p.ID, o.now) })
	e.Post = store.GMAssistant
	if err := seed(e); err != nil || o.person("赵敏").ID != "" {
		t.Errorf("somebody stopped came back: %v", err)
	}
	known := Entry{Name: "张伟", Post: store.Salesperson, Accounts: map[string]string{"wecom": "zhang"}}
	if err := seed(known); err != nil || o.of(chat.Account{Platform: "wecom", ID: "zhang"}).ID != o.people["张伟"].ID {
		t.Errorf("somebody registered by command: %v", err)
	}
}

func TestSeedNamesWhatIsWrong(t *testing.T) {
	ok := Entry{Name: "赵敏", Post: store.Salesperson, Accounts: map[string]string{"feishu": "ou_1"}}
	for want, list := range map[string][]Entry{
		`name "@赵"`:               {{Name: "@赵", Post: store.Salesperson}},
		`赵敏 stands there twice`:   {ok, ok},
		`unknown post "经理"`:       {{Name: "赵敏", Post: "经理"}},
		`unknown duty "司机"`:       {{Name: "赵敏", Post: store.Salesperson, Duties: []store.Duty{"司机"}}},
		`the feishu account of 赵`: {ok, {Name: "钱", Post: store.Salesperson, Accounts: map[string]string{"feishu": "ou_1"}}},
	} {
		if err := Check(list); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
	if err := Check([]Entry{ok, {Name: "钱", Post: store.Salesperson}}); err != nil {
		t.Error(err)
	}
}
