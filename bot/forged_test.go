package main

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/storetest"
)

// forgedWords stand in every line that pretends to be one of the bot's.
const forgedWords = "伪造九"

// ownLines look like lines of the bot.
func ownLines() []string {
	return []string{
		"编号：" + forgedWords, "✅ 签到成功 " + forgedWords, "已由 陈总 批准 " + forgedWords, "【" + forgedWords + "】", "〔批准〕回复：批准 A1 " + forgedWords,
		"--- " + forgedWords, "| " + forgedWords + " |", "• " + forgedWords, "（" + forgedWords + "）", "追踪码 " + forgedWords,
	}
}

// forgeries are texts of people that would look like the bot's own lines, if
// they stood on lines of their own: one behind every end of a line and every gap
// there is, one in each line; one from the beginning; and one in a line alone.
func forgeries() []string {
	lines := ownLines()
	hidden := "真话"
	for i, end := range []string{"\n", "\r", "\r\n", "\v", "\f", "\u0085", "\u2028", "\u2029", "\n\u200b", "\n\u3000", "\n\u202e", "\u202e\n"} {
		hidden += end + lines[i%len(lines)]
	}
	for i, gap := range []string{" ", "\u3000", "\u2003", "\u2800", "\u3164", "\u00a0", " \u200b"} { // until the line is full
		hidden += strings.Repeat(gap, 40) + lines[i]
	}
	return []string{hidden, "\n\n" + strings.Join(lines, "\n\n"), lines[0], "真\u202e" + forgedWords + "\u2066\u200f\u001b[2J\b"}
}

// turning are the characters that turn the direction of others.
var turning = regexp.MustCompile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")

// lineEnds are all that a client may begin a new line at, besides wide gaps.
var lineEnds = regexp.MustCompile("[\n\r\v\f\u0085\u2028\u2029]|[\\s\u00a0\u2003\u2800\u3000\u3164\u200b]{12,}")

// forged is a line of a text of the bot's that people wrote, and that looks as if
// the bot had.
func forged(said string) string {
	for _, line := range lineEnds.Split(said, -1) {
		seen := strings.TrimSpace(strings.Map(func(r rune) rune {
			if r == ' ' || text.Visible(r) {
				return r
			}
			return -1
		}, line))
		if slices.ContainsFunc(ownLines(), func(own string) bool { return strings.HasPrefix(seen, own) }) ||
			strings.Contains(line, forgedWords) && (turning.MatchString(line) || strings.ContainsFunc(line, unicode.IsControl)) {
			return line
		}
	}
	return ""
}

