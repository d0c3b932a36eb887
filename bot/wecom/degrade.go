package wecom

// Degradation is one need that WeCom meets more poorly than a platform with
// full cards: what becomes of it on each way, and what a person types instead.
type Degradation struct {
	Need  string
	Robot string
	App   string
	Hook  string
	Typed string
}

// Degradations is what becomes of what, as the adapter does it and the manual
// prints it.
func Degradations() []Degradation {
	return []Degradation{
		{"群里下命令", "@机器人 加命令", "不支持", "不支持", "同一句话私聊也行"},
		{"提醒一个人", "这个人跟机器人说过话以后可以；没有就走应用", "可以，在应用可见范围内", "不支持", "—"},
		{"群提醒", "群里有人 @ 过机器人以后可以；没有就走群机器人", "不支持", "可以", "—"},
		{"保密内容（客户档案等）", "只有摘要；配了应用、本人在应用可见范围内，就由应用私下发", "私聊纯文字，不能转发，带看的人的水印；长的分几条", "只有摘要", "同一条命令"},
		{"卡片", "私聊：放得下的用按钮卡片，放不下的用文字加按钮；群里用文字", "有回调同左，没有就用文字", "文字", "文字里每个按钮后面都写着该回复什么"},
		{"按钮", "私聊最多 6 个，按过的打勾；群里打字", "最多 6 个，按过的打勾；没有回调就打字", "打字", "按钮后面写的那句，如 批准 A12"},
		{"表单", "文字模板，复制、填好、整段发回，缺的再问；或点「逐项填写」，一次问一项", "同左", "同左，填好私聊机器人", "以 填表 开头的整段；逐项填写 周报；也可以直接打字，如 周报 本周：… 下周：…"},
		{"位置", "收不到，打字写地点", "可以直接发位置", "不支持", "签到 地点 进展"},
		{"图表", "数字写成文字", "数字写成文字，再发图片；保密的图片也不能转发", "数字写成文字", "—"},
		{"Excel", "可以", "可以，20 MB 以内", "可以", "—"},
		{"认人", "账号；加密的编号由应用换成账号，没有应用就用绑定码", "账号", "—", "绑定 绑定码"},
		{"快慢", "每个聊天每分钟 30 条、每小时 1000 条", "每人每分钟 30 条", "每分钟 20 条", "—"},
	}
}
