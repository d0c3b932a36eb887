package words

import (
	"fmt"
	"strings"

	"marketbot/store"
)

// What damaged rows are called before their code.
var (
	fileRows = map[string]string{
		"customer": "客户", "customer_person": "客户联系人", "customer_owner": "客户负责人记录", "customer_stage": "客户阶段", "fact": "客户资料", "progress": "客户跟进",
		"stall": "停滞原因", "promise": "重点客户承诺",
	}
	otherRows = map[string]string{
		"person": "人员", "tenure": "任职记录", "account": "账号", "binding": "绑定码", "person_change": "人员变更", "leave": "请假",
		"access_grant": "查阅授权", "delegation": "审批授权", "request": "查阅申请", "lead": "线索",
		"trip": "出差", "check_in": "签到", "report": "周报", "consolidated": "上报", "report_comment": "批示",
		"contract": "合同", "contract_act": "合同经过", "money": "收款记录", "target": "目标", "frozen_month": "定稿的月份", "kept_table": "定稿的表",
		"activity": "活动", "activity_act": "活动经过", "photo": "活动照片", "meeting": "会议", "meeting_act": "会议经过", "meeting_note": "讨论", "agenda_item": "议题", "decision": "决议", "minutes": "纪要",
		"departure": "离职交接", "departure_act": "交接经过", "handed": "交接项", "incident": "事件",
		"setting": "设置记录", "shown": "答复的底稿", "inbox": "收到的消息", "outbox": "待发的消息", "dialog": "没答完的问题", "confirmation": "待确认的操作", "audit": "审计记录", "chain": "审计链",
	}
)

// OfFile reports whether the rows of a table tell which customers there are.
func OfFile(table string) bool { return fileRows[table] != "" }

// maxDamaged is how many damaged rows one message names.
const maxDamaged = 20

// Lost says of a table that it lacks so many damaged rows.
func Lost(n int) string {
	return fmt.Sprintf("有 %d 条记录损坏打不开，没有算在里面；总经理和管理员已经知道。", n)
}

// Damaged names damaged rows: 客户 K12、线索 L3. A code says nothing of what the row
// holds.
func Damaged(list []store.Damage) string {
	var names []string
	for _, d := range list[:min(len(list), maxDamaged)] {
		name := fileRows[d.Table] + otherRows[d.Table]
		if name == "" {
			name = d.Table
		}
		names = append(names, name+" "+store.Short(d.Row))
	}
	if len(list) > maxDamaged {
		return strings.Join(names, "、") + fmt.Sprintf(" 等 %d 处", len(list))
	}
	return strings.Join(names, "、")
}