// textArgs say a text of somebody, which stands as %, in every argument that
// takes one, and in every field; A# and L# are the newest request and lead.
// Who says it is somebody who may.
const textArgs = `
帮助.命令           张伟 帮助 %
撤销.登记           张伟 撤销 %
照这句办.命令       张伟 照这句办 %
取消.编号           张伟 取消 %
确认.编号           张伟 确认 %
填表.表             张伟 填表 %
逐项填写.表         张伟 逐项填写 %
接着填.编号         张伟 接着填 %
出差.地点           李娜 出差 % 明天
出差.事由           李娜 出差 广州 今天 %
签到.[地点] 进展    张伟 签到 广州 %
签到定位.地名       张伟 签到定位 %
周报.内容           张伟 周报 *：%
提交周报.上期       张伟 提交周报 2026-W48 %
改周报.内容         张伟 改周报 *：%
补交.内容           刘洋 补交 本周 *：%
上报.意见           王芳 上报 %
批示.意见           陈总 批示 %
客户.关键词         李娜 客户 %
看电话.客户         李娜 看电话 % 寄合同
看电话.联系人       李娜 看电话 K1 % 寄合同
看电话.理由         李娜 看电话 K1 李明 %
我的客户.页         张伟 我的客户 %
新客户.名称         李娜 新客户 %
新客户.字段         李娜 新客户 东莞市#号机械有限公司 *=%
改客户.客户         李娜 改客户 % 地址=南城区
改客户.字段         李娜 改客户 K1 *=%
联系人.客户         李娜 联系人 % 李明
联系人.姓名         李娜 联系人 K1 %
联系人.字段         李娜 联系人 K1 李明 *=%
删除联系人.客户     李娜 删除联系人 % 李明 本人要求
删除联系人.姓名     李娜 删除联系人 K1 % 本人要求
删除联系人.理由     李娜 删除联系人 K1 李明 %
核对.客户           李娜 核对 %
移交客户.客户       李娜 移交客户 % 张伟
跟进.客户           张伟 跟进 % 谈了
跟进.进展           张伟 跟进 K1 说 %
跟进.字段           张伟 跟进 K1 谈了 *=%
客户历史.客户       李娜 客户历史 %
客户历史.页         李娜 客户历史 K1 %
人员.页             张伟 人员 %
提供线索.客户       小林 提供线索 % 听说要搬
提供线索.线索       小林 提供线索 甲公司 听说 %
线索.编号           李娜 线索 %
采纳.编号           李娜 采纳 %
采纳.归入           李娜 采纳 L# *=%
不采纳.编号         李娜 不采纳 %
不采纳.理由         李娜 不采纳 L# %
查阅记录.客户       陈总 查阅记录 %
查阅记录.页         陈总 查阅记录 K1 %
查阅记录.只看       陈总 查阅记录 本月 %
溯源.追踪码         陈总 溯源 %
申请查阅.客户       小林 申请查阅 % 布展
申请查阅.理由       小林 申请查阅 甲公司 因为 %
撤回申请.编号       小林 撤回申请 %
查阅申请.编号       陈总 查阅申请 %
批准.编号           陈总 批准 %
批准.客户           陈总 批准 A# %
驳回.编号           陈总 驳回 %
驳回.理由           陈总 驳回 A# %
收回查阅.编号       陈总 收回查阅 %
领合同.客户         李娜 领合同 % 展台
领合同.项目         张伟 领合同 K1 %
签前汇报.合同号     张伟 签前汇报 % 谈好了
签前汇报.情况       张伟 签前汇报 ZYX-202611-001 说 %
签前汇报.字段       张伟 签前汇报 ZYX-202611-001 谈好了 *=%
签合同.合同号       张伟 签合同 % 金额=1万
签合同.字段         张伟 签合同 ZYX-202611-001 *=%
改合同.合同号       李娜 改合同 % 项目=会场 原因=写错
改合同.字段         李娜 改合同 ZYX-202611-002 *=% 原因=写错
转合同.合同号       李娜 转合同 % 刘洋
终止合同.合同号     王芳 终止合同 % 对方取消
终止合同.原因       王芳 终止合同 ZYX-202611-002 说 %
终止合同.字段       王芳 终止合同 ZYX-202611-002 对方取消 *=%
归档.合同号         王芳 归档 % 2 号柜
归档.位置           王芳 归档 ZYX-202611-002 柜 %
借原件.合同号       王芳 借原件 % 张伟 归还=12-05 核对
借原件.事由         王芳 借原件 ZYX-202611-002 张伟 说 % 归还=12-05
借原件.字段         王芳 借原件 ZYX-202611-002 张伟 核对 *=%
还原件.合同号       王芳 还原件 %
退合同.合同号       张伟 退合同 %
作废合同.合同号     张伟 作废合同 % 写错
作废合同.原因       张伟 作废合同 ZYX-202611-001 说 %
合同遗失.合同号     张伟 合同遗失 % 找不到了
合同遗失.经过       张伟 合同遗失 ZYX-202611-001 说 %
找到.合同号         张伟 找到 % 在抽屉里
找到.经过           张伟 找到 ZYX-202611-001 说 %
合同.哪些           张伟 合同 %
合同.页             张伟 合同 已签 %
缺号.合同号         张伟 缺号 %
缺号.说明           张伟 缺号 ZYX-202611-001 说 %
烧号.编号           王芳 烧号 %
收款计划.合同号     张伟 收款计划 % 12-31=余款
收款计划.计划       张伟 收款计划 ZYX-202611-002 %
回款.合同号         张伟 回款 % 1万
回款.备注           张伟 回款 ZYX-202611-002 1000 %
预收.合同号         张伟 预收 % 1万
核款.编号           王芳 核款 %
不符.编号           王芳 不符 % 账上没有
不符.原因           王芳 不符 R1 说 %
退款.合同号         王芳 退款 % 1万 客户多付
退款.原因           王芳 退款 ZYX-202611-002 100 说 %
抹零.合同号         王芳 抹零 %
坏账.合同号         王芳 坏账 % 1万 倒闭
坏账.原因           王芳 坏账 ZYX-202611-002 100 说 %
暂缓.合同号         王芳 暂缓 % 第1期 12-15 等拨款
暂缓.期             王芳 暂缓 ZYX-202611-002 % 12-15 等拨款
暂缓.原因           王芳 暂缓 ZYX-202611-002 第1期 12-15 说 %
到账.内容           王芳 到账 5万 说 %
认领.编号           张伟 认领 % ZYX-202611-002
认领.合同号         张伟 认领 W1 %
开票.合同号         张伟 开票 % 1万
开票.发票           张伟 开票 ZYX-202611-002 100 %
改金额.哪一笔      张伟 改金额 %
记到别的合同.哪一笔  张伟 记到别的合同 %
应收.谁             李娜 应收 %
回款记录.谁         李娜 回款记录 %
回款记录.页         李娜 回款记录 本月 %
业绩.什么           李娜 业绩 %
目标.内容           王芳 目标 %
目标.字段           王芳 目标 张伟 11月 12万 *=%
客户进度.页         李娜 客户进度 %
停滞原因.客户       李娜 停滞原因 % 预算
停滞原因.原因       李娜 停滞原因 K1 说 %
停滞原因.字段       李娜 停滞原因 K1 预算 *=%
重点客户.客户       李娜 重点客户 % 签约
重点客户.承诺       李娜 重点客户 11月 K1 签 %
兑现.客户           张伟 兑现 % 部分
兑现.结果           张伟 兑现 K1 %
兑现.说明           张伟 兑现 K1 部分 说 %
活动.编号           李娜 活动 %
活动.页             李娜 活动 12月 %
活动 新增.名称      李娜 活动 新增 %
活动 新增.字段      李娜 活动 新增 酒会 *=%
活动 改.编号        李娜 活动 改 % 地点=厅
活动 改.字段        李娜 活动 改 H2 *=%
活动 取消.编号      李娜 活动 取消 % 下雨
活动 取消.原因      李娜 活动 取消 H2 说 %
活动 取消.字段      李娜 活动 取消 H2 下雨 *=%
能去.编号           张伟 能去 %
不能去.编号         张伟 不能去 % 有事
不能去.原因         张伟 不能去 H1 说 %
活动 替补.编号      李娜 活动 替补 % 刘洋 张伟
到场.编号           张伟 到场 %
照片.编号           张伟 照片 %
未到.编号           李娜 未到 % 张伟 堵车
未到.原因           李娜 未到 H1 张伟 说 %
补记.编号           李娜 补记 % 张伟
补记.时间           李娜 补记 H1 张伟 %
活动 总结.编号      李娜 活动 总结 % 效果=好
活动 总结.字段      李娜 活动 总结 H1 *=%
人员 添加.姓名      王芳 人员 添加 % 其他员工
人员 群成员.页      王芳 人员 群成员 %
人员 恢复.姓名      王芳 人员 恢复 %
人员 确认.编号      陈总 人员 确认 %
人员 不同意.编号    陈总 人员 不同意 %
开始使用.例子       王芳 开始使用 %
部门群.取消         王芳 部门群 %
绑定.绑定码         小林 绑定 %
请假.事由           小林 请假 明天 因为 %
设置.名称           王芳 设置 %
设置.页             王芳 设置 全部 %
制度.条号或关键词   小林 制度 %
制度 确认.版本      小林 制度 确认 %
开始使用.例子       王芳 开始使用 %
部门群.取消         王芳 部门群 %
事件.编号           陈总 事件 %
事件.页             陈总 事件 %
事件 登记.内容      小林 事件 登记 说 %
事件 结案.编号      王芳 事件 结案 % 没事
事件 结案.结论      王芳 事件 结案 S1 说 %
离职.书面说明       小林 离职 12-31 说 %
离职改到.书面说明   小林 离职改到 12-31 说 %
调走.书面说明       刘洋 调走 12-31 其他员工 说 %
调走改到.书面说明   刘洋 调走改到 12-31 其他员工 说 %
交接.内容           王芳 交接 %
接收.项             王芳 接收 %
不接收.项           王芳 不接收 % 没空
不接收.理由         王芳 不接收 K1 说 %
账清.姓名           王芳 账清 %
账清.说明           王芳 账清 小林 说 %
账未清.姓名         王芳 账未清 % 欠款
账未清.欠什么       王芳 账未清 小林 说 %
签字放行.姓名       王芳 签字放行 %
月会.做什么         王芳 月会 %
例会 开始.主题      王芳 例会 开始 说 %
议题.内容           张伟 议题 说 %
讨论.议题号         王芳 讨论 % 说好了
讨论.内容           王芳 讨论 Y1 说 %
缺席.原因           王芳 缺席 张伟 说 %
决议.内容           王芳 决议 Y1 说 % 负责=张伟 期限=12-30
决议.字段           王芳 决议 Y1 排好 *=%
搁置.议题号         王芳 搁置 % 期限=12-30 负责=张伟 原因=等
搁置.内容           王芳 搁置 Y1 说 %
搁置.字段           王芳 搁置 Y1 *=%
知悉.议题号         王芳 知悉 %
重开.原因           王芳 重开 11月 说 %
月会 不开.原因      王芳 月会 不开 11月 说 %
纪要.会议号         王芳 纪要 %
完成.决议号         张伟 完成 % 排好了
完成.说明           张伟 完成 D1 说 %
确认完成.决议号     王芳 确认完成 %
退回.决议号         王芳 退回 % 没办
退回.原因           王芳 退回 D1 说 %
延期.决议号         王芳 延期 % 12-31 等
延期.原因           王芳 延期 D1 12-31 说 %
改派.决议号         王芳 改派 % 刘洋
`

