package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/storetest"
)

// Where nothing can be kept from others, as with WeCom's robot alone, people hear of
// contracts numbers, states, days and counts: no amount, no customer, no file.
func TestRobotTellsNoAmounts(t *testing.T) {
	people := append(department(), staff.Entry{Name: "老周", Post: store.OtherEmployee, Duties: []store.Duty{store.Archivist}})
	const elsewhere = "完整内容请在应用或飞书里看"
	o := openOffice(t, storetest.Options(t, storetest.SQLite), onRobot, people, thursday())
	o.hear("张伟", "新客户 东莞市晨星机械有限公司")
	for _, line := range []string{
		"张伟 领合同 K1 年会", "张伟 签前汇报 ZYX-202611-001 谈好了 金额=123456 准备=5天 活动日期=12-10", "张伟 签合同 ZYX-202611-001 金额=123456", "张伟 合同 ZYX-202611-001", "张伟 合同",
		"李娜 合同 本月", "李娜 改合同 ZYX-202611-001 金额=223456 原因=增项", "老周 归档 ZYX-202611-001 2号柜", "李娜 合同 K1", "李娜 缺号", "王芳 终止合同 ZYX-202611-001 取消 金额=3万",
	} {
		who, said, _ := strings.Cut(line, " ")
		if words := o.hear(who, said); !strings.Contains(words, "202611") && !strings.Contains(words, elsewhere) && !strings.Contains(said, "K1") {
			t.Errorf("%s: %q", line, words)
		}
		o.move(o.now().Add(time.Minute)) // a robot says only so much in a minute
	}
	o.move(thursday().AddDate(0, 0, 14))
	secret := regexp.MustCompile(`[12]23,?456|30,?000|晨星|谈好了`)
	read := 0
	for _, e := range people {
		for _, m := range o.screens.messages(e.Name) {
			read++
			ofFile := strings.Contains(m.words(), "档-") || strings.HasPrefix(m.words(), "K1 ") // which the robot may name
			if found := secret.FindString(m.words()); found != "" && !ofFile {
				t.Errorf("%s reads %q in %q", e.Name, found, m.words())
			}
		}
	}
	if read < 20 {
		t.Errorf("only %d messages", read)
	}
}
