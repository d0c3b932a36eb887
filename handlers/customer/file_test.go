package customer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/command"
	"marketbot/handlers/handlerstest"
	"marketbot/store"
	"marketbot/store/vault"
)

// filled is a customer of 张伟 with a phone and somebody to call.
func (o *office) filled() {
	o.T.Helper()
	o.Say("张伟", "新客户 南湖酒店有限公司 电话=0769-22335678 地址=南城路 1 号")
	o.Say("张伟", "联系人 K1 周明 电话=13800138000 住址=东城路 9 号 年龄=45 家庭=一子")
}

var secrets = []string{"22335678", "13800138000", "东城路", "45", "一子"}

func TestEveryAnswerOfAFileIsConfidential(t *testing.T) {
	o := newOffice(t)
	o.filled()
	for _, line := range []string{
		"客户 K1", "客户 南湖", "看电话 K1 周明 寄合同", "看电话 K1 王五 寄合同", "客户历史 K1", "改客户 K1 地址=北路", "联系人 K1 周明 爱好=钓鱼", "联系人 K1 吴芳", "跟进 K1 谈了", "我的客户", "新客户 北岸书店",
	} {
		m := o.Answer("张伟", line).Reply
		if !m.Confidential || m.Summary == "" {
			t.Errorf("%s: %+v", line, m)
		}
		lacks(t, m.Summary, append(secrets, "南城路", "周明", "谈了")...)
	}
}

func TestOnlyARevealShowsWhatIsMasked(t *testing.T) {
	o := newOffice(t)
	o.filled()
	o.Say("李娜", "跟进 K1 换号 13711112222")
	for _, line := range []string{"客户 K1", "客户历史 K1", "改客户 K1 电话=0769-33445566 来源=13711112222", "联系人 K1 周明 电话=13900139000 家庭=一女", "客户历史 K1", "客户 K1"} {
		lacks(t, o.Say("李娜", line), append(secrets[:3:3], "33445566", "13900139000", "一子", "一女", "13711112222")...)
	}
	wants(t, o.Say("刘洋", "看电话 K1 周明 寄合同"), "13900139000", "东城路 9 号", "一女", "033****5566"[3:])
	wants(t, o.Say("刘洋", "看电话 K1 寄合同"), "13900139000", "0769-33445566")
	lacks(t, o.Say("刘洋", "看电话 K1 王五 寄合同"), "13900139000", "33445566", "一女")
	wants(t, o.Say("刘洋", "看电话 K1 客户催我们尽快发货 要打电话"), "13900139000") // a sentence is no name
}

func TestSalespeopleWhoSeeTheirOwn(t *testing.T) {
	config := Defaults()
	config.SalespeopleSee = SeeOwn
	o := openOffice(t, config)
	o.filled()
	o.Say("刘洋", "新客户 南湖书店")
	wants(t, o.Say("张伟", "客户 南湖"), "客户档案 · 南湖酒店有限公司")
	wants(t, o.Say("刘洋", "客户 南湖"), "客户档案 · 南湖书店")
	other, nobody := o.Refused("刘洋", "客户 K1"), o.Refused("刘洋", "客户 没有这家")
	if other != nobody {
		t.Errorf("of another's customer %q, of nobody %q", other, nobody)
	}
	wants(t, other, "业务员（自己负责的客户）")
	lacks(t, other, "K1", "张伟")
	wants(t, o.Refused("刘洋", "新客户 南湖酒店"), "已有档案，负责人 张伟。")
	wants(t, o.Say("王芳", "客户 南湖"), "找到不止一位客户", "南湖酒店有限公司", "南湖书店")
}

