package webchat

// Step is one step of the guided tour: somebody does something somewhere, and
// then something is to be seen. The page plays it through the same elements
// that a visitor uses.
type Step struct {
	Caption string `json:"caption"`
	As      string `json:"as"`
	Room    string `json:"room"` // RoomGroup or RoomPrivate (of As)

	// What As does; at most one is set. With none the step only looks.
	Say    string            `json:"say,omitempty"`
	Aside  string            `json:"aside,omitempty"`  // said in the group without mentioning the bot
	Place  string            `json:"place,omitempty"`  // sent as a location
	Press  string            `json:"press,omitempty"`  // how the label of a button in the room begins, the newest
	Submit map[string]string `json:"submit,omitempty"` // by how the field's label begins; the rest stays as prefilled
	Moment string            `json:"moment,omitempty"` // id of a weekly moment to jump to

	See See `json:"see"`
}

// See is what a step leads to.
type See struct {
	As   string `json:"as"`   // whose page is shown afterwards; empty: the step's
	Room string `json:"room"` // empty: the step's
	Text string `json:"text"` // part of a new message in that room, and of no help card; empty: nothing is awaited
	Old  bool   `json:"old"`  // the message has come with an earlier step
}

// Rooms of a Step, as seen by the one who acts.
const (
	RoomGroup   = "group"
	RoomPrivate = "private"
)

// Tour is the guided tour: one working week in three minutes, from a fresh
// start on Thursday 09:30.
func Tour() []Step {
	var all []Step
	for _, part := range [][]Step{trips(), manners(), files(), signing(), handingIn(), due(), sendingUp(), meeting(), leaving()} {
		all = append(all, part...)
	}
	return all
}

// trips shows 出差 and 签到, by text and by location.
func trips() []Step {
	return []Step{
		{Caption: "周四上午。张伟报出差：时长怎么说都行，机器人回显它读到的日期。",
			As: "zhangwei", Room: RoomPrivate, Say: "出差 广州 3天 拜访华东机电", See: See{Text: "已登记出差"}},
		{Caption: "到了在群里签到（细则 2-4：出差每天联系 1–2 次并报告进展）。进展入库，群里不复述。",
			As: "zhangwei", Room: RoomGroup, Say: "签到 广州 与华东机电采购部见面，确认展位需求", See: See{Text: "第 1 次"}},
		{Caption: "也可以在私聊里发位置；缺什么，机器人只追问什么。",
			As: "zhangwei", Room: RoomPrivate, Place: "广州 · 天河体育中心", See: See{Text: "有什么进展"}},
		{Caption: "补一句进展，第二次签到就记上了。只记地名，不记坐标。",
			As: "zhangwei", Room: RoomPrivate, Say: "看完场地，客户同意下周谈合同", See: See{Text: "第 2 次"}},
	}
}

// manners shows how the bot reads, when it keeps silent and how it refuses.
func manners() []Step {
	return []Step{
		{Caption: "李娜打错了字。读不懂的，按读音猜，给按钮。",
			As: "lina", Room: RoomGroup, Say: "迁到", See: See{Text: "你是不是想"}},
		{Caption: "群里没@它的话，它不作声，也不记。",
			As: "lina", Room: RoomGroup, Aside: "中午一起吃饭吗？"},
		{Caption: "小林不在名单上：拒绝时说清哪条规定、谁可以。",
			As: "xiaolin", Room: RoomPrivate, Say: "谁没交", See: See{Text: "市场总监"}},
	}
}

