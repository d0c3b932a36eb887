package staff

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/handlerstest"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

var (
	zone  = handlerstest.Zone
	flat  = handlerstest.Flat
	wants = handlerstest.Wants
)

// office is a department with everybody's commands.
type office struct {
	*handlerstest.Office
	h Handler
}

func newOffice(t *testing.T) *office {
	t.Helper()
	h := Handler{
		Rules: handlerstest.Rules(t), OwedBy: []store.Post{store.Salesperson},
		Health:  func(context.Context) []chat.Finding { return nil },
		Members: func(context.Context, chat.Address) ([]chat.Member, error) { return nil, chat.ErrNoMembers },
	}
	o := handlerstest.New(t, h, "2026-11-24 09:30")
	h.Policy = o.Policy
	return &office{o, h}
}

// rulesRead has everybody confirm the rules.
func (o *office) rulesRead() {
	o.T.Helper()
	o.Update(func(ctx context.Context, tx *store.Tx) (err error) {
		for _, p := range o.People {
			err = errors.Join(err, tx.People().Acknowledge(ctx, p.ID, rulebook.Version, o.Now))
		}
		return err
	})
}

// person is a person as the store has them now.
func (o *office) person(name string) (p store.Person) {
	o.T.Helper()
	o.Update(func(ctx context.Context, tx *store.Tx) (err error) {
		p, _, err = tx.People().Named(ctx, name)
		return err
	})
	return p
}

func TestRulesAreAcknowledgedOnce(t *testing.T) {
	o := newOffice(t)
	wants(t, o.Say("张伟", "制度"), "市场管理细则", "会-3", "展开全文", "[我已阅读:制度 确认 "+rulebook.Version+"]")
	wants(t, o.Say("张伟", "制度 2-4"), "2-4 出差每日联系", "[请假 怎么用:帮助 请假]", "我已阅读")
	if text := o.Say("张伟", "制度 附-4"); !strings.Contains(text, "[人员 怎么用") || strings.Contains(text, "自检") {
		t.Errorf("offers what is refused: %s", text)
	}
	wants(t, o.Say("王芳", "制度 附-4"), "[自检 怎么用:帮助 自检]")
	wants(t, o.Say("张伟", "制度 档"), "找到 9 条", "档-1", "[档-2")
	wants(t, o.Refused("张伟", "制度 天气预报"), "没有找到", "制度 会-3")
	wants(t, o.Refused("张伟", "制度 确认 2020-01-01"), "没有记下")

	if items := o.Owes("张伟"); len(items) != 1 || !strings.Contains(items[0].Text, "待阅读确认") {
		t.Errorf("owes %v", items)
	}
	wants(t, o.Say("张伟", "制度 确认 "+rulebook.Version), "已记录", "2026-11-24 09:30", rulebook.Version)
	o.Now = o.Now.Add(time.Hour)
	wants(t, o.Say("张伟", "制度 确认"), "你已在 2026-11-24 09:30 确认过")
	if text := o.Say("张伟", "制度"); strings.Contains(text, "我已阅读") {
		t.Error("the button stays after it was pressed")
	}
	if items := o.Owes("张伟"); len(items) != 0 {
		t.Errorf("owes %v", items)
	}
	wants(t, o.Say("李娜", "人员 张伟"), "2026-11-24 09:30 确认已读")
}