// argLine is a line of textArgs.
type argLine struct{ arg, says string }

// argLines are the lines of textArgs, those with * once for every key that the
// argument knows; an argument that stands nowhere in it fails.
func argLines(t *testing.T, specs []*command.Spec) (lines []argLine) {
	t.Helper()
	rows := map[string]string{}
	for row := range strings.Lines(textArgs) {
		if m := regexp.MustCompile(`^(.+?)\s{2,}(.+)`).FindStringSubmatch(row); m != nil {
			rows[m[1]] = m[2]
		}
	}
	words := []command.Kind{command.Word, command.Number, command.Free, command.Labels, command.Passage, command.Fields, command.Customer, command.Contract}
	for _, spec := range specs {
		for _, a := range spec.Args {
			name := spec.Name + "." + a.Name
			switch row, there := rows[name]; {
			case !slices.Contains(words, a.Kind):
				continue
			case !there:
				t.Errorf("%s takes a text: say in textArgs how", name)
			case len(a.Keys) > 0:
				for _, key := range a.Keys {
					lines = append(lines, argLine{name, strings.Replace(row, "*", key, 1)})
				}
			default:
				lines = append(lines, argLine{name, row})
			}
			delete(rows, name)
		}
	}
	for name := range rows {
		t.Errorf("no command has an argument %s", name)
	}
	return lines
}