// files shows a look into a customer's file, a denial, a request, the general
// manager's tap, the look by grant, and how a look is traced.
func files() []Step {
	return []Step{
		{Caption: "张伟查自己的客户，名称、拼音、首字母、电话后四位都行。联系方式打码，卡片底下是查阅人、时间和追踪码。",
			As: "zhangwei", Room: RoomPrivate, Say: "客户 hdjd", See: See{Text: "客户档案 · 东莞市华东机电"}},
		{Caption: "小林没有查阅权（档-4）。群里只有一句话，有没有这位客户都一样。",
			As: "xiaolin", Room: RoomGroup, Say: "客户 华东机电", See: See{Text: "已私信回复"}},
		{Caption: "私聊里说清谁能看、怎么申请（档-6）。",
			As: "xiaolin", Room: RoomPrivate, Press: "申请查阅", See: See{Text: "为什么要查"}},
		{Caption: "写一句理由，申请就交上去了。",
			As: "xiaolin", Room: RoomPrivate, Say: "周五去布展，要送样品", See: See{Text: "查阅申请已提交"}},
		{Caption: "总经理在自己的私聊里点一下：只限这个人、这个客户、24 小时。",
			As: "chenzong", Room: RoomPrivate, Press: "批准 24 小时", See: See{Text: "已批准"}},
		{Caption: "小林现在能看了，仍然打码，并写明凭哪份批准。到期自动失效，看过什么会报给总经理。",
			As: "xiaolin", Room: RoomPrivate, Say: "客户 华东机电", See: See{Text: "凭批准"}},
		{Caption: "刘洋打开一份没人用得着的诱饵档案……",
			As: "liuyang", Room: RoomPrivate, Say: "客户 白鹭礼品", See: See{Text: "客户档案 · 东莞市白鹭礼品"}},
		{Caption: "……总经理和总监马上知道。按追踪码溯源：谁、何时、看了什么。",
			As: "chenzong", Room: RoomPrivate, Press: "溯源", See: See{Text: "谁看的"}},
	}
}

// signing shows how a contract is taken, why it is not signed unreported, and who
// hears.
func signing() []Step {
	return []Step{
		{Caption: "张伟领一份合同表（2-3）：编号当场给，档案员知道是谁、做什么用。",
			As: "zhangwei", Room: RoomPrivate, Say: "领合同 华东机电 春季展位", See: See{Text: "已领用"}},
		{Caption: "还没汇报就想登记签订？每次签约之前先汇报（2-5），要打的那一行就在下面。",
			As: "zhangwei", Room: RoomPrivate, Say: "签合同 华东机电 金额=12.5万", See: See{Text: "还没有签前汇报"}},
		{Caption: "补上汇报：离活动还有几个工作日，够不够准备，两边当场知道。",
			As: "zhangwei", Room: RoomPrivate, Say: "签前汇报 华东机电 采购部同意报价，走盖章流程 准备=3天 金额=12.5万", See: See{Text: "已汇报"}},
		{Caption: "签了。机器人说原件哪天前要交，主管、总监、财务同时知道；以后每个工作日催，直到档案员收到。",
			As: "zhangwei", Room: RoomPrivate, Say: "签合同 华东机电 金额=12.5万", See: See{Text: "交给档案员"}},
		{Caption: "档案员看得到编号、客户和去向，看不到金额。",
			As: "zhoujie", Room: RoomPrivate, Say: "缺号", See: See{Text: "合同编号"}},
		{Caption: "第一笔钱到了：先冲最早的一期，等财务核款。",
			As: "zhangwei", Room: RoomPrivate, Say: "回款 华东机电 3万", See: See{Text: "已登记回款"}},
		{Caption: "财务看应收：谁欠多少、逾期多久，文字、图和表格一分不差（会-2）。",
			As: "xiaoqian", Room: RoomPrivate, Say: "应收", See: See{Text: "未到期"}},
		{Caption: "总监给张伟定下月的目标（会-4）：每一版都留着，本人马上收到。",
			As: "wangfang", Room: RoomPrivate, Say: "目标 张伟 下月 30万", See: See{Text: "目标已定"}},
		{Caption: "业绩一发就有：签约和回款对着各自的目标，完成率、上月、年初至今，图和表格一分不差；以前的月份已经定稿。",
			As: "wangfang", Room: RoomPrivate, Say: "业绩", See: See{Text: "各人合计"}},
		{Caption: "主管看客户进度：每位客户月初到现在走到哪一步、下次做什么；没有进展又没写原因的排在最前（会-4）。",
			As: "zhaoqiang", Room: RoomPrivate, Say: "客户进度", See: See{Text: "缺原因"}},
	}
}

