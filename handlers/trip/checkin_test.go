package trip

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"marketbot/handlers/text"
	"marketbot/store"
)

func (o *office) checkIns(name string) []store.CheckIn {
	o.T.Helper()
	var list []store.CheckIn
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		var err error
		list, err = tx.CheckIns().Of(ctx, o.People[name].ID, o.Now.AddDate(0, 0, -400), o.Now.Add(time.Second))
		return err
	})
	return list
}

func TestCheckInSaysWhichOfTheDayItIs(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", "出差 广州 3天")
	wants(t, o.Say("张伟", "签到 拜访华东机电"), "签到成功", "张伟 · 09:30 · 广州\n│ 拜访华东机电",
		"今天第 1 次。下一次请在 17:23 前。", "出差 广州 11月24日 周二 至 11月26日 周四（3 天）", "[撤销（5分钟内）:撤销]", "[补充进展:签到]")
	o.Clock("2026-11-24 14:00")
	wants(t, o.Say("张伟", "签到 深圳，改去深圳谈合同"), "张伟 · 14:00 · 深圳\n│ 改去深圳谈合同", "今天第 2 次。今天已联系 2 次")
	o.Clock("2026-11-25 12:00")
	wants(t, o.Say("张伟", "签到广州 签了意向书"), "今天第 1 次。今天已联系")
	wants(t, o.Say("张伟", "签到广州 签了意向书"), "今天第 2 次")
}

func TestCheckInBelongsToTheDayItWasSent(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", "出差 广州 1天")
	o.Clock("2026-11-24 23:59")
	o.Say("张伟", "签到 拜访客户")
	o.Clock("2026-11-25 00:00")
	wants(t, o.Say("张伟", "签到 拜访客户"), "今天第 1 次", "没有登记出差")
}

func TestCheckInWithoutATripIsKept(t *testing.T) {
	o := newOffice(t)
	wants(t, o.Say("张伟", "签到 广州 拜访客户"), "签到成功", "没有登记出差，这次签到照样保留", "[登记 出差 广州 1天:出差 广州 1天]")
	lacks(t, o.Say("张伟", "签到 拜访客户"), "[登记")
	if in := o.checkIns("张伟"); len(in) != 2 || in[0].Place != "广州" || in[1].Place != "" {
		t.Errorf("kept %+v", in)
	}
	wants(t, o.Say("张伟", "出差 广州 1天"), "已登记出差")
	wants(t, o.Say("张伟", "签到记录"), "11月24日 周二|广州|2+|09:30、09:30|")
}

func TestCheckInByPlace(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", "出差 广州 1天")
	q := o.Asked("张伟", "签到定位 广东省广州市天河区 Canton Tower 8 号")
	wants(t, q.Prompt, "在广州有什么进展")
	wants(t, o.Say("张伟", "签到定位 广东省广州市天河区 Canton Tower 8 号 "+q.Prefix+"看了场地，进展：顺利"), "09:30 · 广州\n│ 看了场地，进展：顺利")
	wants(t, o.Refused("张伟", "签到定位 广州塔 "+q.Prefix+" \u200b"), "不能是空的")
	wants(t, o.Say("张伟", "签到定位 113.3245,23.1066 "+q.Prefix+"到了"), "09:30 · 广州\n│ 到了")
	if in := o.checkIns("张伟"); len(in) != 2 || in[0].Place != "广州" || in[1].Place != "广州" {
		t.Errorf("kept %+v", in)
	}
}

func TestEmptyProgressIsRefused(t *testing.T) {
	o := newOffice(t)
	wants(t, o.Asked("张伟", "签到").Prompt, "有什么进展")
	wants(t, o.Asked("张伟", "签到 广州").Prompt, "在广州有什么进展")
	for _, blank := range []string{"\u200b\u200d", "\u3164", "\u2800\u2800", "\ufe0f", "\x00\x01", "\xff\xfe", "\u00ad"} {
		for _, line := range []string{"签到 广州 " + blank, "签到 " + blank} {
			if a, err := o.Try("张伟", line); err == nil {
				t.Errorf("%q: %s", line, flat(a.Reply))
			}
		}
		wants(t, o.Refused("张伟", "签到 广州 "+blank), "不能是空的", "签到 广州")
	}
	wants(t, o.Refused("张伟", "签到 "+strings.Repeat("长", longestProgress+1)), "一次最多 5000 字")
	wants(t, o.Refused("小林", "签到 广州 拜访客户"), "只有")
	if in := o.checkIns("张伟"); len(in) != 0 {
		t.Errorf("kept %+v", in)
	}
}

func TestCheckInIsTakenBack(t *testing.T) {
	o := newOffice(t)
	o.Say("张伟", "出差 广州 1天")
	a := o.Answer("张伟", "签到 拜访客户")
	if _, err := o.Undo("刘洋", "签到", a); err == nil {
		t.Error("somebody else took it back")
	}
	text, err := o.Undo("张伟", "签到", a)
	if err != nil {
		t.Fatal(err)
	}
	wants(t, text, "11月24日 周二 09:30 的签到（广州）")
	if _, err := o.Undo("张伟", "签到", a); err == nil {
		t.Error("taken back twice")
	}
	wants(t, o.Say("张伟", "签到 拜访客户"), "今天第 1 次")
}

