package approval

import (
	"context"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// Who wants to read whose file is for the decider alone. Where that cannot be
// kept they hear enough to decide, and no phone.
func TestRequestsAreConfidential(t *testing.T) {
	o := newOffice(t)
	_, notices := o.heard("小林", "申请查阅 华东机电 周五布展，找李工 13800138000")
	_, unclear := o.heard("小林", "申请查阅 南海酒店13900139000 送资料")
	said, err := o.Try("陈总", "查阅申请 A1")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []chat.Message{notices[0].Message, said.Reply} {
		if !m.Confidential {
			t.Errorf("%+v is not confidential", m)
		}
		wants(t, m.Summary, "查阅申请 A1", "小林（其他员工）", "华东机电有限公司（K1，负责人 张伟）", "周五布展", "批准 A1 3天", "驳回 A1 理由", "138****8000")
		lacks(t, m.Summary, "13800138000")
	}
	wants(t, unclear[0].Message.Summary, "南海酒店139****9000", "不能确定是哪个客户", "批准 A2 客户全名 3天")
}

// What somebody was let read ends when they are stopped: also should they come
// back. Whoever answers for it hears how it was used; they hear nothing.
func TestGrantsEndWithTheirPerson(t *testing.T) {
	o := newOffice(t)
	o.Say("小林", "申请查阅 华东机电 布展")
	o.Say("陈总", "批准 A1 7天")
	o.Now = o.Now.Add(time.Hour)
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.People().Stop(ctx, o.People["小林"].ID, o.Now)
	})
	told := o.after(time.Minute)
	if len(told) != 1 || told[0].To != o.People["陈总"].ID {
		t.Errorf("told %+v", told)
	}
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.People().Resume(ctx, o.People["小林"].ID)
		return err
	})
	if o.reads("小林", "K1") != "" {
		t.Error("may still read after coming back")
	}
	if more := o.after(8 * 24 * time.Hour); len(more) != 0 {
		t.Errorf("told once more: %+v", more)
	}
}