// handingIn shows the reminder and the weekly report, by form and by text.
func handingIn() []Step {
	return []Step{
		{Caption: "时钟走到周四 16:47：没交周报的人各收到一条私聊提醒，交了的不打扰。",
			As: "lina", Room: RoomPrivate, Moment: "thu-1647", See: See{Text: "周报还没交"}},
		{Caption: "张伟发「周报」得到表单，上周计划和本周签到已经带入。",
			As: "zhangwei", Room: RoomPrivate, Say: "周报", See: See{Text: "提交周报"}},
		{Caption: "填好提交：当场写明是哪一周、按时还是迟交。",
			As: "zhangwei", Room: RoomPrivate, Submit: map[string]string{
				"上周计划 1": "完成",
				"下周计划":   "与华东机电谈合同\n拜访南方家居",
				"预计回款":   "12.5万",
			}, See: See{Text: "按时"}},
		{Caption: "也可以一句话交：李娜直接写。",
			As: "lina", Room: RoomPrivate, Say: "周报 本周：回访老客户 6 家，签回执 2 份 下周：筹备深圳推介会 回款：8万", See: See{Text: "按时"}},
	}
}

// due shows Friday 12:00 and a late report.
func due() []Step {
	return []Step{
		{Caption: "周五 12:00:00 截止（会-3）。群里只报数，不点名。",
			As: "liuyang", Room: RoomGroup, Moment: "fri-1200", See: See{Text: "已交 2/3"}},
		{Caption: "名单只给总监，带着「催交」「汇总」按钮。",
			As: "wangfang", Room: RoomPrivate, See: See{Text: "周报截止", Old: true}},
		{Caption: "按「催交」：和打字一样过权限检查、进审计，同一人 30 分钟内只催一次。",
			As: "wangfang", Room: RoomPrivate, Press: "催交", See: See{Text: "已私信提醒"}},
		{Caption: "13:07 还没交，升级给总监和主管。",
			As: "zhaoqiang", Room: RoomPrivate, Moment: "fri-1307", See: See{Text: "逾期未交"}},
		{Caption: "刘洋从提醒里点开表单……",
			As: "liuyang", Room: RoomPrivate, Press: "填写周报", See: See{Text: "提交周报"}},
		{Caption: "……补上。迟交只记录、不罚款，分钟数由时钟说了算。",
			As: "liuyang", Room: RoomPrivate, Submit: map[string]string{
				"本周完成": "整理报价单，走访建材市场", "下周计划": "跟进南方家居",
			}, See: See{Text: "迟交"}},
	}
}

// sendingUp shows the way to the general manager and back.
func sendingUp() []Step {
	return []Step{
		{Caption: "总监看汇总稿：合计、各人要点、谁迟交，附全部原件的 Excel。",
			As: "wangfang", Room: RoomPrivate, Say: "汇总", See: See{Text: "周报汇总（草稿）"}},
		{Caption: "上报前先预览：往外走的、收不回的，都要按一次确认。",
			As: "wangfang", Room: RoomPrivate, Say: "上报 本周重点是华东机电，建议支持样品费", See: See{Text: "上报预览"}},
		{Caption: "确认。周报从此冻结，之后来的作为补充转送。",
			As: "wangfang", Room: RoomPrivate, Press: "确认", See: See{Text: "已上报"}},
		{Caption: "周一 11:00：总经理看到上周的状态——收到了，谁按时、谁迟交、谁缺。",
			As: "chenzong", Room: RoomPrivate, Moment: "mon-1100", See: See{Text: "已收到，待阅"}},
		{Caption: "总经理批示，一句话。发出前先看会转给谁。",
			As: "chenzong", Room: RoomPrivate, Say: "批示 同意样品费，张伟盯紧华东机电的合同", See: See{Text: "确认后转给"}},
		{Caption: "确认，批示就到了。",
			As: "chenzong", Room: RoomPrivate, Press: "确认", See: See{Text: "批示已记录"}},
		{Caption: "总监和被点名的人马上收到。右边的审计里，每一步都有账可查。",
			As: "wangfang", Room: RoomPrivate, See: See{Text: "同意样品费，张伟盯紧", Old: true}},
	}
}

