package staff

import (
	"context"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
)

func TestSelfCheck(t *testing.T) {
	o := newOffice(t)
	o.h.Health = func(context.Context) []chat.Finding {
		return []chat.Finding{{Name: "飞书连接", OK: true, Text: "已连接"}}
	}
	o.Serve(o.h)
	wants(t, o.Say("王芳", "自检"), "自检：全部正常", "飞书连接|正常", "待发消息|正常", "节假日表|正常", "审计记录|正常")
	wants(t, o.Refused("张伟", "自检"), "管理员")

	o.Say("王芳", "人员 添加 周敏 业务员")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Firings().Fire(ctx, "report/due", o.Now.AddDate(0, 0, 3), o.Now, true); err != nil {
			return err
		}
		_, err := tx.Outbox().Enqueue(ctx, &store.Outgoing{ID: tx.NewID(o.Now), Key: "k", Platform: "webchat", Address: "张伟", Due: o.Now.Add(-time.Hour), Created: o.Now})
		return err
	})
	o.Now = time.Date(2026, 12, 1, 9, 0, 0, 0, zone)
	text := o.Say("王芳", "自检")
	wants(t, text, "自检：4 项要处理", "错过的提醒|要处理", "2027 年", "周敏", "待发消息|要处理|1 条在等")
}

func TestHolidayTableIsAskedForOnceAWeek(t *testing.T) {
	o := newOffice(t)
	o.rulesRead()
	at := func(day string) []chat.Notice {
		t.Helper()
		o.Clock(day + " 09:13")
		return o.Daily()
	}
	if list := at("2026-11-30"); len(list) != 0 {
		t.Errorf("November: %v", list)
	}
	first, same, next, after := at("2026-12-01"), at("2026-12-03"), at("2026-12-08"), at("2027-01-11")
	if len(first) != 1 || first[0].To != o.People["王芳"].ID {
		t.Fatalf("December: %v", first)
	}
	wants(t, first[0].Message.Text, "2027 年")
	if len(same) != 0 || len(next) != 1 {
		t.Error("not once a week")
	}
	wants(t, after[0].Message.Text, "2027 年")
}

func TestTheAdministratorLearnsOfVacantPosts(t *testing.T) {
	o := newOffice(t)
	a := o.Answer("王芳", "人员 岗位 李娜 业务员")
	wants(t, flat(a.Reply), "市场主管没有人，提醒和上报先转给王芳（市场总监）")
	wants(t, o.Say("王芳", "自检"), "岗位|要处理|市场主管没有人")
	wants(t, o.Say("王芳", "人员 岗位 陈总 业务员"), "总经理没有人，上面的岗位也没有人", "人员 岗位 姓名 总经理")
	if text := o.Say("王芳", "人员 岗位 陈总 执行董事"); strings.Contains(text, "没有人") {
		t.Errorf("nothing goes to that post: %q", text)
	}
}