func TestProgressIsStoredByteForByte(t *testing.T) {
	data, err := os.ReadFile("../command/testdata/blns/blns.json")
	if err != nil {
		t.Fatal(err)
	}
	var naughty []string
	if err := json.Unmarshal(data, &naughty); err != nil {
		t.Fatal(err)
	}
	o := newOffice(t)
	var want []string
	for _, s := range naughty {
		_, err := o.Try("张伟", "签到 广州 "+s)
		switch progress := strings.TrimLeftFunc(strings.TrimSpace(s), isGap); {
		case err == nil:
			want = append(want, progress)
		case text.HasWords(progress):
			t.Errorf("%q: %v", s, err)
		}
	}
	stored := o.checkIns("张伟")
	if len(stored) != len(want) {
		t.Fatalf("%d stored, want %d", len(stored), len(want))
	}
	for i, in := range stored {
		if in.Progress != want[i] || in.Place != "广州" {
			t.Errorf("%q is stored as %q in %q", want[i], in.Progress, in.Place)
		}
	}
}

func TestOwesTodaysCheckIn(t *testing.T) {
	o := newOffice(t)
	if items := o.Owes("张伟"); len(items) != 0 {
		t.Errorf("owes %v", items)
	}
	o.Say("张伟", "出差 广州 3天")
	if items := o.Owes("张伟"); len(items) != 1 || !strings.Contains(items[0].Text, "在广州出差，还没有签到") || items[0].Button.Command != "签到" {
		t.Errorf("owes %v", items)
	}
	o.Say("张伟", "签到 拜访客户")
	if items := o.Owes("张伟"); len(items) != 0 {
		t.Errorf("owes %v", items)
	}
	o.Clock("2026-11-25 09:30")
	o.Leave("张伟", "2026-11-25", "张伟")
	if items := o.Owes("张伟"); len(items) != 0 {
		t.Errorf("owes %v", items)
	}
}

func TestSplitPlace(t *testing.T) {
	for _, c := range []struct{ text, trip, place, progress string }{
		{"广州 拜访客户", "", "广州", "拜访客户"},
		{"广州市 拜访客户", "", "广州", "拜访客户"},
		{"广东省广州市 拜访客户", "", "广州", "拜访客户"},
		{"广东广州 拜访客户", "", "广州", "拜访客户"},
		{"在广州 拜访客户", "", "广州", "拜访客户"},
		{"广州，拜访客户，谈妥", "", "广州", "拜访客户，谈妥"},
		{"广州：拜访客户", "", "广州", "拜访客户"},
		{"广州　拜访客户", "", "广州", "拜访客户"},
		{"广州\n拜访客户\n 第二行", "", "广州", "拜访客户\n 第二行"},
		{"广\u200b州 拜访客户", "", "广州", "拜访客户"},
		{"广州", "", "广州", ""},
		{"广州客户拜访了 两家", "", "", "广州客户拜访了 两家"},
		{"拜访 广州客户", "深圳", "深圳", "拜访 广州客户"},
		{"松山湖 看场地", "松山湖", "松山湖", "看场地"},
		{"松山湖 看场地", "深圳", "深圳", "松山湖 看场地"},
		{"佛山 看场地", "深圳", "佛山", "看场地"},
		{"西双版纳 看场地", "", "西双版纳", "看场地"},
		{"到香港 看场地", "", "香港", "看场地"},
		{"到 看场地", "", "", "到 看场地"},
		{"，拜访客户", "深圳", "深圳", "，拜访客户"},
		{"", "深圳", "深圳", ""},
	} {
		if place, progress := splitPlace(c.text, c.trip); place != c.place || progress != c.progress {
			t.Errorf("splitPlace(%q, %q) = %q, %q; want %q, %q", c.text, c.trip, place, progress, c.place, c.progress)
		}
	}
}

func TestPlaceName(t *testing.T) {
	for name, want := range map[string]string{
		"广州塔": "",
		"广东省广州市海珠区阅江西路222号":     "广州",
		"内蒙古自治区呼和浩特市新城区":        "呼和浩特",
		"东莞市松山湖":                "东莞",
		"超市旁边":                  "",
		"113.3245, 23.1066":     "",
		"  Canton\n Tower ":     "",
		strings.Repeat("长", 40): "",
		"四川省阿坝藏族羌族自治州汶川县映秀镇渔子溪村12号": "阿坝",
		"": "",
	} {
		if got := placeName(name); got != want {
			t.Errorf("placeName(%q) = %q, want %q", name, got, want)
		}
	}
}

func FuzzSplitPlace(f *testing.F) {
	f.Add("广州 拜访客户", "深圳")
	f.Add("\xff市 \u200b", "")
	f.Add("在，", "在")
	f.Fuzz(func(t *testing.T, typed, trip string) {
		_, progress := splitPlace(typed, trip)
		if !strings.HasSuffix(typed, progress) {
			t.Errorf("%q became %q", typed, progress)
		}
		text.HasWords(typed)
		if name := placeName(typed); utf8.RuneCountInString(name) > longestPlace+1 || !utf8.ValidString(name) {
			t.Errorf("place %q", name)
		}
	})
}
