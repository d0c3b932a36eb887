package customer

import (
	"context"
	"strings"
	"testing"

	"marketbot/handlers/handlerstest"
	"marketbot/store"
)

func TestLeadAnswerIsTheSameWhoeverIsMeant(t *testing.T) {
	o := newOffice(t)
	o.Customer("南湖酒店有限公司", "张伟")
	o.Customer("东 方 明珠", "")
	var first string
	for i, about := range []string{"南湖酒店有限公司", "南湖酒店", "K1", "南湖", "不存在的公司", "东 方 明珠"} {
		a := o.Answer("小林", "提供线索 "+about+" 下半年要办周年庆 来源=展会")
		words := strings.ReplaceAll(flat(a.Reply), a.Undo, "L")
		if i == 0 {
			first = words
		}
		if words != first {
			t.Errorf("%s: answer %q, for the first one it was %q", about, words, first)
		}
		lacks(t, words, about, "K1", "张伟")
	}
}

func TestLeadReachesTheSupervisor(t *testing.T) {
	o := newOffice(t)
	a := o.Answer("小林", "提供线索 南湖酒店 下半年要办周年庆，正在比价 来源=展会上听说")
	told := o.Told(a.Notices)
	wants(t, told["李娜"], "L1", "南湖酒店", "下半年要办周年庆，正在比价", "展会上听说", "小林", "[采纳:采纳 L1]")
	if len(told) != 1 || !a.Notices[0].Message.Confidential {
		t.Errorf("told %v, confidential %v", told, a.Notices[0].Message.Confidential)
	}
	lacks(t, a.Notices[0].Message.Summary, "南湖", "周年庆")
	wants(t, o.Say("李娜", "线索"), "1 条", "L1", "南湖酒店")
	wants(t, o.Say("王芳", "线索 l1"), "下半年要办周年庆")
	wants(t, o.Refused("张伟", "线索"), "市场总监", "市场主管")
}

func TestLeadBecomesAFactOfItsGiver(t *testing.T) {
	o := newOffice(t)
	c := o.Customer("南湖酒店", "张伟")
	o.Say("小林", "提供线索 南湖酒店 下半年要办周年庆 来源=展会上听说")
	a := o.Answer("李娜", "采纳 L1")
	wants(t, flat(a.Reply), "南湖酒店", c.ID)
	giver := o.Told(a.Notices)["小林"]
	wants(t, giver, "L1", "已采纳")
	lacks(t, giver, "南湖", c.ID, "张伟")
	f := o.look("李娜", c.ID, "客户", "").Facts[0]
	if f.Value != "下半年要办周年庆" || f.Author != o.People["小林"].ID || f.CheckedBy != o.People["李娜"].ID || !strings.Contains(f.Source, "展会上听说") {
		t.Errorf("fact %+v", f)
	}
	wants(t, o.Refused("李娜", "采纳 L1"), "11月24日 周二", "李娜", "采纳")
	wants(t, o.Refused("王芳", "不采纳 L1 重复"), "采纳")
}

func TestLeadGoesWhereTheJudgeSays(t *testing.T) {
	o := newOffice(t)
	c := o.Customer("南湖大酒店", "张伟")
	o.Customer("南湖宾馆", "")
	o.Say("小林", "提供线索 南湖 换了采购经理")
	if no := o.Refusal("李娜", "采纳 L1"); len(no.Buttons) != 3 {
		t.Fatalf("%+v; want the two that are alike and a new one", no)
	}
	wants(t, o.Refused("李娜", "采纳 L1 客户="+c.ID+" 字段=电话"), "只能记入", "业务状况")
	wants(t, o.Say("李娜", "采纳 L1 客户="+c.ID+" 字段=业务状况"), "南湖大酒店", "业务状况")
	if f := o.look("李娜", c.ID, "客户", "").Facts; len(f) != 1 || f[0].Field != "业务状况" {
		t.Errorf("facts %+v", f)
	}
}

func TestLeadBeginsAFileAfterConfirmation(t *testing.T) {
	o := newOffice(t)
	o.Say("小林", "提供线索 北岸书店 想做读书会")
	preview := o.Answer("李娜", "采纳 L1")
	if preview.Confirm == "" {
		t.Fatalf("confirm %q", preview.Confirm)
	}
	wants(t, flat(preview.Reply), "新建", "北岸书店")
	wants(t, o.Say("李娜", "采纳 L1", handlerstest.Confirmed(preview.Confirm)), "北岸书店", "K1")
	f := o.look("李娜", "K1", "客户", "")
	if f.Name != "北岸书店" || f.Owner != "" || f.Author != o.People["小林"].ID || len(f.Facts) != 1 {
		t.Errorf("file %+v", f)
	}
}