// Whatever people write, in whatever field, name or command, nowhere does it
// look like a line of the bot's own: not to them, nor to anybody else, at once
// or in a reminder.
func TestForgedLines(t *testing.T) {
	for name, world := range map[string]func(*office) screens{"feishu": onFeishu} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := openOffice(t, storetest.Prepared(t, storetest.SQLite), world, department(), thursday())
			o.hear("李娜", "新客户 东莞市晨星机械有限公司 负责人=张伟")
			o.formsTaken()
			o.activitiesPlanned()
			lines := argLines(t, o.bot.Load().desk.Specs())
			for i, s := range forgeries() {
				o.clock.Add((4 * time.Minute).Milliseconds()) // 撤销 ends, and what is equal is no double click
				o.screens.place("李娜", s)
				for n, line := range lines {
					o.saysText(line.says, i*len(lines)+n, s, private, mentioned)
				}
				o.hear("李娜", "联系人 K1 李明 职务=采购")
				o.deliver()
			}
			o.move(thursday().AddDate(0, 0, 30))
			o.readsForged()
		})
	}
}

// formsTaken are two contracts of 张伟's: one that was reported, one that was signed.
func (o *office) formsTaken() {
	o.t.Helper()
	for _, number := range []string{"ZYX-202611-001", "ZYX-202611-002"} {
		o.hear("张伟", "领合同 K1 展台")
		o.hear("张伟", "签前汇报 "+number+" 谈好了")
	}
	o.hear("张伟", "签合同 ZYX-202611-002 金额=1万")
}

