package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"marketbot/store/storetest"
)

// seeds are what a file holds that may only be shown to somebody who gave a
// reason: phones wherever they stand, homes, families.
func seeds() []string {
	return []string{"22339901", "13988877701", "13988877702", "13988877703", "13988877704", "花园路贰佰号", "一子叫小宝"}
}

// Nothing that is masked leaves the bot before somebody gives a reason, and
// then only to them: in no message, file, log line or metric, and it does not
// rest in plain on the disk.
func TestSecretsStayInTheFile(t *testing.T) {
	t.Parallel()
	for name, world := range map[string]func(*office) screens{"page": onPage, "feishu": onFeishu} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keepSecrets(t, world)
		})
	}
}

func keepSecrets(t *testing.T, world func(*office) screens) {
	source := storetest.Prepared(t, storetest.SQLite)
	p := newVault()
	o := openOffice(t, source, p.tapping(world), everyPost(), thursday())
	o.enterSecrets()
	o.everythingButReveals()
	o.lastOfTheWeek()
	for _, s := range p.take() {
		leaks(t, fmt.Sprint("before a reveal, to ", s.to), s.text)
	}
	o.hear("刘洋", "看电话 K1 核实地址")
	o.screens.say("刘洋", mentioned, "看电话 K1 再核实")
	o.deliver()
	shown := 0
	for _, s := range p.take() {
		if s.to.Group || s.to != o.screens.account("刘洋").Private() {
			leaks(t, fmt.Sprint("of a reveal, to ", s.to), s.text)
		} else if strings.Contains(s.text, "13988877701") {
			shown++
		}
	}
	if shown != 4 { // noted when it is made and when it is sent
		t.Errorf("two reveals showed in %d", shown)
	}
	o.everythingButReveals()
	for _, s := range p.take() {
		leaks(t, fmt.Sprint("after a reveal, to ", s.to), s.text)
	}
	leaks(t, "the log", p.logged.String())
	metrics, err := o.bot.Load().metrics.registry.Gather()
	o.must(err)
	leaks(t, "the metrics", fmt.Sprint(metrics))
	o.stop()
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(source.Source + suffix)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		leaks(t, "the disk"+suffix, string(data))
	}
}

// leaks fails when a text holds one of the seeds.
func leaks(t *testing.T, where, text string) {
	t.Helper()
	for _, seed := range seeds() {
		if i := strings.Index(text, seed); i >= 0 {
			t.Errorf("%s: %q stands in %q", where, seed, text[max(0, i-80):min(len(text), i+80)])
		}
	}
}

// enterSecrets writes the seeds into every kind of field that may hold them.
func (o *office) enterSecrets() {
	o.t.Helper()
	for _, line := range []string{
		"新客户 东莞市晨星机械有限公司 电话=0769-22339901 业务状况=急事找采购 13988877702",
		"联系人 K1 李明 电话=13988877701 住址=花园路贰佰号 年龄=45 家庭=一子叫小宝 爱好=钓鱼",
		"跟进 K1 新的采购 139-8887-7703 下周给答复",
		"跟进 K1 新的采购 13988877703 下周给答复 阶段=方案报价",
		"改客户 K1 行业=机械 来源=电话回访 13988877704 原因=来电 13988877704",
	} {
		o.hear("张伟", line)
	}
}

// everythingButReveals lets everybody ask for everything, and more than that.
func (o *office) everythingButReveals() {
	o.t.Helper()
	for _, e := range o.staff {
		for _, line := range []string{
			"客户 K1", "客户 晨星", "客户 7701", "客户 13988877701", "客户历史 K1", "看电话 K1", "取消", "我的客户", "我的", "查阅记录 今天", "查阅记录 K1",
			"新客户 东莞市晨星机械", "改客户 K1 网址=13", "改客户 K1 电话=无", "跟进 K1 阶段=x", "提供线索 晨星 听说要搬", "线索", "帮助 客户", "周报", "核对 K1", "没有这个命令 K1",
		} {
			o.hear(e.Name, line)
		}
		o.screens.say(e.Name, mentioned, "客户 K1")
		o.screens.say(e.Name, mentioned, "客户历史 K1")
		o.deliver()
	}
	o.hear("李娜", "改客户 K1 电话=0769-22339901、0769-11112222")
	o.hear("李娜", "撤销")
	o.hear("李娜", "联系人 K1 李明 家庭=未知")
	o.hear("李娜", "撤销")
}

// lastOfTheWeek hands the reports in, as prefilled, and sends them up.
func (o *office) lastOfTheWeek() {
	o.t.Helper()
	o.hear("张伟", "周报")
	o.screens.submit("张伟", o.newest("张伟", ""), map[string]string{"下周": "签约"})
	o.deliver()
	o.move(thursday().Add(28 * time.Hour))
	o.hear("王芳", "汇总")
	o.hear("王芳", "上报")
	o.screens.press("王芳", o.newest("王芳", "确认"), 0)
	o.deliver()
	o.move(thursday().Add(100 * time.Hour))
	o.move(thursday().Add(120 * 24 * time.Hour)) // stale files, quiet customers
}