func TestLeadOfANameWithBlanks(t *testing.T) {
	o := newOffice(t)
	c := o.Customer("Blue Sky Hotel", "")
	o.Say("小林", "提供线索 blue sky hotel 换了老板")
	wants(t, o.Say("李娜", "采纳 L1"), "Blue Sky Hotel")
	if f := o.look("李娜", c.ID, "客户", "").Facts; f[0].Value != "换了老板" {
		t.Errorf("fact %+v", f[0])
	}
}

func TestLeadRejected(t *testing.T) {
	o := newOffice(t)
	o.Customer("南湖酒店", "")
	o.Say("张伟", "提供线索 南湖酒店 听说要搬")
	o.Asked("李娜", "不采纳 L1")
	a := o.Answer("李娜", "不采纳 L1 已经核实，没有这回事")
	wants(t, o.Told(a.Notices)["张伟"], "没有采纳", "已经核实，没有这回事")
	if f := o.look("李娜", "K1", "客户", "").Facts; len(f) != 0 {
		t.Errorf("facts %+v", f)
	}
	wants(t, o.Say("李娜", "线索"), "没有")
}

func TestLeadTakenBack(t *testing.T) {
	o := newOffice(t)
	a := o.Answer("小林", "提供线索 南湖酒店 听说要搬")
	text, err := o.Undo("小林", "提供线索", a)
	if err != nil {
		t.Fatal(err)
	}
	wants(t, text, "L1")
	wants(t, o.Refused("李娜", "采纳 L1"), "撤回")
	b := o.Answer("小林", "提供线索 南湖酒店 听说要搬")
	o.Say("李娜", "不采纳 L2 不是真的")
	if _, err := o.Undo("小林", "提供线索", b); err == nil {
		t.Error("a judged lead was taken back")
	}
}

func TestLeadOfNothing(t *testing.T) {
	o := newOffice(t)
	o.Asked("小林", "提供线索")
	o.Asked("小林", "提供线索 南湖酒店")
	o.Asked("小林", "提供线索 南湖酒店 来源=展会")
	wants(t, o.Refused("小林", "提供线索 南湖酒店 "+strings.Repeat("长", maxLeadText+1)), "太长")
	wants(t, o.Refused("小林", "提供线索 "+strings.Repeat("长", maxLeadName+1)+" 内容"), "太长")
	wants(t, o.Refused("李娜", "采纳 L9"), "没有线索「L9」")
	wants(t, o.Refused("李娜", "采纳 \xff"), "没有等着的线索")
}

func TestLeadTextRestsByteForByte(t *testing.T) {
	o := newOffice(t)
	for _, text := range []string{"<at id=all></at>", "=cmd|' /C calc'!A0", "ａｂｃ\u200b中\u0000文", "[x](http://y)", "{\"a\":1}", "'; DROP TABLE lead;--", "\xff\xfe破"} {
		a := o.Answer("小林", "提供线索 南湖酒店 "+text)
		o.Update(func(ctx context.Context, tx *store.Tx) error {
			l, found, err := tx.Leads().ByCode(ctx, a.Undo)
			if err == nil && (!found || l.Text != text) {
				t.Errorf("%q came back as %q", text, l.Text)
			}
			return err
		})
	}
}

func TestSupervisorWhoIsNoStewardJudgesNothingIntoAFile(t *testing.T) {
	config := Defaults()
	config.SupervisorIsSteward = false
	o := openOffice(t, config)
	o.Customer("南湖酒店", "")
	told := o.Told(o.Answer("小林", "提供线索 南湖酒店 听说要搬").Notices)
	if told["王芳"] == "" || told["李娜"] != "" {
		t.Errorf("told %v; want the director", told)
	}
	if no := o.Refusal("李娜", "采纳 L1"); !no.Denied || no.Look.Customer != "K1" {
		t.Errorf("%+v; want a denial", no)
	}
	o.Say("王芳", "采纳 L1")
}

// A lead about a name that differs from a customer's in the place only may be
// about them: the judge is asked before it begins a file.
func TestLeadAboutAnAlikeName(t *testing.T) {
	o := newOffice(t)
	o.Customer("晨星机械", "张伟")
	o.Say("小林", "提供线索 东莞市晨星机械有限公司 要办年会")
	no := o.Refusal("李娜", "采纳 L1")
	if len(no.Buttons) != 2 || no.Buttons[0].Command != "采纳 L1 客户=K1" {
		t.Fatalf("%+v", no)
	}
	if a := o.Answer("李娜", no.Buttons[1].Command); a.Confirm == "" {
		t.Errorf("%s: %+v", no.Buttons[1].Command, a)
	}
}
