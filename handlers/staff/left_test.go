package staff

import (
	"context"
	"testing"

	"marketbot/handlers/chat"
	"marketbot/handlers/handlerstest"
	"marketbot/store"
)

func TestLeavingTheCompanyEndsAccess(t *testing.T) {
	o := newOffice(t)
	var notices []chat.Notice
	left := func(id string) {
		o.Update(func(ctx context.Context, tx *store.Tx) error {
			var err error
			notices, err = Handler{Rules: handlerstest.Rules(t)}.Left(ctx, tx, chat.Account{Platform: "webchat", ID: id}, o.Now)
			return err
		})
	}
	left("张伟")
	if o.person("张伟").Active() {
		t.Error("still registered")
	}
	told := o.Told(notices)
	wants(t, told["王芳"], "张伟（业务员）", "演示页", "人员 恢复 张伟")
	wants(t, told["李娜"], "张伟")
	if left("张伟"); len(notices) != 0 {
		t.Errorf("told twice: %v", notices)
	}
}

func TestWhoseAccountWentComesBackWithACode(t *testing.T) {
	o := newOffice(t)
	o.Register("赵敏", store.GMAssistant, store.Archivist)
	account := chat.Account{Platform: "webchat", ID: "赵敏"}
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		notices, err := Handler{Rules: handlerstest.Rules(t)}.Left(ctx, tx, account, o.Now)
		wants(t, o.Told(notices)["王芳"], "赵敏（总经理助理）已从演示页通讯录中移除", "人员 恢复 赵敏")
		return err
	})
	o.Now = o.Now.AddDate(0, 0, 7)
	a := o.Answer("王芳", "人员 恢复 赵敏")
	wants(t, flat(a.Reply), "已恢复：赵敏", "岗位和职责=总经理助理、档案员", "自 12月1日 周二 起")
	if _, err := o.Try("赵敏", "绑定 "+codeIn(t, a)); err != nil {
		t.Fatal(err)
	}
	if p := o.of(account); p.ID != o.People["赵敏"].ID || !p.Has(store.Archivist) {
		t.Errorf("came back as %+v", p)
	}
	wants(t, o.Refused("王芳", "人员 恢复 赵敏"), "不用恢复")
	if _, err := o.Undo("王芳", "人员 恢复", a); err != nil || o.of(account).ID != "" {
		t.Errorf("undo: %v", err)
	}
	if _, err := o.Undo("王芳", "人员 恢复", a); err == nil {
		t.Error("undone twice")
	}

	o.Register("赵敏", store.Salesperson) // another one takes the name
	wants(t, o.Refused("王芳", "人员 恢复 赵敏"), "不能重名")
}
