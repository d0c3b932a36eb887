package approval

import (
	"strings"
	"testing"
	"time"
)

func TestFromRequestToGrant(t *testing.T) {
	o := newOffice(t)
	said, notices := o.heard("小林", "申请查阅 华东机电 周五去布展，需要联系人")
	wants(t, said, "编号：A1", "已转给陈总（总经理）", "华东机电 周五去布展，需要联系人", "12月3日 周四 09:30")
	lacks(t, said, "K1", "有限公司", "张伟")
	card := o.Told(notices)["陈总"]
	wants(t, card, "编号：A1", "小林（其他员工）", "华东机电有限公司（K1，负责人 张伟）", "周五去布展", "[批准 24 小时:批准 A1 24小时]", "[3 天:批准 A1 3天]", "[7 天:批准 A1 7天]", "[驳回:驳回 A1]")
	if strings.Index(card, "编号：A1") > strings.Index(card, "[批准") || len(notices) != 1 {
		t.Errorf("%d notices, card %q", len(notices), card)
	}
	if o.reads("小林", "K1") != "" {
		t.Error("may read before the answer")
	}
	said, notices = o.heard("陈总", "批准 A1 3天")
	wants(t, said, "已批准 A1", "小林（其他员工）", "华东机电有限公司（K1）", "11月29日 周日 09:30（3天）", "[收回:收回查阅 A1]")
	wants(t, o.Told(notices)["小林"], "已批准", "华东机电有限公司（K1）", "陈总（总经理）", "11月29日 周日 09:30", "[看档案:客户 K1]")
	if o.reads("小林", "K1") != "A1" {
		t.Error("may not read although approved")
	}
	wants(t, o.Refusal("小林", "申请查阅 K1 再看看").Text, "现在就可以查", "授权 A1", "11月29日")
}

func TestLengths(t *testing.T) {
	for line, want := range map[string]time.Duration{
		"批准 A1": 24 * time.Hour, "批准a1 七天": 7 * 24 * time.Hour, "批准 Ａ１ 90分钟": 90 * time.Minute, "批准 A1 一周": 7 * 24 * time.Hour,
		"批准 A1 169小时": 0, "批准 A1 8天": 0, "批准 A1 两周": 0, "批准 A1 0天": 0,
	} {
		o := newOffice(t)
		o.Say("小林", "申请查阅 华东机电 布展")
		if want == 0 {
			o.Refused("陈总", line)
		} else {
			o.Say("陈总", line)
		}
		if (o.reads("小林", "K1") != "") != (want > 0) {
			t.Errorf("%s: reads %q", line, o.reads("小林", "K1"))
		}
		o.Now = o.Now.Add(want - time.Millisecond)
		if want > 0 && o.reads("小林", "K1") == "" {
			t.Errorf("%s ends too early", line)
		}
		o.Now = o.Now.Add(time.Millisecond)
		if o.reads("小林", "K1") != "" {
			t.Errorf("%s ends too late", line)
		}
	}
}

// What an asker hears is the same to the byte whoever is meant, or nobody.
func TestTheAskerLearnsNothing(t *testing.T) {
	words := []string{"华东机电有限公司", "南湖酒店", "没有这个客户", "K1", "K99", "华"}
	var answers []string
	for _, w := range words {
		o := newOffice(t)
		said := o.Say("小林", "申请查阅 "+w+" 酒店 布展")
		again := o.Refusal("小林", "申请查阅 "+w+" 别的 理由")
		other := o.Say("小林", "申请查阅 另一个 理由")
		o.Say("陈总", "驳回 A1 不需要")
		_, withdrawn := o.heard("小林", "撤回申请 A2")
		answers = append(answers, strings.ReplaceAll(strings.Join([]string{said, again.Text, again.Hint, other, o.Told(withdrawn)["小林"]}, "\n"), w, "※"))
	}
	for i, a := range answers {
		if a != answers[0] {
			t.Errorf("%s hears %q, %s %q", words[i], a, words[0], answers[0])
		}
	}
}

func TestUnclearCustomers(t *testing.T) {
	o := newOffice(t)
	_, notices := o.heard("小林", "申请查阅 华 布展")
	wants(t, o.Told(notices)["陈总"], "「华」", "不能确定", "可能是 K1 华东机电有限公司", "可能是 K3 华南建材有限公司",
		"[批准看 K1:批准 A1 K1 24小时]", "[批准看 K3:批准 A1 K3 24小时]", "批准 A1 客户全名 3天")
	wants(t, o.Asked("陈总", "批准 A1 3天").Prompt, "「华」", "可能是 K1 华东机电有限公司", "可能是 K3 华南建材有限公司")
	wants(t, o.Refusal("陈总", "批准 A1 建材 3天").Text, "不能确定", "K3 华南建材有限公司")
	wants(t, o.Refusal("陈总", "批准 A1 不存在 3天").Text, "不能确定")
	o.Say("陈总", "批准 A1 3天 南湖 酒店")
	if o.reads("小林", "K2") != "A1" || o.reads("小林", "K1")+o.reads("小林", "K3") != "" {
		t.Error("another customer than was named")
	}

	_, notices = o.heard("小何", "申请查阅 南湖 酒店 送样品")
	wants(t, o.Told(notices)["陈总"], "南湖 酒店（K2，负责人 张伟）")
	_, notices = o.heard("小何", "申请查阅 没有这家 送样品")
	wants(t, o.Told(notices)["陈总"], "「没有这家」", "没有找到相近的客户", "[驳回:")
	lacks(t, o.Told(notices)["陈总"], "[批准")
}

func TestWhoNeedsNotAsk(t *testing.T) {
	o := newOffice(t)
	wants(t, o.Refusal("王芳", "申请查阅 没有这家 看看").Text, "可以直接查")
	wants(t, o.Refusal("张伟", "申请查阅 K1 看看").Text, "现在就可以查")
	said := o.Say("张伟", "申请查阅 K3 看看") // theirs only, in this office
	wants(t, said, "编号：A1")
}

func TestReadableRequests(t *testing.T) {
	o := newOffice(t)
	for _, line := range []string{"申请查阅 华东机电 \u200b", "申请查阅 " + strings.Repeat("长", 61) + " 布展", "申请查阅 华东机电 " + strings.Repeat("长", 501)} {
		if a, err := o.Try("小林", line); err == nil {
			t.Errorf("%.60s: %q", line, flat(a.Reply))
		}
	}
	for i := range maxOpen {
		o.Say("小林", "申请查阅 客户"+string(rune('a'+i))+" 布展")
	}
	wants(t, o.Refusal("小林", "申请查阅 又一个 布展").Text, "5 个申请在等")
	o.Say("小何", "申请查阅 又一个 布展")
}

// Whoever has a grant hears of that customer, whoever else has such a name.
func TestNamesakesMakeNoDifference(t *testing.T) {
	for _, other := range []string{"", "华东机电集团", "华东机电 再看看"} {
		o := newOffice(t)
		o.Say("小林", "申请查阅 K1 布展")
		o.Say("陈总", "批准 A1")
		if other != "" {
			o.Customer(other, "")
		}
		wants(t, o.Refusal("小林", "申请查阅 华东机电 再看看").Text, "现在就可以查", "授权 A1")
	}
}
