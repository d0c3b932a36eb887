package staff

import (
	"context"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// settle applies settings as a bot that serves does.
func (o *office) settle(list ...Entry) map[string]string {
	o.T.Helper()
	var notices []chat.Notice
	o.Update(func(ctx context.Context, tx *store.Tx) (err error) {
		notices, err = o.h.Settle(ctx, tx, list, o.Now)
		return err
	})
	heard := o.Told(notices)
	for _, n := range notices {
		for _, a := range n.Accounts {
			heard[a.Platform+"/"+a.ID] += flat(n.Message)
		}
	}
	return heard
}

// writes says that the general manager has written.
func (o *office) writes(name string) *chat.Card {
	o.T.Helper()
	var card *chat.Card
	o.Update(func(ctx context.Context, tx *store.Tx) (err error) {
		card, err = FirstWords(ctx, tx, o.People[name], o.Now)
		return err
	})
	return card
}

func entry(name string, post store.Post, accounts ...string) Entry {
	e := Entry{Name: name, Post: post, Accounts: map[string]string{}}
	for _, a := range accounts {
		platform, id, _ := strings.Cut(a, "/")
		e.Accounts[platform] = id
	}
	return e
}

// What settings give waits like what a command gives, once the general manager
// has written; several in one message and one 确认.
func TestSettingsGiveNothingUnasked(t *testing.T) {
	o := newOffice(t)
	first := entry("赵敏", store.OtherEmployee, "feishu/ou_zhao")
	if heard := o.settle(first); len(heard) != 0 {
		t.Errorf("the first start tells: %v", heard)
	}
	o.settle(first, entry("钱进", store.GMAssistant, "feishu/ou_qian"))
	if p := o.person("钱进"); p.Post != store.GMAssistant {
		t.Errorf("before he has written: %+v", p)
	}
	card := o.writes("陈总")
	if card == nil {
		t.Fatal("he is shown nothing")
	}
	wants(t, flat(chat.Message{Card: card}), "钱进", "总经理助理", "配置文件", "确认 全部")
	if again := o.writes("陈总"); again != nil {
		t.Errorf("shown again: %+v", again)
	}
	o.Say("陈总", "人员 确认 全部")

	o.Now = o.Now.Add(time.Hour)
	first.Post, first.Duties = store.MarketingDirector, []store.Duty{store.Administrator}
	heard := o.settle(first, entry("孙立", store.Salesperson, "feishu/ou_sun"))
	wants(t, heard["陈总"], "待你确认（2 项）", "赵敏由其他员工改为市场总监", "给赵敏增加管理员职责", "登记孙立为业务员", "确认 全部")
	wants(t, heard["王芳"], "配置文件", "登记孙立为业务员", "等陈总（总经理）确认")
	if p := o.person("赵敏"); p.Post != store.OtherEmployee || len(p.Duties) != 0 {
		t.Errorf("gained unasked: %+v", p)
	}
	if p := o.person("孙立"); p.Post != store.OtherEmployee || p.Awaits != store.Salesperson {
		t.Errorf("gained unasked: %+v", p)
	}
	o.Say("陈总", "人员 确认 全部")
	if p, q := o.person("赵敏"), o.person("孙立"); p.Post != store.MarketingDirector || !p.Has(store.Administrator) || q.Post != store.Salesperson || q.Awaits != "" {
		t.Errorf("confirmed: %+v, %+v", p, q)
	}
}

// Nobody's account is taken over, and none added, by settings alone.
func TestSettingsTakeNobodyOver(t *testing.T) {
	o := newOffice(t)
	o.settle(entry("赵敏", store.OtherEmployee, "feishu/ou_zhao"))
	o.writes("陈总")
	boss := entry("陈总", store.GeneralManager, "feishu/ou_attacker")
	heard := o.settle(boss)
	attacker := chat.Account{Platform: "feishu", ID: "ou_attacker"}
	if o.of(attacker).ID != "" {
		t.Fatal("bound without a word")
	}
	wants(t, heard["webchat/陈总"], "把一个飞书账号绑定给陈总")
	wants(t, heard["陈总"], "待你确认", "绑定给陈总")
	wants(t, heard["王芳"], "绑定给陈总")
	o.Say("陈总", "人员 不同意 A1")
	if o.of(attacker).ID != "" {
		t.Error("bound although refused")
	}
	err := o.DB.Update(t.Context(), func(tx *store.Tx) error {
		_, err := o.h.Settle(t.Context(), tx, []Entry{entry("张伟", store.Salesperson, "webchat/陈总")}, o.Now)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "张伟") || !strings.Contains(err.Error(), "陈总") {
		t.Errorf("an account of somebody else: %v", err)
	}
}

// Who an entry is, its account says, never the name.
func TestCorrectedNameIsTheSamePerson(t *testing.T) {
	o := newOffice(t)
	o.settle(entry("赵敏", store.Supervisor, "feishu/ou_zhao"))
	id := o.person("赵敏").ID
	heard := o.settle(entry("赵敏敏", store.Supervisor, "feishu/ou_zhao"))
	if p := o.person("赵敏敏"); p.ID != id || o.person("赵敏").ID != "" || p.Post != store.Supervisor {
		t.Errorf("a second person: %+v", p)
	}
	wants(t, heard["feishu/ou_zhao"], "你的姓名由赵敏改为赵敏敏")
	wants(t, heard["陈总"], "赵敏改名为赵敏敏")
	// The entry goes on being hers under the new name.
	o.settle(entry("赵敏敏", store.OtherEmployee, "feishu/ou_zhao"))
	if p := o.person("赵敏敏"); p.Post != store.OtherEmployee || p.ID != id {
		t.Errorf("%+v", p)
	}
}

// Somebody who was stopped is not mixed up with a later one of the same name.
func TestSameNameIsNotTheSamePerson(t *testing.T) {
	o := newOffice(t)
	e := entry("赵敏", store.OtherEmployee, "feishu/ou_zhao")
	o.settle(e)
	old := o.person("赵敏")
	o.Update(func(ctx context.Context, tx *store.Tx) error { return tx.People().Stop(ctx, old.ID, o.Now) })
	o.Say("王芳", "人员 添加 赵敏 其他员工")
	e.Post, e.Duties = store.GMAssistant, []store.Duty{store.Administrator}
	o.settle(e)
	if p := o.person("赵敏"); p.ID == old.ID || p.Post != store.OtherEmployee || len(p.Duties) != 0 {
		t.Errorf("the later one got what the entry of the first says: %+v", p)
	}
}