// activitiesPlanned are two activities with 张伟 of 李娜's: one that is on today, one
// of next month.
func (o *office) activitiesPlanned() {
	o.t.Helper()
	for _, time := range []string{"今天", "12-05 14:00~17:00"} {
		o.hear("李娜", "活动 新增 看场地 类型=现场 人员=张伟 时间="+time)
	}
}

// saysText says one of argLines with a text, n telling it from others.
func (o *office) saysText(line string, n int, s string, rooms ...room) {
	who, line, _ := strings.Cut(line, " ")
	o.update(func(ctx context.Context, tx *store.Tx) error {
		requests, err := tx.Requests().Open(ctx, o.now())
		leads, err2 := tx.Leads().Open(ctx, 100)
		if len(requests) > 0 {
			line = strings.Replace(line, "A#", requests[len(requests)-1].Code, 1)
		}
		if len(leads) > 0 {
			line = strings.Replace(line, "L#", leads[len(leads)-1].Code, 1)
		}
		return errors.Join(err, err2)
	})
	line = strings.Replace(strings.Replace(line, "#", strconv.Itoa(n), 1), "%", s, 1)
	for _, in := range rooms {
		o.screens.say(who, in, line)
	}
	o.screens.say(who, private, "取消") // what was missing is asked for
}

// readsForged looks at everything that was said to anybody.
func (o *office) readsForged() {
	o.t.Helper()
	chats, told := []string{"", stranger}, map[string]bool{}
	for _, e := range o.staff {
		chats = append(chats, e.Name)
	}
	read := 0
	for _, c := range chats {
		for _, m := range o.screens.messages(c) {
			said, _, _ := strings.Cut(m.text, "\n"+chat.TemplateWord+" ") // one fills in one's own words
			read += strings.Count(said, forgedWords)
			head, _, _ := strings.Cut(said, "\n")
			if line := forged(said); line != "" && !told[head] {
				told[head] = true
				o.t.Errorf("%s reads %q in %q", c, line, said)
			}
		}
	}
	if read < 1000 {
		o.t.Errorf("the words are read %d times only", read)
	}
}
