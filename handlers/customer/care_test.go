package customer

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/vault"
)

// care runs the daily job at a moment: who hears what.
func (o *office) care(at string) map[string]string {
	o.T.Helper()
	o.Clock(at)
	list := o.Daily()
	for _, n := range list {
		if n.Message.Confidential || n.Urgent {
			o.T.Errorf("%+v; names only, and no alarm", n)
		}
	}
	return o.Told(list)
}

// fact fills a field of a file.
func (o *office) fact(customer, field string, checked bool) {
	o.T.Helper()
	f := vault.Fact{Customer: customer, Field: field, Value: "有", Author: o.People["张伟"].ID, At: o.Now}
	if checked {
		f.Checked, f.CheckedBy = o.Now, o.People["李娜"].ID
	}
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		f.ID = tx.NewID(o.Now)
		return vault.In(tx).PutFact(ctx, f)
	})
}

func TestOwnersHearOfEachThresholdOnce(t *testing.T) {
	o := newOffice(t)
	o.Customer("南湖酒店", "张伟")
	o.Customer("无主公司", "")
	heard := map[string][]int{}
	for day := 1; day <= 40; day++ {
		at := time.Date(2026, 11, 24+day, 9, 13, 0, 0, zone)
		told := o.care(at.Format("2006-01-02 15:04"))
		for _, days := range []int{7, 15, 30} {
			for name, words := range told {
				if strings.Contains(words, fmt.Sprintf(" %d 天没有进展", days)) || strings.Contains(words, fmt.Sprintf("，%d 天没有进展", days)) {
					heard[name] = append(heard[name], day)
				}
			}
		}
		if day == 7 { // by the calendar, though 09:13 is earlier in the day
			wants(t, told["张伟"], "南湖酒店 7 天没有进展", "跟进 K1")
			lacks(t, told["张伟"], "无主公司")
			wants(t, told["李娜"], "无主公司 没有负责人，7 天没有进展")
		}
	}
	if fmt.Sprint(heard) != "map[张伟:[7 15 30] 李娜:[7 15 30]]" {
		t.Errorf("heard on days %v", heard)
	}
}

func TestThresholdIsNotLostWhileTheBotIsDown(t *testing.T) {
	o := newOffice(t)
	o.Customer("南湖酒店", "张伟")
	o.care("2026-11-25 09:13")
	words := o.care("2026-12-14 09:13")["张伟"]
	wants(t, words, "南湖酒店 20 天没有进展")
	if strings.Count(words, "没有进展") != 1 {
		t.Errorf("lower steps are told too: %s", words)
	}
	if told := o.care("2026-12-15 09:13"); told["张伟"] != "" {
		t.Errorf("told again: %v", told)
	}
}

// Owner on leave at 7, 15 and 30 days: told after a leave that ends soon, with
// the true number; in a longer one the supervisor is.
func TestOwnerOnLeave(t *testing.T) {
	o := newOffice(t)
	o.Customer("南湖酒店", "张伟")
	away := func(first, last store.Day) {
		o.Update(func(ctx context.Context, tx *store.Tx) error {
			return tx.Leaves().Add(ctx, store.Leave{ID: tx.NewID(o.Now), Person: o.People["张伟"].ID, First: first, Last: last, By: o.People["张伟"].ID, Entered: o.Now})
		})
	}
	heard := map[string]string{}
	away("2026-12-01", "2026-12-03")
	away("2026-12-09", "2027-01-05")
	for day := range 60 {
		at := time.Date(2026, 11, 25+day, 9, 13, 0, 0, zone)
		for name, words := range o.care(at.Format("2006-01-02 15:04")) {
			if strings.Contains(words, "没有进展") {
				heard[at.Format("01-02 ")+name] = words
			}
		}
	}
	if len(heard) != 3 {
		t.Errorf("heard %v", heard)
	}
	wants(t, heard["12-04 张伟"], "南湖酒店 10 天没有进展")
	wants(t, heard["12-09 李娜"], "南湖酒店 15 天没有进展", "张伟 请假，转给你")
	wants(t, heard["12-24 李娜"], "南湖酒店 30 天没有进展", "张伟 请假，转给你")
}

// Supervisor on leave the morning a file is 7 days old: the director hears, and
// nobody hears it again.
func TestSupervisorOnLeave(t *testing.T) {
	o := newOffice(t)
	o.Customer("南湖酒店", "张伟")
	o.Leave("李娜", "2026-12-01", "李娜")
	told := o.care("2026-12-01 09:13")
	wants(t, told["王芳"], "新档案 南湖酒店 K1 建了 7 天还不全，缺 地址", "李娜 请假，转给你")
	if told["李娜"] != "" {
		t.Errorf("told %v", told)
	}
	for _, words := range o.care("2026-12-02 09:13") {
		lacks(t, words, "还不全")
	}
}

