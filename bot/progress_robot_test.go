package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"marketbot/store/storetest"
)

// Where nothing can be kept from others people hear of customers' progress codes,
// states, days and counts: no name, no amount, no cause, no promise, no file.
func TestRobotTellsNoProgress(t *testing.T) {
	o := openOffice(t, storetest.Options(t, storetest.SQLite), onRobot, department(), thursday())
	o.hear("张伟", "新客户 东莞市晨星机械有限公司")
	const elsewhere = "完整内容请在应用或飞书里看"
	for line, says := range map[string]string{
		"张伟 跟进 K1 谈好了 金额=123456 下次=12-03 送玫瑰": "K1", "张伟 停滞原因 K1 老板出国": elsewhere, "张伟 停滞原因 K1": "K1 为什么没有进展？", "李娜 重点客户 11月 K1 签下牡丹厅": elsewhere,
	} {
		who, said, _ := strings.Cut(line, " ")
		if words := o.hear(who, said); !strings.Contains(words, says) {
			t.Errorf("%s: %q", line, words)
		}
		o.move(o.now().Add(time.Minute)) // a robot says only so much in a minute
	}
	for _, line := range []string{"张伟 客户进度", "李娜 客户进度", "陈总 客户进度 上月", "李娜 重点客户 11月", "张伟 兑现 K1", "张伟 兑现 K1 部分 只定了牡丹厅的一半"} {
		who, said, _ := strings.Cut(line, " ")
		if words := o.hear(who, said); !strings.Contains(words, elsewhere) {
			t.Errorf("%s: %q", line, words)
		}
		o.move(o.now().Add(time.Minute))
	}
	o.hear("张伟", "撤销")
	for range 3 {
		o.move(o.now().Add(time.Minute))
		o.hear("张伟", "我的")
	}
	o.move(thursday().AddDate(0, 0, 14))
	if words := o.hear("张伟", "周报"); !strings.Contains(words, "下周") { // its plan takes over the step
		t.Errorf("周报: %q", words)
	}
	secret := regexp.MustCompile(`123,?456|晨星|谈好了|玫瑰|老板|牡丹`)
	read, steps := 0, 0
	for _, e := range department() {
		for _, m := range o.screens.messages(e.Name) {
			read++
			if strings.Contains(m.words(), "今天有 K1 的下一步") {
				steps++
			}
			ofFile := strings.Contains(m.words(), "档-") || strings.HasPrefix(m.words(), "K1 ") // which the robot may name
			if found := secret.FindString(m.words()); found != "" && !ofFile {
				t.Errorf("%s reads %q in %q", e.Name, found, m.words())
			}
		}
	}
	if read < 20 || steps != 1 {
		t.Errorf("only %d messages, %d of a step", read, steps)
	}
}
