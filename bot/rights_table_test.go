package main

import (
	"marketbot/handlers/customer"
	"marketbot/handlers/rulebook"
)

// The customers of the tables. All but ofLiu are 张伟's.
const (
	ofZhang    = "K1"
	ofLiu      = "K2"
	lentOut    = "K3" // lent to 李娜, 刘洋 and 小林, each by a grant of their own
	lentBefore = "K4" // lent to the same until now
	lentElse   = "K5" // lent to 周助
	bait       = "K6" // a canary
	noSuch     = "K99"
)

// files are all of them, in the order of the tables.
func files() []string { return []string{ofZhang, ofLiu, lentOut, lentBefore, lentElse, bait, noSuch} }

// nameOf is what a customer is called; nobody bears that of noSuch.
func nameOf(customer string) string { return "东莞市" + customer[1:] + "号有限公司" }

// phoneOf stands masked in the file, valueOf open.
func phoneOf(customer string) string { return "1380013800" + customer[1:2] }
func valueOf(customer string) string { return "密情" + customer }

// What may come of a command about a file.
const (
	yes      = 'y' // done
	no       = '-' // denied: the command is not for the post
	readOnly = 'r' // denied: the file may be read, not changed
	hiddenIs = 'h' // denied (档-6): nothing is said of the customer
	noFile   = 'n' // refused: whoever may read every file hears that there is no such customer
)

// rights are what comes of a kind of command: a line for each of files, and in
// it a sign for each of everyPost (赵陈周王李张刘林).
type rights [7]string

// setting is a choice that the rule book leaves open (C1, C2), with what it
// makes of 档-4 and 档-6.
type setting struct {
	name              string
	steward           bool
	see               string
	read              rights // 档-4: these posts, whom the general manager let for that customer (档-6)
	note              rights // progress: readers, but with leave one only looks
	write, keep, lead rights // 档-4, 档-7: the supervisor and the director, salespeople their own
	stall             rights // 会-4: likewise, and the general manager
}

// settings are all four. The supervisor reads as who organises the files, and
// like others by a grant where the files are kept from them.
func settings() []setting { return append(withSteward(), withoutSteward()...) }

func withSteward() []setting {
	leads := rights{"---yy---"}
	return []setting{
		{
			"all", true, customer.SeeAll,
			rights{"yyyyyyyh", "yyyyyyyh", "yyyyyyyy", "yyyyyyyh", "yyyyyyyh", "yyyyyyyh", "nnnnnnnh"},
			rights{"yyyyyyyh", "yyyyyyyh", "yyyyyyyr", "yyyyyyyh", "yyyyyyyh", "yyyyyyyh", "nnnnnnnh"},
			rights{"---yyyr-", "---yyry-", "---yyyr-", "---yyyr-", "---yyyr-", "---yyyr-", "---nnnn-"},
			rights{"---yy---", "---yy---", "---yy---", "---yy---", "---yy---", "---yy---", "---nn---"}, leads,
			rights{"-y-yyyr-", "-y-yyry-", "-y-yyyr-", "-y-yyyr-", "-y-yyyr-", "-y-yyyr-", "-n-nnnn-"},
		},
		{
			"own", true, customer.SeeOwn,
			rights{"yyyyyyhh", "yyyyyhyh", "yyyyyyyy", "yyyyyyhh", "yyyyyyhh", "yyyyyyhh", "nnnnnhhh"},
			rights{"yyyyyyhh", "yyyyyhyh", "yyyyyyrr", "yyyyyyhh", "yyyyyyhh", "yyyyyyhh", "nnnnnhhh"},
			rights{"---yyyh-", "---yyhy-", "---yyyr-", "---yyyh-", "---yyyh-", "---yyyh-", "---nnhh-"},
			rights{"---yy---", "---yy---", "---yy---", "---yy---", "---yy---", "---yy---", "---nn---"}, leads,
			rights{"-y-yyyh-", "-y-yyhy-", "-y-yyyr-", "-y-yyyh-", "-y-yyyh-", "-y-yyyh-", "-n-nnhh-"},
		},
	}
}