// However many of others' customers fit better, one's own and those of a grant
// are found.
func TestOnesOwnAreFoundAmongMany(t *testing.T) {
	config := Defaults()
	config.SalespeopleSee = SeeOwn
	o := openOffice(t, config)
	for i := range 50 + 20 {
		o.Customer(fmt.Sprintf("晨星%02d厂", i), "张伟")
	}
	own := o.Customer("东莞市晨星机械有限公司", "刘洋")
	for _, line := range []string{"客户 晨星", "客户 cx", "客户 chenxing"} {
		wants(t, o.Say("刘洋", line), "客户档案 · 东莞市晨星机械有限公司")
		wants(t, o.Say("张伟", line), "还有更多")
		lacks(t, o.Say("张伟", line), "东莞市")
	}
	wants(t, o.Refused("刘洋", "客户 晨星0"), "业务员（自己负责的客户）")
	wants(t, o.Refused("小林", "客户 晨星"), "业务员（自己负责的客户）")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.Grants().Add(ctx, store.Grant{ID: "A1", Person: o.People["小林"].ID, Customer: own.ID, From: o.Now, Until: o.Now.Add(time.Hour)})
	})
	wants(t, o.Say("小林", "客户 晨星"), "客户档案 · 东莞市晨星机械有限公司（仅查阅）")
}

func TestSupervisorWhoIsNoSteward(t *testing.T) {
	config := Defaults()
	config.SupervisorIsSteward = false
	o := openOffice(t, config)
	o.filled()
	wants(t, o.Refused("李娜", "客户 K1"), "执行董事、总经理、总经理助理、市场总监、业务员")
	lacks(t, o.Refused("李娜", "改客户 K1 地址=北路"), "南湖", "张伟")
}

func TestQuotaOfReveals(t *testing.T) {
	config := Defaults()
	config.LookupsPerHour = 3
	o := openOffice(t, config)
	o.filled()
	for range 3 {
		o.Say("刘洋", "看电话 K1 寄合同")
	}
	o.Asked("刘洋", "看电话 K1")
	no := o.Refusal("刘洋", "看电话 K1 寄合同")
	if !no.Denied || no.Look.Customer != "K1" || len(no.Notices) != 2 {
		t.Fatalf("the fourth is answered with %+v", no)
	}
	wants(t, no.Text, "一小时内最多看 3 次")
	o.Say("张伟", "看电话 K1 寄合同") // everybody has their own
	o.Clock("2026-11-24 10:31")
	o.Say("刘洋", "看电话 K1 寄合同")
}

// However many customers there are, no command names more than a few of
// others' (档-3: no lists).
func TestNoCommandListsCustomers(t *testing.T) {
	o := newOffice(t)
	for i := range 30 {
		o.Customer(fmt.Sprintf("晨星%02d厂", i), "刘洋")
	}
	for _, line := range []string{"客户 晨星", "客户 cx", "客户 chenxing", "客户 厂"} {
		if n := strings.Count(o.Say("王芳", line), "晨星"); n > 2*hitsShown {
			t.Errorf("%s names %d times", line, n)
		}
	}
	for _, line := range []string{"改客户 晨星 地址=a", "跟进 晨星 谈了", "看电话 晨星 找人", "客户历史 晨星", "移交客户 晨星 张伟"} {
		if n := strings.Count(o.Refused("王芳", line), "厂"); n > hitsShown {
			t.Errorf("%s names %d", line, n)
		}
	}
	if n := strings.Count(o.Say("刘洋", "我的客户"), "厂 ·"); n != command.MaxRows {
		t.Errorf("a page of one's own has %d", n)
	}
	wants(t, o.Say("刘洋", "我的客户 第2页"), "我的客户（30 位）")
	wants(t, o.Refused("刘洋", "我的客户 第3页"), "一共 2 页")
	wants(t, o.Say("张伟", "我的客户"), "没有负责的客户")
}

func TestSeveralAreOfferedWithTheSameLine(t *testing.T) {
	o := newOffice(t)
	o.Customer("晨星一厂", "刘洋")
	o.Customer("晨星二厂", "刘洋")
	no := o.Refusal("刘洋", "跟进 晨星 谈了年会 阶段=签约")
	if len(no.Buttons) != 2 || no.Buttons[1].Command != "跟进 K2 谈了年会 阶段=签约" && no.Buttons[0].Command != "跟进 K2 谈了年会 阶段=签约" {
		t.Fatalf("%+v", no)
	}
	wants(t, o.Say("刘洋", no.Buttons[0].Command), "已记下跟进", "签约")
}

