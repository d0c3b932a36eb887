package command_test

import (
	"context"
	"strings"
	"testing"

	"marketbot/handlers/command"
	"marketbot/handlers/handlerstest"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// desk is an area whose commands say which customer they were given.
type desk struct{}

func (desk) Owes(context.Context, *command.Call) ([]command.Item, error) { return nil, nil }

func (desk) Commands() []command.Spec {
	say := func(ctx context.Context, c *command.Call) (*command.Answer, error) {
		m, err := c.Customer(ctx, "客户")
		if err != nil {
			return nil, err
		}
		write := ""
		if m.Access.Write {
			write = " 可改"
		}
		return command.Text(m.ID + " " + m.Name + write + " " + string(m.Access.Basis)), nil
	}
	spec := func(name string, a command.Arg) command.Spec {
		a.Name, a.Kind, a.Optional = "客户", command.Customer, true
		return command.Spec{
			Name: name, Summary: name, Args: []command.Arg{a, {Name: "理由", Kind: command.Free, Optional: true}}, Examples: []string{name + " K1"},
			Who: rulebook.TakePart, Clause: "2-3", Run: say,
		}
	}
	others := func(m command.Meant, owner string) *command.Refusal {
		return &command.Refusal{Text: m.Name + "的合同由" + owner + "领。", Hint: "我的客户", Clause: "2-3"}
	}
	return []command.Spec{
		spec("试读", command.Arg{For: command.ToRead}),
		spec("试改", command.Arg{For: command.ToChange}),
		spec("试领", command.Arg{For: command.ToChange, Others: others}),
		spec("试名", command.Arg{For: command.ToName}),
		{Name: "申请查阅", Summary: "申请", Examples: []string{"申请查阅"}, Who: rulebook.TakePart, Run: say},
	}
}

func newDesk(t *testing.T, policy rulebook.FilePolicy) *handlerstest.Office {
	t.Helper()
	o := handlerstest.New(t, desk{}, "2026-11-24 09:30")
	o.Policy = policy
	o.Register("刘洋", store.Salesperson)
	o.Register("小林", store.OtherEmployee)
	o.Customer("南湖酒店", "张伟")
	o.Customer("南湖书店", "张伟")
	o.Customer("北岸 机电", "刘洋")
	return o
}

func TestCustomerOfEveryWant(t *testing.T) {
	all, own := rulebook.FilePolicy{SupervisorIsSteward: true, SalespeopleSeeAll: true}, rulebook.FilePolicy{}
	const secret = "客户档案属于机密"
	for _, c := range []struct {
		policy rulebook.FilePolicy
		as     string
		line   string
		want   string // of the answer, or of the refusal behind "!"
		look   string // of a refusal: the customer in the audit
		denied bool
	}{
		{all, "张伟", "试读 南湖酒店", "K1 南湖酒店 可改", "", false},
		{all, "刘洋", "试读 南湖酒店", "K1 南湖酒店 " + string(store.ByPost), "", false},
		{own, "张伟", "试读 ｋ１", "K1 南湖酒店 可改 " + string(store.ByOwner), "", false},
		{own, "张伟", "试读 酒店", "K1 南湖酒店", "", false},
		{own, "刘洋", "试读 北岸 机电 布展", "K3 北岸 机电", "", false},
		{all, "小林", "试读", " ", "", false},

		{own, "刘洋", "试读 南湖酒店 布展", "!" + secret, "K1", true},
		{own, "刘洋", "试读 K1", "!" + secret, "K1", true},
		{own, "刘洋", "试改 K1", "!" + secret, "K1", true},
		{own, "刘洋", "试领 K1", "!" + secret, "K1", true},
		{own, "刘洋", "试读 南山酒店 布展", "!" + secret, "", true},
		{own, "刘洋", "试读 K99", "!" + secret, "", true},
		{all, "小林", "试读 南湖酒店", "!" + secret, "K1", true},
		{all, "小林", "试读 南湖", "!" + secret, "", true},   // it is not clear of whom
		{own, "李娜", "试读 K1", "!" + secret, "K1", true}, // no steward (C1)

		{all, "李娜", "试改 K1", "K1 南湖酒店 可改 " + string(store.BySteward), "", false},
		{all, "刘洋", "试改 K1", "!南湖酒店 的档案由市场主管、市场总监和负责人（张伟）修改", "K1", true},
		{all, "陈总", "试改 K1", "!南湖酒店 的档案由", "K1", true},
		{all, "刘洋", "试领 K1", "!南湖酒店的合同由张伟领。", "K1", true},
		{all, "张伟", "试领 南湖酒店", "K1 南湖酒店 可改", "", false},

		{all, "张伟", "试读 天涯", "!没有找到客户「天涯」", "", false},
		{all, "张伟", "试读 K99", "!没有找到客户「K99」", "", false},
		{own, "小林", "试名 天涯", "!没有找到客户「天涯」", "", false},
		{own, "小林", "试名 南湖酒店", "K1 南湖酒店 " + string(store.NoBasis), "", false},
		{own, "小林", "试名 南湖", "!「南湖」不止一位客户", "", false},
		{own, "张伟", "试改 南湖", "!「南湖」不止一位客户", "", false},
	} {
		o := newDesk(t, c.policy)
		refused, ok := strings.CutPrefix(c.want, "!")
		if !ok {
			if said := o.Say(c.as, c.line); !strings.HasPrefix(said, c.want) {
				t.Errorf("%s: %s: %q, want %q", c.as, c.line, said, c.want)
			}
			continue
		}
		no := o.Refusal(c.as, c.line)
		if !strings.HasPrefix(no.Text, refused) || no.Look.Customer != c.look || no.Denied != c.denied {
			t.Errorf("%s: %s: %+v, want %+v", c.as, c.line, no, c)
		}
	}
}

// Whoever may not read hears the same of a customer and of nobody, but for what
// they typed themselves.
func TestCustomersAreSecret(t *testing.T) {
	o := newDesk(t, rulebook.FilePolicy{})
	for _, line := range []string{"试读 X", "试改 X", "试领 X", "试读 X 想去布展", "试读 X酒"} {
		for _, as := range []string{"刘洋", "小林", "李娜"} {
			known, unknown := o.Refusal(as, strings.ReplaceAll(line, "X", "南湖酒店")), o.Refusal(as, strings.ReplaceAll(line, "X", "山海酒店"))
			if len(known.Buttons) != 1 || !strings.HasPrefix(known.Buttons[0].Command, "申请查阅 南湖酒店") {
				t.Errorf("%s: %s: buttons %+v", as, line, known.Buttons)
			}
			known.Look, known.Buttons = unknown.Look, unknown.Buttons
			if known.Text != unknown.Text || known.Hint != unknown.Hint || known.Clause != "档-6" || !known.Denied {
				t.Errorf("%s: %s: %+v of a customer, %+v of nobody", as, line, known, unknown)
			}
		}
	}
}

// Which of several is meant is asked with the same line, and never in a group.
func TestSeveralCustomersAreAsked(t *testing.T) {
	o := newDesk(t, rulebook.FilePolicy{SalespeopleSeeAll: true})
	no := o.Refusal("刘洋", "试读 南湖 周五 布展", handlerstest.InGroup)
	if !no.Private || no.Denied || len(no.Buttons) != 2 || no.Buttons[0].Command != "试读 K2 周五 布展" || no.Buttons[1].Command != "试读 K1 周五 布展" {
		t.Errorf("%+v", no)
	}
	if o.Say("刘洋", "试读 南湖书店") == "" || !strings.HasPrefix(o.Say("刘洋", no.Buttons[0].Command), "K2 南湖书店") {
		t.Error("the button does not choose")
	}
	o.Customer("东海 商行", "张伟") // both are called exactly so
	o.Customer("东海商行", "刘洋")
	if no := o.Refusal("刘洋", "试读 东海商行"); !strings.HasPrefix(no.Text, "「东海商行」不止一位客户") || len(no.Buttons) != 2 {
		t.Errorf("%+v", no)
	}
}

func TestNamedBy(t *testing.T) {
	o := newDesk(t, rulebook.FilePolicy{})
	for _, c := range []struct{ words, more, want string }{
		{"南湖酒店", "想办年会", "K1 南湖酒店|想办年会"},
		{"南湖酒店有限公司", "", "K1 南湖酒店有限公司|"},
		{"北岸", "机电 想办  年会", "K3 北岸 机电|想办  年会"},
		{"K1", "机电 年会", "K1 K1|机电 年会"},
		{"ｋ３", "", "K3 ｋ３|"},
		{"南湖", "想办年会", ""}, // a part is no name
		{"K99", "年会", ""},
		{"", "", ""},
		{" ", "机电", ""},
	} {
		var list []command.Named
		o.Update(func(ctx context.Context, tx *store.Tx) (err error) {
			list, err = command.NamedBy(ctx, tx, c.words, c.more)
			return err
		})
		got := ""
		for _, n := range list {
			k, _ := n.One()
			got += k.ID + " " + n.Words + "|" + n.Rest
		}
		if got != c.want {
			t.Errorf("%q %q: %q, want %q", c.words, c.more, got, c.want)
		}
	}
}