func withoutSteward() []setting {
	leads := rights{"---yd---"}
	return []setting{
		{
			"all, no steward", false, customer.SeeAll,
			rights{"yyyyhyyh", "yyyyhyyh", "yyyyyyyy", "yyyyhyyh", "yyyyhyyh", "yyyyhyyh", "nnnnhnnh"},
			rights{"yyyyhyyh", "yyyyhyyh", "yyyyryyr", "yyyyhyyh", "yyyyhyyh", "yyyyhyyh", "nnnnhnnh"},
			rights{"---yhyr-", "---yhry-", "---yryr-", "---yhyr-", "---yhyr-", "---yhyr-", "---nhnn-"},
			rights{"---yh---", "---yh---", "---yr---", "---yh---", "---yh---", "---yh---", "---nh---"}, leads,
			rights{"-y-yhyr-", "-y-yhry-", "-y-yyyr-", "-y-yhyr-", "-y-yhyr-", "-y-yhyr-", "-n-nhnn-"},
		},
		{
			"own, no steward", false, customer.SeeOwn,
			rights{"yyyyhyhh", "yyyyhhyh", "yyyyyyyy", "yyyyhyhh", "yyyyhyhh", "yyyyhyhh", "nnnnhhhh"},
			rights{"yyyyhyhh", "yyyyhhyh", "yyyyryrr", "yyyyhyhh", "yyyyhyhh", "yyyyhyhh", "nnnnhhhh"},
			rights{"---yhyh-", "---yhhy-", "---yryr-", "---yhyh-", "---yhyh-", "---yhyh-", "---nhhh-"},
			rights{"---yh---", "---yh---", "---yr---", "---yh---", "---yh---", "---yh---", "---nh---"}, leads,
			rights{"-y-yhyh-", "-y-yhhy-", "-y-yyyr-", "-y-yhyh-", "-y-yhyh-", "-y-yhyh-", "-n-nhhh-"},
		},
	}
}

// fileCommand is a command about one customer's file.
type fileCommand struct {
	line   string // %s: the customer's code, %n: its name, %d: a number of its own
	may    func(setting) rights
	clause string // of whoever has no right to the command at all
	only   string // of whoever may read the file and no more
	opens  bool   // the file: the answer shows of it, under a trace code
	shows  bool   // the phone, too
}

func fileCommands() []fileCommand {
	read := func(s setting) rights { return s.read }
	note := func(s setting) rights { return s.note }
	write := func(s setting) rights { return s.write }
	keep := func(s setting) rights { return s.keep }
	return []fileCommand{
		{line: "客户 %s", may: read, opens: true},
		{line: "客户 %n", may: read, opens: true},
		{line: "看电话 %s 核实地址", may: read, opens: true, shows: true},
		{line: "客户历史 %s", may: read, opens: true},
		{line: "跟进 %s 电话沟通", may: note, only: "档-6"},
		{line: "改客户 %s 行业=行业%d", may: write, clause: "档-8", only: "档-4"},
		{line: "联系人 %s 某人%d 职务=经理", may: write, clause: "档-1", only: "档-4"},
		{line: "核对 %s", may: keep, clause: "档-8", only: "档-4"},
		{line: "移交客户 %s 王芳", may: keep, clause: "档-4", only: "档-4"},
		{line: "领合同 %s 展台%d", may: write, clause: "2-3", only: "2-3"},
		{line: "停滞原因 %s 预算", may: func(s setting) rights { return s.stall }, clause: "会-4", only: "会-4"},
		{line: "重点客户 11月 %s 签下年会%d", may: keep, clause: "会-4", only: "会-4"},
		{line: "兑现 %s 部分", may: write, clause: "会-4", only: "会-4"},
		{line: "删除联系人 %s 李明 本人要求", may: keep, clause: "档-8", only: "档-4"},
	}
}

// otherCommand is a command of the same areas that opens no file: who may use
// it, by post. Where it is silent nobody learns from it whether there is such
// a customer.
type otherCommand struct {
	line   string
	may    string // y, - and d: as -, but for want of a delegation or a setting, or of a vacancy
	clause string
	silent bool
	right  rulebook.Right // that the step asks for; empty: the command's own
}