// leaving shows a notice, what there is to hand over, and how it is withdrawn.
func leaving() []Step {
	return []Step{
		{Caption: "最后，小林想走。提前一个月书面提出（2-7）：最早哪天、按什么算的，当场说。",
			As: "xiaolin", Room: RoomPrivate, Say: "离职 两个月后 换个城市", See: See{Text: "最后工作日"}},
		{Caption: "确认。从现在起只能查自己负责的客户，名下的事要一项一项交接。",
			As: "xiaolin", Room: RoomPrivate, Press: "确认", See: See{Text: "已提出离职"}},
		{Caption: "上级马上知道。交接清单从客户、合同、应收、活动里现查，新来的自动算进去；主管最后签字放行。",
			As: "chenzong", Room: RoomPrivate, Say: "交接 小林", See: See{Text: "小林的交接"}},
		{Caption: "不走了也行，一句话撤回。",
			As: "xiaolin", Room: RoomPrivate, Say: "撤回离职", See: See{Text: "已撤回离职"}},
	}
}

// meeting shows the monthly meeting, from the pack over an end that is refused to the
// minutes.
func meeting() []Step {
	return []Step{
		{Caption: "月会之前不用做表：上月的工作、业绩、应收、活动都和再上月对着，附图和 Excel，每月第一个工作日自己送到（会-2、会-4）。",
			As: "wangfang", Room: RoomPrivate, Say: "月会", See: See{Text: "月会资料"}},
		{Caption: "谁都可以先提议题。",
			As: "xiaolin", Room: RoomPrivate, Say: "议题 推介会派谁去", See: See{Text: "议题 Y1 已记下"}},
		{Caption: "开会：议程自己生成。群里只有数量，内容各人在私聊里看自己的那一份。",
			As: "wangfang", Room: RoomGroup, Say: "月会 开始", See: See{Text: "月会开始了"}},
		{Caption: "散会？还有没结论的，散不了（会-1），该发哪一句都列着。",
			As: "wangfang", Room: RoomPrivate, Say: "散会", See: See{Text: "没有结论，不能散会"}},
		{Caption: "只要看过的一次知悉；要决定的先讨论。",
			As: "wangfang", Room: RoomPrivate, Say: "知悉 全部", See: See{Text: "已知悉"}},
		{Caption: "张伟说一句，记名字和时间。",
			As: "zhangwei", Room: RoomPrivate, Say: "讨论 Y1 刘洋熟悉场地，我带样品过去", See: See{Text: "记下了"}},
		{Caption: "决议要一个负责人和期限，缺什么问什么；编号从此不变。",
			As: "wangfang", Room: RoomPrivate, Say: "决议 Y1 刘洋去布展，样品前一天送到 负责=刘洋 期限=后天 协办=张伟", See: See{Text: "决议 D1"}},
		{Caption: "现在可以散会：先看会发生什么。",
			As: "wangfang", Room: RoomPrivate, Say: "散会", See: See{Text: "散会？"}},
		{Caption: "确认。纪要按人做，表从此定稿。",
			As: "wangfang", Room: RoomPrivate, Press: "确认", See: See{Text: "已散会"}},
		{Caption: "刘洋收到归他的那一件；期限前一天、当天和过期，机器人来催。",
			As: "liuyang", Room: RoomPrivate, See: See{Text: "件事归你", Old: true}},
	}
}
