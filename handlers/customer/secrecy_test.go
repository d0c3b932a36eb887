package customer

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"marketbot/handlers/handlerstest"
	"marketbot/store"
)

// Names are shown to every reader and rest plain, so that they hold no phone.
func TestNamesHoldNoPhones(t *testing.T) {
	o := newOffice(t)
	o.Customer("南湖酒店", "张伟")
	for _, line := range []string{
		"联系人 K1 李明 13800138000", "联系人 K1 李明１３８００１３８０００ 职务=经理", "新客户 晨星机械 0769-22335678",
		"改客户 K1 名称=南湖酒店 13800138000", "改客户 K1 简称=南湖（13800138000）",
	} {
		wants(t, o.Refused("张伟", line), "名字里不要写电话", "电话=")
	}
	o.Say("小林", "提供线索 老张13800138000 想办年会")
	wants(t, o.Refused("李娜", "采纳 L1", handlerstest.Confirmed(o.Answer("李娜", "采纳 L1").Confirm)), "名字里不要写电话")
	o.Say("张伟", "联系人 K1 李明 电话=13800138000")
}

// A name with blanks may be all of a lead: whether it is a customer's makes no
// difference to what the giver hears.
func TestLeadOfNothingButANameTellsNothing(t *testing.T) {
	o := newOffice(t)
	o.Customer("南湖 大酒店", "张伟")
	known := o.Say("小林", "提供线索 南湖 大酒店")
	if unknown := o.Say("小林", "提供线索 北湖 大酒店"); known != strings.ReplaceAll(unknown, "L2", "L1") {
		t.Errorf("%q of a customer, %q of nobody", known, unknown)
	}
}

// Whoever changes to a post that reads no files hears no more of the customers
// that are still theirs: the keeper does.
func TestOwnersOfAnotherPostHearNothing(t *testing.T) {
	o := newOffice(t)
	o.Customer("南湖酒店", "张伟")
	wants(t, o.Say("张伟", "我的客户"), "南湖酒店")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.People().SetPost(ctx, o.People["张伟"].ID, store.OtherEmployee, o.Now)
	})
	lacks(t, o.Say("张伟", "我的客户"), "南湖酒店", "K1")
	o.care("2026-11-24 09:13")
	told := o.care("2026-12-01 09:40")
	lacks(t, told["张伟"], "南湖酒店")
	wants(t, told["李娜"], "南湖酒店 没有负责人，7 天没有进展", "南湖酒店")
}

// Nobody is made owner of a file that they could not read.
func TestOwnersReadTheirFiles(t *testing.T) {
	config := Defaults()
	config.SupervisorIsSteward = false
	o := openOffice(t, config)
	o.Customer("南湖酒店", "张伟")
	wants(t, o.Refused("王芳", "移交客户 K1 李娜"), "不能负责客户")
}

// A supervisor from whom the files are kept learns nothing from a lead, least
// of all which customer it is about.
func TestLeadsTellNoCustomers(t *testing.T) {
	config := Defaults()
	config.SupervisorIsSteward = false
	o := openOffice(t, config)
	o.Customer("南湖酒店", "张伟")
	o.Say("小林", "提供线索 K1 听说要搬")
	o.Say("小林", "提供线索 K9 听说要搬")
	want := o.Refused("李娜", "线索 L99")
	for _, line := range []string{"线索", "线索 L1", "线索 L2", "采纳 L1", "采纳 L2", "不采纳 L1 没有"} {
		if said := o.Refused("李娜", line); said != want {
			t.Errorf("%s: %q, of nothing %q", line, said, want)
		}
	}
	lacks(t, o.Owed("李娜"), "线索")
}

// How a line is read tells nobody whether there is a customer of such a name.
func TestLinesAreReadAlikeWhoeverIsMeant(t *testing.T) {
	config := Defaults()
	config.SalespeopleSee = SeeOwn
	o := openOffice(t, config)
	o.Customer("南湖 大 酒店", "张伟")
	for _, line := range []string{"看电话 X 大 酒店", "看电话 X 大 酒店 布展", "跟进 X 大 酒店", "客户历史 X 大 酒店", "改客户 X 大 酒店 行业=酒店", "联系人 X 大 酒店"} {
		for _, who := range []string{"小林", "刘洋"} {
			var said []string
			for _, name := range []string{"南湖", "北湖"} {
				a, err := o.Try(who, strings.Replace(line, "X", name, 1))
				text := fmt.Sprint(err)
				if err == nil {
					text = flat(a.Reply)
				}
				said = append(said, strings.ReplaceAll(text, name, "X"))
			}
			if said[0] != said[1] {
				t.Errorf("%s: %s: %q of a customer, %q of nobody", who, line, said[0], said[1])
			}
		}
	}
	wants(t, o.Asked("张伟", "看电话 南湖 大 酒店").Prompt, "为什么要看")
}
