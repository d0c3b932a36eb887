package customer

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"marketbot/handlers/command"
	"marketbot/store"
)

// Names are shown to every reader and rest plain, so that they hold no phone.
func TestNamesHoldNoPhones(t *testing.T) {
	o := newOffice(t)
	o.customer("南湖酒店", "张伟")
	for _, line := range []string{
		"联系人 K1 李明 13800138000", "联系人 K1 李明１３８００１３８０００ 职务=经理", "新客户 晨星机械 0769-22335678",
		"改客户 K1 名称=南湖酒店 13800138000", "改客户 K1 简称=南湖（13800138000）",
	} {
		wants(t, o.refused("张伟", line), "名字里不要写电话", "电话=")
	}
	o.say("小林", "提供线索 老张13800138000 想办年会")
	o.confirmed = "L1"
	wants(t, o.refused("李娜", "采纳 L1"), "名字里不要写电话")
	o.confirmed = ""
	o.say("张伟", "联系人 K1 李明 电话=13800138000")
}

// A name with blanks may be all of a lead: whether it is a customer's makes no
// difference to what the giver hears.
func TestLeadOfNothingButANameTellsNothing(t *testing.T) {
	o := newOffice(t)
	o.customer("南湖 大酒店", "张伟")
	known := o.say("小林", "提供线索 南湖 大酒店")
	if unknown := o.say("小林", "提供线索 北湖 大酒店"); known != strings.ReplaceAll(unknown, "L2", "L1") {
		t.Errorf("%q of a customer, %q of nobody", known, unknown)
	}
}

// Whoever changes to a post that reads no files hears no more of the customers
// that are still theirs: the keeper does.
func TestOwnersOfAnotherPostHearNothing(t *testing.T) {
	o := newOffice(t)
	o.customer("南湖酒店", "张伟")
	wants(t, o.say("张伟", "我的客户"), "南湖酒店")
	o.update(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetPost(ctx, o.people["张伟"].ID, store.OtherEmployee, o.now)
	})
	p := o.people["张伟"]
	p.Post = store.OtherEmployee
	o.people["张伟"] = p
	lacks(t, o.say("张伟", "我的客户"), "南湖酒店", "K1")
	o.care("2026-11-24 09:13")
	told := o.care("2026-12-01 09:40")
	lacks(t, told["张伟"], "南湖酒店")
	wants(t, told["李娜"], "没有负责人的客户很久没有跟进", "南湖酒店")
}

// Nobody is made owner of a file that they could not read.
func TestOwnersReadTheirFiles(t *testing.T) {
	config := Defaults()
	config.SupervisorIsSteward = false
	o := openOffice(t, config)
	o.customer("南湖酒店", "张伟")
	wants(t, o.refused("王芳", "移交客户 K1 李娜"), "不能负责客户")
}

// A supervisor from whom the files are kept learns nothing from a lead, least
// of all which customer it is about.
func TestLeadsTellNoCustomers(t *testing.T) {
	config := Defaults()
	config.SupervisorIsSteward = false
	o := openOffice(t, config)
	o.customer("南湖酒店", "张伟")
	o.say("小林", "提供线索 K1 听说要搬")
	o.say("小林", "提供线索 K9 听说要搬")
	want := o.refused("李娜", "线索 L99")
	for _, line := range []string{"线索", "线索 L1", "线索 L2", "采纳 L1", "采纳 L2", "不采纳 L1 没有"} {
		if said := o.refused("李娜", line); said != want {
			t.Errorf("%s: %q, of nothing %q", line, said, want)
		}
	}
	lacks(t, o.owed("李娜"), "线索")
}

// owed is what stands in 我的.
func (o *office) owed(as string) (words string) {
	o.t.Helper()
	o.update(func(ctx context.Context, tx *store.Tx) error {
		items, err := o.h.Owes(ctx, &command.Call{Tx: tx, Person: o.people[as], Now: o.now})
		for _, i := range items {
			words += i.Text + "\n"
		}
		return err
	})
	return words
}

// How a line is read tells nobody whether there is a customer of such a name.
func TestLinesAreReadAlikeWhoeverIsMeant(t *testing.T) {
	config := Defaults()
	config.SalespeopleSee = SeeOwn
	o := openOffice(t, config)
	o.customer("南湖 大 酒店", "张伟")
	for _, line := range []string{"看电话 X 大 酒店", "看电话 X 大 酒店 布展", "跟进 X 大 酒店", "客户历史 X 大 酒店", "改客户 X 大 酒店 行业=酒店", "联系人 X 大 酒店"} {
		for _, who := range []string{"小林", "刘洋"} {
			var said []string
			for _, name := range []string{"南湖", "北湖"} {
				a, err := o.try(who, strings.Replace(line, "X", name, 1))
				said = append(said, strings.ReplaceAll(fmt.Sprint(flat(a.Reply), err), name, "X"))
			}
			if said[0] != said[1] {
				t.Errorf("%s: %s: %q of a customer, %q of nobody", who, line, said[0], said[1])
			}
		}
	}
	wants(t, o.asked("张伟", "看电话 南湖 大 酒店").Prompt, "为什么要看")
}
