package rulebook

import (
	"slices"

	"marketbot/store"
)

// Ask is what a clause asks of some people, and the command that does it.
type Ask struct {
	Clause  string
	What    string
	Command string
	posts   []store.Post // nobody: those with the duty, or everybody where there is none
	duty    store.Duty
}

// The posts that clauses speak of together.
var (
	onTheRoad = []store.Post{store.MarketingDirector, store.Supervisor, store.Salesperson}
	heads     = []store.Post{store.GeneralManager, store.MarketingDirector, store.Supervisor}
	deciding  = []store.Post{store.GeneralManager, store.MarketingDirector}
)

// asks are all, in the order of the clauses.
var asks = []Ask{
	{Clause: "2-2", What: "看过并确认现行制度", Command: "制度 确认"},
	{Clause: "2-2", What: "督促没有确认的人", Command: "制度 未确认", posts: heads},
	{Clause: "2-3", What: "空白合同领用登记，用不上的退回，遗失马上报告", Command: "领合同", posts: onTheRoad},
	{Clause: "2-3", What: "每个编号都有去向，缺号查清", Command: "缺号", duty: store.Archivist},
	{Clause: "2-4", What: "出差期间每天与公司联系，报告进展", Command: "签到", posts: onTheRoad},
	{Clause: "2-5", What: "每次签约前先汇报，签约后交原件", Command: "签前汇报", posts: onTheRoad},
	{Clause: "2-5", What: "收齐原件，借出的收回", Command: "归档", duty: store.Archivist},
	{Clause: "2-7", What: "离职、调岗按期限提前书面提出，手上的事交接清楚；别人交来的接收", Command: "交接"},
	{Clause: "2-7", What: "离开的人账目结清", Command: "账清", duty: store.Accountant},
	{Clause: "2-7", What: "手续齐了最后签字", Command: "签字放行", posts: append([]store.Post{store.ExecutiveDirector}, heads...)},
	{Clause: "2-8", What: "分到的现场活动和洽谈按时到场", Command: "活动"},
	{Clause: "2-8", What: "核对谁到场", Command: "未到", posts: heads},
	{Clause: "档-2", What: "听到的客户情况交上来", Command: "提供线索"},
	{Clause: "档-5", What: "泄密、遗失等事件查清结案", Command: "事件 结案", posts: deciding},
	{Clause: "档-6", What: "决定查阅申请", Command: "批准", posts: []store.Post{store.GeneralManager}},
	{Clause: "档-7", What: "线索核对之后入档", Command: "线索", posts: []store.Post{store.Supervisor}},
	{Clause: "档-7", What: "新客户核对后建档，写明来源", Command: "新客户", posts: onTheRoad},
	{Clause: "档-8", What: "整理档案，定期核对", Command: "核对", posts: []store.Post{store.Supervisor}},
	{Clause: "档-8", What: "自己的客户及时跟进，档案保持最新", Command: "跟进", posts: onTheRoad},
	{Clause: "会-1", What: "会上议而有决，自己的决议按期完成", Command: "决议"},
	{Clause: "会-2", What: "登记和跟催回款", Command: "应收", posts: onTheRoad},
	{Clause: "会-2", What: "核对到账的款", Command: "核款", duty: store.Accountant},
	{Clause: "会-3", What: "交周工作计划表", Command: "周报"},
	{Clause: "会-3", What: "汇总全部周报，上报总经理", Command: "上报", posts: []store.Post{store.MarketingDirector}},
	{Clause: "会-3", What: "看上报的周报，批示", Command: "批示", posts: []store.Post{store.GeneralManager}},
	{Clause: "会-4", What: "没有进展的客户写明原因", Command: "客户进度", posts: onTheRoad},
	{Clause: "会-4", What: "定下月的目标", Command: "目标", posts: deciding},
	{Clause: "会-4", What: "活动有计划，办完有总结", Command: "活动 新增", posts: []store.Post{store.MarketingDirector, store.Supervisor}},
	{Clause: "会-4", What: "开月会，材料齐", Command: "月会", posts: heads},
	{Clause: "附-4", What: "人员、岗位、职责登记准确", Command: "人员 岗位", duty: store.Administrator},
	{Clause: "附-4", What: "程序运行正常", Command: "自检", duty: store.Administrator},
}

// Asks is what the clauses ask of somebody by post and duties, in their order; whom a
// command concerns is to be asked of it besides.
func Asks(p store.Person) (list []Ask) {
	for _, a := range asks {
		everybody := a.posts == nil && a.duty == ""
		if everybody || slices.Contains(a.posts, p.Post) || a.duty != "" && p.Has(a.duty) {
			list = append(list, a)
		}
	}
	return list
}
