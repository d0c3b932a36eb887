package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/storetest"
)

// rowKeys are the columns that name a row, where that is not id.
var rowKeys = map[string]string{
	"dialog": "person", "confirmation": "code", "request": "code", "lead": "code", "consolidated": "week", "chain_state": "name",
	"person_change": "code", "binding": "code", "chain": "entry", "contract": "number", "activity": "code",
	"handed": "departure", "incident": "code", "frozen_month": "month", "kept_table": "hash",
	"meeting": "code", "agenda_item": "code", "decision": "code",
}

// flip flips one bit of a sealed value behind the store's back, in the row of an
// id or code or else in the newest, and gives what makes it whole again; nil
// where there is no such value.
func flip(t testing.TB, o store.Options, table, column, row string) (mend func()) {
	t.Helper()
	key := cmp.Or(rowKeys[table], "id")
	behind := storetest.Behind(t, o)
	if row == "" {
		if n := behind.Get(fmt.Sprintf(`SELECT COUNT(*) FROM %s WHERE %s IS NOT NULL`, table, column)); n == int64(0) {
			return nil
		}
		row = behind.Get(fmt.Sprintf(`SELECT MAX(%s) FROM %s WHERE %s IS NOT NULL`, key, table, column)).(string)
	}
	old := behind.Get(fmt.Sprintf(`SELECT %s FROM %s WHERE %s = $1`, column, table, key), row).([]byte)
	put := fmt.Sprintf(`UPDATE %s SET %s = $1 WHERE %s = $2`, table, column, key)
	bad := append([]byte{}, old...)
	bad[len(bad)/2] ^= 1
	behind.Do(put, bad, row)
	return func() { behind.Do(put, old, row) }
}

// sealedWords are the columns that rest sealed or vouch for their row, and that
// commands and jobs read: of a customer's file those under its own key, too.
const sealedWords = `
person.proof tenure.proof account.proof person_change.proof binding.proof inbox.body outbox.content outbox.payload audit.mac chain.sum
dialog.line confirmation.line leave.reason trip.place trip.reason check_in.place check_in.progress
report.review report.done report.plan report.payment report.problem consolidated.opinion report_comment.words
audit.why request.words request.why request.reason request.proof access_grant.proof delegation.proof
lead.words lead.body lead.source lead.reason customer.data_key customer.mac customer.card
contract.card contract_act.was contract_act.words money.content activity.card activity_act.was activity_act.words photo.content
target.content frozen_month.proof kept_table.content
departure.card departure_act.was handed.words
meeting.card agenda_item.card meeting_note.words meeting_act.was meeting_act.words decision.card minutes.content shown.content
incident.card setting.value
customer_owner.mac customer_person.data_key customer_person.card fact.value fact.source fact.why progress.words
progress.step customer_stage.mac stall.words promise.words
`

// unsealed are the columns of bytes that nothing is read from.
const unsealed = ` outbox.print chain_state.value customer_name.plain customer_phone.token `

// One flipped bit in whichever sealed column is no fault for whoever asks for
// whatever: everything that only reads is asked by one after the other. With all
// of them flipped at once, the morning still tells of what is sound.
func TestDamagedRows(t *testing.T) {
	t.Parallel()
	people := append(department(), staff.Entry{Name: "周敏", Post: store.GMAssistant})
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, people, thursday().AddDate(0, 0, -9))
	for _, line := range []string{
		"李娜 新客户 东莞市南湖酒店", "李娜 新客户 东莞市晨星机械有限公司 地址=南城区 来源=展会", "李娜 联系人 K2 李明 职务=经理", "李娜 跟进 K2 送去方案",
		"陈总 帮助", "张伟 出差 广州 3天 拜访", "张伟 签到 广州 拜访客户", "刘洋 请假 12-01 看病", "张伟 周报 本周：拜访 下周：签约 回款：3万 问题：无",
		"小林 提供线索 南湖酒店 办年会 来源=展会", "小林 申请查阅 K2 布展", "陈总 批准 A1 7天", "陈总 授权 周敏 12-01", "小林 申请查阅 K1 布展",
		"陈总 驳回 A2 不用", "小林 客户 K2", "小林 提供线索 南湖酒店 换了经理", "李娜 不采纳 L2 没有这回事", "陈总 批示 抓紧",
		"李娜 领合同 K2 年会", "李娜 签前汇报 ZYX-202611-001 谈妥了", "李娜 签合同 ZYX-202611-001 金额=1万", "李娜 收款计划 ZYX-202611-001 12-31=余款", "李娜 回款 ZYX-202611-001 1000",
		"王芳 议题 展会", "王芳 月会 开始 11月", "王芳 讨论 Y1 分头做", "王芳 决议 Y1 分头做 负责=张伟 期限=12-20", "张伟 延期 D1 12-25 等回话", "刘洋 议题 车辆",
		"王芳 目标 李娜 12月 5万", "李娜 跟进 K2 谈妥 阶段=签约 下次=11-20 送样品", "李娜 停滞原因 K2 预算", "王芳 重点客户 K2 续约",
		"王芳 人员 停用 小林", "张伟 签到",
	} {
		who, said, _ := strings.Cut(line, " ")
		o.hear(who, said)
	}
	there := storetest.Behind(t, o.source).Get(`SELECT group_concat(m.name || '.' || p.name, ' ') FROM sqlite_master m, pragma_table_info(m.name) p
		WHERE m.type = 'table' AND p.type = 'BYTEA'`).(string)
	for column := range strings.FieldsSeq(there) {
		if !slices.Contains(strings.Fields(sealedWords+unsealed), column) {
			t.Errorf("what does somebody hear when %s is damaged? Say it in sealedWords", column)
		}
	}
	for column := range strings.FieldsSeq(sealedWords) {
		table, _, _ := strings.Cut(column, ".")
		if said := words.Damaged([]store.Damage{{Table: table, Row: "1"}}); strings.Contains(said, table) {
			t.Errorf("what do people call a row of %s? Say it in words.Damaged", table)
		}
	}
	var mends []func()
	turn := 0
	for column := range strings.FieldsSeq(sealedWords) {
		table, name, _ := strings.Cut(column, ".")
		row := ""
		if table == "customer" {
			row = "K2"
		}
		mend := flip(t, o.source, table, name, row)
		if mend == nil {
			t.Logf("%s: nothing is in it", column)
			continue
		}
		mends = append(mends, mend)
		for _, spec := range o.bot.Load().desk.Specs() {
			if spec.Undo != nil || spec.Who == rulebook.ManagePeople || spec.Hidden || spec.Name == "绑定" {
				continue
			}
			turn++
			who := people[turn%len(people)].Name
			if said := o.hear(who, spec.Examples[turn%len(spec.Examples)]); strings.Contains(said, "出错了") {
				t.Errorf("%s flipped: %s: %s: %s", column, who, spec.Name, said)
			}
		}
		mend()
	}
	if len(mends) < 20 {
		t.Errorf("only %d columns hold anything", len(mends))
	}
	for column := range strings.FieldsSeq(sealedWords) {
		if table, name, _ := strings.Cut(column, "."); table == "customer" {
			flip(t, o.source, table, name, "K2")
		} else {
			flip(t, o.source, table, name, "")
		}
	}
	before := len(o.screens.messages("李娜"))
	o.move(thursday())
	said := ""
	for _, m := range o.screens.messages("李娜")[before:] {
		said += m.words()
	}
	if !strings.Contains(said, "东莞市南湖酒店") || !strings.Contains(said, "K2 的档案损坏打不开") {
		t.Errorf("the mornings told: %s", said)
	}
}