// What one message does not hold is told the next mornings.
func TestManyCustomersAreToldInTurn(t *testing.T) {
	o := newOffice(t)
	for i := range 12 {
		o.Customer(fmt.Sprintf("公司%d", i), "张伟")
	}
	heard := ""
	for i, more := range []string{"…另有 7 条", "…另有 2 条", "今日提醒（2 条）"} {
		words := o.care(fmt.Sprintf("2026-12-%02d 09:13", 2+i))["张伟"]
		wants(t, words, more)
		heard += words
	}
	for i := range 12 {
		if strings.Count(heard, fmt.Sprintf("公司%d ", i)) != 1 {
			t.Errorf("公司%d: %s", i, heard)
		}
	}
}

func TestProgressBeginsAnew(t *testing.T) {
	o := newOffice(t)
	c := o.Customer("南湖酒店", "张伟")
	o.care("2026-11-25 09:13")
	o.Clock("2026-11-29 23:59")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return vault.In(tx).AddProgress(ctx, vault.Progress{ID: tx.NewID(o.Now), Customer: c.ID, Author: o.People["张伟"].ID, At: o.Now, Words: "谈了"})
	})
	if told := o.care("2026-12-05 09:13"); told["张伟"] != "" {
		t.Errorf("told %v six days after", told)
	}
	wants(t, o.care("2026-12-06 09:13")["张伟"], " 7 天没有进展")
}

func TestSupervisorHearsWhatFilesLack(t *testing.T) {
	o := newOffice(t)
	full, bare := o.Customer("全的公司", "张伟"), o.Customer("空的公司", "张伟")
	for _, field := range wanted {
		o.fact(full.ID, field, true)
	}
	o.fact(bare.ID, "行业", true)
	o.care("2026-11-25 09:13")
	words := o.care("2026-12-01 09:13")["李娜"]
	wants(t, words, "新档案 空的公司 "+bare.ID+" 建了 7 天还不全，缺 地址、电话、特征、业务状况、股东", "改客户 "+bare.ID)
	lacks(t, words, "全的公司", "年龄", "家庭")
	lacks(t, o.care("2026-12-02 09:13")["李娜"], "还不全")
}

func TestSupervisorHearsOfStaleFiles(t *testing.T) {
	o := newOffice(t)
	for i := range maxNamed + 2 {
		o.Customer(fmt.Sprintf("公司%d", i), "张伟")
	}
	for _, at := range []string{"2026-12-02 09:13", "2026-12-03 09:13", "2027-02-21 09:13"} {
		lacks(t, o.care(at)["李娜"], "没有核对")
	}
	words := o.care("2027-02-22 09:13")["李娜"]
	wants(t, words, "7 份档案超过 90 天没有核对", "公司0 K1：90 天", "公司4 K5", "核对 客户")
	lacks(t, words, "公司5", "公司6")
	o.Update(func(ctx context.Context, tx *store.Tx) error { return vault.In(tx).Touch(ctx, "K1", o.Now) })
	words = o.care("2027-02-23 09:13")["李娜"]
	wants(t, words, "6 份档案", "公司5")
	lacks(t, words, "公司0")
}

func TestSupervisorHearsOfWhatWaits(t *testing.T) {
	o := newOffice(t)
	c := o.Customer("南湖酒店", "张伟")
	o.fact(c.ID, "行业", false)
	o.Say("小林", "提供线索 南湖酒店 要搬家")
	wants(t, o.care("2026-11-25 09:13")["李娜"], "1 份档案有新内容待核，例如 南湖酒店", "1 条线索等着判断")
}

func TestCareGoesUpTheLine(t *testing.T) {
	o := newOffice(t)
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.People().Stop(ctx, o.People["李娜"].ID, o.Now)
	})
	o.Register("管管", store.OtherEmployee, store.Administrator)
	told := o.Told(o.Answer("小林", "提供线索 南湖酒店 要搬家").Notices)
	wants(t, told["王芳"], "新线索 L1")
	wants(t, told["管管"], "市场主管没有人", "客户线索先转给王芳（市场总监）")
	told = o.care("2026-11-25 09:13")
	wants(t, told["王芳"], "1 条线索")
	wants(t, told["管管"], "市场主管没有人")
	if len(told) != 2 {
		t.Errorf("told %v", told)
	}
}

func TestCareIsQuietWhenSwitchedOff(t *testing.T) {
	config := Defaults()
	config.StaleDays, config.QuietDays = 0, nil
	o := openOffice(t, config)
	o.Customer("南湖酒店", "张伟")
	for _, at := range []string{"2026-11-25 09:13", "2027-06-01 09:13"} {
		if told := o.care(at); told["张伟"] != "" || strings.Contains(told["李娜"], "没有核对") {
			t.Errorf("%s: told %v", at, told)
		}
	}
}
