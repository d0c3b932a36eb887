package approval

import (
	"context"
	"slices"
	"strings"
	"testing"

	"marketbot/store"
	"marketbot/store/ledger"
)

func TestWhatIsShown(t *testing.T) {
	o := newOffice(t)
	o.Say("小林", "申请查阅 华东机电 布展")
	wants(t, o.Owed("小林"), "查阅申请 A1", "等批准", "[撤回申请 A1]")
	wants(t, o.Owed("陈总"), "小林（其他员工）的查阅申请 A1 待批", "[查阅申请 A1]")
	if s := o.Owed("周敏") + o.Owed("小何"); s != "" {
		t.Errorf("others owe %q", s)
	}
	said := o.Say("陈总", "查阅申请 A1")
	wants(t, said, "华东机电有限公司", "[批准 24 小时:")
	said = o.Say("陈总", "查阅申请")
	wants(t, said, "[看申请 A1:查阅申请 A1]")
	said = o.Say("小林", "查阅申请 A1")
	lacks(t, said, "有限公司", "[批准")
	if a, b := o.Refusal("小何", "查阅申请 A1"), o.Refusal("小何", "查阅申请 A9"); strings.ReplaceAll(a.Text, "A1", "A9") != b.Text {
		t.Errorf("%q, %q", a.Text, b.Text)
	}
	if a, b := o.Refusal("小何", "撤回申请 A1"), o.Refusal("小何", "撤回申请 A9"); strings.ReplaceAll(a.Text, "A1", "A9") != b.Text {
		t.Errorf("%q, %q", a.Text, b.Text)
	}
	o.Say("陈总", "驳回 A1 这次不用看")
	said = o.Say("小林", "查阅申请 A1")
	wants(t, said, "驳回", "这次不用看")
	o.Say("小林", "申请查阅 华东机电 布展")
	o.Say("陈总", "批准 A2")
	wants(t, o.Owed("小林"), "可以查阅 华东机电有限公司（K1），到 11月27日 周五 09:30", "[客户 K1]")
	said = o.Say("小林", "查阅申请")
	wants(t, said, "A1", "驳回", "A2", "批准", "授权 A2")
	said = o.Say("小何", "查阅申请")
	wants(t, said, "没有查阅申请")
}

// Every step leaves its entry, with the customer where one is known.
func TestAudited(t *testing.T) {
	o := newOffice(t)
	o.Say("小林", "申请查阅 华东机电 布展")
	o.Say("陈总", "批准 A1")
	o.Say("陈总", "收回查阅 A1")
	o.Say("小林", "申请查阅 华东机电 再布展")
	o.Say("陈总", "驳回 A2 不用")
	var acts []string
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		list, err := tx.Audit().Looks(ctx, ledger.Filter{Customer: "K1"})
		for _, a := range slices.Backward(list) {
			acts = append(acts, strings.Join([]string{a.Act, a.Subject, string(a.Outcome), a.Clause, a.Why}, " "))
			if a.Changed || a.Trace != "" || a.Grant != "" {
				t.Errorf("%+v counts as a look", a)
			}
		}
		return err
	})
	want := []string{"申请查阅 request/A1 done 档-6 布展", "批准 request/A1 done 档-6 布展", "收回查阅 request/A1 done 档-6 ",
		"申请查阅 request/A2 done 档-6 再布展", "驳回 request/A2 done 档-6 不用"}
	if !slices.Equal(acts, want) {
		t.Errorf("%q", acts)
	}
}
