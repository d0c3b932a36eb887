package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/store/storetest"
)

// heardBy are those who hear of what somebody else writes in an argument of
// textArgs, because the rule book says so; everybody else hears nothing of it.
var heardBy = map[string][]string{
	"周报.内容": {"王芳", "陈总"}, "改周报.内容": {"王芳", "陈总"}, "补交.内容": {"王芳", "陈总"}, "提交周报.上期": {"王芳", "陈总"},
	"上报.意见": {"陈总"}, "出差.地点": {"王芳", "陈总"}, "批示.意见": {"王芳", "张伟", "刘洋"},
	"请假.事由": {"陈总", "王芳"}, "申请查阅.客户": {"陈总"}, "申请查阅.理由": {"陈总"}, "驳回.理由": {"小林"},
	"提供线索.客户": {"李娜"}, "提供线索.线索": {"李娜"}, "不采纳.理由": {"小林"}, "采纳.归入": {"小林", "张伟"},
	"改客户.字段": {"张伟"}, "联系人.姓名": {"张伟"}, "联系人.字段": {"张伟"}, "跟进.进展": {"李娜"}, "跟进.字段": {"李娜"}, "看电话.理由": {"陈总"}, "看电话.联系人": {"陈总"},
	"删除联系人.理由": {"陈总", "张伟"},
	"领合同.项目":   {"王芳"}, "签前汇报.情况": {"李娜", "王芳"}, "改合同.字段": {"张伟", "王芳"}, "归档.位置": {"张伟"}, "借原件.事由": {"张伟"}, "借原件.字段": {"张伟"},
	"合同遗失.经过": {"王芳", "陈总"}, "找到.经过": {"王芳", "陈总"}, "缺号.说明": {"王芳"},
	"目标.字段": {"张伟"}, "活动 改.字段": {"张伟"}, "活动 取消.原因": {"张伟"}, "不能去.原因": {"李娜"}, "未到.原因": {"张伟"}, "活动 总结.字段": {"王芳"},
	"停滞原因.原因": {"张伟"}, "停滞原因.字段": {"张伟"}, "重点客户.承诺": {"张伟"},
	"事件 登记.内容": {"陈总", "王芳"}, "事件 结案.结论": {"陈总", "张伟"},
	"离职改到.书面说明": {"陈总", "王芳", "李娜"}, "调走改到.书面说明": {"王芳", "李娜"}, "账清.说明": {"陈总", "李娜", "小林"}, "账未清.欠什么": {"陈总", "李娜", "小林"},
	"不符.原因": {"张伟"}, "退款.原因": {"张伟"}, "坏账.原因": {"张伟"}, "暂缓.原因": {"张伟", "李娜"},
}

// inThePack are the arguments that stand in the papers of the monthly meeting, which
// heads get (会-4), and inTheMeeting those of its commands, whose words its members
// hear (会-1).
var (
	inThePack    = strings.Fields("领合同.项目 改合同.字段 归档.位置 重点客户.承诺 兑现.结果 兑现.说明 停滞原因.原因 停滞原因.字段 活动·新增.名称 活动·新增.字段 活动·改.字段 活动·总结.字段")
	inTheMeeting = strings.Fields("例会·开始.主题 议题.内容 讨论.内容 缺席.原因 决议.内容 决议.字段 搁置.内容 搁置.字段 重开.原因 月会·不开.原因 完成.决议号 完成.说明 退回.原因 延期.原因")
)

// hears are those who hear of what somebody else writes in an argument.
func hears(arg string) []string {
	list, name := slices.Clone(heardBy[arg]), strings.ReplaceAll(arg, " ", "·")
	if slices.Contains(inThePack, name) {
		list = append(list, "陈总", "王芳", "李娜")
	}
	if slices.Contains(inTheMeeting, name) {
		list = append(list, "陈总", "王芳", "李娜", "张伟", "刘洋")
	}
	return list
}

// names reports whether a line gives a name, which rests as it is, so that it
// can be found, and which everybody may hear who hears of whom it is.
func (l argLine) names() bool {
	return slices.Contains([]string{"新客户.名称", "提供线索.客户", "人员 添加.姓名"}, l.arg) || regexp.MustCompile(`(名称|简称|曾用名|客户)=%`).MatchString(l.says)
}

// What somebody writes in any argument and any field, on any platform, is read
// by nobody but those whom the rule book names: not by the group, nor in the
// log, in a metric, or in any file that is left on the disk. An argument or a
// field that is added has no readers until heardBy says so.
func TestEveryTextIsKept(t *testing.T) {
	for name, world := range map[string]func(*office) screens{"page": onPage, "feishu": onFeishu, "wecom": onWeCom, "robot": onRobot} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVault()
			o := openOffice(t, storetest.Prepared(t, storetest.SQLite), v.tapping(world), department(), thursday())
			o.hear("李娜", "新客户 东莞市晨星机械有限公司 负责人=张伟")
			o.formsTaken()
			o.activitiesPlanned()
			var everybody []string
			for _, e := range o.staff {
				everybody = append(everybody, e.Name)
			}
			for n, line := range argLines(t, o.bot.Load().desk.Specs()) {
				who, _, _ := strings.Cut(line.says, " ")
				seed := fmt.Sprintf("暗语%s谜面%s", strings.Repeat("甲", 1+n%7), digitWords(n))
				v.entrusts(seed, append(hears(line.arg), who)...)
				if line.names() {
					v.entrusts(seed, everybody...)
					v.rests(seed)
				}
				o.saysText(line.says, n, seed, private)
				o.deliver()
			}
			for range 9 {
				o.move(o.now().Add(10 * time.Minute)) // a robot says only so much in a minute
			}
			o.hear("王芳", regexp.MustCompile(`确认 [A-Z]\w*`).FindString(o.hear("王芳", "上报")))
			o.move(thursday().AddDate(0, 0, 12))
			if len(v.secrets) < 100 {
				t.Errorf("only %d texts", len(v.secrets))
			}
			v.check(t, o)
		})
	}
}

// digitWords are a number in words, so that no other number is found in its place.
func digitWords(n int) string {
	words := []rune("零壹贰叁肆伍陆柒捌玖")
	return strings.Map(func(r rune) rune { return words[r-'0'] }, fmt.Sprintf("%03d", n))
}

// Each shape that a secret may take is found in each way out: a defect that lets
// it out there would be.
func TestVaultFindsEveryWay(t *testing.T) {
	shapes := shapesOf("0769-22335678 李明Ming")
	for _, shape := range slices.Sorted(maps.Keys(shapes)) {
		found := &fails{TB: t}
		v := newVault()
		v.entrusts("0769-22335678 李明Ming")
		v.look(found, "a way out", "before "+shapes[shape]+" after", "")
		if found.n != 1 {
			t.Errorf("%s is not found: %q", shape, shapes[shape])
		}
	}
}

// fails counts what a test would have failed for.
type fails struct {
	testing.TB
	n int
}

// Errorf is part of testing.TB.
func (f *fails) Errorf(string, ...any) { f.n++ }