func otherCommands() []otherCommand {
	return []otherCommand{
		{"新客户 东莞市新来%d有限公司", "---yyyy-", "档-7", false, ""},
		{"我的客户", "yyyyyyyy", "档-8", false, ""},
		{"提供线索 %s 听说要搬", "yyyyyyyy", "档-2", true, ""},
		{"查阅记录", "yy-y----", "档-3", false, ""},
		{"查阅记录 %s", "yy-y----", "档-3", false, ""},
		{"溯源 AAAAAA", "yy-y----", "档-5", false, ""},
		{"申请查阅 %s 核实地址", "yyyyyyyy", "档-6", true, ""},
		{"查阅申请", "yyyyyyyy", "档-6", false, ""},
		{"查阅申请 A1", "yyyyyyyy", "档-6", false, ""},
		{"撤回申请 A1", "yyyyyyyy", "档-6", false, ""},
		{"批准 A1", "dyd-----", "档-6", false, ""},
		{"驳回 A1", "dyd-----", "档-6", false, ""},
		{"收回查阅 A1", "dyd-----", "档-6", false, ""},
		{"授权 周助 3天", "-y------", "档-6", false, ""},
		{"收回授权 周助", "-y------", "档-6", false, ""},
	}
}

// plainCommands are those of the other areas, at least one for every right that
// the files have nothing to do with. The executive director has the right to
// 批示, too, but is told that there is a general manager.
func plainCommands() []otherCommand {
	return []otherCommand{
		{"帮助", "yyyyyyyy", "总则", false, ""},
		{"签到 广州 见了客户", "---yyyy-", "2-4", false, ""},
		{"签到记录 张伟", "-y-yyy--", "2-4", false, rulebook.SeeCheckIns},
		{"请假 小林 明天", "---yy--y", "总则", false, rulebook.EnterLeave},
		{"周报", "yyyyyyyy", "会-3", false, ""},
		{"看周报 张伟", "-y-yyy--", "会-3", false, rulebook.SeeReports},
		{"谁没交", "-y-yy---", "会-3", false, ""},
		{"催交", "-y-yy---", "会-3", false, ""},
		{"上报", "---y----", "会-3", false, ""},
		{"批示 继续努力", "yy------", "会-3", false, ""},
		{"人员 添加 钱某 其他员工", "---y----", "附-4", false, ""},
		{"人员 确认 A99", "yy------", "附-4", false, rulebook.ConfirmPeople},
		{"自检", "---y----", "附-4", false, ""},
		{"合同 已作废", "yyyyyyyy", "2-3", false, ""},
		{"合同 小林", "yyyyy--y", "2-3", false, rulebook.SeeContracts},
		{"缺号", "yyyyyyyy", "2-3", false, ""},
		{"签前汇报 ZYX-202611-900 谈好了", "---yyyy-", "2-5", false, ""},
		{"签合同 ZYX-202611-900 金额=1万", "---yyyy-", "2-5", false, ""},
		{"改合同 ZYX-202611-900 金额=1万 原因=写错", "---yyyy-", "2-3", false, ""},
		{"转合同 ZYX-202611-900 刘洋", "---yy---", "2-3", false, ""},
		{"终止合同 ZYX-202611-900 对方取消", "-y-y----", "2-3", false, ""},
		{"归档 ZYX-202611-900 2 号柜", "-y-y----", "2-5", false, ""},
		{"借原件 ZYX-202611-900 张伟 归还=12-05 核对", "-y-y----", "2-5", false, ""},
		{"还原件 ZYX-202611-900", "-y-y----", "2-5", false, ""},
		{"退合同 ZYX-202611-900", "---yyyy-", "2-3", false, ""},
		{"作废合同 ZYX-202611-900 写错", "---yyyy-", "2-3", false, ""},
		{"收款计划 ZYX-202611-900 12-31=100%", "-y-yyyy-", "会-2", false, ""},
		{"回款 ZYX-202611-900 1万", "-y-yyyy-", "会-2", false, ""},
		{"核款 R99", "-y-y----", "会-2", false, ""},
		{"退款 ZYX-202611-900 1万 多付", "-y-y----", "会-2", false, ""},
		{"应收", "yyyyyyy-", "会-2", false, ""},
		{"业绩 2030年", "yyyyyyy-", "会-4", false, rulebook.SeeResults},
		{"业绩 钱七", "yyyyy---", "会-4", false, rulebook.SeeAllResults},
		{"目标 部门 12月 5万", "-y-y----", "会-4", false, rulebook.SetTargets},
		{"目标 折算 钱七", "-y-y----", "会-4", false, ""},
		{"活动 10月", "yyyyyyyy", "会-4", false, ""},
		{"活动 H1", "yyyyy---", "会-4", false, rulebook.SeeActivities},
		{"活动 H99", "yyyyyyyy", "会-4", false, ""},
		{"活动 新增 会餐%d 类型=洽谈 时间=12-05", "---yy---", "会-4", false, ""},
		{"活动 改 H99 地点=白云厅", "---yy---", "会-4", false, ""},
		{"活动 取消 H99 下雨", "---yy---", "会-4", false, ""},
		{"活动 替补 H99 刘洋 张伟", "---yy---", "会-4", false, ""},
		{"活动 总结 H99 经验=早点订", "yyyyyyyy", "会-4", false, ""},
		{"能去 H99", "yyyyyyyy", "会-4", false, ""},
		{"不能去 H99 有事", "yyyyyyyy", "会-4", false, ""},
		{"到场 H99", "yyyyyyyy", "会-4", false, ""},
		{"未到 H99 张伟 堵车", "-y-yy---", "2-8", false, ""},
		{"补记 H99 张伟", "-y-yy---", "2-8", false, ""},
		{"客户进度", "yyyyyyy-", "会-4", false, ""},
		{"工作台", "yyyyy---", "总则", false, ""},
		{"月会 9月 打包", "yyyyy---", "会-4", false, ""},
		{"月会 开始 11月", "-y-yy---", "会-1", false, ""},
		{"月会 不开 12月 再说", "dd-y----", "会-4", false, ""},
		{"例会 开始 展会", "-y-yy---", "会-1", false, ""},
		{"讨论 Y1 分头做", "-y-yyyy-", "会-1", false, rulebook.AttendMeetings},
		{"缺席 小林 请假", "-y-yy---", "会-1", false, ""},
		{"决议 Y1 分头做 负责=张伟 期限=12-20", "-y-yy---", "会-1", false, rulebook.HeadMeetings},
		{"决议 D99", "yyyyyyyy", "会-1", false, ""},
		{"搁置 Y99 期限=12-20 负责=张伟 原因=等回话", "-y-yy---", "会-1", false, ""},
		{"知悉 Y99", "-y-yy---", "会-1", false, ""},
		{"重开 10月 漏了", "-y-yy---", "会-1", false, ""},
		{"完成 D99 好了", "yyyyyyyy", "会-1", false, ""},
		{"确认完成 D99", "yy-yy---", "会-1", false, ""},
		{"退回 D99 没好", "yy-yy---", "会-1", false, ""},
		{"延期 D99 12-31 等回话", "yyyyyyyy", "会-1", false, ""},
		{"改派 D99 刘洋", "-y-yy---", "会-1", false, ""},
		{"烧号 没有", "-d-y----", "2-3", false, ""},
		{"事件", "yyyyyyyy", "档-5", false, ""},
		{"事件 登记 有人翻柜子", "yyyyyyyy", "档-5", false, ""},
		{"事件 结案 S99 没事", "-y-y----", "档-5", false, ""},
		{"设置", "-y-y----", "附-4", false, ""},
		{"职责", "yyyyyyyy", "总则", false, ""},
		{"职责 张伟", "yyyyyy--", "总则", false, rulebook.SeeDepartment},
		{"制度", "yyyyyyyy", "附-3", false, ""},
		{"制度 未确认", "yyyyy---", "2-2", false, ""},
		{"制度 确认", "yyyyyyyy", "2-2", false, ""},
		{"离职 昨天 不干了", "yyyyyyyy", "2-7", false, ""},
		{"调走 昨天 业务员 换组", "yyyyyyyy", "2-7", false, ""},
		{"撤回离职", "yyyyyyyy", "2-7", false, ""},
		{"交接", "yyyyyyyy", "2-7", false, ""},
		{"交接 张伟", "yyyyyy--", "2-7", false, rulebook.SeeHandovers},
		{"交接 张伟 全部 刘洋", "-y-yyy--", "2-7", false, rulebook.HeadHandovers},
		{"接收 K1", "yyyyyyyy", "2-7", false, ""},
		{"不接收 K1 没空", "yyyyyyyy", "2-7", false, ""},
		{"账清 小林", "yy-yy---", "2-7", false, ""},
		{"账未清 小林 差旅费", "yy-yy---", "2-7", false, ""},
		{"签字放行 小林", "yy-yy---", "2-7", false, ""},
	}
}

func leadCommands(s setting) []otherCommand {
	var list []otherCommand
	for _, line := range []string{"线索", "线索 L1", "采纳 L1", "不采纳 L1 没有这回事"} {
		list = append(list, otherCommand{line, s.lead[0], "档-7", false, ""})
	}
	return list
}
