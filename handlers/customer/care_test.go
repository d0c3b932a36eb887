package customer

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"marketbot/store"
)

// care runs the daily job at a moment: who hears what.
func (o *office) care(at string) map[string]string {
	o.T.Helper()
	o.Clock(at)
	list := o.Job(o.h.Care, store.Week{})
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
	f := store.Fact{Customer: customer, Field: field, Value: "有", Author: o.People["张伟"].ID, At: o.Now}
	if checked {
		f.Checked, f.CheckedBy = o.Now, o.People["李娜"].ID
	}
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		f.ID = tx.NewID(o.Now)
		return tx.PutFact(ctx, f)
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
				if strings.Contains(words, fmt.Sprintf("%d 天没有进展", days)) {
					heard[name] = append(heard[name], day)
				}
			}
		}
		if day == 8 { // 09:13 on the 7th day is before 7 days are over
			wants(t, told["张伟"], "7 天没有进展：南湖酒店", "跟进 K1")
			lacks(t, told["张伟"], "无主公司")
			wants(t, told["李娜"], "没有负责人", "无主公司")
		}
	}
	if fmt.Sprint(heard) != "map[张伟:[8 16 31] 李娜:[8 16 31]]" {
		t.Errorf("heard on days %v", heard)
	}
}

func TestThresholdIsNotLostWhileTheBotIsDown(t *testing.T) {
	o := newOffice(t)
	o.Customer("南湖酒店", "张伟")
	o.care("2026-11-25 09:13")
	wants(t, o.care("2026-12-14 09:13")["张伟"], "7 天没有进展：南湖酒店", "15 天没有进展：南湖酒店")
}

func TestProgressBeginsAnew(t *testing.T) {
	o := newOffice(t)
	c := o.Customer("南湖酒店", "张伟")
	o.care("2026-11-25 09:13")
	o.Clock("2026-11-29 10:00")
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.AddProgress(ctx, store.Progress{ID: tx.NewID(o.Now), Customer: c.ID, Author: o.People["张伟"].ID, At: o.Now, Words: "谈了"})
	})
	if told := o.care("2026-12-05 09:13"); told["张伟"] != "" {
		t.Errorf("told %v six days after", told)
	}
	wants(t, o.care("2026-12-07 09:13")["张伟"], "7 天没有进展")
}

func TestSupervisorHearsWhatFilesLack(t *testing.T) {
	o := newOffice(t)
	full, bare := o.Customer("全的公司", "张伟"), o.Customer("空的公司", "张伟")
	for _, field := range wanted {
		o.fact(full.ID, field, true)
	}
	o.fact(bare.ID, "行业", true)
	o.care("2026-11-25 09:13")
	words := o.care("2026-12-02 09:13")["李娜"]
	wants(t, words, "1 份新档案建了 7 天还不全", "空的公司 "+bare.ID+"，缺 地址、电话、特征、业务状况、股东")
	lacks(t, words, "全的公司", "年龄", "家庭")
	lacks(t, o.care("2026-12-03 09:13")["李娜"], "还不全")
}

func TestSupervisorHearsOfStaleFiles(t *testing.T) {
	o := newOffice(t)
	for i := range namedMost + 2 {
		o.Customer(fmt.Sprintf("公司%d", i), "张伟")
	}
	lacks(t, o.care("2027-02-22 09:13")["李娜"], "没有核对")
	words := o.care("2027-02-23 09:13")["李娜"]
	wants(t, words, "7 份档案超过 90 天没有核对", "公司0 K1：90 天", "公司4 K5", "核对 客户")
	lacks(t, words, "公司5", "公司6")
	o.Update(func(ctx context.Context, tx *store.Tx) error { return tx.TouchCustomer(ctx, "K1", o.Now) })
	words = o.care("2027-02-24 09:13")["李娜"]
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
	o.Update(func(ctx context.Context, tx *store.Tx) error { return tx.StopPerson(ctx, o.People["李娜"].ID, o.Now) })
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