func TestValuesRestByteForByte(t *testing.T) {
	o := newOffice(t)
	for i, value := range []string{
		"<at all></at>", "[点](https://x.example)", "a\xffb", "=1+1", "\u202e倒着写", "a\u200bb", "'; DROP TABLE fact; --", "Ｆｕｌｌ　ｗｉｄｔｈ", "多行\n第二行", strings.Repeat("长", maxText),
	} {
		id := fmt.Sprint("K", i+1)
		o.Customer(fmt.Sprintf("第%d家酒店", i), "张伟")
		o.Say("张伟", "改客户 "+id+" 特征="+value)
		if f := o.look("张伟", id, "客户", ""); len(f.Facts) != 1 || f.Facts[0].Value != value {
			t.Errorf("%q rests as %+v", value, f.Facts)
		}
	}
	wants(t, o.Refused("张伟", "改客户 K1 特征="+strings.Repeat("长", maxText+1)), "最多 1000 个字")
	wants(t, o.Refused("张伟", "改客户 K1 特征=\u200b\u200b"), "不能只有空白")
	wants(t, o.Refused("张伟", "新客户 a\x00b"), "不能保存的字符")
}

func TestUndoOfAChange(t *testing.T) {
	o := newOffice(t)
	o.filled()
	first := o.Answer("张伟", "改客户 K1 地址=北路 电话=0769-99990000 简称=南湖 阶段=签约")
	o.Clock("2026-11-24 09:31")
	if text, err := o.Undo("张伟", "改客户", first); err != nil || text != "对 K1 档案的修改" {
		t.Fatal(text, err)
	}
	wants(t, o.Say("张伟", "客户 5678"), "客户档案 · 南湖酒店有限公司", "南城路 1 号", "阶段=初步接触")
	wants(t, o.Refused("张伟", "客户 0000"), "没有找到")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		names, err := vault.Search(tx).Names(ctx, "K1")
		if err != nil || len(names) != 2 || names[1].Until.IsZero() {
			t.Errorf("names %+v, %v", names, err)
		}
		return err
	})
	second := o.Answer("张伟", "改客户 K1 地址=西路")
	o.Clock("2026-11-24 09:32")
	o.Say("李娜", "改客户 K1 地址=东路")
	var no *command.Refusal
	if _, err := o.Undo("张伟", "改客户", second); !errors.As(err, &no) {
		t.Errorf("undone although somebody changed it: %v", err)
	}
	wants(t, o.Say("张伟", "客户 K1"), "地址=东路")
	wants(t, o.Say("李娜", "客户历史 K1"), "原因 撤销", "西路 → 东路")
}

func TestErasedPersonsAreNotFoundAnyMore(t *testing.T) {
	o := newOffice(t)
	o.filled()
	a := o.Answer("李娜", "删除联系人 K1 周明 本人要求")
	if a.Confirm == "" || len(a.Notices) > 0 {
		t.Fatal("erased without asking")
	}
	wants(t, o.Say("李娜", "客户 8000"), "周明")
	wants(t, o.Say("李娜", "删除联系人 K1 周明 本人要求", handlerstest.Confirmed(a.Confirm)), "已删除联系人")
	wants(t, o.Refused("李娜", "客户 8000"), "没有找到")
	lacks(t, o.Say("李娜", "客户历史 K1"), "周明", "13800138000", "138****8000")
	wants(t, o.Refused("李娜", "删除联系人 K1 周明 本人要求"), "没有联系人")
}

func TestTheGroupIsToldNothing(t *testing.T) {
	for _, spec := range newOffice(t).h.Commands() {
		if !spec.Private {
			t.Errorf("%s answers in the group", spec.Name)
		}
	}
}

func TestMoveTellsBoth(t *testing.T) {
	o := newOffice(t)
	o.filled()
	preview := o.Answer("王芳", "移交客户 K1 刘洋")
	told := o.Told(o.Answer("王芳", "移交客户 K1 刘洋", handlerstest.Confirmed(preview.Confirm)).Notices)
	wants(t, told["刘洋"], "王芳把这位客户交给你负责", "之前的负责人是 张伟")
	wants(t, told["张伟"], "移交给了刘洋")
	for _, words := range told {
		lacks(t, words, append(secrets, "南城路", "周明")...)
	}
	other := "K1/" + o.People["刘洋"].ID + "/" + o.People["李娜"].ID
	a := o.Answer("王芳", "移交客户 K1 张伟", handlerstest.Confirmed(other))
	if a.Confirm == "" || len(a.Notices) > 0 {
		t.Error("another move was confirmed")
	}
}
